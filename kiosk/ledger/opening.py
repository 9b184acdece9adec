"""Opening a data folder: a sound ledger is left as it is, one that cannot be trusted is set aside for a fresh one."""

import contextlib
import logging
import shutil
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from sqlite_utils import Database

from kiosk.ledger import checks
from kiosk.ledger.disk import sync_folder, write_once
from kiosk.ledger.errors import LedgerCorruptError
from kiosk.ledger.files import Files, connect, connect_read_only
from kiosk.ledger.numbering import new_ledger_id
from kiosk.ledger.receipts import head_of, read_receipt
from kiosk.ledger.schema import SCHEMA, check_schema
from kiosk.ledger.witness import Head, read_witness
from kiosk.protocol.order.rows import Rows

log = logging.getLogger(__name__)

_DISK_TROUBLE = {
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_NOMEM,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_AUTH,
}
"""Primary codes that say nothing about the content of the file."""


class Ready(NamedTuple):
    """What `make_ready` leaves to be done and said."""

    quarantined: str | None
    """Why an earlier ledger was set aside, in words for the staff."""
    mend: dict[str, Rows | None]
    """Orders whose tables do not say what the journal says, with what it says."""
    mend_matters: list[checks.Matter]
    """Matters of which the same is true."""


def make_ready(files: Files, now: float) -> Ready:
    """Leave a sound journal in the folder, whose lock the caller holds.

    Raises `LedgerTooNewError` without having touched anything, `OSError` for trouble with the disk.
    """
    for leftover in files.folder.glob(f"{files.draft.name}*"):
        leftover.unlink()
    witness = read_witness(files.witness)
    names = _names(files)
    why = None
    mend: dict[str, Rows | None] = {}
    mend_matters: list[checks.Matter] = []
    try:
        mend, mend_matters = _examine(files, witness, begun=bool(names) or witness is not None)
    except LedgerCorruptError as error:
        why = str(error)
        aside = _set_aside(files, why, now)
        log.error("the ledger was set aside in %s: %s", aside, why)
        why = f"{why}; set aside in {aside}"
    if not files.database.exists():
        if witness is not None:
            names = [*names, witness.ledger_id]
        names = [*names, _create(files, names, now)]
    else:
        name = _name_of(files)
        names = names if name in names else [*names, name]
        if witness is None:
            log.error("the witness of ledger %s was missing and begins anew: rows lost before now cannot show", name)
    if names != _names(files):
        write_once(files.names, "".join(f"{name}\n" for name in names).encode())
    return Ready(why, mend, mend_matters)


def _examine(files: Files, witness: Head | None, *, begun: bool) -> tuple[dict[str, Rows | None], list[checks.Matter]]:
    """Which orders and matters to mend. Raises `LedgerCorruptError` when the journal cannot be trusted."""
    if not files.database.exists():
        if begun:
            raise LedgerCorruptError("the ledger file is missing")
        return {}, []
    if files.doubt.exists():
        raise LedgerCorruptError(files.doubt.read_text("utf-8", "replace").strip())
    with examining(files.database) as db:
        check_schema(db)
        checks.check_pages(db)
        checks.check_witness(db, witness)
        checks.check_receipt(db, head_of(read_receipt(files.receipt), checks.ledger_id(db)))
        checks.check_chain(db)
        return checks.to_mend(db), checks.matters_to_mend(db)


@contextlib.contextmanager
def examining(database: Path) -> Iterator[Database]:
    """The database, never changed. What SQLite finds wrong becomes `LedgerCorruptError`, or `OSError` for the disk."""
    try:
        db = connect_read_only(database)
        try:
            yield db
        finally:
            db.close()
    except sqlite3.Error as error:
        raise_disk_trouble(error)
        raise LedgerCorruptError(f"the database cannot be read: {error}") from error
    except UnicodeDecodeError as error:  # a damaged letter, which sqlite3 could not even put in its message
        raise LedgerCorruptError(f"the database cannot be read: {error.object!r}") from error


def raise_disk_trouble(error: sqlite3.Error) -> None:
    """Raises `OSError` when `error` is about the disk, the memory or somebody else, and not about the content."""
    code = getattr(error, "sqlite_errorcode", None)  # errors of the Python module itself have none
    if code is not None and code & 0xFF in _DISK_TROUBLE and code != sqlite3.SQLITE_IOERR_SHORT_READ:
        raise OSError(f"the ledger cannot be opened: {error}") from error


def _set_aside(files: Files, why: str, now: float) -> Path:
    """Move all files of the ledger, none of which is ever deleted, into a folder of their own."""
    stamp = f"{datetime.fromtimestamp(now, UTC):%Y%m%dT%H%M%SZ}"
    aside = files.quarantine / stamp
    count = 1
    while aside.exists():
        count += 1
        aside = files.quarantine / f"{stamp}-{count}"
    aside.mkdir(parents=True)
    try:
        write_once(aside / "why.txt", f"{why}\n".encode())
    except OSError:
        shutil.rmtree(aside, ignore_errors=True)  # nothing of the ledger is in it yet: each try would leave another
        raise
    # the witnesses last: were the power cut in between, they would still find the rest wanting
    database = sorted(files.folder.glob(f"{files.database.name}*"))
    for path in [*database, *(path for path in (files.doubt, files.receipt, files.witness) if path.exists())]:
        path.rename(aside / path.name)
    sync_folder(aside)
    sync_folder(files.quarantine)
    sync_folder(files.folder)
    return aside


def _create(files: Files, used: list[str], now: float) -> str:
    """A fresh ledger that is there whole or not at all."""
    name = new_ledger_id(used)
    files.draft.touch(mode=0o600)
    try:
        db = connect(files.draft)
        try:
            db.execute("PRAGMA journal_mode = WAL")
            SCHEMA.apply(db)
            db.execute("INSERT INTO ledger VALUES (1, ?, ?, 0)", [name, int(now * 1000)])
        finally:
            db.close()
    except sqlite3.Error as error:
        raise OSError(f"a ledger cannot be made in {files.folder}: {error}") from error
    files.draft.rename(files.database)
    sync_folder(files.folder)
    return name


def _name_of(files: Files) -> str:
    with examining(files.database) as db:
        return checks.ledger_id(db)


def _names(files: Files) -> list[str]:
    try:
        return files.names.read_text("ascii", "replace").split()
    except FileNotFoundError:
        return []
