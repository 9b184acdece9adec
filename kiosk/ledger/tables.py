"""The rows of orders and matters in SQLite: one table for each kind, one typed column for each field."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Generic, TypeVar

import msgspec
from sqlite_utils import Database

from kiosk.protocol.matter import MatterRow
from kiosk.protocol.matters import MATTERS
from kiosk.protocol.order.rows import AttemptRow, JobRow, OrderRow, PrintRow, RefundRow, Rows

Row = OrderRow | AttemptRow | RefundRow | PrintRow | JobRow
_R = TypeVar("_R", bound=Row | MatterRow)
_M = TypeVar("_M", bound=MatterRow)
_O = TypeVar("_O", bound=AttemptRow | RefundRow | PrintRow | JobRow)
Value = str | int


class Table(Generic[_R]):
    """Statements and conversions for one kind of row, made from the fields of its struct."""

    def __init__(self, name: str, row: type[_R], *identity: str) -> None:
        self.name = name
        self._row: type[_R] = row
        self.columns = [field.name for field in msgspec.structs.fields(row)]
        columns = ", ".join(self.columns)
        changes = ", ".join(f"{column} = excluded.{column}" for column in self.columns if column not in identity)
        self.select = " ".join(("SELECT * FROM", name))
        self.order = ", ".join(identity)
        # never OR REPLACE: it would delete the row that a unique index protects
        self.upsert = " ".join(
            (
                *("INSERT INTO", name, f"({columns}) VALUES ({', '.join('?' * len(self.columns))})"),
                *("ON CONFLICT", f"({self.order})", "DO UPDATE SET", changes),
            )
        )

    def rows(self, db: Database, condition: str = "", parameters: Sequence[Value] = ()) -> Iterator[_R]:
        """Rows from the table, by their identity. Raises `msgspec.ValidationError` for one that cannot be.

        A ledger of an earlier version may lack the newest columns: their fields have defaults.
        """
        found = db.execute(" ".join((self.select, condition, "ORDER BY", self.order)), parameters)
        columns = [column for column, *_ in found.description]
        for values in found:
            # SQLite has no booleans: lax takes its 0 and 1 for them, and nothing else
            yield msgspec.convert(dict(zip(columns, values, strict=True)), self._row, strict=False)


ORDERS = Table("orders", OrderRow, "order_no")
ATTEMPTS = Table("attempts", AttemptRow, "order_no", "n")
REFUNDS = Table("refunds", RefundRow, "order_no", "n", "r")
PRINTS = Table("prints", PrintRow, "order_no", "p")
JOBS = Table("jobs", JobRow, "order_no", "n")
OF_ORDERS = (ORDERS.name, ATTEMPTS.name, REFUNDS.name, PRINTS.name, JOBS.name)
MATTER: dict[type[MatterRow], Table[Any]] = {kind.row: Table(kind.table, kind.row, "matter") for kind in MATTERS}


def save(db: Database, rows: Rows, before: Rows | None) -> None:
    """Write what of `rows` is not as it was `before`; belongs into an open transaction."""
    if before is None or rows.order != before.order:
        db.execute(ORDERS.upsert, msgspec.structs.astuple(rows.order))
    _save(db, ATTEMPTS.upsert, rows.attempts, before.attempts if before else ())
    _save(db, REFUNDS.upsert, rows.refunds, before.refunds if before else ())
    _save(db, PRINTS.upsert, rows.prints, before.prints if before else ())
    _save(db, JOBS.upsert, rows.jobs, before.jobs if before else ())


def _save(db: Database, upsert: str, rows: Iterable[Row], before: Iterable[Row]) -> None:
    stored = set(before)
    for row in rows:
        if row not in stored:
            db.execute(upsert, msgspec.structs.astuple(row))


def mend(db: Database, order_no: str, rows: Rows | None) -> None:
    """Put `rows` in the place of all that is stored of an order; belongs into an open transaction."""
    for table in OF_ORDERS:
        db.execute(" ".join(("DELETE FROM", table, "WHERE order_no = ?")), [order_no])
    if rows is not None:
        save(db, rows, None)


def put(db: Database, row: MatterRow) -> None:
    """Write what a matter has come to; belongs into an open transaction."""
    db.execute(MATTER[type(row)].upsert, msgspec.structs.astuple(row))


def matters_where(db: Database, kind: type[_M], equal: Mapping[str, Value]) -> list[_M]:
    """The matters of a kind whose columns have these values. Raises `KeyError` for a column that there is not."""
    table: Table[_M] = MATTER[kind]
    if unknown := equal.keys() - set(table.columns):
        raise KeyError(f"{table.name} has no {', '.join(sorted(unknown))}")
    condition = " AND ".join(" ".join((column, "= ?")) for column in equal)
    return list(table.rows(db, " ".join(("WHERE", condition)) if condition else "", list(equal.values())))


def mend_matter(db: Database, kind: type[MatterRow], matter: str, row: MatterRow | None) -> None:
    """Put `row` in the place of what is stored of a matter; belongs into an open transaction."""
    db.execute(" ".join(("DELETE FROM", MATTER[kind].name, "WHERE matter = ?")), [matter])
    if row is not None:
        put(db, row)


def load(db: Database, condition: str = "", parameters: Sequence[Value] = ()) -> list[Rows]:
    """Whole orders that meet a condition on the table `orders` (`WHERE …`), by number."""
    owner = " ".join(("WHERE order_no IN (SELECT order_no FROM orders", condition, ")")) if condition else ""
    attempts = _by_order(ATTEMPTS.rows(db, owner, parameters))
    refunds = _by_order(REFUNDS.rows(db, owner, parameters))
    prints = _by_order(PRINTS.rows(db, owner, parameters))
    jobs = _by_order(JOBS.rows(db, owner, parameters) if has_jobs(db) else ())
    return [
        Rows(
            order=order,
            attempts=tuple(attempts[order.order_no]),
            refunds=tuple(refunds[order.order_no]),
            prints=tuple(prints[order.order_no]),
            jobs=tuple(jobs[order.order_no]),
        )
        for order in ORDERS.rows(db, condition, parameters)
    ]


def has_jobs(db: Database) -> bool:
    """Whether this ledger is new enough to keep writes of cards."""
    return JOBS.name in db.table_names()


def _by_order(rows: Iterable[_O]) -> defaultdict[str, list[_O]]:
    grouped: defaultdict[str, list[_O]] = defaultdict(list)
    for row in rows:
        grouped[row.order_no].append(row)
    return grouped
