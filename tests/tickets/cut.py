"""A terminal's day at the queue in a process of its own, whose power goes at one of its steps."""

import asyncio
import os
import signal
from pathlib import Path
from typing import cast

import msgspec

from kiosk.devices.printer import Printed, PrintOutcome, ReceiptPrinter
from kiosk.protocol.tickets import TicketRow
from kiosk.slips.slip import Slip, Text
from kiosk.tickets.desk import Desk, RefusedError
from tests.tickets.hall import Clock, desk_on


class Paper:
    """A printer whose slips are lines of a file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    async def print(self, slip: Slip) -> PrintOutcome:
        (line,) = slip.lines
        assert isinstance(line, Text)
        self._write(line.text)
        return Printed()

    def _write(self, text: str) -> None:
        with self._path.open("a") as file:
            file.write(f"{text}\n")


def slip_of(row: TicketRow, *, reprint: bool) -> Slip:
    """A slip that says no more than its number, and whether it is a reprint."""
    return Slip(name="queue_ticket", language="zh-CN", lines=(Text(f"{row.shown}{' again' if reprint else ''}"),))


async def day(desk: Desk, paper: Path) -> None:
    """Two residents, and everything that a clerk can do."""
    printer = cast("ReceiptPrinter[msgspec.Struct]", Paper(paper))
    for priority in (False, True):
        row = await desk.give("A", priority=priority)
        await desk.print_slip(row.matter, printer, slip_of)
    await desk.next(1)
    await desk.recall(1)
    missed = await desk.no_show(1)
    await desk.come_back(missed.shown)
    await desk.next(1)
    await desk.transfer(1, "B")
    await desk.next(2)
    await desk.finish(2)
    try:
        while True:
            await desk.next(1)
    except RefusedError:
        return


def live(folder: Path, kill_at: int) -> None:
    """One life: it ends with 0, or by SIGKILL at its step `kill_at`."""
    steps = iter(range(1_000))

    def observe(_: str) -> None:
        if next(steps) == kill_at:
            os.kill(os.getpid(), signal.SIGKILL)

    async def run() -> None:
        async with desk_on(folder, Clock(), observe=observe) as desk:
            await day(desk, folder.with_suffix(".paper"))

    asyncio.run(run())
    os._exit(0)
