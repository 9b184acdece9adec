"""How terminals are. Those that somebody should look at first are found by the database: a city has thousands, and a
page shows some."""

import contextlib
from typing import Literal, get_args

import msgspec

from hub.portable import Portable
from kiosk.protocol.status import Status

SILENT_MS = 60_000
"""A terminal that says nothing for so long is not there: it tells how it is every 15 s."""
AWAY = ("offline", "unknown")
"""States of devices that are not there."""
State = Literal["trouble", "silent", "closed", "new", "well", "revoked"]
"""In the order in which somebody should look at them."""
_STATES = get_args(State)
_OVERVIEW = """
SELECT seen.hall, seen.terminal, seen.place, heard_ms, coalesce(body, ''), total, troubled FROM (
  SELECT hall, terminal, place, heard_ms, count(*) OVER () AS total,
    sum(CASE WHEN place < 2 THEN 1 ELSE 0 END) OVER () AS troubled
  FROM (
    SELECT terminal.hall AS hall, terminal.terminal AS terminal, coalesce(at_ms, 0) AS heard_ms,
      CASE WHEN revoked THEN 5 WHEN at_ms IS NULL THEN 3 WHEN at_ms < $1 THEN 1 ELSE place END AS place
    FROM terminal LEFT JOIN status ON status.hall || '' = terminal.hall AND status.terminal = terminal.terminal
  ) AS standing
  WHERE ($2 = '' OR hall = $2) ORDER BY place, hall, terminal LIMIT $3
) AS seen LEFT JOIN status ON status.hall = seen.hall AND status.terminal = seen.terminal
ORDER BY seen.place, seen.hall, seen.terminal
"""
"""`place` is that of a `State`. What each says is read of those alone that are shown; and `|| ''` has all of them
joined at once, for one after the other, by the index, takes three times as long."""
_TRUSTED = """
SELECT terminal.terminal, coalesce(body, '') FROM terminal
LEFT JOIN status ON status.hall = terminal.hall AND status.terminal = terminal.terminal
WHERE terminal.hall = $1 AND NOT revoked ORDER BY terminal.terminal
"""


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """A terminal as the hub knows it."""

    hall: str
    terminal: str
    state: State
    heard_ms: int
    """When it said last how it is; 0 when it never did."""
    status: Status | None
    """What it said then; None also for what this version cannot read."""


class Overview(msgspec.Struct, frozen=True, kw_only=True):
    """Many terminals."""

    total: int = 0
    troubled: int = 0
    """In trouble or silent."""
    first: tuple[Seen, ...] = ()
    """Some of them, in the order in which somebody should look at them."""


async def overview(store: Portable, hall: str, now_ms: int, most: int) -> Overview:
    """Of a hall, or of all where it is empty; with the first `most` of them."""
    async with store.work() as sql:
        rows = await sql(_OVERVIEW, now_ms - SILENT_MS, hall, most)
    if not rows:
        return Overview()
    *_, total, troubled = rows[0]
    first = (
        Seen(hall=hall, terminal=terminal, state=_STATES[place], heard_ms=heard_ms, status=_status(body))
        for hall, terminal, place, heard_ms, body, *_ in rows
    )
    return Overview(total=total, troubled=troubled, first=tuple(first))


async def trusted(store: Portable, hall: str) -> dict[str, Status | None]:
    """The terminals of a hall that are trusted, and what each said last."""
    async with store.work() as sql:
        return {terminal: _status(body) for terminal, body in await sql(_TRUSTED, hall)}


def place_of(status: Status) -> int:
    """That of the state of a terminal that says this."""
    state: State = "closed" if status.closed else "trouble" if _is_troubled(status) else "well"
    return _STATES.index(state)


def _is_troubled(status: Status) -> bool:
    return not status.money_open or any(each.reasons or each.state in AWAY for each in status.devices)


def _status(body: str) -> Status | None:
    with contextlib.suppress(msgspec.DecodeError):
        return msgspec.json.decode(body, type=Status)
    return None
