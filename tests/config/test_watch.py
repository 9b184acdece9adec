"""Devices are watched one by one, and what residents see of them is steady."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import pytest

from kiosk.devices import registry
from kiosk.devices.drivers import DeviceConfig
from kiosk.devices.health import Busy, Health, NeedsAttention, Offline, Ready, Unknown
from kiosk.devices.registry import Devices, HealthSettings
from kiosk.devices.secret import Secret
from tests.config.outsider import PaperSettings, Printer

AWAY = Offline("no cable")
PAPER_OUT = NeedsAttention(("paper_out",))
QUICK = HealthSettings(poll_seconds=0.001, answer_seconds=0.05, blip_seconds=0.01, first_seconds=5)
PATIENT = msgspec.structs.replace(QUICK, blip_seconds=60)


class Hall:
    """Watched printers that answer as scripted, and what was told of them."""

    def __init__(self, settings: HealthSettings, **scripts: list[Health | Exception | None]) -> None:
        self.devices = Devices([_configured(name) for name in scripts], settings)
        self.printers = {device.name: device for device in self.devices.all if isinstance(device, Printer)}
        for name, answers in scripts.items():
            self.printers[name].answers = answers
        self.told: asyncio.Queue[tuple[str, Health]] = asyncio.Queue()
        self.devices.subscribe(lambda name, health: self.told.put_nowait((name, health)))

    async def tells(self) -> tuple[str, Health]:
        """The next change."""
        async with asyncio.timeout(10):
            return await self.told.get()


def _configured(name: str) -> DeviceConfig:
    return DeviceConfig(
        name=name,
        role="receipt_printer",
        driver="paper",
        port="socket://127.0.0.1:9",
        driver_class=Printer,
        settings=PaperSettings(key=Secret("env:KEY", Path())),
        given={},
    )


@asynccontextmanager
async def watched(settings: HealthSettings, **scripts: list[Health | Exception | None]) -> AsyncIterator[Hall]:
    hall = Hall(settings, **scripts)
    await hall.devices.open()
    try:
        yield hall
    finally:
        for printer in hall.printers.values():
            printer.released.set()
        await hall.devices.aclose()


async def test_a_hung_driver_holds_up_no_other() -> None:
    async with watched(QUICK, hung=[None], sound=[Busy(), Ready()]) as hall:
        await hall.printers["sound"].asked_times(20)
        assert hall.devices.health("sound") == Ready()
        assert hall.devices.health("hung") == Offline("the driver gave no answer in 0.05 s")
        assert hall.printers["hung"].asked == 1, "a question that hangs is not asked again beside itself"


async def test_a_driver_that_hangs_once_is_asked_again_when_it_lets_go() -> None:
    async with watched(QUICK, printer=[None, Ready()]) as hall:
        assert await hall.tells() == ("printer", Offline("the driver gave no answer in 0.05 s"))
        hall.printers["printer"].released.set()
        assert await hall.tells() == ("printer", Ready())


async def test_a_raising_driver_is_offline_and_says_why() -> None:
    async with watched(QUICK, printer=[ValueError("bad byte 0x31"), Ready()]) as hall:
        assert await hall.tells() == ("printer", Offline("ValueError: bad byte 0x31"))
        assert await hall.tells() == ("printer", Ready())


async def test_a_driver_that_cannot_open_is_opened_again() -> None:
    hall = Hall(QUICK, printer=[Ready()])
    hall.printers["printer"].opens = [OSError("no such device")]
    await hall.devices.open()
    assert await hall.tells() == ("printer", Offline("OSError: no such device"))
    assert await hall.tells() == ("printer", Ready())
    await hall.devices.aclose()
    assert hall.printers["printer"].closed


async def test_a_blip_changes_nothing_for_residents() -> None:
    async with watched(PATIENT, printer=[Ready(), AWAY, Unknown("garbled"), RuntimeError("x"), Ready()]) as hall:
        await hall.printers["printer"].asked_times(8)
        assert hall.devices.health("printer") == Ready()
        assert await hall.tells() == ("printer", Ready())
        assert hall.told.empty()


async def test_a_longer_silence_is_shown() -> None:
    async with watched(QUICK, printer=[Ready(), AWAY]) as hall:
        assert await hall.tells() == ("printer", Ready())
        assert await hall.tells() == ("printer", AWAY)


async def test_a_silence_is_shown_though_the_driver_hangs_in_it() -> None:
    slow = msgspec.structs.replace(QUICK, answer_seconds=30)
    async with watched(slow, printer=[Ready(), AWAY, None]) as hall:
        assert await hall.tells() == ("printer", Ready())
        assert await hall.tells() == ("printer", AWAY)


async def test_paper_out_is_shown_at_once() -> None:
    async with watched(PATIENT, printer=[Ready(), PAPER_OUT]) as hall:
        assert await hall.tells() == ("printer", Ready())
        assert await hall.tells() == ("printer", PAPER_OUT)


async def test_paper_out_while_away_is_not_forgotten_by_the_silence() -> None:
    async with watched(QUICK, printer=[Ready(), AWAY, PAPER_OUT]) as hall:
        assert await hall.tells() == ("printer", Ready())
        while (await hall.tells())[1] != PAPER_OUT:
            pass
        await hall.printers["printer"].asked_times(hall.printers["printer"].asked + 20)
        assert hall.devices.health("printer") == PAPER_OUT


async def test_a_device_that_is_away_from_the_start_is_shown_at_once() -> None:
    async with watched(PATIENT, printer=[AWAY]) as hall:
        assert hall.devices.health("printer") == AWAY


async def test_loss_is_logged_once_and_recovery_once(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "kiosk.devices.registry")
    script: list[Health | Exception | None] = [Ready(), AWAY, AWAY, PAPER_OUT, AWAY, PAPER_OUT, Ready()]
    async with watched(msgspec.structs.replace(QUICK, blip_seconds=0), printer=script) as hall:
        await hall.printers["printer"].asked_times(12)
    assert [record.levelname for record in caplog.records] == ["WARNING", "INFO"]
    assert [record.getMessage().partition(":")[0] for record in caplog.records] == [
        "device printer does not work",
        "device printer works again",
    ]


async def test_a_subscriber_that_raises_stops_no_watch() -> None:
    hall = Hall(QUICK, printer=[Ready(), PAPER_OUT, Ready()])
    raised: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: raised.append(context.get("exception")))
    surprise = KeyError("x")

    def stumble(name: str, health: Health) -> None:
        raise surprise

    stop = hall.devices.subscribe(stumble)
    await hall.devices.open()
    assert [(await hall.tells())[1] for _ in range(3)] == [Ready(), PAPER_OUT, Ready()]
    stop()
    await hall.devices.aclose()
    assert raised == [surprise] * 3


async def test_closing_leaves_a_hanging_driver_behind(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(registry, "_CLOSE_LIMIT", 0.05)
    hall = Hall(QUICK, hung=[None], sound=[Ready()])
    hall.printers["hung"].closes = False
    await hall.devices.open()
    await hall.devices.aclose()
    assert hall.printers["sound"].closed
    assert caplog.messages[-1] == "device hung did not close"
    hall.printers["hung"].released.set()


async def test_devices_are_found_by_what_they_do() -> None:
    hall = Hall(QUICK, receipts=[Ready()])
    assert hall.devices.printer is hall.printers["receipts"]
    assert hall.devices.methods == ()
    with pytest.raises(LookupError, match="no device of that role"):
        _ = hall.devices.gas
