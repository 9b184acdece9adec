"""The sums of a day, other books, and where they differ."""

import asyncio
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Any

import msgspec

from hub.portable import Portable, Sql
from hub.settlement.reconcile import Bill, Booked, Bucket, Closed, Finding, Others, Payment, judge, totals
from hub.settlement.source import Entry, Statement, sources

MOST = 300
"""Orders kept of those in which the books differ, and entries of which no journal knows."""
CHUNK = 500
"""Entries in one statement of SQL."""
_OURS = re.compile(r"[0-9A-Z]{10,14}A\d{1,3}")
"""A payment of one of our orders, by its form."""


class Sums(msgspec.Struct, frozen=True, kw_only=True):
    """A hall's orders of one business date, by one way to pay, which is empty where nothing was to be paid: fen, and
    how many."""

    hall: str
    channel: str
    payments: int
    charged_fen: int
    refunds: int
    refunded_fen: int
    deliveries: int
    delivered_fen: int

    @property
    def net_fen(self) -> int:
        """What stayed with the channel."""
        return self.charged_fen - self.refunded_fen

    @property
    def owed_fen(self) -> int:
        """What stayed and was not delivered."""
        return self.net_fen - self.delivered_fen


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """A file that the hub has."""

    source: str
    day: str
    name: str
    who: str
    at_ms: int
    entries: int


