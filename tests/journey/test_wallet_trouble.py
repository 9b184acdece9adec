"""WeChat is silent, lies or is late, and so is the resident: what the screen says, what the slip says, whose money."""

import msgspec
import pytest

from kiosk.views.common import Outcome, Working
from kiosk.views.payment import ChooseMethod, ScanToPay
from tests.journey.conftest import Hall
from tests.journey.terminal import IMPATIENT, ORDERS, Terminal, standing

CREATE = "/v3/pay/transactions/native"


def remarks(terminal: Terminal) -> list[str]:
    """What the resident was told of the ways tried before."""
    chosen = [view for view in terminal.person.seen if isinstance(view, ChooseMethod)]
    return [view.remark.key for view in chosen if view.remark]


def truths(terminal: Terminal) -> list[str]:
    """The end screens, without repeats in a row."""
    told = [view.truth for view in terminal.person.seen if isinstance(view, Outcome)]
    return [truth for truth, before in zip(told, ["", *told], strict=False) if truth != before]


@pytest.mark.parametrize(
    "fault", ["lost_request", "lost_answer", "garbage", "error_500", "error_500_after", "half_answer"]
)
async def test_create_is_not_answered(hall: Hall, fault: str) -> None:
    hall.owe(hall.account)
    hall.simulators.arm("wechat_pay", fault, path=CREATE)
    async with standing(hall) as terminal:
        await terminal.over()
    assert remarks(terminal) == ["remark.no_answer"]
    assert truths(terminal) == ["no_money_kept"]
    assert not terminal.person.saw(ScanToPay)
    assert hall.slips() == []


@pytest.mark.parametrize("fault", ["wrong_signature", "unsigned", "unknown_serial", "stale_timestamp"])
async def test_the_code_is_not_shown_when_nobody_knows_who_sent_it(hall: Hall, fault: str) -> None:
    hall.owe(hall.account)
    hall.simulators.arm("wechat_pay", fault, op="create")
    async with standing(hall) as terminal:
        await terminal.over()
    assert remarks(terminal) == ["remark.no_answer"]
    assert not terminal.person.saw(ScanToPay)


async def test_create_refused_for_too_many_requests(hall: Hall) -> None:
    hall.owe(hall.account)
    hall.simulators.arm("wechat_pay", "frequency", op="create")
    async with standing(hall) as terminal:
        await terminal.over()
    assert truths(terminal) == ["no_money_kept"]


async def test_wechat_is_down_until_patience_is_out(hall: Hall) -> None:
    hall.owe(hall.account)
    async with standing(hall, visit=IMPATIENT) as terminal:
        person = terminal.person
        person.stay(ChooseMethod)
        await person.at(ChooseMethod)
        hall.simulators.arm("wechat_pay", "down", times=-1)
        person.answer("wechat")
        told = await person.told("not_finished")
        assert [line.key for line in told.lines] == ["truth.money.unknown"]
        assert told.still_working
        hall.simulators.clear("wechat_pay")
        told = await person.told("no_money_kept")
        assert [line.key for line in told.lines] == ["truth.money.nothing", "truth.goods.unpaid"]
        await terminal.over()
    [slip] = hall.slips()
    assert "还没办完，请不要再付" in slip
    assert "办好了" not in slip


async def test_declined_in_the_wallet_and_then_paid(hall: Hall) -> None:
    hall.owe(hall.account)
    hall.simulators.arm("wechat_pay", "decline")
    async with standing(hall) as terminal:
        person = terminal.person
        person.stay(ScanToPay)
        code = await person.at(ScanToPay)
        assert hall.pay(code.code) == {"paid": False, "reason": "declined"}
        assert hall.pay(code.code)["paid"]
        await person.told("done")
        await terminal.over()
    assert truths(terminal) == ["done"]


async def test_declined_and_given_up(hall: Hall) -> None:
    hall.owe(hall.account)
    hall.simulators.arm("wechat_pay", "decline")
    async with standing(hall) as terminal:
        person = terminal.person
        person.stay(ScanToPay)
        code = await person.at(ScanToPay)
        assert hall.pay(code.code)["reason"] == "declined"
        person.answer("cancel")
        await terminal.over()
    assert remarks(terminal) == ["remark.closed"]
    told = [view for view in person.seen if isinstance(view, Outcome)][-1]
    assert [line.key for line in told.lines] == [
        "truth.money.nothing",
        "truth.money.if_wallet_shows",
        "truth.goods.unpaid",
    ]
    assert hall.slips() == []


async def test_back_from_the_code_while_it_is_being_paid(hall: Hall) -> None:
    hall.owe(hall.account)
    hall.simulators.arm("wechat_pay", "orderpaid_race")
    async with standing(hall) as terminal:
        person = terminal.person
        person.stay(ScanToPay)
        await person.at(ScanToPay)
        person.answer("cancel")
        await person.told("done")
        await terminal.over()
    assert any(isinstance(view, Working) and view.saying == "working.checking_payment" for view in person.seen)
    assert truths(terminal) == ["done"]


