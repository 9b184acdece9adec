"""Reads what the hub took in, a moment after: so taking it in is as fast as it was, and what was read can be made anew.

Any number of processes may read for one database: who reads on in a journal holds its place in `reading`.
"""

import asyncio
import contextlib
import itertools
import logging
import time
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from hub.orders.asking import close_by_hand
from hub.orders.reading import CLOSED, FOLD, STAFF, Order, kept, order_values, payment_values, read_on
from hub.orders.sums import Sums, move, sums_about, sums_of
from hub.orders.tables import ORDERS, PAYMENTS, Table
from hub.portable import Portable, Sql
from hub.store import StoreBusyError

log = logging.getLogger(__name__)

LOOK_S = 1.0
"""How long rows wait at most that another process took in."""
RETRY_S = 10.0
CHUNK = 500
"""Rows that are read in one transaction."""
REST = 3
"""Times what a transaction took, before the next one, for each batch that is being taken in: whoever sends comes first.
"""
MOST_REST_S = 5.0
"""But however slow the database is and however much is coming in: what is owed must be seen in the end."""
AT_ONCE = 64
BEAT_S, SILENT_S = 10.0, 60.0
"""How often a process says by which version it reads, and after how long without a word nobody reads by that one."""
BEHIND = """
SELECT head.ledger, head.hall, head.terminal, head.seq FROM head LEFT JOIN reading ON reading.ledger = head.ledger
WHERE reading.ledger IS NULL OR reading.seq < head.seq OR reading.fold <> $1 ORDER BY head.at_ms LIMIT $2
"""
_BEAT = "INSERT INTO reader (fold, beats) VALUES ($1, 1) ON CONFLICT (fold) DO UPDATE SET beats = reader.beats + 1"
_BEGINS = "SELECT 1 FROM head JOIN event ON event.ledger = head.ledger AND event.seq = first WHERE head.ledger = $1"


class MissingRowsError(Exception):
    """A journal cannot be read anew, for its first rows were taken out of the database."""


class Follower:
    """Belongs to one event loop."""

    def __init__(self, store: Portable, now: Callable[[], float]) -> None:
        """`now` in seconds since 1970."""
        self._store = store
        self._now = now
        self._more = asyncio.Event()
        self._not_before: dict[str, float] = {}
        """By ledger that could not be read: when it is tried again, by the monotonic clock."""
        self._leading = False
        self._beats_at = 0.0
        self._newer: dict[int, tuple[int, float]] = {}
        """By a newer version: how often it was heard, and when the last time."""
        self.taking_in = 0
        """Batches that this process takes in at the moment."""

    def wake(self) -> None:
        """Something was taken in."""
        self._more.set()

    async def run(self) -> None:
        """Read for ever."""
        while True:
            self._more.clear()
            try:
                while await self.leads() and await self.read():
                    pass
            except StoreBusyError as error:
                log.warning("the journals cannot be read now: %s", error)
                await asyncio.sleep(LOOK_S)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK_S):
                    await self._more.wait()

    async def leads(self) -> bool:
        """Whether no process of a newer version reads this database, as while one after the other is replaced: each
        would throw away what the other one read. Where the newer ones are gone again, this one reads all anew."""
        now = time.monotonic()
        if now >= self._beats_at:
            async with self._store.work() as sql:
                await sql(_BEAT, FOLD)
                newer = await sql("SELECT fold, beats FROM reader WHERE fold > $1", FOLD)
            for fold, beats in newer:
                if self._newer.get(fold, (0, 0.0))[0] != beats:
                    self._newer[fold] = beats, now
            self._leading = all(now - heard >= SILENT_S for _, heard in self._newer.values())
            self._beats_at = now + BEAT_S
        return self._leading

    async def read(self) -> bool:
        """Read on in some journals that have more; whether any had, and it is this one's to read."""
        now = time.monotonic()
        self._not_before = {ledger: moment for ledger, moment in self._not_before.items() if moment > now}
        async with self._store.work() as sql:
            behind = await sql(BEHIND, FOLD, AT_ONCE + len(self._not_before))
        due = [journal for journal in (_Journal(*row) for row in behind) if journal.ledger not in self._not_before]
        for journal in due:
            if not await self.leads():
                return False
            begun = time.monotonic()
            try:
                async with self._store.work() as sql:
                    await _read_on(sql, journal, int(self._now() * 1000))
            except Exception as error:
                self._not_before[journal.ledger] = begun + RETRY_S  # no journal keeps the others from being read
                if isinstance(error, StoreBusyError):
                    raise
                log.exception("ledger %s of %s, %s cannot be read", journal.ledger, journal.terminal, journal.hall)
            await asyncio.sleep(min((1 + REST * self.taking_in) * (time.monotonic() - begun), MOST_REST_S))
        return bool(due)


