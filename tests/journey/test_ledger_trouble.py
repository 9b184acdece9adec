"""The disk fails in the middle: money closes, nothing is sent, the screen says what is known; money opens again."""

import asyncio
import contextlib
import sqlite3
from collections.abc import Iterator
from datetime import timedelta

import msgspec
import pytest

from kiosk.ledger import upkeep
from kiosk.ledger.files import Files
from kiosk.ledger.seal import Sealed
from kiosk.ledger.store import Store
from kiosk.protocol.events import Event
from kiosk.protocol.order.rows import Rows
from kiosk.views.common import Home, Notice, Outcome
from kiosk.views.payment import ChooseMethod
from tests.journey.conftest import Hall
from tests.journey.person import LIMIT_SECONDS
from tests.journey.terminal import VISIT, Terminal, standing

STEPS = [
    "order.opening",
    "order.opened",
    "attempt.sent",
    "attempt.opened",
    "attempt.captured",
    "order.delivering",
    "order.delivered",
    "print.intended",
    "print.ended",
]


class Disk:
    """Fills up when a certain event is to be recorded, or just after it was."""

    def __init__(self, event: str, *, written: bool) -> None:
        self.event = f"menkou.{event}.v1"
        self.written = written
        self.full = False

    def strikes(self, events: tuple[Event, ...]) -> bool:
        return not self.full and any(type(event).__struct_config__.tag == self.event for event in events)


@contextlib.contextmanager
def full_at(monkeypatch: pytest.MonkeyPatch, disk: Disk) -> Iterator[None]:
    """SQLite itself says that the disk is full, once, before or after it wrote: nobody can know which."""
    genuine = Store.record

    def record(store: Store, *events: Event, rows: Rows, subject: Sealed | None = None) -> None:
        if not disk.strikes(events):
            return genuine(store, *events, rows=rows, subject=subject)
        disk.full = True
        if disk.written:
            genuine(store, *events, rows=rows, subject=subject)
        with store._sure():
            raise sqlite3.OperationalError("database or disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(Store, "record", record)
        yield


@pytest.mark.parametrize("written", [False, True], ids=["lost", "written"])
@pytest.mark.parametrize("event", STEPS)
async def test_disk_full(hall: Hall, monkeypatch: pytest.MonkeyPatch, event: str, written: bool) -> None:
    hall.owe(hall.account)
    disk = Disk(event, written=written)
    with full_at(monkeypatch, disk):
        async with standing(hall) as terminal:
            person = terminal.person
            person.stay(Outcome, Notice)
            closed = "notice.money_closed.title"
            if event == "order.opening":
                assert (await person.at(Notice)).title == closed
            else:
                told = await person.at(Outcome, lambda view: disk.full and view.photo_code is not None)
                assert not told.still_working
                assert not told.can_print
                assert told.photo_code == told.order_no
                assert told.slip_state in ("not_printed", "unknown")
            at_failure = len(terminal.passed)
            assert not any(name.startswith("before effect") for name in after_failure(terminal, event))
            # the terminal opens money again by itself, goes on, and ends what was begun
            # and the same screen tells how it went on
            if event != "order.opening":
                await person.at(Outcome, ended)
            person.answers.clear()
            await person.gone()
            await person.at(Home, lambda view: view.tiles[0].paused is None)
            assert len(terminal.passed) >= at_failure
            await terminal.over()


async def test_disk_that_hangs_when_an_order_begins_closes_money_and_not_the_screen(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    hall.owe(hall.account)
    impatient = msgspec.structs.replace(VISIT, lookup_seconds=0.5, working_after_seconds=0.05)
    hang = asyncio.Event()

    async def hung() -> str:
        await hang.wait()
        return "T9X20000010"

    async with standing(hall, visit=impatient) as terminal:
        person = terminal.person
        person.stay(ChooseMethod, Notice)
        await person.at(ChooseMethod)
        assert terminal.engine.till.orders is not None
        monkeypatch.setattr(terminal.engine.till.orders.ledger, "next_order_no", hung)
        person.answer("wechat")
        assert (await person.at(Notice)).title == "notice.money_closed.title"
        hang.set()  # and what was begun too late ends by itself
        async with asyncio.timeout(LIMIT_SECONDS):
            while not any(line.state == "cancelled" for line in hall.books()):
                await terminal.passes()
        person.answers.clear()
        person.answer("primary")
        await terminal.over()


async def test_upkeep_runs_by_itself(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upkeep, "EVERY", timedelta(seconds=0.1))
    hall.owe(hall.account)
    log = Files(hall.ledger).database.with_name("ledger.db-wal")
    async with standing(hall) as terminal:
        await terminal.over()
        async with asyncio.timeout(LIMIT_SECONDS):
            while log.stat().st_size:
                await terminal.passes()
        assert terminal.engine.till.orders is not None


def ended(view: Outcome) -> bool:
    """The order is over, and its slip is at hand."""
    return view.truth != "not_finished" and (view.can_print or view.slip_state == "printed")


def after_failure(terminal: Terminal, event: str) -> list[str]:
    """What happened between the failure and the opening of the ledger."""
    name = f"before record menkou.{event}.v1"
    [*_, last] = [index for index, passed in enumerate(terminal.passed) if passed == name]
    return terminal.passed[last + 1 :]
