"""A payment code that the resident shows: asked for before its attempt begins, and held nowhere else than here."""

from collections.abc import Callable, Coroutine
from typing import Any

import msgspec

from kiosk.devices.scanner import Scanned
from kiosk.journeys.methods import scans, takes
from kiosk.journeys.scanning import can_scan, scanning
from kiosk.orders.steps import Method
from kiosk.services import Services
from kiosk.views.payment import ShowPayCode
from kiosk.views.view import View
from kiosk.visit import Visit

SCANNED = "scanned"
OTHER = "other"


class PayCode:
    """See the module. `wanted` are the ways to pay that a code is still needed for: it tells which of them it is of.
    `strange` tells whether a code was shown that is of none of them."""

    def __init__(self, visit: Visit, services: Services) -> None:
        self.wanted: tuple[Method, ...] = ()
        self.strange = False
        self._visit = visit
        self._services = services
        self._shown: Method | None = None

    def needs(self, ways: tuple[Method, ...]) -> bool:
        """Whether a code has to be shown for these; then they are wanted from here on."""
        self.forget()
        self.wanted = tuple(way for way in ways if scans(self._services, way.device))
        return bool(self.wanted)

    async def ask(self, view: Callable[[], View | None], news: Callable[[], Coroutine[Any, Any, None]]) -> str | None:
        """Show what `view` gives, again after each of the `news`, while it is the page of a payment code. Its answer;
        `SCANNED` when a payment code was read, `OTHER` when it was another code; None as soon as there is another page,
        or the scanner comes or goes. The light stays on meanwhile: news must not cost a code that is being read."""
        lit = can_scan(self._services)
        async with scanning(self._visit, self._services, ShowPayCode, self._read):
            while can_scan(self._services) == lit and isinstance(page := view(), ShowPayCode):
                if answer := await self._visit.ask_until(page, news()):
                    return answer
        return None

    def take(self) -> Method | None:
        """The way to pay with the code that was shown for it, once."""
        shown = self._shown
        self.forget()
        return shown

    def forget(self) -> None:
        """The resident would rather pay another way."""
        self.wanted = ()
        self.strange = False
        self._shown = None

    def _read(self, text: str) -> str | None:
        if not self.wanted:
            return None
        way = next((way for way in self.wanted if takes(self._services, way.device, text)), None)
        if way is None:
            told, self.strange = self.strange, True
            return None if told else OTHER  # what was left lying there is nobody who is still here
        self._shown = msgspec.structs.replace(way, shown=Scanned(text))
        return SCANNED
