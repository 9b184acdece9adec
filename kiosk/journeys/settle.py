"""Paying, shared by every paid journey: how to pay, the payment itself, the truth about it, and the slip.

A settlement only watches its order and tells the resident: the order goes on alone when the visit ends.
"""

import asyncio
from typing import Literal

from kiosk.devices.payment import Step
from kiosk.journeys.at_the_card import CardDesk
from kiosk.journeys.journey import End
from kiosk.journeys.methods import ANY_CODE, chosen, offered, scans
from kiosk.journeys.paper import Slips
from kiosk.journeys.pay_code import OTHER, SCANNED, PayCode
from kiosk.orders.orders import Orders
from kiosk.orders.runner import Running
from kiosk.orders.steps import Method as OrderMethod
from kiosk.protocol.order.rows import AttemptRow, Rows
from kiosk.protocol.order.truth import advice, anything_taken, needs_staff, telling, truth
from kiosk.services import Services, trouble
from kiosk.text.catalogue import Said
from kiosk.views.common import NextStep, Notice, Outcome, Working
from kiosk.views.payment import AtReader, ChooseMethod, ScanToPay, ShowPayCode, UnfinishedOrder
from kiosk.views.view import View
from kiosk.visit import Visit

CAN_STOP = frozenset({"waiting", "present_card", "enter_pin"})
"""Before the bank is asked, a resident may still change their mind at the reader."""

EARLIER_SECONDS = 3.0
"""How long a resident waits for an earlier order that may be finished in a moment."""

RETURN_SECONDS = 10.0
"""How long the end screen waits for late money to be back before it prints that it is not: one slip, not two."""

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


async def ask_method(visit: Visit, services: Services, amount_fen: int) -> tuple[OrderMethod, ...] | None:
    """How to pay, as `methods.chosen` has it, after saying so when no slip can be printed. None: the resident would
    rather not."""
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
    channel = await visit.ask(ChooseMethod(amount_fen=amount_fen, methods=offered(services)))
    return chosen(services, channel) or None


async def finish_earlier(visit: Visit, services: Services, number: str) -> End | None:
    """Tell of an unfinished order of this account and offer its slip, also where it was finished just now.

    None when there is none, or none any more that took money.
    """
    orders = services.orders()
    running = await visit.wait_for(_unfinished(orders, number), saying="working.earlier")
    if orders is None or running is None:
        return None
    visit.no_way_back()
    with Slips(services, orders, running, visit) as slips:
        while True:
            running = slips.running
            running.seen()
            rows = running.rows
            view: View = _outcome(
                running, slips
            )  # it was finished by the resident's coming, or while they were reading
            if not rows.order.closed:
                view = UnfinishedOrder(
                    order_no=rows.order.order_no,
                    amount_fen=rows.order.due_fen,
                    lines=telling(rows),
                    saying="staff" if needs_staff(rows) else "finishing" if anything_taken(rows) else "cancelling",
                    slip_state=slips.shown_state,
                    slip_problem=slips.shown_problem,
                    can_print=slips.can_print,
                    photo_code=rows.order.order_no if slips.photograph else None,
                )
            answer = await visit.ask_until(view, slips.news())
            if answer == "print":
                slips.print()
            elif answer is not None:
                return "goodbye" if answer == "done" else "home"


