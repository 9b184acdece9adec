"""A simulated printer on a real wire, and a driver that talks to it."""

import argparse
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from drivers.escpos.driver import EscPos
from drivers.escpos.settings import EscPosSettings
from drivers.escpos.simulator import Printer, more_options


class Bench:
    """The printer, the hand beside it, and the driver."""

    def __init__(self, printer: Printer, driver: EscPos, folder: Path) -> None:
        self.printer = printer
        self.driver = driver
        self.folder = folder

    async def do(self, action: str) -> dict[str, Any]:
        return await self.printer.actions[action]({})

    def arm(self, fault: str, times: int = 1, **more: Any) -> None:
        self.printer.faults.arm(fault, times, **more)

    @property
    def slips(self) -> list[list[str]]:
        """The text of every piece of paper that came out."""
        return [slip["text"] for slip in self.printer.books()["slips"]]

    @property
    def unfinished(self) -> list[str]:
        return list(self.printer.books()["unfinished"])

    @property
    def oddities(self) -> list[str]:
        return list(self.printer.books()["oddities"])

    def picture(self, n: int) -> Image.Image:
        """The piece of paper, black on white."""
        with Image.open(self.folder / f"slip-{n}.png") as picture:
            return picture.convert("L")


Build = Callable[..., Awaitable[Bench]]


def build_printer(folder: Path, *options: str) -> Printer:
    parser = argparse.ArgumentParser()
    parser.add_argument("--books", type=Path)
    parser.add_argument("--port", type=int, default=0)
    more_options(parser)
    return Printer(parser.parse_args(["--books", str(folder), "--mm-per-s", "20000", *options]))


@pytest.fixture
async def build(tmp_path: Path) -> AsyncIterator[Build]:
    """Builds a bench: `options` are the simulator's command line, the rest the driver's settings."""
    async with AsyncExitStack() as stack:

        async def make(*options: str, **settings: Any) -> Bench:
            printer = build_printer(tmp_path, *options)
            announced = await printer.start()
            stack.push_async_callback(printer.stop)
            defaults = {"watch_every_s": 0.03, "reply_timeout_s": 0.5, "proof_timeout_s": 10.0, "recover_wait_s": 0.2}
            merged = {**announced["settings"], **defaults, **settings}
            driver = EscPos("receipts", announced["port"], EscPosSettings(**merged))
            stack.push_async_callback(driver.aclose)
            return Bench(printer, driver, tmp_path)

        yield make


@pytest.fixture(params=["tcp", "pty"])
def wire(request: pytest.FixtureRequest) -> list[str]:
    """The simulator's option for each kind of cable."""
    return ["--pty"] if request.param == "pty" else []
