"""A terminal in a process of its own, whose ledger has a disk of its own that fills up, or may only be read.

It runs inside a mount namespace (`unshare`), which needs no root and takes the disk away at the end. Where a machine
allows none, the largest file that the process may write stands in for the disk.
"""

import asyncio
import logging
import os
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import msgspec

from kiosk import engine
from kiosk.config import Announcement
from kiosk.journeys import settle
from kiosk.ledger.files import Files
from kiosk.ledger.reading import reading, verify
from kiosk.ledger.witness import read_witness
from kiosk.orders import till
from kiosk.rehearsal.simulators import Simulators
from kiosk.views.common import Home, Notice, Outcome, OutOfService
from kiosk.views.gas import EnterAccount
from tests.journey.conftest import Hall
from tests.journey.person import LIMIT_SECONDS
from tests.journey.terminal import Terminal, standing

UNSHARE = ("unshare", "--user", "--map-root-user", "--mount")
Kind = Literal["tmpfs", "limit"]


TRUTHS = {
    "order.opened": ("no_money_kept", "no_money_kept"),  # nothing was asked for, and nothing is
    "attempt.sent": ("not_finished", "no_money_kept"),  # it was asked for, but the code was never shown
    "attempt.captured": ("not_finished", "done"),
    "order.delivering": ("not_finished", "done"),
}
"""What the screen says when the disk is full after a record, and once there is room."""


class Work(msgspec.Struct, frozen=True):
    """What one process is to do."""

    name: Literal["filled", "full_at_home", "read_only"]
    kind: Kind
    folder: str
    announcements: dict[str, Announcement]
    terminal: str
    account: str
    records: tuple[str, ...] = ()


class Disk:
    """4 MiB, and no more."""

    def __init__(self, folder: Path, kind: Kind) -> None:
        self.folder = folder
        self._kind = kind
        self._ballast = folder / "ballast"
        if kind == "tmpfs":
            subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4M", "menkou", str(folder)], check=True)

    def fill(self) -> None:
        """To the last byte."""
        if self._kind == "limit":
            resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
            return
        with self._ballast.open("ab", buffering=0) as file:
            size = 65_536
            while size:
                try:
                    file.write(bytes(size))
                except OSError:
                    size //= 2

    async def stay_full(self) -> None:
        """Also when the terminal gives something back: whoever filled it wants that too."""
        while True:
            self.fill()
            await asyncio.sleep(0.01)

    def make_room(self) -> None:
        """As somebody who found out what filled it."""
        if self._kind == "limit":
            resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        else:
            self._ballast.unlink()

    def remount(self, how: str) -> None:
        """`ro` or `rw`."""
        subprocess.run(["mount", "-o", f"remount,{how}", str(self.folder)], check=True)


async def until(terminal: Terminal, true: Callable[[], bool]) -> None:
    """Wait for something that nobody tells."""
    async with asyncio.timeout(LIMIT_SECONDS):
        while not true():
            await terminal.passes()


def sound(hall: Hall) -> bool:
    """Whether every check of the ledger passes, and nothing was set aside."""
    files = Files(hall.ledger)
    witness = read_witness(files.witness)
    with reading(hall.ledger) as db:
        return not files.set_aside() and not any(wrong for _, wrong in verify(db, witness))


async def filled(hall: Hall, disk: Disk, record: str) -> None:
    """The disk is full from one record of a payment on, and stays so for a while."""
    hall.owe(hall.account)
    full: list[asyncio.Task[None]] = []

    def fill(name: str) -> None:
        if name == f"after record menkou.{record}.v1" and not full:
            disk.fill()
            full.append(asyncio.create_task(disk.stay_full()))

    async with standing(hall, observe=fill) as terminal:
        person = terminal.person
        person.stay(Outcome, Notice)
        told = await person.at(Outcome, lambda view: bool(full) and view.photo_code is not None)
        at_first, at_last = TRUTHS[record]
        assert told.truth == at_first, told
        assert (told.can_print, told.photo_code) == (False, told.order_no), told
        await until(terminal, lambda: terminal.engine.ledger is None)
        asked = len(terminal.passed)
        await asyncio.sleep(3 * engine.REOPEN_SECONDS)  # it is tried again, in vain
        assert not any(name.startswith("before effect") for name in terminal.passed[asked:])
        assert terminal.engine.till.orders is None
        full[0].cancel()
        disk.make_room()
        await person.told(at_last)
        person.answers.clear()
        await person.gone()
        await person.at(Home, lambda view: view.tiles[0].paused is None)
        await terminal.over()
    assert sound(hall)


async def full_at_home(hall: Hall, disk: Disk) -> None:
    """The disk is full before anybody comes: no resident begins what cannot be finished."""
    hall.owe(hall.account)
    async with standing(hall) as terminal:
        await terminal.over()
    hall.owe(hall.account)
    full = asyncio.create_task(disk.stay_full())
    await asyncio.sleep(0)
    async with standing(hall) as terminal:
        shown = await terminal.person.at(OutOfService)
        assert shown.reason == "reason.money_closed", shown
        full.cancel()
        disk.make_room()
        await terminal.person.at(EnterAccount)
        await terminal.person.told("done")
        await terminal.over()
    assert sound(hall)


async def read_only(hall: Hall, disk: Disk) -> None:
    """The disk came up read-only: nothing of it is changed, and it serves on once it may be written."""
    hall.owe(hall.account)
    async with standing(hall) as terminal:
        await terminal.over()
    hall.owe(hall.account)
    before = {path: path.read_bytes() for path in hall.ledger.rglob("*") if path.is_file()}
    disk.remount("ro")
    async with standing(hall) as terminal:
        shown = await terminal.person.at(OutOfService)
        assert shown.reason == "reason.money_closed", shown
        assert sound(hall)
        assert {path: path.read_bytes() for path in before} == before
        disk.remount("rw")
        await terminal.person.at(EnterAccount)
        await terminal.person.told("done")
        await terminal.over()
    assert sound(hall)


async def main(work: Work) -> None:
    """Each scenario has a terminal with a folder of its own."""
    folder = Path(work.folder)
    simulators = Simulators(folder, ())
    simulators.announcements = work.announcements
    simulators.names = tuple(work.announcements)
    disk = Disk(folder, work.kind)

    for name in work.records or ("visit",):
        place = folder / name
        place.mkdir()
        hall = Hall(simulators, place)
        hall.terminal, hall.account = work.terminal, work.account
        match work.name:
            case "filled":
                await filled(hall, disk, name)
            case "full_at_home":
                await full_at_home(hall, disk)
            case "read_only":
                await read_only(hall, disk)


def possible() -> bool:
    """Whether this machine gives anybody a disk of their own."""
    trial = [*UNSHARE, "mount", "-t", "tmpfs", "menkou", "/mnt"]
    return subprocess.run(trial, capture_output=True, check=False).returncode == 0


def do(work: Work) -> "subprocess.CompletedProcess[str]":
    """Have a process do it."""
    return subprocess.run(
        [*(UNSHARE if work.kind == "tmpfs" else ()), sys.executable, "-m", "tests.journey.small_disk"],
        input=msgspec.json.encode(work).decode(),
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[2],
        timeout=110,
        check=False,
    )


if __name__ == "__main__":
    logging.basicConfig(level=logging.WARNING)
    settle.EARLIER_SECONDS = engine.REOPEN_SECONDS = till.LOOK_SECONDS = 0.3
    asyncio.run(main(msgspec.json.decode(sys.stdin.buffer.read(), type=Work)))
    sys.stdout.write("all is well\n")
    sys.stdout.flush()
    os._exit(0)
