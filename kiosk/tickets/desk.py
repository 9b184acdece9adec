"""The queue of this terminal: the one door through which tickets are given, called and printed.

Every step is on disk before anybody is told of it: the number before the slip, the call before it is shown. What the
rules say comes from `kiosk.queueing`; here is the order of things, one step at a time.
"""

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from datetime import tzinfo
from pathlib import Path
from typing import Any, Protocol, TypeVar

import msgspec

from kiosk.devices.printer import NotPrinted, Printed, PrintOutcome, PrintUnknown, ReceiptPrinter
from kiosk.ledger.errors import LedgerError
from kiosk.ledger.ledger import Ledger
from kiosk.orders.within import within
from kiosk.protocol import tickets as ev
from kiosk.protocol.envelope import type_of
from kiosk.protocol.matter import ImpossibleEventError
from kiosk.protocol.tickets import UNENDED, TicketRow, TicketSlip, evolve
from kiosk.queueing.deciding import decide
from kiosk.queueing.hall import Other
from kiosk.queueing.rules import Business
from kiosk.queueing.wishes import (
    QueueComeBack,
    QueueFinish,
    QueueNext,
    QueueNoShow,
    QueueRecall,
    QueueTransfer,
    Wish,
)
from kiosk.slips.slip import Slip
from kiosk.tickets.marks import Marks
from kiosk.tickets.settings import QueueSettings
from kiosk.tickets.standing import Closed, Standing

log = logging.getLogger(__name__)

T = TypeVar("T")

TICK_SECONDS = 10.0
"""How often hours and the date are looked at while nothing else happens."""


class QueueClosedError(LedgerError):
    """No number can be given: the ledger cannot be written."""


class NoNumberError(Exception):
    """No number is given for this business now."""

    def __init__(self, why: Closed) -> None:
        super().__init__(why)
        self.why: Closed = why


class HasTicketError(Exception):
    """This person has a number for this business today."""

    def __init__(self, row: TicketRow) -> None:
        super().__init__()
        self.row = row


