"""Each call of each role fails once, in whatever way a driver can: the order ends, books agree, no screen lies."""

import asyncio
from typing import Any

import msgspec
import pytest

from kiosk.devices import registry
from kiosk.devices.device import Device
from kiosk.devices.health import Offline, usable
from kiosk.engine import Engine
from kiosk.views.common import Home, Notice, Outcome, OutOfService
from kiosk.views.payment import ChooseMethod, ScanToPay
from tests.journey.conftest import Hall
from tests.journey.person import LIMIT_SECONDS
from tests.journey.terminal import HEALTH, ORDERS, VISIT, standing
from tests.journey.test_hung_drivers import Stubborn
from tests.journey.test_late_money import Signal

SHORT = msgspec.structs.replace(ORDERS, call_limit_seconds=1.5, print_limit_seconds=0.6)


class VendorError(BaseException):
    """What a vendor's library raises that never heard of `Exception`."""


ERRORS: dict[str, BaseException] = {
    "RuntimeError": RuntimeError("a defect"),
    "CancelledError": asyncio.CancelledError(),
    "TimeoutError": TimeoutError(),
    "SystemExit": SystemExit(3),
    "VendorError": VendorError("-1073741819"),
}


class Raising:
    """A call that raises the first time; then the driver's own."""

    def __init__(self, device: Device[Any], call: str, error: BaseException) -> None:
        self.hung = 0
        self.let_go = asyncio.Event()
        self._error = error
        self._genuine = getattr(device, call)
        setattr(device, call, self)

    async def __call__(self, *given: Any) -> Any:
        if self.hung:
            return await self._genuine(*given)
        self.hung += 1
        raise self._error


Fault = Stubborn | Raising


def fault(device: Device[Any], call: str, how: str) -> Fault:
    """The first `call` of a device hangs and ignores being stopped, or raises."""
    return Stubborn(device, call, 1) if how == "hangs" else Raising(device, call, ERRORS[how])


def named(engine: Engine, name: str) -> Device[Any]:
    """A device of the configuration."""
    return next(device for device in engine.devices.all if device.name == name)


CALLS = [
    ("wechat", "gas", "open_order"),
    ("wechat", "wechat", "start"),
    ("wechat", "wechat", "find"),
    ("wechat", "gas", "confirm_paid"),
    ("wechat", "receipts", "print"),
    ("wechat is left", "wechat", "close"),
    ("wechat is left", "gas", "cancel"),
    ("wechat is refused", "wechat", "refund"),
    ("wechat is told in doubt", "gas", "query"),
    ("card", "card", "prepare"),
    ("card", "card", "start"),
    ("card", "card", "find"),
    ("card is refused", "card", "refund"),
]
HUNG_ELSEWHERE = {"open_order", "confirm_paid", "find", "print"}
"""By `test_hung_drivers`, where a call of that name of any device hangs."""


def _cases() -> list[Any]:
    others = [how for how in ERRORS if how != "RuntimeError"]
    cases = []
    for n, (way, device, call) in enumerate(CALLS):
        hows = [*([] if call in HUNG_ELSEWHERE or (device, call) == ("wechat", "start") else ["hangs"])]
        hows += ["RuntimeError", others[n % len(others)]]
        cases += [(way, device, call, how) for how in hows]
    return cases


@pytest.mark.parametrize(("way", "device", "call", "how"), _cases())
async def test_call_that_fails_once(hall: Hall, way: str, device: str, call: str, how: str) -> None:
    hall.owe(hall.account)
    faults: list[Fault] = []
    if way.endswith("is refused"):
        hall.simulators.arm("gas_company_http", "confirm_refused", reason="already_paid")
    if (device, call) == ("card", "find"):
        hall.simulators.arm("transbank_pos", "lost_answer", function="0210")
    doubt = Signal(
        "before effect Confirm", lambda: hall.simulators.arm("gas_company_http", "half_answer", path="/v1/orders")
    )

    def change(engine: Engine) -> None:
        faults.append(fault(named(engine, device), call, how))

    observe = doubt if call == "query" else lambda _: None
    async with standing(hall, orders=SHORT, change=change, observe=observe) as terminal:
        person = terminal.person
        person.channel = way.split(maxsplit=1)[0]
        if way.endswith("is left"):
            person.answers[ScanToPay] = lambda _: "cancel"
            person.answers[ChooseMethod] = lambda _: "back" if person.saw(ScanToPay) else "wechat"
        await terminal.over()
        assert faults[0].hung == 1
        faults[0].let_go.set()
    [*_, line] = hall.books()
    told = [view for view in person.seen if isinstance(view, Outcome)]
    assert not told or told[-1].truth == ("done" if line.delivered else "no_money_kept")


