"""What the hub forgets, and when. Each table that grows has its rule here, or stands in `STAYS` with the reason.

What moved money, and who said so, stays: the journals, what was read of orders in them, other books, and what two of
the staff agreed on. Of people, nothing stays longer than its case.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import date, datetime, timedelta, tzinfo
from functools import partial

from hub.cases.case import CLOSED
from hub.portable import Portable, Sql
from hub.store import StoreBusyError

log = logging.getLogger(__name__)

EVERY_S = 3600.0
MOST = 500
"""Rows in one transaction: a database that was never tidied must not hold up who pays meanwhile."""
DAY_MS = 86_400_000
LOGS_DAYS = 14
STEPS_DAYS = 3
"""A step of the queue is of one day."""
CODES_DAYS = 1
"""After a pairing code's time is over: its answer may have been lost."""
GUESSES_DAYS = 1
COMMANDS_DAYS = 366
DEEDS_DAYS = 3 * 366
TICKETS_DAYS = 62
CASE_MONTHS = 36
"""Whole months, so that a month's report has all of it or says that it has nothing."""

STAYS: Mapping[str, str] = {
    "event": "the journals",
    "head": "one row for each journal",
    "followed": "one row for each journal",
    "reading": "one row for each journal",
    "reader": "one row for each version of the hub",
    "orders": "what the journals say of money",
    "payment": "what the journals say of money",
    "day_sum": "what the journals say of money",
    "asking": "who agreed that money was moved by hand",
    "statement": "what other books say of money",
    "statement_entry": "what other books say of money",
    "comparison": "one row for each day",
    "terminal": "one row for each terminal",
    "status": "one row for each terminal",
    "attending": "one row for each terminal",
    "hall": "one row for each hall",
    "staff": "one row for each name",
    "configuration": "what terminals were told to be",
    "form": "what terminals were told to be",
    "deadlines": "by which rules cases were answered",
    "migration": "the tables themselves",
}


_SEALED = (
    "DELETE FROM sealed WHERE (hall, subject) IN "
    "(SELECT hall, subject FROM sealed WHERE expires_ms <= $1 LIMIT $2) RETURNING 1"
)
_COMMANDS = (
    "DELETE FROM command WHERE id IN (SELECT id FROM command WHERE at_ms <= $1 "
    "AND NOT EXISTS (SELECT 1 FROM asking WHERE asking.command = command.id) LIMIT $2) RETURNING 1"
)
RULES: Mapping[str, tuple[str, int]] = {
    "sealed": (_SEALED, 0),
    "log": (
        "DELETE FROM log WHERE command IN (SELECT command FROM log WHERE at_ms <= $1 LIMIT $2) RETURNING 1",
        LOGS_DAYS,
    ),
    "step": (
        "DELETE FROM step WHERE (hall, n) IN (SELECT hall, n FROM step WHERE until_ms <= $1 LIMIT $2) RETURNING 1",
        STEPS_DAYS,
    ),
    "code": (
        "DELETE FROM code WHERE hash IN (SELECT hash FROM code WHERE until_ms <= $1 LIMIT $2) RETURNING 1",
        CODES_DAYS,
    ),
    "guess": (
        "DELETE FROM guess WHERE who IN (SELECT who FROM guess WHERE until_ms <= $1 LIMIT $2) RETURNING 1",
        GUESSES_DAYS,
    ),
    "command": (_COMMANDS, COMMANDS_DAYS),
    "deed": (
        "DELETE FROM deed WHERE n IN (SELECT n FROM deed WHERE at_ms <= $1 LIMIT $2) RETURNING 1",
        DEEDS_DAYS,
    ),
}
"""By table: rows that were over before `$1`, at most `$2`; and after how many days they are over for good."""
OF_MATTERS: Mapping[str, str] = {
    "case_step": "DELETE FROM case_step WHERE hall = $1 AND matter = $2",
    "case_file": "DELETE FROM case_file WHERE hall = $1 AND matter = $2",
    "rated": "DELETE FROM rated WHERE hall = $1 AND matter = $2",
    "matter": "DELETE FROM matter WHERE hall = $1 AND matter = $2",
}
"""Of what ratings and requests came to."""
_TICKETS = (
    "DELETE FROM matter WHERE (hall, matter) IN (SELECT matter.hall, matter.matter FROM hall "
    "JOIN matter ON matter.hall = hall.hall AND matter.kind = 'ticket' AND matter.business_date < $1 "
    "WHERE NOT EXISTS (SELECT 1 FROM rated WHERE rated.hall = matter.hall AND rated.about = matter.matter) "
    "LIMIT $2) RETURNING 1"
)
"""A ticket that was rated stays as long as its rating: a month's report counts by window."""
_CASES = (
    "SELECT matter.hall, matter.matter FROM hall "
    "JOIN matter ON matter.hall = hall.hall AND matter.kind = $3 AND matter.business_date < $1 "
    "WHERE NOT EXISTS (SELECT 1 FROM case_file WHERE case_file.hall = matter.hall "
    "AND case_file.matter = matter.matter AND case_file.state <> $4) LIMIT $2"
)
"""Ratings or requests of long ago; none whose case is not closed."""


