"""The engine: everything but the screen, composed on one event loop.

This is where a configuration becomes devices, ledger, orders and host. The ledger has a life of its own: it is opened
again whenever it failed. While it is open, numbers are given at the counter, money is taken at the till where something
is sold, and the hub is talked to.
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
from kiosk.devices.gas_card import GasCardReader
from kiosk.devices.health import Health
from kiosk.devices.registry import Devices
from kiosk.forms.desk import PrintDesk
from kiosk.forms.service import Forms
from kiosk.forms.wire import Hall
from kiosk.host import Host
from kiosk.hub_link import HubLink
from kiosk.items.shelf import Shelf
from kiosk.journeys.installed import JourneyError, load_journey
from kiosk.journeys.journey import Journey
from kiosk.ledger.errors import LedgerBusyError, LedgerError
from kiosk.ledger.ledger import Ledger
from kiosk.ledger.upkeep import archive, keep_up
from kiosk.orders.receipt import Issuer
from kiosk.orders.till import Till
from kiosk.orders.world import Observer, World
from kiosk.services import Services, trouble
from kiosk.stage.metrics import sheet_width
from kiosk.text.catalogue import catalogue
from kiosk.tickets.counter import Counter
from kiosk.views.view import Input, Stage

log = logging.getLogger(__name__)

REOPEN_SECONDS = 10.0
"""Between tries to open a ledger that could not be opened or failed."""

OPEN_SECONDS = 5.0
"""How long the first screen waits for the ledger: a disk that hangs closes money, not the terminal."""

FORMS = "print_form"
"""The journey that needs forms."""


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
        self.ledger: Ledger | None = None
        self._looked = asyncio.Event()
        """Set once it is known whether the ledger and what needs it are open."""
        self._away: set[str] = set()
        """Devices that residents were told to be in trouble."""
        journeys = load_journeys(config.journeys.enabled)
        self.forms = self._forms() if FORMS in journeys else None
        self.till = Till(self.folder, self._world, self._zone, self._money_changed)
        self.host = Host(
            stage,
            journeys,
            Services(
                devices=self.devices,
                orders=lambda: self.till.orders,
                ledger=lambda: self.ledger,
                queue=lambda: self.counter.desk,
                issuer=self._issuer,
                now_ms=self._now_ms,
                zone=self._zone,
                journeys=tuple(journeys),
                smart_meter=config.smart_meter,
                gas_card=config.gas_card,
                rating=config.rating,
                scanning=config.scanning,
                forms=self.forms,
                items=lambda: self._shelf.catalogue,
                notice=config.notice,
                id_card=config.id_card,
            ),
            config.visit,
            on_staff_called=lambda: log.warning("a resident asks for the staff"),
            closed=lambda: self._hub.closed,
        )
        self._hub = HubLink(config, self.devices, self.till, self.host, folder=self.folder, now=now)
        self.counter = Counter(
            self.folder,
            config.queue,
            config.hall,
            zone=self._zone,
            now_ms=self._now_ms,
            changed=self.host.health_changed,
            observe=observe,
        )
        items = config.path.parent / config.notice.catalogue if "notice" in journeys else None
        self._shelf = Shelf(items, self.host.health_changed)

    def take(self, given: Input) -> None:
        """An input from the screen."""
        self.host.take(given)

    async def run(self) -> None:
        """Open everything and serve; returns where the program is to be started anew."""
        self.devices.subscribe(self._health_changed)
        keeping = [
            asyncio.create_task(self._keep_ledger()),
            asyncio.create_task(self._shelf.keep_looking()),
        ]
        try:
            first = (_within(OPEN_SECONDS, self._looked), _within(OPEN_SECONDS, self._shelf.looked))
            await asyncio.gather(self.devices.open(), *first)
            keeping.append(asyncio.create_task(self._hub.come_up()))
            keeping.append(asyncio.create_task(self._prepare_forms()))  # the first screen does not wait for it
            await self._serve()
        finally:
            for task in keeping:
                task.cancel()
            await asyncio.gather(*keeping, return_exceptions=True)
            if self.forms is not None:
                await self.forms.aclose()
            await self.devices.aclose()

    async def _serve(self) -> None:
        """Until the program is to be started anew."""
        serving = asyncio.create_task(self.host.run())
        due = asyncio.create_task(self._hub.restart_due())
        try:
            await asyncio.wait({serving, due}, return_when=asyncio.FIRST_COMPLETED)
            if serving.done():
                serving.result()
        finally:
            for task in (serving, due):
                task.cancel()
            await asyncio.gather(serving, due, return_exceptions=True)

    def _health_changed(self, name: str, health: Health) -> None:
        """What a device that is back can do, it does at once: a resident may be waiting for it."""
        if self.forms is not None:
            self.forms.desk.nudge()
        if trouble(health):
            self._away.add(name)
        elif name in self._away:
            self._away.discard(name)
            if self.till.orders is not None:
                self.till.orders.nudge()
        self.host.health_changed()

    async def _keep_ledger(self) -> None:
        """Open the ledger and let everything work with it; again and again when that fails."""
        told = ""
        while True:
            try:
                ledger = await Ledger.open(self.folder, self._config.terminal.id, self._now)
            except (LedgerError, OSError) as error:
                why = "another terminal runs on this folder" if isinstance(error, LedgerBusyError) else str(error)
                if why != told:  # or a disk that is full for a month would be told of every ten seconds
                    log.error("the ledger stays closed: %s", why)
                    told = why
            except Exception:
                log.exception("the ledger stays closed")
            else:
                if told:
                    log.info("the ledger is open again")
                    told = ""
                await self._work_with(ledger)
            self._looked.set()
            await asyncio.sleep(REOPEN_SECONDS)

    async def _work_with(self, ledger: Ledger) -> None:
        """Until the ledger fails; then it is closed."""
        upkeep = [asyncio.create_task(keep_up(ledger))]
        settings = self._config.ledger
        if settings.archive is not None:
            keep = timedelta(days=settings.keep_days)
            upkeep.append(asyncio.create_task(archive(ledger, settings.archive, keep, self._now)))
        try:
            self.ledger = ledger
            async with self.counter.open_with(ledger), self._hub.talking(ledger, self.counter.desk):
                if self.devices.sells:
                    await self.till.keep_open(ledger)
                else:
                    self._money_changed()
                    await ledger.failed.wait()
        except (LedgerError, OSError) as error:
            log.error("the ledger is closed: %s", error)
        except Exception:
            log.exception("the ledger is closed")
        finally:
            for task in upkeep:
                task.cancel()
            self.ledger = None
            self.host.health_changed()
            await ledger.aclose()

    def _money_changed(self) -> None:
        self._looked.set()
        if self.forms is not None:
            self.forms.desk.nudge()
        self.host.health_changed()

    async def _prepare_forms(self) -> None:
        if self.forms is None:
            return
        try:
            await self.forms.open()
        except Exception:
            log.exception("forms cannot be offered")

    def _forms(self) -> Forms:
        config = self._config
        desk = PrintDesk(
            lambda: self.devices.documents,
            usable=lambda: trouble(self.devices.health(self.devices.documents.name)) is None,
            ledger=lambda: self.ledger,
            now_ms=self._now_ms,
            zone=self._zone,
            changed=self._forms_changed,
            observe=self._observe,
        )
        hall = Hall(name=config.hall.name, phone=config.hall.phone)
        return Forms(config.forms, hall, desk, sheet_width(config.display), changed=self._forms_changed)

    def _forms_changed(self) -> None:
        self.host.health_changed()  # which is there by then

    def _world(self, ledger: Ledger) -> World:
        return World(
            journal=ledger,
            gas_company=self.devices.gas,
            methods={method.name: method for method in self.devices.methods},
            cards=next((device for device in self.devices.all if isinstance(device, GasCardReader)), None),
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
            rating_url=self._config.rating.url,
            scans=self.devices.scanner is not None,
        )

    def _now_ms(self) -> int:
        return int(self._now() * 1000)

    @property
    def folder(self) -> Path:
        """The ledger's."""
        folder = self._config.ledger.folder
        return folder if folder.is_absolute() else self._config.path.parent / folder


async def _within(seconds: float, event: asyncio.Event) -> bool:
    """Whether it happens in that time."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            return await event.wait()
    return False


def load_journeys(names: tuple[str, ...]) -> Mapping[str, Journey]:
    """The enabled journeys in order. One that cannot be offered is left out and logged: the others go on."""
    journeys = {}
    for name in names:
        try:
            journeys[name] = load_journey(name)
        except JourneyError as error:
            log.error("journey %s is left out: %s", name, error)
    return journeys
