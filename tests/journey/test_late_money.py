"""Money that arrives when nobody expects it any more: found by the watch, given back, never delivered twice."""

import asyncio
from collections.abc import Callable

import msgspec
import pytest

from kiosk.views.common import Outcome
from kiosk.views.payment import ChooseMethod, ScanToPay, UnfinishedOrder
from tests.journey.conftest import Hall
from tests.journey.terminal import ORDERS, Terminal, standing

WATCHING = msgspec.structs.replace(ORDERS, late_watch_hours=1, late_looks_seconds=(0.4, 0.8, 1.2, 1.6, 2.0, 60))
REFUNDED = "after record menkou.refund.done.v1"


class Signal:
    """An observer that tells when a checkpoint is passed, and may do something there."""

    def __init__(self, name: str, then: Callable[[], object] = lambda: None) -> None:
        self.passed = asyncio.Event()
        self._name = name
        self._then = then

    def __call__(self, name: str) -> None:
        if name == self._name and not self.passed.is_set():
            self._then()
            self.passed.set()

    async def wait(self) -> None:
        async with asyncio.timeout(15):
            await self.passed.wait()


async def stopped_at_the_code(terminal: Terminal) -> str:
    """The resident goes back from a code; the code, which may be paid late."""
    person = terminal.person
    person.late = True
    person.stay(ScanToPay)
    code = await person.at(ScanToPay)
    person.answer("cancel")
    return code.code


async def test_paid_after_the_visit(hall: Hall) -> None:
    hall.owe(hall.account)
    due = hall.arrears(hall.account)
    refunded = Signal(REFUNDED)
    async with standing(hall, observe=refunded, orders=WATCHING) as terminal:
        code = await stopped_at_the_code(terminal)
        await terminal.over()
        hall.simulators.arm("wechat_pay", "paid_after_close")
        assert hall.pay(code)["paid"]
        await refunded.wait()
        await terminal.settled()
    hall.check_books()
    [line] = hall.books()
    assert (line.state, line.charged, line.returned) == ("cancelled", due, due)
    assert hall.arrears(hall.account) == due


async def test_paid_while_the_end_screen_says_no_money_was_kept(hall: Hall) -> None:
    hall.owe(hall.account)
    refunded = Signal(REFUNDED)
    async with standing(hall, observe=refunded, orders=WATCHING) as terminal:
        person = terminal.person
        person.stay(Outcome)
        code = await stopped_at_the_code(terminal)
        told = await person.at(Outcome)
        assert "truth.money.if_wallet_shows" in {line.key for line in told.lines}
        hall.simulators.arm("wechat_pay", "paid_after_close")
        hall.pay(code)
        await refunded.wait()
        told = await person.at(Outcome, lambda view: view.lines[0].key == "truth.money.returned")
        assert told.truth == "no_money_kept"
        await person.at(Outcome, lambda view: view.slip_state == "printed")
        await terminal.settled()
    hall.check_books()
    assert person.lies == []
    # What was on its way back for a moment only has no slip of its own.
    [slip] = hall.slips()
    assert "没有留下您的钱" in slip
    assert "补打" not in slip


async def test_the_resident_leaves_before_late_money_is_back(hall: Hall) -> None:
    hall.owe(hall.account)
    refunded = Signal(REFUNDED)
    async with standing(hall, observe=refunded, orders=WATCHING) as terminal:
        person = terminal.person
        person.stay(Outcome)
        code = await stopped_at_the_code(terminal)
        await person.at(Outcome)
        hall.simulators.arm("wechat_pay", "refund_500", times=-1)
        hall.simulators.arm("wechat_pay", "paid_after_close")
        hall.pay(code)
        told = await person.at(Outcome, lambda view: view.truth == "not_finished")
        assert told.slip_state == "none"
        person.answer("done")
        await person.gone()
        async with asyncio.timeout(15):
            while "after record menkou.print.ended.v1" not in terminal.passed:
                await terminal.passes()
        hall.simulators.clear("wechat_pay")
        await terminal.over()
    [slip] = hall.slips()
    assert "还没办完" in slip


