"""Finding orders: those that somebody has to see to first, then the newest."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from hub.orders.reading import Order, kept
from hub.portable import Portable
from kiosk.protocol.envelope import Envelope, decode

MOST = 50
"""Orders on a page."""
MOST_STEPS = 1000
MOST_CHOICES = 200
"""Terminals in a list to choose from."""


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody looks for; what is empty does not matter."""

    number: str = ""
    """Of an order, of a payment or of a refund, ours or the channel's."""
    day: str = ""
    """The business date, `YYYY-MM-DD`."""
    fen: int | None = None
    hall: str = ""
    terminal: str = ""
    after: tuple[int, int, str] | None = None
    """Rank, time and number of the last one of the page before."""


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """An order where it was found."""

    ledger: str
    hall: str
    terminal: str
    rank: int
    order: Order


class Aside(msgspec.Struct, frozen=True, kw_only=True):
    """A journal that a terminal set aside."""

    ledger: str
    hall: str
    terminal: str
    at_ms: int
    """When the hub saw the first row of the one after it."""
    unfinished: int


_COLUMNS = "SELECT ledger, hall, terminal, rank, body FROM orders"
_ORDER = "ORDER BY rank DESC, opened_ms DESC, order_no DESC LIMIT"
_BY_NUMBER = (
    "(ledger, order_no) IN (SELECT ledger, order_no FROM orders WHERE order_no = {0} "
    "UNION SELECT ledger, order_no FROM payment WHERE number = {0} "
    "UNION SELECT ledger, order_no FROM payment WHERE ref = {1})"
)


class Book:
    """The orders of one hub."""

    def __init__(self, store: Portable) -> None:
        self._store = store

    async def find(self, wanted: Wanted) -> list[Found]:
        """At most `MOST` orders."""
        conditions, values = _conditions(wanted)
        where = " ".join(("WHERE", " AND ".join(conditions))) if conditions else ""
        async with self._store.work() as sql:
            rows = await sql(" ".join((_COLUMNS, where, _ORDER, str(MOST))), *values)
        return [_found(row) for row in rows]

    async def order(self, ledger: str, number: str) -> tuple[Found | None, list[Envelope]]:
        """An order, None where its beginning was never sent here; and what happened to it."""
        async with self._store.work() as sql:
            rows = await sql(f"{_COLUMNS} WHERE ledger = $1 AND order_no = $2", ledger, number)
            story = "SELECT body FROM event WHERE about = $2 AND ledger = $1 ORDER BY seq LIMIT $3"
            steps = await sql(story, ledger, number, MOST_STEPS)
        return _found(rows[0]) if rows else None, [decode(body) for (body,) in steps]

    async def terminals(self) -> list[tuple[str, str]]:
        """Every terminal with its hall, to choose from; none where there are too many for that."""
        async with self._store.work() as sql:
            rows = await sql("SELECT hall, terminal FROM terminal ORDER BY hall, terminal LIMIT $1", MOST_CHOICES + 1)
        return [(hall, terminal) for hall, terminal in rows] if len(rows) <= MOST_CHOICES else []

    async def ranks(self) -> dict[int, int]:
        """How many orders there are of each rank above the settled ones."""
        async with self._store.work() as sql:
            rows = await sql("SELECT rank, count(*) FROM orders WHERE rank > 0 GROUP BY rank")
        return {int(rank): int(count) for rank, count in rows}

    async def set_aside(self) -> list[Aside]:
        """Journals that were set aside and in which orders are not finished."""
        async with self._store.work() as sql:
            rows = await sql(
                "SELECT reading.ledger, reading.hall, reading.terminal, aside_ms, count(*) FROM reading "
                "JOIN orders ON orders.ledger = reading.ledger WHERE aside_ms > 0 AND rank > 0 "
                "GROUP BY reading.ledger, reading.hall, reading.terminal, aside_ms ORDER BY aside_ms DESC"
            )
        return [Aside(**dict(zip(Aside.__struct_fields__, row, strict=True))) for row in rows]

    async def aside_ms(self, ledger: str) -> int:
        """When that journal was set aside; 0 when it was not."""
        async with self._store.work() as sql:
            rows = await sql("SELECT aside_ms FROM reading WHERE ledger = $1", ledger)
        return int(rows[0][0]) if rows else 0

    async def version(self) -> int:
        """Another one whenever an order changed."""
        async with self._store.work() as sql:
            [(version,)] = await sql("SELECT coalesce(sum(seq), 0) + count(*) FROM reading")
        return int(version)


def plain(number: str) -> str:
    """A number from how people write it; of a refund, that of its payment."""
    bare = re.sub(r"[\s-]", "", number).upper()
    return re.sub(r"(A\d+)R\d+\Z", r"\1", bare)


def _conditions(wanted: Wanted) -> tuple[list[str], list[Any]]:
    conditions: list[str] = []
    values: list[Any] = []

    def add(condition: str, *more: Any) -> None:
        names = [f"${len(values) + n}" for n in range(1, len(more) + 1)]
        conditions.append(condition.format(*names))
        values.extend(more)

    for condition in _of(wanted):
        add(*condition)
    return conditions, values


def _of(wanted: Wanted) -> Iterator[tuple[Any, ...]]:
    if wanted.number:
        yield _BY_NUMBER, plain(wanted.number), wanted.number.strip()
    if wanted.day:
        yield "business_date = {0}", wanted.day
    if wanted.fen is not None:
        yield "due_fen = {0}", wanted.fen
    if wanted.terminal:
        yield "hall = {0} AND terminal = {1}", wanted.hall, wanted.terminal
    if wanted.after is not None:
        yield "(rank, opened_ms, order_no) < ({0}, {1}, {2})", *wanted.after


def _found(row: Sequence[Any]) -> Found:
    ledger, hall, terminal, rank, body = row
    return Found(ledger=ledger, hall=hall, terminal=terminal, rank=rank, order=kept(body))
