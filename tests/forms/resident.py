"""A resident before the host, who answers the pages of a form one after the other."""

import asyncio
from collections.abc import Callable
from datetime import UTC
from typing import TypeVar, cast

from kiosk.devices.health import Health, Ready
from kiosk.devices.printer import Printed, PrintOutcome
from kiosk.forms.service import Forms, finder
from kiosk.forms.settings import FormsSettings
from kiosk.host import Host
from kiosk.journeys.journey import Journey
from kiosk.journeys.print_form import PRINT_FORM
from kiosk.journeys.settings import IdCardSettings
from kiosk.orders.receipt import Issuer
from kiosk.services import Devices, Services
from kiosk.slips.slip import Slip
from kiosk.views.common import Goodbye, Home, Working
from kiosk.views.forms import FormOutcome
from kiosk.views.rating import RateService
from kiosk.views.view import Answered, Input, Page, StillHere, View, WentBack
from kiosk.visit import VisitSettings
from tests.forms.conftest import HALL, NOW_MS, Bench
from tests.forms.printer import FakeDocuments
from tests.forms.reader import FakeReader

V = TypeVar("V", bound=View)
PATIENCE_S = 60.0
ISSUER = Issuer(hall=HALL.name, terminal="T1", hotline=HALL.phone, zone=UTC)


class FakeReceipts:
    """A receipt printer that keeps its slips."""

    name = "receipts"

    def __init__(self) -> None:
        self.slips: list[Slip] = []
        self.outcome: PrintOutcome = Printed()

    async def print(self, slip: Slip) -> PrintOutcome:
        self.slips.append(slip)
        return self.outcome


class FakeDevices:
    """Both printers, a reader of identity cards if there is one, and how they are."""

    def __init__(self, documents: FakeDocuments, reader: FakeReader | None) -> None:
        self.documents = documents
        self._reader = reader
        self.printer = FakeReceipts()
        self.healths: dict[str, Health] = {}

    @property
    def id_reader(self) -> FakeReader:
        if self._reader is None:
            raise LookupError
        return self._reader

    def subscribe(self, _: Callable[[str, Health], None]) -> Callable[[], None]:
        return lambda: None

    def health(self, name: str) -> Health:
        return self.healths.get(name, Ready())


class Resident:
    """Prints a form. `answers` are given by kind of view, the last of them again and again; a kind without answers is
    only looked at. `"back"` presses Back. `seen` keeps every view that came, but for what says "one moment"."""

    def __init__(
        self,
        bench: Bench,
        *,
        free_pages: int = 10,
        day_pages: int = 0,
        reader: FakeReader | None = None,
        card_seconds: float = 45,
    ) -> None:
        self.bench = bench
        self.devices = FakeDevices(bench.documents, reader)
        self._id_card = IdCardSettings(wait_seconds=card_seconds)
        self.seen: list[View] = []
        self.answers: dict[type[View], list[str]] = {}
        self._settings = FormsSettings(free_pages=free_pages, day_pages=day_pages)
        self._done = asyncio.Event()
        self._take: Callable[[Input], None] = lambda _: None

    async def visits(
        self, *answers: tuple[type[View], str], services: Services | None = None, journey: Journey = PRINT_FORM
    ) -> list[View]:
        """From the tile to goodbye or the home screen."""
        for kind, said in answers:
            self.answers.setdefault(kind, []).append(said)
        services = services or await self.services()
        host = Host(self, {journey.name: journey}, services, VisitSettings(), lambda: None)
        self._take = host.take
        task = asyncio.create_task(host.run())
        try:
            async with asyncio.timeout(PATIENCE_S):
                await self._done.wait()
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            if services.forms is not None:
                await services.forms.aclose()
        return self.seen

    async def services(self) -> Services:
        """What the journey may use."""
        forms = Forms(self._settings, HALL, await self.bench.desk(), 300)
        forms.catalogue, forms.finder = self.bench.house, finder(self.bench.house)
        return Services(
            devices=cast("Devices", self.devices),
            orders=lambda: None,
            ledger=lambda: self.bench.ledger,
            issuer=lambda _: ISSUER,
            now_ms=lambda: NOW_MS,
            zone=UTC,
            forms=forms,
            id_card=self._id_card,
        )

    def the(self, kind: type[V]) -> V:
        """The last view of a kind."""
        return [view for view in self.seen if isinstance(view, kind)][-1]

    def show(self, page: Page) -> None:
        """The host shows a page."""
        asyncio.get_running_loop().call_soon(self._react, page)

    def ask_still_here(self, question: StillHere | None) -> None:
        """Nobody dawdles here."""

    def _react(self, page: Page) -> None:
        match page.view:
            case Working():
                return
            case Home(tiles=(tile, *_)) if not self.seen:
                self._answer(page, tile.journey)
            case Home() | Goodbye():
                self._done.set()
            case RateService():
                self.seen.append(page.view)
                self._answer(page, "skip")
            case view:
                self.seen.append(view)
                waits = isinstance(view, FormOutcome) and view.slip_state == "printing"
                said = self.answers.get(type(view), [])
                if said and not waits:
                    self._answer(page, said.pop(0) if len(said) > 1 else said[0])

    def _answer(self, page: Page, said: str) -> None:
        self._take(WentBack(page.number) if said == "back" else Answered(page.number, said))
