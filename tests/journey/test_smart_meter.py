"""Money for a smart meter: credited once, or not taken; and what each screen says when the world is otherwise."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from kiosk.journeys.settings import SmartMeterSettings
from kiosk.slips.slip import Pair
from kiosk.text.catalogue import Said
from kiosk.views.common import Goodbye, Home, Notice, Outcome, Working
from kiosk.views.gas import ChooseAmount, ConfirmBill, ConfirmTopUp, EnterAccount, EnterAmount
from kiosk.views.payment import ChooseMethod, ScanToPay
from kiosk.views.view import View
from kiosk.visit import VisitSettings
from tests.journey.conftest import Hall
from tests.journey.person import Person
from tests.journey.terminal import IMPATIENT, QUICK, Terminal, standing

ACCOUNT, IN_DEBT, BEFORE_THE_SECOND_TIER, FULL = "0200000156", "0200000164", "0200000172", "0200000180"
CARD = "0200000284"
NOT_THERE = "0299999999"


@pytest.fixture(autouse=True)
def usual_meters(hall: Hall) -> Iterator[None]:
    yield
    hall.simulators.do("gas_company_http", "set_limits")
    for account in (ACCOUNT, IN_DEBT, BEFORE_THE_SECOND_TIER):
        hall.simulators.do("gas_company_http", "set_meter", account=account, silent=False)


def meter(hall: Hall, account: str = ACCOUNT) -> dict[str, Any]:
    """What the company has of a smart meter."""
    known: dict[str, Any] = hall.simulators.books("gas_company_http")["meters"][account]
    return known


def newer(person: Person, number: int) -> Callable[[View], bool]:
    """Whether the page on the screen came after page `number`."""
    return lambda _: person.page is not None and person.page.number > number


async def ends_with(terminal: Terminal, stem: str, body: str = "body") -> None:
    """The visit ends at that notice, nothing was sent to the channel, and no paper came out."""
    await terminal.over()
    notices = [view for view in terminal.person.seen if isinstance(view, Notice)]
    assert [notice.body.key for notice in notices] == [f"notice.{stem}.{body}"]
    assert not terminal.person.saw(ScanToPay)
    assert terminal.hall.payments() == {}
    assert terminal.hall.slips() == []


async def test_topped_up_and_credited(hall: Hall) -> None:
    before = meter(hall)["balance_fen"]
    async with standing(hall, account=ACCOUNT, journey="smart_meter") as terminal:
        told = await terminal.person.told("done")
        await terminal.over()
    assert [kind for kind in terminal.person.kinds if kind not in ("Working", "Attract")] == [
        "Home",
        "EnterAccount",
        "ChooseAmount",
        "ConfirmTopUp",
        "ChooseMethod",
        "ScanToPay",
        "Outcome",
        "RateService",
        "Goodbye",
    ]
    assert told.lines == (Said("truth.goods.credited", money={"amount": 5_000}),)
    assert told.next_step == "press_key"
    assert meter(hall) == {"balance_fen": before + 5_000, "shown_fen": before + 5_000, "silent": False}
    [payment] = hall.payments().values()
    assert payment["wording"] == "天福和园便民服务站 燃气充值"
    [slip] = hall.slips()
    assert "燃气充值凭条办好了" in slip.replace("天福和园便民服务站", "")
    assert "短按一下表上的按键" in slip
    assert "补打" not in slip


async def test_the_question_says_what_the_money_buys_and_the_slip_repeats_it(hall: Hall) -> None:
    """(Other tests may have raised the prices.)"""
    account = BEFORE_THE_SECOND_TIER
    before = meter(hall, account)["balance_fen"]
    async with standing(hall, account=account, journey="smart_meter") as terminal:
        terminal.person.answers[ChooseAmount] = lambda _: "20000"
        terminal.person.stay(ConfirmTopUp)
        view = await terminal.person.at(ConfirmTopUp)
        assert (view.holder, view.address, view.account) == ("冯**", "和信家园 ***", "02****0172")
        assert (view.total_fen, view.balance_fen, view.balance_after_fen) == (20_000, before, before + 20_000)
        first, second = view.lines
        assert (first.tier, second.tier, first.amount_fen + second.amount_fen) == (1, 2, 20_000)
        assert first.volume_m3 is not None
        assert 18 < first.volume_m3 < view.worth_m3 < 64
        terminal.person.answer("pay")
        await terminal.over()
    told = [outcome for outcome in terminal.person.seen if isinstance(outcome, Outcome)][-1]
    assert told.slip is not None
    pairs = [(line.left, line.right) for line in told.slip.lines if isinstance(line, Pair)]
    assert pairs[3:9] == [
        ("充值前余额", f"¥{before / 100:.2f}"),
        ("充值后余额", f"¥{before / 100 + 200:.2f}"),
        ("约可用气", f"{view.worth_m3} m³"),
        (f"一档 {first.volume_m3} m³ × {first.unit_price}", f"{first.amount_fen / 100:.2f}"),
        (f"二档 {second.volume_m3} m³ × {second.unit_price}", f"{second.amount_fen / 100:.2f}"),
        ("本年累计用气", "380 m³"),
    ]


async def test_a_debt_on_the_account_is_settled_first(hall: Hall) -> None:
    before = meter(hall, IN_DEBT)["balance_fen"]
    assert before < 0
    async with standing(hall, account=IN_DEBT, journey="smart_meter") as terminal:
        terminal.person.stay(ConfirmTopUp)
        view = await terminal.person.at(ConfirmTopUp)
        assert (view.owed_fen, view.owes) == (-before, True)
        assert sum(line.amount_fen for line in view.lines) == 5_000 + before
        terminal.person.answer("pay")
        await terminal.over()
    assert f"先补欠费{-before / 100:.2f}" in hall.slips()[0]
    assert meter(hall, IN_DEBT)["balance_fen"] == before + 5_000


async def test_meter_that_hears_of_it_only_when_its_key_is_pressed(hall: Hall) -> None:
    before = meter(hall)
    hall.simulators.arm("gas_company_http", "silent_meter")
    async with standing(hall, account=ACCOUNT, journey="smart_meter") as terminal:
        told = await terminal.person.told("done")
        await terminal.over()
    assert told.next_step == "press_key"
    assert "可能过几个小时才显示" in hall.slips()[0]
    now = meter(hall)
    assert (now["balance_fen"], now["shown_fen"]) == (before["balance_fen"] + 5_000, before["shown_fen"])
    assert hall.simulators.do("gas_company_http", "press_key", account=ACCOUNT) == {"shown_fen": now["balance_fen"]}


async def test_pressing_everything_twice_credits_once(hall: Hall) -> None:
    before = meter(hall)["balance_fen"]
    async with standing(hall, account=ACCOUNT, journey="smart_meter") as terminal:
        engine = terminal.engine

        def twice(given: Any) -> None:
            engine.take(given)
            engine.take(given)

        terminal.person.take = twice
        await terminal.over()
    assert meter(hall)["balance_fen"] == before + 5_000
    assert len(hall.payments()) == len(hall.slips()) == 1


# The amount


async def test_another_amount_outside_the_limits_is_asked_for_again(hall: Hall) -> None:
    async with standing(hall, account=ACCOUNT, journey="smart_meter") as terminal:
        person = terminal.person
        person.answers[ChooseAmount] = lambda _: "other"
        person.stay(EnterAmount, ConfirmTopUp)
        too_small = Said("problem.amount_too_small", money={"least": 1_000})
        too_large = Said("problem.amount_too_large", money={"most": 100_000})
        await person.at(EnterAmount, lambda view: view.problem is None)
        for typed, problem in (("9", too_small), ("1001", too_large), ("", too_small), ("1e9", too_small)):
            number = person.page.number if person.page else 0
            person.answer(typed)
            await person.at(EnterAmount, newer(person, number))
            assert person.page is not None
            assert getattr(person.page.view, "problem", None) == problem
        person.answer("120")
        assert (await person.at(ConfirmTopUp)).total_fen == 12_000


async def test_amount_to_the_fen_where_the_hall_wants_it(hall: Hall) -> None:
    fen = SmartMeterSettings(amounts_yuan=(), entry="fen")
    async with standing(hall, account=ACCOUNT, journey="smart_meter", smart_meter=fen) as terminal:
        terminal.person.answers[EnterAmount] = lambda _: "10.05"
        terminal.person.stay(ConfirmTopUp)
        assert (await terminal.person.at(ConfirmTopUp)).total_fen == 1_005
    assert not terminal.person.saw(ChooseAmount)
    assert {view.decimals for view in terminal.person.seen if isinstance(view, EnterAmount)} == {True}


async def test_amounts_that_the_company_does_not_take_have_no_key(hall: Hall) -> None:
    hall.simulators.do("gas_company_http", "set_limits", min_fen=6_000, max_fen=20_000)
    async with standing(hall, account=ACCOUNT, journey="smart_meter") as terminal:
        terminal.person.stay(ChooseAmount)
        view = await terminal.person.at(ChooseAmount)
        assert [key.yuan for key in view.amounts] == ["100", "200"]


async def test_back_leads_from_the_keypad_to_the_keys_and_from_there_to_the_account(hall: Hall) -> None:
    async with standing(hall, account=ACCOUNT, journey="smart_meter") as terminal:
        person = terminal.person
        person.answers[ChooseAmount] = lambda _: "other"
        person.stay(EnterAmount)
        await person.at(EnterAmount)
        person.stay(ChooseAmount, EnterAccount)
        person.back()
        await person.at(ChooseAmount)
        person.back()
        await person.at(EnterAccount)
        assert person.page is not None
        assert person.page.previous == ACCOUNT


# The account


async def test_unknown_account(hall: Hall) -> None:
    async with standing(hall, account=NOT_THERE, journey="smart_meter") as terminal:
        await ends_with(terminal, "too_many_tries")
    asked = [view.problem for view in terminal.person.seen if isinstance(view, EnterAccount)]
    assert asked == [None, *["problem.account"] * (VisitSettings().lookups - 1)]


async def test_full_account_takes_nothing(hall: Hall) -> None:
    async with standing(hall, account=FULL, journey="smart_meter") as terminal:
        await ends_with(terminal, "no_top_up")


@pytest.mark.parametrize("journey", ["smart_meter", "gas_bill"])
async def test_card_meter_is_told_what_is_needed(hall: Hall, journey: str) -> None:
    async with standing(hall, account=CARD, journey=journey) as terminal:
        await ends_with(terminal, "card_meter")


async def test_postpaid_meter_goes_on_to_its_bill(hall: Hall) -> None:
    hall.owe(hall.account)
    async with standing(hall, journey="smart_meter") as terminal:
        await terminal.person.told("done")
        await terminal.over()
    assert terminal.person.kinds.index("Notice") < terminal.person.kinds.index("ConfirmBill")
    assert "燃气缴费凭条" in hall.slips()[0]
    assert hall.arrears(hall.account) == 0


async def test_smart_meter_has_no_bill_and_goes_on_to_the_top_up(hall: Hall) -> None:
    before = meter(hall)["balance_fen"]
    async with standing(hall, account=ACCOUNT) as terminal:
        await terminal.person.told("done")
        await terminal.over()
    assert terminal.person.kinds.index("Notice") < terminal.person.kinds.index("ConfirmTopUp")
    assert meter(hall)["balance_fen"] == before + 5_000


@pytest.mark.parametrize(("journey", "account"), [("gas_bill", ACCOUNT), ("smart_meter", "")])
async def test_the_other_service_is_not_wanted(hall: Hall, journey: str, account: str) -> None:
    async with standing(hall, account=account, journey=journey) as terminal:
        terminal.person.answers[Notice] = lambda _: "secondary"
        await terminal.person.at(Notice)
        await terminal.person.at(Home)
    assert not terminal.person.saw(ConfirmTopUp)
    assert not terminal.person.saw(ConfirmBill)


@pytest.mark.parametrize(
    ("journey", "account", "stem"), [("gas_bill", ACCOUNT, "remote_meter"), ("smart_meter", "", "postpaid_meter")]
)
async def test_the_other_service_is_not_offered_here(hall: Hall, journey: str, account: str, stem: str) -> None:
    async with standing(hall, account=account, journey=journey, journeys=(journey,)) as terminal:
        await ends_with(terminal, stem, body="elsewhere")


# The company


@pytest.mark.parametrize("fault", ["slow", "error_500", "garbage", "lost_answer", "wrong_signature", "maintenance"])
async def test_no_answer_to_be_trusted_about_what_it_buys(hall: Hall, fault: str) -> None:
    path = f"/v1/accounts/{ACCOUNT}/top-up-quotes"
    hall.simulators.arm("gas_company_http", fault, times=-1, path=path, seconds=2)
    quick = {"gas_company_http": QUICK if fault == "slow" else {}}
    async with standing(hall, account=ACCOUNT, journey="smart_meter", drivers=quick) as terminal:
        await ends_with(terminal, "not_now" if fault == "maintenance" else "company_away")
    assert hall.books() == []


@pytest.mark.parametrize("kind", ["total", "line", "negative", "balance", "owed"])
async def test_quote_that_contradicts_itself_is_shown_to_nobody(hall: Hall, kind: str) -> None:
    # an account of its own: a request of the test before may still be on its slow way
    hall.simulators.arm("gas_company_http", "inconsistent_quote", path=f"/v1/accounts/{IN_DEBT}", kind=kind)
    async with standing(hall, account=IN_DEBT, journey="smart_meter") as terminal:
        await ends_with(terminal, "company_away")
    assert not terminal.person.saw(ConfirmTopUp)


async def test_limits_changed_since_the_balance_was_shown(hall: Hall) -> None:
    async with standing(hall, account=ACCOUNT, journey="smart_meter") as terminal:
        person = terminal.person
        person.stay(ChooseAmount)
        await person.at(ChooseAmount)
        hall.simulators.do("gas_company_http", "set_limits", min_fen=100, max_fen=4_000)
        person.answer("5000")
        again = await person.at(ChooseAmount, lambda view: view.problem is not None)
        assert (again.problem, again.amounts, again.max_fen) == ("problem.limits_changed", (), 4_000)
        person.answer("other")
        await person.told("done")
        await terminal.over()
    assert [line.charged for line in hall.books()] == [100]


async def test_limits_that_change_all_the_time_end_kindly(hall: Hall) -> None:
    path = f"/v1/accounts/{ACCOUNT}/top-up-quotes"
    hall.simulators.arm("gas_company_http", "refuse", times=-1, path=path, reason="outside_limits")
    async with standing(hall, account=ACCOUNT, journey="smart_meter") as terminal:
        await ends_with(terminal, "limits_changed")


@pytest.mark.parametrize(
    ("reason", "stem"),
    [
        ("quote_changed", "top_up_changed"),
        ("quote_expired", "top_up_changed"),
        ("outside_limits", "limits_changed"),
        ("account_busy", "account_busy"),
        ("not_accepted", "not_now"),
    ],
)
async def test_refused_at_opening(hall: Hall, reason: str, stem: str) -> None:
    hall.simulators.arm("gas_company_http", "refuse", path="/v1/orders", reason=reason)
    async with standing(hall, account=ACCOUNT, journey="smart_meter") as terminal:
        await ends_with(terminal, stem)
    assert [line.state for line in hall.books()] == ["refused"]


@pytest.mark.parametrize(
    ("fault", "stem"),
    [
        ("price_changed", "top_up_changed"),
        ("quote_expires_at_once", "top_up_changed"),
        ("paid_elsewhere", "top_up_changed"),
        ("limits_changed", "limits_changed"),
    ],
)
async def test_the_world_changed_between_the_question_and_the_opening(hall: Hall, fault: str, stem: str) -> None:
    hall.simulators.arm("gas_company_http", fault, at="open")
    async with standing(hall, account=ACCOUNT, journey="smart_meter") as terminal:
        await ends_with(terminal, stem)


async def test_company_goes_down_after_the_question(hall: Hall) -> None:
    async with standing(hall, account=ACCOUNT, journey="smart_meter", visit=IMPATIENT) as terminal:
        terminal.person.stay(ConfirmTopUp)
        await terminal.person.at(ConfirmTopUp)
        hall.simulators.arm("gas_company_http", "down", times=-1, path="/v1/orders")
        terminal.person.answer("pay")
        await terminal.person.at(Notice)
        hall.simulators.clear("gas_company_http")
        await ends_with(terminal, "company_away")
    assert [line.state for line in hall.books()] == ["cancelled"]


async def test_slow_but_in_time_says_what_is_being_waited_for(hall: Hall) -> None:
    path = f"/v1/accounts/{ACCOUNT}/top-up-quotes"
    hall.simulators.arm("gas_company_http", "slow", path=path, seconds=0.3)
    async with standing(hall, account=ACCOUNT, journey="smart_meter") as terminal:
        await terminal.over()
    assert Working(saying="working.fetching_worth") in terminal.person.seen
    assert terminal.person.saw(ChooseMethod)
    assert terminal.person.saw(Goodbye)