class RefusedError(Exception):
    """A clerk's wish was not done, and why in one word: one of `kiosk.queueing.deciding.Refused`, or what the hub says,
    or `no_hub` where it was to decide and did not answer."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


_EXPECTED = (NoNumberError, HasTicketError, RefusedError, QueueClosedError)


class Hall(Protocol):
    """The hub, which sees the tickets of all terminals of a hall."""

    @property
    def answers(self) -> bool:
        """Whether it can be asked now."""

    async def do(self, wish: Wish) -> TicketRow:
        """What a clerk wants. Raises `RefusedError`."""


class SlipMaker(Protocol):
    """Makes the slip of a ticket as things stand."""

    def __call__(self, row: TicketRow, *, reprint: bool) -> Slip: ...


class Desk(Standing):
    """See the module. Belongs to the engine's loop."""

    def __init__(
        self,
        ledger: Ledger,
        folder: Path,
        settings: QueueSettings,
        *,
        zone: tzinfo,
        now_ms: Callable[[], int],
        on_broken: Callable[[], None],
        observe: Callable[[str], None] = lambda _: None,
    ) -> None:
        """`folder` is the ledger's. `on_broken` is called when the ledger fails; then this desk is shut, and another
        one must be made. `observe` sees every durable step and every slip."""
        super().__init__(settings, zone, now_ms, ledger.ledger_id)
        self.broken = False
        self.hall: Hall | None = None
        """Where the hall has a hub."""
        self._ledger = ledger
        self._marks_file = folder / "ledger.tickets"
        self._on_broken = on_broken
        self._observe = observe
        self._one_step = asyncio.Lock()
        self._printing: dict[str, asyncio.Lock] = {}
        self._tasks: set[asyncio.Task[Any]] = set()
        """Steps, which are always taken to their end."""
        self._prints: set[asyncio.Task[TicketSlip]] = set()
        self._listeners: list[Callable[[], None]] = []
        self._open_letters: frozenset[str] = frozenset()

    def know(self, others: Iterable[Other]) -> None:
        """Tickets of the other terminals, as they stand; of another day none counts."""
        if self._know(others):
            self._tell()

    def know_no_others(self) -> None:
        """Nobody tells of them any more."""
        if self._others:
            self._others, self._together = {}, None
            self._tell()

    def subscribe(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Be called after anything changed; returns what ends it."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    # The day

    async def open(self) -> None:
        """Take up today's tickets, and end what earlier days and a power cut left. Raises `QueueClosedError`."""
        try:
            self._marks = await asyncio.to_thread(Marks, self._marks_file, self._ledger.ledger_id)
        except OSError as error:
            raise self._break(error) from error
        async with self._one_step:
            await self._begin_day()
            lost = [row for row in self._rows.values() if row.slip == "printing"]
            for row in lost:
                await self._happened(
                    ev.TicketPrinted(matter=row.matter, p=row.slips, state="unknown", why="the terminal stopped")
                )

    async def watch(self) -> None:
        """Follow the clock, for ever: a new day begins, businesses open and close."""
        while True:
            await asyncio.sleep(TICK_SECONDS)
            await self.tick()

    async def tick(self) -> None:
        """Look at the clock once. Raises `QueueClosedError`."""
        async with self._one_step:
            await self._begin_day()
        letters = frozenset(one.letter for one in self.settings.business if self.closed(one) is None)
        if letters != self._open_letters:
            self._open_letters = letters
            self._tell()

    async def aclose(self) -> None:
        """Finish every step that was begun. Of a slip on its way nobody knows what becomes: the next start says so."""
        for task in self._prints:
            task.cancel()
        while self._tasks or self._prints:
            await asyncio.wait({*self._tasks, *self._prints})

    # For residents

    async def give(self, letter: str, *, priority: bool = False, id_number: str = "") -> TicketRow:
        """A ticket, on disk. It belongs to the day on which it is given, whenever it was asked for. Nobody is called
        for whom nobody waited here any more when the number was there. Of `id_number`, where that was asked for, a
        keyed hash is kept.

        Raises `NoNumberError`, `HasTicketError`, `QueueClosedError`.
        """
        business = self.settings.of(letter)
        if business is None:
            raise ValueError(f"nobody queues for {letter}")
        giving = self._start(self._give(business, priority, id_number))
        try:
            return await asyncio.shield(giving)
        except asyncio.CancelledError:
            giving.add_done_callback(self._given_to_nobody)
            raise

    async def _give(self, business: Business, priority: bool, id_number: str) -> TicketRow:
        async with self._one_step:
            await self._begin_day()
            person = self._ledger.person_hash(f"ticket {business.letter}", self._date, id_number) if id_number else ""
            if person and (had := next((row for row in self._rows.values() if row.person == person), None)):
                raise HasTicketError(had)
            if why := self.closed(business):
                raise NoNumberError(why)
            number = self._number(business.letter)
            await self._announce(business.letter, number)
            return await self._happened(
                ev.TicketGiven(
                    matter=secrets.token_hex(8),
                    letter=business.letter,
                    number=number,
                    business_date=self._date,
                    priority=priority and business.priority,
                    place=self._place + 1,
                    person=person,
                    hash_key=self._ledger.hash_key_id if person else "",
                    at_ms=self._now_ms(),
                )
            )

    def _given_to_nobody(self, giving: "asyncio.Task[TicketRow]") -> None:
        if not giving.cancelled() and giving.exception() is None and not self.broken:
            self._start(self._step(ev.TicketLapsed(matter=giving.result().matter, at_ms=self._now_ms())))

    def print_slip(
        self, ticket_id: str, printer: ReceiptPrinter[msgspec.Struct], make: SlipMaker
    ) -> "asyncio.Task[TicketSlip]":
        """Print the slip of a ticket; marked as a reprint where one may be out already. The task goes on when nobody
        waits for it any more; it raises `QueueClosedError` when the print cannot be recorded."""
        task = asyncio.create_task(self._print(ticket_id, printer, make))
        self._prints.add(task)
        task.add_done_callback(self._ended)
        return task

    # For clerks

    async def do(self, wish: Wish) -> TicketRow:
        """What a clerk wants; the ticket that it comes to. By the hub, which sees the whole hall, while it answers.

        Raises `RefusedError` and `QueueClosedError`.
        """
        if self.hall is not None and self.hall.answers:
            return await self.hall.do(wish)

        async def step() -> TicketRow:
            decided = decide(self.rows, wish, self.settings, self._now_ms())
            if decided.why is None:
                return await self._happened(*decided.events)
            if decided.events:
                await self._happened(*decided.events)
            raise RefusedError(decided.why)

        return await self._whole(step)

    # The same, one by one. `seen` is the number that a clerk sees at the window (nothing: an empty one): where it is
    # another one by now somebody pressed before, and nothing is done.

    async def next(self, window: int, seen: str | None = None) -> TicketRow:
        """Finish what is at the window, and call the next."""
        return await self.do(QueueNext(window=window, seen=seen))

    async def recall(self, window: int, seen: str | None = None) -> TicketRow:
        """Call once more; a ticket that was called often enough is skipped instead."""
        return await self.do(QueueRecall(window=window, seen=seen))

    async def no_show(self, window: int, seen: str | None = None) -> TicketRow:
        """Nobody came."""
        return await self.do(QueueNoShow(window=window, seen=seen))

    async def finish(self, window: int, seen: str | None = None) -> TicketRow:
        """Done with it."""
        return await self.do(QueueFinish(window=window, seen=seen))

    async def transfer(self, window: int, letter: str, seen: str | None = None) -> TicketRow:
        """To the head of another business, the number kept."""
        return await self.do(QueueTransfer(window=window, to=letter, seen=seen))

    async def come_back(self, number: str) -> TicketRow:
        """Somebody who was skipped is here after all."""
        return await self.do(QueueComeBack(number=number))

    async def obey(self, event: ev.TicketEvent) -> bool:
        """Record what the hub decided about a ticket of this terminal; False where it no longer fits, and then nothing
        is done. Raises `QueueClosedError`."""

        async def step() -> TicketRow:
            row = self._rows.get(event.matter)
            if (
                row is not None
                and isinstance(event, ev.TicketCalled)
                and event.turn in (call.turn for call in row.calls)
            ):
                return row  # its answer was lost
            return await self._happened(event)

        try:
            await self._whole(step)
        except ImpossibleEventError:
            return False
        return True

    # Inside

    async def _whole(self, step: Callable[[], Awaitable[TicketRow]]) -> TicketRow:
        """One step of the day after the other, each to its end although nobody waits for it any more."""

        async def alone() -> TicketRow:
            async with self._one_step:
                await self._begin_day()
                return await step()

        return await asyncio.shield(self._start(alone()))

    def _start(self, work: Coroutine[Any, Any, T]) -> "asyncio.Task[T]":
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: "asyncio.Task[Any]") -> None:
        self._tasks.discard(task)
        self._prints.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None and not isinstance(error, _EXPECTED):
            log.error("a step of the queue failed", exc_info=error)
        self._tell()

    async def _announce(self, letter: str, number: int) -> None:
        marks = self._marks
        if marks is None:
            raise RuntimeError("the desk was not opened")
        try:
            await asyncio.to_thread(marks.announce, letter, self._date, number)
        except OSError as error:
            raise self._break(error) from error

    async def _begin_day(self) -> None:
        """Go to the tickets of today, if they are not the ones at hand; whoever still waits since then has gone."""
        today = self._local().date().isoformat()
        if self._date == today:
            return
        try:
            rows = await self._ledger.matters(TicketRow, business_date=today)
            left = [row for state in UNENDED for row in await self._ledger.matters(TicketRow, state=state)]
        except (LedgerError, OSError) as error:
            raise self._break(error) from error
        self._yesterday, self._rows = self._rows, {}
        self._date, self._last, self._place = today, {}, 0
        self._others, self._together = {}, None
        for row in rows:
            self._keep(row)
        past = [row for row in left if row.business_date < today]
        if past:
            lapsed = [ev.TicketLapsed(matter=row.matter, at_ms=self._now_ms()) for row in past]
            await self._record(*lapsed)
            self._yesterday |= {row.matter: evolve(row, event) for row, event in zip(past, lapsed, strict=True)}
        self._tell()

    async def _happened(self, *events: ev.TicketEvent) -> TicketRow:
        """Record events of different tickets of today; the row of the last."""
        rows = [evolve(self._rows.get(event.matter), event) for event in events]
        await self._record(*events)
        for row in rows:
            self._keep(row)
        self._tell()
        return rows[-1]

    async def _record(self, *events: ev.TicketEvent) -> None:
        if self.broken:
            raise QueueClosedError
        name = type_of(events[-1])
        self._observe(f"before record {name}")
        try:
            await self._ledger.note(*events)
        except (LedgerError, OSError) as error:
            raise self._break(error) from error
        self._observe(f"after record {name}")

    def _break(self, error: Exception) -> QueueClosedError:
        if not self.broken:
            self.broken = True
            log.error("the queue is closed: %s", error)
            self._on_broken()
        return QueueClosedError(str(error))

    def _tell(self) -> None:
        for listener in list(self._listeners):
            listener()

    async def _print(self, ticket_id: str, printer: ReceiptPrinter[msgspec.Struct], make: SlipMaker) -> TicketSlip:
        async with self._printing.setdefault(ticket_id, asyncio.Lock()):
            row = self._rows.get(ticket_id) or self._yesterday[ticket_id]
            slip = make(row, reprint=row.maybe_out)
            p = row.slips + 1
            begun = ev.TicketPrinting(matter=ticket_id, p=p, reprint=row.maybe_out, at_ms=self._now_ms())
            await self._step(begun)
            self._observe("before effect Print")
            outcome = await self._printed(printer, slip)
            self._observe("after effect Print")
            match outcome:
                case Printed():
                    ended = ev.TicketPrinted(matter=ticket_id, p=p, state="printed")
                case NotPrinted(reason=reason):
                    ended = ev.TicketPrinted(matter=ticket_id, p=p, state="not_printed", why=reason)
                case PrintUnknown(why=why):
                    ended = ev.TicketPrinted(matter=ticket_id, p=p, state="unknown", why=why)
            return (await self._step(ended)).slip

    async def _step(self, event: ev.TicketEvent) -> TicketRow:
        """Record what happened to a ticket, though its day may have ended meanwhile."""

        async def step() -> TicketRow:
            async with self._one_step:
                if event.matter in self._rows:
                    return await self._happened(event)
                row = evolve(self._yesterday.get(event.matter), event)
                await self._record(event)
                self._yesterday[event.matter] = row
                return row

        return await asyncio.shield(self._start(step()))

    async def _printed(self, printer: ReceiptPrinter[msgspec.Struct], slip: Slip) -> PrintOutcome:
        try:
            return await within(self.settings.print_limit_seconds, printer.print(slip))
        except TimeoutError:
            return PrintUnknown("no answer within the limit")
        except Exception as error:
            log.exception("printing failed")
            return PrintUnknown(f"{type(error).__name__}")
