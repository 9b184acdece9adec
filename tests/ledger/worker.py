"""A terminal's ledger in a process of its own, for the tests to kill. Says on its output what is on disk for sure."""

import ctypes
import logging
import os
import resource
import shutil
import sys
from pathlib import Path

from kiosk.ledger.cli import ledger_command
from kiosk.ledger.errors import LedgerClosedError, LedgerDoubtError
from kiosk.ledger.store import Store
from tests.ledger import stories


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def work_for_ever(folder: Path) -> None:
    """Order after order; each step is told after it was recorded."""
    store = Store(folder, "T07")
    _say("open")
    while True:
        rows = stories.begin(store)
        _say(f"{rows.order.order_no} {rows.order.state}")
        for event in stories.paid(rows.order.order_no):
            rows = stories.tell(store, rows, event)
            _say(f"{rows.order.order_no} {rows.order.state}")


def fill_the_disk(folder: Path) -> None:
    """Work until nothing can be written any more."""
    logging.disable()
    store = Store(folder, "T07")
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
    try:
        while True:
            rows = stories.begin(store)
            _say(f"{rows.order.order_no} {rows.order.state}")
    except LedgerDoubtError as error:
        _say(f"doubt {error}")
    for call in (store.next_order_no, store.unclosed):
        try:
            call()
        except LedgerClosedError:
            _say("closed")
    store.close()


def fill_at_every_write(folder: Path) -> None:
    """A day in each of many folders, whose disks let files grow so far and no farther; how far it came, a line each.

    Every limit is met by another write: of keys, of names, of the witness, of a page, of the log."""
    logging.disable()
    begun = folder / "begun"
    with_day = Store(begun, "T07")
    stories.a_day(with_day)
    with_day.close()
    for fresh, limit in [*((True, limit) for limit in FIRST), *((False, limit) for limit in LATER)]:
        place = folder / f"{'fresh' if fresh else 'later'}-{limit}"
        if not fresh:
            shutil.copytree(begun, place)
        if os.fork() == 0:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
            _say(f"{place.name} {_worked(place)}")
            os._exit(0)
        os.wait()


FIRST = (*range(0, 65, 8), *range(4096, 260_000, 4096 * 2), *range(5000, 100_000, 9500), 10_000_000)
LATER = (*range(0, 8200, 4100), *range(12_000, 200_000, 8200))


def _worked(folder: Path) -> str:
    """What a day came to: the orders that were begun for sure, and how it ended."""
    told: list[str] = []
    try:
        store = Store(folder, "T07")
    except OSError:
        return "not opened"
    try:
        for _ in range(4):
            rows = stories.begin(store)
            told.append(rows.order.order_no)
            stories.tell(store, rows, *stories.paid(rows.order.order_no))
            told.append(rows.order.order_no)
    except LedgerDoubtError:
        return " ".join(["doubt", *told])
    try:
        store.close()
    except OSError:
        return " ".join(["not closed", *told])
    return " ".join(["whole", *told])


def open_unprivileged(folder: Path) -> None:
    """Open a folder as a user who may not write to it."""
    logging.disable()
    _drop_privileges()
    try:
        Store(folder, "T07")
    except OSError as error:
        _say(type(error).__name__)


def verify_unprivileged(folder: Path) -> None:
    """`kiosk ledger verify` by a user who may only read."""
    _drop_privileges()
    sys.exit(ledger_command(["verify", "--data", str(folder)]))


def _drop_privileges() -> None:
    """Have only the rights that a file's mode says, even where the tests run as root."""
    libc = ctypes.CDLL(None, use_errno=True)
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)  # _LINUX_CAPABILITY_VERSION_3, this thread
    if libc.capset(header, (ctypes.c_uint32 * 6)()) != 0:
        raise OSError(ctypes.get_errno(), "capset")


if __name__ == "__main__":
    work = {
        "work": work_for_ever,
        "fill": fill_the_disk,
        "fill_at_every_write": fill_at_every_write,
        "open_unprivileged": open_unprivileged,
        "verify_unprivileged": verify_unprivileged,
    }
    work[sys.argv[1]](Path(sys.argv[2]))
