"""Paid for a smart meter, and the company does not have it yet: told truly, credited once, or returned."""

import time

import msgspec
import pytest

from kiosk.views.payment import ScanToPay, UnfinishedOrder
from tests.journey.conftest import Hall
from tests.journey.terminal import IMPATIENT, ORDERS, standing
from tests.journey.test_late_money import Signal
from tests.journey.test_smart_meter import ACCOUNT, meter


def down_before_confirm(hall: Hall) -> Signal:
    return Signal(
        "before effect Confirm", lambda: hall.simulators.arm("gas_company_http", "down", times=-1, path="/v1/orders")
    )


async def test_company_goes_down_before_it_is_told_and_comes_back(hall: Hall) -> None:
    before = meter(hall)["balance_fen"]
    unplugged = Signal("before effect Confirm", lambda: hall.simulators.do("gas_company_http", "unplug"))
    async with standing(hall, account=ACCOUNT, journey="smart_meter", observe=unplugged, visit=IMPATIENT) as terminal:
        told = await terminal.person.told("not_finished")
        assert [line.key for line in told.lines] == ["truth.money.received", "truth.goods.not_yet"]
        assert told.next_step == "none"
        assert meter(hall)["balance_fen"] == before
        hall.simulators.do("gas_company_http", "plug")
        assert (await terminal.person.told("done")).next_step == "press_key"
        await terminal.over()
    assert "after record menkou.order.held.v1" in terminal.passed
    first, second = hall.slips()
    assert "还没办完，请不要再付" in first
    assert "充值后余额" not in first
    assert "充值后余额" in second
    assert meter(hall)["balance_fen"] == before + 5_000


async def test_confirm_answer_lost_after_the_credit_credits_once(hall: Hall) -> None:
    before = meter(hall)["balance_fen"]
    lost = Signal("before effect Confirm", lambda: hall.simulators.arm("gas_company_http", "half_answer"))
    async with standing(hall, account=ACCOUNT, journey="smart_meter", observe=lost) as terminal:
        await terminal.person.told("done")
        await terminal.over()
    assert meter(hall)["balance_fen"] == before + 5_000


@pytest.mark.parametrize("reason", ["outside_limits", "not_accepted"])
async def test_confirm_refused_gives_the_money_back(hall: Hall, reason: str) -> None:
    before = meter(hall)["balance_fen"]
    hall.simulators.arm("gas_company_http", "confirm_refused", reason=reason)
    async with standing(hall, account=ACCOUNT, journey="smart_meter") as terminal:
        told = await terminal.person.told("no_money_kept")
        await terminal.over()
    assert [line.key for line in told.lines] == ["truth.money.returned", "truth.goods.not_credited"]
    assert told.next_step == "none"
    slip = hall.slips()[-1]
    assert "没有留下您的钱" in slip
    assert "如需充值，请重新办理" in slip
    assert "充值后余额" not in slip
    assert meter(hall)["balance_fen"] == before


async def test_company_away_past_the_deadline_gives_the_money_back(hall: Hall) -> None:
    before = meter(hall)["balance_fen"]
    ahead = [0.0]
    orders = msgspec.structs.replace(ORDERS, deliver_by_hours=1)
    async with standing(
        hall,
        account=ACCOUNT,
        journey="smart_meter",
        observe=down_before_confirm(hall),
        orders=orders,
        visit=IMPATIENT,
        now=lambda: time.time() + ahead[0],
    ) as terminal:
        await terminal.person.told("not_finished")
        terminal.person.answer("done")
        await terminal.person.gone()
        ahead[0] = 3601
        cancelling = Signal("after record menkou.order.cancelling.v1", lambda: ahead.__setitem__(0, 0.0))
        terminal.observers.append(cancelling)
        await cancelling.wait()
        hall.simulators.clear("gas_company_http")
        await terminal.over()
    assert [line.state for line in hall.books()] == ["cancelled"]
    assert meter(hall)["balance_fen"] == before


async def test_told_of_the_earlier_top_up_instead_of_paying_again(hall: Hall) -> None:
    async with standing(
        hall, account=ACCOUNT, journey="smart_meter", observe=down_before_confirm(hall), visit=IMPATIENT
    ) as terminal:
        person = terminal.person
        await person.told("not_finished")
        person.answer("done")
        await person.gone()
        person.stay(UnfinishedOrder)
        shown = len(person.seen)
        await person.again(ACCOUNT)
        earlier = await person.at(UnfinishedOrder)
        assert [line.key for line in earlier.lines] == ["truth.money.received", "truth.goods.not_yet"]
        assert not any(isinstance(view, ScanToPay) for view in person.seen[shown:])
        person.answer("primary")
        hall.simulators.clear("gas_company_http")
        await terminal.over()
    assert len(hall.payments()) == 1


async def test_left_at_the_code_takes_nothing(hall: Hall) -> None:
    before = meter(hall)["balance_fen"]
    async with standing(hall, account=ACCOUNT, journey="smart_meter") as terminal:
        terminal.person.answers[ScanToPay] = lambda _: "cancel"
        told = await terminal.person.told("no_money_kept")
        await terminal.over()
    assert [line.key for line in told.lines][:1] == ["truth.money.nothing"]
    assert told.lines[-1].key == "truth.goods.not_credited"
    assert meter(hall)["balance_fen"] == before
