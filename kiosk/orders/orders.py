"""All orders of the terminal: begun, watched, recovered, printed. One door to the money path for journeys."""

import asyncio
import logging
from collections.abc import Callable
from datetime import UTC, datetime, tzinfo
from typing import Any, Protocol

import msgspec

from kiosk.devices.printer import PrintOutcome, PrintUnknown, ReceiptPrinter
from kiosk.ledger.errors import LedgerError
from kiosk.ledger.ledger import Ledger
from kiosk.ledger.seal import new_subject
from kiosk.orders import prints
from kiosk.orders.private import CardPrivate, Private, for_days, unseal
from kiosk.orders.runner import Running
from kiosk.orders.steps import WrongAnswerError
from kiosk.orders.within import within
from kiosk.orders.world import World
from kiosk.protocol import events as ev
from kiosk.protocol.matter import ImpossibleEventError
from kiosk.protocol.order.evolve import evolve
from kiosk.protocol.order.rows import PrintState, Rows
from kiosk.slips.slip import Slip

log = logging.getLogger(__name__)


class MoneyClosedError(Exception):
    """The ledger cannot be trusted at the moment: no order may begin."""


class AlreadyRunningError(Exception):
    """The account has an order that is not finished."""

    def __init__(self, running: Running) -> None:
        super().__init__(running.rows.order.order_no)
        self.running = running


class SlipMaker(Protocol):
    """Makes the slip of an order as things stand."""

    def __call__(self, rows: Rows, private: Private, *, reprint: bool) -> Slip: ...


