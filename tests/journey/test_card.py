"""Paying at the card terminal: the resident's way through it, and every mishap there."""

from kiosk.text.catalogue import Said
from kiosk.views.common import Outcome
from kiosk.views.payment import AtReader, ChooseMethod
from tests.journey.conftest import Hall
from tests.journey.terminal import IMPATIENT, standing


async def test_card_from_the_reader_to_the_slip(hall: Hall) -> None:
    hall.owe(hall.account)
    async with standing(hall) as terminal:
        terminal.person.channel = "card"
        told = await terminal.person.told("done")
        assert told.take_card
        assert terminal.person.saw(AtReader)
        await terminal.over()
    [slip] = hall.slips()
    assert "银行卡" in slip
    [line] = hall.books()
    assert line.charged == line.delivered
    assert not terminal.person.saw(Outcome) or terminal.person.lies == []


async def test_refund_that_fails_after_the_slip_gets_a_slip_that_says_so(hall: Hall) -> None:
    hall.owe(hall.account)
    hall.simulators.arm("gas_company_http", "confirm_refused", reason="already_paid")
    hall.simulators.arm("transbank_pos", "reversal_code", code="02", times=6)  # the bank is away for a while …
    hall.simulators.arm("transbank_pos", "reversal_code", code="08", times=-1)  # … and then says: a debit card, never
    async with standing(hall, visit=IMPATIENT) as terminal:
        person = terminal.person
        person.channel = "card"
        person.stay(Outcome)
        await person.at(Outcome, lambda view: view.slip_state == "printed" and "returning" in view.lines[0].key)
        await person.at(
            Outcome, lambda view: view.slip_state == "printed" and view.lines[0].key == "truth.money.not_returned"
        )
    earlier, last = hall.slips()
    assert "正在退回" in earlier
    assert "正在退回" not in last
    assert "补打" not in last


async def test_red_key_without_a_card_leaves_no_card_to_remember(hall: Hall) -> None:
    hall.owe(hall.account)
    async with standing(hall) as terminal:
        person = terminal.person
        person.stay(AtReader, ChooseMethod, Outcome)
        await person.at(ChooseMethod)
        person.answer("card")
        await person.at(AtReader, lambda view: view.step == "present_card")
        hall.simulators.do("transbank_pos", "cancel")
        stopped = await person.at(ChooseMethod, lambda view: view.remark is not None)
        assert stopped.remark == Said("remark.stopped")
        person.answer("back")
        assert not (await person.told("no_money_kept")).take_card
        person.answers.clear()
        person.answer("done")
        await terminal.over()


async def test_back_at_the_reader_shows_its_red_key_and_then_another_way(hall: Hall) -> None:
    hall.owe(hall.account)
    async with standing(hall) as terminal:
        person = terminal.person
        person.stay(AtReader, ChooseMethod)
        await person.at(ChooseMethod)
        person.answer("card")
        await person.at(AtReader, lambda view: view.step == "present_card")
        person.answer("cancel")
        await person.at(AtReader, lambda view: view.step == "stopping" and not view.can_stop)
        hall.simulators.do("transbank_pos", "cancel")
        await person.at(ChooseMethod, lambda view: view.remark is not None)
        person.answers.clear()
        person.answer("wechat")
        await person.told("done")
        await terminal.over()
    [line] = hall.books()
    assert line.charged == line.delivered
