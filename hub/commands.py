"""What terminals are ordered to do, on either database: an order waits until its terminal begins it, and ends with what
the terminal says of it. Who ordered what, and what came of it, goes into the record of what was done."""

import itertools
import secrets
from collections.abc import Collection
from typing import Any, Literal

import msgspec

from hub.portable import Portable, Sql
from hub.upkeep import DAY_MS, LOGS_DAYS
from kiosk.protocol.commands import MOST_BYTES, Command, Poll, name_of

State = Literal["waiting", "under_way", "done", "refused", "not_understood"]
AUDITED = ("close", "open", "restart", "send_log", "configure")
"""What is ordered of a terminal as a whole: its card shows it, and the record of what was done has it."""
MOST_CONFIGURING = 500
KEEP_LOGS_MS = LOGS_DAYS * DAY_MS


class Commanded(msgspec.Struct, frozen=True, kw_only=True):
    """One command to one terminal: the columns of its table, in their order. Times in milliseconds since 1970."""

    number: int
    id: str
    hall: str
    terminal: str
    who: str
    body: str
    """The command in JSON."""
    at_ms: int
    until_ms: int
    state: State
    why: str
    """What the terminal said of its end: a message key, or words."""
    ended_ms: int

    @property
    def name(self) -> str:
        """`close`, `restart` …"""
        return name_of(self.body)


_ORDER = (
    "INSERT INTO command (id, hall, terminal, who, body, at_ms, until_ms, state) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, 'waiting') RETURNING *"
)
_LAST = (
    "SELECT * FROM (SELECT *, row_number() OVER (PARTITION BY hall, terminal ORDER BY number DESC) AS place "
    "FROM command WHERE at_ms > $1 AND (hall, terminal) IN (VALUES"
)
_NEWEST = ")) AS newest WHERE place <= $2 ORDER BY number DESC"
_TO_GIVE = (
    "SELECT * FROM command WHERE hall = $1 AND terminal = $2 AND state IN ('waiting', 'under_way') "
    "ORDER BY number LIMIT $3"
)
_CONFIGURING = (
    'SELECT * FROM command WHERE body LIKE \'{"do":"configure"%\' AND hall = $1 ORDER BY number DESC LIMIT $2'
)
_BEGUN = "UPDATE command SET state = 'under_way' WHERE id = $1 AND hall = $2 AND terminal = $3 AND state = 'waiting'"
_ENDED = (
    "UPDATE command SET state = $4, why = $5, ended_ms = $6 "
    "WHERE id = $1 AND hall = $2 AND terminal = $3 AND state IN ('waiting', 'under_way') RETURNING *"
)
_THAT_LOG = "SELECT content FROM log WHERE command = $1 AND at_ms > $2"
_LOG = (
    "INSERT INTO log (command, at_ms, content) VALUES ($1, $2, $3) "
    "ON CONFLICT (command) DO UPDATE SET at_ms = excluded.at_ms, content = excluded.content"
)


class CommandBook:
    """The commands in a store. Safe to use from many tasks and processes; every call may raise `StoreBusyError`."""

    def __init__(self, store: Portable) -> None:
        self._store = store

    async def order(
        self, hall: str, terminal: str, command: Command, *, who: str, now_ms: int, until_ms: int
    ) -> Commanded:
        """Have a terminal do something, begun before `until_ms` or not at all.

        Raises `ValueError` for a command that is too long.
        """
        body = msgspec.json.encode(command)
        if len(body) > MOST_BYTES:
            raise ValueError(f"a command of {len(body)} bytes, more than {MOST_BYTES}")
        async with self._store.work() as sql:
            new = secrets.token_hex(12)
            [made] = await _found(sql, _ORDER, new, hall, terminal, who, body.decode(), now_ms, until_ms)
            await _record(sql, made, f"hub.deed.do.{made.name}", now_ms)
        return made

    async def last(self, terminals: Collection[tuple[str, str]], since_ms: int, most: int) -> list[Commanded]:
        """The last `most` of each of some terminals, by hall and name, as far as they were ordered after `since_ms`;
        the newest first."""
        if not terminals:
            return []
        places = ", ".join(f"(${n}, ${n + 1})" for n in range(3, 3 + 2 * len(terminals), 2))
        names = itertools.chain.from_iterable(terminals)
        async with self._store.work() as sql:
            return await _found(sql, " ".join((_LAST, places, _NEWEST)), since_ms, most, *names)

    async def configuring(self, hall: str) -> list[Commanded]:
        """The last orders to use a version of the configuration in a hall; the newest first."""
        async with self._store.work() as sql:
            return await _found(sql, _CONFIGURING, hall, MOST_CONFIGURING)

    async def command(self, command_id: str) -> Commanded | None:
        """One by its id."""
        async with self._store.work() as sql:
            return next(iter(await _found(sql, "SELECT * FROM command WHERE id = $1", command_id)), None)

    async def waited_for(self, now_ms: int) -> set[tuple[str, str]]:
        """Hall and name of every terminal for which there is a command that it has not begun."""
        async with self._store.work() as sql:
            statement = "SELECT DISTINCT hall, terminal FROM command WHERE state = 'waiting' AND until_ms > $1"
            return {(hall, terminal) for hall, terminal in await sql(statement, now_ms)}

    async def to_give(self, hall: str, terminal: str, most: int) -> list[Commanded]:
        """What a terminal may begin or has begun, in order. It says itself that one came too late: it may have done it
        in time, and not been able to say so."""
        async with self._store.work() as sql:
            return await _found(sql, _TO_GIVE, hall, terminal, most)

    async def hear(self, hall: str, terminal: str, poll: Poll, now_ms: int) -> None:
        """Keep what a terminal says of its commands."""
        async with self._store.work() as sql:
            for command_id in sorted(poll.under_way):
                await sql(_BEGUN, command_id, hall, terminal)
            for said in sorted(poll.outcomes, key=lambda outcome: outcome.id):
                for ended in await _found(sql, _ENDED, said.id, hall, terminal, said.result, said.why, said.at):
                    await _record(sql, ended, f"hub.deed.end.{ended.state}", now_ms)

    async def keep_log(self, command_id: str, content: str, now_ms: int) -> None:
        """Keep the log that a command asked for. A power cut leaves NULs in a file; not every database keeps them."""
        async with self._store.work() as sql:
            await sql(_LOG, command_id, now_ms, content.replace("\0", "\N{REPLACEMENT CHARACTER}"))

    async def log(self, command_id: str, now_ms: int) -> str | None:
        """That log; None where there is none, or none any more."""
        async with self._store.work() as sql:
            found = await sql(_THAT_LOG, command_id, now_ms - KEEP_LOGS_MS)
        return next((str(content) for (content,) in found), None)


async def _found(sql: Sql, statement: str, *values: object) -> list[Commanded]:
    rows: list[tuple[Any, ...]] = await sql(statement, *values)
    return [Commanded(**dict(zip(Commanded.__struct_fields__, row, strict=False))) for row in rows]


async def _record(sql: Sql, command: Commanded, what: str, now_ms: int) -> None:
    if command.name in AUDITED:
        about = f"{command.hall} {command.terminal} #{command.number}"
        await sql(
            "INSERT INTO deed (at_ms, who, what, about) VALUES ($1, $2, $3, $4)", now_ms, command.who, what, about
        )
