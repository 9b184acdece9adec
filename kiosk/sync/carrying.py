"""Carries out what the staff order through the hub: each command once, whatever fails on the way.

That a command begins stands in the journal before it is begun, and what came of it when it has ended: what was begun is
never begun anew, and what a power cut interrupted is gone on with, also without the hub. What a handler asks to have
recorded stands there in the same step as the command's end. The hub is told until it has heard.
"""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Literal, Protocol, TypeVar

import msgspec

from kiosk.ledger.errors import LedgerError, TakenError
from kiosk.protocol.commanded import CommandEnded, CommandRow, CommandTaken, evolve
from kiosk.protocol.commands import MOST_TOLD, Command, Given, Outcome, Poll, Result, name_of, read_command
from kiosk.protocol.matter import ImpossibleEventError, MatterEvent, MatterRow

log = logging.getLogger(__name__)

FAILED = "hub.command.failed"
LATE = "hub.command.late"
_R = TypeVar("_R", bound=MatterRow)


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """What a handler may know of a command beside what it says."""

    id: str
    who: str
    number: int = 0
    """A later command has a higher one."""
    again: bool = False
    """Whether it was begun before and nobody knows how far it came."""


class End(msgspec.Struct, frozen=True, kw_only=True):
    """How a command ends. `events` are recorded together with that."""

    result: Literal["done", "refused"] = "done"
    why: str = ""
    """A message key, or words: the staff read it."""
    events: tuple[MatterEvent, ...] = ()


Handler = Callable[[Any, Taken], Awaitable[End]]
"""Carries one kind of command out. May take its time, and may be asked for the same command again after a power cut:
then it sees to it that the command is carried out once. What it raises is `refused`, and logged."""
Handlers = Mapping[type[Command], Handler]


class Journal(Protocol):
    """What is needed of a ledger."""

    async def note(self, *events: MatterEvent) -> None:
        """Make events durable in one step."""

    async def matter(self, kind: type[_R], matter: str) -> _R | None:
        """One matter, or None."""

    async def matters(self, kind: type[_R], **equal: str | int) -> list[_R]:
        """The matters of a kind whose fields have these values, by id."""


class Carrier:
    """The commands of one ledger. Belongs to one event loop."""

    def __init__(self, journal: Journal, handlers: Handlers, now_ms: Callable[[], int]) -> None:
        self._journal = journal
        self._handlers = handlers
        self._now_ms = now_ms
        self._under_way: dict[str, asyncio.Task[None]] = {}
        self._outcomes: dict[str, Outcome] = {}
        self.news = asyncio.Event()
        """Set whenever something has ended."""

    def poll(self) -> Poll:
        """What to tell the hub."""
        self.news.clear()
        return Poll(under_way=tuple(self._under_way)[:MOST_TOLD], outcomes=tuple(self._outcomes.values())[:MOST_TOLD])

    def heard(self, told: Poll) -> None:
        """The hub has it on its disk."""
        for outcome in told.outcomes:
            self._outcomes.pop(outcome.id, None)

    async def go_on(self) -> None:
        """Go on with what was interrupted. Raises what the ledger raises."""
        rows = await self._journal.matters(CommandRow, result="")
        for row in sorted(rows, key=lambda row: row.number):
            self._begin(row, again=True)

    async def take(self, given: Given) -> None:
        """Begin a command that is known to be the hub's and this terminal's. Raises what the ledger raises."""
        known = await self._journal.matter(CommandRow, given.id)
        if known is not None:
            if known.outcome is not None:  # the hub lost it, or never heard
                self._outcomes[given.id] = known.outcome
                self.news.set()
            return
        if self._now_ms() > given.until:
            log.warning("command %d is not begun: its time is over", given.number)
            self._outcomes[given.id] = Outcome(id=given.id, result="refused", why=LATE, at=self._now_ms())
            self.news.set()
            return
        taken = CommandTaken(
            matter=given.id,
            number=given.number,
            name=name_of(bytes(given.command)),
            who=given.who,
            body=bytes(given.command).decode(),
            at_ms=self._now_ms(),
        )
        log.info("command %d: %s has the terminal do %s", given.number, given.who, taken.name)
        await self._journal.note(taken)
        self._begin(evolve(None, taken), again=False)

    async def aclose(self) -> None:
        """Leave what is under way; it is gone on with when the ledger is open again."""
        for task in self._under_way.values():
            task.cancel()
        await asyncio.gather(*self._under_way.values(), return_exceptions=True)

    def _begin(self, row: CommandRow, *, again: bool) -> None:
        self._under_way[row.matter] = asyncio.create_task(self._carry_out(row, again=again))

    async def _carry_out(self, row: CommandRow, *, again: bool) -> None:
        result, why, events = await self._end_of(row, again=again)
        with contextlib.suppress(LedgerError):  # who opens it again has everything gone on with
            try:
                await self._end(row, result, why, events)
            except (TakenError, ImpossibleEventError):
                log.exception("what command %d did cannot be recorded", row.number)
                await self._end(row, "refused", FAILED, ())

    async def _end(self, row: CommandRow, result: Result, why: str, events: tuple[MatterEvent, ...]) -> None:
        ended = CommandEnded(matter=row.matter, result=result, why=why, at_ms=self._now_ms())
        await self._journal.note(*events, ended)
        log.info("command %d: %s%s", row.number, result, f" ({why})" if why else "")
        self._outcomes[row.matter] = Outcome(id=row.matter, result=result, why=why, at=ended.at_ms)
        self._under_way.pop(row.matter, None)
        self.news.set()

    async def _end_of(self, row: CommandRow, *, again: bool) -> tuple[Result, str, tuple[MatterEvent, ...]]:
        command = read_command(row.body)
        handler = None if command is None else self._handlers.get(type(command))
        if handler is None:
            return "not_understood", "", ()
        try:
            end = await handler(command, Taken(id=row.matter, who=row.who, number=row.number, again=again))
        except Exception:
            log.exception("command %d failed", row.number)
            return "refused", FAILED, ()
        return end.result, end.why, end.events
