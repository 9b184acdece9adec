"""A driver and a simulated nexo terminal, talking TLS on loopback."""

import argparse
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import msgspec
import pytest

from drivers.nexo_terminal.driver import NexoTerminal
from drivers.nexo_terminal.settings import NexoTerminalSettings
from drivers.nexo_terminal.simulator import NexoTerminalSimulator
from kiosk.devices.payment import Attempt, Captured, Open, Outcome, Progress
from kiosk.testing.simulator import Json
from tests.payments import settings_of


def settings_from(announced: Json, **changed: object) -> NexoTerminalSettings:
    """Settings as the configuration would read them, with short times."""
    quick = {"timeout_s": 1, "connect_timeout_s": 1, "answer_s": 5, "begin_s": 0.05, "abort_s": 3}
    return settings_of(NexoTerminalSettings, announced, **{**quick, **changed})


class Hall:
    """A terminal's driver, the card terminal, and a resident with a card."""

    def __init__(self, terminal: NexoTerminalSimulator, announced: Json) -> None:
        self.terminal = terminal
        self.url = str(announced["port"])
        self.announced: Json = announced["settings"]
        self.drivers: list[NexoTerminal] = []
        self.told: list[Progress] = []

    async def driver(self, now: Callable[[], float] = time.time, port: str = "", **changed: object) -> NexoTerminal:
        """A driver, open."""
        driver = NexoTerminal("card", port or self.url, settings_from(self.announced, **changed), now)
        self.drivers.append(driver)
        await driver.open()
        return driver

    async def hand(self, action: str) -> Json:
        """What the resident does."""
        return await self.terminal.actions[action]({})

    async def begun(self, driver: NexoTerminal, attempt: Attempt) -> None:
        """Start an attempt; the terminal waits for a card."""
        assert await driver.start(attempt, self.told.append) == Open()

    async def found(self, driver: NexoTerminal, attempt: Attempt) -> Outcome:
        """What became of it, once the exchange that began it is over."""
        for task in list(driver._running.values()):
            await task
        return await driver.find(attempt)

    async def paid(self, driver: NexoTerminal, attempt: Attempt) -> Attempt:
        """A paid attempt as the ledger would hold it."""
        await self.begun(driver, attempt)
        assert (await self.hand("pay"))["done"]
        outcome = await self.found(driver, attempt)
        assert isinstance(outcome, Captured), outcome
        return msgspec.structs.replace(attempt, ref=outcome.ref, captured_fen=outcome.fen)

    def arm(self, fault: str, times: int = 1, **more: object) -> None:
        """Let something go wrong."""
        self.terminal.faults.arm(fault, times, **more)

    def booked(self, attempt: Attempt) -> Json:
        """The attempt in the terminal's books."""
        booked: Json = self.terminal.books()["payments"][attempt.key]
        return booked


@pytest.fixture(scope="session")
def certificate_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The terminal's certificate, made once."""
    return tmp_path_factory.mktemp("nexo")


def options(folder: Path, *, plain: bool = False) -> argparse.Namespace:
    """The simulator's command line."""
    return argparse.Namespace(books=folder, port=0, plain=plain, card_wait_s=20, pin_wait_s=20, bank_wait_s=20)


@pytest.fixture(params=["sealed"])
async def hall(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Hall]:
    """The simulator is up; drivers are made by the test and closed here."""
    terminal = NexoTerminalSimulator(options(tmp_path, plain=request.param == "plain"))
    hall = Hall(terminal, await terminal.start())
    yield hall
    for driver in hall.drivers:
        await driver.aclose()
    await terminal.stop()
