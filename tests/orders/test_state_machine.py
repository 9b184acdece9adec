"""One order of the real runner against a channel and a company with books, in an order of mishaps that nobody chose.

The clock is the loop's own, and stands still but for what is waited for. `MENKOU_EXAMPLES` asks for more than usual.
"""

import asyncio
import os
import selectors
from collections.abc import Callable, Coroutine
from typing import Any, Literal, cast

import msgspec
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from kiosk.devices import gas, payment
from kiosk.orders.evolve import evolve
from kiosk.orders.rows import LIVE, Rows
from kiosk.orders.runner import Running
from kiosk.orders.settings import OrderSettings
from kiosk.orders.steps import Method
from kiosk.orders.truth import truth
from kiosk.orders.world import World
from kiosk.protocol import events as ev
from tests.orders.story import NO, Story
from tests.orders.test_kinds import BILL

SETTINGS = OrderSettings(late_watch_hours=1, late_looks_seconds=(60, 600, 3600))
EPOCH_MS = 1_795_500_000_000
Mishap = Literal["none", "lost_request", "lost_answer", "hangs", "raises"]
MISHAPS: tuple[Mishap, ...] = ("none", "lost_request", "lost_answer", "hangs", "raises")


class PowerCutError(Exception):
    """The process ends here."""


class _Selector(selectors.DefaultSelector):
    """Waits by moving the clock on."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        self.now += timeout or 0.0
        return super().select(0)


class _Loop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self.clock = _Selector()
        super().__init__(self.clock)

    def time(self) -> float:
        return self.clock.now


class Journal:
    """What is on disk. The power may go just before or just after a step is there."""

    def __init__(self, rows: Rows) -> None:
        self.rows = rows
        self.cut: Literal["before", "after"] | None = None

    async def record(self, *events: ev.Event, rows: Rows) -> None:
        cut, self.cut = self.cut, None
        if cut == "before":
            raise PowerCutError
        told = self.rows
        for event in events:
            told = evolve(told, event)
        assert told == rows
        self.rows = rows
        await asyncio.sleep(0.01)
        if cut == "after":
            raise PowerCutError


class Wire:
    """Carries a call to a peer and its answer back, or not."""

    def __init__(self) -> None:
        self.next: list[Mishap] = []
        self.away = False

    async def carry(self, act: Callable[[], Any], lost: Any, unsent: Any) -> Any:
        mishap = self.next.pop(0) if self.next else "none"
        await asyncio.sleep(0.05)
        if self.away:
            return unsent
        if mishap == "lost_request":
            return lost
        answer = act()
        if mishap == "hangs":
            await asyncio.sleep(10_000)
        if mishap == "raises":
            raise RuntimeError("a defect")
        return lost if mishap == "lost_answer" else answer


class Taking(msgspec.Struct):
    """One payment in the channel's book."""

    state: Literal["waiting", "closed", "paid"] = "waiting"
    fen: int = 0
    returned: dict[str, int] = {}
    late: bool = False


class Channel(Wire):
    """WeChat, with its book by number."""

    def __init__(self, journal: Journal, company: "Company", now_ms: Callable[[], int]) -> None:
        super().__init__()
        self.book: dict[str, Taking] = {}
        self._journal = journal
        self._company = company
        self._now_ms = now_ms

    async def start(self, attempt: payment.Attempt, tell: Callable[[payment.Progress], None]) -> payment.Outcome:
        [row] = [row for row in self._journal.rows.attempts if row.key == attempt.key]
        assert row.state == "sent"  # I1
        assert attempt.key not in self.book

        def act() -> payment.Outcome:
            self.book[attempt.key] = Taking(returned={})
            tell(payment.Offer("weixin://code"))
            return payment.Open()

        return cast("payment.Outcome", await self.carry(act, payment.Unknown("lost"), payment.Dead("never_arrived")))

    async def find(self, attempt: payment.Attempt) -> payment.Outcome:
        return await self._ask(attempt, close=False)

    async def close(self, attempt: payment.Attempt) -> payment.Outcome:
        return await self._ask(attempt, close=True)

    async def _ask(self, attempt: payment.Attempt, *, close: bool) -> payment.Outcome:
        def act() -> payment.Outcome:
            taking = self.book.get(attempt.key)
            if taking is None:
                travels = self._now_ms() < attempt.sent_ms + 60_000
                return payment.Unknown("not found") if travels else payment.Dead("never_arrived")
            if taking.state == "paid":
                return payment.Captured(taking.fen, f"W{attempt.n}")
            if close:
                taking.state = "closed"
            return payment.Dead("closed") if taking.state == "closed" else payment.Open()

        lost = payment.Unknown("lost")
        return cast("payment.Outcome", await self.carry(act, lost, lost))

    async def refund(self, attempt: payment.Attempt, refund: payment.Refund) -> payment.RefundOutcome:
        def act() -> payment.RefundOutcome:
            taking = self.book[attempt.key]
            if refund.reason == "undelivered":
                assert self._company.state == "cancelled"  # I6
            taking.returned[refund.key] = refund.amount_fen
            assert sum(taking.returned.values()) <= taking.fen  # I6
            return payment.Refunded("R")

        lost = payment.RefundPending("lost")
        return cast("payment.RefundOutcome", await self.carry(act, lost, lost))

    @property
    def kept(self) -> int:
        return sum(taking.fen - sum(taking.returned.values()) for taking in self.book.values())


