"""The printer fails before, between and in the middle of slips; a slip is never said to be out when nobody knows."""

import msgspec
import pytest

from kiosk.orders.settings import OrderSettings
from kiosk.views.common import Home, Notice, Outcome
from kiosk.views.gas import ConfirmBill
from kiosk.views.payment import ScanToPay
from tests.journey.conftest import Hall
from tests.journey.terminal import ORDERS, Terminal, standing
from tests.journey.test_late_money import Signal

ONE_PROOF: dict[str, dict[str, object]] = {"escpos": {"proof": "gs_h", "proof_timeout_s": 0.5}}
"""Without the probe of the connection, so that the slip's own proof is the one that gets lost."""


def hand(hall: Hall, action: str) -> Signal:
    """Use the printer's hand just before a slip is sent."""
    return Signal("before effect Print", lambda: hall.simulators.do("escpos", action))


async def settled_outcome(terminal: Terminal, slip_state: str) -> Outcome:
    return await terminal.person.at(Outcome, lambda view: view.slip_state == slip_state)


def notices(terminal: Terminal) -> list[str]:
    return [view.title for view in terminal.person.seen if isinstance(view, Notice)]


@pytest.mark.parametrize(
    ("action", "reason", "repair"),
    [
        ("paper_out", "reason.paper_out", "refill"),
        ("cover_open", "reason.cover_open", "cover_close"),
        ("mechanical_error", "reason.mechanical_error", "repair"),
        ("unplug", "reason.offline", "plug"),
        ("power_off", "reason.offline", "power_on"),
    ],
)
async def test_printer_fails_between_paying_and_printing(hall: Hall, action: str, reason: str, repair: str) -> None:
    hall.owe(hall.account)
    async with standing(hall, observe=hand(hall, action)) as terminal:
        person = terminal.person
        person.stay(Outcome)
        told = await person.at(Outcome, lambda view: view.slip_state == "not_printed" and not view.can_print)
        assert told.truth == "done"
        assert told.slip_problem == reason
        assert told.photo_code == told.order_no
        assert told.slip is None
        assert hall.slips() == []
        hall.simulators.do("escpos", repair)
        told = await person.at(Outcome, lambda view: view.can_print)
        assert told.slip_problem is None
        person.answer("print")
        told = await settled_outcome(terminal, "printed")
        assert told.photo_code is None
        person.answer("done")
        await terminal.over()
    [slip] = hall.slips()
    assert "办好了" in slip
    assert "补打" not in slip  # nothing came out before


async def test_no_paper_from_the_start_and_the_resident_goes_on(hall: Hall) -> None:
    hall.owe(hall.account)
    hall.simulators.do("escpos", "paper_out")
    async with standing(hall) as terminal:
        told = await terminal.person.told("done")
        assert told.slip_state == "not_printed"
        assert told.slip_problem == "reason.paper_out"
        assert told.photo_code == told.order_no
        await terminal.over()
    assert notices(terminal) == ["notice.no_paper.title"]
    assert hall.slips() == []


async def test_no_paper_from_the_start_and_the_resident_would_rather_not(hall: Hall) -> None:
    hall.owe(hall.account)
    hall.simulators.do("escpos", "paper_out")
    async with standing(hall) as terminal:
        terminal.person.answers[Notice] = lambda _: "secondary"
        await terminal.over()
    assert not terminal.person.saw(ScanToPay)
    assert hall.books() == []


async def test_a_hall_that_takes_no_money_without_paper(hall: Hall) -> None:
    hall.owe(hall.account)
    pause: OrderSettings = msgspec.structs.replace(ORDERS, without_paper="pause")
    async with standing(hall, orders=pause) as terminal:
        terminal.person.stay(ConfirmBill)
        await terminal.person.at(ConfirmBill)
        hall.simulators.do("escpos", "paper_out")
        name = terminal.engine.devices.printer.name
        changed = Signal("trouble")
        terminal.engine.devices.subscribe(lambda who, _: changed("trouble" if who == name else ""))
        await changed.wait()
        terminal.person.answer("pay")
        await terminal.over()
    assert notices(terminal) == ["notice.no_paper.title"]
    assert hall.books() == []


