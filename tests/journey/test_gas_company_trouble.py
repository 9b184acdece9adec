"""The gas company says no, nothing, or something else than before: no money moves, and the screen says why."""

import msgspec
import pytest

from kiosk.views.common import Goodbye, Notice, Working
from kiosk.views.gas import ConfirmBill, EnterAccount, NothingOwed
from kiosk.views.payment import ScanToPay
from kiosk.views.view import View
from kiosk.visit import VisitSettings
from tests.journey.conftest import Hall
from tests.journey.terminal import IMPATIENT, QUICK, VISIT, Terminal, standing

NOTHING_OWED = "0100006013"
NOT_THERE = "0109999999"


async def ends_with(terminal: Terminal, stem: str) -> None:
    """The visit ends at that notice, nothing was sent to the channel, and no paper came out."""
    await terminal.over()
    notices = [view for view in terminal.person.seen if isinstance(view, Notice)]
    assert [notice.title for notice in notices] == [f"notice.{stem}.title"]
    assert not terminal.person.saw(ScanToPay)
    assert terminal.hall.payments() == {}
    assert terminal.hall.slips() == []


async def test_nothing_owed(hall: Hall) -> None:
    async with standing(hall, account=NOTHING_OWED) as terminal:
        owed = await terminal.person.at(NothingOwed)
        assert owed.account == "01****6013"
        await terminal.over()
    assert hall.books() == []
    assert terminal.person.saw(Goodbye)


async def test_nothing_owed_and_then_another_household(hall: Hall) -> None:
    async with standing(hall, account=NOTHING_OWED) as terminal:
        terminal.person.stay(EnterAccount, ConfirmBill)
        terminal.person.answers[NothingOwed] = lambda _: "secondary"
        await terminal.person.at(EnterAccount)
        terminal.person.answer(NOTHING_OWED)
        await terminal.person.at(NothingOwed)
        asked = await terminal.person.at(EnterAccount)
        assert asked.problem is None
        hall.owe(hall.account)
        terminal.person.answer(hall.account)
        await terminal.person.at(ConfirmBill)


async def tried(hall: Hall, number: str) -> list[View]:
    async with standing(hall, account=number) as terminal:
        await ends_with(terminal, "too_many_tries")
        return terminal.person.seen


async def test_unknown_account_and_somebody_elses_look_the_same_and_end_kindly(hall: Hall) -> None:
    hall.owe(hall.account)
    unknown = await tried(hall, NOT_THERE)
    hall.simulators.arm("gas_company_http", "refuse", times=-1, path="/v1/accounts", reason="no_such_account")
    not_yours = await tried(hall, hall.account)
    assert [view for view in unknown if not isinstance(view, Working)] == [
        view for view in not_yours if not isinstance(view, Working)
    ]
    asked = [view.problem for view in unknown if isinstance(view, EnterAccount)]
    assert asked == [None, *["problem.account"] * (VisitSettings().lookups - 1)]


async def test_a_number_that_cannot_be_is_like_an_unknown_one(hall: Hall) -> None:
    async with standing(hall, account="123") as terminal:
        await ends_with(terminal, "too_many_tries")


@pytest.mark.parametrize(
    ("fault", "more"),
    [
        ("slow", {"seconds": 2}),
        ("error_500", {}),
        ("down", {}),
        ("garbage", {}),
        ("half_answer", {}),
        ("lost_answer", {}),
        ("wrong_signature", {}),
        ("stale", {}),
        ("replayed_answer", {}),
    ],
)
@pytest.mark.parametrize("path", ["/v1/accounts/{}", "/v1/accounts/{}/quotes"])
async def test_no_answer_to_be_trusted_while_looking_up(
    hall: Hall, fault: str, more: dict[str, object], path: str
) -> None:
    hall.owe(hall.account)
    hall.simulators.arm("gas_company_http", fault, times=-1, path=path.format(hall.account), **more)
    quick = {"gas_company_http": QUICK if fault == "slow" else {}}
    async with standing(hall, drivers=quick) as terminal:
        await ends_with(terminal, "company_away")
    assert hall.books() == []


