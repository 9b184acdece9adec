"""Runs orders: one task per order that is not final, each a loop of `decide`, perform, `apply`, record.

Orders outlive the journeys that began them. A journey holds a `Running` order to watch it and to say what the
resident wants; when the journey ends, the order goes on alone.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from functools import partial
from typing import Literal, assert_never

import msgspec

from kiosk.devices import gas, gas_card, payment
from kiosk.devices.scanner import Scanned
from kiosk.ledger.seal import Sealed
from kiosk.orders import answers, card_images, deciding, steps
from kiosk.orders.card_in_reader import CardInReader
from kiosk.orders.private import Private, for_days
from kiosk.orders.schedule import Schedule
from kiosk.orders.settling import Settling
from kiosk.orders.within import within
from kiosk.orders.world import World, no_answer
from kiosk.protocol import events as ev
from kiosk.protocol.envelope import type_of
from kiosk.protocol.order.evolve import evolve
from kiosk.protocol.order.rows import GOODS_FINAL, AttemptRow, RefundRow, Rows

log = logging.getLogger(__name__)


class Running:
    """An order in the engine. All its methods belong to the engine's loop."""

    def __init__(
        self,
        rows: Rows,
        private: Private | None,
        world: World,
        *,
        present: bool,
    ) -> None:
        """`private` is None only where the sealed values are gone (an order that is closed and watched)."""
        self.rows = rows
        self.private = private
        self._sealed = private
        """As the ledger has them."""
        self.offer: payment.Offer | None = None
        self.progress: payment.Step | None = None
        self._world = world
        self._present = present
        self._wants: steps.Method | None = None
        self._shown: Scanned | None = None
        """The code that the next attempt is started with: never stored, and gone with that call."""
        self._predecessor: str | None = None
        self.not_ready: steps.Method | None = None
        """The way the resident chose last, where its device could not be made sure of: nothing was begun."""
        self._stop = False
        self._giving_back_at = ""
        """The last-sale device that is being asked to give money back."""
        self._schedule = Schedule(world)
        self._asked_before = False
        self.card = CardInReader(world)
        self._doubt = rows.order.state == "delivering"  # a restart cannot know whether its confirmation left
        self._wake = asyncio.Event()
        self._changed = asyncio.Event()
        self._settling = Settling(self._wake.set)
        self._committing = asyncio.Lock()
        self.printing = asyncio.Lock()
        """Held by the slip that is on its way: one order's slips come one after the other."""
        self.broken = False
        """Whether the ledger failed under this order."""
        self.closed = asyncio.Event()
        """Set while the order is closed; late money opens it again."""
        self._mark()

    # What the journey says and sees

    @property
    def present(self) -> bool:
        """Whether the resident is still at the screen with this order."""
        return self._present

    def pay_with(self, method: steps.Method) -> None:
        """The resident chose a way to pay; an attempt begins as soon as no other is live."""
        self._wants = method
        self._predecessor = None
        self.not_ready = None
        self._stop = False
        self._wake.set()

    def stop_paying(self) -> None:
        """The resident wants the live attempt to end. It may turn out to be paid all the same."""
        self._wants = None
        self._stop = True
        self._wake.set()

    def leave(self) -> None:
        """The resident is gone, or done with this order."""
        self._present = False
        self._wants = None
        self._wake.set()

    def card_in(self, card: gas_card.GasCard | gas_card.LockedCard | None) -> None:
        """The order's own card was read; None where it contradicts itself. What is owed to it goes onto it."""
        self.card.read(card)
        self._wake.set()

    async def give_up_goods(self) -> None:
        """Two of the staff want it given up; see `Settling`."""
        await self._settling.give_up_goods()

    async def settle(self, event: ev.Event, why_not: Callable[[Rows], str]) -> str:
        """Record what people settled, between two steps of the order, unless `why_not` says why it cannot be: that."""
        if (why := why_not(self.rows)) or self.broken:
            return why or "by_staff.stands_still"
        return await self._settling.settle(event, why_not)

    def nudge(self) -> None:
        """Try now what is waiting for its next try."""
        self._schedule.hurry()
        self._wake.set()

    def give_up(self) -> None:
        """The ledger failed: these rows are the last that are known, and nothing goes on from here."""
        self.broken = True
        self._wants = None
        self._giving_back_at = ""
        self._changed.set()

    async def change(self) -> None:
        """Wait until rows, offer or progress are not what they were."""
        await self._changed.wait()

    def seen(self) -> None:
        """The journey has read the rows: `change` waits for what comes after."""
        self._changed.clear()

    def show_left(self, attempt: AttemptRow) -> float:
        """Seconds that an attempt is still on offer."""
        return self._schedule.show_left(attempt)

    @property
    def undecided(self) -> bool:
        """Whether the next row is only a matter of the current exchange: worth waiting for at the screen."""
        order = self.rows.order
        if self.broken or order.closed:
            return False
        settled = order.state in GOODS_FINAL | {"open", "manual"}
        return self._wants is not None or self.rows.live is not None or not settled

    def is_at(self, device: str) -> bool:
        """Whether a last-sale device is to speak of this order, and so must do nothing else meanwhile."""
        wants = self._wants is not None and self._wants.hold and self._wants.device == device
        holds = any(attempt.hold and attempt.device == device for attempt in self.rows.attempts)
        return wants or holds or self._giving_back_at == device

    # The loop

    async def run(self) -> None:
        """Until the order is final and nothing of it is watched. Raises what the ledger raises."""
        while True:
            await self._record_settled()
            decision = deciding.decide(self.rows, self._moment(), self._world.settings)
            match decision:
                case steps.Final():
                    return
                case steps.Wait(until_ms=until_ms):
                    await self._sleep(until_ms)
                case steps.Act(intent=intent, effect=effect):
                    await self._act(intent, effect)
                case _:
                    assert_never(decision)

    async def _record_settled(self) -> None:
        while settlement := self._settling.next(self.rows):
            await self.commit(settlement.event)
            self._schedule.hurry()
            settlement.end("")

    def _moment(self) -> steps.Moment:
        last_sale = {attempt.device for attempt in self.rows.attempts if attempt.predecessor}
        return steps.Moment(
            now_ms=self._world.now_ms(),
            present=self._present,
            wants=self._wants,
            stop=self._stop,
            not_before_ms=self._schedule.not_before_ms,
            looked_ms=self._schedule.looked_ms,
            unanswered=frozenset(self._schedule.unanswered),
            doubt=self._doubt,
            predecessor=self._predecessor,
            card=self.card.there,
            fresh=self.rows.job is not None and self.card.unwritten == self.rows.job.n,
            taken=frozenset(device for device in last_sale if self._taken_by(device)),
            unwanted=self._settling.unwanted,
            shown_out=self.rows.live is not None and self.show_left(self.rows.live) <= 0,
        )

    async def _sleep(self, until_ms: int | None) -> None:
        # at most a minute at once: the wall clock may be set while we wait
        seconds = 60.0 if until_ms is None else min(max((until_ms - self._world.now_ms()) / 1000, 0.0), 60.0)
        if self.rows.live and self.rows.live.state == "open":
            seconds = max(min(seconds, self.show_left(self.rows.live)), 0.0)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._wake.wait()
        self._wake.clear()

    def _taken_by(self, device: str) -> str | None:
        return self._world.holder(device, self.rows.order.order_no)

    async def _act(self, intent: tuple[ev.Event, ...], effect: steps.Effect | None) -> None:
        if isinstance(effect, steps.GiveBack) and (attempt := self.rows.attempt(effect.n)).predecessor:
            self._giving_back_at = attempt.device
        chosen = self._wants
        if intent:
            await self.commit(*intent)
        if effect is None:
            return
        match effect:
            case steps.Start(n=n):
                self._schedule.starts(self.rows.attempt(n))
                self._shown = chosen.shown if chosen else None
                if self._wants is chosen:
                    self._wants = None
                self.offer = None
                self.progress = None
            case steps.Close():
                self.offer = None
            case _:
                pass
        self._asked_before = not intent
        if isinstance(effect, steps.Start) and (self._stop or not self._present):
            self._shown = None
            answer: answers.Answer = payment.Dead("never_arrived")  # while it was recorded: nothing leaves
        else:
            answer = await self._perform(effect)
        self._giving_back_at = ""
        if isinstance(effect, steps.Prepare):
            self._prepared(effect.device, answer)
            return
        if isinstance(effect, steps.Confirm):
            self._doubt |= not isinstance(answer, gas.Unreachable) or answer.sent
        events = answers.apply(self.rows, effect, answer, self._world.now_ms())
        self.private = card_images.kept(self.private, self.rows, effect, answer, self.card.image)
        if events:
            await self.commit(*events)
        elif isinstance(effect, steps.Write | steps.Look):
            self._changed.set()  # the card must be read again
        if isinstance(effect, steps.AttemptEffect) and self.rows.live is None:
            self._stop = False
        if isinstance(effect, steps.RefundEffect):
            self._alarm(self.rows.refund(effect.n, effect.r))
        self._schedule.answered(self.rows, effect, answer)

    def _prepared(self, device: str, answer: answers.Answer) -> None:
        if self._wants is None or self._wants.device != device:
            pass  # another way was chosen meanwhile, and this says nothing of it
        elif isinstance(answer, payment.Ready):
            self._predecessor = answer.predecessor
        else:
            self.not_ready, self._wants = self._wants, None
        self._changed.set()

    def _alarm(self, refund: RefundRow) -> None:
        hours = (self._world.now_ms() - refund.due_ms) // 3_600_000
        if refund.state not in ("done", "dead") and hours >= self._world.settings.refund_alarm_hours:
            log.error("refund %s is not done after %d h: the staff must look at it", refund.key, hours)

    async def commit(self, *events: ev.Event) -> None:
        """Record events of this order in one durable step, and let the journey see them."""
        async with self._committing:
            rows = self.rows
            for event in events:
                rows = evolve(rows, event)
            private = self.private
            name = "+".join(type_of(event) for event in events)
            self._world.observe(f"before record {name}")
            try:
                await self._world.journal.record(*events, rows=rows, subject=self._to_seal(private))
            except BaseException:
                self.give_up()
                raise
            self.rows = rows
            self._sealed = private
            self._mark()
        self._changed.set()
        self._world.observe(f"after record {name}")

    def _to_seal(self, private: Private | None) -> Sealed | None:
        if private is None or private is self._sealed:
            return None
        order = self.rows.order
        return for_days(private, order.subject, order.opened_ms, self._world.settings.private_days)

    def _mark(self) -> None:
        self._settling.see(self.rows)
        if self.rows.order.closed:
            self.closed.set()
        else:
            self.closed.clear()

    async def _perform(self, effect: steps.Effect) -> answers.Answer:
        name = type(effect).__name__
        self._world.observe(f"before effect {name}")
        try:
            answer = await within(self._world.settings.call_limit_seconds, self._call(effect))
        except TimeoutError:
            answer = no_answer(effect, "no answer within the limit")
        except Exception as error:
            log.exception("order %s: %s failed", self.rows.order.order_no, name)
            answer = no_answer(effect, f"the driver failed: {type(error).__name__}")
        self._world.observe(f"after effect {name}")
        return answer

    async def _call(self, effect: steps.Effect) -> answers.Answer:
        order = self.rows.order
        match effect:
            case steps.OpenOrder():
                if self.private is None:
                    raise LookupError("the sealed values of this order are gone")
                return await self._world.gas.open_order(order.order_no, self.private.number, order.quote_id)
            case steps.Prepare(device=device):
                if holder := self._taken_by(device):
                    return payment.Unknown(f"the device is held by order {holder}")
                return await self._world.methods[device].prepare()
            case steps.Start(n=n):
                attempt = self.rows.attempt(n)
                asked = msgspec.structs.replace(self._for_driver(attempt), shown=self._shown)
                self._shown = None
                return await self._method(attempt).start(asked, partial(self._tell, n))
            case steps.Find(n=n):
                attempt = self.rows.attempt(n)
                return await self._method(attempt).find(self._for_driver(attempt))
            case steps.Close(n=n):
                attempt = self.rows.attempt(n)
                asked = msgspec.structs.replace(self._for_driver(attempt), close_asked=self._asked_before)
                return await self._method(attempt).close(asked)
            case steps.Capture(n=n):
                attempt = self.rows.attempt(n)
                return await self._method(attempt).capture(self._for_driver(attempt))
            case steps.Fetch():
                return await self.card.fetch(self.rows, self.private)
            case steps.Write(n=n, doubt=doubt):
                return await self.card.write(self.rows.jobs[n - 1], self.private, doubt=doubt)
            case steps.Look(n=n):
                return await self.card.look(self.rows.jobs[n - 1], self.private)
            case steps.Report(n=n):
                job = self.rows.jobs[n - 1]
                outcome: Literal["landed", "torn"] = "landed" if job.state == "landed" else "torn"
                return await self._world.gas.report_write(order.order_no, job.provider_job, outcome)
            case steps.Ask():
                return await self._world.gas.query(order.order_no)
            case steps.Confirm(doubt=doubt):
                return await self._confirm(doubt)
            case steps.Cancel():
                return await self._world.gas.cancel(order.order_no, order.why)
            case steps.GiveBack(n=n, r=r):
                return await self._give_back(self.rows.attempt(n), r)
            case steps.FindRefund(n=n, r=r):
                attempt = self.rows.attempt(n)
                return await self._method(attempt).find_refund(self._for_driver(attempt), self._refund(attempt, r))
            case _:
                assert_never(effect)

    async def _confirm(self, doubt: bool) -> gas.Delivered | gas.Owed | gas.Cancelled | gas.Refused | gas.Unreachable:
        order = self.rows.order
        if doubt:
            known = await self._world.gas.query(order.order_no)
            if isinstance(known, gas.Delivered | gas.Owed | gas.Cancelled | gas.Unreachable):
                return gas.Unreachable(known.why, sent=True) if isinstance(known, gas.Unreachable) else known
            self._world.observe("between query and confirm")
        return await self._world.gas.confirm_paid(order.order_no, order.paid_channel, order.paid_ref, order.paid_fen)

    async def _give_back(self, attempt: AttemptRow, r: int) -> payment.RefundOutcome:
        return await self._method(attempt).refund(self._for_driver(attempt), self._refund(attempt, r))

    def _refund(self, attempt: AttemptRow, r: int) -> payment.Refund:
        row = self.rows.refund(attempt.n, r)
        return payment.Refund(
            order_no=row.order_no,
            n=row.n,
            r=row.r,
            key=row.key,
            amount_fen=row.amount_fen,
            reason="late" if row.reason == "late" else "surplus" if row.reason == "surplus" else "undelivered",
            asked_before=self._asked_before,
        )

    def _method(self, attempt: AttemptRow) -> payment.PaymentMethod[msgspec.Struct]:
        return self._world.methods[attempt.device]

    def _for_driver(self, attempt: AttemptRow) -> payment.Attempt:
        return payment.Attempt(
            order_no=attempt.order_no,
            n=attempt.n,
            key=attempt.key,
            amount_fen=attempt.amount_fen,
            wording=self._world.wording(self.rows.order.kind),
            sent_ms=attempt.sent_ms,
            show_until_ms=attempt.show_until_ms,
            ref=attempt.ref,
            captured_fen=attempt.captured_fen,
            predecessor=attempt.predecessor,
        )

    def _tell(self, n: int, progress: payment.Progress) -> None:
        if n != len(self.rows.attempts):
            return
        match progress:
            case payment.Offer():
                self.offer = progress
            case payment.Step():
                self.progress = progress
            case payment.Decided():
                self._schedule.decided(n)
                self._wake.set()
            case _:
                assert_never(progress)
        self._changed.set()
