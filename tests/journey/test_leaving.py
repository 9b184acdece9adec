"""The resident walks away at any screen: the visit is wiped, the money is settled without them."""

import asyncio

import msgspec
import pytest

from kiosk.views.common import Attract, Home, Notice, Outcome, StaffCalled, Working
from kiosk.views.gas import ConfirmBill, EnterAccount, NothingOwed
from kiosk.views.payment import ChooseMethod, ScanToPay, UnfinishedOrder
from kiosk.views.view import StillHere, Touched, View
from tests.journey.conftest import Hall
from tests.journey.terminal import IMPATIENT, ORDERS, Terminal, standing
from tests.journey.test_late_money import Signal

HASTY = msgspec.structs.replace(IMPATIENT, idle_seconds=0.3, still_here_seconds=0.3)


async def wiped(terminal: Terminal) -> None:
    """Nobody answers the question, and the attract screen comes."""
    await terminal.person.asked_still_here()
    await terminal.person.at(Attract)
    await terminal.settled()
    terminal.hall.check_books()
    assert terminal.person.lies == []
    assert terminal.person.questions[-1] is None


@pytest.mark.parametrize("kind", [EnterAccount, ConfirmBill, ChooseMethod])
async def test_gone_before_paying(hall: Hall, kind: type[View]) -> None:
    hall.owe(hall.account)
    async with standing(hall, visit=HASTY) as terminal:
        terminal.person.stay(kind, Attract)
        await terminal.person.at(kind)
        await wiped(terminal)
    assert hall.books() == []
    assert [question for question in terminal.person.questions if question] == [StillHere(1)]


async def test_gone_at_nothing_owed(hall: Hall) -> None:
    async with standing(hall, visit=HASTY, account="0100006013") as terminal:
        terminal.person.stay(NothingOwed, Attract)
        await terminal.person.at(NothingOwed)
        await wiped(terminal)


async def test_gone_at_a_notice(hall: Hall) -> None:
    async with standing(hall, visit=HASTY, account="0200000284") as terminal:
        terminal.person.stay(Notice, Attract)
        await terminal.person.at(Notice)
        await wiped(terminal)


async def test_the_code_is_never_taken_away_by_the_idle_question(hall: Hall) -> None:
    hall.owe(hall.account)
    orders = msgspec.structs.replace(ORDERS, offer_seconds=0.8)
    async with standing(hall, visit=HASTY, orders=orders) as terminal:
        person = terminal.person
        person.stay(ScanToPay, ChooseMethod, Attract)
        await person.at(ChooseMethod)
        person.answer("wechat")
        await person.at(ScanToPay)
        await person.at(ChooseMethod)  # the code's own time is over
        assert person.questions in ([], [None])
        await wiped(terminal)
    assert [line.state for line in hall.books()] == ["cancelled"]


async def test_the_code_is_not_taken_away_while_the_staff_is_awaited(hall: Hall) -> None:
    hall.owe(hall.account)
    orders = msgspec.structs.replace(ORDERS, offer_seconds=0.8)
    async with standing(hall, visit=HASTY, orders=orders) as terminal:
        person = terminal.person
        person.stay(ScanToPay, StaffCalled, ChooseMethod, Attract)
        await person.at(ChooseMethod)
        person.answer("wechat")
        await person.at(ScanToPay)
        person.call_staff()
        await person.at(StaffCalled)
        chosen = await person.at(ChooseMethod)
        assert chosen.remark is not None
        assert chosen.remark.key == "remark.timeout"
        await wiped(terminal)


async def test_gone_with_the_code_paid(hall: Hall) -> None:
    hall.owe(hall.account)
    async with standing(hall, visit=HASTY) as terminal:
        person = terminal.person
        person.stay(Outcome, Attract)
        await person.told("done")
        await wiped(terminal)
    assert len(hall.slips()) == 1


async def test_gone_while_the_money_is_on_its_way(hall: Hall) -> None:
    """Nobody is asked anything while it is; the end screen is told for as long as an idle one."""
    hall.owe(hall.account)
    down = Signal("before effect Confirm", lambda: hall.simulators.do("gas_company_http", "unplug"))
    async with standing(hall, visit=HASTY, observe=down) as terminal:
        person = terminal.person
        person.stay(Outcome, Attract)
        await person.told("not_finished")
        await person.asked_still_here()
        hall.simulators.do("gas_company_http", "plug")
        await wiped(terminal)
    assert [line.state for line in hall.books()] == ["delivered"]
    assert hall.arrears(hall.account) == 0


async def test_gone_at_the_earlier_payment(hall: Hall) -> None:
    hall.owe(hall.account)
    hall.simulators.arm("gas_company_http", "confirm_refused", reason="not_accepted")
    hall.simulators.arm("wechat_pay", "refund_500", times=-1)
    async with standing(hall, visit=HASTY) as terminal:
        person = terminal.person
        person.answers[Outcome] = lambda _: "done"
        await person.gone()
        person.stay(UnfinishedOrder, Attract)
        await person.again(hall.account)
        await person.at(UnfinishedOrder)
        await person.asked_still_here()
        await person.at(Attract)
        hall.simulators.clear("wechat_pay")
        await terminal.settled()
    hall.check_books()


async def test_still_here_keeps_the_page(hall: Hall) -> None:
    async with standing(hall, visit=HASTY) as terminal:
        person = terminal.person
        person.stay(EnterAccount, Attract)
        await person.at(EnterAccount)
        page = person.page
        await person.asked_still_here()
        person.take(Touched())
        async with asyncio.timeout(10):
            while person.questions[-1] is not None:
                person.heard.clear()
                await person.heard.wait()
        assert person.page == page
        await wiped(terminal)


async def test_news_of_devices_gives_nobody_more_time(hall: Hall) -> None:
    """A printer that comes and goes all the time must not keep a deserted screen alive."""
    hall.owe(hall.account)
    async with standing(hall, visit=HASTY) as terminal:
        person = terminal.person
        person.stay(Outcome, Attract)
        await person.told("done")
        host = terminal.engine.host

        async def flapping() -> None:
            while True:
                host.health_changed()
                for subscriber in list(terminal.engine.devices._subscribers):
                    subscriber("receipts", terminal.engine.devices.health("receipts"))
                await asyncio.sleep(0.01)

        news = asyncio.create_task(flapping())
        try:
            await wiped(terminal)
        finally:
            news.cancel()


async def test_staff_called_from_the_attract_screen_and_nobody_there(hall: Hall) -> None:
    async with standing(hall, visit=HASTY) as terminal:
        person = terminal.person
        person.stay(EnterAccount, Attract, StaffCalled)
        await person.at(EnterAccount)
        await wiped(terminal)
        person.call_staff()
        await person.at(StaffCalled)
        await person.at(Attract)
        person.answer("start")
        await person.at(Home)


async def test_gone_while_the_company_does_not_answer(hall: Hall) -> None:
    hall.owe(hall.account)
    visit = msgspec.structs.replace(HASTY, lookup_seconds=0.3)
    hall.simulators.arm("gas_company_http", "slow", times=-1, path="/v1/accounts", seconds=2)
    async with standing(hall, visit=visit, drivers={"gas_company_http": {"lookup_timeout_s": 60}}) as terminal:
        terminal.person.stay(Notice, Attract)
        await terminal.person.at(Working)
        await wiped(terminal)
