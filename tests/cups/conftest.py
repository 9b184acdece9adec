"""One real CUPS with a real IPP printer for all tests of a process, and drivers that talk to it."""

import argparse
import asyncio
import itertools
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from drivers.cups.driver import Cups
from drivers.cups.settings import CupsSettings
from drivers.cups.simulator import PrintShop, more_options
from kiosk.devices.document import DocumentJob, DocumentOutcome, DocumentProgress
from kiosk.devices.health import Health, Offline

_KEYS = itertools.count(1)


def pdf(pages: int) -> bytes:
    """A plain PDF of A4 pages, each with a gray square where its number would be."""
    kids = " ".join(f"{3 + n} 0 R" for n in range(pages))
    objects = ["<</Type/Catalog/Pages 2 0 R>>", f"<</Type/Pages/Kids[{kids}]/Count {pages}>>"]
    objects += ["<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>"] * pages
    body = b"%PDF-1.4\n"
    places = []
    for number, content in enumerate(objects, 1):
        places.append(len(body))
        body += f"{number} 0 obj{content}endobj\n".encode()
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    end = f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}trailer<</Size {len(objects) + 1}/Root 1 0 R>>"
    return body + f"{end}\nstartxref\n{len(body)}\n%%EOF\n".encode()


def offline(health: Health, what: str) -> bool:
    """Whether it says that, and why."""
    return isinstance(health, Offline) and health.detail.startswith(f"{what}: ") and len(health.detail) > len(what) + 5


class Shop:
    """The print shop, and drivers at its counter."""

    def __init__(self, simulator: PrintShop, port: str, announced: dict[str, Any], stack: AsyncExitStack) -> None:
        self.simulator = simulator
        self.port = port
        self._announced = announced
        self._stack = stack
        self.told: list[DocumentProgress] = []

    def driver(self, **settings: Any) -> Cups:
        """One more terminal's driver, impatient."""
        driver = Cups("documents", self.port, self.settings(**settings))
        self._stack.push_async_callback(driver.aclose)
        return driver

    def settings(self, **settings: Any) -> CupsSettings:
        """An impatient driver's settings."""
        quick = {
            "watch_every_s": 0.2,
            "offline_after_s": 0.6,
            "answer_timeout_s": 3.0,
            "settle_s": 10.0,
            "end_s": 6.0,
            "hold_s": 30.0,
            "release_every_s": 0.3,
        }
        return CupsSettings(**{**self._announced, **quick, **settings})

    def job(self, pages: int = 1, **more: Any) -> DocumentJob:
        """A document nobody printed before."""
        return DocumentJob(key=f"test-{os.getpid()}-{next(_KEYS)}", pdf=pdf(pages), pages=pages, **more)

    async def print(self, driver: Cups, job: DocumentJob) -> DocumentOutcome:
        """Print, and keep what was told meanwhile."""
        return await driver.print(job, self.told.append)

    async def do(self, action: str) -> dict[str, Any]:
        return await self.simulator.actions[action]({})

    def arm(self, fault: str, times: int = 1, **more: Any) -> None:
        self.simulator.faults.arm(fault, times, **more)

    def printed(self, key: str) -> list[dict[str, Any]]:
        """Every time that the printer got this job."""
        return [job for job in self.simulator.books()["prints"] if job["key"] == key]

    def sheets(self, key: str) -> int:
        """Sheets of this job that came out, over all times."""
        return sum(job["sheets"] for job in self.printed(key))

    @property
    def spooled(self) -> list[str]:
        """Documents that the queue still keeps."""
        return list(self.simulator.books()["spooled"])

    async def becomes(self, driver: Cups, health: Health) -> None:
        """Wait until the driver says so."""
        for _ in range(100):
            if (now := await driver.status()) == health:
                return
            await asyncio.sleep(0.05)
        raise AssertionError(f"never {health}, but {now}")

    async def until(self, true: Callable[[], bool], what: str) -> None:
        """Wait for something; raises when it does not come."""
        for _ in range(400):
            if true():
                return
            await asyncio.sleep(0.05)
        raise AssertionError(f"never: {what}; {self.simulator.books()}")


def build(folder: Path, *options: str) -> PrintShop:
    parser = argparse.ArgumentParser()
    parser.add_argument("--books", type=Path)
    parser.add_argument("--port", type=int, default=0)
    more_options(parser)
    return PrintShop(parser.parse_args(["--books", str(folder), "--sheet-s", "0.15", *options]))


Open = Callable[..., Awaitable[Shop]]


@pytest.fixture
async def open_shop(tmp_path: Path) -> AsyncIterator[Open]:
    """Opens a shop with the simulator's options."""
    async with AsyncExitStack() as stack:

        async def make(*options: str) -> Shop:
            simulator = build(tmp_path, *options)
            stack.push_async_callback(simulator.stop)
            announced = await simulator.start()
            return Shop(simulator, announced["port"], announced["settings"], stack)

        yield make


@pytest.fixture
async def shop(open_shop: Open) -> Shop:
    """A shop where all is well."""
    return await open_shop()
