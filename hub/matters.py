"""What tickets, ratings and requests have come to, read out of the journals of a hall.

The journal is taken in as fast as it comes (`Store.accept`); what its rows mean is worked out here, when somebody wants
to know, from where it was left the last time. So nobody who looks can slow a terminal down, and what was worked out can
be thrown away and made anew.
"""

import logging
from collections.abc import Iterable, Iterator
from datetime import datetime, tzinfo
from typing import Any, TypeVar

import msgspec

from hub.cases.case import CLOSED, OPEN, begins
from hub.orders.reading import MOST_MS
from hub.portable import Portable, Sql
from hub.settlement.files import is_day
from kiosk.protocol.envelope import UnknownEventError, decode
from kiosk.protocol.matter import ImpossibleEventError, Kind, MatterEvent, MatterRow
from kiosk.protocol.matters import kind_of
from kiosk.protocol.ratings import RatingRow
from kiosk.protocol.tickets import TicketEvent

log = logging.getLogger(__name__)

MOST_EVENTS = 2000
"""Read in one transaction; a hall that is further behind takes several."""
LAST_DAY = "9892-01-01"
"""Deadlines are counted from a day, and calendars end at 9999."""
_R = TypeVar("_R", bound=MatterRow)
_EVENTS = (
    "SELECT seq, body FROM event WHERE ledger = $1 AND seq > $2 AND seq <= $3 AND "
    "(type LIKE 'menkou.ticket.%' OR type LIKE 'menkou.rating.%' OR type LIKE 'menkou.request.%') "
    "ORDER BY seq LIMIT $4"
)
_BEHIND = (
    "SELECT head.ledger, head.terminal, coalesce(followed.seq, 0), head.seq FROM head "
    "LEFT JOIN followed ON followed.ledger = head.ledger "
    "WHERE head.hall = $1 AND head.seq > coalesce(followed.seq, 0) ORDER BY head.ledger"
)
_BEHIND_HALLS = (
    "SELECT DISTINCT head.hall FROM head LEFT JOIN followed ON followed.ledger = head.ledger "
    "WHERE head.seq > coalesce(followed.seq, 0)"
)
_KEEP = (
    "INSERT INTO matter (hall, matter, terminal, ledger, kind, business_date, version, body) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8) "
    "ON CONFLICT (hall, matter) DO UPDATE SET version = excluded.version, body = excluded.body"
)

_RATED = "INSERT INTO rated VALUES ($1, $2, $3) ON CONFLICT (hall, matter) DO NOTHING"
_ABOUT = (
    "SELECT 1 FROM rated JOIN case_file ON case_file.hall = rated.hall AND case_file.matter = rated.matter "
    "WHERE rated.hall = $1 AND rated.about = $2"
)
_REOPEN = (
    "UPDATE case_file SET state = $3 WHERE hall = $1 AND state = $4 "
    "AND matter IN (SELECT matter FROM rated WHERE hall = $1 AND about = $2)"
)
"""A case that was closed before all was heard of it: a terminal may have been cut off for days."""
_OPEN = "INSERT INTO case_file VALUES ($1, $2, $3, $4) ON CONFLICT (hall, matter) DO NOTHING"


class Owner(msgspec.Struct, frozen=True):
    """Whose a matter is."""

    terminal: str
    ledger: str


class Found(Owner, frozen=True):
    """A matter."""

    version: int
    row: Any


class Days(msgspec.Struct, frozen=True):
    """From one business date to another, `YYYY-MM-DD`."""

    first: str
    last: str


async def version_of(sql: Sql, hall: str) -> int:
    """How often anything of a hall changed; nobody else changes it before this transaction ends."""
    await sql("INSERT INTO hall VALUES ($1, 0) ON CONFLICT (hall) DO NOTHING", hall)
    [(version,)] = await sql("UPDATE hall SET version = version WHERE hall = $1 RETURNING version", hall)
    return int(version)


async def next_version(sql: Sql, hall: str) -> int:
    """A number that nothing of this hall had."""
    [(version,)] = await sql("UPDATE hall SET version = version + 1 WHERE hall = $1 RETURNING version", hall)
    return int(version)


async def is_behind(sql: Sql, hall: str) -> bool:
    """Whether a journal has rows that were not read."""
    return bool(await sql(_BEHIND, hall))


async def behind_halls(sql: Sql) -> set[str]:
    """The halls with a journal that has rows that were not read."""
    return {hall for (hall,) in await sql(_BEHIND_HALLS)}


