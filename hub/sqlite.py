"""The hub's store on SQLite: one file, one process, nothing to install."""

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from sqlite_utils import Database, Migrations

from hub.accept import Take, Verdict, verdict
from hub.store import ForeignError, StoreBusyError, Terminal
from kiosk.protocol.batch import Batch, Head

_T = TypeVar("_T")
SCHEMA = Migrations("menkou.hub")


@SCHEMA(name="0001_journals")
def _journals(db: Database) -> None:
    db.executescript("""
CREATE TABLE code (
  hash BLOB PRIMARY KEY,
  hall TEXT NOT NULL,
  terminal TEXT NOT NULL,
  until_ms INTEGER NOT NULL,
  key_id TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE TABLE terminal (
  hall TEXT NOT NULL,
  terminal TEXT NOT NULL,
  key_id TEXT NOT NULL UNIQUE,
  public_key BLOB NOT NULL,
  paired_ms INTEGER NOT NULL,
  revoked INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (hall, terminal)
) STRICT;
CREATE TABLE head (
  ledger TEXT PRIMARY KEY,
  hall TEXT NOT NULL,
  terminal TEXT NOT NULL,
  first INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  hash TEXT NOT NULL,
  at_ms INTEGER NOT NULL
) STRICT;
CREATE TABLE event (
  ledger TEXT NOT NULL,
  seq INTEGER NOT NULL,
  hash BLOB NOT NULL,
  at_ms INTEGER NOT NULL,
  type TEXT NOT NULL,
  about TEXT NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (ledger, seq)
) STRICT;
CREATE INDEX event_about ON event(about);
""")


class SqliteStore:
    """See `Store`. All SQL runs on one thread, so calls of one process never meet."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._thread = ThreadPoolExecutor(1, "hub-sqlite")
        self._db: Database | None = None

    async def open(self) -> None:
        """See `Store`."""
        await self._run(self._open)

    def _open(self) -> None:
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        db = Database(sqlite3.connect(self._path, isolation_level=None), execute_plugins=False)
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = FULL")
        db.execute("PRAGMA busy_timeout = 5000")
        SCHEMA.apply(db)
        self._db = db

    async def aclose(self) -> None:
        """See `Store`."""
        db, self._db = self._db, None
        if db is not None:
            await asyncio.get_running_loop().run_in_executor(self._thread, db.close)
        self._thread.shutdown(wait=False)

    async def offer(self, code: bytes, hall: str, terminal: str, until_ms: int) -> None:
        """See `Store`."""
        sql = "INSERT INTO code (hash, hall, terminal, until_ms) VALUES (?, ?, ?, ?)"
        await self._write(lambda db: db.execute(sql, (code, hall, terminal, until_ms)))

    async def pair(self, code: bytes, key_id: str, public_key: bytes, now_ms: int) -> Terminal | None:
        """See `Store`."""

        def pair(db: Database) -> Terminal | None:
            found = db.execute("SELECT hall, terminal, until_ms, key_id FROM code WHERE hash = ?", [code]).fetchone()
            if found is None:
                return None
            hall, terminal, until_ms, used_by = found
            known = _terminal(db, key_id)
            if used_by or known is not None:
                return known if used_by == key_id else None
            if now_ms > until_ms:
                return None
            db.execute("UPDATE code SET key_id = ? WHERE hash = ?", [key_id, code])
            db.execute(
                "INSERT INTO terminal (hall, terminal, key_id, public_key, paired_ms) VALUES (?, ?, ?, ?, ?) "
                "ON CONFLICT (hall, terminal) DO UPDATE SET key_id = excluded.key_id, revoked = 0, "
                "public_key = excluded.public_key, paired_ms = excluded.paired_ms",
                (hall, terminal, key_id, public_key, now_ms),
            )
            return _terminal(db, key_id)

        return await self._write(pair)

    async def terminal(self, key_id: str) -> Terminal | None:
        """See `Store`."""
        return await self._run(lambda: _terminal(self._opened(), key_id))

    async def revoke(self, hall: str, terminal: str) -> bool:
        """See `Store`."""
        sql = "UPDATE terminal SET revoked = 1 WHERE hall = ? AND terminal = ?"
        return await self._write(lambda db: db.execute(sql, (hall, terminal)).rowcount > 0)

    async def accept(self, sender: Terminal, batch: Batch, now_ms: int) -> Verdict:
        """See `Store`."""

        def accept(db: Database) -> Verdict:
            row = db.execute("SELECT hall, terminal, seq, hash FROM head WHERE ledger = ?", [batch.ledger]).fetchone()
            if row is not None and (row[0], row[1]) != (sender.hall, sender.terminal):
                raise ForeignError(batch.ledger)
            head = None if row is None else Head(ledger=batch.ledger, seq=row[2], hash=row[3])
            kept = db.execute("SELECT hash FROM event WHERE ledger = ? AND seq = ?", [batch.ledger, batch.last])
            found = verdict(head, batch, next((digest for (digest,) in kept), None))
            if isinstance(found, Take):
                _insert(db, batch, found.after)
                db.execute(
                    "INSERT INTO head (ledger, hall, terminal, first, seq, hash, at_ms) VALUES (?, ?, ?, ?, ?, ?, ?) "
                    "ON CONFLICT (ledger) "
                    "DO UPDATE SET seq = excluded.seq, hash = excluded.hash, at_ms = excluded.at_ms",
                    (
                        *(batch.ledger, sender.hall, sender.terminal, batch.first),
                        *(found.then.seq, found.then.hash, now_ms),
                    ),
                )
            return found

        return await self._write(accept)

    async def heads(self, hall: str) -> list[tuple[str, Head]]:
        """See `Store`."""
        sql = "SELECT terminal, ledger, seq, hash FROM head WHERE hall = ? ORDER BY terminal, at_ms"
        found = await self._run(lambda: self._opened().execute(sql, [hall]).fetchall())
        return [(terminal, Head(ledger=ledger, seq=seq, hash=digest)) for terminal, ledger, seq, digest in found]

    def _opened(self) -> Database:
        if self._db is None:
            raise StoreBusyError("the store is closed")
        return self._db

    async def _write(self, work: Callable[[Database], _T]) -> _T:
        def write() -> _T:
            db = self._opened()
            db.execute("BEGIN IMMEDIATE")
            try:
                result = work(db)
            except BaseException:
                db.execute("ROLLBACK")
                raise
            db.execute("COMMIT")
            return result

        return await self._run(write)

    async def _run(self, work: Callable[[], _T]) -> _T:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, work)
        except sqlite3.OperationalError as error:
            raise StoreBusyError(str(error)) from error
        except RuntimeError as error:  # the thread was shut down
            raise StoreBusyError(str(error)) from error


def _terminal(db: Database, key_id: str) -> Terminal | None:
    sql = "SELECT hall, terminal, key_id, public_key, revoked FROM terminal WHERE key_id = ?"
    row = db.execute(sql, [key_id]).fetchone()
    return row and Terminal(hall=row[0], terminal=row[1], key_id=row[2], public_key=row[3], revoked=bool(row[4]))


def _insert(db: Database, batch: Batch, after: int) -> None:
    rows = [
        (
            *(batch.ledger, row.envelope.seq, row.hash, row.envelope.at, row.envelope.type),
            *(row.envelope.order or row.envelope.matter, row.body.decode()),
        )
        for row in batch.rows
        if row.envelope.seq > after
    ]
    sql = "INSERT INTO event (ledger, seq, hash, at_ms, type, about, body) VALUES (?, ?, ?, ?, ?, ?, ?)"
    db.conn.executemany(sql, rows)
