"""A simulated reader on a pseudo terminal, a driver on the other end, and a resident's hand."""

import argparse
import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import msgspec
import pytest

from drivers.sdt_id.driver import SdtId
from drivers.sdt_id.settings import SdtIdSettings
from drivers.sdt_id.simulator import IdCardReader, more_options
from kiosk.devices.id_reader import CardRead, IdCard, IdOutcome, IdProgress
from kiosk.testing.simulator import Json

QUICK = {
    "open_timeout_s": 1.0,
    "write_timeout_s": 0.5,
    "status_timeout_s": 1.0,
    "find_timeout_s": 1.0,
    "read_timeout_s": 1.0,
    "poll_s": 0.005,
}
"""Nothing is waited for that does not come; what does come may be late on a busy machine."""
HASTY = {"status_timeout_s": 0.2, "find_timeout_s": 0.2, "read_timeout_s": 0.2}
"""For what does not come."""


class Counter:
    """The reader, its hand, and the drivers that were connected to it."""

    def __init__(self, machine: IdCardReader, announced: Json, stack: AsyncExitStack) -> None:
        self.machine = machine
        self.announced = announced
        self.told: list[IdProgress] = []
        self._stack = stack
        self._news = asyncio.Event()

    def driver(self, **settings: Any) -> SdtId:
        """A driver that has asked nothing yet."""
        merged = msgspec.convert({**self.announced["settings"], **QUICK, **settings}, SdtIdSettings)
        driver = SdtId("identity", self.announced["port"].replace("115200", "921600"), merged)  # waits less
        self._stack.push_async_callback(driver.aclose)
        return driver

    def tell(self, progress: IdProgress) -> None:
        self.told.append(progress)
        self._news.set()

    async def until_told(self, progress: IdProgress, times: int = 1) -> None:
        """Until it was told so often."""
        async with asyncio.timeout(10):
            while self.told.count(progress) < times:
                self._news.clear()
                await self._news.wait()

    def reading(self, driver: SdtId) -> "asyncio.Task[IdOutcome]":
        """A wait for a card."""
        return asyncio.create_task(driver.read(self.tell))

    async def read(self, driver: SdtId) -> IdOutcome:
        """Wait for a card, but not for ever."""
        async with asyncio.timeout(10):
            return await driver.read(self.tell)

    async def card(self, driver: SdtId) -> IdCard:
        """What a card says that can be read."""
        outcome = await self.read(driver)
        assert isinstance(outcome, CardRead), outcome
        return outcome.card

    async def hand(self, action: str, **asked: object) -> Json:
        """What somebody does at the reader."""
        return await self.machine.actions[action](asked)

    async def lay(self, who: str = "senior", **changed: str) -> None:
        await self.hand("lay", who=who, **changed)

    def arm(self, fault: str, times: int = 1, **more: Any) -> None:
        self.machine.faults.arm(fault, times, **more)

    def heard(self) -> list[str]:
        """The commands that reached the reader."""
        return [line["what"][:4] for line in self.machine.talk.after(0)["lines"] if line["direction"] == "heard"]

    async def until_heard(self, command: str, times: int = 1) -> None:
        """Until a command reached the reader so often."""
        async with asyncio.timeout(10):
            for _ in iter(lambda: self.heard().count(command) >= times, True):
                await asyncio.sleep(0)

    @property
    def reads(self) -> list[str]:
        """Whose cards were read whole."""
        return [read["who"] for read in self.machine.books()["reads"]]

    @property
    def oddities(self) -> list[str]:
        return list(self.machine.books()["oddities"])


Build = Callable[..., Awaitable[Counter]]


@pytest.fixture
async def build(tmp_path: Path) -> AsyncIterator[Build]:
    """Builds a counter; `options` are the simulator's command line."""
    async with AsyncExitStack() as stack:

        async def make(*options: str) -> Counter:
            parser = argparse.ArgumentParser()
            parser.add_argument("--books", type=Path)
            more_options(parser)
            machine = IdCardReader(parser.parse_args(["--books", str(tmp_path), "--pause-s", "0", *options]))
            announced = await machine.start()
            stack.push_async_callback(machine.stop)
            return Counter(machine, announced, stack)

        yield make


@pytest.fixture
async def counter(build: Build) -> Counter:
    """The usual one."""
    return await build()
