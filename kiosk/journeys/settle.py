"""Paying, shared by every paid journey: how to pay, the payment itself, the truth about it, and the slip.

A settlement only watches its order and tells the resident: the order goes on alone when the visit ends.
"""

import asyncio
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

from kiosk.devices.health import Health
from kiosk.devices.payment import Step
from kiosk.journeys.journey import End
from kiosk.orders.machine import Method as OrderMethod
from kiosk.orders.orders import Orders
from kiosk.orders.private import Private
from kiosk.orders.receipt import receipt
from kiosk.orders.rows import AttemptRow, PrintState, Rows
from kiosk.orders.runner import Running
from kiosk.orders.truth import anything_taken, needs_staff, telling, truth
from kiosk.services import Services, trouble
from kiosk.slips.slip import Slip
from kiosk.text.catalogue import Said, catalogue
from kiosk.views.common import Notice, Outcome, SlipState, Working
from kiosk.views.payment import AtReader, ChooseMethod, Method, ScanToPay, UnfinishedOrder
from kiosk.views.view import View
from kiosk.visit import Visit

CAN_STOP = frozenset({"waiting", "present_card", "enter_pin"})
"""Before the bank is asked, a resident may still change their mind at the reader."""

EARLIER_SECONDS = 3.0
"""How long a resident waits for an earlier order that may be finished in a moment."""

REFUSED_AT_OPENING = {
    "quote_expired": "notice.bill_changed",
    "quote_changed": "notice.bill_changed",
    "already_paid": "notice.already_paid",
    "nothing_owed": "notice.already_paid",
    "account_busy": "notice.account_busy",
}
TOP_UP_REFUSED_AT_OPENING = {
    "quote_expired": "notice.top_up_changed",
    "quote_changed": "notice.top_up_changed",
    "outside_limits": "notice.limits_changed",
    "account_busy": "notice.account_busy",
}


async def ask_method(visit: Visit, services: Services, amount_fen: int) -> OrderMethod | None:
    """How to pay, after saying so when no slip can be printed. None: the resident would rather not."""
    paper = await visit.wait_for(_paper_problem(services), saying="working.looking_up")
    if paper is not None:
        orders = services.orders()
        may_go_on = orders is None or orders.world.settings.without_paper == "ask"
        notice = Notice(
            picture="paper",
            title="notice.no_paper.title",
            body=Said("notice.no_paper.body" if may_go_on else "notice.no_paper.stop", keys={"reason": paper}),
            primary="button.go_on" if may_go_on else "button.home",
            secondary="button.home" if may_go_on else None,
        )
        if await visit.ask(notice) == "secondary" or not may_go_on:
            return None
    channel = await visit.ask(ChooseMethod(amount_fen=amount_fen, methods=_offered(services)))
    return _chosen(services, channel)


async def finish_earlier(visit: Visit, services: Services, number: str) -> End | None:
    """Tell of an unfinished order of this account and offer its slip; None when there is none (any more)."""
    orders = services.orders()
    running = await visit.wait_for(_unfinished(orders, number), saying="working.earlier")
    if orders is None or running is None:
        return None
    visit.no_way_back()
    with Slips(services, orders, running, visit) as slips:
        while True:
            running.seen()
            rows = running.rows
            view: View = _outcome(running, slips)  # it was finished while the resident was reading
            if not rows.order.closed:
                view = UnfinishedOrder(
                    order_no=rows.order.order_no,
                    amount_fen=rows.order.due_fen,
                    lines=telling(rows),
                    slip_state=slips.shown_state,
                    slip_problem=slips.shown_problem,
                    can_print=slips.can_print,
                    photo_code=rows.order.order_no if slips.photograph else None,
                )
            answer = await visit.ask_until(view, slips.news(None))
            if answer == "print":
                slips.print()
            elif answer is not None:
                return "goodbye" if answer == "done" else "home"


