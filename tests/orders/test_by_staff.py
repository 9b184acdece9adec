"""What two of the staff order through the hub is done where the machine allows it, and refused where it does not."""

import asyncio
from pathlib import Path

import pytest

from kiosk.devices import gas, payment
from kiosk.orders.by_staff import ByStaff
from kiosk.orders.orders import Orders
from kiosk.orders.steps import Method
from kiosk.protocol.commands import GiveBack, SettleRefund
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
