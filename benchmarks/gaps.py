"""Frame gaps in a slide while the engine stalls: a program of its own, with the real window and a real engine thread.

The frames are counted in QML, on the window's own `frameSwapped`: a counter in Python would itself wait for the lock
that one of the stalls holds. `python -m benchmarks.gaps FOLDER` prints a list of slides as JSON.
"""

import asyncio
import ctypes
import sqlite3
import sys
import time
from collections.abc import Awaitable, Callable
from itertools import pairwise
from pathlib import Path
from typing import cast

import msgspec
from PySide6.QtCore import QUrl
from PySide6.QtQml import QJSValue, QQmlComponent

from benchmarks.silence import silent_peer
from kiosk.app import EngineThread
from kiosk.ledger.files import Files
from kiosk.ledger.ledger import Ledger
from kiosk.ports.port import open_port
from kiosk.rehearsal.samples import HALL
from kiosk.restarting import AGAIN
from kiosk.stage.settings import DisplaySettings
from kiosk.stage.window import StageWindow
from kiosk.views.common import Home, Tile
from kiosk.views.gas import EnterAccount
from kiosk.views.view import Page, View

ROUNDS = 7
STALL_S = 0.2
INTO_SLIDE_S = 0.04
"""When the stall begins: the page is there and moves."""
REST_S = 0.6
WARM_UP = 2

PROBE = b"""
import QtQuick

QtObject {
    id: probe

    required property var stage
    required property var view
    property var frames: []
    property var moves: []

    property Connections painted: Connections {
        function onFrameSwapped(): void {
            probe.frames.push(Date.now());
        }

        target: probe.view
    }
    property Connections moved: Connections {
        function onSettledChanged(): void {
            probe.moves.push(Date.now());
        }

        target: probe.stage
    }
}
"""
"""Notes when frames were swapped and when the page began and ceased to move, ms since 1970."""


class Slide(msgspec.Struct, frozen=True):
    """One slide: what stalled, the longest time without a frame, and how many frames there were."""

    case: str
    gap_ms: float
    frames: int
    stalled_ms: float
    """How much of the slide the stall covered."""


class Stalled(msgspec.Struct, frozen=True):
    """When a stall began and ended, ms since 1970."""

    case: str
    begin_ms: float
    end_ms: float


Stall = Callable[[], Awaitable[object]]


async def nothing() -> None:
    """The engine has nothing to do."""
    await asyncio.sleep(STALL_S)


async def hold_the_lock() -> None:
    """A C call that keeps the interpreter's lock, and so stops all Python everywhere."""
    ctypes.PyDLL(None).usleep(int(STALL_S * 1_000_000))


async def run(stage: StageWindow, folder: Path) -> list[Stalled]:
    """Slide to and fro, with one stall a slide."""
    ledger = await Ledger.open(folder / "ledger", "T1")
    rival = sqlite3.connect(Files(folder / "ledger").database, isolation_level=None)
    with silent_peer() as url:
        port = await open_port(url)

        async def device() -> None:
            await port.write(b"\x10\x04\x01", STALL_S)
            if await port.read(STALL_S) != b"":
                raise RuntimeError("the silent device spoke")

        async def write() -> None:
            rival.execute("BEGIN IMMEDIATE")
            step = asyncio.create_task(ledger.next_order_no())
            await asyncio.sleep(STALL_S)
            if step.done():
                raise RuntimeError("the ledger did not wait")
            rival.execute("ROLLBACK")
            await step

        cases: dict[str, Stall] = {"nothing": nothing, "device": device, "ledger": write, "gil": hold_the_lock}
        stalls = []
        number = 0
        for turn in range(WARM_UP + ROUNDS):
            for case, stall in cases.items():
                number += 1
                stage.show(_page(number))
                await asyncio.sleep(INTO_SLIDE_S)
                begin = time.time()
                await stall()
                if turn >= WARM_UP:
                    stalls.append(Stalled(case, begin * 1000, time.time() * 1000))
                await asyncio.sleep(REST_S)
        await port.aclose()
    rival.close()
    await ledger.aclose()
    return stalls


def _page(number: int) -> Page:
    home = Home(
        tiles=(
            Tile(
                journey="gas_bill",
                title="journey.gas_bill.title",
                subtitle="journey.gas_bill.subtitle",
                icon="gas_bill",
            ),
        )
    )
    view: View = EnterAccount(min_digits=10, max_digits=10) if number % 2 else home
    return Page(number=number, view=view, direction="forward" if number % 2 else "back", can_go_back=bool(number % 2))


def slides(frames: list[float], moves: list[float], stalls: list[Stalled]) -> list[Slide]:
    """What the frames of each slide say; `moves` are its begin and its end, over and over."""
    found = []
    for stalled in stalls:
        begin, end = next(
            (begin, end)
            for begin, end in zip(moves[::2], moves[1::2], strict=True)
            if end >= stalled.begin_ms and begin <= stalled.end_ms
        )
        painted = [moment for moment in frames if begin <= moment <= end]
        marks = [begin, *painted, end]
        gap = max(later - earlier for earlier, later in pairwise(marks))
        covered = min(end, stalled.end_ms) - max(begin, stalled.begin_ms)
        found.append(Slide(stalled.case, gap, len(painted), covered))
    return found


def main(folder: Path) -> int:
    """Slide, and print what was seen."""
    stage = StageWindow(DisplaySettings(), HALL, lambda _: None)
    component = QQmlComponent(stage.view.engine())
    component.setData(PROBE, QUrl())
    probe = component.createWithInitialProperties({"stage": stage.root, "view": stage.view})
    if probe is None:
        raise RuntimeError(component.errorString())
    stalls: list[Stalled] = []

    async def work(_: EngineThread) -> None:
        stalls.extend(await run(stage, folder))

    thread = EngineThread(work, lambda code: stage.close(0 if code == AGAIN else code))  # work that is over
    stage.on_first_frame(thread.start)
    code = stage.run()
    thread.stop()
    if code == 0:
        frames, moves = _numbers(probe.property("frames")), _numbers(probe.property("moves"))
        sys.stdout.write(msgspec.json.encode(slides(frames, moves, stalls)).decode() + "\n")
    probe.deleteLater()
    stage.dispose()
    return code


def _numbers(value: object) -> list[float]:
    return cast("list[float]", value.toVariant() if isinstance(value, QJSValue) else value)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
