"""Drivers that hang, ignore being told to stop, or raise; journeys that crash; a ledger that is not there at first."""

import asyncio
import os
from typing import Any

import msgspec
import pytest

from kiosk.devices.device import Device
from kiosk.engine import Engine
from kiosk.ledger.disk import take_lock
from kiosk.ledger.files import Files
from kiosk.views.common import Home, Notice, Outcome, OutOfService, Working
from kiosk.views.gas import EnterAccount
from kiosk.views.payment import ScanToPay
from tests.journey.conftest import Hall
from tests.journey.terminal import IMPATIENT, ORDERS, VISIT, standing

SHORT = msgspec.structs.replace(ORDERS, call_limit_seconds=0.6)


class Stubborn:
    """A call that hangs and ignores being cancelled, the first `times` times; then the driver's own."""

    def __init__(self, device: Device[Any], call: str, times: int) -> None:
        self.hung = 0
        self.called = asyncio.Event()
        self.let_go = asyncio.Event()
        self._times = times
        self._genuine = getattr(device, call)
        setattr(device, call, self)

    async def __call__(self, *given: Any) -> Any:
        if self.hung >= self._times:
            return await self._genuine(*given)
        self.hung += 1
        self.called.set()
        while not self.let_go.is_set():
            try:
                await self.let_go.wait()
            except asyncio.CancelledError:
                continue
        raise RuntimeError("woken too late")


def raising(*_: Any, **__: Any) -> Any:
    raise RuntimeError("a defect")


def broken(device: Device[Any], call: str) -> None:
    """A driver whose `call` raises."""
    setattr(device, call, raising)


@pytest.mark.parametrize(
    ("role", "call"),
    [
        ("gas", "open_order"),
        ("gas", "confirm_paid"),
        ("wechat", "start"),
        ("wechat", "find"),
        ("receipts", "print"),
    ],
)
async def test_call_that_ignores_being_stopped_is_left_behind(hall: Hall, role: str, call: str) -> None:
    hall.owe(hall.account)
    stubborn: list[Stubborn] = []

    def change(engine: Engine) -> None:
        device = next(device for device in engine.devices.all if device.name == role)
        stubborn.append(Stubborn(device, call, 1))

    orders = msgspec.structs.replace(SHORT, print_limit_seconds=0.6)
    async with standing(hall, orders=orders, change=change) as terminal:
        await terminal.over()
        assert stubborn[0].hung == 1
        stubborn[0].let_go.set()
    [line] = hall.books()
    assert line.state == ("cancelled" if call == "start" else "delivered")


@pytest.mark.parametrize("call", ["read_account", "quote"])
async def test_look_up_that_ignores_being_stopped_ends_in_a_notice(hall: Hall, call: str) -> None:
    hall.owe(hall.account)
    stubborn: list[Stubborn] = []
    visit = msgspec.structs.replace(VISIT, lookup_seconds=0.3)

    def change(engine: Engine) -> None:
        stubborn.append(Stubborn(engine.devices.gas, call, 1))

    async with standing(hall, visit=visit, change=change) as terminal:
        await terminal.over()
        stubborn[0].let_go.set()
    assert [view.title for view in terminal.person.seen if isinstance(view, Notice)] == ["notice.company_away.title"]


async def test_back_and_home_work_while_a_driver_hangs(hall: Hall) -> None:
    stubborn: list[Stubborn] = []

    def change(engine: Engine) -> None:
        stubborn.append(Stubborn(engine.devices.gas, "read_account", 1))

    async with standing(hall, change=change) as terminal:
        person = terminal.person
        await person.at(Working)
        person.stay(EnterAccount)
        person.back()
        await person.at(EnterAccount)
        assert person.page is not None
        assert person.page.previous == hall.account
        stubborn[0].let_go.set()


async def test_stopping_the_terminal_does_not_wait_for_a_driver(hall: Hall) -> None:
    hall.owe(hall.account)
    stubborn: list[Stubborn] = []

    def change(engine: Engine) -> None:
        stubborn.append(Stubborn(engine.devices.methods[0], "find", 1))

    async with standing(hall, change=change) as terminal:
        terminal.person.stay(ScanToPay)
        await terminal.person.at(ScanToPay)
        await stubborn[0].called.wait()
    stubborn[0].let_go.set()  # not before: had the terminal waited for it, it would wait still
    async with standing(hall) as terminal:
        await terminal.settled()
    assert [line.state for line in hall.books()] == ["cancelled"]


async def test_back_from_the_code_while_the_channel_hangs(hall: Hall) -> None:
    hall.owe(hall.account)
    stubborn: list[Stubborn] = []

    def change(engine: Engine) -> None:
        stubborn.append(Stubborn(engine.devices.methods[0], "find", 2))

    async with standing(hall, orders=SHORT, change=change) as terminal:
        person = terminal.person
        person.stay(ScanToPay)
        await person.at(ScanToPay)
        person.answer("cancel")
        await person.at(Working, lambda view: view.saying == "working.checking_payment")
        await terminal.over()
        stubborn[0].let_go.set()


@pytest.mark.parametrize("call", ["open_order", "confirm_paid", "cancel"])
async def test_defect_in_the_gas_driver_is_a_lost_answer(hall: Hall, call: str) -> None:
    hall.owe(hall.account)

    def change(engine: Engine) -> None:
        broken(engine.devices.gas, call)

    async with standing(hall, visit=IMPATIENT, change=change) as terminal:
        person = terminal.person
        person.stay(Outcome, Notice)
        if call == "cancel":
            person.answers[ScanToPay] = lambda _: "cancel"
        shown = await person.at(Outcome if call != "open_order" else Notice)
        assert not isinstance(shown, Outcome) or shown.truth == (
            "not_finished" if call == "confirm_paid" else "no_money_kept"
        )
        delattr(terminal.engine.devices.gas, call)
        person.answers.clear()
        person.answer("done" if call != "open_order" else "primary")
        await terminal.over()


async def test_defect_in_the_journey_ends_in_a_true_notice(hall: Hall) -> None:
    def change(engine: Engine) -> None:
        broken(engine.devices.gas, "read_account")

    async with standing(hall, change=change) as terminal:
        notice = await terminal.person.at(Notice)
        assert notice.title == "notice.trouble.title"
        await terminal.over()
        await terminal.person.at(Home)


async def test_defect_after_paying_leaves_the_order_to_itself(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    hall.owe(hall.account)
    monkeypatch.setattr("kiosk.journeys.settle._outcome", raising)
    async with standing(hall) as terminal:
        notice = await terminal.person.at(Notice)
        assert notice.title == "notice.trouble.title"
        await terminal.over()
    assert [line.state for line in hall.books()] == ["delivered"]


async def test_second_terminal_on_the_same_folder_takes_no_money(hall: Hall) -> None:
    hall.ledger.mkdir()
    lock = take_lock(Files(hall.ledger).lock)
    async with standing(hall) as terminal:
        shown = await terminal.person.at(OutOfService)
        assert shown.reason == "reason.money_closed"
        os.close(lock)
        await terminal.person.at(EnterAccount)  # as soon as the folder is free
