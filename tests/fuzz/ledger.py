"""The ledger's files: whatever they hold, the terminal has all that was recorded, or sets them aside and says so."""

import contextlib
import sqlite3
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TypeVar
from unittest import mock

from sqlite_utils import Database

from kiosk.ledger import checks, opening, tables
from kiosk.ledger.errors import LedgerCorruptError, LedgerTooNewError
from kiosk.ledger.files import Files, connect_read_only
from kiosk.ledger.store import Store
from kiosk.ledger.witness import Head, read_witness
from kiosk.protocol.matter import MatterRow
from kiosk.protocol.matters import MATTERS
from kiosk.protocol.order.rows import Rows
from tests.fuzz.campaign import Target
from tests.fuzz.files import FOLDER
from tests.ledger import stories
from tests.ledger.test_matters import RATING
from tests.ledger.test_tickets import STORY

_R = TypeVar("_R")

SMALL_PAGE = 512
"""Bytes of a page in the samples: more pages, fewer bytes of nothing."""


class _Sample:
    """A ledger after a day, and what it told."""

    def __init__(self, folder: Path) -> None:
        self.files = Files(folder)
        store = Store(folder, "T07")
        stories.a_day(store)
        store.note(RATING)
        store.note(*STORY)
        store.close()
        with sqlite3.connect(self.files.database, isolation_level=None) as db:
            db.execute("PRAGMA journal_mode = DELETE")
            db.execute(f"PRAGMA page_size = {SMALL_PAGE}")
            db.execute("VACUUM")
        db.close()
        self.whole = self.files.database.read_bytes()
        self.witness = read_witness(self.files.witness)
        with opening.examining(self.files.database) as found:
            self.told = _told(found, opening.Ready(None, {}, []))

    def look(self, witness: Head | None) -> None:
        """Examine the files as the terminal does when it starts."""
        try:
            ready = opening.Ready(None, *opening._examine(self.files, witness, begun=True))
        except (LedgerCorruptError, LedgerTooNewError):
            return
        with opening.examining(self.files.database) as db:
            assert _told(db, ready) == self.told, "a ledger that is not the one that was written"


Told = tuple[list[bytes], dict[str, Rows], dict[str, MatterRow]]
"""The journal's bodies, the orders and the matters."""


def _told(db: Database, ready: opening.Ready) -> Told:
    """What a terminal goes on with."""
    bodies = [body for (body,) in db.execute("SELECT CAST(body AS BLOB) FROM journal ORDER BY seq")]
    numbers = [number for (number,) in db.execute("SELECT order_no FROM orders UNION SELECT order_no FROM journal")]
    orders = {number: checks.stored(db, number) for number in numbers if number and number not in ready.mend}
    mended = {matter: row for _, matter, row in ready.mend_matters}
    there = {
        matter: row
        for kind in MATTERS
        for (matter,) in db.execute(" ".join(("SELECT matter FROM", kind.table))).fetchall()
        if matter not in mended
        for row in tables.matters_where(db, kind.row, {"matter": matter})
    }
    return bodies, _known({**orders, **ready.mend}), _known({**there, **mended})


def _known(found: Mapping[str, _R | None]) -> dict[str, _R]:
    return {name: row for name, row in found.items() if row is not None}


SAMPLE = _Sample(FOLDER / "ledger")


@contextlib.contextmanager
def _in_memory(content: bytes) -> Iterator[None]:
    """The database's file is `content`, without a disk."""

    def connected(_: Path) -> Database:
        connection = sqlite3.connect(":memory:", isolation_level=None)
        connection.text_factory = lambda value: value.decode("utf-8", "replace")
        # a log needs a disk; to hand over nothing at all would be taken for a lack of memory
        connection.deserialize(content[:18] + content[18:20].replace(b"\2", b"\1") + content[20:] or b"\0")
        db = Database(connection, execute_plugins=False)
        db.execute("PRAGMA cell_size_check = ON")
        return db

    with mock.patch.object(opening, "connect_read_only", connected):
        yield


def check_ledger(content: bytes) -> None:
    """A database that is damaged anywhere."""
    with _in_memory(content):
        SAMPLE.look(SAMPLE.witness)


KILLED = Files(stories.killed_after_a_day(FOLDER))
_LOG = KILLED.database.with_name("ledger.db-wal")
_MEMORY = KILLED.database.with_name("ledger.db-shm")
_WRITTEN = _LOG.read_bytes()
_KILLED_WITNESS = read_witness(KILLED.witness)
with opening.examining(KILLED.database) as _db:
    _KILLED_TOLD = _told(_db, opening.Ready(None, {}, []))


def check_log(content: bytes) -> None:
    """A write-ahead log that is damaged anywhere, beside a sound database."""
    _LOG.write_bytes(content)
    _MEMORY.unlink(missing_ok=True)
    try:
        ready = opening.Ready(None, *opening._examine(KILLED, _KILLED_WITNESS, begun=True))
    except (LedgerCorruptError, LedgerTooNewError):
        return
    with contextlib.closing(connect_read_only(KILLED.database)) as db:
        assert _told(db, ready) == _KILLED_TOLD, "a ledger that is not the one that was written"


TARGETS = (
    Target("ledger_file", (SAMPLE.whole,), check_ledger, short=500),
    Target("ledger_log", (_WRITTEN,), check_log, costly=10, short=200),
)
