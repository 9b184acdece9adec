"""The money is here and the gas company will not have it, or the refund will not go: never both, never neither."""

import asyncio
import time

import msgspec
import pytest

from kiosk.devices.health import Ready
from kiosk.views.common import Outcome
from kiosk.views.payment import UnfinishedOrder
from tests.journey.conftest import Hall
from tests.journey.person import LIMIT_SECONDS
from tests.journey.terminal import IMPATIENT, ORDERS, standing
from tests.journey.test_late_money import Signal


async def test_confirm_answer_lost_after_booking(hall: Hall) -> None:
    hall.owe(hall.account)
    hall.simulators.arm("gas_company_http", "slow_confirm", seconds=1.5)
    async with standing(hall, visit=IMPATIENT, drivers={"gas_company_http": {"confirm_timeout_s": 1.2}}) as terminal:
        told = await terminal.person.at(Outcome)
        assert told.truth == "not_finished"
        assert [line.key for line in told.lines] == ["truth.money.received", "truth.goods.not_yet"]
        await terminal.person.told("done")
        await terminal.over()
    assert [slip for slip in hall.slips() if "补打" in slip] == []
    assert ["还没办完，请不要再付" in slip for slip in hall.slips()] == [True, False]


async def test_company_that_is_back_is_told_at_once(hall: Hall) -> None:
    """Not when the next try would be due: somebody stands there."""
    hall.owe(hall.account)
    lazy = msgspec.structs.replace(ORDERS, retry_first_seconds=3_600, retry_most_seconds=3_600)
    down = Signal("before effect Confirm", lambda: hall.simulators.do("gas_company_http", "unplug"))
    async with standing(hall, observe=down, visit=IMPATIENT, orders=lazy) as terminal:
        await terminal.person.told("not_finished")
        async with asyncio.timeout(LIMIT_SECONDS):
            while terminal.engine.devices.health("gas") == Ready():
                await terminal.passes()
        hall.simulators.do("gas_company_http", "plug")
        await terminal.person.told("done")
        await terminal.over()


async def test_company_goes_down_before_it_is_told(hall: Hall) -> None:
    hall.owe(hall.account)
    down = Signal("before effect Confirm", lambda: hall.simulators.do("gas_company_http", "unplug"))
    async with standing(hall, observe=down, visit=IMPATIENT) as terminal:
        told = await terminal.person.told("not_finished")
        assert [line.key for line in told.lines] == ["truth.money.received", "truth.goods.not_yet"]
        assert told.still_working
        hall.simulators.do("gas_company_http", "plug")
        await terminal.person.told("done")
        await terminal.over()
    assert "after record menkou.order.held.v1" in terminal.passed


@pytest.mark.parametrize("fault", ["garbage", "wrong_signature", "error_500_after", "half_answer"])
async def test_confirm_answered_by_something_that_cannot_be_trusted(hall: Hall, fault: str) -> None:
    hall.owe(hall.account)
    liar = Signal("before effect Confirm", lambda: hall.simulators.arm("gas_company_http", fault, path="/v1/orders"))
    async with standing(hall, observe=liar) as terminal:
        await terminal.over()
    assert [line.state for line in hall.books()] == ["delivered"]
    assert "before effect GiveBack" not in terminal.passed


@pytest.mark.parametrize("reason", ["quote_expired", "quote_changed", "not_accepted"])
async def test_confirm_refused_gives_the_money_back(hall: Hall, reason: str) -> None:
    hall.owe(hall.account)
    due = hall.arrears(hall.account)
    hall.simulators.arm("gas_company_http", "confirm_refused", reason=reason)
    async with standing(hall) as terminal:
        told = await terminal.person.told("no_money_kept")
        await terminal.over()
    assert [line.key for line in told.lines] == ["truth.money.returned", "truth.goods.unpaid"]
    slip = hall.slips()[-1]
    assert "没有留下您的钱" in slip
    assert "办好了" not in slip
    assert hall.arrears(hall.account) == due


async def test_paid_elsewhere_while_paying_here(hall: Hall) -> None:
    hall.owe(hall.account)
    hall.simulators.arm("gas_company_http", "paid_elsewhere", at="confirm")
    async with standing(hall) as terminal:
        told = await terminal.person.told("no_money_kept")
        await terminal.over()
    assert [line.key for line in told.lines] == ["truth.money.returned", "truth.goods.already_paid"]
    slip = hall.slips()[-1]
    assert "不用再交" in slip
    assert "重新办理" not in slip
    assert hall.arrears(hall.account) == 0


