"""Paying by Alipay, whose cancellation gives money back: what the screen says, what the slip says, whose money."""

import asyncio

import pytest

from kiosk.views.common import Outcome
from kiosk.views.payment import ChooseMethod, ScanToPay
from tests.journey.conftest import Hall
from tests.journey.person import LIMIT_SECONDS
from tests.journey.terminal import IMPATIENT, Terminal, standing

SHORT: dict[str, dict[str, object]] = {"alipay": {"timeout_s": 0.5}}


def remarks(terminal: Terminal) -> list[str]:
    """What the resident was told of the ways tried before."""
    chosen = [view for view in terminal.person.seen if isinstance(view, ChooseMethod)]
    return [view.remark.key for view in chosen if view.remark]


async def test_bill_paid_by_alipay(hall: Hall) -> None:
    hall.owe(hall.account)
    async with standing(hall, alipay=True) as terminal:
        terminal.person.channel = "alipay"
        await terminal.over()
        offered = next(view for view in terminal.person.seen if isinstance(view, ChooseMethod))
        assert [method.channel for method in offered.methods] == ["wechat", "alipay", "card"]
    [line] = hall.books()
    assert line.delivered == line.charged > 0
    [slip] = hall.slips()
    assert "支付宝" in slip
    assert "办好了" in slip


async def test_paid_just_as_back_is_pressed_goes_back_and_another_way_is_chosen(hall: Hall) -> None:
    hall.owe(hall.account)
    hall.simulators.arm("alipay", "paid_race")
    async with standing(hall, alipay=True) as terminal:
        person = terminal.person
        person.channel, person._second = "alipay", "wechat"
        person.answers[ScanToPay] = lambda view: (
            "cancel" if isinstance(view, ScanToPay) and view.channel == "alipay" else _paid(hall, view)
        )
        await terminal.over()
    assert remarks(terminal) == ["remark.reversed"]
    booked = [trade for trade in hall.simulators.books("alipay")["trades"].values() if trade["reversed_fen"]]
    assert booked[-1]["paid_fen"] == booked[-1]["reversed_fen"]
    [line] = hall.books()
    assert line.charged == line.delivered > 0
    assert "微信支付" in hall.slips()[-1]


async def test_paid_just_as_the_resident_leaves_goes_back_and_the_end_says_so(hall: Hall) -> None:
    hall.owe(hall.account)
    hall.simulators.arm("alipay", "paid_race")
    async with standing(hall, alipay=True) as terminal:
        person = terminal.person
        person.channel = "alipay"
        person.answers[ScanToPay] = lambda _: "cancel"
        await terminal.over()
    told = [view for view in person.seen if isinstance(view, Outcome)][-1]
    assert told.truth == "no_money_kept"
    assert [line.key for line in told.lines] == ["truth.money.reversed", "truth.goods.unpaid"]


async def test_paid_while_the_cancellation_travels_is_neither_delivered_nor_kept(hall: Hall) -> None:
    """The gateway is slow, the terminal gives the call up, the resident pays: the goods must not go out."""
    hall.owe(hall.account)
    due = hall.arrears(hall.account)
    async with standing(hall, alipay=True, visit=IMPATIENT, drivers=SHORT) as terminal:
        person = terminal.person
        person.channel = "alipay"
        person.stay(ScanToPay)
        code = await person.at(ScanToPay)
        hall.simulators.arm("alipay", "slow", seconds=1.2, asks="cancel trade")
        person.answer("cancel")
        key = next(
            key for key, trade in hall.simulators.books("alipay")["trades"].items() if trade["qr_code"] == code.code
        )
        async with asyncio.timeout(LIMIT_SECONDS):
            while f"cancel trade {key}".encode() not in hall.simulators.fetch("alipay", "/talk"):
                await terminal.passes()
        assert hall.pay(code.code, "alipay")["paid"]
        person.answers[ScanToPay] = lambda _: "cancel"
        await terminal.over()
    assert hall.arrears(hall.account) == due
    [line] = hall.books()
    assert (line.charged, line.charged_there, line.delivered_there) == (0, 0, 0)


@pytest.mark.parametrize("fault", ["lost_answer", "wrong_signature", "unknown_error_after"])
async def test_code_is_not_shown_when_its_answer_is_not_alipays(hall: Hall, fault: str) -> None:
    hall.owe(hall.account)
    hall.simulators.arm("alipay", fault, **({"asks": "new code"} if fault == "lost_answer" else {"op": "precreate"}))
    async with standing(hall, alipay=True) as terminal:
        terminal.person.channel = "alipay"
        await terminal.over()
    assert not terminal.person.saw(ScanToPay)
    assert hall.slips() == []


async def test_given_back_because_the_company_refuses(hall: Hall) -> None:
    hall.owe(hall.account)
    hall.simulators.arm("gas_company_http", "confirm_refused")
    hall.simulators.arm("alipay", "refund_lag")
    async with standing(hall, alipay=True) as terminal:
        terminal.person.channel = "alipay"
        await terminal.over()
    [line] = hall.books()
    assert line.charged == line.returned == line.returned_there > 0
    assert "没有留下您的钱" in hall.slips()[-1]


async def test_unplugged_while_the_code_is_on_the_screen(hall: Hall) -> None:
    """Paid in the dark: nothing is told before Alipay is there again, and then it is done."""
    hall.owe(hall.account)
    async with standing(hall, alipay=True, visit=IMPATIENT) as terminal:
        person = terminal.person
        person.channel = "alipay"
        person.stay(ScanToPay)
        code = await person.at(ScanToPay)
        assert hall.pay(code.code, "alipay")["paid"]
        hall.simulators.do("alipay", "unplug")
        hall.simulators.do("alipay", "plug")
        await person.told("done")
        await terminal.over()


def _paid(hall: Hall, view: object) -> None:
    assert isinstance(view, ScanToPay)
    hall.pay(view.code, view.channel)
