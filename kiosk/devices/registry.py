"""The configured devices: built, opened and closed together, and watched one by one.

Residents see a steadied health: a device that falls silent for less than a blip stays as it was, while what it says
of itself (paper out) counts at once. A device that hangs or raises is offline, and holds up no other.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Iterable
from typing import Annotated, TypeVar

import msgspec

from kiosk.devices.contain import contained
from kiosk.devices.document import DocumentPrinter
from kiosk.devices.drivers import AnyDevice, DeviceConfig
from kiosk.devices.gas import GasCompany
from kiosk.devices.gas_card import GasCardReader
from kiosk.devices.health import Health, Offline, Unknown, usable
from kiosk.devices.id_reader import IdReader
from kiosk.devices.payment import PaymentMethod
from kiosk.devices.printer import ReceiptPrinter
from kiosk.devices.scanner import CodeScanner

log = logging.getLogger(__name__)

T = TypeVar("T")
Subscriber = Callable[[str, Health], None]
NOT_ASKED = Unknown("not asked yet")
_CLOSE_LIMIT = 2.5
"""Seconds; the contract gives a driver 2."""


class HealthSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[health]`: how devices are watched, in seconds."""

    poll_seconds: Annotated[float, msgspec.Meta(gt=0, le=300)] = 2.0
    """Between an answer and the next question."""
    answer_seconds: Annotated[float, msgspec.Meta(gt=0, le=300)] = 15.0
    """A driver that has not answered by then counts as offline."""
    blip_seconds: Annotated[float, msgspec.Meta(ge=0, le=60)] = 3.0
    """A silence shorter than this changes nothing for residents."""
    first_seconds: Annotated[float, msgspec.Meta(ge=0, le=30)] = 2.0
    """How long start-up waits for the first answers."""


DEFAULTS = HealthSettings()


class _Watch:
    """One device's health, as seen and as shown."""

    def __init__(self, device: AnyDevice, settings: HealthSettings, tell: Subscriber) -> None:
        self.device = device
        self.shown: Health = NOT_ASKED
        self.answered = asyncio.Event()
        self._settings = settings
        self._tell = tell
        self._seen: Health = NOT_ASKED
        self._silence: asyncio.TimerHandle | None = None
        self._opened = False
        self._question: asyncio.Task[Health] | None = None

    async def run(self) -> None:
        """Ask for ever."""
        while True:
            self._saw(await self._ask())
            self.answered.set()
            await asyncio.sleep(self._settings.poll_seconds)

    async def aclose(self) -> None:
        """Stop asking; close the device, whatever it is doing."""
        if self._silence is not None:
            self._silence.cancel()
        if self._question is not None:
            self._question.cancel()
        closing = asyncio.ensure_future(contained(self.device.aclose()))
        _, hanging = await asyncio.wait([closing], timeout=_CLOSE_LIMIT)
        if hanging:
            closing.cancel()
            log.error("device %s did not close", self.device.name)
        elif not closing.cancelled() and (error := closing.exception()):
            log.error("device %s failed to close: %s", self.device.name, _named(error))

    async def _ask(self) -> Health:
        """The device's answer. A question that hangs is not asked again beside itself, nor waited for at the end:
        a driver may ignore being cancelled."""
        if self._question is None:
            self._question = asyncio.ensure_future(contained(self._question_device()))
        done, _ = await asyncio.wait([self._question], timeout=self._settings.answer_seconds)
        if not done:
            self._question.cancel()
            return Offline(f"the driver gave no answer in {self._settings.answer_seconds:g} s")
        question, self._question = self._question, None
        if question.cancelled():
            return Offline("the driver gave no answer in time")
        if error := question.exception():
            return Offline(_named(error))
        return question.result()

    async def _question_device(self) -> Health:
        if not self._opened:
            await self.device.open()
            self._opened = True
        return await self.device.status()

    def _saw(self, health: Health) -> None:
        first = self._seen is NOT_ASKED
        self._seen = health
        if isinstance(health, Offline | Unknown) and usable(self.shown) and not first:
            if self._silence is None:
                loop = asyncio.get_running_loop()
                self._silence = loop.call_later(self._settings.blip_seconds, self._silent_for_too_long)
            return
        if self._silence is not None:
            self._silence.cancel()
            self._silence = None
        self._show(health)

    def _silent_for_too_long(self) -> None:
        self._silence = None
        self._show(self._seen)

    def _show(self, health: Health) -> None:
        before, self.shown = self.shown, health
        if health == before:
            return
        name = self.device.name
        if usable(health) and not usable(before) and before is not NOT_ASKED:
            log.info("device %s works again", name)
        elif not usable(health) and (usable(before) or before is NOT_ASKED):
            log.warning("device %s does not work: %s", name, health)
        self._tell(name, health)


