"""What must be true of a ledger. Each check raises `LedgerCorruptError` naming the first row where it is not."""

import contextlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

import msgspec
from sqlite_utils import Database

from kiosk.ledger import tables
from kiosk.ledger.errors import LedgerCorruptError, LedgerTooNewError
from kiosk.ledger.witness import Head
from kiosk.protocol.chain import GENESIS, link
from kiosk.protocol.envelope import Envelope, UnknownEventError, decode
from kiosk.protocol.events import Event
from kiosk.protocol.matter import ImpossibleEventError, MatterEvent, MatterRow
from kiosk.protocol.matters import MATTERS, kind_of
from kiosk.protocol.order.evolve import evolve
from kiosk.protocol.order.rows import GOODS_FINAL, LIVE, Rows

_IN_JOURNAL = "(SELECT 1 FROM journal WHERE journal.matter = it.matter)"
Matter = tuple[type[MatterRow], str, MatterRow | None]
"""A matter by its kind and id, and what the journal says of it: None when it says nothing."""

_NEWEST = 2_000
"""How many rows of the journal are compared with the tables whenever a ledger is opened: 60 ms."""


def check_pages(db: Database) -> None:
    """SQLite's own look at every page and index."""
    found = db.execute("PRAGMA integrity_check(1)").fetchone()[0]
    if found != "ok":
        raise LedgerCorruptError(f"the database is damaged: {found}")


def ledger_id(db: Database) -> str:
    """The name of the ledger in this file."""
    row = db.execute("SELECT ledger_id FROM ledger").fetchone()
    if row is None or not isinstance(row[0], str) or len(row[0]) != 20:
        raise LedgerCorruptError("the ledger has no name")
    return str(row[0])


def anchor(db: Database) -> Head:
    """The row that the journal's first one follows: none, or the last of those that an archive has."""
    seq, digest = 0, GENESIS
    if "anchor" in db.table_names():  # a ledger of an earlier version has its whole journal
        row = db.execute("SELECT seq, hash FROM anchor").fetchone()
        if row is None or not isinstance(row[0], int):
            raise LedgerCorruptError("the journal has no anchor")
        seq, digest = row
    return Head(ledger_id(db), seq, _bytes(digest, seq))


def head(db: Database) -> Head:
    """The last row of the journal, as it says itself."""
    row = db.execute("SELECT seq, hash FROM journal ORDER BY seq DESC LIMIT 1").fetchone()
    return anchor(db) if row is None else Head(ledger_id(db), row[0], _bytes(row[1], row[0]))


def _bytes(value: object, seq: int) -> bytes:
    # a damaged record may hold nothing where its column forbids that
    if not isinstance(value, bytes):
        raise LedgerCorruptError(f"row {seq} of the journal is not whole")
    return value


def check_chain(db: Database) -> None:
    """No row is missing and each hash follows from the one before it and its row's bytes."""
    before = anchor(db)
    expected, previous = before.seq + 1, before.hash
    for seq, body, digest in db.execute("SELECT seq, CAST(body AS BLOB), hash FROM journal ORDER BY seq"):
        if seq != expected:
            raise LedgerCorruptError(f"row {expected} of the journal is missing")
        previous = link(previous, seq, _bytes(body, seq))
        if previous != digest:
            raise LedgerCorruptError(f"row {seq} of the journal does not match its hash")
        expected += 1


def check_witness(db: Database, witness: Head | None) -> None:
    """The journal still holds the row that the witness saw last."""
    if witness is None:
        return
    found = head(db)
    if witness.ledger_id != found.ledger_id:
        raise LedgerCorruptError(f"this is ledger {found.ledger_id}, but the witness knows {witness.ledger_id}")
    if witness.seq > found.seq:
        lost = witness.seq - found.seq
        raise LedgerCorruptError(f"the journal ends at row {found.seq}, {lost} before the last one that was written")
    check_row(db, witness.seq, witness.hash)


def check_receipt(db: Database, received: Head | None) -> None:
    """The journal still holds, or has archived, what the hub has received of it."""
    if received is None or received.seq < anchor(db).seq:
        return
    if received.seq > (last := head(db).seq):
        raise LedgerCorruptError(f"the journal ends at row {last}, but the hub has row {received.seq} of it")
    check_row(db, received.seq, received.hash)


def check_row(db: Database, seq: int, digest: bytes) -> None:
    """The journal has, or follows, the row with that hash."""
    row = db.execute("SELECT hash FROM journal WHERE seq = ?", [seq]).fetchone()
    before = anchor(db)
    if (row[0] if row else before.hash if seq == before.seq else None) != digest:
        raise LedgerCorruptError(f"row {seq} of the journal is not the one that was written")


