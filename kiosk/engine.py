"""The engine: everything but the screen, composed on one event loop.

This is where a configuration becomes devices, ledger, orders and host. The ledger has a life of its own: it is opened
again whenever it failed, and what needs it waits meanwhile. Money opens with it where something is sold, and stays
closed while an earlier ledger that could not be trusted waits for the staff.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncIterator, Callable, Mapping
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from kiosk.closing import Closing
from kiosk.config import Config
from kiosk.config_hub import came_up
from kiosk.control.server import listening
from kiosk.control.wire import Answer, QueueRequest
from kiosk.devices.gas_card import GasCardReader
from kiosk.devices.health import Health
from kiosk.devices.registry import Devices
from kiosk.forms.desk import PrintDesk
from kiosk.forms.service import Forms
from kiosk.forms.wire import Hall
from kiosk.host import Host
from kiosk.items.shelf import Shelf
from kiosk.journeys.installed import JourneyError, load_journey
from kiosk.journeys.journey import Journey
from kiosk.ledger.errors import LedgerBusyError, LedgerError
from kiosk.ledger.files import Files
from kiosk.ledger.ledger import Ledger
from kiosk.orders.by_staff import ByStaff
from kiosk.orders.orders import Orders
from kiosk.orders.receipt import Issuer
from kiosk.orders.world import Observer, World
from kiosk.protocol.commands import (
    CloseTerminal,
    Configure,
    GiveBack,
    OpenTerminal,
    Restart,
    SendLog,
    SettleOrder,
    SettlePayment,
    SettleRefund,
)
from kiosk.restarting import Restarting
from kiosk.services import Services, trouble
from kiosk.stage.metrics import sheet_width
from kiosk.sync.carrying import Handlers
from kiosk.text.catalogue import catalogue
from kiosk.tickets.clerk import perform
from kiosk.tickets.desk import Desk
from kiosk.views.view import Input, Stage

log = logging.getLogger(__name__)

REOPEN_SECONDS = 10.0
"""Between tries to open a ledger that could not be opened or failed."""

OPEN_SECONDS = 5.0
"""How long the first screen waits for the ledger: a disk that hangs closes money, not the terminal."""

TRIAL_SECONDS = 20.0
"""How long a terminal must serve until a start counts as a good one."""

FORMS = "print_form"
"""The journey that needs forms."""

UPKEEP_EVERY = timedelta(hours=1)


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
        self.orders: Orders | None = None
        self.queue: Desk | None = None
        self.money_open = asyncio.Event()
        """Set once money was open for the first time."""
        self._selling = asyncio.Event()
        """Set while it is."""
        self._away: set[str] = set()
        """Devices that residents were told to be in trouble."""
        journeys = load_journeys(config.journeys.enabled)
        self.forms = self._forms() if FORMS in journeys else None
        self.host = Host(
            stage,
            journeys,
            Services(
                devices=self.devices,
                orders=lambda: self.orders,
                ledger=lambda: self.ledger,
                queue=lambda: self.queue,
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
            closed=lambda: self.closing.reason,
        )
        self.closing = Closing(self.folder, self.host.health_changed)
        self.restarting = Restarting(self.host.between_visits)
        self._recording = asyncio.Event()
        self.came_up = asyncio.Event()
        """Set once the terminal serves with its ledger, and has done so for a while."""
        self.by_staff = ByStaff(self._open_orders, self._now_ms)
        items = config.path.parent / config.notice.catalogue if "notice" in journeys else None
        self._shelf = Shelf(items, self.host.health_changed)

    def take(self, given: Input) -> None:
        """An input from the screen."""
        self.host.take(given)

    async def run(self) -> None:
        """Open everything and serve; returns where the program is to be started anew."""
        self.devices.subscribe(self._health_changed)
        opened = asyncio.Event()
        keeping = [
            asyncio.create_task(self._keep_ledger(opened)),
            asyncio.create_task(self._shelf.keep_looking()),
        ]
        try:
            first = (_within(OPEN_SECONDS, opened), _within(OPEN_SECONDS, self._shelf.looked))
            await asyncio.gather(self.devices.open(), *first)
            keeping.append(asyncio.create_task(self._come_up()))
            keeping.append(asyncio.create_task(self._prepare_forms()))  # the first screen does not wait for it
            await self._serve()
        finally:
            for task in keeping:
                task.cancel()
            await asyncio.gather(*keeping, return_exceptions=True)
            if self.forms is not None:
                await self.forms.aclose()
            await self.devices.aclose()

    async def _come_up(self) -> None:
        """Believe in this start, and so in what the hub configured, once it has lasted."""
        await self._recording.wait()
        await asyncio.sleep(TRIAL_SECONDS)
        if self._config.version:
            try:
                await asyncio.to_thread(came_up, self.folder, self._config.version)
            except OSError as error:
                log.error("the configuration stays on trial: %s", error)
                return
        self.came_up.set()

    async def _serve(self) -> None:
        """Until the program is to be started anew."""
        serving = asyncio.create_task(self.host.run())
        due = asyncio.create_task(self.restarting.due.wait())
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
            if self.orders is not None:
                self.orders.nudge()
        self.host.health_changed()

    async def _keep_ledger(self, opened: asyncio.Event) -> None:
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
                await self._and_close(ledger, opened)
            opened.set()
            await asyncio.sleep(REOPEN_SECONDS)

    async def _and_close(self, ledger: Ledger, opened: asyncio.Event) -> None:
        upkeep = [
            asyncio.create_task(_keep_up(ledger)),
            asyncio.create_task(self._archive(ledger)),
        ]
        try:
            self.ledger = ledger
            self._recording.set()
            async with self._queue_on(ledger), self._hub_with(ledger):
                if self.devices.sells:
                    await self._sell(ledger, opened)
                else:
                    self._changed(opened)
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

    @contextlib.asynccontextmanager
    async def _hub_with(self, ledger: Ledger) -> AsyncIterator[None]:
        """Talk to the hub meanwhile, where the hall has one."""
        talking = asyncio.create_task(self._talk(ledger))
        try:
            yield
        finally:
            talking.cancel()
            await asyncio.gather(talking, return_exceptions=True)

    async def _talk(self, ledger: Ledger) -> None:
        """Send the journal to the hub, carry out what its staff order, and take part in the hall's queue."""
        if not self._config.hub.url:
            return
        from kiosk.sync.hub import talk_to_hub
        from kiosk.sync.telling import status_of

        with contextlib.suppress(LedgerError):
            await talk_to_hub(
                ledger,
                self.folder,
                self._config,
                lambda rows: status_of(
                    self.devices,
                    money_open=self.orders is not None,
                    rows=rows,
                    closed=self.closing.reason,
                    configuration=self._config.version,
                ),
                self._handlers(),
                queue=self.queue,
                now=self._now,
            )

    def _handlers(self) -> Handlers:
        """Who carries out what the staff order through the hub."""
        from kiosk.configuring import Configuring
        from kiosk.sync.asking import Hub
        from kiosk.sync.log_sender import LogSender

        hub = Hub(self.folder, self._config.hub, self._now)
        return {
            CloseTerminal: self.closing.close,
            OpenTerminal: self.closing.open,
            Restart: self.restarting.restart,
            SendLog: LogSender(self.folder, hub).send,
            Configure: Configuring(
                self._config.path, self.folder, hub, self.restarting.when_nobody_is_here, self.came_up
            ).configure,
            GiveBack: self.by_staff.give_back,
            SettleRefund: self.by_staff.settle_refund,
            SettlePayment: self.by_staff.settle_payment,
            SettleOrder: self.by_staff.settle_order,
        }

    async def _open_orders(self) -> Orders:
        """Once money is open."""
        while self.orders is None:
            await self._selling.wait()
        return self.orders

    async def _archive(self, ledger: Ledger) -> None:
        """Move old rows away, now and then. By itself: a folder in the network may hang, and nothing else waits for
        it."""
        settings = self._config.ledger
        with contextlib.suppress(LedgerError):
            while settings.archive is not None:
                before_ms = int((self._now() - timedelta(days=settings.keep_days).total_seconds()) * 1000)
                try:
                    await ledger.prune(settings.archive, before_ms)
                except OSError as error:
                    log.error("old rows of the journal cannot be archived in %s: %s", settings.archive, error)
                await asyncio.sleep(UPKEEP_EVERY.total_seconds())

    async def _sell(self, ledger: Ledger, opened: asyncio.Event) -> None:
        """Keep money open until the ledger fails."""
        told = False
        while aside := await asyncio.to_thread(Files(self.folder).set_aside):
            # who is owed something stands in it, and only the staff can settle that
            if not told:
                newest, why = aside[-1]
                log.error("money stays closed until %s was settled and moved elsewhere: %s", newest, why)
                told = True
            self._changed(opened)
            if await _within(REOPEN_SECONDS, ledger.failed):
                return
        orders = Orders(ledger, self._world(ledger), self._zone, on_broken=ledger.failed.set)
        try:
            unclosed = await orders.recover()
            if unclosed:
                log.info("going on with %d orders that are not finished", unclosed)
            self.orders = orders
            self.money_open.set()
            self._selling.set()
            self._changed(opened)
            await ledger.failed.wait()
        finally:
            self.orders = None
            self._selling.clear()
            await orders.aclose()

    @contextlib.asynccontextmanager
    async def _queue_on(self, ledger: Ledger) -> AsyncIterator[None]:
        """Give and call numbers meanwhile, in a hall that has a queue."""
        if not self._config.queue.business:
            yield
            return
        desk = Desk(
            ledger,
            self.folder,
            self._config.queue,
            zone=self._zone,
            now_ms=self._now_ms,
            on_broken=ledger.failed.set,
            observe=self._observe,
        )
        await desk.open()
        desk.subscribe(self.host.health_changed)
        watching = asyncio.create_task(desk.watch())
        self.queue = desk
        try:
            async with contextlib.AsyncExitStack() as doors:
                await self._open_to_clerks(doors, desk)
                yield
        finally:
            self.queue = None
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)
            await desk.aclose()

    async def _open_to_clerks(self, doors: contextlib.AsyncExitStack, desk: Desk) -> None:
        """By command and by page. One that cannot be opened keeps no resident from their number."""
        try:
            await doors.enter_async_context(listening(self.folder, self._clerk))
        except OSError as error:
            log.error("no numbers can be called from the command line: %s", error)
        if self._config.queue.page is None:
            return
        from kiosk.clerk.page import serving

        try:
            port = await doors.enter_async_context(
                serving(self._config.queue.page, desk, hall=self._config.hall.named, zone=self._zone)
            )
            log.info("clerks call numbers at http://%s:%d", self._config.queue.page.host, port)
        except (OSError, ValueError) as error:
            log.error("there is no page for clerks: %s", error)

    async def _clerk(self, request: QueueRequest) -> Answer:
        return await perform(self.queue, request)

    def _changed(self, opened: asyncio.Event) -> None:
        opened.set()
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
        self.host.health_changed()

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


async def _keep_up(ledger: Ledger) -> None:
    """Delete expired personal values and cut the log, now and then; a ledger that fails meanwhile says so itself."""
    with contextlib.suppress(LedgerError):
        while True:
            await ledger.forget_expired()
            await asyncio.sleep(UPKEEP_EVERY.total_seconds())
            await ledger.tidy()


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
