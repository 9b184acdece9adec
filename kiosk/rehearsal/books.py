"""The books of every party laid side by side: the terminal's ledger, the channels' and the gas company's."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from kiosk.ledger.reading import reading
from kiosk.ledger.tables import load, matters_where
from kiosk.protocol.order.rows import Rows
from kiosk.protocol.tickets import TicketRow
from kiosk.text.numbers import order_number, yuan

Books = dict[str, Any]


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One order in all three books, in fen."""

    order_no: str
    state: str
    charged: int
    returned: int
    delivered: int
    charged_there: int
    returned_there: int
    delivered_there: int

    @property
    def agrees(self) -> bool:
        """To the fen."""
        ours = (self.charged, self.returned, self.delivered)
        return ours == (self.charged_there, self.returned_there, self.delivered_there)

    @property
    def owed(self) -> int:
        """What the resident gave and has neither goods nor money for."""
        return self.charged_there - self.returned_there - self.delivered_there


def ledger_rows(folder: Path) -> list[Rows]:
    """All orders of the ledger in `folder`."""
    with reading(folder) as db:
        return load(db)


def ticket_rows(folder: Path) -> list[TicketRow]:
    """All queue tickets of the ledger in `folder`."""
    with reading(folder) as db:
        return matters_where(db, TicketRow, {})


class Taking(msgspec.Struct, frozen=True):
    """What a channel took for one attempt, by its key, and gave back, in fen."""

    key: str
    charged: int
    returned: int


def takings(books: Mapping[str, Books], orders: Iterable[Rows] = ()) -> Iterator[Taking]:
    """What every channel says it took. `books` by simulator; those that a configuration does not have may lack. A
    channel that knows no key of ours tells its own number of a sale, and `orders` tell whose that is."""
    ours = {row.ref.rpartition("-")[2]: row.key for rows in orders for row in rows.attempts if row.channel == "card"}
    for booked in books.values():
        for taking in msgspec.convert(booked.get("takings", []), list[Taking]):
            key = taking.key if "A" in taking.key else ours.get(taking.key, f"sale {taking.key}A")
            yield Taking(key, taking.charged, taking.returned)


def lay_side_by_side(orders: list[Rows], books: Mapping[str, Books]) -> list[Line]:
    """One line for every order that any party knows. `books` by simulator."""
    ours = {rows.order.order_no: rows for rows in orders}
    charged: dict[str, int] = {}
    returned: dict[str, int] = {}
    for taking in takings(books, orders):
        order_no = taking.key.rpartition("A")[0]
        charged[order_no] = charged.get(order_no, 0) + taking.charged
        returned[order_no] = returned.get(order_no, 0) + taking.returned
    delivered = {
        order_no: order["due_fen"]
        for booked in books.values()
        if "accounts" in booked  # a gas company's
        for order_no, order in booked["orders"].items()
        if order["state"] == "delivered"
    }
    lines = []
    for order_no in sorted(ours.keys() | charged.keys() | delivered.keys()):
        rows = ours.get(order_no)
        lines.append(
            Line(
                order_no=order_no,
                state="missing" if rows is None else rows.order.state + ("" if rows.order.closed else ", not closed"),
                charged=rows.captured_fen if rows else 0,
                returned=rows.refunded_fen if rows else 0,
                delivered=rows.delivered_fen if rows else 0,
                charged_there=charged.get(order_no, 0),
                returned_there=returned.get(order_no, 0),
                delivered_there=delivered.get(order_no, 0),
            )
        )
    return lines


def table(lines: list[Line]) -> str:
    """The books as text, in yuan."""
    rows = [("order", "state", "charged", "returned", "delivered", "channel", "returned", "company", "")]
    rows += [
        (
            order_number(line.order_no),
            line.state,
            yuan(line.charged),
            yuan(line.returned),
            yuan(line.delivered),
            yuan(line.charged_there),
            yuan(line.returned_there),
            yuan(line.delivered_there),
            "agree" if line.agrees and line.owed == 0 else "DIFFER",
        )
        for line in lines
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if column < 2 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )
