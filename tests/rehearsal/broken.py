"""Terminals with a known defect each, as lives for `kiosk chaos`: it must find every one of them."""

from typing import Any

import pytest
from msgspec.structs import replace

from drivers.gas_company_http.driver import GasCompanyHttp
from drivers.pcsc_gas_card import session
from drivers.pcsc_gas_card.chips import Chip
from drivers.pcsc_gas_card.driver import PcscGasCard
from drivers.pcsc_gas_card.session import Session, Writing
from drivers.vendor_library.driver import VendorLibrary
from drivers.wechat_pay import wire
from drivers.wechat_pay.driver import WeChatPay
from kiosk.devices import gas_card
from kiosk.devices.gas import Cancelled, Delivered, Owed, Refused, Unreachable
from kiosk.devices.gas_card_judging import judge
from kiosk.devices.payment import Attempt, Dead, Open, Outcome, Refund, RefundOutcome
from kiosk.orders import deciding
from kiosk.orders.orders import Orders
from kiosk.orders.runner import Running
from kiosk.protocol import events as ev
from kiosk.protocol.tickets import TicketEvent, TicketPrinted
from kiosk.rehearsal.chaos.lane import live
from kiosk.rehearsal.headless import Run
from kiosk.tickets.desk import Desk

Confirmed = Delivered | Owed | Cancelled | Refused | Unreachable

patch = pytest.MonkeyPatch()
"""Never undone: a life has a process of its own."""


def confirms_before_it_records(run: Run) -> None:
    commit = Running.commit

    async def early(self: Running, *events: ev.Event) -> None:
        for event in events:
            if isinstance(event, ev.OrderDelivering):
                await self._world.gas.confirm_paid(event.order_no, event.channel, event.channel_ref, event.paid_fen)
        await commit(self, *events)

    patch.setattr(Running, "commit", early)
    live(run)


def asks_for_a_refund_again_under_another_number(run: Run) -> None:
    refund_once = WeChatPay.refund

    async def renamed(self: WeChatPay, attempt: Attempt, refund: Refund) -> RefundOutcome:
        return await refund_once(
            self, attempt, replace(refund, key=f"{refund.key}x") if refund.asked_before else refund
        )

    patch.setattr(WeChatPay, "refund", renamed)
    live(run)


def gives_money_back_before_it_asks_for_the_goods(run: Run) -> None:
    confirm = Running._confirm

    async def despairs(self: Running, doubt: bool) -> Confirmed:
        return Refused("not_accepted") if doubt else await confirm(self, doubt)

    async def assumes(*_: object) -> Cancelled:
        return Cancelled()

    patch.setattr(Running, "_confirm", despairs)
    patch.setattr(GasCompanyHttp, "cancel", assumes)
    live(run)


def takes_not_paid_for_dead(run: Run) -> None:
    read_trade = wire.read_trade

    def final(*answer: Any) -> Any:
        outcome = read_trade(*answer)
        return Dead("closed") if isinstance(outcome, Open) else outcome

    patch.setattr(wire, "read_trade", final)
    live(run)


def asks_nobody_after_a_restart(run: Run) -> None:
    end_lost_prints = Orders._end_lost_prints

    async def gives_up(self: Orders, running: Running) -> None:
        await end_lost_prints(self, running)
        if attempt := running.rows.live:
            dead = ev.AttemptDead(order_no=attempt.order_no, n=attempt.n, proof="never_arrived", at_ms=attempt.sent_ms)
            await running.commit(dead)

    patch.setattr(Orders, "_end_lost_prints", gives_up)
    live(run)


def forgets_late_money(run: Run) -> None:
    patch.setattr(deciding, "next_look_ms", lambda *_: None)
    live(run)


def sells_by_card_while_a_sale_is_in_doubt(run: Run) -> None:
    end_lost_prints = Orders._end_lost_prints

    async def forgets(self: Orders, running: Running) -> None:
        await end_lost_prints(self, running)
        free = tuple(replace(attempt, hold=False) for attempt in running.rows.attempts)
        running.rows = replace(running.rows, attempts=free)

    patch.setattr(Orders, "_end_lost_prints", forgets)
    live(run)


def takes_a_crash_for_a_refusal(run: Run) -> None:
    judged = VendorLibrary._judged

    def sure(self: VendorLibrary, *sale: Any) -> Outcome:
        return judged(self, *sale) or Dead("never_arrived")

    patch.setattr(VendorLibrary, "_judged", sure)
    live(run)


def gives_up_a_write_in_doubt(run: Run) -> None:
    end_lost_prints = Orders._end_lost_prints

    async def gives_up(self: Orders, running: Running) -> None:
        await end_lost_prints(self, running)
        if job := running.rows.job:
            absent = ev.JobAbsent(order_no=job.order_no, n=job.n, why="restart")
            await running.commit(absent, ev.OrderCancelling(order_no=job.order_no, why="left"))

    patch.setattr(Orders, "_end_lost_prints", gives_up)
    live(run)


def writes_again_without_reading(run: Run) -> None:
    async def not_asked(*_: object) -> gas_card.Absent:
        return gas_card.Absent(mixed=True)

    def blind(self: Session, job: gas_card.CardJob, writing: Writing) -> gas_card.JobOutcome:
        patch.setattr(session, "judge", lambda *_: gas_card.Absent())
        outcome = write(self, job, writing)
        patch.setattr(session, "judge", judge)
        return self.find(job) if isinstance(outcome, gas_card.Absent) else outcome

    write = Session.write
    patch.setattr(Session, "write", blind)
    patch.setattr(PcscGasCard, "find", not_asked)
    live(run)


def believes_that_it_wrote(run: Run) -> None:
    def says_so(_: Session, __: Chip, job: gas_card.CardJob) -> gas_card.JobOutcome:
        card = gas_card.GasCard(number=job.card, gas_m3=job.expect_gas_m3, count=job.count, image=job.new_image)
        return gas_card.Landed(card)

    patch.setattr(Session, "_read_back", says_so)
    live(run)


def prints_a_number_before_it_is_written_down(run: Run) -> None:
    record, late = Desk._record, list[TicketEvent]()

    async def lazily(self: Desk, *events: TicketEvent) -> None:
        late.extend(events)
        if isinstance(events[-1], TicketPrinted):
            await record(self, *late)
            late.clear()

    patch.setattr(Desk, "_record", lazily)
    live(run)
