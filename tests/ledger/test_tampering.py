"""Somebody changes the journal with an editor for SQLite, triggers and all put back. `verify` names the row, and the
terminal takes no money on what was changed."""

import contextlib
import logging
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlite_utils import Database

from kiosk.ledger.cli import ledger_command
from kiosk.ledger.files import Files, connect
from kiosk.ledger.reading import reading, verify
from kiosk.ledger.store import Store
from kiosk.ledger.witness import read_witness
from tests.ledger import stories

ROWS = 19
"""What a day of the stories is."""


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger after a day, closed in order."""
    folder = tmp_path_factory.mktemp("day") / "data"
    store = Store(folder, "T07")
    stories.a_day(store)
    store.close()
    return folder


@contextlib.contextmanager
def _editor(folder: Path) -> Iterator[Database]:
    with connect(Files(folder).database) as db:
        triggers = db.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _ in triggers:
            db.execute(f"DROP TRIGGER {name}")
        yield db
        for _, sql in triggers:
            db.execute(sql)


def _found(folder: Path) -> list[str]:
    with reading(folder) as db:
        return [wrong for _, wrong in verify(db, read_witness(Files(folder).witness)) if wrong]


def _is_caught(folder: Path, said: str) -> None:
    found = _found(folder)
    assert any(said in wrong for wrong in found), found
    store = Store(folder, "T07")
    assert said in str(store.quarantined)
    assert store.unclosed() == []
    store.close()


@pytest.fixture(autouse=True)
def quiet(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL)


COLUMNS = {
    "seq": "UPDATE journal SET seq = seq + 1000 WHERE seq = ?",
    "a digit of the body": "UPDATE journal SET body = replace(body, '\"seq\":', '\"seq\" :') WHERE seq = ?",
    "a body that says nothing": "UPDATE journal SET body = '{}' WHERE seq = ?",
    "hash": "UPDATE journal SET hash = zeroblob(32) WHERE seq = ?",
    "a hash cut short": "UPDATE journal SET hash = substr(hash, 1, 31) WHERE seq = ?",
}


@pytest.mark.parametrize("column", COLUMNS)
def test_every_column_of_every_row_changed(day: Path, tmp_path: Path, column: str) -> None:
    for seq in range(1, ROWS + 1):
        folder = tmp_path / str(seq)
        shutil.copytree(day, folder)
        with _editor(folder) as db:
            assert db.execute(COLUMNS[column], [seq]).rowcount == 1
        said = f"row {seq} of the journal"
        assert any(said in wrong for wrong in _found(folder))
        if seq in (1, ROWS // 2, ROWS):
            store = Store(folder, "T07")
            assert store.quarantined is not None
            assert store.unclosed() == []
            store.close()


@pytest.mark.parametrize("seq", [1, 2, 8, ROWS - 1])
def test_row_deleted(day: Path, tmp_path: Path, seq: int) -> None:
    folder = shutil.copytree(day, tmp_path / "data")
    with _editor(folder) as db:
        db.execute("DELETE FROM journal WHERE seq = ?", [seq])
    _is_caught(folder, f"row {seq} of the journal is missing")


def test_row_deleted_and_the_others_moved_up(day: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(day, tmp_path / "data")
    with _editor(folder) as db:
        db.execute("DELETE FROM journal WHERE seq = 5")
        for seq in range(6, ROWS + 1):
            db.execute("UPDATE journal SET seq = ? WHERE seq = ?", [seq - 1, seq])
    _is_caught(folder, "1 before the last one that was written")


@pytest.mark.parametrize("cut", [1, 5, ROWS])
def test_head_of_the_chain_cut_off(day: Path, tmp_path: Path, cut: int) -> None:
    """What is left is a sound chain: only the witness knows that there was more."""
    folder = shutil.copytree(day, tmp_path / "data")
    with _editor(folder) as db:
        db.execute("DELETE FROM journal WHERE seq > ?", [ROWS - cut])
    _is_caught(folder, f"{cut} before the last one that was written")


def test_all_tables_emptied(day: Path, tmp_path: Path) -> None:
    """No terminal begins with an empty ledger because somebody emptied it."""
    folder = shutil.copytree(day, tmp_path / "data")
    with _editor(folder) as db:
        for statement in ("DELETE FROM journal", "DELETE FROM orders", "DELETE FROM attempts", "DELETE FROM prints"):
            db.execute(statement)
    _is_caught(folder, f"the journal ends at row 0, {ROWS} before the last one that was written")


@pytest.mark.parametrize(("one", "other"), [(1, 2), (3, 4), (ROWS - 2, ROWS - 1), (2, 12)])
@pytest.mark.parametrize("with_hash", [False, True])
def test_rows_swapped(day: Path, tmp_path: Path, one: int, other: int, *, with_hash: bool) -> None:
    folder = shutil.copytree(day, tmp_path / "data")
    with _editor(folder) as db:
        (body, digest), (body_2, digest_2) = (
            db.execute("SELECT body, hash FROM journal WHERE seq = ?", [seq]).fetchone() for seq in (one, other)
        )
        if not with_hash:
            digest, digest_2 = digest_2, digest
        db.execute("UPDATE journal SET body = ?, hash = ? WHERE seq = ?", [body_2, digest_2, one])
        db.execute("UPDATE journal SET body = ?, hash = ? WHERE seq = ?", [body, digest, other])
    _is_caught(folder, f"row {one} of the journal does not match its hash")


def test_row_written_twice(day: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(day, tmp_path / "data")
    with _editor(folder) as db:
        db.execute(
            "INSERT INTO journal (seq, body, hash) SELECT seq + 1, body, hash FROM journal WHERE seq = ?", [ROWS]
        )
    _is_caught(folder, f"row {ROWS + 1} of the journal does not match its hash")


@pytest.mark.parametrize("change", [Path.unlink, lambda path: path.write_bytes(bytes(8192))])
def test_head_cut_off_and_the_witness_with_it_is_said_to_be_unwitnessed(
    day: Path, tmp_path: Path, change: Callable[[Path], None], capsys: pytest.CaptureFixture[str]
) -> None:
    """Who takes both away leaves a sound ledger; that nobody vouches for its end is said."""
    folder = shutil.copytree(day, tmp_path / "data")
    with _editor(folder) as db:
        db.execute("DELETE FROM journal WHERE seq > 17")
    change(Files(folder).witness)
    assert not any("before the last one" in wrong for wrong in _found(folder))
    assert ledger_command(["verify", "--data", str(folder)]) == 1  # the tables know more
    assert "rows that were lost at the end would not show" in capsys.readouterr().out
