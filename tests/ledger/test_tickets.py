"""Tickets in the ledger: every step comes back after a restart, and no number is given twice on a day."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from kiosk.ledger.errors import TakenError
from kiosk.ledger.files import Files, connect
from kiosk.ledger.reading import reading, verify
from kiosk.ledger.store import Store
from kiosk.protocol import tickets as ev
from kiosk.protocol.tickets import TICKET, TicketRow, evolve, tell
from kiosk.text.catalogue import catalogue

GIVEN = ev.TicketGiven(matter="t1", letter="A", number=5, business_date="2026-11-30", priority=True, place=5, at_ms=1)
STORY: tuple[ev.TicketEvent, ...] = (
    GIVEN,
    ev.TicketPrinting(matter="t1", p=1, reprint=False, at_ms=2),
    ev.TicketPrinted(matter="t1", p=1, state="not_printed", why="paper_out"),
    ev.TicketCalled(matter="t1", window=2, turn=1, lane="priority", at_ms=3),
    ev.TicketRecalled(matter="t1", at_ms=4),
    ev.TicketMissed(matter="t1", at_ms=5),
    ev.TicketCameBack(matter="t1", turn=3, at_ms=6),
    ev.TicketCalled(matter="t1", window=2, turn=4, lane="head", at_ms=7),
    ev.TicketTransferred(matter="t1", business="B", head=1, at_ms=8),
    ev.TicketCalled(matter="t1", window=3, turn=5, lane="head", at_ms=9),
    ev.TicketFinished(matter="t1", at_ms=10),
)
LAPSED = (replace(GIVEN, matter="t2", number=6), ev.TicketLapsed(matter="t2", at_ms=11))


def test_every_step_comes_back_after_a_restart(tmp_path: Path) -> None:
    row = None
    for event in STORY:
        store = Store(tmp_path, "T07")
        store.note(event)
        row = evolve(row, event)
        store.close()
    store = Store(tmp_path, "T07")
    store.note(*LAPSED)
    assert store.matter(TicketRow, "t1") == row
    assert [row.matter for row in store.matters(TicketRow, state="finished")] == ["t1"]
    assert [row.matter for row in store.matters(TicketRow, business_date="2026-11-30")] == ["t1", "t2"]
    store.close()
    with reading(tmp_path) as db:
        assert [wrong for _, wrong in verify(db, None) if wrong] == []


def test_a_number_of_a_day_is_given_once(tmp_path: Path) -> None:
    store = Store(tmp_path, "T07")
    store.note(GIVEN)
    with pytest.raises(TakenError):
        store.note(replace(GIVEN, matter="t2"))
    store.note(replace(GIVEN, matter="t3", letter="B"), replace(GIVEN, matter="t4", business_date="2026-12-01"))
    assert len(store.matters(TicketRow)) == 3
    store.close()


def test_a_changed_table_is_made_anew_from_the_journal(tmp_path: Path) -> None:
    store = Store(tmp_path, "T07")
    store.note(*STORY[:4])
    store.close()
    with connect(Files(tmp_path).database) as db:
        db.execute("UPDATE tickets SET state = 'finished', number = 7")
    store = Store(tmp_path, "T07")
    row = store.matter(TicketRow, "t1")
    assert row
    assert (row.state, row.number, row.window) == ("called", 5, 2)
    store.close()


def test_every_event_is_told_in_words() -> None:
    chinese, english = catalogue("zh_CN"), catalogue("en")
    told = {tell(event, english) for event in (*STORY, *LAPSED)}
    assert len({tell(event, chinese) for event in (*STORY, *LAPSED)}) == len(told)
    assert {type(event) for event in (*STORY, *LAPSED)} == set(TICKET.events)
    assert "ticket A005 of 2026-11-30 was given, priority" in told
    assert "slip 1: not printed (The receipt printer is out of paper)" in told
    assert not any("Ticket" in line for line in told)
