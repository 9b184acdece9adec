"""Bytes of the sheet, literally, and replies that come in pieces or in the middle of each other."""

import itertools

import pytest

from drivers.escpos import wire
from drivers.escpos.driver import read_health, read_paper
from drivers.escpos.wire import (
    Asb,
    Finished,
    Identity,
    Inbox,
    Noise,
    Reply,
    RollByte,
    Sensors,
    StatusByte,
    read_asb,
    read_status,
)
from kiosk.devices.health import Busy, Health, NeedsAttention, Offline, Ready


@pytest.mark.parametrize(
    ("command", "bytes_of_the_sheet"),
    [
        (wire.INIT, "1B 40"),
        (wire.CHINESE_ON, "1C 26"),
        (wire.feed(4), "1B 64 04"),
        (wire.align("center"), "1B 61 01"),
        (wire.align("right"), "1B 61 02"),
        (wire.style(True, 2), "1B 45 01 1D 21 11 1C 21 0C"),
        (wire.style(False, 1), "1B 45 00 1D 21 00 1C 21 00"),
        (wire.style(False, 5), "1B 45 00 1D 21 44 1C 21 0C"),
        (wire.cut("full"), "1D 56 00"),
        (wire.cut("partial"), "1D 56 01"),
        (wire.ask(3), "10 04 03"),
        (wire.DROP_BUFFERS, "10 05 02"),
        (wire.ASK_ROLL, "1D 72 01"),
        (wire.ask_identity(65), "1D 49 41"),
        (wire.ask_finished(b"abcd"), "1D 28 48 06 00 30 30 61 62 63 64"),
        (wire.raster(2, b"\xff\x00\x81\x7e"), "1D 76 30 00 02 00 02 00 FF 00 81 7E"),
    ],
)
def test_commands(command: bytes, bytes_of_the_sheet: str) -> None:
    assert command == bytes.fromhex(bytes_of_the_sheet)


@pytest.mark.parametrize(
    ("received", "replies"),
    [
        ("12", [StatusByte(0x12)]),
        ("72 7E 1E 16", [StatusByte(0x72), StatusByte(0x7E), StatusByte(0x1E), StatusByte(0x16)]),
        ("10 00 00 00", [Asb(b"\x10\x00\x00\x00")]),
        ("14 00 00 00", [Asb(b"\x14\x00\x00\x00")]),
        ("38 00 00 00", [Asb(b"\x38\x00\x00\x00")]),
        ("18 00 0F 00 12", [Asb(b"\x18\x00\x0f\x00"), StatusByte(0x12)]),
        ("37 22 61 62 63 64 00", [Finished(b"abcd")]),
        ("0C", [RollByte(0x0C)]),
        ("11 13", [Noise(0x11), Noise(0x13)]),
        ("FF A5", [Noise(0xFF), Noise(0xA5)]),
    ],
)
def test_replies_in_any_portions(received: str, replies: list[Reply]) -> None:
    data = bytes.fromhex(received)
    for cut in range(len(data) + 1):
        inbox = Inbox()
        assert inbox.feed(data[:cut]) + inbox.feed(data[cut:]) == replies


def test_asb_in_the_middle_of_a_proof() -> None:
    assert Inbox().feed(bytes.fromhex("37 22 61 10 00 00 00 62 63 64 00")) == [Asb(b"\x10\0\0\0"), Finished(b"abcd")]


def test_status_answer_in_the_middle_of_a_proof_and_of_an_asb_block() -> None:
    received = bytes.fromhex("37 22 61 62 12 63 64 00 18 08 1E 00 00")
    assert Inbox().feed(received) == [
        StatusByte(0x12),
        Finished(b"abcd"),
        StatusByte(0x1E),
        Asb(b"\x18\x08\x00\x00"),
    ]


def test_a_broken_proof_does_not_swallow_the_next_one() -> None:
    found = Inbox().feed(bytes.fromhex("37 22 61 62 37 22 65 66 67 68 00 0C"))
    assert [reply for reply in found if not isinstance(reply, Noise)] == [Finished(b"efgh"), RollByte(0x0C)]


def test_a_broken_proof_does_not_swallow_a_roll_answer() -> None:
    assert RollByte(0x0F) in Inbox().feed(bytes.fromhex("37 22 61 62 0F"))


TEXT = b'_TM-T88VII 7"abcd\0'
"""An answer to GS I whose letters have the bits of everything else: of status bytes, ASB blocks, a whole proof."""


@pytest.mark.parametrize("between", ["", "12", "1A 1E", "11 13", "18 00 0F 00", "10 12 00 00 00"])
def test_letters_of_an_identity_are_nothing_else(between: str) -> None:
    sent_at_once = bytes.fromhex(between)
    for cut in range(1, len(TEXT)):
        inbox = Inbox()
        inbox.expect_text()
        heard = inbox.feed(TEXT[:cut]) + inbox.feed(sent_at_once) + inbox.feed(TEXT[cut:])
        assert heard == [*Inbox().feed(sent_at_once), Identity('TM-T88VII 7"abcd')]
        assert inbox.feed(b"7\x22abcd\0") == [Finished(b"abcd")]


def test_an_identity_that_nobody_asked_for_is_none() -> None:
    assert Inbox().feed(b"_") == [Noise(0x5F)]
    assert Inbox().feed(b"7\x22a_bcd\0") == [Noise(0x5F), Finished(b"abcd")]


@pytest.mark.parametrize("text", [b"_TM-\xd488V\0", b"_TM\x0288V\0", b"_" + b"T" * 81])
def test_a_garbled_identity_is_noise(text: bytes) -> None:
    inbox = Inbox()
    inbox.expect_text()
    assert {type(reply) for reply in inbox.feed(text + b"\x12")[:-1]} == {Noise}


