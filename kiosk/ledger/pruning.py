"""Which rows of the journal may go: its oldest ones, where all that they tell of is settled and long ago.

Somebody else must have them first, here an archive. Where the rows ended, an anchor stays, and the chain goes on from
it.
"""

import itertools
from typing import NamedTuple

import msgspec
from sqlite_utils import Database

from kiosk.ledger import checks, tables
from kiosk.ledger.archive import Stretch, stretch
from kiosk.protocol.matters import MATTERS

MOST_ROWS = (1_000, 8_000, 64_000)
"""How many are looked at: more only where the fewer hang together with what comes after them."""
NEWEST_ROWS = 100_000
"""So many stay whatever the clock says: set forward by a year, it would take away orders whose late money is still
looked for. A busy hall writes them in a month, as long as such a look may last."""


class Sheaf(NamedTuple):
    """Rows that may go, as the archive keeps them."""

    stretch: Stretch
    bodies: list[bytes]


class _Time(msgspec.Struct, frozen=True):
    at: int


def sheaf(db: Database, before_ms: int, received: int | None) -> Sheaf | None:
    """The oldest rows that were written before `before_ms` and belong to nothing that later rows belong to, and to no
    order that is not closed. None where there are none. Where there is a hub, only of those up to `received`."""
    anchor, newest = checks.anchor(db), checks.head(db).seq - NEWEST_ROWS
    newest = newest if received is None else min(newest, received)
    for most in MOST_ROWS:
        found = db.execute(
            "SELECT seq, CAST(body AS BLOB), order_no, matter FROM journal WHERE seq <= ? ORDER BY seq LIMIT ?",
            [newest, most],
        ).fetchall()
        old = list(itertools.takewhile(lambda row: msgspec.json.decode(row[1], type=_Time).at < before_ms, found))
        last = _whole(db, [(seq, order, matter) for seq, _, order, matter in old])
        if last > anchor.seq:
            bodies = [body for seq, body, *_ in old if seq <= last]
            return Sheaf(stretch(checks.ledger_id(db), anchor.seq + 1, anchor.hash, bodies), bodies)
        if len(old) < most:
            break
    return None


def drop(db: Database, gone: Stretch) -> None:
    """Take the rows of a stretch out of the journal, and what they tell of out of the tables; belongs into an open
    transaction. Raises `LedgerCorruptError` where the journal has something else there."""
    checks.check_row(db, gone.last, bytes.fromhex(gone.hash))
    subjects = db.execute("SELECT DISTINCT order_no, matter FROM journal WHERE seq <= ?", [gone.last]).fetchall()
    for order_no, matter in subjects:
        if order_no is not None:
            tables.mend(db, order_no, None)
        for kind in MATTERS if matter is not None else ():
            tables.mend_matter(db, kind.row, matter, None)
    db.execute(
        "UPDATE anchor SET seq = ?, hash = ?, orders = (SELECT orders FROM ledger)",
        [gone.last, bytes.fromhex(gone.hash)],
    )
    db.execute("DELETE FROM journal WHERE seq <= ?", [gone.last])


def _whole(db: Database, rows: list[tuple[int, str | None, str | None]]) -> int:
    """The last of `rows` up to which everything that is told is told to its end and settled; 0 when there is none."""
    first: dict[tuple[str | None, str | None], int] = {}
    for seq, order, matter in rows:
        first.setdefault((order, matter), seq)
    end = rows[-1][0] if rows else 0
    for (order, matter), begun in sorted(first.items(), key=lambda item: item[1], reverse=True):
        if begun <= end and (_last(db, order, matter) > end or not _settled(db, order)):
            end = begun - 1
    return end


def _last(db: Database, order: str | None, matter: str | None) -> int:
    column, value = ("matter", matter) if order is None else ("order_no", order)
    last: int = db.execute(" ".join(("SELECT max(seq) FROM journal WHERE", column, "= ?")), [value]).fetchone()[0]
    return last


def _settled(db: Database, order: str | None) -> bool:
    """Matters owe nobody anything; an order may."""
    if order is None:
        return True
    row = db.execute("SELECT closed FROM orders WHERE order_no = ?", [order]).fetchone()
    return row is not None and row[0] == 1
