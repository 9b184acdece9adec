"""The slip of one order while its screen goes on: what became of it, and whether another can come."""

import asyncio
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

from kiosk.devices.health import Health
from kiosk.orders.orders import Orders
from kiosk.orders.private import Private
from kiosk.orders.receipt import receipt
from kiosk.orders.runner import Running
from kiosk.protocol.order.rows import PrintState, Rows
from kiosk.protocol.order.truth import advice
from kiosk.services import Services, trouble
from kiosk.slips.slip import Slip
from kiosk.text.catalogue import catalogue
from kiosk.views.common import SlipState
from kiosk.visit import Visit

REOPENED_SECONDS = 1.0
"""Between looks for a ledger that was opened anew, while an order is on the screen."""


class Slips:
    """An order on the screen and its slip. A context manager: it watches the devices meanwhile."""

    def __init__(self, services: Services, orders: Orders, running: Running, visit: Visit) -> None:
        self._services = services
        self._orders = orders
        self.running = running
        """The order; another one after the ledger was opened anew."""
        self._visit = visit
        self._task: asyncio.Task[PrintState] | None = None
        self.told = ""
        """What the last slip advised to do."""
        self._health = asyncio.Event()
        self._recovered = False
        """Whether the printer was well again after the last slip."""
        self._unsubscribe: Callable[[], None] = lambda: None

    def __enter__(self) -> Self:
        self._unsubscribe = self._services.devices.subscribe(self._health_changed)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._unsubscribe()

    def _health_changed(self, name: str, health: Health) -> None:
        if name == self._services.devices.printer.name:
            self._recovered = trouble(health) is None
        self._health.set()

    def make(self, rows: Rows, private: Private, *, reprint: bool) -> Slip:
        """The slip as things stand, in the visit's language."""
        language = self._visit.language
        return receipt(
            rows,
            private,
            catalogue(language),
            self._services.issuer(language),
            self._services.now_ms(),
            reprint=reprint,
        )

    def print(self) -> None:
        """Begin to print, unless a slip is on its way already."""
        if self._task is None or self._task.done():
            self.told = advice(self.running.rows)
            self._recovered = False
            self._task = self._orders.print_slip(self.running, self._services.devices.printer, self.make)

    def preview(self) -> Slip | None:
        """The slip to draw on the screen."""
        if self.running.private is None:
            return None
        return self.make(self.running.rows, self.running.private, reprint=False)

    @property
    def problem(self) -> str | None:
        """Why no slip came out or can come out, as a message key."""
        if self.running.broken:
            return "reason.money_closed"
        if reason := self._printer_trouble():
            return reason
        last = self.running.rows.prints[-1] if self.running.rows.prints else None
        if last and last.state == "not_printed" and not self.printing and not self._recovered:
            return f"reason.{last.why}"
        return None

    @property
    def printing(self) -> bool:
        """Whether a slip is on its way."""
        return self._task is not None and not self._task.done()

    @property
    def can_print(self) -> bool:
        """Whether a slip may be asked for now."""
        if self.printing or self.running.broken or self.running.private is None:
            return False
        return self._printer_trouble() is None

    @property
    def state(self) -> SlipState:
        """What became of the last slip."""
        if self.printing:
            return "printing"
        prints = self.running.rows.prints
        match prints[-1].state if self.told and prints else None:
            case None:
                return "none"
            case "intended":
                return "unknown"
            case state:
                return state

    @property
    def shown_state(self) -> SlipState:
        """The state to tell: where none was printed and none can be, that."""
        return "not_printed" if self._impossible else self.state

    @property
    def shown_problem(self) -> str | None:
        """What to tell of the printer: nothing while the slip in hand is the last word."""
        return self.problem if self.state != "printed" else None

    @property
    def photograph(self) -> bool:
        """Whether the resident should photograph the order's code, having no paper."""
        return self._impossible or self.state in ("not_printed", "unknown")

    @property
    def _impossible(self) -> bool:
        return self.state in ("none", "not_printed") and self.problem is not None

    async def news(self, patience: float | None = None) -> None:
        """Wait until the order, the slip or a device changed, at most `patience` seconds."""
        if self.running.broken:
            patience = min(patience or REOPENED_SECONDS, REOPENED_SECONDS)
        self._health.clear()
        waits: set[asyncio.Future[Any]] = {
            asyncio.ensure_future(self.running.change()),
            asyncio.ensure_future(self._health.wait()),
        }
        if self._task is not None and not self._task.done():
            waits.add(self._task)
        try:
            await asyncio.wait(waits, timeout=patience, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits - {self._task}:
                wait.cancel()
        await self._follow()

    async def _follow(self) -> None:
        """After the ledger failed and was opened anew, go on with the order as it is known there."""
        orders = self._services.orders()
        if not self.running.broken or orders is None or orders.broken:
            return
        if running := await orders.look_up(self.running.rows.order.order_no):
            self._orders, self.running = orders, running

    def _printer_trouble(self) -> str | None:
        devices = self._services.devices
        return trouble(devices.health(devices.printer.name))