@pytest.mark.parametrize(
    ("mishap", "repair"),
    [
        ("paper_out_mid_slip", "refill"),
        ("cover_opened_mid_slip", "cover_close"),
        ("unplugged_mid_slip", "plug"),
        ("power_off_mid_slip", "power_on"),
        ("cutter_jam", "free_cutter"),
    ],
)
async def test_mishap_in_the_middle_of_a_slip(hall: Hall, mishap: str, repair: str) -> None:
    hall.owe(hall.account)
    hall.simulators.arm("escpos", mishap)
    recover: dict[str, dict[str, object]] = {"escpos": {"recover_every_s": 0.2, "recover_wait_s": 0.5}}
    async with standing(hall, drivers=recover) as terminal:
        person = terminal.person
        person.stay(Outcome)
        told = await settled_outcome(terminal, "unknown")
        assert told.truth == "done"
        assert told.photo_code == told.order_no
        before = len(hall.slips())
        hall.simulators.do("escpos", repair)
        await person.at(Outcome, lambda view: view.can_print and view.slip_state == "unknown")
        assert len(hall.slips()) - before <= 1  # the torn piece at most: nothing is repeated by itself
        assert terminal.passed.count("before effect Print") == 1
        person.answer("print")
        await settled_outcome(terminal, "printed")
        person.answer("done")
        await terminal.over()
    assert "补打" in hall.slips()[-1]
    assert all("补打" not in slip for slip in hall.slips()[:-1])


async def test_lost_proof_is_unknown_and_reprinted_by_touch_only(hall: Hall) -> None:
    hall.owe(hall.account)
    hall.simulators.arm("escpos", "lost_proof")
    async with standing(hall, drivers=ONE_PROOF) as terminal:
        person = terminal.person
        person.stay(Outcome)
        told = await settled_outcome(terminal, "unknown")
        assert told.can_print
        assert len(hall.slips()) == 1
        person.answer("print")
        await settled_outcome(terminal, "printed")
        person.answer("done")
        await terminal.over()
    first, second = hall.slips()
    assert "补打" not in first
    assert "补打" in second


async def test_printing_again_because_one_is_not_enough(hall: Hall) -> None:
    hall.owe(hall.account)
    async with standing(hall) as terminal:
        person = terminal.person
        person.stay(Outcome)
        await settled_outcome(terminal, "printed")
        person.answer("print")
        person.answer("print")
        await settled_outcome(terminal, "printing")
        await settled_outcome(terminal, "printed")
        person.answer("done")
        await terminal.over()
    assert ["补打" in slip for slip in hall.slips()] == [False, True]


async def test_leaving_while_the_slip_is_printed_lets_it_come_out(hall: Hall) -> None:
    hall.owe(hall.account)
    printed = Signal("after record menkou.print.ended.v1")
    leaving = Signal("before effect Print")
    hall.simulators.arm("escpos", "slow", mm_per_s=200)

    def both(name: str) -> None:
        printed(name)
        leaving(name)

    async with standing(hall, observe=both) as terminal:
        terminal.person.answers[Outcome] = lambda _: "done"
        await leaving.wait()
        await terminal.person.gone()
        await terminal.person.at(Home)
        await printed.wait()
        await terminal.over()
    assert len(hall.slips()) == 1


async def test_a_printer_that_never_answers_is_given_up(hall: Hall) -> None:
    hall.owe(hall.account)
    hall.simulators.arm("escpos", "no_reply", times=-1, kind="proof")
    orders = msgspec.structs.replace(ORDERS, print_limit_seconds=0.4)
    slow: dict[str, dict[str, object]] = {"escpos": {"proof": "gs_h", "proof_timeout_s": 60}}
    async with standing(hall, orders=orders, drivers=slow) as terminal:
        terminal.person.stay(Outcome)
        told = await settled_outcome(terminal, "unknown")
        assert told.truth == "done"
        terminal.person.answer("done")
        await terminal.over()
