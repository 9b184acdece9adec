"""A terminal that sells gas for cards, and a person who answers what is asked by the kind of page."""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import UTC
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from zoneinfo import ZoneInfo

import msgspec

from drivers.gas_company_http.driver import GasCompanyHttp
from drivers.gas_company_http.simulator import GasCompanySimulator
from drivers.pcsc_gas_card.driver import PcscGasCard
from kiosk.devices import payment
from kiosk.devices.health import Ready
from kiosk.devices.printer import Printed
from kiosk.journeys.gas_card import gas_card
from kiosk.journeys.journey import End
from kiosk.journeys.settings import GasCardSettings
from kiosk.ledger.ledger import Ledger
from kiosk.orders.orders import Orders
from kiosk.orders.private import CardPrivate, CardWrite, unseal
from kiosk.orders.receipt import Issuer
from kiosk.orders.settings import OrderSettings
from kiosk.orders.world import World
from kiosk.protocol.order.rows import Rows
from kiosk.services import Services
from kiosk.slips.slip import Slip
from kiosk.views.common import Notice, Outcome, Working
from kiosk.views.gas_card import ChooseGas, ConfirmGas, InsertCard
from kiosk.views.payment import ChooseMethod
from kiosk.views.view import Answered, Page, View
from kiosk.visit import Visit, VisitSettings
from tests.pcsc_gas_card.conftest import Hall

LIMIT_SECONDS = 20
Answer = str | None
Does = Callable[[Any], Answer | Coroutine[Any, Any, Answer]]


class Wallet:
    """Pays at once, and notes what."""

    name, channel, hold, scans, waits_s = "wechat", "wechat", False, False, 120.0

    def __init__(self, paid: list[int]) -> None:
        self._paid = paid

    async def start(self, attempt: payment.Attempt, tell: object) -> payment.Outcome:
        self._paid.append(attempt.amount_fen)
        return payment.Captured(attempt.amount_fen, "W1")

    async def find(self, attempt: payment.Attempt) -> payment.Outcome:
        return payment.Captured(attempt.amount_fen, "W1")


class Printer:
    """Keeps what it printed."""

    name = "receipts"

    def __init__(self) -> None:
        self.slips: list[Slip] = []

    async def print(self, slip: Slip) -> Printed:
        self.slips.append(slip)
        return Printed()


class Counter:
    """See the module."""

    def __init__(
        self, hall: Hall, reader: PcscGasCard, company: GasCompanySimulator, gas: GasCompanyHttp, folder: Path
    ) -> None:
        self.hall = hall
        self.reader = reader
        self.company = company
        self.printer = Printer()
        self.wallet: list[int] = []
        """What was paid, in fen."""
        self.seen: list[str] = []
        """The pages, without the waiting ones."""
        self._gas = gas
        self.folder = folder

    async def begin(self) -> None:
        """A process begins with what is on disk."""
        self._ledger = await Ledger.open(self.folder, "T1")
        world = World(
            journal=self._ledger,
            gas_company=self._gas,
            methods=cast("Any", {"wechat": Wallet(self.wallet)}),
            settings=OrderSettings(retry_first_seconds=0.05, retry_most_seconds=0.2, late_watch_hours=0),
            now_ms=self._now_ms,
            wording=str,
            cards=self.reader,
        )
        self.orders = Orders(self._ledger, world, ZoneInfo("Asia/Shanghai"), lambda: None)
        await self.orders.recover()

    async def end(self) -> None:
        """And ends."""
        await self.orders.aclose()
        await self._ledger.aclose()

    async def again(self) -> None:
        """The power goes, and comes back."""
        await self.end()
        await self.begin()

    async def visit(self, does: dict[type[View], Does], *, wait_seconds: float = 30) -> End:
        """Somebody comes to the machine; `does` is what they do beside the usual."""
        usual: dict[type[View], Does] = {
            ChooseGas: lambda _: "m3-20",
            ConfirmGas: lambda _: "pay",
            ChooseMethod: lambda _: "wechat",
            Outcome: lambda view: "done" if view.slip_state == "printed" or view.truth == "no_money_kept" else None,
            Notice: lambda _: "primary",
        }
        self.seen.clear()
        stage = _Person(usual | does, self.seen)
        visit = Visit(cast("Any", stage), VisitSettings())
        stage.visit = visit
        services = self._services(wait_seconds)
        async with asyncio.timeout(LIMIT_SECONDS):
            return await visit.run(lambda: gas_card(visit, services))

    async def closed(self) -> None:
        """Wait until every order is closed."""
        async with asyncio.timeout(LIMIT_SECONDS):
            await self.orders.all_closed()

    async def orders_on_disk(self) -> list[Rows]:
        """Those that are not closed."""
        return await self._ledger.unclosed()

    async def writes(self, rows: Rows) -> tuple[CardWrite, ...]:
        """The images that are sealed for the staff."""
        private = unseal(await self._ledger.private(rows.order.subject) or b"")
        assert isinstance(private, CardPrivate)
        return private.writes

    def books(self) -> Any:
        """The company's, of cards."""
        return self.company.books()["gas_cards"]

    def _services(self, wait_seconds: float) -> Services:
        devices = SimpleNamespace(
            gas=self._gas,
            gas_cards=self.reader,
            printer=self.printer,
            methods=(Wallet(self.wallet),),
            health=lambda _: Ready(),
            subscribe=lambda _: lambda: None,
        )
        return Services(
            devices=cast("Any", devices),
            orders=lambda: self.orders,
            issuer=lambda _: Issuer(hall="天福和园", terminal="T1", hotline="0", zone=UTC),
            now_ms=self._now_ms,
            zone=UTC,
            gas_card=GasCardSettings(wait_seconds=wait_seconds),
        )

    @staticmethod
    def _now_ms() -> int:
        return 1_795_518_000_000


class _Person:
    """The stage and who stands before it."""

    visit: Visit

    def __init__(self, does: dict[type[View], Does], seen: list[str]) -> None:
        self._does = does
        self._seen = seen
        self._tasks: set[asyncio.Task[None]] = set()

    def show(self, page: Page) -> None:
        view = page.view
        if isinstance(view, Working):
            return
        name = f"InsertCard {view.step}" if isinstance(view, InsertCard) else type(view).__name__
        if isinstance(view, Notice):
            name = view.title
        if self._seen[-1:] != [name]:
            self._seen.append(name)
        task = asyncio.ensure_future(self._answer(page))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def ask_still_here(self, _: object) -> None:
        """Nobody asks."""

    async def _answer(self, page: Page) -> None:
        does = self._does.get(type(page.view))
        answer = does(page.view) if does else None
        if asyncio.iscoroutine(answer):
            answer = await answer
        if answer is not None:
            self.visit.take(Answered(number=page.number, value=answer))


def lines(slip: Slip) -> str:
    """All that a slip says."""
    return msgspec.json.encode(slip).decode()
