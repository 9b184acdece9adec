"""A simulated card terminal on a pseudo terminal, a driver on the other end, and a resident's hand."""

import argparse
import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import msgspec
import pytest

from drivers.transbank_pos import wire
from drivers.transbank_pos.driver import TransbankPos
from drivers.transbank_pos.settings import TransbankPosSettings
from drivers.transbank_pos.simulator import CardTerminal, more_options
from kiosk.devices.health import Offline
from kiosk.devices.payment import Attempt, Decided, Open, Outcome, Progress, Ready, Refund, Step, Unknown
from kiosk.testing.simulator import Json

QUICK = {
    "ack_timeout_s": 0.3,
    "reply_timeout_s": 0.4,
    "reversal_timeout_s": 0.5,
    "gap_timeout_s": 0.1,
    "open_timeout_s": 1.0,
    "answer_seconds": 1e-6,
    "write_timeout_s": 0.5,
}
"""Short times. With `answer_seconds` next to nothing, a sale that is not under way any more is over."""


def build_terminal(folder: Path, *options: str) -> CardTerminal:
    parser = argparse.ArgumentParser()
    parser.add_argument("--books", type=Path)
    parser.add_argument("--port", type=int, default=0)
    more_options(parser)
    return CardTerminal(
        parser.parse_args(["--books", str(folder), "--new", "--pause-s", "0", "--ack-wait-s", "0.03", *options])
    )


def new_attempt(n: int = 1, **changed: object) -> Attempt:
    """An attempt at 128.40 yuan."""
    attempt = Attempt(
        order_no="T07K20004186",
        n=n,
        key=f"T07K20004186A{n}",
        amount_fen=12840,
        wording="燃气费",
        sent_ms=1_790_000_000_000,
        show_until_ms=1_790_000_120_000,
    )
    return msgspec.structs.replace(attempt, **changed)


def whole_refund(attempt: Attempt) -> Refund:
    """All of it back."""
    return Refund(
        order_no=attempt.order_no,
        n=attempt.n,
        r=1,
        key=f"{attempt.key}R1",
        amount_fen=attempt.captured_fen,
        reason="undelivered",
    )


class Counter:
    """The terminal, its hand, and the drivers that were connected to it."""

    def __init__(self, machine: CardTerminal, announced: Json, stack: AsyncExitStack) -> None:
        self.machine = machine
        self.terminal = machine.terminal
        self.announced = announced
        self.told: list[Progress] = []
        self.decided = asyncio.Event()
        self._stack = stack

    def driver(self, **settings: Any) -> TransbankPos:
        """A driver that has sent nothing yet, as after a restart."""
        merged = msgspec.convert({**self.announced["settings"], **QUICK, **settings}, TransbankPosSettings)
        driver = TransbankPos("card", self.announced["port"], merged)
        self._stack.push_async_callback(driver.aclose)
        return driver

    def leave(self, close: Callable[[], Awaitable[None]]) -> None:
        """Have something closed at the end."""
        self._stack.push_async_callback(close)

    def tell(self, progress: Progress) -> None:
        self.told.append(progress)
        if progress == Decided():
            self.decided.set()

    @property
    def steps(self) -> list[str]:
        return [progress.key for progress in self.told if isinstance(progress, Step)]

    async def prepared(self, driver: TransbankPos, n: int = 1, **changed: object) -> Attempt:
        """An attempt as the ledger holds it when its request is about to leave."""
        ready = await driver.prepare()
        assert isinstance(ready, Ready)
        return new_attempt(n, predecessor=ready.predecessor, **changed)

    async def begun(self, driver: TransbankPos, n: int = 1, **changed: object) -> Attempt:
        """A sale that waits for a card."""
        attempt = await self.prepared(driver, n, **changed)
        assert await driver.start(attempt, self.tell) == Open()
        await self.terminal.until(lambda: self.terminal.wants("insert"))
        return attempt

    async def hand(self, action: str, **asked: object) -> Json:
        """What somebody does at the terminal."""
        return await self.machine.actions[action](asked)

    async def press(self, key: str, **asked: object) -> None:
        """Press it when the terminal waits for it."""
        await self.terminal.until(lambda: self.terminal.wants(key))
        assert (await self.hand(key, **asked))["done"]

    async def until_heard(self, beginning: str) -> None:
        """Until a command that begins so reached the terminal."""
        for _ in iter(lambda: any(what.startswith(beginning) for what in self.heard()), True):
            await asyncio.sleep(0)

    async def until_offline(self, driver: TransbankPos) -> None:
        """Until the driver noticed."""
        async with asyncio.timeout(10):
            while True:
                if isinstance(await driver.status(), Offline):
                    return
                await asyncio.sleep(0)

    async def quiet(self) -> None:
        """Until the terminal is done."""
        await self.terminal.until(lambda: not self.terminal.at_work())

    def arm(self, fault: str, times: int = 1, **more: Any) -> None:
        self.machine.faults.arm(fault, times, **more)

    def say(self, text: str) -> None:
        """Something that the terminal says by itself."""
        self.machine.cable.send(wire.frame(text))

    @property
    def sales(self) -> list[Json]:
        """Approved sales in the terminal's books."""
        return [sale for sale in self.machine.books()["sales"] if sale["approved"]]

    @property
    def reversals(self) -> list[Json]:
        return list(self.machine.books()["reversals"])

    def heard(self) -> list[str]:
        """What reached the terminal, in its own words."""
        return [line["what"] for line in self.machine.talk.after(0)["lines"] if line["direction"] == "heard"]

    @property
    def oddities(self) -> list[str]:
        return list(self.machine.books()["oddities"])

    async def found(self, driver: TransbankPos, attempt: Attempt) -> Outcome:
        """Ask until the terminal is reachable and idle."""
        async with asyncio.timeout(20):
            while True:
                outcome = await driver.find(attempt)
                if not isinstance(outcome, Open | Unknown):
                    return outcome
                await asyncio.sleep(0.01)


Build = Callable[..., Awaitable[Counter]]


@pytest.fixture
async def build(tmp_path: Path) -> AsyncIterator[Build]:
    """Builds a counter; `options` are the simulator's command line."""
    async with AsyncExitStack() as stack:

        async def make(*options: str) -> Counter:
            machine = build_terminal(tmp_path, *options)
            announced = await machine.start()
            stack.push_async_callback(machine.stop)
            return Counter(machine, announced, stack)

        yield make


@pytest.fixture
async def counter(build: Build) -> Counter:
    """The usual one."""
    return await build()
