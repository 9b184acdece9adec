"""The terminal's clock is set, forward or back, in the middle of a visit: money is neither lost nor taken twice."""

import time
from typing import Any

import msgspec
import pytest

from kiosk.ledger.reading import reading, verify
from kiosk.views.common import Outcome, OutOfService
from kiosk.views.payment import ScanToPay
from tests.journey.conftest import Hall
from tests.journey.terminal import IMPATIENT, ORDERS, standing
from tests.journey.test_late_money import REFUNDED, WATCHING, Signal, stopped_at_the_code

HOURS = [6 * 3600.0, -6 * 3600.0]
CHECKPOINTS = [
    "before record menkou.order.opening.v1",
    "before effect OpenOrder",
    "after effect OpenOrder",
    "before record menkou.attempt.sent.v1",
    "before effect Start",
    "after effect Start",
    "before effect Confirm",
    "after effect Confirm",
    "before effect Print",
]


class Clock:
    """The wall clock, ahead by some seconds."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def __call__(self) -> float:
        return time.time() + self.ahead

    def set(self, ahead: float) -> None:
        self.ahead = ahead


@pytest.mark.parametrize("ahead", [100.0, -100.0], ids=["forward", "back"])
@pytest.mark.parametrize("checkpoint", CHECKPOINTS)
async def test_clock_steps_less_than_peers_mind(hall: Hall, checkpoint: str, ahead: float) -> None:
    """Less than signatures allow, and more than a code is shown for."""
    hall.owe(hall.account)
    clock = Clock()
    step = Signal(checkpoint, lambda: clock.set(ahead))
    async with standing(hall, observe=step, now=clock) as terminal:
        await terminal.over()
        assert step.passed.is_set()
    told = [view for view in terminal.person.seen if isinstance(view, Outcome)]
    [line] = hall.books()
    assert line.state in ("delivered", "cancelled", "refused")
    assert not told or told[-1].truth == ("done" if line.delivered else "no_money_kept")


@pytest.mark.parametrize("ahead", HOURS, ids=["forward", "back"])
@pytest.mark.parametrize("checkpoint", ["after effect Start", "before effect Find", "before effect Confirm"])
async def test_clock_steps_by_hours_and_is_put_right(hall: Hall, checkpoint: str, ahead: float) -> None:
    """No peer takes what we sign meanwhile: the money stays in doubt and is said to be; then it ends as it must."""
    hall.owe(hall.account)
    clock = Clock()
    step = Signal(checkpoint, lambda: clock.set(ahead))
    quick = msgspec.structs.replace(ORDERS, offer_seconds=2)
    async with standing(hall, observe=step, now=clock, orders=quick, visit=IMPATIENT) as terminal:
        person = terminal.person
        person.stay(Outcome)
        told = await person.at(Outcome)
        assert told.truth == "not_finished"
        assert told.still_working
        clock.set(0.0)
        ended = await person.at(Outcome, lambda view: view.truth != "not_finished")
        person.answers.clear()
        person.answer("done")
        await terminal.over()
    [line] = hall.books()
    assert ended.truth == ("done" if line.delivered else "no_money_kept")


@pytest.mark.parametrize("ahead", HOURS, ids=["forward", "back"])
async def test_clock_wrong_from_the_start_closes_what_needs_it_and_says_why(hall: Hall, ahead: float) -> None:
    hall.owe(hall.account)
    clock = Clock()
    clock.set(ahead)
    async with standing(hall, now=clock, journeys=("gas_bill",)) as terminal:
        person = terminal.person
        shown: Any = await person.at(OutOfService)
        assert shown.reason == "reason.bad_clock"
        clock.set(0.0)
        await person.told("done")
        await terminal.over()


async def test_code_ends_though_the_clock_was_set_back(hall: Hall) -> None:
    """Nobody is left at a code for an hour because the clock says that it is an hour ago."""
    hall.owe(hall.account)
    clock = Clock()
    quick = msgspec.structs.replace(ORDERS, offer_seconds=2)
    async with standing(hall, now=clock, orders=quick) as terminal:
        person = terminal.person
        person.stay(ScanToPay, Outcome)
        await person.at(ScanToPay)
        clock.set(-120.0)
        await person.told("no_money_kept")
        person.answers.clear()
        person.answer("done")
        await terminal.over()


@pytest.mark.parametrize("ahead", [100.0, -100.0], ids=["forward", "back"])
async def test_late_money_is_found_though_the_clock_was_set(hall: Hall, ahead: float) -> None:
    hall.owe(hall.account)
    clock = Clock()
    refunded = Signal(REFUNDED)
    async with standing(hall, observe=refunded, now=clock, orders=WATCHING) as terminal:
        code = await stopped_at_the_code(terminal)
        await terminal.over()
        clock.set(ahead)
        hall.simulators.arm("wechat_pay", "paid_after_close")
        assert hall.pay(code)["paid"]
        clock.set(max(ahead, 0))  # a clock that is behind its own records is waited for, and then put right
        await refunded.wait()
        await terminal.settled()
    hall.check_books()


@pytest.mark.parametrize("ahead", HOURS, ids=["forward", "back"])
async def test_restart_with_the_clock_wrong_by_hours(hall: Hall, ahead: float) -> None:
    """The power went while a payment was on its way, and the clock's battery with it."""
    hall.owe(hall.account)
    async with standing(hall) as terminal:
        terminal.person.stay(ScanToPay)
        await terminal.person.at(ScanToPay)
    clock = Clock()
    clock.set(ahead)
    async with standing(hall, now=clock) as terminal:
        await terminal.engine.till.was_open.wait()
        assert terminal.engine.till.orders is not None
        for _ in range(5):
            await terminal.passes()
        assert hall.books()[0].state not in ("delivered", "refused")
        clock.set(0.0)
        await terminal.settled()
    assert [line.state for line in hall.books()] == ["cancelled"]
    with reading(hall.ledger) as db:
        assert not any(wrong for _, wrong in verify(db, None))