async def test_maintenance_when_it_should_be_told_is_no_refusal(hall: Hall) -> None:
    hall.owe(hall.account)
    closed = Signal(
        "before effect Confirm", lambda: hall.simulators.arm("gas_company_http", "maintenance", path="/v1/orders")
    )
    async with standing(hall, observe=closed) as terminal:
        await terminal.over()
    assert [line.state for line in hall.books()] == ["delivered"]


@pytest.mark.parametrize(
    ("fault", "more"),
    [("refund_500", {"times": 3}), ("refund_processing", {"polls": 3}), ("not_enough", {"times": 2})],
)
async def test_refund_takes_its_time(hall: Hall, fault: str, more: dict[str, int]) -> None:
    hall.owe(hall.account)
    hall.simulators.arm("gas_company_http", "confirm_refused")
    hall.simulators.arm("wechat_pay", fault, **more)
    async with standing(hall) as terminal:
        told = await terminal.person.told("no_money_kept")
        await terminal.over()
    assert told.lines[0].key == "truth.money.returned"
    [payment] = hall.payments().values()
    assert len(payment["refunds"]) == 1


@pytest.mark.parametrize("fault", ["lost_answer", "lost_request", "error_500_after", "twice"])
async def test_refund_answer_lost_is_one_refund(hall: Hall, fault: str) -> None:
    hall.owe(hall.account)
    hall.simulators.arm("gas_company_http", "confirm_refused")
    hall.simulators.arm("wechat_pay", fault, path="/v3/refund")
    async with standing(hall) as terminal:
        await terminal.over()
    [payment] = hall.payments().values()
    assert [refund["fen"] for refund in payment["refunds"]] == [payment["paid_fen"]]


@pytest.mark.parametrize("fault", ["refund_abnormal", "refund_closed"])
async def test_refund_that_will_not_happen_by_itself_is_the_staffs(hall: Hall, fault: str) -> None:
    hall.owe(hall.account)
    due = hall.arrears(hall.account)
    hall.simulators.arm("gas_company_http", "confirm_refused", reason="not_accepted")
    hall.simulators.arm("wechat_pay", fault)
    async with standing(hall) as terminal:
        person = terminal.person
        person.stay(UnfinishedOrder)
        told = await person.at(Outcome, lambda view: view.lines[0].key == "truth.money.not_returned")
        assert told.truth == "not_finished"
        assert told.lines[0].money == {"amount": due}
        assert not told.still_working  # the machine does nothing more about it, and does not say so
        await person.gone()
        # and the account cannot pay the same thing again meanwhile
        await person.again(hall.account)
        earlier = await person.at(UnfinishedOrder)
        assert earlier.lines == told.lines
    slip = hall.slips()[-1]
    assert "还没办完，请不要再付" in slip
    assert "由工作人员" in slip
    assert "本机会自动办完" not in slip
    assert person.lies == []
    [line] = hall.books()
    assert (line.state, line.agrees, line.owed) == ("cancelled, not closed", True, due)


async def test_surplus_that_cannot_go_back(hall: Hall) -> None:
    hall.owe(hall.account)
    due = hall.arrears(hall.account)
    hall.simulators.arm("wechat_pay", "wrong_amount", fen=due + 250)
    hall.simulators.arm("wechat_pay", "refund_abnormal")
    async with standing(hall) as terminal:
        told = await terminal.person.at(
            Outcome, lambda view: len(view.lines) == 2 and "not_returned" in view.lines[0].key
        )
        await terminal.person.gone()
    assert [line.key for line in told.lines] == ["truth.money.surplus_not_returned", "truth.goods.accepted"]
    assert told.truth == "not_finished"


async def test_company_away_past_the_deadline_gives_the_money_back(hall: Hall) -> None:
    """The clock of the terminal is moved on; the company is back, and fences the order off."""
    hall.owe(hall.account)
    ahead = [0.0]
    down = Signal("before effect Confirm", lambda: hall.simulators.do("gas_company_http", "unplug"))
    orders = msgspec.structs.replace(ORDERS, deliver_by_hours=1)

    async with standing(
        hall, observe=down, orders=orders, visit=IMPATIENT, now=lambda: time.time() + ahead[0]
    ) as terminal:
        await terminal.person.told("not_finished")
        terminal.person.answer("done")
        await terminal.person.gone()
        ahead[0] = 3601
        # the company's and WeChat's clocks are right: ours is put right again before they are asked
        cancelling = Signal("after record menkou.order.cancelling.v1", lambda: ahead.__setitem__(0, 0.0))
        terminal.observers.append(cancelling)
        await cancelling.wait()
        hall.simulators.do("gas_company_http", "plug")
        await terminal.over()
    assert [line.state for line in hall.books()] == ["cancelled"]
