"""Residents one after the other at a terminal with the real runner, among peers with books, and mishaps in an order
that nobody chose: bills, top-ups and gas cards, by a code on the screen, by one on the phone and by bank card, slips,
power cuts. After each step all laws of the money path hold; in the end, once all is well again, every order closes or
is with the staff for a reason.

The clock is the loop's own. `MENKOU_EXAMPLES` asks for more than usual, and for other ones each time.
"""

import asyncio
import contextlib
import logging
import os
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any, Literal, TypeVar, cast
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from kiosk.devices.gas import WriteJob
from kiosk.orders.orders import AlreadyRunningError, MoneyClosedError, Orders
from kiosk.orders.private import CardPrivate, Private
from kiosk.orders.runner import Running
from kiosk.orders.settings import OrderSettings
from kiosk.orders.steps import Method
from kiosk.orders.world import World
from kiosk.protocol import events as ev
from kiosk.protocol.order.by_staff import no_giving_back, no_renewing, no_settling, no_settling_payment
from kiosk.protocol.order.rows import LIVE, Rows
from kiosk.protocol.order.truth import gist
from kiosk.slips.slip import Slip, Text
from tests.orders import laws
from tests.orders.hall.cards import BREAKS, Break, Place, Slot
from tests.orders.hall.channels import Book, Code, Reader, Stuck, Wallet
from tests.orders.hall.clock import Loop
from tests.orders.hall.disk import Disk, Ledger
from tests.orders.hall.others import FATES, Company, Fate, Printer
from tests.orders.hall.wire import MISHAPS, Mishap
from tests.orders.test_kinds import BILL, GAS, LOAD, TOP_UP

SETTINGS = OrderSettings(
    late_watch_hours=1, late_looks_seconds=(60, 600, 3600), deliver_by_hours=1, refund_retry_most_seconds=300
)
HOURS_TO_END = 5
Way = Literal["wechat", "code", "card"]
METHODS: dict[Way, Method] = {
    "wechat": Method("wechat", "wechat"),
    "code": Method("code", "wechat_code", waits_s=45),
    "card": Method("card", "card", hold=True),
}
WAYS: tuple[Way, ...] = ("wechat", "card", "wechat", "card", "code")
WANTED: tuple[Private, ...] = (BILL, TOP_UP, BILL, TOP_UP, GAS, LOAD)
"""What there is more to go wrong with comes more often."""
Peer = Literal["wallet", "phone", "reader", "company", "slot"]
PEERS: tuple[Peer, ...] = ("wallet", "phone", "reader", "company", "slot")
T = TypeVar("T")


def slip(rows: Rows, private: Private, *, reprint: bool) -> Slip:
    """Tells only what the printer's book needs."""
    assert private.kind == rows.order.kind
    lines = (Text(gist(rows)), Text("reprint" if reprint else "first"))
    return Slip(name=rows.order.order_no, language="zh-CN", lines=lines)