async def test_slow_but_in_time_says_what_is_being_waited_for(hall: Hall) -> None:
    hall.owe(hall.account)
    hall.simulators.arm("gas_company_http", "slow", path=f"/v1/accounts/{hall.account}/quotes", seconds=0.3)
    async with standing(hall) as terminal:
        await terminal.person.told("done")
        await terminal.over()
    assert Working(saying="working.fetching_bill") in terminal.person.seen


async def test_company_goes_down_after_the_bill_was_shown(hall: Hall) -> None:
    hall.owe(hall.account)
    async with standing(hall, visit=IMPATIENT) as terminal:
        terminal.person.stay(ConfirmBill)
        await terminal.person.at(ConfirmBill)
        hall.simulators.do("gas_company_http", "unplug")
        terminal.person.answer("pay")
        notice = await terminal.person.at(Notice)
        assert notice.title == "notice.company_away.title"
        hall.simulators.do("gas_company_http", "plug")
        await ends_with(terminal, "company_away")
    assert [line.state for line in hall.books()] == ["cancelled"]


@pytest.mark.parametrize(
    ("reason", "stem"),
    [
        ("quote_changed", "bill_changed"),
        ("quote_expired", "bill_changed"),
        ("already_paid", "already_paid"),
        ("account_busy", "account_busy"),
        ("not_accepted", "not_now"),
    ],
)
async def test_refused_at_opening(hall: Hall, reason: str, stem: str) -> None:
    hall.owe(hall.account)
    hall.simulators.arm("gas_company_http", "refuse", path="/v1/orders", reason=reason)
    async with standing(hall) as terminal:
        await ends_with(terminal, stem)
    assert [line.state for line in hall.books()] == ["refused"]


@pytest.mark.parametrize(
    ("fault", "stem"),
    [("price_changed", "bill_changed"), ("quote_expires_at_once", "bill_changed"), ("paid_elsewhere", "already_paid")],
)
async def test_the_world_changed_between_the_bill_and_the_opening(hall: Hall, fault: str, stem: str) -> None:
    hall.owe(hall.account)
    hall.simulators.arm("gas_company_http", fault, at="open")
    async with standing(hall) as terminal:
        await ends_with(terminal, stem)


async def test_maintenance_at_opening(hall: Hall) -> None:
    """A passing no may follow an opening that acted: nobody is told that the order does not exist."""
    hall.owe(hall.account)
    hall.simulators.arm("gas_company_http", "maintenance", times=-1, path="/v1/orders")
    async with standing(hall, visit=IMPATIENT) as terminal:
        await terminal.person.at(Notice)
        hall.simulators.clear("gas_company_http")
        await ends_with(terminal, "company_away")
    assert [line.state for line in hall.books()] == ["cancelled"]


async def test_opening_answer_lost_is_asked_again_and_the_bill_is_paid(hall: Hall) -> None:
    hall.owe(hall.account)
    hall.simulators.arm("gas_company_http", "lost_answer", path="/v1/orders")
    async with standing(hall) as terminal:
        await terminal.person.told("done")
        await terminal.over()


async def test_someone_else_is_paying_this_account(hall: Hall) -> None:
    """Another terminal of the hall has an order of this account open."""
    hall.owe(hall.account)
    other = Hall(hall.simulators, hall.ledger.parent / "other")
    async with standing(other, account=hall.account) as first:
        first.person.stay(ScanToPay)
        await first.person.at(ScanToPay)
        async with standing(hall) as second:
            notice = await second.person.at(Notice)
            assert notice.title == "notice.account_busy.title"
            await second.settled()
        first.person.answer("cancel")
        await first.over()
    assert [line.state for line in hall.books() if line.order_no.startswith(hall.terminal)] == ["refused"]


async def test_no_patience_is_endless_when_a_driver_hangs(hall: Hall) -> None:
    hall.owe(hall.account)
    visit = msgspec.structs.replace(VISIT, lookup_seconds=0.3)
    hall.simulators.arm("gas_company_http", "slow", times=-1, path="/v1/accounts", seconds=3)
    async with standing(hall, visit=visit, drivers={"gas_company_http": {"lookup_timeout_s": 60}}) as terminal:
        await ends_with(terminal, "company_away")
