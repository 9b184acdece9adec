"""One terminal as `kiosk demo` starts it, with residents at its glass: `python -m tests.browser.glass TOLD`.

Each line that comes in is an `Asked` in JSON, and a line goes out when it was done: a `Happened`.
"""

import contextlib
import logging
import os
import sys
import tempfile
import traceback
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

import msgspec
from PySide6.QtCore import QSocketNotifier
from PySide6.QtTest import QTest

from kiosk.app import Terminal
from kiosk.config import Announcement
from kiosk.rehearsal.guide import Tour, TourError
from kiosk.rehearsal.offscreen import use_offscreen
from kiosk.rehearsal.simulators import SimulatorError, Simulators
from kiosk.rehearsal.touch import NotThereError
from kiosk.rehearsal.wallets import at_the_phone
from kiosk.restarting import AGAIN, start_anew
from kiosk.views.common import Attract, Home, Outcome
from kiosk.views.forms import FormOutcome
from kiosk.views.payment import ScanToPay
from tests.browser.clock import FILE, put


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What the program is told at its start."""

    config: str
    announcements: dict[str, Announcement]
    lang: str


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """Something to do at the glass."""

    do: str
    pictures: str
    account: str = ""
    meanwhile: str = ""
    """What happens while a resident has the code to pay before them."""
    ahead: float | None = None
    """And what time it becomes."""
    shown: str = ""
    form: str = ""
    """The number of one to print."""


class Happened(msgspec.Struct, frozen=True, kw_only=True):
    """What was seen."""

    number: str = ""
    """Of the order or the ticket."""
    truth: str = ""
    wrong: str = ""


class Glass:
    """Residents, one after the other."""

    def __init__(self, told: Told, folder: Path) -> None:
        self._simulators = Simulators(folder, ())
        self._simulators.announcements = told.announcements
        self.terminal = Terminal(Path(told.config), announcements=told.announcements, fullscreen=False)
        self._deeds: Mapping[str, Callable[[Asked, Tour], Happened]] = {
            "pay": self._pay,
            "take": self._take,
            "stand": self._stand,
            "form": self._form,
        }
        self._tour = partial(Tour, self.terminal, self._simulators, lang=told.lang, channel="wechat")

    def answer(self) -> None:
        """Do what the next line asks for."""
        line = sys.stdin.buffer.readline()
        if not line:
            self.terminal.window.close()
            return
        asked = msgspec.json.decode(line, type=Asked)
        try:
            pictures = Path(asked.pictures)
            pictures.mkdir(parents=True, exist_ok=True)
            tour = self._tour(out=pictures, pay=partial(self._by_telephone, asked))
            happened = self._deeds[asked.do](asked, tour)
        except (AssertionError, TourError, SimulatorError):
            self.terminal.window.grab().save(f"{asked.pictures}/wrong.png")
            happened = Happened(wrong=f"{traceback.format_exc()}\n{self.terminal.window.page}")
        sys.stdout.buffer.write(msgspec.json.encode(happened) + b"\n")
        sys.stdout.buffer.flush()

    def _pay(self, asked: Asked, tour: Tour) -> Happened:
        """The bill of an account."""
        self._begin(tour, "gas_bill")
        tour.enter_account(asked.account)
        tour.see("ConfirmBill", "confirm-bill")
        tour.finger.tap("primary")
        tour.pay()
        tour.finger.see("Outcome")
        tour.finger.until(lambda: getattr(tour.view(), "slip_state", "") == "printed", "the slip")
        tour.see("Outcome", "outcome")
        outcome = tour.view()
        assert isinstance(outcome, Outcome)
        tour.finger.tap("primary")
        if outcome.truth == "done":
            tour.rate()
        tour.leave()
        return Happened(number=outcome.order_no, truth=outcome.truth)

    def _by_telephone(self, asked: Asked, tour: Tour) -> None:
        tour.see("ScanToPay", "scan-to-pay")
        if asked.meanwhile == "company_goes":
            self._simulators.do("gas_company_http", "unplug")
        if asked.ahead is not None:
            put(Path(os.environ[FILE]), asked.ahead)
        view = tour.view()
        assert isinstance(view, ScanToPay)
        assert at_the_phone(self._simulators, view.channel, "pay", view.code)["paid"]

    def _take(self, asked: Asked, tour: Tour) -> Happened:
        """A number for the first business."""
        self._begin(tour, "queue_ticket")
        tour.finger.see("ChooseBusiness")
        tour.finger.tap("business-A")
        tour.finger.until(lambda: getattr(tour.view(), "slip_state", "") == "printed", "the slip")
        tour.see("YourTicket", "ticket")
        number = str(getattr(tour.view(), "shown", ""))
        tour.finger.tap("primary")
        tour.leave()
        return Happened(number=number)

    def _form(self, asked: Asked, tour: Tour) -> Happened:
        """A blank form, found by its number."""
        self._begin(tour, "print_form")
        tour.finger.see("ChooseEntry")
        tour.finger.tap("search")
        tour.finger.see("FindEntry")
        for digit in asked.form:
            tour.finger.tap(f"key-{digit}")
        tour.finger.until(lambda: getattr(tour.view(), "query", "") == asked.form, "what was found")
        tour.see("FindEntry", "found")
        tour.finger.tap(f"entry-{asked.form}")
        tour.see("ShowForm", "form")
        tour.finger.tap("primary")
        tour.finger.until(lambda: isinstance(tour.view(), FormOutcome), "the end of the print")
        tour.finger.until(lambda: getattr(tour.view(), "slip_state", "") == "printed", "the slip")
        tour.see("FormOutcome", "printed")
        tour.finger.tap("primary")
        tour.rate()
        tour.leave()
        return Happened()

    def _begin(self, tour: Tour, journey: str) -> None:
        """Come to the terminal, and begin a service once it is open."""
        tour.finger.until(lambda: self._is_open(journey) or self._touched(tour), f"{journey} to be open")
        tour.begin(journey)

    def _is_open(self, journey: str) -> bool:
        window = self.terminal.window
        if window.page is None or not window.page.number or window.root.property("stillHere"):
            return False  # nothing is known yet, or there is a question in front of it
        view = window.page.view
        return isinstance(view, Home) and any(tile.journey == journey and tile.paused is None for tile in view.tiles)

    def _touched(self, tour: Tour) -> bool:
        """Touch what invites to be touched; never enough."""
        for name in ("primary", "still-here"):
            with contextlib.suppress(NotThereError):
                tour.finger.tap(name)
        QTest.qWait(100)
        return False

    def _stand(self, asked: Asked, tour: Tour) -> Happened:
        """Nobody is there: the screen shows which number was called."""
        tour.finger.until(lambda: asked.shown in self._called(tour), f"{asked.shown} to be called on the screen")
        tour.see("Attract", "attract")
        return Happened()

    def _called(self, tour: Tour) -> tuple[str, ...]:
        view = tour.view()
        return tuple(one.shown for one in view.called) if isinstance(view, Attract) else ()


def main(told: Told) -> int:
    """See the module."""
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    with tempfile.TemporaryDirectory(prefix="menkou-glass-") as scratch:
        use_offscreen(Path(scratch))
        glass = Glass(told, Path(scratch))
        listening = QSocketNotifier(sys.stdin.fileno(), QSocketNotifier.Type.Read)
        listening.activated.connect(glass.answer)
        code = glass.terminal.run()
    return start_anew() if code == AGAIN else code


if __name__ == "__main__":
    sys.exit(main(msgspec.json.decode(sys.argv[1], type=Told)))
