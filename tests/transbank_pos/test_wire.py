"""Bytes of the sheet, literally, and bytes that no sheet has."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.transbank_pos import wire
from drivers.transbank_pos.wire import Control, Damaged, Heard, Inbox, Message
from kiosk.devices.payment import Captured, Dead
from tests.transbank_pos.conftest import new_attempt

APPROVED = "0210|00|597029414300|75001087|ABC123|000123|5000|6590|000017|CR|||VI|24112026|101500||NC|00|0|SIN CUOTAS"


@pytest.mark.parametrize(
    ("text", "bytes_of_the_sheet"),
    [
        ("0200|123|", "02 30 32 30 30 7C 31 32 33 7C 03 31"),
        ("0100", "02 30 31 30 30 03 02"),
    ],
)
def test_frames(text: str, bytes_of_the_sheet: str) -> None:
    assert wire.frame(text) == bytes.fromhex(bytes_of_the_sheet)


@pytest.mark.parametrize(
    ("text", "check"),
    [
        ("0070", 0x04),
        ("0080", 0x0B),
        ("0250|", 0x78),
        ("0250|1", 0x49),
        ("0250|0", 0x48),
        ("0800", 0x0B),
        ("0500|1", 0x4B),
        ("0500||", 0x06),
        ("1200", 0x00),
        ("0900|81", 0x7F),
        ("0200|5000|ABC123|1|1", 0x74),
        ("0200|000005000|ABC123|1|1", 0x44),
        ("0200|5000|ABC123|||1|", 0x45),
    ],
)
def test_check_bytes_of_the_sheet(text: str, check: int) -> None:
    assert wire.frame(text)[-1] == check
    assert Inbox().feed(wire.frame(text)) == [Message(text[:4], tuple(text.split("|")[1:]))]


def test_requests() -> None:
    assert wire.sale(new_attempt(), "fen") == "0200|12840|T07K20004186A1|0|1"
    assert wire.sale(new_attempt(amount_fen=12800), "yuan") == "0200|128|T07K20004186A1|0|1"
    assert wire.frame(wire.ASK_LAST_SALE)[-1] == 0x48
    assert wire.frame(wire.REVERSAL)[-1] == 0x00


@pytest.mark.parametrize(
    "changed",
    [{"amount_fen": 12840}, {"amount_fen": 50}, {"amount_fen": 100_000_000_000}, {"key": "A" * 21, "amount_fen": 100}],
)
def test_what_a_terminal_in_yuan_cannot_be_asked_for(changed: dict[str, object]) -> None:
    assert wire.sale(msgspec.structs.replace(new_attempt(), **changed), "yuan") is None


def read(text: str) -> wire.Sale:
    [message] = Inbox().feed(wire.frame(text))
    assert isinstance(message, Message)
    return wire.read_sale(message)


def test_columns_of_an_answer() -> None:
    sale = read(APPROVED)
    assert (sale.code, sale.terminal, sale.ticket, sale.amount) == ("00", "75001087", "ABC123", "5000")
    assert (sale.operation, sale.authorisation) == ("000017", "000123")
    assert wire.captured(sale, "fen") == Captured(5000, "75001087-000017-000123")
    assert wire.captured(sale, "yuan") == Captured(500_000, "75001087-000017-000123")


def test_the_words_of_a_last_sale() -> None:
    sale = read(APPROVED)
    assert sale.named() == "75001087 ABC123 5000 000017 000123 00"
    assert "6590" not in sale.named()
    assert read("0260|11").named() == "none"
    assert read("0260|11|597029414300|75001087").named() == "none 75001087"
    longest = "0260|00|" + "|".join("9" * 60 for _ in range(18))
    assert len(read(longest).named()) <= 150
    assert sale.same_terminal_as(sale.named())
    assert sale.same_terminal_as("none")
    assert not sale.same_terminal_as("none 70000000")
    assert not sale.same_terminal_as("70000000 ABC123 5000 000017 000123 00")


@pytest.mark.parametrize(
    "text",
    ["0210", "0210|", "0210|00", "0210|00||||||||||", "0210|00|1|2|T|A|-5|4|O", "0210|00|1|2|T|A|5.0|4|O", "0210|xx|"],
)
def test_an_answer_without_its_amount_is_no_capture(text: str) -> None:
    assert wire.captured(read(text), "fen") is None


def test_a_cancelled_sale_is_told_from_a_refused_one() -> None:
    assert wire.refused("07") == Dead("cancelled")
    assert {wire.refused(code) for code in ("01", "02", "09", "22", "93")} == {Dead("refused")}


HEARD: list[tuple[str, list[Heard]]] = [
    ("06", [Control(True)]),
    ("15", [Control(False)]),
    ("FF 00 03 7C 06", [Control(True)]),
    ("02 30 31 30 30 03 03", [Damaged("check")]),
    ("02 03 03", [Damaged("function")]),
    ("02 30 31 03 02", [Damaged("function")]),
    ("02 30 31 30 30 03 02 06", [Message("0100", ()), Control(True)]),
    ("02 30 32 31 02 30 31 30 30 03 02", [Message("0100", ())]),  # broken off, and the next one after it
    ("02 31 32 30 30 03 00", [Message("1200", ())]),  # a check byte may be anything
]


@pytest.mark.parametrize(("received", "heard"), HEARD)
def test_whatever_arrives_in_any_portions(received: str, heard: list[Heard]) -> None:
    data = bytes.fromhex(received)
    for cut in range(len(data) + 1):
        inbox = Inbox()
        assert inbox.feed(data[:cut]) + inbox.feed(data[cut:]) == heard


def test_an_endless_frame_costs_no_memory() -> None:
    inbox = Inbox()
    heard = [found for _ in range(100) for found in inbox.feed(wire.STX + b"9" * wire.FRAME_LIMIT * 2)]
    assert heard == [Damaged("length")] * 100
    assert not inbox.inside


@given(st.lists(st.binary(max_size=40), max_size=20))
def test_noise_is_survived_and_a_good_frame_is_read_after_it(noise: list[bytes]) -> None:
    inbox = Inbox()
    for data in noise:
        inbox.feed(data)
    inbox.reset()
    assert inbox.feed(wire.frame(APPROVED))[-1] == Message("0210", tuple(APPROVED.split("|")[1:]))


@given(st.integers(0, len(wire.frame(APPROVED)) - 1), st.integers(0, 7))
def test_a_flipped_bit_never_makes_another_answer(place: int, bit: int) -> None:
    data = bytearray(wire.frame(APPROVED))
    data[place] ^= 1 << bit
    assert not [found for found in Inbox().feed(bytes(data)) if isinstance(found, Message)]


def test_what_a_recording_keeps() -> None:
    """Functions, codes, acknowledgements and the form of the rest; a frame that was bad stays bad."""
    mask = wire.masking()
    answer = wire.frame(APPROVED)
    kept = b"".join(mask("<", bytes([byte])) for byte in b"\x06noise" + answer)
    assert kept == b"\x06" + wire.frame(
        "0210|00|000000000000|00000000|xxx000|000000|0000|0000|000000|xx|||xx|00000000|000000||xx|00|0|xxx xxxxxx"
    )
    assert Inbox().feed(mask("<", answer[:-1] + b"!")) == [Damaged("check")]
