"""What keeps the ledger's files small runs by itself, and nothing waits for it."""

import logging
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.ledger.errors import LedgerClosedError
from kiosk.ledger.files import Files
from kiosk.ledger.reading import reading, verify
from kiosk.ledger.store import Store
from kiosk.ledger.witness import read_witness
from tests.ledger import stories


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path / "data", "T07", now=lambda: stories.NOW_MS / 1000 + 10)
    yield store
    store.close()


def log_of(store: Store) -> Path:
    return Files(store.folder).database.with_name("ledger.db-wal")


def sound(store: Store) -> bool:
    witness = read_witness(Files(store.folder).witness)
    with reading(store.folder) as db:
        return not any(wrong for _, wrong in verify(db, witness))


def test_log_is_cut_and_nothing_is_lost(store: Store) -> None:
    orders = stories.a_day(store)
    assert log_of(store).stat().st_size > 100_000

    store.tidy()

    assert log_of(store).stat().st_size == 0
    assert [store.order(rows.order.order_no) for rows in orders] == orders
    stories.tell(store, orders[2], stories.captured(orders[2].order.order_no))
    assert sound(store)


def test_forgotten_value_is_in_no_file_any_more(store: Store) -> None:
    rows = stories.begin(store, expires_ms=stories.NOW_MS)
    stories.tell(store, rows, *stories.left(rows.order.order_no))
    sealed = store._db.execute("SELECT sealed FROM private").fetchone()[0]
    assert store.forget_expired() == 1
    assert any(sealed in path.read_bytes() for path in store.folder.glob("ledger.db*"))

    store.tidy()

    assert not any(sealed in path.read_bytes() for path in store.folder.glob("ledger.db*"))


def test_somebody_who_reads_does_not_keep_the_terminal_waiting(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    first = stories.begin(store)
    with reading(store.folder) as db:
        db.execute("SELECT count(*) FROM journal").fetchone()
        second = stories.begin(store)
        begun = time.thread_time()
        store.tidy()
        assert time.thread_time() - begun < 1
        third = stories.begin(store)
        assert "somebody reads it" in caplog.text
    store.tidy()
    assert log_of(store).stat().st_size == 0
    assert store.unclosed() == [first, second, third]


def test_trouble_with_the_log_is_no_doubt(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    """What is recorded is on disk all the same."""
    caplog.set_level(logging.WARNING)
    first = stories.begin(store)
    store._db.execute("BEGIN IMMEDIATE")  # SQLite cuts no log in a transaction
    store.tidy()
    store._db.execute("COMMIT")
    assert "cannot be cut" in caplog.text
    second = stories.begin(store)
    assert store.unclosed() == [first, second]


def test_closed_ledger_is_left_alone(tmp_path: Path) -> None:
    store = Store(tmp_path, "T07")
    store.close()
    with pytest.raises(LedgerClosedError):
        store.tidy()