def envelopes(db: Database, *, order: str = "", matter: str = "", after: int = 0) -> Iterator[Envelope]:
    """The journal in order, or what it holds of one order or matter; rows past `after`."""
    name = ledger_id(db)
    which = "AND order_no = ?" if order else "AND matter = ?" if matter else ""
    query = " ".join(("SELECT seq, CAST(body AS BLOB) FROM journal WHERE seq > ?", which, "ORDER BY seq"))
    for seq, body in db.execute(query, [after, *filter(None, (order or matter,))]):
        try:
            envelope = decode(_bytes(body, seq))
        except msgspec.DecodeError as error:
            raise LedgerCorruptError(f"row {seq} of the journal is not an envelope: {error}") from error
        if envelope.seq != seq or envelope.ledger != name:
            raise LedgerCorruptError(
                f"row {seq} of the journal says that it is row {envelope.seq} of {envelope.ledger}"
            )
        yield envelope


def told(db: Database, order_no: str) -> Rows | None:
    """An order as the journal tells it. Raises `LedgerTooNewError` for events that this program does not know."""
    return order_of(order_no, envelopes(db, order=order_no))


def order_of(order_no: str, found: Iterable[Envelope]) -> Rows | None:
    """The order that these rows tell of. Raises as `told`."""
    rows = None
    for seq, event in _events(found):
        if isinstance(event, MatterEvent):
            raise LedgerCorruptError(f"row {seq} of the journal: {order_no} becomes a {kind_of(event).name}")
        with _possible(seq):
            rows = evolve(rows, event)
    return rows


def told_matter(db: Database, matter: str) -> MatterRow | None:
    """A matter as the journal tells it. Raises `LedgerTooNewError` for events that this program does not know."""
    row: MatterRow | None = None
    for seq, event in _events(envelopes(db, matter=matter)):
        if not isinstance(event, MatterEvent):
            raise LedgerCorruptError(f"row {seq} of the journal: {matter} becomes an order")
        kind = kind_of(event)
        if row is not None and not isinstance(row, kind.row):
            raise LedgerCorruptError(f"row {seq} of the journal: {matter} becomes a {kind.name}")
        with _possible(seq):
            row = kind.evolve(row, event)
    return row


def _events(found: Iterable[Envelope]) -> Iterator[tuple[int, Event | MatterEvent]]:
    for envelope in found:
        try:
            yield envelope.seq, envelope.event()
        except UnknownEventError as error:
            raise LedgerTooNewError(f"row {envelope.seq} of the journal: {error}") from error


@contextlib.contextmanager
def _possible(seq: int) -> Iterator[None]:
    try:
        yield
    except ImpossibleEventError as error:
        raise LedgerCorruptError(f"row {seq} of the journal: {error}") from error


def stored(db: Database, order_no: str) -> Rows | None:
    """An order as the tables have it. Raises `LedgerCorruptError` for rows that cannot be."""
    found = _load(db, "WHERE order_no = ?", [order_no])
    return found[0] if found else None


def _load(db: Database, condition: str = "", parameters: Sequence[str] = ()) -> list[Rows]:
    try:
        return tables.load(db, condition, parameters)
    except msgspec.ValidationError as error:
        raise LedgerCorruptError(f"the tables hold a row that cannot be: {error}") from error


def check_projections(db: Database) -> None:
    """The tables of orders and matters say what the journal says."""
    there = set(db.table_names())  # an earlier version's ledger lacks the newest ones
    every = [
        "SELECT order_no FROM journal WHERE order_no IS NOT NULL",
        *(" ".join(("SELECT order_no FROM", name)) for name in tables.OF_ORDERS if name in there),
    ]
    for (order_no,) in db.execute(" UNION ".join(every) + " ORDER BY order_no"):
        journal, table = told(db, order_no), stored(db, order_no)
        if journal is None:
            raise LedgerCorruptError(f"order {order_no} is in the tables but not in the journal")
        if table is None:
            raise LedgerCorruptError(f"order {order_no} is in the journal but not in the tables")
        if journal != table:
            raise LedgerCorruptError(f"order {order_no}: {_difference(journal, table)}")
    for kind, matter, row in _differing(db, after=0):
        said = "it is in the tables but not in the journal" if row is None else f"the journal says {row}"
        raise LedgerCorruptError(f"{kind.__name__} {matter}: {said}")