async def test_paid_while_the_terminal_was_off(hall: Hall) -> None:
    hall.owe(hall.account)
    async with standing(hall, orders=WATCHING) as terminal:
        code = await stopped_at_the_code(terminal)
        await terminal.over()
    hall.simulators.arm("wechat_pay", "paid_after_close")
    assert hall.pay(code)["paid"]
    refunded = Signal(REFUNDED)
    patient = msgspec.structs.replace(WATCHING, late_looks_seconds=(3000,))
    async with standing(hall, observe=refunded, orders=patient) as terminal:
        await refunded.wait()
        await terminal.settled()
    hall.check_books()


async def test_nobody_looks_any_more_when_the_watch_is_over(hall: Hall) -> None:
    hall.owe(hall.account)
    async with standing(hall) as terminal:  # late_watch_hours = 0
        await stopped_at_the_code(terminal)
        await terminal.over()
        finds = terminal.passed.count("before effect Find")
        hall.owe(hall.account)
        terminal.person.answers.clear()
        await terminal.person.again(hall.account)
        await terminal.over()
    assert "before effect Find" not in terminal.passed[: terminal.passed.index("after effect Cancel")][finds:]


@pytest.mark.parametrize("late_first", [True, False])
async def test_both_codes_are_paid(hall: Hall, late_first: bool) -> None:
    """Delivered once; the other payment goes back, not the one that the company was told of."""
    hall.owe(hall.account)
    due = hall.arrears(hall.account)
    refunded = Signal(REFUNDED)
    async with standing(hall, observe=refunded, orders=WATCHING) as terminal:
        person = terminal.person
        person.stay(ChooseMethod)
        await person.at(ChooseMethod)
        person.answer("wechat")
        first = await stopped_at_the_code(terminal)
        await person.at(ChooseMethod)
        person.answer("wechat")
        second = await person.at(ScanToPay)
        hall.simulators.arm("wechat_pay", "paid_after_close")
        for code in (first, second.code) if late_first else (second.code, first):
            assert hall.pay(code)["paid"]
        told = await person.told("done")
        assert told.amount_fen == due
        await refunded.wait()
        await terminal.over()
    [line] = hall.books()
    assert (line.charged, line.returned, line.delivered) == (2 * due, due, due)
    assert hall.arrears(hall.account) == 0
    [order] = [
        booked
        for number, booked in hall.simulators.books("gas_company_http")["orders"].items()
        if number == line.order_no
    ]
    [kept] = [payment for payment in hall.payments().values() if not payment["refunded_fen"]]
    assert order["channel_ref"] == kept["payments"][0]["transaction_id"]


async def test_late_money_of_the_first_code_pays_the_bill_while_the_second_is_shown(hall: Hall) -> None:
    hall.owe(hall.account)
    async with standing(hall, orders=WATCHING) as terminal:
        person = terminal.person
        person.stay(ChooseMethod)
        await person.at(ChooseMethod)
        person.answer("wechat")
        first = await stopped_at_the_code(terminal)
        await person.at(ChooseMethod)
        person.answer("wechat")
        await person.at(ScanToPay)
        hall.simulators.arm("wechat_pay", "paid_after_close")
        hall.pay(first)
        await person.told("done")
        await terminal.over()
    [line] = hall.books()
    assert line.charged == line.delivered
    assert sorted(payment["state"] for payment in hall.payments().values()) == ["CLOSED", "SUCCESS"]


async def test_the_account_is_told_of_late_money_that_cannot_go_back_yet(hall: Hall) -> None:
    hall.owe(hall.account)
    captured = Signal("after record menkou.refund.sent.v1")
    async with standing(hall, observe=captured, orders=WATCHING) as terminal:
        person = terminal.person
        code = await stopped_at_the_code(terminal)
        await terminal.over()
        hall.simulators.arm("wechat_pay", "paid_after_close")
        hall.simulators.arm("wechat_pay", "refund_500", times=-1)
        hall.pay(code)
        await captured.wait()
        person.stay(UnfinishedOrder)
        await person.again(hall.account)
        told = await person.at(UnfinishedOrder)
        assert [line.key for line in told.lines] == ["truth.money.returning", "truth.goods.unpaid"]
        hall.simulators.clear("wechat_pay")
        await terminal.settled()
        ended = await person.at(Outcome)
        assert [line.key for line in ended.lines] == ["truth.money.returned", "truth.goods.unpaid"]
        await terminal.over()
    assert hall.arrears(hall.account) > 0