async def caught_up(store: Portable, hall: str) -> int:
    """Read the journals of a hall to their ends, some rows in each transaction; how often anything of it changed."""
    while True:
        async with store.work() as sql:
            if not await is_behind(sql, hall):
                found = await sql("SELECT version FROM hall WHERE hall = $1", hall)
                return int(found[0][0]) if found else 0
            await catch_up(sql, hall)


async def catch_up(sql: Sql, hall: str) -> int:
    """Read on in the journals of a hall, and see which steps of its queue they have; how often anything of it changed.
    Nobody else changes it before this transaction ends."""
    await version_of(sql, hall)
    events = await follow(sql, hall)
    said = {msgspec.json.encode(event).decode() for event in events if isinstance(event, TicketEvent)}
    for n, event in await sql("SELECT n, event FROM step WHERE hall = $1 AND state <> 'done'", hall) if said else ():
        if event in said:
            await sql("UPDATE step SET state = 'done' WHERE hall = $1 AND n = $2", hall, n)
    return await version_of(sql, hall)


async def follow(sql: Sql, hall: str) -> list[MatterEvent]:
    """Read on in the journals of a hall; belongs behind `version_of`. The events that changed something, the oldest
    first: at most `MOST_EVENTS` of each journal."""
    changed: list[MatterEvent] = []
    for ledger, terminal, seen, last in await sql(_BEHIND, hall):
        events = await sql(_EVENTS, ledger, seen, last, MOST_EVENTS)
        for _, body in events:
            event = await _apply(sql, hall, Owner(terminal, ledger), body)
            changed += [] if event is None else [event]
        upto = last if len(events) < MOST_EVENTS else events[-1][0]
        await sql(
            "INSERT INTO followed VALUES ($1, $2) ON CONFLICT (ledger) DO UPDATE SET seq = excluded.seq", ledger, upto
        )
    return changed


async def _apply(sql: Sql, hall: str, owner: Owner, body: str) -> MatterEvent | None:
    try:
        event = decode(body).event()
    except (UnknownEventError, msgspec.DecodeError):  # of a later version
        return None
    if not isinstance(event, MatterEvent):
        return None
    kind = kind_of(event)
    found = await sql("SELECT body FROM matter WHERE hall = $1 AND matter = $2", hall, event.matter)
    try:
        row = kind.evolve(msgspec.json.decode(found[0][0], type=kind.row) if found else None, event)
    except ImpossibleEventError as error:  # its beginning is in the terminal's archive
        log.info("%s of %s: %s", owner.terminal, hall, error)
        return None
    if not _can_be(row):
        log.warning("%s of %s: matter %s has a text, day or number that nothing has", owner.terminal, hall, row.matter)
        return None
    text = msgspec.json.encode(row).decode()
    version = await next_version(sql, hall)
    await sql(_KEEP, hall, row.matter, owner.terminal, owner.ledger, kind.name, row.business_date, version, text)
    if isinstance(row, RatingRow):
        await sql(_RATED, hall, row.matter, row.about)
    if isinstance(row, RatingRow) and begins(row) and await sql(_ABOUT, hall, row.about):
        await sql(_REOPEN, hall, row.about, OPEN, CLOSED)
    elif begins(row):
        await sql(_OPEN, hall, row.matter, kind.name, OPEN)
    return event


def _can_be(row: Any) -> bool:
    """Whether every database can hold it and every page show it: a terminal signs what it says, which does not make it
    sense, and must not keep its whole hall from being read."""
    said = msgspec.structs.astuple(row)
    return (
        is_day(row.business_date)
        and row.business_date < LAST_DAY
        and not any("\0" in each if isinstance(each, str) else abs(each) > MOST_MS for each in said)
    )


async def matters(sql: Sql, hall: str, kind: Kind[Any, _R], days: Days, since: int = 0) -> list[Found]:
    """The matters of some days, of those that changed after `since`."""
    rows = await sql(
        "SELECT terminal, ledger, version, body FROM matter "
        "WHERE hall = $1 AND kind = $2 AND business_date BETWEEN $3 AND $4 AND version > $5 ORDER BY matter",
        *(hall, kind.name, days.first, days.last, since),
    )
    return list(_found(rows, kind))


def _found(rows: Iterable[tuple[Any, ...]], kind: Kind[Any, _R]) -> Iterator[Found]:
    for terminal, ledger, version, body in rows:
        yield Found(terminal, ledger, version, msgspec.json.decode(body, type=kind.row))


def today(now_ms: int, zone: tzinfo) -> Days:
    """The business date of a moment."""
    day = datetime.fromtimestamp(now_ms / 1000, zone).date().isoformat()
    return Days(day, day)