def to_mend(db: Database) -> dict[str, Rows | None]:
    """Orders still in motion whose tables do not say what the journal says, and what it says.

    Looks at every order that is not settled in any table or unknown to the journal, and at those of the newest rows:
    old settled ones are for `kiosk ledger verify`.
    """
    moving = [
        "SELECT order_no FROM journal WHERE order_no IS NOT NULL AND seq > (SELECT max(seq) FROM journal) - ?",
        "SELECT order_no FROM orders WHERE closed = 0 OR state NOT IN ('refused', 'delivered', 'cancelled')",
        "SELECT order_no FROM orders WHERE NOT EXISTS (SELECT 1 FROM journal WHERE journal.order_no = orders.order_no)",
        "SELECT order_no FROM attempts WHERE state NOT IN ('captured', 'dead')",
        "SELECT order_no FROM refunds WHERE state NOT IN ('done', 'dead')",
    ]
    if tables.has_jobs(db):
        moving.append("SELECT order_no FROM jobs WHERE state = 'sent'")
    mend = {}
    for (order_no,) in db.execute(" UNION ".join(moving), [_NEWEST]):
        journal = told(db, order_no)
        try:
            sound = stored(db, order_no) == journal
        except LedgerCorruptError:
            sound = False
        if not sound:
            mend[order_no] = journal
    return mend


def matters_to_mend(db: Database) -> list[Matter]:
    """Matters whose table does not say what the journal says, among the newest rows; old ones are for `verify`."""
    return list(_differing(db, after=head(db).seq - _NEWEST))


def _differing(db: Database, after: int) -> Iterator[Matter]:
    """Matters with an event past row `after`, or without any, whose table says something else than the journal."""
    there = set(db.table_names())
    kinds = [kind for kind in MATTERS if kind.table in there]  # a ledger of an earlier version lacks the newest ones
    if not kinds:
        return
    for (matter,) in db.execute("SELECT DISTINCT matter FROM journal WHERE matter IS NOT NULL AND seq > ?", [after]):
        row = told_matter(db, matter)
        if row is not None and _stored_matter(db, type(row), matter) != row:
            yield type(row), matter, row
    for kind in kinds:
        unknown = ("SELECT matter FROM", kind.table, "AS it WHERE NOT EXISTS", _IN_JOURNAL)
        for (matter,) in db.execute(" ".join(unknown)):
            yield kind.row, matter, None


def _stored_matter(db: Database, kind: type[MatterRow], matter: str) -> MatterRow | None:
    try:
        return next(iter(tables.matters_where(db, kind, {"matter": matter})), None)
    except msgspec.ValidationError:
        return None


def check_money(db: Database) -> None:
    """I2 and I3 of the money path over the stored rows."""
    holds = Counter[str]()
    for rows in _load(db):
        order = rows.order
        if sum(attempt.state in LIVE for attempt in rows.attempts) > 1:
            raise LedgerCorruptError(f"order {order.order_no} has more than one live attempt (I2)")
        holds.update(attempt.device for attempt in rows.attempts if attempt.hold)
        if rows.liability_fen < 0:
            raise LedgerCorruptError(f"order {order.order_no} gave back or delivered more than it took (I3)")
        quiet = rows.live is None and rows.manual is None and rows.unreported is None
        settled = order.state in GOODS_FINAL and quiet and rows.liability_fen == 0
        if sum(job.state != "absent" for job in rows.jobs) > 1:
            raise LedgerCorruptError(f"order {order.order_no} may be on its card more than once (I5)")
        if order.closed and not settled:
            raise LedgerCorruptError(f"order {order.order_no} is closed but not settled (I3)")
    for device, count in holds.items():
        if count > 1:
            raise LedgerCorruptError(f"device {device} is held by {count} attempts (I2)")


def _difference(journal: Rows, table: Rows) -> str:
    """The first field that differs, in words."""
    parts: list[tuple[str, tuple[tables.Row, ...], tuple[tables.Row, ...]]] = [
        ("order", (journal.order,), (table.order,)),
        ("attempt", journal.attempts, table.attempts),
        ("refund", journal.refunds, table.refunds),
        ("print", journal.prints, table.prints),
        ("job", journal.jobs, table.jobs),
    ]
    for name, here, there in parts:
        if len(here) != len(there):
            return f"{name}s: the table has {len(there)}, but the journal tells of {len(here)}"
        for row, other in zip(here, there, strict=True):
            for field in msgspec.structs.fields(row):
                said, has = getattr(row, field.name), getattr(other, field.name)
                if said != has:
                    return f"{field.name} of the {name} is {has!r}, but the journal says {said!r}"
    return "the rows differ"
