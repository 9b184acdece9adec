"""A driver and a simulated scanner over a pseudo terminal: codes, what is none, and everything that goes wrong."""

import argparse
import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from drivers.serial_scanner import wire
from drivers.serial_scanner.driver import SerialScanner
from drivers.serial_scanner.settings import SerialScannerSettings
from drivers.serial_scanner.simulator import OFF, ON, Scanner
from kiosk.devices.health import Busy, Offline, Ready
from kiosk.devices.scanner import Scanned, ScannerFailed, ScanOutcome
from kiosk.testing.simulator import Json

BILL = "0100003862"


class Hall:
    """A scanner, its driver, and somebody who holds things under it."""

    def __init__(self, scanner: Scanner, announced: Json) -> None:
        self.scanner = scanner
        self.port = str(announced["port"])
        self.announced: Json = announced["settings"]
        self.drivers: list[SerialScanner] = []

    async def driver(self, **changed: object) -> SerialScanner:
        """A driver, open."""
        given: dict[str, Any] = {**self.announced, "repeat_s": 0.0, **changed}
        settings = SerialScannerSettings(**given)
        driver = SerialScanner("scanner", self.port, settings)
        self.drivers.append(driver)
        await driver.open()
        return driver

    async def shown(self, driver: SerialScanner, text: str) -> ScanOutcome:
        """Wait for a code, and hold one there as soon as it is lit."""
        task = asyncio.create_task(driver.scan())
        await self.lit()
        await self.scanner.actions["show"]({"text": text})
        async with asyncio.timeout(10):
            return await task

    async def lit(self, *, on: bool = True) -> None:
        """Wait for the light."""
        async with asyncio.timeout(10):
            while self.scanner.lit != on:
                await asyncio.to_thread(bool)


@pytest.fixture(params=["honeywell"])
async def hall(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Hall]:
    trigger, _, suffix = str(request.param).partition(" ")
    options = argparse.Namespace(books=tmp_path, trigger=trigger, suffix=suffix or "cr", lit_s=5.0)
    scanner = Scanner(options)
    hall = Hall(scanner, await scanner.start())
    yield hall
    for driver in hall.drivers:
        await driver.aclose()
    await scanner.stop()


def text_of(outcome: ScanOutcome) -> str:
    assert isinstance(outcome, Scanned), outcome
    return outcome.text


@pytest.mark.parametrize(
    "hall",
    ["honeywell cr", "newland crlf", "sunmi lf", "datalogic cr", "continuous none"],
    indirect=True,
)
async def test_code_is_read_by_every_family(hall: Hall) -> None:
    driver = await hall.driver()
    assert await driver.status() == Ready()
    assert text_of(await hall.shown(driver, BILL)) == BILL
    assert text_of(await hall.shown(driver, "天福和园 3017")) == "天福和园 3017"


async def test_light_is_on_only_while_somebody_waits(hall: Hall) -> None:
    driver = await hall.driver()
    task = asyncio.create_task(driver.scan())
    await hall.lit()
    assert await driver.status() == Busy()
    task.cancel()
    await asyncio.wait([task])
    await hall.lit(on=False)
    assert not (await hall.scanner.actions["show"]({"text": BILL}))["done"]
    assert await driver.status() == Ready()


@pytest.mark.parametrize("hall", ["continuous cr"], indirect=True)
async def test_what_was_read_while_nobody_waited_is_dropped(hall: Hall) -> None:
    """A payment code that was held there too early is nobody's."""
    driver = await hall.driver()
    await hall.scanner.actions["show"]({"text": "134567890123456789"})
    await asyncio.gather(*hall.scanner._sending)
    assert text_of(await hall.shown(driver, BILL)) == BILL


async def test_light_goes_out_by_itself_and_is_lit_again(hall: Hall) -> None:
    hall.scanner._lit_s = 0.15
    driver = await hall.driver(again_s=0.1)
    task = asyncio.create_task(driver.scan())
    await hall.lit()
    async with asyncio.timeout(10):
        while len(hall.scanner.talk.after(0)["lines"]) < 3:
            await asyncio.to_thread(bool)
    assert (await hall.scanner.actions["show"]({"text": BILL}))["done"]
    assert text_of(await task) == BILL


async def test_command_that_was_not_heard_is_said_again(hall: Hall) -> None:
    hall.scanner.faults.arm("deaf")
    driver = await hall.driver(again_s=0.1)
    assert text_of(await hall.shown(driver, BILL)) == BILL


@pytest.mark.parametrize("fault", ["glued_ack", "pieces", "twice", "slow"])
@pytest.mark.parametrize("hall", ["honeywell", "newland"], indirect=True)
async def test_code_that_comes_strangely_is_the_same_code(hall: Hall, fault: str) -> None:
    driver = await hall.driver(repeat_s=1.5)
    more: dict[str, Any] = {"seconds": 0.2} if fault == "slow" else {}
    hall.scanner.faults.arm(fault, **more)
    assert text_of(await hall.shown(driver, BILL)) == BILL