class Settlement:
    """One payment at the screen."""

    def __init__(
        self, visit: Visit, services: Services, orders: Orders, running: Running, *, step: int, of: int
    ) -> None:
        self._visit = visit
        self._services = services
        self._slips = Slips(services, orders, running, visit)
        self._step = step
        self._of = of
        self._code = PayCode(visit, services)
        self._chosen = True
        self._reader_lost_at: float | None = None

    @property
    def _running(self) -> Running:
        return self._slips.running

    async def run(self, ways: tuple[OrderMethod, ...] | None) -> End:
        """Pay, unless it is free, see to the card that the goods go onto, and tell how it ended."""
        with self._slips:
            try:
                if ways is not None:
                    self._begin(ways)
                stem = await self._pay()
                if stem is None:
                    await self._load()
            finally:
                self._running.leave()  # nothing can be paid from the screens that follow
            return await (self._nothing_happened(stem) if stem else self._tell())

    async def finish(self) -> End:
        """Of an earlier order: what its card is owed comes onto the card that is in the reader now."""
        with self._slips:
            await self._load()
            return await self._tell()

    async def _load(self) -> None:
        if self._running.rows.order.card_hash:
            self._visit.at(self._of, self._of, "step.load")
            await CardDesk(self._visit, self._services, self._slips).load()

    async def _pay(self) -> str | None:
        """Until there is a truth to tell. A message stem instead where the company refused before any payment."""
        since = self._now()
        while True:
            view, rows = self._seen(), self._running.rows
            if rows.order.state in ("refused", "cancelling", "cancelled") and not rows.attempts:
                top_up = rows.order.kind == "smart_meter" or rows.order.card_hash
                words = TOP_UP_REFUSED_AT_OPENING if top_up else REFUSED_AT_OPENING
                return words.get(rows.order.why, "notice.not_now")
            if view is None:
                return None
            if isinstance(view, Working):
                left = since + self._visit.settings.patience_seconds - self._now()
                if left <= 0:
                    return "notice.company_away" if rows.order.state == "opening" else None
                await self._visit.ask_until(view, self._slips.news(left))
                continue
            patience = self._patience_with(view, rows)
            if patience is not None and patience <= 0:
                return None
            back = isinstance(view, ChooseMethod)  # the others have a way back of their own, or none
            if isinstance(view, ShowPayCode) and self._code.wanted:
                answer = await self._code.ask(self._seen, self._slips.news)
            else:
                answer = await self._visit.ask_until(view, self._slips.news(patience), back=back)
            since = self._now()
            if answer is None:
                continue
            if answer == OTHER:
                continue  # the page says so
            if answer == SCANNED and (shown := self._code.take()) is not None:
                self._running.pay_with(shown)
            elif isinstance(view, ShowPayCode) and self._code.wanted:
                self._chosen = False
                self._code.forget()
            elif isinstance(view, ScanToPay | AtReader | ShowPayCode):
                self._chosen = False
                self._running.stop_paying()
            elif ways := chosen(self._services, answer):
                self._begin(ways)
            else:
                return None

    def _begin(self, ways: tuple[OrderMethod, ...]) -> None:
        self._chosen = True
        if not self._code.needs(ways):
            self._running.pay_with(ways[0])

    def _seen(self) -> View | None:
        """The page for the order as it stands; None once there is only to tell how it ended."""
        self._running.seen()
        return self._view(self._running.rows)

    def _view(self, rows: Rows) -> View | None:
        order = rows.order
        amount = order.due_fen
        if self._running.broken or order.closed or order.owed:
            return None
        if order.state == "opening":
            return Working(saying="working.opening")
        if rows.live:
            return self._live_view(rows.live)
        if order.state == "open" and amount == 0:
            return Working(saying="working.opening")
        if order.state == "open" and rows.captured_fen == 0 and not rows.manual:
            if self._chosen and self._running.undecided:
                return Working(saying="working.preparing_payment")
            if not self._running.present:
                return None
            if codes := self._code.wanted:
                return self._show_code(codes[0].channel if len(codes) == 1 else ANY_CODE, amount, "show")
            return ChooseMethod(
                amount_fen=amount, methods=offered(self._services), remark=_remark(rows, self._running.not_ready)
            )
        if order.state in ("open", "delivering", "held") and rows.captured_fen >= amount:
            return Working(saying="working.telling_company", amount_fen=amount)
        if rows.captured_fen and order.state in ("open", "cancelling", "cancelled") and not needs_staff(rows):
            return Working(saying="working.returning", amount_fen=rows.captured_fen)
        return None

    def _live_view(self, attempt: AttemptRow) -> View:
        if attempt.state == "sent":
            return Working(saying="working.preparing_payment")
        if attempt.channel == "card" and attempt.why not in ("no_answer", "restart"):
            return self._at_reader(attempt)
        offer = self._running.offer
        on_offer = attempt.state == "open" and self._chosen and self._running.show_left(attempt) > 0
        if on_offer and scans(self._services, attempt.device):
            return self._show_code(attempt.channel, attempt.amount_fen, "confirm")
        if on_offer and offer:
            return ScanToPay(
                channel=attempt.channel,
                amount_fen=attempt.amount_fen,
                code=offer.text,
                until_ms=attempt.show_until_ms,
                other_methods=len(self._services.devices.methods) > 1,
            )
        begun = attempt.state == "open" and offer is None
        saying = "working.preparing_payment" if begun else "working.checking_payment"
        return Working(saying=saying, amount_fen=attempt.amount_fen)

    def _show_code(self, channel: str, amount_fen: int, step: Literal["show", "confirm"]) -> ShowPayCode:
        others = len(self._services.devices.methods) > 1
        problem = "problem.no_pay_code" if self._code.strange else None
        return ShowPayCode(channel=channel, amount_fen=amount_fen, step=step, other_methods=others, problem=problem)

    def _at_reader(self, attempt: AttemptRow) -> AtReader:
        step = self._running.progress if isinstance(self._running.progress, Step) else Step("waiting")
        stopping = attempt.state == "closing" or not self._chosen
        return AtReader(
            channel=attempt.channel,
            amount_fen=attempt.amount_fen,
            step="stopping" if stopping and step.key in CAN_STOP else step.key,
            can_stop=not stopping and step.key in CAN_STOP,
            other_methods=len(self._services.devices.methods) > 1,
        )

    def _patience_with(self, view: View, rows: Rows) -> float | None:
        """How long to show a view, in seconds, before there is nothing to tell but the truth; None: for ever."""
        if rows.live is None:
            return None
        shown = self._running.show_left(rows.live)
        if not isinstance(view, AtReader):
            return max(shown, 0.01)  # then it is no more on offer
        patience = self._visit.settings.patience_seconds
        if trouble(self._services.devices.health(rows.live.device)) is None:
            self._reader_lost_at = None
            return shown + patience
        if self._reader_lost_at is None:
            self._reader_lost_at = self._now()
        return min(shown, self._reader_lost_at - self._now()) + patience

    async def _tell(self) -> End:
        self._visit.at(self._of, self._of, "step.result")
        said = advice(self._running.rows)
        print_at = self._now()
        while True:
            self._running.seen()
            rows = self._running.rows
            if (now_said := advice(rows)) != said:
                said = now_said
                print_at = self._now() + (RETURN_SECONDS if said == "not_finished" else 0)
            left = print_at - self._now()
            if left <= 0:
                self._print_by_itself(rows)
            view = _outcome(self._running, self._slips)
            match await self._visit.ask_until(view, self._slips.news(left if left > 0 else None)):
                case "print":
                    self._slips.print()
                case "done" | "another" as answer:
                    rows = self._running.rows
                    self._print_by_itself(rows)  # nobody leaves without the slip that was held back
                    if advice(rows) == "done":
                        service = "gas_card" if rows.order.card_hash else rows.order.kind
                        self._visit.served(service, rows.order.order_no)
                    return "goodbye" if answer == "done" else "home"
                case _:
                    pass

    def _print_by_itself(self, rows: Rows) -> None:
        told = advice(rows)
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
        next_step=_next_step(rows),
        still_working=told == "not_finished" and not running.broken and not needs_staff(rows),
        take_card=running.progress == Step("remove_card"),
    )


