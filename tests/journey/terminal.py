"""The real engine in the test's own loop, without Qt: real drivers over HTTP and TCP, a real ledger, short times."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from functools import cache
from types import MappingProxyType
from typing import Any

import msgspec

from kiosk.config import Config, Journeys, LedgerSettings, fitted, load, resolve_simulators
from kiosk.devices.drivers import DeviceConfig
from kiosk.devices.registry import HealthSettings
from kiosk.engine import Engine
from kiosk.journeys.settings import RatingSettings, SmartMeterSettings
from kiosk.orders.settings import OrderSettings
from kiosk.rehearsal.headless import QUICK_ORDERS, QUICK_VISIT, money_alone
from kiosk.tickets.settings import QueueSettings
from kiosk.visit import VisitSettings
from tests.journey.conftest import CONFIG, Hall
from tests.journey.person import LIMIT_SECONDS, Person

ORDERS = msgspec.structs.replace(QUICK_ORDERS, late_watch_hours=0, offer_seconds=10, retry_most_seconds=0.2)
VISIT = QUICK_VISIT
IMPATIENT = msgspec.structs.replace(VISIT, patience_seconds=1)
"""For tests of what is told while an answer is still missing."""
HEALTH = HealthSettings(poll_seconds=0.3, blip_seconds=0.1, answer_seconds=5, first_seconds=5)

QUICK: dict[str, object] = {"lookup_timeout_s": 0.5, "order_timeout_s": 0.5, "confirm_timeout_s": 0.5}
"""For a company that keeps its customers waiting."""

DRIVERS: dict[str, dict[str, object]] = {
    "gas_company_http": {},
    "transbank_pos": {"answer_seconds": 1.5, "ack_timeout_s": 0.3, "reply_timeout_s": 1, "reversal_timeout_s": 1},
    "wechat_pay": {"request_lifetime_s": 1, "poll_s": 0.1, "status_fresh_s": 0.25},
    "alipay": {"cancel_pause_s": 0.05, "status_fresh_s": 0.25},
    "escpos": {"watch_every_s": 0.05},
}
"""Times of drivers that tests need to be short; what a loaded machine may need is left long."""


def configured(
    hall: Hall,
    *,
    orders: OrderSettings = ORDERS,
    visit: VisitSettings = VISIT,
    health: HealthSettings = HEALTH,
    drivers: Mapping[str, dict[str, object]] = MappingProxyType({}),
    smart_meter: SmartMeterSettings | None = None,
    rating: RatingSettings | None = None,
    queue: QueueSettings | None = None,
    journeys: tuple[str, ...] | None = None,
    beside: tuple[DeviceConfig, ...] = (),
    fit: Sequence[Mapping[str, object]] = (),
    alipay: bool = False,
) -> Config:
    """The demo's configuration for a terminal of this hall, with short times; devices that no order needs are `beside`
    the others, and the tables of `fit` are of this hall as well. Where nobody pays by `alipay` it is not there, and
    need not be asked all the time how it is."""
    config = fitted(_demo(), fit)
    devices = tuple(
        msgspec.structs.replace(
            device, given={**DRIVERS.get(device.driver, {}), **drivers.get(device.driver, {}), **device.given}
        )
        for device in config.devices
        if alipay or device.driver != "alipay"
    )
    config = resolve_simulators(msgspec.structs.replace(config, devices=devices), hall.simulators.announcements)
    return msgspec.structs.replace(
        config,
        devices=(*config.devices, *beside),
        terminal=msgspec.structs.replace(config.terminal, id=hall.terminal),
        ledger=LedgerSettings(folder=hall.ledger),
        orders=orders,
        visit=visit,
        health=health,
        smart_meter=smart_meter or config.smart_meter,
        queue=queue or config.queue,
        rating=rating or config.rating,
        journeys=Journeys(enabled=journeys or config.journeys.enabled),
    )


@cache
def _demo() -> Config:
    return money_alone(load(CONFIG))


SELLING = ("gas_bill", "smart_meter")
"""The services that take money."""


class Terminal:
    """A running engine and the person in front of it."""

    def __init__(self, hall: Hall, person: Person, engine: Engine, observers: list[Callable[[str], object]]) -> None:
        self.hall = hall
        self.person = person
        self.engine = engine
        self.observers = observers
        """Told each checkpoint."""
        self.passed: list[str] = []
        """The checkpoints so far."""
        self._passed = asyncio.Event()
        observers += [self.passed.append, lambda _: self._passed.set()]

    async def passes(self) -> None:
        """Wait until a checkpoint was passed, or a moment."""
        self._passed.clear()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(0.2):
                await self._passed.wait()

    async def settled(self) -> None:
        """Wait until every order is closed."""
        async with asyncio.timeout(LIMIT_SECONDS):
            await self.engine.till.was_open.wait()
            assert self.engine.till.orders is not None
            await self.engine.till.orders.all_closed()

    async def over(self) -> None:
        """The visit ends, every order closes, all books agree, and no screen ever lied."""
        await self.person.gone()
        await self.settled()
        self.hall.check_books()
        assert self.person.lies == []


@contextlib.asynccontextmanager
async def standing(
    hall: Hall,
    *,
    observe: Callable[[str], None] = lambda _: None,
    now: Callable[[], float] = time.time,
    account: str | None = None,
    journey: str = "gas_bill",
    change: Callable[[Engine], None] = lambda _: None,
    **settings: Any,
) -> AsyncIterator[Terminal]:
    """A terminal in the hall. `observe` sees every checkpoint; `change` may alter the engine before it runs."""
    account = account or hall.account
    if journey in SELLING:  # free services, which stay open whatever money does, have tests of their own
        settings.setdefault("journeys", SELLING)
    person = Person(hall, account, journey)
    observers: list[Callable[[str], object]] = [observe]

    def observing(name: str) -> None:
        for observer in observers:
            observer(name)

    engine = Engine(configured(hall, **settings), person, now=now, observe=observing)
    change(engine)
    person.take = engine.take
    task = asyncio.create_task(engine.run())
    try:
        yield Terminal(hall, person, engine, observers)
    finally:
        task.cancel()
        await asyncio.wait([task])
    if not task.cancelled() and (error := task.exception()):
        raise error