@pytest.mark.parametrize("fault", ["broken", "no_suffix", "binary", "control", "long"])
async def test_what_is_no_code_is_dropped(hall: Hall, fault: str) -> None:
    driver = await hall.driver(again_s=0.1)
    hall.scanner.faults.arm(fault)
    task = asyncio.create_task(driver.scan())
    await hall.lit()
    await hall.scanner.actions["show"]({"text": BILL})
    await asyncio.gather(*hall.scanner._sending)
    await hall.lit()
    await asyncio.sleep(0.15)  # a silence
    await hall.scanner.actions["show"]({"text": "0100003870"})
    async with asyncio.timeout(10):
        assert text_of(await task) == "0100003870"


@pytest.mark.parametrize("hall", ["continuous cr"], indirect=True)
async def test_same_code_within_a_moment_is_the_same_scan(hall: Hall) -> None:
    driver = await hall.driver(repeat_s=5)
    assert text_of(await hall.shown(driver, BILL)) == BILL
    task = asyncio.create_task(driver.scan())
    for text in (BILL, BILL, "0100003870"):
        await hall.scanner.actions["show"]({"text": text})
        await asyncio.gather(*hall.scanner._sending)
    async with asyncio.timeout(10):
        assert text_of(await task) == "0100003870"


@pytest.mark.parametrize("text", ["'; DROP TABLE orders; --", "../../etc/passwd", "%s%n", "𠮷野家", "x" * 4296])
async def test_hostile_codes_are_data(hall: Hall, text: str) -> None:
    assert text_of(await hall.shown(await hall.driver(), text)) == text


async def test_unplugged_while_somebody_waits(hall: Hall) -> None:
    driver = await hall.driver()
    task = asyncio.create_task(driver.scan())
    await hall.lit()
    await hall.scanner.actions["unplug"]({})
    async with asyncio.timeout(10):
        assert isinstance(await task, ScannerFailed)
    assert isinstance(await driver.status(), Offline)
    assert isinstance(await driver.scan(), ScannerFailed)
    await hall.scanner.actions["plug"]({})
    assert await driver.status() == Ready()
    assert text_of(await hall.shown(driver, BILL)) == BILL


async def test_scanner_that_babbles(hall: Hall) -> None:
    driver = await hall.driver()
    await hall.scanner.actions["babble"]({})
    async with asyncio.timeout(30):
        assert await driver.scan() == ScannerFailed("it sends without end what is no code")
    await hall.scanner.actions["hush"]({})


async def test_no_value_shows_a_code_by_itself(hall: Hall) -> None:
    scanned = await hall.shown(await hall.driver(), "134567890123456789")
    assert repr(scanned) == "Scanned(18 characters)"
    lines = hall.scanner.talk.after(0)["lines"]
    assert "1345678" not in str(lines)
    assert b"1345678".hex() not in str(lines)


async def test_let_go_twice_and_while_it_waits(hall: Hall) -> None:
    driver = await hall.driver()
    task = asyncio.create_task(driver.scan())
    await hall.lit()
    await driver.aclose()
    await driver.aclose()
    assert isinstance(await task, ScannerFailed)


@pytest.mark.parametrize(
    "wrong",
    [
        {"trigger": "custom"},
        {"trigger": "custom", "start": "54"},
        {"trigger": "honeywell", "start": "54", "stop": "58"},
    ],
)
def test_trigger_without_its_bytes(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="custom"):
        SerialScanner("scanner", "serial:///dev/ttyACM0", SerialScannerSettings(**wrong))


async def test_custom_trigger(hall: Hall) -> None:
    assert (
        text_of(await hall.shown(await hall.driver(trigger="custom", start="16 54 0D", stop="16 55 0d"), BILL)) == BILL
    )


def test_commands_are_those_of_the_sheet() -> None:
    """Two readings of the makers' pages agree, and with the bytes that the sheet prints."""
    known = {name: (trigger.start, trigger.stop) for name, trigger in wire.TRIGGERS.items() if trigger.start}
    assert known == {name: (ON[name], OFF[name]) for name in ON}
    assert wire.TRIGGERS["newland"].start.hex(" ").upper() == "7E 01 30 30 30 30 23 53 43 4E 54 52 47 31 3B 03"
    assert wire.TRIGGERS["sunmi"].start.hex(" ").upper() == "23 53 43 4E 54 52 47 31 FD DB"
    assert wire.TRIGGERS["sunmi"].stop.hex(" ").upper() == "23 53 43 4E 54 52 47 30 FD DC"


def test_what_a_recording_keeps() -> None:
    mask = wire.masking()
    assert mask(">", b"\x16T\r") == b"\x16T\r"
    assert mask("<", b"\x02\x010000#SCNTRG1\x06;\x03") == b"\x02\x010000#SCNTRG1\x06;\x03"
    assert mask("<", "134567890123456789付\r".encode()) == b"x" * 21 + b"\r"
