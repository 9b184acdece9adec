"""A bill that is paid as it should be, and what a second press may not do."""

from kiosk.views.common import Home, Outcome, StaffCalled
from kiosk.views.gas import ConfirmBill
from kiosk.views.payment import ChooseMethod, ScanToPay
from kiosk.views.view import Input
from tests.journey.conftest import Hall
from tests.journey.terminal import standing


async def test_paid_and_delivered(hall: Hall) -> None:
    hall.owe(hall.account)
    async with standing(hall) as terminal:
        await terminal.person.told("done")
        await terminal.over()
    assert terminal.person.kinds[-3:] == ["Outcome", "RateService", "Goodbye"]
    [slip] = hall.slips()
    assert "办好了" in slip
    assert "补打" not in slip
    assert hall.arrears(hall.account) == 0


async def test_pressing_everything_twice_pays_once(hall: Hall) -> None:
    hall.owe(hall.account)
    async with standing(hall) as terminal:
        person = terminal.person

        def twice(given: Input) -> None:
            terminal.engine.take(given)
            terminal.engine.take(given)

        person.take = twice
        await terminal.over()
    [payment] = hall.payments().values()
    assert len(payment["payments"]) == 1
    assert len(hall.slips()) == 1
    assert len(hall.books()) == 1


async def test_an_answer_to_a_page_that_is_gone_does_nothing(hall: Hall) -> None:
    hall.owe(hall.account)
    async with standing(hall) as terminal:
        person = terminal.person
        person.stay(ChooseMethod, ScanToPay)
        await person.at(ChooseMethod)
        person.answer("wechat")
        person.back()  # of the page that was just answered
        await person.at(ScanToPay)
        number = person.page.number if person.page else 0
        person.answer("cancel")
        person.back()
        chosen = await person.at(ChooseMethod)
        assert chosen.remark is not None
        assert person.page is not None
        assert person.page.number > number
        person.back()
        await person.told("no_money_kept")
        await terminal.over()


async def test_the_code_keeps_its_time_through_a_staff_call_and_another_language(hall: Hall) -> None:
    hall.owe(hall.account)
    async with standing(hall) as terminal:
        person = terminal.person
        person.stay(ScanToPay, StaffCalled)
        code = await person.at(ScanToPay)
        person.speak("en")
        person.call_staff()
        await person.at(StaffCalled)
        person.answer("primary")
        assert await person.at(ScanToPay) == code
        assert person.page is not None
        assert person.page.language == "en"
        hall.pay(code.code)
        await person.told("done")
        await terminal.over()
    assert {view for view in person.seen if isinstance(view, ScanToPay)} == {code}
    assert "Done" in hall.slips()[0]


async def test_paid_while_the_staff_is_called(hall: Hall) -> None:
    hall.owe(hall.account)
    async with standing(hall) as terminal:
        person = terminal.person
        person.stay(ScanToPay, StaffCalled)
        code = await person.at(ScanToPay)
        person.call_staff()
        await person.at(StaffCalled)
        hall.pay(code.code)
        await person.told("done")
        await terminal.over()


async def test_back_before_paying_asks_the_questions_again(hall: Hall) -> None:
    hall.owe(hall.account)
    async with standing(hall) as terminal:
        person = terminal.person
        person.stay(ConfirmBill, ChooseMethod)
        bill = await person.at(ConfirmBill)
        person.answer("pay")
        await person.at(ChooseMethod)
        person.back()
        assert await person.at(ConfirmBill) == bill
        person.answers.clear()
        person.answer("pay")
        await person.told("done")
        await terminal.over()


async def test_one_resident_after_the_other(hall: Hall) -> None:
    hall.owe(hall.account)
    async with standing(hall) as terminal:
        await terminal.over()
        for _ in range(3):
            hall.owe(hall.account)
            await terminal.person.again(hall.account)
            await terminal.over()
        await terminal.person.at(Home)
    assert [line.state for line in hall.books()] == ["delivered"] * 4
    assert [view.slip_state for view in terminal.person.seen if isinstance(view, Outcome)][-1] == "printed"