class Hall(RuleBasedStateMachine):
    """See the module."""

    def __init__(self) -> None:
        super().__init__()
        logging.disable(logging.CRITICAL)
        self.loop = Loop()
        self.disk = Disk()
        rows, now_ms = self.disk.orders.get, self.loop.now_ms
        self.wallet = Wallet(rows, now_ms)
        self.phone = Code(rows, now_ms)
        self.reader = Reader(rows, now_ms, self.loop.call_later)
        self.company = Company(rows, now_ms, lambda order_no: self.booked(order_no).kept, GAS.quote.gas_m3)
        self.slot = Slot(rows, GAS.card)
        self.printer = Printer(rows)
        self.at_screen: Running | None = None
        self.start()

    @initialize(
        private=st.sampled_from(WANTED),
        way=st.sampled_from(WAYS),
        pays=st.sampled_from([None, 0, 0, 0, -1, 1]),
        channel=st.lists(st.sampled_from(MISHAPS), max_size=3),
        company=st.lists(st.sampled_from(MISHAPS), max_size=3),
        back=st.lists(st.sampled_from(MISHAPS), max_size=2),
        neighbour=st.sampled_from([None, "wechat", "card", "card"]),
        refuses=st.sampled_from([False, False, True]),
        breaks=st.sampled_from([None, *BREAKS]),
        sticks=st.sampled_from([None, "closed", "abnormal"]),
    )
    def resident_comes(
        self,
        private: Private,
        way: Way,
        pays: int | None,
        channel: list[Mishap],
        company: list[Mishap],
        *,
        back: list[Mishap],
        neighbour: Way | None,
        refuses: bool,
        breaks: Break | None,
        sticks: Stuck | None,
    ) -> None:
        """Most pay at once; what goes wrong begins when the company is to be told, or before. A neighbor may come just
        then."""
        self.company.refuses, self.slot.breaks = refuses, breaks
        self.wallet_makes_no_refund_now(sticks)
        self.somebody_comes(private, None)
        if pays is not None:
            self.resident_chooses(way)
            self.pass_time(1.0)
        for peer in (self.wallet, self.phone, self.reader):
            peer.mishaps = [*channel]
        self.wallet.back, self.phone.back = [*back], [*back]
        if pays is not None:
            self.resident_pays(pays, company, heard=True)
        else:
            self.company.mishaps = company
            self.resident_chooses(way)
        if neighbour is not None:
            self.somebody_comes(TOP_UP if private == BILL else BILL, neighbour)

    # -- the terminal -----------------------------------------------------------------------------------------------

    def start(self) -> None:
        """A process begins with what is on disk."""
        self.at_screen = None
        self.broke = asyncio.Event()
        self.reader.begin()
        self.ledger = Ledger(self.disk)
        world = World(
            journal=cast("Any", self.ledger),
            gas_company=cast("Any", self.company),
            methods=cast("Any", {"wechat": self.wallet, "code": self.phone, "card": self.reader}),
            cards=cast("Any", self.slot),
            settings=SETTINGS,
            now_ms=self.loop.now_ms,
            wording=str,
        )
        self.orders = Orders(cast("Any", self.ledger), world, ZoneInfo("Asia/Shanghai"), self.broke.set)
        self.run(self.orders.recover())

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(work)

    def pass_time(self, seconds: float) -> None:
        """Let everything happen; where a write fails, the ledger is opened anew, by a process of its own."""
        until = self.loop.time() + seconds
        self.run(self.time_is_over(until))
        while self.orders.broken:
            self.stop()
            self.start()
            self.run(self.time_is_over(max(until, self.loop.time() + 0.01)))

    async def time_is_over(self, until: float) -> None:
        """Or the ledger has failed."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout_at(until):
                await self.broke.wait()

    def stop(self) -> None:
        """The process ends as it is."""
        broken = any(running.broken for running in self.orders._running.values())
        laws.must(not broken or self.ledger.doubt, "I8", "an order stands still")
        tasks = asyncio.all_tasks(self.loop)
        for task in tasks:
            task.cancel()
        if tasks:
            self.run(asyncio.wait(tasks))

    # -- residents --------------------------------------------------------------------------------------------------

    @rule(private=st.sampled_from(WANTED), way=st.sampled_from([None, "wechat", "code", "card", "card"]))
    def somebody_comes(self, private: Private, way: Way | None) -> None:
        if len(self.disk.orders) >= 3:
            return
        self.resident_leaves()
        before = self.unfinished(private)
        try:
            self.at_screen = self.run(self.orders.begin(private, "zh_CN"))
        except AlreadyRunningError:
            assert before
        except MoneyClosedError:
            assert self.orders.broken
        else:
            laws.must(self.unfinished(private) == 1, "I2", "an account has two orders that are not finished")
            if isinstance(private, CardPrivate):
                self.card_is_read()
        self.pass_time(0.2)
        if way is not None:
            self.resident_chooses(way)

    def unfinished(self, private: Private) -> int:
        """Orders of that account."""
        return sum(
            rows.order.account_hash == private.number and not rows.order.closed for rows in self.disk.orders.values()
        )

    @rule(way=st.sampled_from(WAYS))
    def resident_chooses(self, way: Way) -> None:
        if self.at_screen is not None:
            self.at_screen.pay_with(METHODS[way])
            self.pass_time(0.3)

    @rule(
        off=st.sampled_from([0, 0, 0, -1, 1]),
        then=st.lists(st.sampled_from(MISHAPS), max_size=2),
        heard=st.booleans(),
    )
    def resident_pays(self, off: int, then: list[Mishap], *, heard: bool) -> None:
        """The company's line may fail just when it is told of it. `off`: the wallet's amount is wrong."""
        if self.reader.sale is not None:
            self.company.mishaps = [*then]
            self.reader.end_sale(self.asked(self.reader.sale), heard=heard)
        else:
            for key, book in [*self.wallet.books.items(), *self.phone.books.items()]:
                if book.state == "waiting":
                    book.state, book.fen = "paid", self.asked(key) + off
                    self.company.mishaps = [*then]
                    break
        self.pass_time(3.0)

    @rule(heard=st.booleans())
    def card_is_declined(self, *, heard: bool) -> None:
        if self.reader.sale is not None:
            self.reader.end_sale(0, heard=heard)
            self.pass_time(0.2)

    @rule()
    def resident_goes_back(self) -> None:
        if self.at_screen is not None:
            self.at_screen.stop_paying()
            self.pass_time(0.2)

    @rule()
    def resident_leaves(self) -> None:
        if self.at_screen is not None:
            self.at_screen.leave()
            self.at_screen = None
            self.pass_time(0.2)

    @rule(fates=st.lists(st.sampled_from(FATES), min_size=1, max_size=2))
    def resident_wants_a_slip(self, fates: list[Fate]) -> None:
        for fate in fates:
            self.slip_is_wanted(fate)

    def slip_is_wanted(self, fate: Fate) -> None:
        if self.at_screen is not None and not self.at_screen.undecided and not self.orders.broken:
            self.printer.fate = fate
            self.run(self.slip_is_printed(self.at_screen))
            self.pass_time(0.5)

    async def slip_is_printed(self, running: Running) -> None:
        """Begins; whoever wants it does not wait."""
        self.orders.print_slip(running, cast("Any", self.printer), slip)
        await asyncio.sleep(0)

    # -- the gas card -----------------------------------------------------------------------------------------------

    @rule()
    def card_is_read(self) -> None:
        """Whoever has it is at the terminal, and what is owed to it is the first thing."""
        if self.slot.place != "in" or self.orders.broken:
            return
        running = self.orders.unfinished_card(GAS.card)
        if running is not None:
            running.nudge()
            running.card_in(self.slot.card())
            self.pass_time(1.0)

    @rule(place=st.sampled_from(["in", "in", "out", "other"]))
    def card_is_moved(self, place: Place) -> None:
        self.slot.place = place

    @rule(breaks=st.sampled_from(BREAKS))
    def next_write_of_the_card_ends_early(self, breaks: Break) -> None:
        self.slot.breaks = breaks

    @precondition(lambda self: self.slot.place == "out")
    @rule()
    def meter_takes_the_gas(self) -> None:
        self.slot.meter()

    @precondition(lambda self: self.slot.place == "out" and self.slot.odd_of is None)
    @rule()
    def another_terminal_writes_the_card(self) -> None:
        """What is owed is locked to one job, whichever terminal asks; that one reports at once."""
        for order_no, account in self.company.books.items():
            if account.goods != "owed" or self.slot.half_of not in (None, order_no):
                continue
            job = self.company.job(order_no, self.slot.image if self.slot.half_of is None else b"")
            if isinstance(job, WriteJob) and self.slot.count == job.count - 1:
                self.slot.put(order_no, job.count, job.gas_m3)
            if self.slot.landed[order_no]:
                account.goods = "delivered"
            return

    # -- the staff --------------------------------------------------------------------------------------------------

    @rule(first=st.booleans())
    def staff_want_the_money_back(self, *, first: bool) -> None:
        """Two of them, through the hub, at any moment."""
        able = [each for each in self.orders._running.values() if not no_giving_back(each.rows)]
        if able:
            self.run(self.begun(able[0 if first else -1].give_up_goods()))
            self.pass_time(0.2)

    @rule()
    def staff_look_into_the_books_of_a_channel(self) -> None:
        for running in self.orders._running.values():
            if doubt := running.rows.manual:
                book = self.books().get(doubt.key)
                settled = ev.AttemptSettled(
                    order_no=doubt.order_no,
                    n=doubt.n,
                    fen=book.fen if book else 0,
                    ref=f"B{doubt.n}",
                    by="chen",
                    second="zhao",
                    at_ms=self.loop.now_ms(),
                )
                taken = settled.fen > 0
                why_not = partial(no_settling_payment, n=doubt.n, taken=taken)
                self.run(self.begun(running.settle(settled, why_not)))
                self.pass_time(0.2)
                return

    @rule()
    def staff_want_another_number_for_a_refund(self) -> None:
        """Whatever it failed for, though the hub would not offer that."""
        self.renew(no_settling)

    def renew(self, why_not: Callable[..., str]) -> None:
        """The first refund that is with the staff and has nothing against it."""
        for running in self.orders._running.values():
            for refund in running.rows.refunds:
                if refund.state == "failed" and not why_not(running.rows, refund.n, refund.r):
                    renewing = ev.RefundRenewing(
                        order_no=refund.order_no,
                        n=refund.n,
                        r=refund.r,
                        reason="the account was filled up",
                        by="chen",
                        second="zhao",
                        at_ms=self.loop.now_ms(),
                    )
                    self.run(self.begun(running.settle(renewing, partial(why_not, n=refund.n, r=refund.r))))
                    self.pass_time(0.2)
                    return

    async def begun(self, work: Coroutine[Any, Any, object]) -> None:
        """Whoever ordered it does not wait."""
        self.ordered = asyncio.create_task(work)
        await asyncio.sleep(0)

    # -- mishaps ----------------------------------------------------------------------------------------------------

    @rule(seconds=st.sampled_from([0.2, 3.0, 30.0, 130.0, 1000.0]))
    def time_passes(self, seconds: float) -> None:
        self.pass_time(seconds)

    @rule()
    def money_comes_after_the_closing(self) -> None:
        """As far as the watch reaches."""
        for rows in self.disk.orders.values():
            for row in rows.attempts:
                book = self.wallet.books.get(row.key)  # what is reversed is never paid late
                watched = row.state in LIVE or self.loop.now_ms() < row.ended_ms + 3_000_000
                if book is not None and book.state == "closed" and watched:
                    book.state, book.fen, book.late = "paid", self.asked(row.key), True
                    return

    @rule(peer=st.sampled_from(PEERS), mishaps=st.lists(st.sampled_from(MISHAPS), max_size=4))
    def calls_will_fail(self, peer: Peer, mishaps: list[Mishap]) -> None:
        self.peer(peer).mishaps = mishaps

    @rule(peer=st.sampled_from(PEERS), away=st.booleans())
    def peer_goes_or_comes_back(self, peer: Peer, *, away: bool) -> None:
        self.peer(peer).away = away
        if not away:
            self.orders.nudge()
        self.pass_time(0.2)

    @rule(refuses=st.booleans(), busy=st.booleans())
    def company_changes_its_mind(self, *, refuses: bool, busy: bool) -> None:
        self.company.refuses, self.company.busy = refuses, busy

    @rule(how=st.sampled_from([None, "abnormal", "closed"]))
    def wallet_makes_no_refund_now(self, how: Stuck | None) -> None:
        self.wallet.sticks = self.phone.sticks = how

    @rule()
    def somebody_makes_refunds_by_hand_at_the_channel(self) -> None:
        for book in self.books().values():
            book.make_by_hand()

    @rule(never=st.booleans())
    def wallet_gives_nothing_back(self, *, never: bool) -> None:
        self.wallet.never = never

    @precondition(lambda self: self.reader.sale is None and self.reader.strangers < 2)
    @rule()
    def somebody_rings_up_a_sale(self) -> None:
        self.reader.rings_up_another()

    @rule(when=st.sampled_from(["before", "after"]))
    def next_write_will_fail(self, when: Literal["before", "after"]) -> None:
        self.disk.fails = when

    @rule()
    def power_goes(self) -> None:
        self.stop()
        self.start()

    # -- the laws ---------------------------------------------------------------------------------------------------

    def peer(self, name: Peer) -> Wallet | Reader | Company | Slot:
        peers: dict[Peer, Wallet | Reader | Company | Slot] = {
            "wallet": self.wallet,
            "phone": self.phone,
            "reader": self.reader,
            "company": self.company,
            "slot": self.slot,
        }
        return peers[name]

    def asked(self, key: str) -> int:
        return self.disk.orders[key.rpartition("A")[0]].order.due_fen

    def books(self) -> dict[str, Book]:
        return {**self.wallet.books, **self.phone.books, **self.reader.books}

    def booked(self, order_no: str) -> laws.Booked:
        takings = (book.told(key) for key, book in self.books().items() if key.startswith(f"{order_no}A"))
        account, landed = self.company.books.get(order_no), self.slot.landed[order_no]
        return laws.Booked(
            takings=tuple(taking for taking in takings if taking.fen),
            goods="delivered" if landed else account.goods if account else "unknown",
            deliveries=landed or (account.deliveries if account else 0),
        )

    @invariant()
    def every_law_holds(self) -> None:
        for peer in (*map(self.peer, PEERS), self.printer):
            if peer.breaches:
                raise peer.breaches[0]
        laws.i2_one_live_attempt_and_one_hold(self.disk.orders.values())
        for order_no, rows in self.disk.orders.items():
            laws.after_every_step(rows, self.booked(order_no))
            if rows.order.card_hash:
                self.as_much_is_on_the_card(rows)
        for key in self.books():
            laws.must(key.rpartition("A")[0] in self.disk.orders, "I4", f"{key} is of no order")
        if self.at_screen is not None:
            shown = self.at_screen.rows
            laws.no_screen_lies(shown, self.booked(shown.order.order_no))

    def as_much_is_on_the_card(self, rows: Rows) -> None:
        order_no = rows.order.order_no
        account = self.company.books.get(order_no)
        laws.i5_as_much_as_booked(
            rows,
            GAS.quote.gas_m3 * self.slot.landed[order_no],
            torn=order_no in (self.slot.half_of, self.slot.odd_of),
            heard=account is not None and account.goods == "delivered",
        )

    @invariant()
    def slips_that_say_the_same_are_marked(self) -> None:
        seen: set[tuple[str, str]] = set()
        for paper in self.printer.papers:
            said = (paper.order_no, paper.told)
            laws.must(paper.reprint or said not in seen, "screen", "a slip came out twice and is not marked")
            seen.add(said)

    def teardown(self) -> None:
        """All is well again, and time passes: every order ends, and all books agree."""
        self.disk.fails = self.slot.breaks = None
        for peer in map(self.peer, PEERS):
            peer.mishaps, peer.away = [], False
        self.wallet.back = self.phone.back = []
        self.company.busy = self.wallet.never = False
        self.wallet.sticks = self.phone.sticks = None
        try:
            if self.at_screen is not None:
                self.at_screen.leave()
                self.at_screen = None
            for _ in range(HOURS_TO_END):
                if self.orders._running:
                    self.slot.meter()
                    self.slot.place = "in"
                    for _ in range(2):  # the first time shows what became of a write
                        self.card_is_read()
                    self.renew(no_renewing)
                    self.pass_time(3600)
            self.every_law_holds()
            for order_no, rows in self.disk.orders.items():
                self.it_ended(rows, self.booked(order_no))
            self.stop()
        finally:
            logging.disable(logging.NOTSET)
            self.loop.close()

    def it_ended(self, rows: Rows, booked: laws.Booked) -> None:
        refused = any(refund.key in self.wallet.refused for refund in rows.refunds)
        books = [self.books()[attempt.key] for attempt in rows.attempts if attempt.key in self.books()]
        failed = {refund.key for refund in rows.refunds if refund.state == "failed"}
        by_hand = {key for book in books for key, (_, how) in book.stuck.items() if how == "abnormal"}
        refused |= bool(failed & by_hand) or any(key in failed for book in books for key in book.returned)
        by_card = any(attempt.channel == "card" for attempt in rows.attempts)
        forgotten = by_card and self.reader.last != rows.attempts[-1].key
        laws.i8_it_ends(
            rows, beyond_the_machine=refused or forgotten or (self.slot.odd_of is not None and bool(rows.jobs))
        )
        laws.must(not laws.unseen(rows, booked), "I8", "late money was never looked for")


TestHall = Hall.TestCase
EXAMPLES = os.environ.get("MENKOU_EXAMPLES")
USUAL = settings(
    max_examples=int(EXAMPLES or 100),
    stateful_step_count=30,
    derandomize=EXAMPLES is None,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
TestHall.settings = USUAL