async def test_back_when_the_payment_is_not_to_be_seen_yet(hall: Hall) -> None:
    hall.owe(hall.account)
    hall.simulators.arm("wechat_pay", "notpay_lag", seconds=0.5)
    async with standing(hall) as terminal:
        person = terminal.person
        person.stay(ScanToPay)
        code = await person.at(ScanToPay)
        hall.pay(code.code)
        person.answer("cancel")
        await person.told("done")
        await terminal.over()


async def test_payment_is_seen_late(hall: Hall) -> None:
    hall.owe(hall.account)
    hall.simulators.arm("wechat_pay", "notpay_lag", polls=4)
    async with standing(hall) as terminal:
        await terminal.over()
    assert truths(terminal) == ["done"]


async def test_time_for_the_code_runs_out(hall: Hall) -> None:
    hall.owe(hall.account)
    async with standing(hall, orders=msgspec.structs.replace(ORDERS, offer_seconds=0.4)) as terminal:
        terminal.person.stay(ScanToPay)
        await terminal.over()
    assert remarks(terminal) == ["remark.timeout"]
    assert truths(terminal) == ["no_money_kept"]


async def test_paid_at_the_last_moment_of_the_code(hall: Hall) -> None:
    hall.owe(hall.account)
    hall.simulators.arm("wechat_pay", "orderpaid_race")
    async with standing(hall, orders=msgspec.structs.replace(ORDERS, offer_seconds=0.4)) as terminal:
        terminal.person.stay(ScanToPay)
        await terminal.person.told("done")
        await terminal.over()


async def test_no_new_code_when_the_price_is_about_to_run_out(hall: Hall) -> None:
    hall.owe(hall.account)
    orders = msgspec.structs.replace(ORDERS, pay_by_margin_seconds=899 - ORDERS.offer_seconds)
    async with standing(hall, orders=orders) as terminal:
        person = terminal.person
        person.stay(ScanToPay, ChooseMethod)
        await person.at(ChooseMethod)
        person.answer("wechat")
        await person.at(ScanToPay)
        person.answer("cancel")
        await person.at(ChooseMethod)
        await person.told("no_money_kept")  # by itself
        await terminal.over()
    assert len(hall.payments()) == 1


async def test_second_code_after_the_first_was_stopped(hall: Hall) -> None:
    hall.owe(hall.account)
    async with standing(hall) as terminal:
        person = terminal.person
        person.stay(ScanToPay, ChooseMethod)
        await person.at(ChooseMethod)
        person.answer("wechat")
        first = await person.at(ScanToPay)
        person.answer("cancel")
        await person.at(ChooseMethod)
        assert hall.pay(first.code) == {"paid": False, "reason": "closed"}
        person.answer("wechat")
        second = await person.at(ScanToPay)
        assert second.code != first.code
        hall.pay(second.code)
        await person.told("done")
        await terminal.over()


async def test_close_is_answered_with_errors_until_it_is_not(hall: Hall) -> None:
    hall.owe(hall.account)
    hall.simulators.arm("wechat_pay", "close_error", times=3)
    async with standing(hall) as terminal:
        terminal.person.answers[ScanToPay] = lambda _: "cancel"
        await terminal.over()
    assert remarks(terminal) == ["remark.closed"]
    assert truths(terminal) == ["no_money_kept"]


async def test_paid_too_little_goes_back_whole(hall: Hall) -> None:
    hall.owe(hall.account)
    due = hall.arrears(hall.account)
    hall.simulators.arm("wechat_pay", "wrong_amount", fen=due - 1)
    async with standing(hall) as terminal:
        told = await terminal.person.told("no_money_kept")
        await terminal.over()
    assert [line.key for line in told.lines] == ["truth.money.returned", "truth.goods.unpaid"]
    assert told.lines[0].money == {"amount": due - 1}
    assert hall.arrears(hall.account) == due
    assert "已退回，微信支付已确认" in hall.slips()[-1]
    assert all(view.saying != "working.telling_company" for view in terminal.person.seen if isinstance(view, Working))


async def test_paid_too_much_gives_the_surplus_back(hall: Hall) -> None:
    hall.owe(hall.account)
    due = hall.arrears(hall.account)
    hall.simulators.arm("wechat_pay", "wrong_amount", fen=due + 250)
    async with standing(hall) as terminal:
        told = await terminal.person.told("done")
        await terminal.over()
    assert [line.key for line in told.lines] == ["truth.money.surplus_returned", "truth.goods.accepted"]
    assert told.lines[0].money == {"amount": 250}
    assert "多付的￥2.50已退回" in hall.slips()[-1]


async def test_a_coupon_of_wechats_is_no_underpayment(hall: Hall) -> None:
    hall.owe(hall.account)
    hall.simulators.arm("wechat_pay", "coupon", fen=100)
    async with standing(hall) as terminal:
        await terminal.over()
    assert truths(terminal) == ["done"]
