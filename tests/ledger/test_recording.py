import asyncio
import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace
from sqlite_utils import Database

from kiosk.ledger import tables
from kiosk.ledger.errors import LedgerBusyError, LedgerClosedError, LedgerDoubtError
from kiosk.ledger.files import Files, connect
from kiosk.ledger.ledger import Ledger
from kiosk.ledger.reading import reading, verify
from kiosk.ledger.schema import SCHEMA, applied_steps, steps
from kiosk.ledger.store import Store
from kiosk.protocol.matters import MATTERS
from kiosk.protocol.order.evolve import evolve
from tests.ledger import stories


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path / "data", "T07")
    yield store
    store.close()


def test_orders_come_back_after_a_restart(tmp_path: Path) -> None:
    store = Store(tmp_path, "T07")
    first, second, third = stories.a_day(store)
    store.close()

    again = Store(tmp_path, "T07")

    assert again.quarantined is None
    assert again.unclosed() == [third]
    assert [again.order(rows.order.order_no) for rows in (first, second)] == [first, second]
    assert again.watched(stories.NOW_MS) == [second]
    assert again.watched(stories.NOW_MS + 8_000) == []
    again.close()


def test_every_field_of_a_row_has_a_column(store: Store) -> None:
    with connect(Files(store.folder).database) as db:
        for table in (tables.ORDERS, tables.ATTEMPTS, tables.REFUNDS, tables.PRINTS):
            assert [column.name for column in db[table.name].columns] == table.columns


def test_account_with_an_unfinished_order(store: Store) -> None:
    rows = stories.begin(store, stories.ACCOUNT)

    assert store.unclosed_of(store.hall_key.account_hash(stories.ACCOUNT)) == rows
    assert store.unclosed_of(store.hall_key.account_hash("0031415927")) is None
    with pytest.raises(LedgerDoubtError, match="UNIQUE"):
        stories.begin(store, stories.ACCOUNT)


def test_late_money_for_an_order_whose_account_has_begun_a_newer_one(store: Store) -> None:
    old = stories.begin(store, stories.ACCOUNT)
    old = stories.tell(store, old, *stories.left(old.order.order_no))
    new = stories.begin(store, stories.ACCOUNT)

    old = stories.tell(store, old, stories.captured(old.order.order_no, late=True))

    assert {rows.order.order_no for rows in store.unclosed()} == {old.order.order_no, new.order.order_no}
    old = stories.tell(store, old, *stories.given_back(old.order.order_no))
    assert old.order.closed
    assert store.unclosed() == [new]


def test_second_live_attempt_is_refused_by_the_file_itself(store: Store) -> None:
    rows = stories.begin(store)
    rows = stories.tell(store, rows, stories.held_price(rows.order.order_no), stories.sent(rows.order.order_no))
    event = stories.sent(rows.order.order_no, n=2)
    second = replace(rows.attempts[0], n=2, key=event.key)

    with pytest.raises(LedgerDoubtError, match=r"UNIQUE constraint failed: attempts\.order_no"):
        store.record(event, rows=replace(rows, attempts=(*rows.attempts, second)))


def test_second_hold_on_a_device_is_refused_by_the_file_itself(store: Store) -> None:
    first, second = stories.begin(store), stories.begin(store)
    first = stories.tell(store, first, stories.held_price(first.order.order_no))
    second = stories.tell(store, second, stories.held_price(second.order.order_no))
    stories.tell(store, first, replace(stories.sent(first.order.order_no), hold=True))
    event = replace(stories.sent(second.order.order_no), hold=True)

    with pytest.raises(LedgerDoubtError, match=r"attempts\.device"):
        store.record(event, rows=evolve(second, event))


def test_events_of_another_order_are_refused_before_anything_is_written(store: Store) -> None:
    first, second = stories.begin(store), stories.begin(store)

    with pytest.raises(ValueError, match="not events of order"):
        store.record(stories.held_price(first.order.order_no), rows=second)

    assert store.unclosed() == [first, second]


def test_step_that_failed_leaves_nothing_and_closes_the_ledger(tmp_path: Path) -> None:
    store = Store(tmp_path, "T07")
    rows = stories.begin(store, stories.ACCOUNT)
    with pytest.raises(LedgerDoubtError):
        stories.begin(store, stories.ACCOUNT)

    for call in (store.next_order_no, store.unclosed, lambda: store.order("x"), store.forget_expired):
        with pytest.raises(LedgerClosedError):
            call()
    store.close()
    store.close()

    again = Store(tmp_path, "T07")
    assert (again.quarantined, again.unclosed()) == (None, [rows])
    again.close()


