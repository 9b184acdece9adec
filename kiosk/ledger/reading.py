"""Looking at a ledger without changing it: beside a running terminal, on a copy, on a read-only disk."""

import contextlib
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from sqlite_utils import Database

from kiosk.ledger import checks
from kiosk.ledger.archive import check
from kiosk.ledger.errors import LedgerError
from kiosk.ledger.files import Files
from kiosk.ledger.opening import examining
from kiosk.ledger.receipts import head_of
from kiosk.ledger.schema import check_schema
from kiosk.ledger.seal import Sealer, read_or_make_key
from kiosk.ledger.witness import Head
from kiosk.protocol.batch import Receipt

Check = tuple[str, Callable[[Database], None]]


@contextlib.contextmanager
def reading(folder: Path) -> Iterator[Database]:
    """The database as it is at this moment. Raises `FileNotFoundError`, `OSError`, `LedgerCorruptError`."""
    database = Files(folder).database
    if not database.is_file():
        raise FileNotFoundError(f"there is no ledger in {folder}")
    with contextlib.ExitStack() as stack:
        try:
            db = stack.enter_context(examining(database))
            db.execute("BEGIN")
            db.execute("SELECT count(*) FROM sqlite_master")
        except OSError:
            # SQLite needs to write beside a write-ahead log that nobody has open: do that elsewhere
            stack.close()
            copy = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            for path in (database, database.with_name(f"{database.name}-wal")):
                if path.exists():
                    shutil.copyfile(path, copy / path.name)
            db = stack.enter_context(examining(copy / database.name))
            db.execute("BEGIN")
        yield db


def verify(
    db: Database, witness: Head | None, archive: Path | None = None, receipt: Receipt | None = None
) -> Iterator[tuple[str, str | None]]:
    """Each check's name, and what is wrong or None. A check that cannot be made is one that failed. What left the
    journal is checked where `archive` says that it is.

    Read `witness` and `receipt` before the database was opened: a running terminal writes in the other order.
    """
    every: list[Check] = [
        ("pages and indexes", checks.check_pages),
        ("tables as made", check_schema),
        ("journal without gaps, hashes in a chain", checks.check_chain),
        ("head as the witness saw it", lambda db: checks.check_witness(db, witness)),
        ("tables say what the journal says", checks.check_projections),
        ("money adds up (I2, I3)", checks.check_money),
    ]
    if receipt is not None:
        received = receipt
        every.append(
            ("rows that the hub has", lambda db: checks.check_receipt(db, head_of(received, checks.ledger_id(db))))
        )
    if archive is not None:
        every.append(("archive whole, up to the journal", partial(_check_archive, archive)))
    for name, passes in every:
        try:
            passes(db)
        except (LedgerError, OSError) as error:
            yield name, str(error)
        except sqlite3.Error as error:
            yield name, f"cannot be read: {error}"
        else:
            yield name, None


def _check_archive(archive: Path, db: Database) -> None:
    anchor = checks.anchor(db)
    check(archive, anchor.ledger_id, anchor.seq, anchor.hash)


def unsealed(db: Database, folder: Path, subject: str) -> bytes | None:
    """A personal value; None when it has expired, or another key sealed it. Raises `FileNotFoundError` where the folder
    has no key."""
    key = Files(folder).seal_key
    if not key.exists():
        raise FileNotFoundError(f"{key}, which unseals them, is not there")
    sealed = db.execute("SELECT sealed FROM private WHERE subject = ?", [subject]).fetchone()
    return Sealer(read_or_make_key(key)).unseal(subject, sealed[0]) if sealed else None


def plain(order_no: str) -> str:
    """An order number from how people write it."""
    return order_no.replace("-", "").replace(" ", "").upper()


def find(db: Database, order_no: str) -> str:
    """An order number as the ledger has it, from how people write it. Raises `LookupError`."""
    wanted = plain(order_no)
    if db.execute("SELECT 1 FROM orders WHERE order_no = ?", [wanted]).fetchone() is None:
        raise LookupError(wanted)
    return wanted