@pytest.mark.parametrize(
    ("told", "identity"),
    [
        ((), ""),
        (("1.07",), "firmware 1.07"),
        (("1.07", "TM-T88V"), "TM-T88V, firmware 1.07"),
        (("", "TM-T88V", "EPSON"), "EPSON TM-T88V"),
    ],
)
def test_what_a_printer_tells_of_itself(told: tuple[str, ...], identity: str) -> None:
    assert wire.read_identity(told) == identity


def test_a_reset_forgets_half_a_block() -> None:
    inbox = Inbox()
    assert inbox.feed(b"\x10\x00") == []
    inbox.reset()
    assert inbox.feed(b"\x0c") == [RollByte(0x0C)]


def test_no_mark_can_be_taken_for_a_status_byte() -> None:
    for mark in itertools.islice(wire.marks(12345), 1000):
        assert all(0x20 <= byte <= 0x7E and not byte & 0x10 for byte in mark)
    assert len(set(itertools.islice(wire.marks(0), 1000))) == 1000


IDLE = (0x12, 0x12, 0x12, 0x12)


@pytest.mark.parametrize(
    ("answers", "health", "paper"),
    [
        (IDLE, Ready(), "full"),
        ((0x16, 0x12, 0x12, 0x12), Ready(), "full"),
        ((0x12, 0x12, 0x12, 0x1E), Ready(("paper_low",)), "low"),
        ((0x12, 0x12, 0x12, 0x16), Ready(("paper_low",)), "low"),
        ((0x1A, 0x32, 0x12, 0x72), NeedsAttention(("paper_out",)), "out"),
        ((0x1A, 0x32, 0x12, 0x7E), NeedsAttention(("paper_out",)), "out"),
        ((0x12, 0x12, 0x12, 0x32), NeedsAttention(("paper_out",)), "out"),
        ((0x12, 0x12, 0x12, 0x52), NeedsAttention(("paper_out",)), "out"),
        ((0x1A, 0x32, 0x12, 0x12), NeedsAttention(("paper_out",)), "out"),
        ((0x1A, 0x16, 0x12, 0x12), NeedsAttention(("cover_open",)), "full"),
        ((0x1A, 0x36, 0x52, 0x7E), NeedsAttention(("cover_open", "paper_out")), "out"),
        ((0x1A, 0x52, 0x1A, 0x12), NeedsAttention(("cutter_error",)), "jammed"),
        ((0x1A, 0x52, 0x16, 0x12), NeedsAttention(("mechanical_error",)), "jammed"),
        ((0x1A, 0x52, 0x32, 0x12), NeedsAttention(("unrecoverable_error",)), "full"),
        ((0x1A, 0x52, 0x52, 0x12), NeedsAttention(("head_hot",)), "full"),
        ((0x1A, 0x52, 0x12, 0x12), NeedsAttention(("mechanical_error",)), "full"),
        ((0x52, 0x12, 0x12, 0x12), Busy(), "full"),
        ((0x1A, 0x1A, 0x12, 0x12), Busy(), "full"),
        ((0x1A, 0x12, 0x12, 0x12), Offline("the printer says that it is offline"), "full"),
    ],
)
def test_what_the_four_answers_mean(answers: tuple[int, int, int, int], health: Health, paper: str) -> None:
    sensors = read_status(answers)
    assert read_health(sensors) == health
    assert read_paper(sensors) == paper


def test_a_slip_in_the_exit_is_not_the_end_of_the_paper() -> None:
    sensors = read_status((0x12, 0x12, 0x12, 0x52), presenter=True)
    assert read_health(sensors) == Ready()
    assert sensors.slip_in_exit
    assert read_status((0x1A, 0x12, 0x12, 0x32), presenter=True).paper_out


def test_a_missing_black_mark_is_not_a_broken_printer_part() -> None:
    sensors = read_status((0x1A, 0x12, 0x16, 0x12), black_mark=True)
    assert not sensors.mechanical_error
    assert sensors.error


@pytest.mark.parametrize(
    ("block", "sensors"),
    [
        ("10 00 00 00", Sensors()),
        ("14 00 00 00", Sensors()),
        ("38 00 00 00", Sensors(offline=True, cover_open=True)),
        ("18 00 0F 00", Sensors(offline=True, paper_low=True, paper_out=True)),
        ("18 08 00 00", Sensors(offline=True, cutter_error=True, error=True)),
    ],
)
def test_automatic_status_blocks(block: str, sensors: Sensors) -> None:
    assert read_asb(bytes.fromhex(block)) == sensors


def test_never_asked_is_unknown_paper() -> None:
    assert read_paper(None) == "unknown"


def test_no_picture_can_spell_a_real_time_command() -> None:
    rows = bytes.fromhex("10 05 02 10 04 01 10 14 10 10 05 02 00 00 00 00")
    sent = wire.raster(4, rows)
    assert len(sent) == 8 + 16
    assert not any(bytes((0x10, second)) in sent for second in (0x04, 0x05, 0x14))


def test_chunks_keep_commands_whole() -> None:
    commands = (b"a" * 10, b"b" * 10, b"c" * 50, b"d")
    assert list(wire.chunks(commands, 25)) == [b"a" * 10 + b"b" * 10, b"c" * 50, b"d"]


def test_what_a_recording_keeps() -> None:
    mask = wire.masking()
    questions = wire.INIT + wire.ask(1) + wire.ask_identity(67) + wire.ask_finished(b"ABCD") + wire.ASK_ROLL
    assert mask(">", questions) == questions
    assert mask(">", wire.INIT + "王桂芳".encode("gb18030")) == bytes(8)
    assert mask("<", b"\x12") == b"\x12"
