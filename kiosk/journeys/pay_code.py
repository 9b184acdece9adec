"""A payment code that the resident shows: asked for before its attempt begins, and held nowhere else than here."""

from collections.abc import Coroutine
from typing import Any

import msgspec

from kiosk.devices.scanner import Scanned
from kiosk.journeys.scanning import scanning
from kiosk.orders.steps import Method
from kiosk.services import Services
from kiosk.views.payment import ShowPayCode
from kiosk.visit import Visit

SCANNED = "scanned"


class PayCode:
    """See the module. `wanted` is the way to pay that a code is still needed for."""

    def __init__(self, visit: Visit, services: Services) -> None:
        self.wanted: Method | None = None
        self._visit = visit
        self._services = services
        self._shown: Scanned | None = None

    def needs(self, method: Method) -> bool:
        """Whether a code has to be shown for that way; then it is wanted from here on."""
        scans = any(each.scans for each in self._services.devices.methods if each.name == method.device)
        self.wanted = method if scans else None
        self._shown = None
        return scans

    async def ask(self, view: ShowPayCode, happened: Coroutine[Any, Any, None]) -> str | None:
        """As `Visit.ask_until`; `SCANNED` when a payment code was read."""
        async with scanning(self._visit, self._services, ShowPayCode, self._read):
            return await self._visit.ask_until(view, happened)

    def take(self) -> Method | None:
        """The way to pay with the code that was shown for it, once."""
        wanted, shown = self.wanted, self._shown
        self.wanted = self._shown = None
        return None if wanted is None or shown is None else msgspec.structs.replace(wanted, shown=shown)

    def forget(self) -> None:
        """The resident would rather pay another way."""
        self.wanted = self._shown = None

    def _read(self, text: str) -> str | None:
        wanted = self.wanted
        takes = any(
            each.takes(text) for each in self._services.devices.methods if wanted and each.name == wanted.device
        )
        if not takes or self._shown is not None:
            return None
        self._shown = Scanned(text)
        return SCANNED