class Orders:
    """See the module. Belongs to the engine's loop."""

    def __init__(self, ledger: Ledger, world: World, zone: tzinfo, on_broken: Callable[[], None]) -> None:
        """`on_broken` is called once when the ledger fails: money must close until it is opened anew."""
        self.ledger = ledger
        self.world = world
        self.broken = False
        self._zone = zone
        self._on_broken = on_broken
        self._running: dict[str, Running] = {}
        self._tasks: set[asyncio.Task[Any]] = set()
        self._beginning = asyncio.Lock()
        world.holder = self.holder

    async def recover(self) -> int:
        """Go on with every order that is not final, and watch the closed ones whose money may come late; how many."""
        since_ms = self.world.now_ms() - self.world.settings.late_watch_hours * 3_600_000
        unclosed = await self.ledger.unclosed()
        every = [*unclosed, *await self.ledger.watched(since_ms)]
        found = [Running(rows, await self._private(rows), self.world, present=False) for rows in every]
        self._running |= {running.rows.order.order_no: running for running in found}  # one may hold a device of another
        for running in found:
            await self._end_lost_prints(running)
            self._start(running)
        return len(unclosed)

    def unfinished(self, number: str) -> Running | None:
        """The order of this account that is not finished, if there is one."""
        account_hash = self.ledger.account_hash(number)
        for running in self._running.values():
            if running.rows.order.account_hash == account_hash and not running.rows.order.closed:
                return running
        return None

    def unfinished_card(self, card: str) -> Running | None:
        """The order of this gas card that is not finished, if there is one."""
        card_hash = self._card_hash(card)
        for running in self._running.values():
            if running.rows.order.card_hash == card_hash and not running.rows.order.closed:
                return running
        return None

    def holder(self, device: str, but: str = "") -> str | None:
        """The order, other than `but`, that a last-sale device has to be done with before it takes another, if any."""
        for order_no, running in self._running.items():
            if order_no != but and running.is_at(device):
                return order_no
        return None

    async def look_up(self, order_no: str) -> Running | None:
        """An order as it stands, for a screen that outlived the ledger it was begun with; None when there is none."""
        if running := self._running.get(order_no):
            return running
        try:
            rows = await self.ledger.order(order_no)
            return None if rows is None else Running(rows, await self._private(rows), self.world, present=False)
        except (LedgerError, OSError) as error:
            self._break(error)
            return None

    def nudge(self) -> None:
        """Try now whatever is waiting for its next try."""
        for running in self._running.values():
            running.nudge()

    async def all_closed(self) -> None:
        """Wait until every order is closed."""
        for running in list(self._running.values()):
            await running.closed.wait()

    async def begin(self, private: Private, language: str) -> Running:
        """Begin to pay for what the company quoted: durable before anyone is asked anything.

        Raises `AlreadyRunningError`, `MoneyClosedError`.
        """
        async with self._beginning:
            if self.broken:
                raise MoneyClosedError
            by_card = self.unfinished_card(private.card) if isinstance(private, CardPrivate) else None
            if earlier := self.unfinished(private.number) or by_card:
                raise AlreadyRunningError(earlier)
            now_ms = self.world.now_ms()
            sealed = for_days(private, new_subject(), now_ms, self.world.settings.private_days)
            try:
                order_no = await self.ledger.next_order_no()
                event = ev.OrderOpening(
                    order_no=order_no,
                    kind=private.kind,
                    subject=sealed.subject,
                    account_hash=self.ledger.account_hash(private.number),
                    hash_key=self.ledger.hash_key_id,
                    quote_id=private.quote.quote_id,
                    due_fen=private.quote.total_fen,
                    business_date=datetime.fromtimestamp(now_ms / 1000, UTC).astimezone(self._zone).date().isoformat(),
                    language=language,
                    at_ms=now_ms,
                    card_hash=self._card_hash(private.card) if isinstance(private, CardPrivate) else "",
                )
                rows = evolve(None, event)
                self.world.observe("before record menkou.order.opening.v1")
                await self.ledger.record(event, rows=rows, subject=sealed)
                self.world.observe("after record menkou.order.opening.v1")
            except (LedgerError, OSError) as error:
                self._break(error)
                raise MoneyClosedError from error
            running = Running(rows, private, self.world, present=True)
            self._start(running)
            return running

    def print_slip(
        self, running: Running, printer: ReceiptPrinter[msgspec.Struct], make: SlipMaker
    ) -> "asyncio.Task[PrintState]":
        """Print the slip of an order as things stand; what became of it. What was printed before is marked as reprint.

        The task goes on when nobody waits for it any more. It raises `MoneyClosedError` when the print cannot be
        recorded, `LookupError` when the sealed values are gone.
        """
        task = asyncio.create_task(self._print_in_turn(running, printer, make))
        self._tasks.add(task)
        task.add_done_callback(self._print_ended)
        return task

    async def _print_in_turn(
        self, running: Running, printer: ReceiptPrinter[msgspec.Struct], make: SlipMaker
    ) -> PrintState:
        async with running.printing:
            return await self._print(running, printer, make)

    async def _print(self, running: Running, printer: ReceiptPrinter[msgspec.Struct], make: SlipMaker) -> PrintState:
        if running.private is None:
            raise LookupError(f"the sealed values of order {running.rows.order.order_no} are gone")
        slip_row = prints.intended(running.rows, self.world.now_ms())
        slip = make(running.rows, running.private, reprint=slip_row.reprint)
        try:
            await running.commit(slip_row)
            self.world.observe("before effect Print")
            outcome = await self._printed(printer, slip)
            self.world.observe("after effect Print")
            await running.commit(prints.ended(slip_row.order_no, slip_row.p, outcome))
        except (LedgerError, OSError) as error:
            self._break(error)
            raise MoneyClosedError from error
        return running.rows.prints[slip_row.p - 1].state

    async def aclose(self) -> None:
        """Stop the tasks. What they were waiting for is asked again at the next start."""
        self._stop()
        if self._tasks:
            await asyncio.wait(self._tasks)

    async def _printed(self, printer: ReceiptPrinter[msgspec.Struct], slip: Slip) -> PrintOutcome:
        try:
            return await within(self.world.settings.print_limit_seconds, printer.print(slip))
        except TimeoutError:
            return PrintUnknown("no answer within the limit")
        except Exception as error:
            log.exception("printing failed")
            return PrintUnknown(f"the driver failed: {type(error).__name__}")

    def _print_ended(self, task: "asyncio.Task[PrintState]") -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.error("no slip: %s: %s", type(error).__name__, error)

    def _card_hash(self, card: str) -> str:
        return self.ledger.account_hash(f"card {card}")  # a card and an account may have the same digits

    async def _private(self, rows: Rows) -> Private | None:
        value = await self.ledger.private(rows.order.subject)
        if value is None:
            return None
        try:
            return unseal(value)
        except msgspec.MsgspecError:
            log.error("the sealed values of order %s cannot be read", rows.order.order_no)
            return None

    async def _end_lost_prints(self, running: Running) -> None:
        if lost := prints.lost(running.rows):
            await running.commit(*lost)

    def _start(self, running: Running) -> None:
        order_no = running.rows.order.order_no
        self._running[order_no] = running
        task = asyncio.create_task(running.run(), name=f"order {order_no}")
        self._tasks.add(task)
        task.add_done_callback(lambda done: self._ended(order_no, done))

    def _ended(self, order_no: str, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if task.cancelled():
            return
        error = task.exception()
        if isinstance(error, ImpossibleEventError | WrongAnswerError):  # a defect: it stands still alone
            log.critical("order %s stands still, the staff must look at it: %s", order_no, error)
            self._running[order_no].give_up()
        elif error:
            self._break(error)
        else:
            self._running.pop(order_no, None)

    def _break(self, error: BaseException) -> None:
        if not self.broken:
            self.broken = True
            log.error("money is closed: %s: %s", type(error).__name__, error)
            self._stop()
            self._on_broken()

    def _stop(self) -> None:
        """Nothing more leaves, and whoever watches an order is told."""
        for task in self._tasks - {asyncio.current_task()}:
            task.cancel()
        for running in self._running.values():
            running.give_up()
