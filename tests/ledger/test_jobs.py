"""Writes of gas cards in the ledger."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.ledger.files import Files, connect
from kiosk.ledger.reading import reading, verify
from kiosk.ledger.store import Store
from kiosk.protocol import events as ev
from kiosk.protocol.order.evolve import evolve
from kiosk.protocol.order.rows import Rows
from tests.ledger import stories


def owed(store: Store, card: str = "c") -> Rows:
    """A free load that waits for its card."""
    opening = stories.opening(store, due_fen=0)
    event = ev.OrderOpening(
        **{name: getattr(opening, name) for name in opening.__struct_fields__} | {"card_hash": card}
    )
    rows = evolve(None, event)
    store.record(event, rows=rows)
    no = rows.order.order_no
    opened = ev.OrderOpened(order_no=no, pay_by_ms=1, due_fen=0, provider_ref="P")
    delivering = ev.OrderDelivering(order_no=no, channel="", channel_ref="", paid_fen=0, deliver_by_ms=1)
    return stories.tell(store, rows, opened, delivering)


def sent(order_no: str, n: int = 1) -> ev.JobSent:
    return ev.JobSent(
        order_no=order_no, n=n, provider_job="J", count=8, gas_m3="50.25", old_hash="a", new_hash="b", sent_ms=1
    )


def loaded(order_no: str) -> Iterator[ev.Event]:
    """One write that left nothing, and one that landed and was reported."""
    yield sent(order_no)
    yield ev.JobAbsent(order_no=order_no, n=1, why="no_card")
    yield ev.OrderHeld(order_no=order_no, why="card")
    yield ev.OrderDelivering(order_no=order_no, channel="", channel_ref="", paid_fen=0, deliver_by_ms=1)
    yield sent(order_no, 2)
    yield ev.JobLanded(order_no=order_no, n=2)
    yield ev.OrderDelivered(order_no=order_no, receipt_no="J", at_ms=2)
    yield ev.JobReported(order_no=order_no, n=2)


def wrong(folder: Path) -> list[str]:
    with reading(folder) as db:
        return [f"{what}: {why}" for what, why in verify(db, None) if why]


def test_order_is_open_until_the_company_has_heard_and_comes_back_as_it_was(tmp_path: Path) -> None:
    store = Store(tmp_path, "T07")
    rows = owed(store)
    *before, reported = loaded(rows.order.order_no)
    rows = stories.tell(store, rows, *before)
    store.close()

    again = Store(tmp_path, "T07")
    assert again.unclosed() == [rows]
    rows = stories.tell(again, rows, reported)
    assert again.unclosed() == []
    assert again.order(rows.order.order_no) == rows
    again.close()
    assert wrong(tmp_path) == []


def test_tables_that_say_something_else_of_a_write_are_noticed_and_mended(tmp_path: Path) -> None:
    store = Store(tmp_path, "T07")
    rows = owed(store)
    rows = stories.tell(store, rows, sent(rows.order.order_no))
    store.close()
    with connect(Files(tmp_path).database) as db:
        db.execute("UPDATE jobs SET state = 'absent'")
    assert any("state of the job is 'absent', but the journal says 'sent'" in what for what in wrong(tmp_path))
    again = Store(tmp_path, "T07")
    assert again.unclosed() == [rows]
    again.close()
    assert wrong(tmp_path) == []


def test_database_itself_refuses_a_second_write_that_may_land_and_a_second_order_of_a_card(tmp_path: Path) -> None:
    store = Store(tmp_path, "T07")
    rows = owed(store)
    stories.tell(store, rows, sent(rows.order.order_no))
    owed(store, "another card")
    store.close()
    again = (
        "INSERT INTO jobs SELECT order_no, 2, provider_job, count, gas_m3, old_hash, new_hash, state, sent_ms,"
        " reported, why FROM jobs"
    )
    with connect(Files(tmp_path).database) as db:
        for statement in (again, "UPDATE orders SET card_hash = 'c'"):
            with pytest.raises(sqlite3.IntegrityError, match="UNIQUE"):
                db.execute(statement)
