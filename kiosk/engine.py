"""The engine: everything but the screen, composed on one event loop.

This is where a configuration becomes devices, ledger, orders and host. Money has a life of its own: it opens when
the ledger does, closes when the ledger cannot be trusted, and is tried again; the rest of the terminal goes on.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from kiosk.config import Config
from kiosk.devices.health import Health
from kiosk.devices.registry import Devices
from kiosk.host import Host
from kiosk.journeys.installed import JourneyError, load_journey
from kiosk.journeys.journey import Journey
from kiosk.ledger.errors import LedgerBusyError, LedgerError
from kiosk.ledger.files import Files
from kiosk.ledger.ledger import Ledger
from kiosk.orders.orders import Orders
from kiosk.orders.receipt import Issuer
from kiosk.orders.world import Observer, World
from kiosk.services import Services, trouble
from kiosk.text.catalogue import catalogue
from kiosk.views.view import Input, Stage

log = logging.getLogger(__name__)

REOPEN_SECONDS = 10.0
"""Between tries to open a ledger that could not be opened or failed."""

OPEN_SECONDS = 5.0
"""How long the first screen waits for the ledger: a disk that hangs closes money, not the terminal."""

FORGET_EVERY = timedelta(hours=1)


class Engine:
    """A terminal without its screen. `run` serves residents until it is cancelled."""

    def __init__(
        self,
        config: Config,
        stage: Stage,
        *,
        now: Callable[[], float] = time.time,
        observe: Observer = lambda _: None,
    ) -> None:
        """`now` is the wall clock in seconds since 1970, UTC; `observe` sees every durable step and outside effect."""
        self._config = config
        self._now = now
        self._observe = observe
        self._zone = ZoneInfo(config.hall.timezone)
        self.devices = Devices(config.devices, config.health, now)
        self.orders: Orders | None = None
        self.money_open = asyncio.Event()
        """Set once money was open for the first time."""
        self._money_failed = asyncio.Event()
        self._away: set[str] = set()
        """Devices that residents were told to be in trouble."""
        journeys = load_journeys(config.journeys.enabled)
        self.host = Host(
            stage,
            journeys,
            Services(
                devices=self.devices,
                orders=lambda: self.orders,
                issuer=self._issuer,
                now_ms=self._now_ms,
                journeys=tuple(journeys),
                smart_meter=config.smart_meter,
            ),
            config.visit,
            on_staff_called=lambda: log.warning("a resident asks for the staff"),
        )

    def take(self, given: Input) -> None:
        """An input from the screen."""
        self.host.take(given)

    async def run(self) -> None:
        """Open everything and serve."""
        self.devices.subscribe(self._health_changed)
        money_opened = asyncio.Event()
        money = asyncio.create_task(self._money(money_opened))
        try:
            await asyncio.gather(self.devices.open(), _at_most(OPEN_SECONDS, money_opened))
            await self.host.run()
        finally:
            money.cancel()
            await asyncio.gather(money, return_exceptions=True)
            await self.devices.aclose()

    def _health_changed(self, name: str, health: Health) -> None:
        """What a device that is back can do, it does at once: a resident may be waiting for it."""
        if trouble(health):
            self._away.add(name)
        elif name in self._away:
            self._away.discard(name)
            if self.orders is not None:
                self.orders.nudge()
        self.host.health_changed()

    async def _money(self, opened: asyncio.Event) -> None:
        """Open the ledger and go on with its orders; again and again when that fails."""
        if not self.devices.sells:  # a hall with free services alone
            opened.set()
            return
        while True:
            try:
                ledger = await Ledger.open(self._folder(), self._config.terminal.id, self._now)
            except (LedgerError, OSError) as error:
                busy = isinstance(error, LedgerBusyError)
                log.error("money stays closed: %s", "another terminal runs on this folder" if busy else error)
            except Exception:
                log.exception("money stays closed")
            else:
                await self._and_close(ledger, opened)
            opened.set()
            await asyncio.sleep(REOPEN_SECONDS)

    async def _and_close(self, ledger: Ledger, opened: asyncio.Event) -> None:
        try:
            await self._with_ledger(ledger, opened)
        except Exception:
            log.exception("money is closed")
        finally:
            self.orders = None
            self.host.health_changed()
            await ledger.aclose()

    async def _with_ledger(self, ledger: Ledger, opened: asyncio.Event) -> None:
        if aside := await asyncio.to_thread(Files(self._folder()).set_aside):
            # who is owed something stands in it, and only the staff can settle that
            newest, why = aside[-1]
            log.error("money stays closed until %s was settled and moved elsewhere: %s", newest, why)
            return
        self._money_failed.clear()
        orders = Orders(ledger, self._world(ledger), self._zone, on_broken=self._money_failed.set)
        try:
            unclosed = await orders.recover()
            if unclosed:
                log.info("going on with %d orders that are not finished", unclosed)
            self.orders = orders
            self.money_open.set()
            opened.set()
            self.host.health_changed()
            await self._until_failed(ledger)
        except (LedgerError, OSError) as error:
            log.error("money is closed: %s", error)
        finally:
            self.orders = None
            await orders.aclose()

    async def _until_failed(self, ledger: Ledger) -> None:
        while True:
            try:
                await ledger.forget_expired()
                async with asyncio.timeout(FORGET_EVERY.total_seconds()):
                    await self._money_failed.wait()
            except TimeoutError:
                continue
            return

    def _world(self, ledger: Ledger) -> World:
        return World(
            journal=ledger,
            gas_company=self.devices.gas,
            methods={method.name: method for method in self.devices.methods},
            settings=self._config.orders,
            now_ms=self._now_ms,
            wording=lambda kind: catalogue("zh_CN").say(f"wording.{kind}", hall=self._config.hall.name),
            observe=self._observe,
        )

    def _issuer(self, language: str) -> Issuer:
        return Issuer(
            hall=self._config.hall.named(language),
            terminal=self._config.terminal.id,
            hotline=self._config.hall.phone,
            zone=self._zone,
        )

    def _now_ms(self) -> int:
        return int(self._now() * 1000)

    def _folder(self) -> Path:
        folder = self._config.ledger.folder
        return folder if folder.is_absolute() else self._config.path.parent / folder


async def _at_most(seconds: float, event: asyncio.Event) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()


def load_journeys(names: tuple[str, ...]) -> Mapping[str, Journey]:
    """The enabled journeys in order. One that cannot be offered is left out and logged: the others go on."""
    journeys = {}
    for name in names:
        try:
            journeys[name] = load_journey(name)
        except JourneyError as error:
            log.error("journey %s is left out: %s", name, error)
    return journeys