class Slips:
    """Printing the slip of one order while its screen goes on. A context manager: it watches the devices meanwhile."""

    def __init__(self, services: Services, orders: Orders, running: Running, visit: Visit) -> None:
        self._services = services
        self._orders = orders
        self._running = running
        self._visit = visit
        self._task: asyncio.Task[PrintState] | None = None
        self.told = ""
        """The truth that the last slip told."""
        self._health = asyncio.Event()
        self._recovered = False
        """Whether the printer was well again after the last slip."""
        self._unsubscribe: Callable[[], None] = lambda: None

    def __enter__(self) -> Self:
        self._unsubscribe = self._services.devices.subscribe(self._health_changed)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._unsubscribe()

    def _health_changed(self, name: str, health: Health) -> None:
        if name == self._services.devices.printer.name:
            self._recovered = trouble(health) is None
        self._health.set()

    def make(self, rows: Rows, private: Private, *, reprint: bool) -> Slip:
        """The slip as things stand, in the visit's language."""
        language = self._visit.language
        return receipt(
            rows,
            private,
            catalogue(language),
            self._services.issuer(language),
            self._services.now_ms(),
            reprint=reprint,
        )

    def print(self) -> None:
        """Begin to print, unless a slip is on its way already."""
        if self._task is None or self._task.done():
            self.told = truth(self._running.rows)
            self._recovered = False
            self._task = self._orders.print_slip(self._running, self._services.devices.printer, self.make)

    def preview(self) -> Slip | None:
        """The slip to draw on the screen."""
        if self._running.private is None:
            return None
        return self.make(self._running.rows, self._running.private, reprint=False)

    @property
    def problem(self) -> str | None:
        """Why no slip came out or can come out, as a message key."""
        if self._running.broken:
            return "reason.money_closed"
        if reason := self._printer_trouble():
            return reason
        last = self._running.rows.prints[-1] if self._running.rows.prints else None
        if last and last.state == "not_printed" and not self.printing and not self._recovered:
            return f"reason.{last.why}"
        return None

    @property
    def printing(self) -> bool:
        """Whether a slip is on its way."""
        return self._task is not None and not self._task.done()

    @property
    def can_print(self) -> bool:
        """Whether a slip may be asked for now."""
        if self.printing or self._running.broken or self._running.private is None:
            return False
        return self._printer_trouble() is None

    @property
    def state(self) -> SlipState:
        """What became of the last slip."""
        if self.printing:
            return "printing"
        prints = self._running.rows.prints
        match prints[-1].state if self.told and prints else None:
            case None:
                return "none"
            case "intended":
                return "unknown"
            case state:
                return state

    @property
    def shown_state(self) -> SlipState:
        """The state to tell: where none was printed and none can be, that."""
        return "not_printed" if self._impossible else self.state

    @property
    def shown_problem(self) -> str | None:
        """What to tell of the printer: nothing while the slip in hand is the last word."""
        return self.problem if self.state != "printed" else None

    @property
    def photograph(self) -> bool:
        """Whether the resident should photograph the order's code, having no paper."""
        return self._impossible or self.state in ("not_printed", "unknown")

    @property
    def _impossible(self) -> bool:
        return self.state in ("none", "not_printed") and self.problem is not None

    async def news(self, patience: float | None) -> None:
        """Wait until the order, the slip or a device changed, at most `patience` seconds."""
        self._health.clear()
        waits: set[asyncio.Future[Any]] = {
            asyncio.ensure_future(self._running.change()),
            asyncio.ensure_future(self._health.wait()),
        }
        if self._task is not None and not self._task.done():
            waits.add(self._task)
        try:
            await asyncio.wait(waits, timeout=patience, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits - {self._task}:
                wait.cancel()

    def _printer_trouble(self) -> str | None:
        devices = self._services.devices
        return trouble(devices.health(devices.printer.name))


class Settlement:
    """One payment at the screen."""

    def __init__(
        self, visit: Visit, services: Services, orders: Orders, running: Running, *, step: int, of: int
    ) -> None:
        self._visit = visit
        self._services = services
        self._running = running
        self._slips = Slips(services, orders, running, visit)
        self._step = step
        self._of = of
        self._chosen = True

    async def run(self, method: OrderMethod) -> End:
        """Pay, and tell how it ended."""
        with self._slips:
            try:
                self._running.pay_with(method)
                stem = await self._pay()
            finally:
                self._running.leave()  # nothing can be paid from the screens that follow
            return await (self._nothing_happened(stem) if stem else self._tell())

    async def _pay(self) -> str | None:
        """Until there is a truth to tell. A message stem instead where the company refused before any payment."""
        since = self._now()
        stopping = False
        while True:
            self._running.seen()
            rows = self._running.rows
            if rows.order.state in ("refused", "cancelling", "cancelled") and not rows.attempts:
                words = TOP_UP_REFUSED_AT_OPENING if rows.order.kind == "smart_meter" else REFUSED_AT_OPENING
                return words.get(rows.order.why, "notice.not_now")
            view = self._view(rows)
            if view is None:
                return None
            if isinstance(view, AtReader) and view.step == "stopping" and not stopping:
                since = self._now()
            stopping = isinstance(view, AtReader) and view.step == "stopping"
            if isinstance(view, Working) or stopping:
                left = since + self._visit.settings.patience_seconds - self._now()
                if left <= 0:
                    return "notice.company_away" if rows.order.state == "opening" else None
                await self._visit.ask_until(view, self._slips.news(left))
                continue
            answer = await self._visit.ask_until(view, self._slips.news(self._until_shown(rows)), back=True)
            since = self._now()
            if answer is None:
                continue
            if isinstance(view, ScanToPay | AtReader):
                self._chosen = False
                self._running.stop_paying()
            elif (method := _chosen(self._services, answer)) is not None:
                self._chosen = True
                self._running.pay_with(method)
            else:
                return None

    def _view(self, rows: Rows) -> View | None:
        order = rows.order
        amount = order.due_fen
        if self._running.broken or order.closed:
            return None
        if order.state == "opening":
            return Working(saying="working.opening")
        if rows.live:
            return self._live_view(rows.live)
        if order.state == "open" and rows.captured_fen == 0 and not rows.manual:
            if self._chosen and self._running.undecided:
                return Working(saying="working.preparing_payment")
            if not self._running.present:
                return None
            return ChooseMethod(
                amount_fen=amount, methods=_offered(self._services), remark=_remark(rows, self._running.not_ready)
            )
        if order.state in ("open", "delivering", "held") and rows.captured_fen >= amount:
            return Working(saying="working.telling_company", amount_fen=amount)
        if rows.captured_fen and order.state in ("open", "cancelling", "cancelled") and not needs_staff(rows):
            return Working(saying="working.returning", amount_fen=rows.captured_fen)
        return None

    def _live_view(self, attempt: AttemptRow) -> View:
        if attempt.state == "sent":
            return Working(saying="working.preparing_payment")
        if isinstance(step := self._running.progress, Step) and attempt.why not in ("no_answer", "restart"):
            return self._at_reader(attempt, step)
        offer = self._running.offer
        if attempt.state == "open" and offer and self._chosen and self._services.now_ms() < attempt.show_until_ms:
            return ScanToPay(
                channel=attempt.channel,
                amount_fen=attempt.amount_fen,
                code=offer.text,
                until_ms=attempt.show_until_ms,
                other_methods=len(self._services.devices.methods) > 1,
            )
        return Working(saying="working.checking_payment", amount_fen=attempt.amount_fen)

    def _at_reader(self, attempt: AttemptRow, step: Step) -> AtReader:
        stopping = attempt.state == "closing" or not self._chosen
        return AtReader(
            channel=attempt.channel,
            amount_fen=attempt.amount_fen,
            step="stopping" if stopping and step.key in CAN_STOP else step.key,
            can_stop=not stopping and step.key in CAN_STOP,
            other_methods=len(self._services.devices.methods) > 1,
        )

    def _until_shown(self, rows: Rows) -> float | None:
        if rows.live is None:
            return None
        return max((rows.live.show_until_ms - self._services.now_ms()) / 1000, 0.0)

    async def _tell(self) -> End:
        self._visit.at(self._of, self._of, "step.result")
        while True:
            self._running.seen()
            self._print_by_itself(self._running.rows)
            answer = await self._visit.ask_until(_outcome(self._running, self._slips), self._slips.news(None))
            match answer:
                case "print":
                    self._slips.print()
                case "done":
                    return "goodbye"
                case "another":
                    return "home"
                case _:
                    pass

    def _print_by_itself(self, rows: Rows) -> None:
        told = truth(rows)
        worth_it = told == "done" or anything_taken(rows)
        if worth_it and told != self._slips.told and self._slips.can_print:
            self._slips.print()

    async def _nothing_happened(self, stem: str) -> End:
        notice = Notice(picture="clock", title=f"{stem}.title", body=Said(f"{stem}.body"), primary="button.home")
        await self._visit.ask(notice)
        return "home"

    def _now(self) -> float:
        return asyncio.get_running_loop().time()


def _outcome(running: Running, slips: Slips) -> Outcome:
    rows = running.rows
    told = truth(rows)
    return Outcome(
        truth=told,
        amount_fen=rows.order.due_fen,
        lines=telling(rows),
        order_no=rows.order.order_no,
        slip=slips.preview() if slips.state in ("printing", "printed") else None,
        slip_state=slips.shown_state,
        slip_problem=slips.shown_problem,
        can_print=slips.can_print,
        photo_code=rows.order.order_no if slips.photograph else None,
        next_step="press_key" if told == "done" and rows.order.kind == "smart_meter" else "none",
        still_working=told == "not_finished" and not running.broken and not needs_staff(rows),
        take_card=isinstance(running.progress, Step),
    )


def _remark(rows: Rows, not_ready: OrderMethod | None) -> Said | None:
    if not_ready:
        return Said("remark.not_ready", keys={"channel": f"channel.{not_ready.channel}"})
    if not rows.attempts:
        return None
    attempt = rows.attempts[-1]
    keys = {"channel": f"channel.{attempt.channel}"}
    match attempt.why, attempt.proof:
        case _, "cancelled":
            return Said("remark.stopped")
        case _, "refused":
            return Said("remark.declined", keys=keys)
        case "timeout", _:
            return Said("remark.timeout")
        case ("no_answer", _) | ("", "never_arrived"):
            return Said("remark.no_answer", keys=keys)
        case _:
            return Said("remark.stopped")


def _offered(services: Services) -> tuple[Method, ...]:
    devices = services.devices
    return tuple(
        Method(channel=method.channel, paused=method_trouble(services, method.name)) for method in devices.methods
    )


def method_trouble(services: Services, device: str) -> str | None:
    """Why a way to pay cannot be offered now, as a message key; None when it can."""
    orders = services.orders()
    if orders is not None and orders.holder(device) is not None:
        return "reason.earlier_payment_unresolved"
    return trouble(services.devices.health(device))


def _chosen(services: Services, channel: str) -> OrderMethod | None:
    for method in services.devices.methods:
        if method.channel == channel:
            return OrderMethod(device=method.name, channel=method.channel, hold=method.hold)
    return None


async def _paper_problem(services: Services) -> str | None:
    return trouble(services.devices.health(services.devices.printer.name))


async def _unfinished(orders: Orders | None, number: str) -> Running | None:
    """The account's order that is not finished, even after a last try and a moment; None when there is none."""
    running = orders.unfinished(number) if orders else None
    if running is None:
        return None
    running.nudge()
    try:
        async with asyncio.timeout(EARLIER_SECONDS):
            await running.closed.wait()
    except TimeoutError:
        return running
    return None
