"""One simulated reader, in a real pcscd, for the tests of a module; drivers before it, and a hand at its slot."""

import argparse
import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from drivers.pcsc_gas_card.driver import PcscGasCard
from drivers.pcsc_gas_card.settings import PcscGasCardSettings
from drivers.pcsc_gas_card.simulator import CardReader
from kiosk.devices.gas_card import CardJob, GasCard, Presence, Slot
from kiosk.devices.health import Offline
from kiosk.testing.simulator import Json
from tests.pcsc_gas_card import company

PATIENCE_S = 20


class Hall:
    """The simulator, its hand, and drivers."""

    def __init__(self, machine: CardReader, announced: Json, stack: AsyncExitStack) -> None:
        self.machine = machine
        self.announced = announced
        self._stack = stack

    async def driver(self, **settings: Any) -> PcscGasCard:
        """A driver that has seen the slot."""
        driver = PcscGasCard("cards", self.announced["port"], PcscGasCardSettings(**settings))
        await driver.open()
        self._stack.push_async_callback(driver.aclose)
        slot = self.machine.books()["state"]
        seen = ("mute",) if slot["upside_down"] else ("card",) if slot["card"] else ("empty",)
        await self.until(driver, lambda presence: presence.slot in seen)
        return driver

    async def hand(self, action: str, **asked: object) -> Json:
        """What a person does."""
        return await self.machine.actions[action](asked)

    def arm(self, fault: str, times: int = 1, **more: Any) -> None:
        self.machine.faults.arm(fault, times, **more)

    async def until(self, driver: PcscGasCard, seen: Callable[[Presence], bool]) -> Presence:
        """Wait until the driver sees that."""
        async with asyncio.timeout(PATIENCE_S):
            presence = driver.presence()
            while not seen(presence):
                presence = await driver.changed(presence)
        return presence

    async def slot(self, driver: PcscGasCard, slot: Slot) -> Presence:
        """Wait until that is in the slot."""
        return await self.until(driver, lambda presence: presence.slot == slot)

    async def insert(self, driver: PcscGasCard, card: str = "household", **asked: object) -> None:
        """Put a card in, and wait until it is seen."""
        before = driver.presence().insertions
        await self.hand("insert", card=card, **asked)
        await self.until(driver, lambda presence: presence.insertions > before and presence.slot in ("card", "mute"))

    async def pull(self, driver: PcscGasCard) -> None:
        """Take it out, and wait until that is seen."""
        await self.hand("pull")
        await self.slot(driver, "empty")

    async def job(self, driver: PcscGasCard, gas: int = 2500, **more: Any) -> CardJob:
        """What the company makes of the card that is in."""
        card = await driver.read()
        assert isinstance(card, GasCard)
        return company.sell(card.image, gas, **more)

    async def tells(self, driver: PcscGasCard, why: str) -> None:
        """Wait until the driver's health says that."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                if await driver.status() == Offline(why):
                    return
                await asyncio.sleep(0.01)

    async def hears(self, what: str) -> None:
        """Wait until that comes to the card."""
        for _ in iter(lambda: self.heard()[-1:] == [what], True):
            await asyncio.sleep(0.01)

    @property
    def landed(self) -> list[Json]:
        """Every purchase that came onto a card."""
        return list(self.machine.books()["landed"])

    def heard(self) -> list[str]:
        """What came to the card, in its own words."""
        return [line["what"] for line in self.machine.talk.after(0)["lines"] if line["direction"] == "heard"]


def build(folder: Path) -> CardReader:
    return CardReader(argparse.Namespace(books=folder, in_common=False))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def machine(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[CardReader, Json]]:
    """The simulator of a module."""
    machine = build(tmp_path_factory.mktemp("cards"))
    yield machine, await machine.start()
    await machine.stop()


@pytest_asyncio.fixture(loop_scope="module")
async def hall(machine: tuple[CardReader, Json]) -> AsyncIterator[Hall]:
    """Everything as at first."""
    simulator, announced = machine
    async with AsyncExitStack() as stack:
        yield Hall(simulator, announced, stack)
    simulator.faults.clear()
    await simulator.actions["pull"]({})
    if not simulator.books()["state"]["plugged"]:
        await simulator.actions["plug"]({})
    for card in ("household", "memory", "cpu", "unused"):
        await simulator.actions["renew"]({"card": card})
