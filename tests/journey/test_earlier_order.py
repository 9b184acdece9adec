"""An account whose order is not finished is told so, is offered its slip, and cannot pay the same thing twice."""

from functools import partial

from kiosk.views.common import Attract, Home, Outcome, Working
from kiosk.views.gas import ConfirmBill, EnterAccount
from kiosk.views.payment import ChooseMethod, ScanToPay, UnfinishedOrder
from tests.journey.conftest import Hall
from tests.journey.terminal import IMPATIENT, Terminal, standing
from tests.journey.test_late_money import Signal


async def paid_and_not_told(terminal: Terminal) -> None:
    """The resident paid, the company is down, the resident left with a slip."""
    await terminal.person.told("not_finished")
    terminal.person.answer("done")
    await terminal.person.gone()


def down_before_confirm(hall: Hall) -> Signal:
    return Signal(
        "before effect Confirm", lambda: hall.simulators.arm("gas_company_http", "down", times=-1, path="/v1/orders")
    )


async def test_told_of_the_earlier_payment_and_given_its_slip(hall: Hall) -> None:
    hall.owe(hall.account)
    async with standing(hall, observe=down_before_confirm(hall), visit=IMPATIENT) as terminal:
        person = terminal.person
        await paid_and_not_told(terminal)
        person.stay(UnfinishedOrder)
        shown = len(person.seen)
        await person.again(hall.account)
        earlier = await person.at(UnfinishedOrder)
        assert [line.key for line in earlier.lines] == ["truth.money.received", "truth.goods.not_yet"]
        assert earlier.can_print
        assert len(hall.slips()) == 1
        person.answer("print")
        await person.at(UnfinishedOrder, lambda view: not view.can_print)
        await person.at(UnfinishedOrder, lambda view: view.can_print)
        person.answer("primary")
        await person.at(Home)
        seen = person.seen[shown:]
        assert not any(isinstance(view, ConfirmBill | ChooseMethod | ScanToPay) for view in seen)
        hall.simulators.clear("gas_company_http")
        await terminal.over()
    first, second = hall.slips()
    assert "补打" not in first
    assert "补打" in second
    assert "还没办完，请不要再付" in second
    assert len(hall.payments()) == 1


async def test_right_after_a_restart(hall: Hall) -> None:
    hall.owe(hall.account)
    async with standing(hall, observe=down_before_confirm(hall), visit=IMPATIENT) as terminal:
        await paid_and_not_told(terminal)
    async with standing(hall) as terminal:
        person = terminal.person
        person.stay(UnfinishedOrder)
        earlier = await person.at(UnfinishedOrder)
        assert [line.key for line in earlier.lines] == ["truth.money.received", "truth.goods.not_yet"]
        assert Working(saying="working.earlier") in person.seen
        assert len(hall.slips()) == 1  # nothing is printed by itself
        hall.simulators.clear("gas_company_http")
        ended = await person.at(Outcome)  # finished while the resident was reading
        assert ended.truth == "done"
        assert len(hall.slips()) == 1
        await terminal.over()
    assert person.lies == []


async def test_finished_in_a_moment_is_told_before_anything_else_is_paid(hall: Hall) -> None:
    """Then the next bill; Back from there still finds the same questions."""
    hall.owe(hall.account)
    async with standing(hall, observe=down_before_confirm(hall), visit=IMPATIENT) as terminal:
        person = terminal.person
        await paid_and_not_told(terminal)
        hall.simulators.do("gas_company_http", "add_debt", account=hall.account)
        # it waits for its next try half a second from now; the resident's coming makes it try at once
        person.before[EnterAccount] = partial(hall.simulators.clear, "gas_company_http")
        person.stay(ChooseMethod, ConfirmBill)
        person.stay(Outcome, UnfinishedOrder)  # a busy machine may take longer than a moment
        await person.again(hall.account)
        assert (await person.told("done")).can_print
        person.answer("another")
        await person.again(hall.account)
        bill = await person.at(ConfirmBill)
        person.answer("pay")
        await person.at(ChooseMethod)
        person.back()
        assert await person.at(ConfirmBill) == bill
        person.answers.clear()
        person.answer("pay")
        await person.told("done")
        await terminal.over()
    assert [line.state for line in hall.books()] == ["delivered", "delivered"]


async def test_slip_cut_off_by_a_restart_is_a_reprint(hall: Hall) -> None:
    """The terminal stopped while it printed: whether the slip came out, nobody knows."""
    hall.owe(hall.account)
    printing = Signal("before effect Print")
    down = down_before_confirm(hall)

    def both(name: str) -> None:
        down(name)
        printing(name)

    hall.simulators.arm("escpos", "no_reply", times=-1, kind="proof")
    gs_h: dict[str, dict[str, object]] = {"escpos": {"proof": "gs_h", "proof_timeout_s": 60}}
    async with standing(hall, observe=both, drivers=gs_h, visit=IMPATIENT) as terminal:
        await printing.wait()
    hall.simulators.clear("escpos")
    async with standing(hall, drivers=gs_h) as terminal:
        person = terminal.person
        person.stay(UnfinishedOrder)
        await person.at(UnfinishedOrder, lambda view: view.can_print)
        person.answer("print")
        await person.at(UnfinishedOrder, lambda view: not view.can_print)
        await person.at(UnfinishedOrder, lambda view: view.can_print)
        hall.simulators.clear("gas_company_http")
        await terminal.over()
    assert "补打" in hall.slips()[-1]


async def test_order_that_nobody_paid_does_not_block_the_account_after_a_restart(hall: Hall) -> None:
    """The company was asked to open an order and never answered; then the terminal stopped."""
    hall.owe(hall.account)
    opening = Signal("before effect OpenOrder")
    hall.simulators.arm("gas_company_http", "lost_answer", times=-1, path="/v1/orders")
    async with standing(hall, observe=opening) as terminal:
        await opening.wait()
        await terminal.person.at(Working, lambda view: view.saying == "working.opening")
    hall.simulators.clear("gas_company_http")
    async with standing(hall) as terminal:
        await terminal.person.told("done")
        await terminal.over()
    assert sorted(line.state for line in hall.books()) == ["cancelled", "delivered"]


async def test_another_account_is_not_held_up(hall: Hall) -> None:
    hall.owe(hall.account)
    other = "0100007135"
    hall.owe(other)
    async with standing(hall, observe=down_before_confirm(hall), visit=IMPATIENT) as terminal:
        await paid_and_not_told(terminal)
        terminal.person.stay(EnterAccount, ConfirmBill, Attract)
        await terminal.person.again(other)
        await terminal.person.at(EnterAccount)
        terminal.person.answer(other)
        await terminal.person.at(ConfirmBill)
        hall.simulators.clear("gas_company_http")
        await terminal.settled()
    hall.check_books()
