import errno
import logging
import random
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from kiosk.ledger import opening, tables
from kiosk.ledger.checks import envelopes
from kiosk.ledger.errors import LedgerTooNewError
from kiosk.ledger.files import Files, connect
from kiosk.ledger.reading import reading, verify
from kiosk.ledger.schema import SCHEMA
from kiosk.ledger.store import Store
from kiosk.ledger.witness import Head, Witness, read_witness
from kiosk.protocol.chain import GENESIS, link
from kiosk.protocol.order.rows import Rows
from tests.ledger import stories

Recorded = tuple[list[Rows], list[object]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A ledger after a day, closed in order."""
    folder = tmp_path / "data"
    store = Store(folder, "T07")
    stories.a_day(store)
    store.close()
    return folder


@pytest.fixture
def crashed(tmp_path: Path) -> Path:
    """A ledger after a day, as a kill leaves it: all rows in the write-ahead log."""
    return stories.killed_after_a_day(tmp_path)


def _recorded(folder: Path) -> Recorded:
    with reading(folder) as db:
        return tables.load(db), list(envelopes(db))


def _reopen(folder: Path) -> str | None:
    store = Store(folder, "T07")
    reason = store.quarantined
    if reason is not None:
        assert store.unclosed() == []
    assert store.next_order_no()
    store.close()
    return reason


def _flip(path: Path, offset: int) -> None:
    with path.open("r+b") as file:
        file.seek(offset)
        value = file.read(1)[0]
        file.seek(offset)
        file.write(bytes([value ^ 0x10]))


def _aside(folder: Path) -> Path:
    (aside,) = (folder / "quarantine").iterdir()
    return aside


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_flipped_byte_in_every_page(folder: Path, tmp_path: Path, seed: int, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL)
    before = _recorded(folder)
    content = Files(folder).database.read_bytes()
    choice = random.Random(seed)
    found = 0
    pages = range(0, len(content), 4096)
    for page in pages:
        copy = tmp_path / f"{page}"
        shutil.copytree(folder, copy)
        _flip(Files(copy).database, choice.choice([at for at in range(page, page + 4096) if content[at]]))
        try:
            reason = _reopen(copy)
        except LedgerTooNewError:
            reason = "left alone"
        if reason is None:
            # a sealed value, a byte that nobody reads, or tables that the journal could mend
            assert _recorded(copy) == before
        else:
            found += 1
    assert found > len(pages) // 2


def test_flipped_byte_anywhere_in_a_committed_log(
    crashed: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL)
    before = _recorded(crashed)
    log = Files(crashed).database.with_name("ledger.db-wal")
    places = random.Random(1).sample(range(log.stat().st_size), 30)
    lost = 0
    for n, place in enumerate(places):
        copy = tmp_path / f"{n}"
        shutil.copytree(crashed, copy)
        _flip(copy / log.name, place)
        if _reopen(copy) is None:
            assert _recorded(copy) == before
        else:
            lost += 1
    assert lost > 20  # SQLite itself says ok to all of these: the witness is what sees them


def test_sqlite_and_the_chain_are_content_with_a_log_that_lost_its_end(crashed: Path) -> None:
    log = Files(crashed).database.with_name("ledger.db-wal")
    _flip(log, log.stat().st_size // 2)

    with reading(crashed) as db:
        found = dict(verify(db, read_witness(Files(crashed).witness)))

    wrong = {name: what for name, what in found.items() if what}
    assert list(wrong) == ["head as the witness saw it"]
    assert "before the last one that was written" in str(wrong["head as the witness saw it"])


def test_deleted_log(crashed: Path) -> None:
    Files(crashed).database.with_name("ledger.db-wal").unlink()

    assert "before the last one that was written" in str(_reopen(crashed))


def test_killed_terminal_has_nothing_to_set_aside(crashed: Path) -> None:
    before = _recorded(crashed)

    assert _reopen(crashed) is None
    assert _recorded(crashed) == before


def test_old_backup_restored(folder: Path, tmp_path: Path) -> None:
    backup = tmp_path / "backup.db"
    shutil.copyfile(Files(folder).database, backup)
    store = Store(folder, "T07")
    number = store.next_order_no()
    stories.begin(store)
    store.close()
    shutil.copyfile(backup, Files(folder).database)

    store = Store(folder, "T07")

    assert "before the last one that was written" in str(store.quarantined)
    assert store.next_order_no()[:5] != number[:5]
    store.close()


def test_ledger_of_another_terminal_put_in_place(folder: Path, tmp_path: Path) -> None:
    Store(tmp_path / "other", "T08").close()
    shutil.copyfile(Files(tmp_path / "other").database, Files(folder).database)

    assert "the witness knows" in str(_reopen(folder))


@pytest.mark.parametrize("keep", [0, 1, 100, 4096, 0.5, 0.9])
def test_truncated_file(folder: Path, keep: float) -> None:
    database = Files(folder).database
    content = database.read_bytes()
    database.write_bytes(content[: keep if isinstance(keep, int) else int(len(content) * keep)])

    assert _reopen(folder) is not None


@pytest.mark.parametrize("content", [b"not a database, but long enough to look like a file" * 100, bytes(8192)])
def test_something_else_in_place_of_the_database(folder: Path, content: bytes) -> None:
    Files(folder).database.write_bytes(content)

    assert _reopen(folder) is not None


def test_database_of_another_program(folder: Path) -> None:
    Files(folder).database.unlink()
    db = sqlite3.connect(Files(folder).database)
    db.execute("CREATE TABLE orders (a)")
    db.close()

    assert "no such table" in str(_reopen(folder))


def test_deleted_database(folder: Path) -> None:
    Files(folder).database.unlink()

    assert "missing" in str(_reopen(folder))


def test_what_is_set_aside_is_kept_as_it_was(crashed: Path) -> None:
    log = Files(crashed).database.with_name("ledger.db-wal")
    _flip(log, log.stat().st_size // 2)
    kept = {
        path.name: path.read_bytes()
        for path in crashed.glob("ledger.*")
        if path.suffix in {".db", ".db-wal", ".witness"}
    }

    reason = _reopen(crashed)

    aside = _aside(crashed)
    assert {name: (aside / name).read_bytes() for name in kept} == kept
    assert str(aside) in str(reason)
    assert (aside / "why.txt").read_text().strip() in str(reason)


def test_quarantine_happens_once(folder: Path) -> None:
    Files(folder).database.write_bytes(b"rubbish")

    assert _reopen(folder) is not None
    assert _reopen(folder) is None


def test_no_room_to_set_aside_leaves_no_folder_behind_each_try(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Files(folder).database.write_bytes(b"rubbish")

    def full(path: Path, content: bytes) -> None:
        raise OSError(errno.ENOSPC, "no space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(opening, "write_once", full)
        for _ in range(3):
            with pytest.raises(OSError, match="no space"):
                Store(folder, "T07")
    assert list(Files(folder).quarantine.iterdir()) == []

    assert _reopen(folder) is not None


def test_newer_schema_is_left_alone(folder: Path) -> None:
    with connect(Files(folder).database) as db:
        db["_sqlite_migrations"].insert({"migration_set": SCHEMA.name, "name": "9999_later", "applied_at": "later"})
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file() and path.suffix != ".db-shm"}

    with pytest.raises(LedgerTooNewError, match="9999_later"):
        Store(folder, "T07")

    after = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file() and path.suffix != ".db-shm"}
    assert {path: after[path] for path in before} == before
    assert not (folder / "quarantine").exists()


@pytest.mark.parametrize("name", [b"\xff0001", 7, 0.5, b""])
def test_step_whose_name_is_of_another_kind_is_damage(folder: Path, name: object) -> None:
    """Found by fuzzing: a flipped bit in a record's header makes text of its values, or bytes, or numbers."""
    with connect(Files(folder).database) as db:
        db.execute("UPDATE _sqlite_migrations SET name = ? WHERE name = '0001_journal'", [name])
    assert "not a ledger of this program" in str(_reopen(folder))


@pytest.mark.parametrize("name", ["journal_gapless", "one_hold", "orders"])
def test_table_index_or_trigger_whose_name_became_bytes_is_damage(folder: Path, name: str) -> None:
    """Found by fuzzing."""
    with connect(Files(folder).database) as db:
        db.execute("PRAGMA writable_schema = ON")
        db.execute("UPDATE sqlite_master SET name = CAST(name AS BLOB) WHERE name = ?", [name])
    assert _reopen(folder) is not None


def test_event_of_a_newer_version_is_left_alone(folder: Path) -> None:
    _rewrite(folder, lambda body: body.replace(b"attempt.sent.v1", b"attempt.sent.v2"))

    with pytest.raises(LedgerTooNewError, match=r"sent\.v2"):
        Store(folder, "T07")


def test_witness_torn_in_the_middle_of_a_write(crashed: Path) -> None:
    before = _recorded(crashed)
    witness = Witness(Files(crashed).witness)
    newest = witness._count % 2
    witness.close()
    _flip(Files(crashed).witness, newest * 4096 + 20)

    assert _reopen(crashed) is None
    assert _recorded(crashed) == before


@pytest.mark.parametrize(
    "damage", [Path.unlink, lambda path: path.write_bytes(b""), lambda path: path.write_bytes(bytes(8192))]
)
def test_witness_lost(folder: Path, damage: Callable[[Path], None], caplog: pytest.LogCaptureFixture) -> None:
    before = _recorded(folder)
    damage(Files(folder).witness)

    assert _reopen(folder) is None
    assert _recorded(folder) == before
    assert "witness" in caplog.text
    with reading(folder) as db:
        assert not any(wrong for _, wrong in verify(db, read_witness(Files(folder).witness)))


def test_witness_of_two_writes_keeps_the_newer(tmp_path: Path) -> None:
    witness = Witness(tmp_path / "w")
    for seq in range(1, 5):
        witness.write(Head("K2" + "0" * 18, seq, bytes([seq]) * 32))
        assert read_witness(tmp_path / "w") == Head("K2" + "0" * 18, seq, bytes([seq]) * 32)
    witness.close()


@pytest.mark.parametrize(
    "edit",
    [
        "UPDATE attempts SET amount_fen = 1 WHERE state = 'sent'",
        "UPDATE orders SET closed = 1 WHERE closed = 0",
        "UPDATE orders SET state = 'rubbish' WHERE closed = 0",
        "UPDATE attempts SET captured_fen = 15400, state = 'captured' WHERE state = 'sent'",
        "DELETE FROM attempts WHERE state = 'sent'",
        "DELETE FROM orders",
        "UPDATE ledger SET orders = 0",
    ],
)
def test_tables_edited_by_hand_are_mended_from_the_journal(
    folder: Path, edit: str, caplog: pytest.LogCaptureFixture
) -> None:
    before = _recorded(folder)
    with connect(Files(folder).database) as db:
        db.execute(edit)

    store = Store(folder, "T07")

    assert store.quarantined is None
    assert store.next_order_no()[-7:-1] == "000004"
    store.close()
    assert _recorded(folder) == before


def _rewrite(folder: Path, change: Callable[[bytes], bytes]) -> None:
    """Change journal bodies and make the chain and the witness fit, as one could who has read this program."""
    files = Files(folder)
    with connect(files.database) as db:
        triggers = [
            (row[0], row[1]) for row in db.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        ]
        for name, _ in triggers:
            db.execute(f"DROP TRIGGER {name}")
        head = Head(db.execute("SELECT ledger_id FROM ledger").fetchone()[0], 0, GENESIS)
        for seq, body in db.execute("SELECT seq, CAST(body AS BLOB) FROM journal ORDER BY seq").fetchall():
            changed = change(body)
            head = replace_head(head, seq, changed)
            db.execute("UPDATE journal SET body = ?, hash = ? WHERE seq = ?", [changed.decode(), head.hash, seq])
        for _, sql in triggers:
            db.execute(sql)
    witness = Witness(files.witness)
    witness.write(head)
    witness.close()


def replace_head(head: Head, seq: int, body: bytes) -> Head:
    """The head after one more row."""
    return head._replace(seq=seq, hash=link(head.hash, seq, body))


def test_journal_body_edited_by_hand(folder: Path) -> None:
    with connect(Files(folder).database) as db:
        sql = db.execute("SELECT sql FROM sqlite_master WHERE name = 'journal_not_changed'").fetchone()[0]
        db.execute("DROP TRIGGER journal_not_changed")
        db.execute("UPDATE journal SET body = replace(body, '15400', '15401') WHERE seq = 3")
        db.execute(sql)

    assert "row 3 of the journal does not match its hash" in str(_reopen(folder))


def test_trigger_taken_away(folder: Path) -> None:
    with connect(Files(folder).database) as db:
        db.execute("DROP TRIGGER journal_not_changed")

    assert "triggers" in str(_reopen(folder))


def test_journal_whose_chain_was_made_to_fit(folder: Path) -> None:
    old = read_witness(Files(folder).witness)
    assert old is not None
    _rewrite(folder, lambda body: body.replace(b"15400", b"15401"))
    witness = Witness(Files(folder).witness)
    witness.write(old)
    witness.close()

    assert "not the one that was written" in str(_reopen(folder))


def test_journal_that_tells_the_impossible(folder: Path) -> None:
    _rewrite(
        folder,
        lambda body: body.replace(b"order.delivering.v1", b"order.cancelled.v1").replace(
            b'"data":{"channel', b'"data":{"at_ms":1,"channel'
        ),
    )

    assert "row 6 of the journal" in str(_reopen(folder))


def test_rows_that_the_tables_kept_after_their_struct_changed(folder: Path) -> None:
    """What a later version derives differently is derived anew, not set aside."""
    before = _recorded(folder)
    with connect(Files(folder).database) as db:
        rows = tables.load(db, "WHERE closed = 0")[0]
        tables.save(db, replace(rows, order=replace(rows.order, why="an older rule")), rows)

    assert _reopen(folder) is None
    assert _recorded(folder) == before