def _next_step(rows: Rows) -> NextStep:
    if rows.order.state != "delivered":
        return "none"
    return "take_gas_card" if rows.order.card_hash else "press_key" if rows.order.kind == "smart_meter" else "none"


def _remark(rows: Rows, not_ready: OrderMethod | None) -> Said | None:
    if not_ready:
        return Said("remark.not_ready", keys={"channel": f"channel.{not_ready.channel}"})
    if not rows.attempts:
        return None
    attempt = rows.attempts[-1]
    keys = {"channel": f"channel.{attempt.channel}"}
    match attempt.why, attempt.proof:
        case _, "reversed":
            return Said("remark.reversed", keys=keys)
        case _, "cancelled":
            return Said("remark.stopped")
        case _, "not_possible":
            return Said("remark.not_possible", keys=keys)
        case _, "refused":
            return Said("remark.declined", keys=keys)
        case "timeout", _:
            return Said("remark.timeout")
        case "stopped", "closed":
            return Said("remark.closed")
        case ("no_answer", _) | ("", "never_arrived"):
            return Said("remark.no_answer", keys=keys)
        case _:
            return Said("remark.stopped")


async def _paper_problem(services: Services) -> str | None:
    return trouble(services.devices.health(services.devices.printer.name))


async def _unfinished(orders: Orders | None, number: str) -> Running | None:
    """The account's order that was not finished when the resident came, after one more try and a moment."""
    running = orders.unfinished(number) if orders else None
    if running is None:
        return None
    running.nudge()
    try:
        async with asyncio.timeout(EARLIER_SECONDS):
            await running.closed.wait()
    except TimeoutError:
        return running
    return running if anything_taken(running.rows) else None
