"""The simulated bank with its compiled library, drivers that load it, and a resident's hand."""

import argparse
import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import msgspec
import pytest

from drivers.vendor_library.driver import VendorLibrary
from drivers.vendor_library.settings import VendorLibrarySettings
from drivers.vendor_library.simulator import Bank, more_options
from kiosk.devices.payment import Attempt, Captured, Decided, Open, Outcome, Progress, Ready, Refund
from kiosk.testing.simulator import Json
from tests.payments import new_attempt

QUICK = {"call_seconds": 1.0, "answer_seconds": 1e-6}
"""Short times. With `answer_seconds` next to nothing, a sale whose answer was lost is over."""


class Counter:
    """The bank, its hand, and what a driver told."""

    def __init__(self, bank: Bank, port: str, stack: AsyncExitStack) -> None:
        self.bank = bank
        self.port = port
        self.told: list[Progress] = []
        self.decided = asyncio.Event()
        self._stack = stack

    def driver(self, **settings: Any) -> VendorLibrary:
        """One more terminal's driver."""
        driver = VendorLibrary("card", self.port, VendorLibrarySettings(**{**QUICK, **settings}))
        self._stack.push_async_callback(driver.aclose)
        return driver

    async def do(self, action: str, **asked: Any) -> Json:
        """Use the hand."""
        return await self.bank.actions[action](asked)

    def tell(self, progress: Progress) -> None:
        self.told.append(progress)
        if isinstance(progress, Decided):
            self.decided.set()

    async def waits(self) -> None:
        """Until a sale waits for a card."""
        async with asyncio.timeout(10):
            await self.bank.waiting.wait()

    async def begun(self, driver: VendorLibrary, n: int = 1) -> Attempt:
        """A sale that waits for a card, as the ledger has it."""
        ready = await driver.prepare()
        assert isinstance(ready, Ready), ready
        attempt = new_attempt(n=n, key=f"T01A0000017A{n}", predecessor=ready.predecessor)
        self.decided.clear()
        assert await driver.start(attempt, self.tell) == Open()
        return attempt

    async def paid(self, driver: VendorLibrary, n: int = 1, deed: str = "pay") -> tuple[Attempt, Outcome]:
        """A sale, what the resident did, and what became of it."""
        attempt = await self.begun(driver, n)
        await self.waits()
        await self.do(deed)
        await self.decided.wait()
        return attempt, await driver.find(attempt)

    @property
    def sales(self) -> list[Json]:
        """Approved sales in the bank's books."""
        return [sale for sale in self.bank.books()["sales"] if sale["approved"]]


def captured(attempt: Attempt, outcome: Outcome) -> Attempt:
    """The attempt as the ledger has it after that."""
    assert isinstance(outcome, Captured), outcome
    return msgspec.structs.replace(attempt, captured_fen=outcome.fen, ref=outcome.ref)


def back(attempt: Attempt, fen: int | None = None, *, again: bool = False) -> Refund:
    """That much of it back; all of it where nothing is said."""
    return Refund(
        order_no=attempt.order_no,
        n=attempt.n,
        r=1,
        key=f"{attempt.key}R1",
        amount_fen=attempt.captured_fen if fen is None else fen,
        reason="undelivered",
        asked_before=again,
    )


@pytest.fixture
async def counter(tmp_path: Path) -> AsyncIterator[Counter]:
    parser = argparse.ArgumentParser()
    parser.add_argument("--books", type=Path)
    more_options(parser)
    bank = Bank(parser.parse_args(["--books", str(tmp_path / "bank"), "--card-wait-s", "5"]))
    announced = await bank.start()
    async with AsyncExitStack() as stack:
        stack.push_async_callback(bank.stop)
        yield Counter(bank, announced["port"], stack)
