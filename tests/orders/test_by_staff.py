"""What two of the staff order through the hub is done where the machine allows it, and refused where it does not."""

import asyncio
from pathlib import Path

import pytest
from msgspec.structs import replace

from kiosk.devices import gas, payment
from kiosk.orders.by_staff import ByStaff
from kiosk.orders.deciding import decide, refunds_due
from kiosk.orders.orders import Orders
from kiosk.orders.settings import OrderSettings
from kiosk.orders.steps import Method, Moment
from kiosk.protocol import events as ev
from kiosk.protocol.commands import GiveBack, RenewRefund, SettlePayment, SettleRefund
from kiosk.protocol.order.by_staff import no_giving_back, no_settling_order
from kiosk.protocol.order.evolve import evolve
from kiosk.protocol.order.truth import telling, truth
from kiosk.sync.carrying import End, Taken
from tests.orders.test_kinds import BILL
from tests.orders.test_runner import Desk, Scripted, company, desk, until

TOTAL = BILL.quote.total_fen
TAKEN = Taken(id="0" * 24, who="zhao", again=False)


def staff(counter: Desk) -> ByStaff:
    async def orders() -> Orders:
        return counter.orders

    return ByStaff(orders, lambda: 1_795_500_000_000)


def give_back(order_no: str) -> GiveBack:
    return GiveBack(order_no=order_no, reason="it takes too long", asked_by="chen")


def wechat(refund: payment.RefundOutcome) -> Scripted:
    return Scripted(
        start=lambda *_: payment.Open(), find=lambda *_: payment.Captured(TOTAL, "W"), refund=lambda *_: refund
    )


async def test_what_was_paid_and_not_delivered_goes_back(tmp_path: Path) -> None:
    dark = company(confirm_paid=lambda *_: gas.Unreachable("no route", sent=False))
    counter = await desk(tmp_path, dark, wechat=wechat(payment.Refunded("R")))
    running = await counter.orders.begin(BILL, "zh_CN")
    order_no = running.rows.order.order_no
    ordered = staff(counter)
    assert await ordered.give_back(give_back(order_no), TAKEN) == End(result="refused", why="by_staff.nothing_taken")
    running.pay_with(Method("wechat", "wechat"))
    await until(running, lambda: running.rows.order.state == "held")

    async with asyncio.timeout(10):
        assert await ordered.give_back(give_back(order_no), TAKEN) == End()
        await running.closed.wait()
    assert truth(running.rows) == "no_money_kept"
    assert (running.rows.order.why, running.rows.refunded_fen) == ("staff", TOTAL)
    assert await ordered.give_back(give_back(order_no), TAKEN) == End()  # the same again, after a power cut
    assert len(running.rows.refunds) == 1
    none = End(result="refused", why="by_staff.no_such_order")
    assert await ordered.give_back(give_back("T1ZZ0000017"), TAKEN) == none
    await counter.close()


@pytest.mark.parametrize("confirmed", [True, False])
async def test_what_was_delivered_is_not_given_back(tmp_path: Path, confirmed: bool) -> None:
    """Also where only the company knows, and says so when it is asked to cancel."""
    in_doubt = company(
        confirm_paid=lambda *_: gas.Delivered("N") if confirmed else gas.Unreachable("no answer", sent=True),
        query=lambda *_: gas.Unreachable("no answer", sent=True),
        cancel=lambda *_: gas.Delivered("N"),
    )
    counter = await desk(tmp_path, in_doubt, wechat=wechat(payment.Refunded("R")))
    running = await counter.orders.begin(BILL, "zh_CN")
    running.pay_with(Method("wechat", "wechat"))
    await until(running, lambda: running.rows.order.state in ("delivering", "delivered"))

    async with asyncio.timeout(10):
        end = await staff(counter).give_back(give_back(running.rows.order.order_no), TAKEN)
        await running.closed.wait()
    assert truth(running.rows) == "done"
    assert running.rows.refunds == ()
    assert end == End(result="refused", why="by_staff.delivered")
    await counter.close()


