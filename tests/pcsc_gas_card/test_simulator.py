"""The simulated reader by itself: chips as their sheets have them, hand, talk, and cards that survive a kill."""

import asyncio
import json
import os
import sys
from pathlib import Path

import pytest
from aiohttp import ClientSession

from drivers.pcsc_gas_card import simulator_layout as layout
from drivers.pcsc_gas_card.simulator import BUTTONS, CardReader
from drivers.pcsc_gas_card.simulator_chips import CHIPS, At24c, Card, Chip, Kind, PulledError, new_card
from drivers.pcsc_gas_card.simulator_slot import FAULTS, Slot
from drivers.pcsc_gas_card.simulator_talk import answer_in_words, in_words, without_keys
from kiosk.ports.pcsc import PcscError, Service
from kiosk.ports.urls import Address, PcscAddress, parse_url
from kiosk.testing.simulator import BadRequestError, Faults, Talk
from tests.pcsc_gas_card.conftest import build


def powered(kind: Kind, torn: int | None = None) -> tuple[Card, Chip]:
    card = new_card("test", kind, layout.issue("0200000284", 6, 0, 29500), layout.key_of("0200000284", 0, 3))
    return card, CHIPS[kind](card, lambda: None, lambda: torn)


def said(chip: Chip, *commands: str) -> list[str]:
    """What it answers, in hex."""
    return [chip.answer(bytes.fromhex(command)).hex().upper() for command in commands]


def test_an_sle4442_that_nobody_opened() -> None:
    card, chip = powered("sle4442")
    before = bytes(card.memory)
    assert said(chip, "FFB0000004", "FFA400000106", "FFB0000004") == ["6986", "9000", "A21310919000"]
    assert said(chip, "FFD000200100", "FFD200010301020" + "3", "FFD1002001" + "00") == ["6982"] * 3
    assert said(chip, "FFB1000004", "FFB2000004") == ["070000009000", "FF0000009000"]
    assert said(chip, "FF99000000", "00A4000002", "FFD0002002FF", "FFB0000000") == ["6D00", "6E00", "6700", "6700"]
    assert bytes(card.memory) == before


def test_an_sle4442_opened_by_its_key() -> None:
    card, chip = powered("sle4442")
    key = card.key.hex()
    assert said(chip, "FFA400000106", "FF20000003000000", f"FF20000003{key}") == ["9000", "9003", "9007"]
    assert said(chip, "FFB1000004") == [f"07{key}9000".upper()]
    assert said(chip, "FFD000600102", "FFB0006001") == ["9000", "029000"]
    assert said(chip, "FFD000080100", "FFB0000801") == ["9000", "4D9000"]  # frozen: answered well, and not written
    assert said(chip, "FFD1000001A2", "FFB2000004") == ["9000", "FE0000009000"]
    assert said(chip, "FFD2000103010203") == ["9000"]
    assert card.key == b"\x01\x02\x03"
    assert said(chip, "FFA400000106", "FFD000600103") == ["9000", "6982"]  # chosen anew, it is closed again


def test_an_at24c_goes_round_in_its_page_and_is_deaf_while_it_writes() -> None:
    card, chip = powered("at24c")
    assert isinstance(chip, At24c)
    assert said(chip, "FFA400000101", "FFD000660401020304", "FFB0006001") == ["9000", "9000", "039000"]
    assert card.memory[0x60:0x68].hex() == "0304ffffffff0102"
    chip._busy_until = float("inf")
    assert said(chip, "FFD000600105", "FFB0006001") == ["6986", "039000"]


def test_a_cpu_card() -> None:
    card, chip = powered("cpu")
    key = card.key.hex()
    assert said(chip, "00B0810004", "00A4040005F04D4B4743", "00C0000009") == ["6A82", "6109", "6F078405F04D4B47439000"]
    assert said(chip, "00A40400050102030405", "00A4040005F04D4B4743") == ["6A82", "6109"]
    assert said(chip, "00D6810001AA", "00200000", "0020000003000000", "00200000") == ["6982", "63C3", "63C2", "63C2"]
    assert said(chip, f"0020000003{key}", "00D6816001AA", "00B0816001") == ["9000", "9000", "AA9000"]
    assert said(chip, "00B081F020", "00B081F010") == ["6C10", "FF" * 16 + "9000"]
    for _ in range(3):
        chip.answer(bytes.fromhex("0020000003000000"))
    assert said(chip, "00200000", f"0020000003{key}") == ["6983", "6983"]


@pytest.mark.parametrize("torn", [0, 1, 3])
def test_a_write_that_breaks_off_leaves_a_byte_erased(torn: int) -> None:
    card, chip = powered("sle4442", torn)
    said(chip, "FFA400000106", f"FF20000003{card.key.hex()}")
    with pytest.raises(PulledError):
        chip.answer(bytes.fromhex("FFD000220401020304"))
    assert card.memory[0x22:0x26].hex() == ("010203"[: 2 * torn] + "ff" + "00000000")[:8]


def test_the_meter_takes_only_what_is_whole() -> None:
    image = layout.issue("0200000284", 6, 700, 29500)
    assert layout.at_the_meter(image) == 700
    assert layout.read(bytes(image)) == layout.Purchase("0200000284", 6, 0, 29500)
    assert layout.at_the_meter(image) == 0
    image[0x41] = 0xFF
    assert layout.read(bytes(image)) is None
    assert layout.at_the_meter(image) == 0