class _Journal(NamedTuple):
    """A journal that has more than was read."""

    ledger: str
    hall: str
    terminal: str
    last: int


async def _read_on(sql: Sql, journal: _Journal, now_ms: int) -> None:
    ledger, hall, terminal, last = journal
    place = (ledger, hall, terminal)
    if await sql(
        "INSERT INTO reading (ledger, hall, terminal, seq, fold, aside_ms) VALUES ($1, $2, $3, 0, $4, 0) "
        "ON CONFLICT (ledger) DO NOTHING RETURNING ledger",
        *(*place, FOLD),
    ):
        await _set_earlier_aside(sql, journal, now_ms)
    held = "UPDATE reading SET seq = seq WHERE ledger = $1 RETURNING seq, fold, aside_ms"
    [(seq, fold, aside_ms)] = await sql(held, ledger)
    forgotten: Sums = {}
    if fold != FOLD:
        seq, forgotten = 0, await _forget(sql, ledger)
    events = await sql(
        "SELECT seq, body FROM event WHERE ledger = $1 AND seq > $2 AND seq <= $3 ORDER BY seq LIMIT $4",
        *(ledger, seq, last, CHUNK),
    )
    upto = max(last, seq) if len(events) < CHUNK else events[-1][0]
    before = forgotten or await sums_about(sql, ledger, seq, upto)
    orders = read_on(await _known(sql, ledger, seq, upto), (body for _, body in events))
    aside = aside_ms > 0
    await _put(sql, ORDERS, [order_values(*place, order, aside=aside) for order in orders.values()])
    await _put(sql, PAYMENTS, [row for order in orders.values() for row in payment_values(ledger, hall, order)])
    if aside:
        await close_by_hand(sql, ledger)
    await sql("UPDATE reading SET seq = $2, fold = $3 WHERE ledger = $1", ledger, upto, FOLD)
    await move(sql, before, await sums_about(sql, ledger, seq, upto))


async def _forget(sql: Sql, ledger: str) -> Sums:
    """Delete what was read of a journal, which is to be read anew; and what its payments came to."""
    if not await sql(_BEGINS, ledger):  # what was read of them is all that there is
        raise MissingRowsError("bring the months back that were taken out of the database (docs/scaling.md)")
    before = await sums_of(sql, ledger)
    await sql("DELETE FROM orders WHERE ledger = $1", ledger)
    await sql("DELETE FROM payment WHERE ledger = $1", ledger)
    return before


async def _set_earlier_aside(sql: Sql, journal: _Journal, now_ms: int) -> None:
    """A terminal that begins a ledger has set its earlier one aside, and goes on with no order of it."""
    earlier = await sql(
        "UPDATE reading SET aside_ms = $4 WHERE hall = $2 AND terminal = $3 AND ledger <> $1 AND aside_ms = 0 "
        "RETURNING ledger",
        *(journal.ledger, journal.hall, journal.terminal, now_ms),
    )
    for (each,) in earlier:
        await sql("UPDATE orders SET rank = $2 WHERE ledger = $1 AND rank <> $3", each, STAFF, CLOSED)


async def _known(sql: Sql, ledger: str, after: int, upto: int) -> dict[str, Order]:
    """The orders that are kept already, of those that rows are about."""
    found = await sql(
        "SELECT order_no, body FROM orders WHERE ledger = $1 AND order_no IN "
        "(SELECT about FROM event WHERE ledger = $1 AND seq > $2 AND seq <= $3)",
        *(ledger, after, upto),
    )
    return {number: kept(body) for number, body in found}


async def _put(sql: Sql, table: Table, rows: Sequence[Sequence[Any]]) -> None:
    """Insert rows, or replace those of the same identity."""
    if rows:
        await sql(table.upsert(len(rows)), *itertools.chain.from_iterable(rows))