class Stranger(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody's books have something of which no journal here knows."""

    source: str
    entry: Entry


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """What came of comparing a day."""

    at_ms: int
    totals: dict[Bucket, tuple[int, int]]
    """By bucket: how many orders, and what they are about in fen."""
    findings: tuple[Finding, ...]
    """The `MOST` worst."""
    agreed: int
    strangers: tuple[Stranger, ...]
    elsewhere: int
    """Entries of a channel's bill that are of no terminal, by the form of their numbers."""


_SUMS = """
SELECT hall, channel, payments, charged_fen, refunds, refunded_fen, deliveries, delivered_fen FROM day_sum
WHERE business_date = $1 AND (payments > 0 OR deliveries > 0) ORDER BY hall, channel
"""
_CONCERNED = """
WITH concerned AS (
  SELECT ledger, order_no FROM payment WHERE number IN (SELECT number FROM statement_entry WHERE day = $1)
  UNION SELECT ledger, order_no FROM orders WHERE order_no IN (SELECT number FROM statement_entry WHERE day = $1)
  UNION SELECT ledger, order_no FROM payment WHERE paid_ms >= $2 AND paid_ms < $3 AND captured_fen > 0
  UNION SELECT ledger, order_no FROM payment WHERE business_date = $1 AND (captured_fen > 0 OR channel = '')
)"""
"""Every order that a book of this day speaks of, or should."""
_ORDERS = """
SELECT orders.ledger, orders.order_no, orders.hall, orders.terminal, orders.business_date, orders.due_fen,
  payment.number, payment.channel, payment.captured_fen, payment.refunded_fen, payment.paid_ms, payment.refunded_ms,
  payment.delivered_fen
FROM concerned
JOIN orders ON orders.ledger = concerned.ledger AND orders.order_no = concerned.order_no
JOIN payment ON payment.ledger = concerned.ledger AND payment.order_no = concerned.order_no
ORDER BY orders.ledger, orders.order_no
"""
_ENTRIES = """
SELECT kind, number, fen FROM statement_entry WHERE day = $1
UNION ALL SELECT kind, number, fen FROM statement_entry WHERE day <> $1 AND number IN (
  SELECT payment.number FROM concerned
  JOIN payment ON payment.ledger = concerned.ledger AND payment.order_no = concerned.order_no
  UNION SELECT order_no FROM concerned)
"""
"""What is said of them on other days counts, too: a refund comes later."""
_INSERT = "INSERT INTO statement_entry (source, day, line, kind, number, refund, ref, fen) VALUES"


class Settlements:
    """Of one hub."""

    def __init__(self, store: Portable, zone: tzinfo) -> None:
        """`zone` has the days of the channels."""
        self._store = store
        self._zone = zone

    async def sums(self, day: str) -> list[Sums]:
        """By hall and way to pay, of the orders that were begun on a day."""
        async with self._store.work() as sql:
            rows = await sql(_SUMS, day)
        return [Sums(**dict(zip(Sums.__struct_fields__, row, strict=True))) for row in rows]

    async def last_day(self) -> str:
        """The last business date that has an order; empty where there is none."""
        async with self._store.work() as sql:
            rows = await sql("SELECT business_date FROM orders ORDER BY business_date DESC LIMIT 1")
        return str(rows[0][0]) if rows else ""

    async def kept(self, day: str) -> list[Kept]:
        """The files of a day."""
        async with self._store.work() as sql:
            rows = await sql(
                "SELECT source, day, name, who, at_ms, entries FROM statement WHERE day = $1 ORDER BY source", day
            )
        return [Kept(**dict(zip(Kept.__struct_fields__, row, strict=True))) for row in rows]

    async def compared(self, day: str) -> Comparison | None:
        """What came of it the last time."""
        async with self._store.work() as sql:
            rows = await sql("SELECT body FROM comparison WHERE day = $1", day)
        return msgspec.json.decode(rows[0][0], type=Comparison) if rows else None

    async def compare(self, day: str, now_ms: int) -> None:
        """Hold every order that any book of this day speaks of, or should, against all books, and keep what comes of
        it. A city's day takes seconds."""
        begins = datetime.combine(date.fromisoformat(day), time(), self._zone)
        bounds = (int(begins.timestamp() * 1000), int((begins + timedelta(days=1)).timestamp() * 1000))
        async with self._store.work() as sql:
            orders = await sql(" ".join((_CONCERNED, _ORDERS)), day, *bounds)
            entries = await sql(" ".join((_CONCERNED, _ENTRIES)), day, *bounds)
            others = await _others(sql, entries)
            strangers, elsewhere = await _strangers(sql, day)
        compared, findings = await asyncio.to_thread(self._judged, orders, others)
        found = Comparison(
            at_ms=now_ms,
            totals=totals(findings),
            findings=tuple(findings[:MOST]),
            agreed=compared - len(findings),
            strangers=strangers[:MOST],
            elsewhere=elsewhere,
        )
        async with self._store.work() as sql:
            await sql(
                "INSERT INTO comparison (day, at_ms, body) VALUES ($1, $2, $3) ON CONFLICT (day) "
                "DO UPDATE SET at_ms = excluded.at_ms, body = excluded.body",
                *(day, now_ms, msgspec.json.encode(found).decode()),
            )

    async def file_came(self, day: str, now_ms: int) -> None:
        """Compare its day, and the day before once more: who paid before midnight may have been served after it."""
        await self.compare(day, now_ms)
        before = (date.fromisoformat(day) - timedelta(days=1)).isoformat()
        if await self.compared(before) is not None:
            await self.compare(before, now_ms)

    def _judged(self, orders: Iterable[Sequence[Any]], others: Others) -> tuple[int, list[Finding]]:
        """How many were compared, and those in which the books differ, the worst first."""
        compared = [order for order in self._booked(orders) if _is_compared(order, others)]
        findings = [finding for order in compared if (finding := judge(order, others)) is not None]
        return len(compared), sorted(findings, key=lambda finding: -finding.fen)

    def _booked(self, rows: Iterable[Sequence[Any]]) -> Iterator[Booked]:
        orders: defaultdict[tuple[Any, ...], list[Sequence[Any]]] = defaultdict(list)
        for row in rows:
            orders[tuple(row[:6])].append(row[6:])
        for (ledger, number, hall, terminal, day, due_fen), attempts in orders.items():
            delivered_fen = sum(row[6] for row in attempts)
            yield Booked(
                ledger=ledger,
                number=number,
                hall=hall,
                terminal=terminal,
                day=day,
                due_fen=due_fen,
                delivered_fen=delivered_fen,
                owed_fen=sum(row[2] - row[3] for row in attempts) - delivered_fen,
                payments=tuple(
                    Payment(
                        number=row[0],
                        channel=row[1],
                        captured_fen=row[2],
                        refunded_fen=row[3],
                        paid_day=self._day(row[4]) if row[2] else "",
                        refunded_day=self._day(row[5]) if row[3] else "",
                    )
                    for row in attempts
                ),
            )

    def _day(self, at_ms: int) -> str:
        try:
            return datetime.fromtimestamp(at_ms / 1000, self._zone).date().isoformat()
        except (ValueError, OverflowError, OSError):
            return ""


async def keep(store: Portable, source: str, statement: Statement, *, name: str, who: str, now_ms: int) -> None:
    """Keep a file's entries in the place of those of the same source and day."""
    day = statement.day
    rows = [
        (source, day, entry.line, entry.kind, entry.number, entry.refund, entry.ref, entry.fen)
        for entry in statement.entries
    ]
    async with store.work() as sql:
        await sql("DELETE FROM statement_entry WHERE source = $1 AND day = $2", source, day)
        for part in (rows[n : n + CHUNK] for n in range(0, len(rows), CHUNK)):
            await sql(" ".join((_INSERT, _places(len(part), 8))), *(value for row in part for value in row))
        await sql(
            "INSERT INTO statement (source, day, name, who, at_ms, entries) VALUES ($1, $2, $3, $4, $5, $6) "
            "ON CONFLICT (source, day) DO UPDATE SET name = excluded.name, who = excluded.who, "
            "at_ms = excluded.at_ms, entries = excluded.entries",
            *(source, day, name, who, now_ms, len(rows)),
        )


def _is_compared(order: Booked, others: Others) -> bool:
    """Whether any other book speaks of it, or should."""
    return (
        order.number in others.closed
        or order.day in others.filed
        or any(each.number in others.bills or (each.channel, each.paid_day) in others.billed for each in order.payments)
    )


async def _others(sql: Sql, entries: Iterable[Sequence[Any]]) -> Others:
    bills: dict[str, Bill] = {}
    closed: dict[str, Closed] = {}
    for kind, number, fen in entries:
        bill = bills.get(number, Bill())
        match kind:
            case "charge":
                bills[number] = Bill(bill.charged_fen + fen, bill.refunded_fen)
            case "refund":
                bills[number] = Bill(bill.charged_fen, bill.refunded_fen + fen)
            case _:
                closed[number] = Closed(delivered=kind == "delivered", fen=fen)
    known = sources()
    there = await sql("SELECT source, day FROM statement")
    return Others(
        bills=bills,
        closed=closed,
        billed=frozenset((channel, day) for name, day in there if name in known for channel in known[name].channels),
        filed=frozenset(day for name, day in there if name in known and not known[name].channels),
    )


async def _strangers(sql: Sql, day: str) -> tuple[tuple[Stranger, ...], int]:
    rows = await sql(
        "SELECT source, line, kind, number, fen, refund, ref FROM statement_entry WHERE day = $1 AND NOT EXISTS "
        "(SELECT 1 FROM payment WHERE payment.number = statement_entry.number) AND NOT EXISTS "
        "(SELECT 1 FROM orders WHERE orders.order_no = statement_entry.number) ORDER BY source, line",
        day,
    )
    known = sources()
    ours = [row for row in rows if not (row[0] in known and known[row[0]].channels) or _OURS.fullmatch(row[3])]
    found = tuple(
        Stranger(source=row[0], entry=Entry(**dict(zip(Entry.__struct_fields__, row[1:], strict=True))))
        for row in ours
        if row[2] != "cancelled"
    )
    return found, len(rows) - len(ours)


def _places(rows: int, count: int) -> str:
    return ", ".join(f"({', '.join(f'${row * count + n}' for n in range(1, count + 1))})" for row in range(rows))