class Company(Wire):
    """The gas company's book of the one order."""

    def __init__(self, due_fen: int, now_ms: Callable[[], int]) -> None:
        super().__init__()
        self.state: Literal["none", "open", "delivered", "cancelled"] = "none"
        self.refuses = False
        self.kept: Callable[[], int] = lambda: 0
        self.deliveries = 0
        self._due_fen = due_fen
        self._now_ms = now_ms
        self._pay_by_ms = 0

    async def open_order(self, order_no: str, number: str, quote_id: str) -> object:
        def act() -> object:
            if self.state == "none":
                self.state, self._pay_by_ms = "open", self._now_ms() + 900_000
            if self.state != "open":
                return gas.Refused("not_now")
            return gas.Opened(pay_by_ms=self._pay_by_ms, due_fen=self._due_fen, provider_ref="G")

        return await self._carry(act)

    async def confirm_paid(self, order_no: str, channel: str, ref: str, fen: int) -> object:
        assert self.kept() >= self._due_fen  # I7

        def act() -> object:
            if self.state == "delivered":
                return gas.Delivered("N")
            if self.state != "open" or self.refuses:
                return gas.Refused("already_paid")
            self.state = "delivered"
            self.deliveries += 1
            return gas.Delivered("N")

        return await self._carry(act)

    async def query(self, order_no: str) -> object:
        def act() -> object:
            if self.state == "delivered":
                return gas.Delivered("N")
            if self.state == "cancelled":
                return gas.Cancelled()
            return gas.Opened(pay_by_ms=self._pay_by_ms, due_fen=self._due_fen, provider_ref="G")

        return await self._carry(act)

    async def cancel(self, order_no: str, reason: str) -> object:
        def act() -> object:
            if self.state == "delivered":
                return gas.Delivered("N")
            self.state = "cancelled"
            return gas.Cancelled()

        return await self._carry(act)

    async def _carry(self, act: Callable[[], object]) -> object:
        return await self.carry(act, gas.Unreachable("lost", sent=True), gas.Unreachable("away", sent=False))