async def test_a_refund_that_people_made(tmp_path: Path) -> None:
    refusing = company(confirm_paid=lambda *_: gas.Refused("not_accepted"))
    counter = await desk(tmp_path, refusing, wechat=wechat(payment.RefundFailed("the account is closed")))
    running = await counter.orders.begin(BILL, "zh_CN")
    running.pay_with(Method("wechat", "wechat"))
    await until(running, lambda: any(refund.state == "failed" for refund in running.rows.refunds))
    order_no = running.rows.order.order_no
    settle = SettleRefund(order_no=order_no, n=1, r=1, how="cash", ref="receipt 17", asked_by="chen")
    ordered = staff(counter)
    no_such = SettleRefund(order_no=order_no, n=1, r=2, how="cash", ref="receipt 17", asked_by="chen")
    assert await ordered.settle_refund(no_such, TAKEN) == End(result="refused", why="by_staff.no_such_refund")

    assert [await ordered.settle_refund(settle, TAKEN) for _ in range(2)] == [End(), End()]
    assert running.rows.order.closed
    assert truth(running.rows) == "no_money_kept"
    assert [line.key for line in telling(running.rows)] == ["truth.money.returned_by_staff", "truth.goods.unpaid"]
    await counter.close()


async def test_a_refund_under_another_number(tmp_path: Path) -> None:
    """Only once the channel proves that the first is dead: until then it is asked, and nothing else."""
    said: list[payment.RefundOutcome] = [payment.RefundPending("no answer"), payment.RefundClosed()]
    asked: list[str] = []

    def refund(_: object, wanted: payment.Refund) -> payment.RefundOutcome:
        asked.append(wanted.key)
        return payment.RefundClosed() if wanted.r == 1 else payment.Refunded("R2")

    refusing = company(confirm_paid=lambda *_: gas.Refused("not_accepted"))
    channel = Scripted(
        start=lambda *_: payment.Open(),
        find=lambda *_: payment.Captured(TOTAL, "W"),
        refund=refund,
        find_refund=lambda *_: said.pop(0),
    )
    counter = await desk(tmp_path, refusing, wechat=channel)
    running = await counter.orders.begin(BILL, "zh_CN")
    running.pay_with(Method("wechat", "wechat"))
    await until(running, lambda: any(refund.state == "failed" for refund in running.rows.refunds))
    order_no = running.rows.order.order_no
    renew = RenewRefund(order_no=order_no, n=1, r=1, reason="the account was filled up", asked_by="chen")
    ordered = staff(counter)
    async with asyncio.timeout(10):
        assert [await ordered.renew_refund(renew, TAKEN) for _ in range(2)] == [End(), End()]
        settle = SettleRefund(order_no=order_no, n=1, r=1, how="cash", ref="receipt 17", asked_by="chen")
        under_way = End(result="refused", why="by_staff.refund_under_way")
        assert await ordered.settle_refund(settle, TAKEN) == under_way, "cash, and the next number as well"
        await running.closed.wait()
    assert channel.calls[-3:] == ["find_refund", "find_refund", "refund"]
    assert asked == [f"{order_no}A1R1", f"{order_no}A1R2"]
    assert [refund.state for refund in running.rows.refunds] == ["dead", "done"]
    assert truth(running.rows) == "no_money_kept"
    assert [line.key for line in telling(running.rows)] == ["truth.money.returned", "truth.goods.unpaid"]
    assert await ordered.settle_refund(settle, TAKEN) == End(result="refused", why="by_staff.refund_dead")
    await counter.close()


async def test_a_refund_that_may_still_be_made_keeps_its_number(tmp_path: Path) -> None:
    """WeChat holds the money of an abnormal one, and it goes back under that very number."""
    refusing = company(confirm_paid=lambda *_: gas.Refused("not_accepted"))
    counter = await desk(tmp_path, refusing, wechat=wechat(payment.RefundFailed("ABNORMAL")))
    running = await counter.orders.begin(BILL, "zh_CN")
    running.pay_with(Method("wechat", "wechat"))
    await until(running, lambda: any(refund.state == "failed" for refund in running.rows.refunds))
    order_no = running.rows.order.order_no
    renew = RenewRefund(order_no=order_no, n=1, r=1, reason="please", asked_by="chen")
    refused = End(result="refused", why="by_staff.refund_not_closed")
    assert await staff(counter).renew_refund(renew, TAKEN) == refused
    assert len(running.rows.refunds) == 1
    await counter.close()


