"""The hub's part of a hall's queue, on its store: terminals attend here, and clerks' wishes are decided here."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
from datetime import tzinfo
from functools import reduce
from typing import Any

import msgspec

from hub.hall import Attendant, Hall, Step, StepState, Ticket, stepped
from hub.matters import behind_halls, catch_up, caught_up, matters, next_version, today, version_of
from hub.portable import Portable, Sql
from hub.waiting import Waiting
from kiosk.protocol.tickets import TICKET, TicketEvent
from kiosk.queueing import hall as wire
from kiosk.queueing.wishes import Wish

log = logging.getLogger(__name__)

STEP_S = 4.0
"""How long a clerk waits for a terminal that has to record a step; after that the step is void."""

_CHANGED = "UPDATE matter SET version = $3 WHERE hall = $1 AND matter = $2"
_SAME = (
    "UPDATE attending SET heard_ms = $3 WHERE hall = $1 AND terminal = $2 AND ledger = $4 AND plan = $5 "
    "AND taken_over = 0 RETURNING terminal"
)
"""Of a terminal that says what it said before, as nearly always."""
_VOID = "UPDATE step SET state = 'void' WHERE hall = $1 AND n = $2 AND state = 'open' RETURNING n"


class SilentTerminalError(Exception):
    """The terminals that had to record a step did not do so in time."""

    def __init__(self, terminals: Iterable[str]) -> None:
        self.terminals = sorted(set(terminals))
        super().__init__(", ".join(self.terminals))


class QueueDesk:
    """See the module. Belongs to one event loop."""

    def __init__(self, store: Portable, zone: tzinfo, now_ms: Callable[[], int]) -> None:
        self._store = store
        self._zone = zone
        self._now_ms = now_ms
        self._waiting = Waiting(self._look)
        self._known: dict[str, int] = {}

    async def hall(self, hall: str) -> tuple[int, Hall]:
        """The queue of today, and a number that is another one as soon as anything of it changed."""
        await caught_up(self._store, hall)
        async with self._store.work() as sql:
            return await self._read(sql, hall)

    async def halls(self) -> list[str]:
        """Every hall with a terminal."""
        async with self._store.work() as sql:
            return [hall for (hall,) in await sql("SELECT DISTINCT hall FROM terminal ORDER BY hall")]

    async def present(self, hall: str) -> set[str]:
        """The terminals that are there."""
        since_ms = self._now_ms() - int(wire.PRESENT_S * 1000)
        async with self._store.work() as sql:
            found = await sql("SELECT terminal FROM attending WHERE hall = $1 AND heard_ms >= $2", hall, since_ms)
        return {terminal for (terminal,) in found}

    async def attend(
        self, hall: str, terminal: str, asked: wire.Attending, gone: Callable[[], Awaitable[bool]], hold_s: float
    ) -> wire.HallNews:
        """What there is for a terminal, as soon as there is something. `gone` says whether it has hung up."""
        async with self._store.work() as sql:
            await self._heard(sql, hall, terminal, asked)
        news = wire.HallNews(nonce=asked.nonce, version=asked.since)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(hold_s), contextlib.aclosing(self.changes(hall, asked.since)) as changes:
                async for version in changes:
                    if version != news.version:
                        news = await self._news(hall, terminal, asked)
                    if news.steps or news.others or await gone():
                        break
        return news

    async def do(self, hall: str, wish: Wish) -> wire.Done:
        """What a clerk wants, decided in one transaction and recorded by the terminals whose tickets it concerns.

        Raises `SilentTerminalError`.
        """
        await caught_up(self._store, hall)
        async with self._store.work() as sql:
            _, seen = await self._read(sql, hall)
            decided, begins = seen.decide(wish)
            steps: dict[int, str] = {}
            for event in decided.events:
                steps[await self._give(sql, hall, seen.terminal_of(event.matter), event, begins[event.matter])] = (
                    seen.terminal_of(event.matter)
                )
        self.wake(hall)
        silent = await self._taken(hall, steps) if steps else []
        if silent:
            raise SilentTerminalError(silent)
        if steps and await self._in(hall, "void") & steps.keys():
            return wire.Done(nonce="", why="changed")  # its terminal had taken another step
        _, seen = await self.hall(hall)
        row = seen.row(decided.events[-1].matter) if decided.events else None
        return wire.Done(nonce="", row=row, why=decided.why or "")

    async def take_over(self, hall: str, terminal: str) -> None:
        """Call a terminal's numbers without it until it is back."""
        async with self._store.work() as sql:
            await version_of(sql, hall)
            await sql(
                "INSERT INTO attending VALUES ($1, $2, '', 0, 1, '') "
                "ON CONFLICT (hall, terminal) DO UPDATE SET taken_over = 1",
                *(hall, terminal),
            )
            await next_version(sql, hall)
        self.wake(hall)

    def wake(self, hall: str) -> None:
        """Something of that hall may have changed in this process."""
        self._waiting.wake(hall)

    async def changes(self, hall: str, since: int) -> AsyncGenerator[int, None]:
        """The number of a hall's queue each time that it is another one than `since`, and the same once more each few
        seconds."""
        async with contextlib.aclosing(self._waiting.turns(hall)) as turns:
            async for news in turns:
                if news:
                    version = await caught_up(self._store, hall)
                    if version == since:
                        continue
                    since = version
                yield since

    async def _look(self) -> set[str]:
        async with self._store.work() as sql:
            versions: dict[Any, Any] = dict(await sql("SELECT hall, version FROM hall"))
            behind = await behind_halls(sql)
        before, self._known = self._known, versions
        return behind | {hall for hall, version in versions.items() if version != before.get(hall)}

    async def _read(self, sql: Sql, hall: str) -> tuple[int, Hall]:
        version = await catch_up(sql, hall)
        found = await matters(sql, hall, TICKET, today(self._now_ms(), self._zone))
        tickets = [Ticket(each.terminal, each.ledger, each.row) for each in found]
        steps = await sql(
            "SELECT n, terminal, event, state FROM step "
            "WHERE hall = $1 AND (state = 'counts' OR state = 'open' AND until_ms > $2)",
            *(hall, self._now_ms()),
        )
        attending = await sql(
            "SELECT terminal, ledger, heard_ms, taken_over, plan FROM attending WHERE hall = $1", hall
        )
        return version, Hall(
            tickets,
            [
                Step(n=n, terminal=terminal, event=event, state=state)
                for n, terminal, text, state in steps
                if (event := wire.event_in(text)) is not None
            ],
            [
                Attendant(terminal=terminal, ledger=ledger, heard_ms=heard_ms, taken_over=bool(taken), plan=plan)
                for terminal, ledger, heard_ms, taken, plan in attending
            ],
            self._now_ms(),
        )

    async def _heard(self, sql: Sql, hall: str, terminal: str, asked: wire.Attending) -> None:
        said = (asked.ledger, bytes(asked.plan).decode())
        if not asked.refused and await sql(_SAME, hall, terminal, self._now_ms(), *said):
            return
        await version_of(sql, hall)
        await sql(
            "INSERT INTO attending VALUES ($1, $2, $3, $4, 0, $5) ON CONFLICT (hall, terminal) DO UPDATE SET "
            "ledger = excluded.ledger, heard_ms = excluded.heard_ms, taken_over = 0, plan = excluded.plan",
            *(hall, terminal, said[0], self._now_ms(), said[1]),
        )
        refuse = "UPDATE step SET state = 'void' WHERE hall = $1 AND terminal = $2 AND n = $3 AND state <> 'done'"
        version = await next_version(sql, hall)
        for n in asked.refused:
            for (matter,) in await sql(f"{refuse} RETURNING matter", hall, terminal, n):
                await sql(_CHANGED, hall, matter, version)
        self.wake(hall)

    async def _news(self, hall: str, terminal: str, asked: wire.Attending) -> wire.HallNews:
        async with self._store.work() as sql:
            version = int((await sql("SELECT version FROM hall WHERE hall = $1", hall))[0][0])
            steps = await sql(
                "SELECT n, event FROM step WHERE hall = $1 AND terminal = $2 AND n > $3 AND n <= $4 "
                "AND (state = 'counts' OR state = 'open' AND until_ms > $5) "
                "AND matter IN (SELECT matter FROM matter WHERE hall = $1 AND ledger = $6) ORDER BY n",
                *(hall, terminal, asked.since, version, self._now_ms(), asked.ledger),
            )
            texts = await sql("SELECT matter, event FROM step WHERE hall = $1 AND state = 'counts' ORDER BY n", hall)
            others = await matters(sql, hall, TICKET, today(self._now_ms(), self._zone), asked.since)
        counting = [(matter, event) for matter, text in texts if (event := wire.event_in(text)) is not None]
        return wire.HallNews(
            nonce=asked.nonce,
            version=version,
            steps=tuple(
                wire.Step(n=n, event=msgspec.Raw(text.encode())) for n, text in steps if n not in asked.refused
            ),
            others=tuple(
                wire.Other(
                    ledger=each.ledger,
                    row=reduce(stepped, (event for matter, event in counting if matter == each.row.matter), each.row),
                )
                for each in others
                if each.ledger != asked.ledger
            ),
        )

    async def _give(self, sql: Sql, hall: str, terminal: str, event: TicketEvent, state: StepState) -> int:
        n = await next_version(sql, hall)
        text = msgspec.json.encode(event).decode()
        until_ms = self._now_ms() + int(STEP_S * 1000)
        sql_text = "INSERT INTO step VALUES ($1, $2, $3, $4, $5, $6, $7)"
        await sql(sql_text, hall, n, terminal, event.matter, text, until_ms, state)
        if state == "counts":
            await sql(_CHANGED, hall, event.matter, n)
        return n

    async def _taken(self, hall: str, steps: dict[int, str]) -> list[str]:
        """Wait until these steps are recorded, counted or refused; the terminals that did not say so in time."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(STEP_S), contextlib.aclosing(self.changes(hall, 0)) as changes:
                async for _ in changes:
                    if not await self._in(hall, "open") & steps.keys():
                        return []
        async with self._store.work() as sql:
            await version_of(sql, hall)
            late = [n for n in steps if await self._void(sql, hall, n)]
            away_ms = self._now_ms() - int(wire.PRESENT_S * 1000) - 1
            for terminal in {steps[n] for n in late}:
                away = "UPDATE attending SET heard_ms = $3 WHERE hall = $1 AND terminal = $2"
                await sql(away, hall, terminal, away_ms)
            await next_version(sql, hall)
        log.warning("%s: %s did not take a call in time", hall, ", ".join(steps[n] for n in late))
        return [steps[n] for n in late]

    async def _in(self, hall: str, state: StepState) -> set[int]:
        async with self._store.work() as sql:
            return {n for (n,) in await sql("SELECT n FROM step WHERE hall = $1 AND state = $2", hall, state)}

    async def _void(self, sql: Sql, hall: str, n: int) -> bool:
        return bool(await sql(_VOID, hall, n))