def test_no_key_is_ever_told() -> None:
    for command in ("FF200000032848B4", "FFD20001032848B4", "00200000082848B42848B42848"):
        data = bytes.fromhex(command)
        assert "2848" not in without_keys(data).hex() + in_words(data)
    assert in_words(b"\xff") == "1 bytes that are no command"
    assert answer_in_words(bytes.fromhex("FF200000032848B4"), b"\x90\x00") == "90 00, the card is dead"
    assert answer_in_words(bytes.fromhex("FF200000032848B4"), b"\x90\x07") == "90 07, the key is right"


async def test_what_goes_over_the_wire_to_the_virtual_reader(tmp_path: Path) -> None:
    """The sheet's bytes, from a reader's side of the wire."""
    came: asyncio.Future[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = asyncio.Future()
    wire = tmp_path / "card"
    server = await asyncio.start_unix_server(lambda reader, writer: came.set_result((reader, writer)), wire)
    slot = Slot(wire, Faults(FAULTS), Talk(), lambda _: None)
    slot.insert(powered("sle4442")[0])
    reader, writer = await came

    async def asks(sent: str, length: int) -> str:
        writer.write(bytes.fromhex(sent))
        return (await reader.readexactly(length)).hex(" ").upper()

    assert await reader.readexactly(1) == b"n"
    assert await asks("00 01 04", 8) == "00 06 3B 04 A2 13 10 91"
    writer.write(bytes.fromhex("00 01 01"))  # power is not answered
    assert await asks("00 06 FF A4 00 00 01 06", 4) == "00 02 90 00"
    assert await asks("00 05 FF B1 00 00 04", 8) == "00 06 07 00 00 00 90 00"
    await slot.pull()
    assert await reader.read() == b""
    writer.close()
    server.close()


@pytest.fixture
async def machine(tmp_path: Path) -> CardReader:
    """One whose pcscd is not started."""
    return build(tmp_path)


async def test_the_hand_says_what_it_does_not_know(machine: CardReader) -> None:
    for action, asked in (("insert", {"card": "nobodys"}), ("meter", {"card": 7})):
        with pytest.raises(BadRequestError, match="there are household, unused"):
            await machine.actions[action](asked)
    with pytest.raises(BadRequestError, match="no fault"):
        machine.faults.arm("nonsense")
    await machine.stop()


async def test_every_button_is_an_action_or_a_fault(machine: CardReader) -> None:
    assert {button.action for button in BUTTONS if button.action} <= set(machine.actions)
    assert {button.fault for button in BUTTONS if button.fault} <= set(FAULTS)
    await machine.stop()


async def test_what_is_on_a_card_survives_a_kill(tmp_path: Path) -> None:
    """As a program of its own, which is killed; nothing of it runs on."""

    async def start() -> tuple[asyncio.subprocess.Process, dict[str, str]]:
        program = (sys.executable, "-m", "drivers.pcsc_gas_card.simulator", "--books", str(tmp_path), "--until-eof")
        process = await asyncio.create_subprocess_exec(
            *program, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
        )
        assert process.stdout is not None
        return process, json.loads(await process.stdout.readline())

    process, announced = await start()
    address = parse_url(announced["port"])
    assert isinstance(address, PcscAddress)
    async with ClientSession() as web:
        await web.post(f"{announced['control']}/do/write", json={"card": "household", "at": 0x50, "hex": "01020304"})
        await web.post(f"{announced['control']}/do/lose_try", json={"card": "household"})
        with Service(address) as service:
            assert service.reader() == "Simulated Reader 00 00"
        process.kill()
        await process.wait()
        for _ in iter(lambda: _runs(address), False):
            await asyncio.sleep(0.02)
        process, announced = await start()
        async with web.get(f"{announced['control']}/cards/household") as answer:
            assert (await answer.read())[0x50:0x54] == b"\x01\x02\x03\x04"
        async with web.get(f"{announced['control']}/books") as answer:
            assert (await answer.json())["cards"][0]["tries"] == 2
    process.terminate()
    assert await process.wait() == 0
    assert not _runs(parse_url(announced["port"]))


async def test_where_nobody_may_have_namespaces(tmp_path: Path) -> None:
    """As in a container: pcscd is where it always is. Here the container is namespaces of the test's own."""
    simulator = f"{sys.executable} -m drivers.pcsc_gas_card.simulator --books {tmp_path} --until-eof --in-common"
    process = await asyncio.create_subprocess_exec(
        *("unshare", "--mount", "--net", *(() if os.getuid() == 0 else ("--map-root-user",)), "sh", "-c"),
        f"mount -t tmpfs none /run && exec {simulator}",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    announced = json.loads(await process.stdout.readline())
    assert announced["port"].endswith("?socket=/run/pcscd/pcscd.comm")
    with Service(PcscAddress("", f"/proc/{process.pid}/root/run/pcscd/pcscd.comm")) as service:
        assert service.reader() == "Simulated Reader 00 00"
    process.terminate()
    assert await process.wait() == 0


def _runs(address: Address) -> bool:
    assert isinstance(address, PcscAddress)
    try:
        with Service(address):
            return True
    except PcscError:
        return False