@pytest.mark.parametrize(
    ("journey", "call", "how"),
    [
        ("gas_bill", "read_account", "SystemExit"),
        ("gas_bill", "quote", "VendorError"),
        ("smart_meter", "quote_top_up", "hangs"),
        ("smart_meter", "quote_top_up", "RuntimeError"),
    ],
)
async def test_look_up_that_fails_once_ends_in_a_notice(hall: Hall, journey: str, call: str, how: str) -> None:
    hall.owe(hall.account)
    account = "0200000156" if journey == "smart_meter" else None
    faults: list[Fault] = []
    visit = msgspec.structs.replace(VISIT, lookup_seconds=0.3)

    def change(engine: Engine) -> None:
        faults.append(fault(engine.devices.gas, call, how))

    async with standing(hall, account=account, journey=journey, visit=visit, change=change) as terminal:
        await terminal.over()
        assert faults[0].hung == 1
        faults[0].let_go.set()
        await terminal.person.again(terminal.person.account)
        await terminal.person.told("done")  # the next try is as any other
        await terminal.over()
    notices = [view.title for view in terminal.person.seen if isinstance(view, Notice)]
    assert notices == ["notice.company_away.title" if how == "hangs" else "notice.trouble.title"]


QUICK_HEALTH = msgspec.structs.replace(HEALTH, answer_seconds=0.3, first_seconds=1)


@pytest.mark.parametrize("how", ["hangs", "SystemExit", "VendorError"])
@pytest.mark.parametrize("call", ["open", "status"])
async def test_device_that_fails_while_it_is_watched_is_offline_and_comes_back(hall: Hall, call: str, how: str) -> None:
    """All of them at once: the screen is there, and says so; then all is well again."""
    faults: list[Fault] = []

    def change(engine: Engine) -> None:
        faults.extend(fault(device, call, how) for device in engine.devices.all)

    async with standing(hall, health=QUICK_HEALTH, change=change) as terminal:
        terminal.person.stay(Home, OutOfService)
        engine = terminal.engine
        async with asyncio.timeout(LIMIT_SECONDS):
            while not all(each.hung for each in faults):
                await terminal.passes()
        if how == "hangs":
            away = [engine.devices.health(device.name) for device in engine.devices.all]
            while not all(isinstance(health, Offline) for health in away):
                await terminal.passes()
                away = [engine.devices.health(device.name) for device in engine.devices.all]
        for each in faults:
            each.let_go.set()
        await terminal.person.at(Home, lambda view: view.tiles[0].paused is None)
        async with asyncio.timeout(LIMIT_SECONDS):
            while not all(usable(engine.devices.health(device.name)) for device in engine.devices.all):
                await terminal.passes()


@pytest.mark.parametrize(("hung", "way"), [("wechat", "card"), ("card", "wechat"), ("receipts", "wechat")])
async def test_device_that_hangs_for_ever_holds_up_no_other(hall: Hall, hung: str, way: str) -> None:
    hall.owe(hall.account)
    stubborn: list[Stubborn] = []

    def change(engine: Engine) -> None:
        stubborn.extend(Stubborn(named(engine, hung), call, 1000) for call in ("open", "status", "aclose"))

    async with standing(hall, health=QUICK_HEALTH, change=change) as terminal:
        terminal.person.channel = way
        told = await terminal.person.at(Outcome, lambda view: view.truth == "done")
        if hung == "receipts":
            assert "notice.no_paper.title" in [v.title for v in terminal.person.seen if isinstance(v, Notice)]
            assert told.photo_code == told.order_no
        await terminal.over()
    for each in stubborn:  # not before: had the terminal waited for one at its end, it would wait still
        each.let_go.set()


async def test_company_that_hangs_for_ever_pauses_what_needs_it_and_says_why(hall: Hall) -> None:
    stubborn: list[Stubborn] = []

    def change(engine: Engine) -> None:
        stubborn.append(Stubborn(engine.devices.gas, "status", 1000))

    async with standing(hall, health=QUICK_HEALTH, change=change) as terminal:
        shown = await terminal.person.at(OutOfService)
        assert shown.reason == "reason.offline"
    stubborn[0].let_go.set()


@pytest.mark.parametrize("how", ["hangs", "RuntimeError", "SystemExit", "VendorError"])
async def test_device_that_fails_to_close_keeps_no_terminal_from_ending(
    hall: Hall, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry, "_CLOSE_LIMIT", 0.3)
    faults: list[Fault] = []

    def change(engine: Engine) -> None:
        faults.extend(fault(device, "aclose", how) for device in engine.devices.all)

    async with standing(hall, change=change) as terminal:
        terminal.person.stay(Home)
        await terminal.person.at(Home, lambda view: view.tiles[0].paused is None)
        devices = terminal.engine.devices.all
    for each, device in zip(faults, devices, strict=True):
        assert each.hung == 1
        each.let_go.set()
        await device.aclose()  # the driver's own, so that the next test finds its port free
