"""The queue's place in the terminal: a desk while a ledger is open, and its doors to the clerks, by command and by
page."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable
from datetime import tzinfo
from pathlib import Path

from kiosk.config_face import Hall
from kiosk.control.server import listening
from kiosk.control.wire import Answer, QueueRequest
from kiosk.ledger.ledger import Ledger
from kiosk.orders.world import Observer
from kiosk.tickets.clerk import perform
from kiosk.tickets.desk import Desk
from kiosk.tickets.settings import QueueSettings

log = logging.getLogger(__name__)


class Counter:
    """See the module. Belongs to the engine's loop."""

    def __init__(
        self,
        folder: Path,
        settings: QueueSettings,
        hall: Hall,
        *,
        zone: tzinfo,
        now_ms: Callable[[], int],
        changed: Callable[[], None],
        observe: Observer,
    ) -> None:
        """`folder` is the ledger's; `changed` is called after each step of the queue, `observe` sees it."""
        self._folder = folder
        self._settings = settings
        self._hall = hall
        self._zone = zone
        self._now_ms = now_ms
        self._changed = changed
        self._observe = observe
        self.desk: Desk | None = None
        """None while no numbers are given or called."""

    @contextlib.asynccontextmanager
    async def open_with(self, ledger: Ledger) -> AsyncIterator[None]:
        """Give and call numbers meanwhile, in a hall that has a queue. Raises what the ledger raises."""
        if not self._settings.business:
            yield
            return
        desk = Desk(
            ledger,
            self._folder,
            self._settings,
            zone=self._zone,
            now_ms=self._now_ms,
            on_broken=ledger.failed.set,
            observe=self._observe,
        )
        await desk.open()
        desk.subscribe(self._changed)
        watching = asyncio.create_task(desk.watch())
        self.desk = desk
        try:
            async with contextlib.AsyncExitStack() as doors:
                await self._open_to_clerks(doors, desk)
                yield
        finally:
            self.desk = None
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)
            await desk.aclose()

    async def _open_to_clerks(self, doors: contextlib.AsyncExitStack, desk: Desk) -> None:
        """A door that cannot be opened keeps no resident from their number."""
        try:
            await doors.enter_async_context(listening(self._folder, self._do))
        except OSError as error:
            log.error("no numbers can be called from the command line: %s", error)
        page = self._settings.page
        if page is None:
            return
        from kiosk.clerk.page import serving

        try:
            port = await doors.enter_async_context(serving(page, desk, hall=self._hall.named, zone=self._zone))
            log.info("clerks call numbers at http://%s:%d", page.host, port)
        except (OSError, ValueError) as error:
            log.error("there is no page for clerks: %s", error)

    async def _do(self, request: QueueRequest) -> Answer:
        return await perform(self.desk, request)
