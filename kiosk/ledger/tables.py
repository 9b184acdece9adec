"""The rows of an order in SQLite: one table for each kind, one typed column for each field."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Generic, TypeVar

import msgspec
from sqlite_utils import Database

from kiosk.orders.rows import AttemptRow, OrderRow, PrintRow, RefundRow, Rows

Row = OrderRow | AttemptRow | RefundRow | PrintRow
_R = TypeVar("_R", bound=Row)
Value = str | int


class _Table(Generic[_R]):
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


ORDERS = _Table("orders", OrderRow, "order_no")
ATTEMPTS = _Table("attempts", AttemptRow, "order_no", "n")
REFUNDS = _Table("refunds", RefundRow, "order_no", "n", "r")
PRINTS = _Table("prints", PrintRow, "order_no", "p")


def save(db: Database, rows: Rows, before: Rows | None) -> None:
    """Write what of `rows` is not as it was `before`; belongs into an open transaction."""
    if before is None or rows.order != before.order:
        db.execute(ORDERS.upsert, msgspec.structs.astuple(rows.order))
    _save(db, ATTEMPTS.upsert, rows.attempts, before.attempts if before else ())
    _save(db, REFUNDS.upsert, rows.refunds, before.refunds if before else ())
    _save(db, PRINTS.upsert, rows.prints, before.prints if before else ())


def _save(db: Database, upsert: str, rows: Iterable[Row], before: Iterable[Row]) -> None:
    stored = set(before)
    for row in rows:
        if row not in stored:
            db.execute(upsert, msgspec.structs.astuple(row))


def mend(db: Database, order_no: str, rows: Rows | None) -> None:
    """Put `rows` in the place of all that is stored of an order; belongs into an open transaction."""
    for table in (ORDERS.name, ATTEMPTS.name, REFUNDS.name, PRINTS.name):
        db.execute(" ".join(("DELETE FROM", table, "WHERE order_no = ?")), [order_no])
    if rows is not None:
        save(db, rows, None)


def load(db: Database, condition: str = "", parameters: Sequence[Value] = ()) -> list[Rows]:
    """Whole orders that meet a condition on the table `orders` (`WHERE …`), by number."""
    owner = " ".join(("WHERE order_no IN (SELECT order_no FROM orders", condition, ")")) if condition else ""
    attempts = _by_order(ATTEMPTS.rows(db, owner, parameters))
    refunds = _by_order(REFUNDS.rows(db, owner, parameters))
    prints = _by_order(PRINTS.rows(db, owner, parameters))
    return [
        Rows(
            order=order,
            attempts=tuple(attempts[order.order_no]),
            refunds=tuple(refunds[order.order_no]),
            prints=tuple(prints[order.order_no]),
        )
        for order in ORDERS.rows(db, condition, parameters)
    ]


def _by_order(rows: Iterable[_R]) -> defaultdict[str, list[_R]]:
    grouped: defaultdict[str, list[_R]] = defaultdict(list)
    for row in rows:
        grouped[row.order_no].append(row)
    return grouped