class Devices:
    """See the module. Built from checked configuration; raises only what a driver's constructor raises."""

    def __init__(
        self,
        configured: Iterable[DeviceConfig],
        settings: HealthSettings = DEFAULTS,
        now: Callable[[], float] = time.time,
    ) -> None:
        """`now` is the wall clock that drivers get: seconds since 1970, UTC."""
        self._settings = settings
        self._subscribers: list[Subscriber] = []
        self._tasks: list[asyncio.Task[None]] = []
        self.all = tuple(build(device, now) for device in configured)
        self._watches = {device.name: _Watch(device, settings, self._publish) for device in self.all}

    @property
    def sells(self) -> bool:
        """Whether there is anything to be paid for."""
        return any(isinstance(device, GasCompany) for device in self.all)

    @property
    def gas(self) -> GasCompany[msgspec.Struct]:
        """The gas company. Raises `LookupError` when none is configured."""
        return _first(device for device in self.all if isinstance(device, GasCompany))

    @property
    def gas_cards(self) -> GasCardReader[msgspec.Struct]:
        """The reader of gas cards. Raises `LookupError` when none is configured."""
        return _first(device for device in self.all if isinstance(device, GasCardReader))

    @property
    def printer(self) -> ReceiptPrinter[msgspec.Struct]:
        """The receipt printer. Raises `LookupError` when none is configured."""
        return _first(device for device in self.all if isinstance(device, ReceiptPrinter))

    @property
    def documents(self) -> DocumentPrinter[msgspec.Struct]:
        """The document printer. Raises `LookupError` when none is configured."""
        return _first(device for device in self.all if isinstance(device, DocumentPrinter))

    @property
    def id_reader(self) -> IdReader[msgspec.Struct]:
        """The reader of identity cards. Raises `LookupError` when none is configured."""
        return _first(device for device in self.all if isinstance(device, IdReader))

    @property
    def scanner(self) -> CodeScanner[msgspec.Struct] | None:
        """The code scanner, where there is one."""
        return next((device for device in self.all if isinstance(device, CodeScanner)), None)

    @property
    def methods(self) -> tuple[PaymentMethod[msgspec.Struct], ...]:
        """Ways to pay, in the order of the configuration."""
        return tuple(device for device in self.all if isinstance(device, PaymentMethod))

    def health(self, name: str) -> Health:
        """How residents should see a device. Raises `KeyError` for a name that is not configured."""
        return self._watches[name].shown

    def subscribe(self, subscriber: Subscriber) -> Callable[[], None]:
        """Call `subscriber(name, health)` in the event loop when a shown health changes; the result ends that."""
        self._subscribers.append(subscriber)
        return lambda: self._subscribers.remove(subscriber)

    async def open(self) -> None:
        """Open and watch all. Returns when each has answered once, or after `first_seconds`."""
        self._tasks = [asyncio.create_task(watch.run()) for watch in self._watches.values()]
        answers = [asyncio.create_task(watch.answered.wait()) for watch in self._watches.values()]
        if answers:
            _, late = await asyncio.wait(answers, timeout=self._settings.first_seconds)
            for task in late:
                task.cancel()

    async def aclose(self) -> None:
        """Close all at once; a driver that hangs is left behind after 2.5 s."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.gather(*(watch.aclose() for watch in self._watches.values()))

    def _publish(self, name: str, health: Health) -> None:
        loop = asyncio.get_running_loop()
        for subscriber in self._subscribers:
            loop.call_soon(subscriber, name, health)  # one that raises reaches the loop's handler, not the watch


def build(device: DeviceConfig, now: Callable[[], float] = time.time) -> AnyDevice:
    """The driver for one configured device. Raises `ValueError` while its simulator is not resolved."""
    if device.settings is None:
        raise ValueError(f"device {device.name} waits for simulator {device.simulator}")
    return device.driver_class(device.name, device.port, device.settings, now)


def _first(devices: Iterable[T]) -> T:
    for device in devices:
        return device
    raise LookupError("no device of that role is configured")


def _named(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"