@pytest.mark.parametrize("statement", ["UPDATE journal SET body = '{}'", "DELETE FROM journal WHERE seq = 1"])
def test_journal_refuses_clumsy_hands(store: Store, statement: str) -> None:
    stories.begin(store)

    with connect(Files(store.folder).database) as db, pytest.raises(Exception, match="append-only"):
        db.execute(statement)


def test_journal_refuses_a_gap(store: Store) -> None:
    stories.begin(store)

    with connect(Files(store.folder).database) as db, pytest.raises(Exception, match="no gaps"):
        db.execute("INSERT INTO journal (seq, body, hash) VALUES (3, '{}', x'')")


async def test_two_terminals_on_one_folder(tmp_path: Path) -> None:
    first = await Ledger.open(tmp_path, "T07")

    with pytest.raises(LedgerBusyError, match="another terminal"):
        await Ledger.open(tmp_path, "T08")

    await first.aclose()
    second = await Ledger.open(tmp_path, "T08")
    assert second.quarantined is None
    await second.aclose()


async def test_caller_gives_up_in_the_middle_of_a_step(tmp_path: Path) -> None:
    ledger = await Ledger.open(tmp_path, "T07")
    step = asyncio.ensure_future(ledger.next_order_no())
    await asyncio.sleep(0)
    step.cancel()

    assert (await ledger.next_order_no())[-7:-1] == "000002"
    await ledger.aclose()


async def test_ledger_that_was_closed(tmp_path: Path) -> None:
    ledger = await Ledger.open(tmp_path, "T07")
    await ledger.aclose()
    await ledger.aclose()

    with pytest.raises(LedgerClosedError):
        await ledger.unclosed()


async def test_closing_while_a_step_is_under_way_finishes_it(tmp_path: Path) -> None:
    ledger = await Ledger.open(tmp_path, "T07")
    steps = [asyncio.ensure_future(ledger.next_order_no()) for _ in range(5)]
    await asyncio.sleep(0)
    await ledger.aclose()

    assert len({await step for step in steps}) == 5


async def test_witness_that_cannot_be_written_closes_the_ledger(tmp_path: Path) -> None:
    ledger = await Ledger.open(tmp_path, "T07")
    store = ledger._store
    event = await ledger._thread.call(lambda: stories.opening(store))
    witness = os.open("/dev/full", os.O_RDWR)
    os.dup2(witness, store._witness._file)
    os.close(witness)

    await ledger.record(event, rows=evolve(None, event))

    with pytest.raises(LedgerClosedError, match="No space left"):
        await ledger.unclosed()
    await ledger.aclose()
    again = await Ledger.open(tmp_path, "T07")
    assert [rows.order.order_no for rows in await again.unclosed()] == [event.order_no]
    await again.aclose()


async def test_no_thread_is_left_when_a_folder_cannot_be_opened(tmp_path: Path) -> None:
    tmp_path.joinpath("data").write_text("a file")

    with pytest.raises(OSError, match="exists"):
        await Ledger.open(tmp_path / "data", "T07")

    left = [thread for thread in threading.enumerate() if thread.name == "ledger"]
    for thread in left:
        thread.join(5)
    assert not any(thread.is_alive() for thread in left)


def test_ledger_of_an_earlier_version_is_read_and_goes_on(tmp_path: Path) -> None:
    """Its tables lack the newest columns: that is no damage."""
    store = Store(tmp_path, "T07")
    first, _, third = stories.a_day(store)
    store.close()
    with connect(Files(tmp_path).database) as db:
        old = Database(memory=True)
        SCHEMA.apply(old, stop_before=steps()[3:])
        db.execute("DROP TABLE anchor")
        for trigger in ("journal_gapless", "journal_not_deleted"):
            made = old.execute("SELECT sql FROM sqlite_master WHERE name = ?", [trigger]).fetchone()[0]
            db.execute(f"DROP TRIGGER {trigger}")
            db.execute(made)
        for kind in MATTERS:
            db.execute(f"DROP TABLE {kind.table}")
        db.execute("DROP TABLE jobs")
        db.execute("DROP INDEX one_unfinished_card")
        db.execute("ALTER TABLE orders DROP COLUMN owed")
        db.execute("ALTER TABLE orders DROP COLUMN card_hash")
        db.execute("DROP INDEX journal_matter")
        db.execute("ALTER TABLE journal DROP COLUMN matter")
        db.execute("ALTER TABLE attempts DROP COLUMN paid_ms")
        db.execute("DELETE FROM _sqlite_migrations WHERE name > '0003_private'")
        assert applied_steps(db) == steps()[:3]
    with reading(tmp_path) as db:
        assert [what for what, wrong in verify(db, None) if wrong] == []

    again = Store(tmp_path, "T07")

    assert again.quarantined is None
    assert again.unclosed() == [third]
    assert again.order(first.order.order_no) == first
    assert applied_steps(again._db) == steps()
    again.close()
