"""Batches of many terminals go to the database together: one statement moves their heads, one COPY brings their rows.

What arrives while a group is being committed makes up the next one, so the more terminals send, the larger it is.
"""

import asyncio
import itertools
from collections.abc import Callable, Iterable
from contextlib import AbstractAsyncContextManager
from typing import Any, NamedTuple

import asyncpg

from hub.store import Terminal
from kiosk.protocol.batch import Batch, Head, Row

COLUMNS = ("ledger", "seq", "hash", "at_ms", "type", "about", "body")
"""Of the table `event`."""
MOST_ROWS = 2_500
"""In one transaction: nobody waits long for the batches of others."""

OF_ONE = (asyncpg.DataError, asyncpg.IntegrityConstraintViolationError, asyncpg.ProgramLimitExceededError)
"""Why the database refuses what one of a group sent. Each of them is looked at alone then."""

FOLLOW = """
WITH wish AS (
  SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::text[], $6::bigint[], $7::text[])
    AS wish(ledger, hall, terminal, before, previous, seq, hash)
), free AS (
  SELECT head.ledger, wish.seq, wish.hash FROM head JOIN wish ON wish.ledger = head.ledger AND wish.hall = head.hall
    AND wish.terminal = head.terminal AND wish.before = head.seq AND wish.previous = head.hash
  FOR UPDATE OF head SKIP LOCKED
)
UPDATE head SET seq = free.seq, hash = free.hash, at_ms = $8 FROM free WHERE head.ledger = free.ledger
RETURNING head.ledger
"""
"""Move the heads that the batches follow to the letter. Whoever finds one locked leaves it: two processes that wait for
each other's heads would wait for ever."""

Transaction = Callable[[], AbstractAsyncContextManager[Any]]


class Wish(NamedTuple):
    """A batch that wants to be taken in."""

    sender: Terminal
    batch: Batch
    then: Head
    """Where its ledger stands afterwards."""
    now_ms: int
    taken: "asyncio.Future[bool]"


class Intake:
    """Belongs to one event loop."""

    def __init__(self, transaction: Transaction) -> None:
        """`transaction` begins one, and commits it at its end; it raises `StoreBusyError`."""
        self._transaction = transaction
        self._waiting: list[Wish] = []
        self._working: asyncio.Task[None] | None = None

    async def take(self, sender: Terminal, batch: Batch, then: Head, now_ms: int) -> bool:
        """Whether the batch followed the head of its ledger, and is on disk now. Where it did not, nothing was kept of
        it, and somebody has to look closer. Raises `StoreBusyError`."""
        wish = Wish(sender, batch, then, now_ms, asyncio.get_running_loop().create_future())
        self._waiting.append(wish)
        if self._working is None or self._working.done():
            self._working = asyncio.create_task(self._work())
        return await wish.taken

    async def _work(self) -> None:
        while group := self._next():
            together = asyncio.create_task(self._together(list(group.values())))
            await asyncio.wait([together])
            error = together.exception()
            moved = set() if error else together.result()
            for wish in group.values():
                if wish.taken.done():  # nobody waits for it any more
                    continue
                if error and not isinstance(error.__cause__, OF_ONE):
                    wish.taken.set_exception(error)
                else:
                    wish.taken.set_result(wish.batch.ledger in moved)

    def _next(self) -> dict[str, Wish]:
        """Who goes together, one of each ledger; the others wait on."""
        group: dict[str, Wish] = {}
        rows = 0
        later = []
        for wish in self._waiting:
            rows += len(wish.batch.rows)
            if wish.batch.ledger in group or (group and rows > MOST_ROWS):
                later.append(wish)
            else:
                group[wish.batch.ledger] = wish
        self._waiting = later
        return group

    async def _together(self, group: list[Wish]) -> set[str]:
        """The ledgers whose batches are on disk now."""
        now_ms = max(wish.now_ms for wish in group)
        async with self._transaction() as db:
            found = await db.fetch(FOLLOW, *map(list, zip(*map(_place, group), strict=True)), now_ms)
            moved = {ledger for (ledger,) in found}
            batches = (wish.batch for wish in group if wish.batch.ledger in moved)
            await copy(db, itertools.chain.from_iterable(map(values, batches)))
        return moved


def _place(wish: Wish) -> tuple[str, str, str, int, str, int, str]:
    """What `FOLLOW` asks for."""
    sender, batch, then = wish.sender, wish.batch, wish.then
    return batch.ledger, sender.hall, sender.terminal, batch.first - 1, batch.previous.hex(), then.seq, then.hash


async def copy(db: Any, rows: Iterable[tuple[Any, ...]]) -> None:
    """Rows of `COLUMNS` into the table `event`."""
    await db.copy_records_to_table("event", columns=COLUMNS, records=rows)


def values(batch: Batch, after: int = 0) -> Iterable[tuple[str, int, bytes, int, str, str, str]]:
    """The rows of a batch behind number `after`, as `COLUMNS`."""
    return (_values(row) for row in batch.rows if row.envelope.seq > after)


def _values(row: Row) -> tuple[str, int, bytes, int, str, str, str]:
    of = row.envelope
    return of.ledger, of.seq, row.hash, of.at, of.type, of.order or of.matter, row.body.decode()
