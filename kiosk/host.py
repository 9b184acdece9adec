"""The host: greets, shows what is open, runs the journey that was chosen, says goodbye, and wipes."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from functools import partial

from kiosk.journeys.journey import End, Journey
from kiosk.journeys.rating import ask_rating
from kiosk.services import Services
from kiosk.text.catalogue import Said
from kiosk.tickets.telling import waiting_said
from kiosk.views.common import Attract, CalledNumber, Goodbye, Home, Notice, OutOfService, Tile
from kiosk.views.view import Input, Stage
from kiosk.visit import Expired, GoHome, Visit, VisitSettings

log = logging.getLogger(__name__)


def tile(name: str, paused: str | None = None, note: Said | None = None) -> Tile:
    """A journey's tile. Its words and its drawing go by its name: `journey.NAME.title`, the icon `NAME`."""
    return Tile(
        journey=name,
        title=f"journey.{name}.title",
        subtitle=f"journey.{name}.subtitle",
        icon=name,
        paused=paused,
        note=note,
    )


class Host:
    """See the module. Belongs to the engine's loop."""

    def __init__(
        self,
        stage: Stage,
        journeys: Mapping[str, Journey],
        services: Services,
        settings: VisitSettings,
        on_staff_called: Callable[[], None],
        *,
        closed: Callable[[], str] = lambda: "",
    ) -> None:
        """`closed` says why the staff closed the terminal; nothing while it is open."""
        self._stage = stage
        self._journeys = journeys
        self._services = services
        self._settings = settings
        self._on_staff_called = on_staff_called
        self._closed = closed
        self._health = asyncio.Event()
        self._serves = True
        self._nobody = asyncio.Event()
        self._nobody.set()
        self._visit = self._new_visit()

    def take(self, given: Input) -> None:
        """An input from the screen."""
        if self._serves:
            self._nobody.clear()
        self._visit.take(given)

    async def between_visits(self) -> None:
        """Until nobody is being served."""
        await self._nobody.wait()

    def health_changed(self) -> None:
        """What is open may have changed."""
        self._health.set()

    async def run(self) -> None:
        """Serve one resident after the other, for ever."""
        serve = self._serve
        while True:
            try:
                await serve()
                serve = self._serve
            except Expired:
                serve = self._attract
            self._next_visit()

    def _new_visit(self) -> Visit:
        return Visit(self._stage, self._settings, self._on_staff_called)

    def _next_visit(self) -> None:
        self._visit.wipe()
        self._visit = self._new_visit()
        self._nobody.set()

    async def _serve(self) -> None:
        visit = self._visit
        while True:
            journey = await self._home(visit)
            end = await self._journey(visit, journey)
            await self._ask_ratings(visit)
            if end == "goodbye":
                await self._goodbye(visit)
                return

    async def _home(self, visit: Visit) -> Journey:
        while True:
            self._health.clear()
            tiles = self.tiles()
            closed = self._closed()
            open_tiles = [shown for shown in tiles if shown.paused is None and not closed]
            if closed:
                view: Home | OutOfService = OutOfService(reason="reason.by_staff", note=closed)
            elif not open_tiles:
                reason = tiles[0].paused if tiles else "reason.bad_config"
                view = OutOfService(reason=reason or "reason.offline")
            else:
                view = Home(tiles=tiles)
            self._serves = isinstance(view, Home)
            if not self._serves:
                self._nobody.set()  # whoever touches the screen now waits for nothing
            answer = await visit.ask_until(view, self._news())
            if answer in {shown.journey for shown in open_tiles}:
                return self._journeys[answer]

    async def _journey(self, visit: Visit, journey: Journey) -> End:
        try:
            return await visit.run(lambda: journey.run(visit, self._services))
        except GoHome:
            return "home"
        except Expired:
            raise
        except Exception:
            log.exception("journey %s failed", journey.name)
        notice = Notice(
            picture="pause",
            title="notice.trouble.title",
            body=Said("notice.trouble.body"),
            primary="button.home",
        )
        await visit.ask(notice)
        return "home"

    async def _ask_ratings(self, visit: Visit) -> None:
        for served in visit.take_served():
            if not self._services.rating.after_each:
                continue
            try:
                title = Said(f"journey.{served.service}.title")
                await visit.run(partial(ask_rating, visit, self._services, served, title))
            except GoHome:
                return
            except Expired:
                raise
            except Exception:
                log.exception("the rating of %s failed", served.service)

    async def _goodbye(self, visit: Visit) -> None:
        try:
            async with asyncio.timeout(self._settings.goodbye_seconds):
                await visit.ask(Goodbye())
        except TimeoutError:
            return

    async def _attract(self) -> None:
        visit = self._visit
        while True:
            self._health.clear()
            services = tuple(shown for shown in self.tiles() if shown.paused is None)
            if not services or self._closed():
                return
            if await visit.ask_until(self._standing(services), self._news()) is not None:
                return

    def _standing(self, services: tuple[Tile, ...]) -> Attract:
        desk = self._services.queue() if self._services is not None else None
        if desk is None:
            return Attract(services=services)
        called = tuple(CalledNumber(shown=one.shown, window=one.window) for one in desk.called())
        return Attract(services=services, called=called, waiting=waiting_said(desk))

    async def _news(self) -> None:
        await self._health.wait()

    def tiles(self) -> tuple[Tile, ...]:
        """What home shows now, in the configured order."""
        return tuple(tile(name, self._paused(journey), self._note(journey)) for name, journey in self._journeys.items())

    def _note(self, journey: Journey) -> Said | None:
        try:
            return journey.note(self._services)
        except Exception:
            log.exception("journey %s has no word for its tile", journey.name)
            return None

    def _paused(self, journey: Journey) -> str | None:
        try:
            return journey.paused(self._services)
        except Exception:
            log.exception("journey %s cannot say whether it works", journey.name)
            return "reason.bad_config"