@pytest.mark.parametrize("taken", [True, False])
async def test_a_payment_of_which_only_people_can_tell(tmp_path: Path, taken: bool) -> None:
    silent = Scripted(
        start=lambda *_: payment.Unprovable("it names no sale any more"), find=lambda *_: payment.Unknown("no answer")
    )
    counter = await desk(tmp_path, company(), wechat=silent)
    running = await counter.orders.begin(BILL, "zh_CN")
    order_no = running.rows.order.order_no
    running.pay_with(Method("wechat", "wechat"))
    await until(running, lambda: running.rows.manual is not None)
    running.leave()
    ordered = staff(counter)
    settle = SettlePayment(order_no=order_no, n=1, taken=taken, ref="W17", asked_by="chen")
    assert await ordered.settle_payment(
        SettlePayment(order_no=order_no, n=2, taken=taken, ref="W17", asked_by="chen"), TAKEN
    ) == (End(result="refused", why="by_staff.not_in_doubt"))
    async with asyncio.timeout(10):
        assert await ordered.settle_payment(settle, TAKEN) == End()
        await running.closed.wait()
    assert truth(running.rows) == ("done" if taken else "no_money_kept")
    assert running.rows.attempt(1).proof == ("" if taken else "staff")
    assert await ordered.settle_payment(settle, TAKEN) == End()
    other = SettlePayment(order_no=order_no, n=1, taken=not taken, ref="W18", asked_by="chen")
    assert await ordered.settle_payment(other, TAKEN) == End(result="refused", why="by_staff.other_way")
    await counter.close()


def torn(no: str) -> list[ev.Event]:
    """Nobody but the gas company can tell what is on the card of this order."""
    return [
        ev.OrderOpening(
            order_no=no,
            kind="gas_card",
            subject="s",
            account_hash=f"account of {no}",
            hash_key="k",
            quote_id="q",
            due_fen=500,
            business_date="2026-11-24",
            language="en",
            at_ms=1,
            card_hash=f"card of {no}",
        ),
        ev.OrderOpened(order_no=no, pay_by_ms=9, due_fen=500, provider_ref="G"),
        ev.AttemptSent(
            order_no=no,
            n=1,
            channel="wechat",
            device="w",
            hold=False,
            key=f"{no}A1",
            amount_fen=500,
            sent_ms=2,
            show_until_ms=3,
        ),
        ev.AttemptCaptured(order_no=no, n=1, fen=500, ref="W", at_ms=4),
        ev.OrderDelivering(order_no=no, channel="wechat", channel_ref="W", paid_fen=500, deliver_by_ms=9),
        ev.OrderOwed(order_no=no),
        ev.JobSent(order_no=no, n=1, provider_job="J", count=2, gas_m3="20", old_hash="o", new_hash="n", sent_ms=5),
        ev.JobTorn(order_no=no, n=1, why="torn"),
        ev.OrderManual(order_no=no, why="torn"),
    ]


@pytest.mark.parametrize("delivered", [True, False])
def test_a_card_of_which_only_people_can_tell(delivered: bool) -> None:
    """Where it holds the gas nothing goes back, where it does not all of it does."""
    no, rows = "T1ZZ0000017", None
    settled = ev.OrderSettled(order_no=no, delivered=delivered, ref="P17", by="chen", second="zhao", at_ms=6)
    for event in (*torn(no), settled):
        rows = evolve(rows, event)
        if rows.job:  # I5: while it may be on the card, nobody has the order given up
            wanted = Moment(now_ms=6, unwanted=True)
            assert decide(rows, wanted, OrderSettings()) == decide(
                rows, replace(wanted, unwanted=False), OrderSettings()
            )
            assert no_giving_back(rows) == "by_staff.card"
    assert rows is not None
    due = [event.amount_fen for event in refunds_due(rows, 7) if isinstance(event, ev.RefundDue)]
    assert (rows.order.closed, truth(rows), due) == (
        (True, "done", []) if delivered else (False, "not_finished", [500])
    )
    assert no_settling_order(rows, delivered=not delivered) == "by_staff.other_way"
