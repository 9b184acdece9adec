"""The sums of each day by hall and way to pay, moved in the transaction that moves the payments they are of: no page
adds up a city's day."""

import itertools
from collections.abc import Iterator, Mapping
from typing import Any

from hub.orders.tables import BY_DAY, DAY_SUM, SUMMED
from hub.portable import Sql

CHUNK = 500
"""Sums in one statement of SQL."""
_ABOUT = "order_no IN (SELECT about FROM event WHERE ledger = $1 AND seq > $2 AND seq <= $3)"

Sums = Mapping[tuple[str, str, str], tuple[int, ...]]
"""By business date, hall and way to pay: the other columns of `DAY_SUM`."""


async def sums_of(sql: Sql, ledger: str) -> Sums:
    """What all payments of a journal come to."""
    return await _summed(sql, "ledger = $1", ledger)


async def sums_about(sql: Sql, ledger: str, after: int, upto: int) -> Sums:
    """What the payments come to of those orders that rows of a journal are about."""
    return await _summed(sql, f"ledger = $1 AND {_ABOUT}", ledger, after, upto)


async def move(sql: Sql, before: Sums, after: Sums) -> None:
    """Have in the sums what payments come to now, in the place of what they came to before. At the end of a transaction
    and once in it: the sums of a hall are those of many journals, and who changes them holds them up. They change in
    one order everywhere, so two processes never wait for each other."""
    changes = list(_changes(before, after))
    for part in (changes[n : n + CHUNK] for n in range(0, len(changes), CHUNK)):
        await sql(DAY_SUM.add(len(part)), *itertools.chain.from_iterable(part))


async def _summed(sql: Sql, which: str, *values: Any) -> Sums:
    rows = await sql(" ".join((SUMMED, "AND", which, BY_DAY)), *values)
    return {(day, hall, channel): tuple(map(int, added)) for day, hall, channel, *added in rows}


def _changes(before: Sums, after: Sums) -> Iterator[tuple[Any, ...]]:
    nothing = (0,) * (len(DAY_SUM.columns) - 3)
    for identity in sorted(before.keys() | after.keys()):
        pairs = zip(before.get(identity, nothing), after.get(identity, nothing), strict=True)
        change = tuple(now - then for then, now in pairs)
        if any(change):
            yield *identity, *change