_HEARD = (
    "SELECT max(at_ms) FROM (SELECT max(at_ms) AS at_ms FROM status UNION ALL SELECT max(at_ms) FROM head) AS heard"
)
"""When a terminal was last heard. It signs by its own clock, and is refused where the hub's is another one: what the
hub's clock says since then, nobody has agreed to."""


class Upkeep:
    """See the module. Any number of processes may run it on one database."""

    def __init__(self, store: Portable, zone: tzinfo, now_ms: Callable[[], int]) -> None:
        self._store = store
        self._zone = zone
        self._now_ms = now_ms

    async def run(self) -> None:
        """Forget for ever."""
        while True:
            await self.forget()
            await asyncio.sleep(EVERY_S)

    async def forget(self) -> None:
        """Everything whose time is over, and was when a terminal was last heard: a clock that was set forward by a year
        would have everything forgotten at once."""
        async with self._store.work() as sql:
            [(heard_ms,)] = await sql(_HEARD)
        now_ms = min(self._now_ms(), heard_ms or 0)
        today = datetime.fromtimestamp(now_ms / 1000, self._zone).date()
        for table, (statement, days) in RULES.items():
            await self._all(table, partial(_some, statement, now_ms - days * DAY_MS))
        await self._all("ticket", partial(_some, _TICKETS, f"{today - timedelta(days=TICKETS_DAYS)}"))
        for kind in ("rating", "request"):
            await self._all(kind, partial(_some_cases, kind, f"{first_month_kept(today)}"))

    async def _all(self, what: str, some: Callable[[Sql], Awaitable[int]]) -> None:
        """Some in each transaction. Where the database is busy the next hour goes on; the other rules go on at once."""
        gone, count = 0, MOST
        try:
            while count == MOST:
                async with self._store.work() as sql:
                    count = await some(sql)
                gone += count
        except StoreBusyError as error:
            log.warning("%s cannot be tidied now: %s", what, error)
        if gone:
            log.info("%d rows of %s are deleted: their time is over", gone, what)


async def _some(statement: str, before: int | str, sql: Sql) -> int:
    return len(await sql(statement, before, MOST))


async def _some_cases(kind: str, before: str, sql: Sql) -> int:
    over = await sql(_CASES, before, MOST, kind, CLOSED)
    for hall, matter in over:
        for statement in OF_MATTERS.values():
            await sql(statement, hall, matter)
    return len(over)


def first_month_kept(today: date) -> date:
    """The first day of the earliest month whose ratings and requests are all there still."""
    months = today.year * 12 + today.month - 1 - CASE_MONTHS
    return date(months // 12, months % 12 + 1, 1)