class OneOrder(RuleBasedStateMachine):
    """See the module."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = _Loop()
        due = BILL.quote.total_fen
        first = Story().rows
        self.due = due
        order = msgspec.structs.replace(first.order, due_fen=due, opened_ms=self.now_ms())
        self.journal = Journal(msgspec.structs.replace(first, order=order))
        self.company = Company(due, self.now_ms)
        self.channel = Channel(self.journal, self.company, self.now_ms)
        self.company.kept = lambda: self.channel.kept
        self.start(present=True)

    @initialize(
        pays=st.sampled_from([None, 0, 0, -1, 1]),
        channel=st.lists(st.sampled_from(MISHAPS), max_size=3),
        company=st.lists(st.sampled_from(MISHAPS), max_size=3),
    )
    def resident_comes(self, pays: int | None, channel: list[Mishap], company: list[Mishap]) -> None:
        """Most choose, and many pay; what goes wrong begins when the company is to be told, or before."""
        self.running.pay_with(Method("wechat", "wechat"))
        if pays is None:
            self.channel.next, self.company.next = channel, company
            return
        self.pass_time(1.0)
        self.channel.next = channel
        self.resident_pays(pays, company)

    def now_ms(self) -> int:
        return EPOCH_MS + int(self.loop.time() * 1000)

    def start(self, *, present: bool) -> None:
        """A process begins with what is on disk."""
        world = World(
            journal=self.journal,
            gas_company=cast("gas.GasCompany[msgspec.Struct]", self.company),
            methods={"wechat": cast("payment.PaymentMethod[msgspec.Struct]", self.channel)},
            settings=SETTINGS,
            now_ms=self.now_ms,
            wording=str,
        )
        self.running = Running(self.journal.rows, BILL, world, present=present)
        self.task = self.loop.create_task(self.running.run())

    def pass_time(self, seconds: float) -> None:
        """Let everything happen; a process whose power went begins anew."""
        self.run(asyncio.sleep(seconds))
        while self.task.done() and (error := self.task.exception()):
            assert isinstance(error, PowerCutError), error
            self.start(present=False)
            self.run(asyncio.sleep(0.01))

    def run(self, work: Coroutine[Any, Any, object]) -> None:
        self.loop.run_until_complete(work)

    @rule(seconds=st.sampled_from([0.2, 3.0, 30.0, 130.0, 1000.0]))
    def time_passes(self, seconds: float) -> None:
        self.pass_time(seconds)

    @rule()
    def resident_chooses_wechat(self) -> None:
        if self.running.present:
            self.running.pay_with(Method("wechat", "wechat"))
            self.pass_time(0.2)

    @rule(off=st.sampled_from([0, 0, 0, -1, 1]), then=st.lists(st.sampled_from(MISHAPS), max_size=2))
    def resident_pays(self, off: int, then: list[Mishap]) -> None:
        """The company's line may fail just when it is told of it."""
        for taking in self.channel.book.values():
            if taking.state == "waiting":
                taking.state, taking.fen = "paid", self.due + off
                self.company.next = [*then]
                break
        self.pass_time(3.0)

    @precondition(lambda self: not self.task.done())
    @rule()
    def money_comes_after_the_closing(self) -> None:
        """As far as the watch reaches."""
        for row in self.journal.rows.attempts:
            taking = self.channel.book.get(row.key)
            watched = row.state in LIVE or self.now_ms() < row.ended_ms + 3_000_000
            if taking and taking.state == "closed" and watched:
                taking.state, taking.fen, taking.late = "paid", self.due, True
                break

    @rule()
    def resident_goes_back(self) -> None:
        self.running.stop_paying()
        self.pass_time(0.2)

    @rule()
    def resident_leaves(self) -> None:
        self.running.leave()
        self.pass_time(0.2)

    @rule(mishaps=st.lists(st.sampled_from(MISHAPS), max_size=4), which=st.booleans())
    def calls_will_fail(self, mishaps: list[Mishap], *, which: bool) -> None:
        (self.channel if which else self.company).next = mishaps

    @rule(which=st.booleans(), away=st.booleans())
    def peer_goes_or_comes_back(self, *, which: bool, away: bool) -> None:
        peer = self.channel if which else self.company
        peer.away = away
        if not away:
            self.running.nudge()
        self.pass_time(0.2)

    @rule(refuses=st.booleans())
    def company_changes_its_mind(self, *, refuses: bool) -> None:
        self.company.refuses = refuses

    @rule(when=st.sampled_from(["before", "after"]))
    def power_will_go_at_the_next_write(self, when: Literal["before", "after"]) -> None:
        self.journal.cut = when

    @rule()
    def power_goes_now(self) -> None:
        if not self.task.done():
            self.task.cancel()
            self.run(asyncio.wait([self.task]))
        self.start(present=False)

    @invariant()
    def nothing_is_lost_or_doubled(self) -> None:
        rows = self.journal.rows
        assert sum(attempt.state in LIVE for attempt in rows.attempts) <= 1  # I2
        assert rows.liability_fen >= 0 or rows.order.state == "delivered"  # I3
        assert {attempt.key for attempt in rows.attempts} >= set(self.channel.book)  # I4
        assert self.company.deliveries <= 1  # I5
        for attempt in rows.attempts:
            if attempt.captured_fen:
                assert self.channel.book[attempt.key].fen == attempt.captured_fen
        for refund in rows.refunds:
            if refund.state == "done":
                assert self.channel.book[f"{NO}A{refund.n}"].returned[refund.key] == refund.amount_fen

    @invariant()
    def no_screen_lies(self) -> None:
        late = any(
            taking.late and not row.captured_fen
            for row in self.journal.rows.attempts
            if (taking := self.channel.book.get(row.key))
        )
        delivered = self.company.state == "delivered"
        match truth(self.running.rows):
            case "done":
                assert delivered
                assert late or self.channel.kept == self.due
            case "no_money_kept":
                assert not delivered
                assert late or self.channel.kept == 0
            case "not_finished":
                pass

    def teardown(self) -> None:
        """All is well again, and time passes: every order ends, and all books agree."""
        self.channel.next, self.company.next, self.journal.cut = [], [], None
        self.channel.away = self.company.away = False
        self.running.leave()
        for _ in range(4):
            self.pass_time(6 * 3600)
        try:
            self.nothing_is_lost_or_doubled()
            rows = self.journal.rows
            assert rows.order.closed
            assert rows.manual is None
            assert rows.liability_fen == 0
            assert self.channel.kept == (self.due if self.company.state == "delivered" else 0)
            assert truth(rows) == ("done" if self.company.state == "delivered" else "no_money_kept")
            assert self.task.done()
        finally:
            self.task.cancel()
            self.run(asyncio.wait([self.task]))
            self.loop.close()


TestOneOrder = OneOrder.TestCase
EXAMPLES = os.environ.get("MENKOU_EXAMPLES")
TestOneOrder.settings = settings(
    max_examples=int(EXAMPLES or 300),
    stateful_step_count=30,
    derandomize=EXAMPLES is None,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
