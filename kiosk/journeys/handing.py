"""A slip that no order stands behind, while its screen goes on: what became of it, and whether another can come."""

import asyncio
import logging
from collections.abc import Callable
from types import TracebackType
from typing import Self

import msgspec

from kiosk.devices.health import Health
from kiosk.devices.printer import NotPrinted, Printed, PrintOutcome, PrintUnknown
from kiosk.orders.within import within
from kiosk.services import Services, trouble
from kiosk.slips.slip import Slip
from kiosk.views.common import SlipState
from kiosk.views.notice import TakeSlip
from kiosk.visit import Visit

log = logging.getLogger(__name__)

PRINT_LIMIT_SECONDS = 120.0
"""The longest a printer may take for one slip before nobody knows what became of it."""

Make = Callable[[bool], Slip]
"""Makes the slip in the resident's language; told whether it is a reprint."""

_going_on: set["asyncio.Task[PrintOutcome]"] = set()
"""A print goes on when the resident has left."""


class Handing:
    """See the module. A context manager: it watches the printer meanwhile."""

    def __init__(self, services: Services, make: Make) -> None:
        self._services = services
        self._make = make
        self._changed = asyncio.Event()
        self._task: asyncio.Task[PrintOutcome] | None = None
        self._ended: PrintOutcome | None = None
        self._came_before = False
        """Whether an earlier slip came out, or may have."""
        self._recovered = False
        self._unsubscribe: Callable[[], None] = lambda: None

    def __enter__(self) -> Self:
        self._unsubscribe = self._services.devices.subscribe(self._health_changed)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._unsubscribe()

    async def show(self, visit: Visit, view: TakeSlip, photo_code: str) -> str:
        """Print, and show `view` with what becomes of it until the resident is done with it; `done` or `another`."""
        self.print()
        while True:
            answer = await visit.ask_until(self._seen(view, photo_code), self._news())
            if answer == "print" and self.can_print:
                self.print()
            elif answer in ("done", "another"):
                return answer

    def print(self) -> None:
        """Begin to print, unless a slip is on its way already."""
        if self._task is not None:
            return
        self._ended, self._recovered = None, False
        self._task = asyncio.create_task(self._printed(self._make(self._came_before)))
        _going_on.add(self._task)
        self._task.add_done_callback(_going_on.discard)
        self._task.add_done_callback(self._came)

    def preview(self) -> Slip:
        """The slip to draw on the screen."""
        return self._make(False)

    @property
    def state(self) -> SlipState:
        """What became of the last slip."""
        match self._ended:
            case Printed():
                return "printed"
            case NotPrinted():
                return "not_printed"
            case PrintUnknown():
                return "unknown"
            case _:
                return "none" if self._task is None else "printing"

    @property
    def problem(self) -> str | None:
        """Why no slip came out or can come out, as a message key."""
        if reason := printer_trouble(self._services):
            return reason
        match self._ended:
            case NotPrinted(reason=reason) if not self._recovered:
                return f"reason.{reason}"
            case _:
                return None

    @property
    def can_print(self) -> bool:
        """Whether a slip may be asked for now."""
        return self._task is None and printer_trouble(self._services) is None

    def _seen(self, view: TakeSlip, photo_code: str) -> TakeSlip:
        state = self.state
        return msgspec.structs.replace(
            view,
            slip=self.preview(),
            slip_state=state,
            slip_problem=self.problem if state not in ("printed", "printing") else None,
            can_print=self.can_print,
            photo_code=photo_code if state in ("not_printed", "unknown") else None,
        )

    def _health_changed(self, name: str, health: Health) -> None:
        if name == self._services.devices.printer.name:
            self._recovered = self._ended is not None and trouble(health) is None
            self._changed.set()

    async def _news(self) -> None:
        await self._changed.wait()
        self._changed.clear()

    async def _printed(self, slip: Slip) -> PrintOutcome:
        try:
            return await within(PRINT_LIMIT_SECONDS, self._services.devices.printer.print(slip))
        except TimeoutError:
            return PrintUnknown("no answer within the limit")
        except Exception as error:
            log.exception("printing failed")
            return PrintUnknown(f"{type(error).__name__}")

    def _came(self, task: "asyncio.Task[PrintOutcome]") -> None:
        self._task = None
        if not task.cancelled():
            self._ended = task.result()
            self._came_before = self._came_before or not isinstance(self._ended, NotPrinted)
        self._changed.set()


def printer_trouble(services: Services) -> str | None:
    """Why no slip can be printed now, as a message key."""
    return trouble(services.devices.health(services.devices.printer.name))
