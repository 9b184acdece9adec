"""The real terminal with one resident after another at its screen, as a process of its own: it tells of each visit in
a line of JSON on standard output, and ends when its standard input does."""

import contextlib
import select
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from pathlib import Path
from time import monotonic

import msgspec
from PySide6.QtTest import QTest

from kiosk.app import Terminal
from kiosk.config import Announcement
from kiosk.rehearsal.chaos.faults import FAULTS_OF, GAS_OF, HEALED, PRINTER
from kiosk.rehearsal.chaos.plan import Draw
from kiosk.rehearsal.headless import Strike
from kiosk.rehearsal.offscreen import use_offscreen
from kiosk.rehearsal.simulators import SimulatorError, Simulators
from kiosk.rehearsal.touch import Finger, NotThereError
from kiosk.rehearsal.wallets import at_the_phone
from kiosk.views.common import Attract, Goodbye, Home, OutOfService, Starting, Working
from kiosk.views.gas import ChooseAmount, EnterAccount
from kiosk.views.payment import AtReader, ChooseMethod, ScanToPay
from kiosk.views.rating import RateService
from kiosk.views.view import View

ACCOUNTS = {
    "gas_bill": ("0100003862", "0100003870", "0100004711"),
    "smart_meter": ("0200000156", "0200000164", "0200000172"),
}
ON_THE_WIRE = frozenset(
    (
        *("lost_request", "lost_answer", "half_answer", "garbage", "error_500", "error_500_after", "twice", "down"),
        *("slow", "unplug", "declined", "decline", "bit_flip", "half_frame", "bad_lrc", "nak", "doubled_answer"),
        *("garbage_reply", "half_reply", "no_reply", "late_reply", "paper_out", "cover_open", "paper_out_mid_slip"),
        *(
            "unplugged_mid_slip",
            "stall",
            "notpay_lag",
            "query_lag",
            "paid_after_close",
            "wrong_signature",
            "unsigned",
            "stale",
        ),
    )
)
"""Faults that end by themselves or by being healed. Those that leave work for the staff would fill a terminal up."""
FAULTS = tuple(
    strike
    for strike in (
        *chain.from_iterable(FAULTS_OF[way] for way in ("wechat", "alipay", "card")),
        *GAS_OF["gas_bill"],
        *PRINTER,
    )
    if (strike.fault or strike.action) in ON_THE_WIRE
)
TROUBLED = 4
"""One in so many visits meets a fault."""
DEEDS = ("pay",) * 8 + ("decline", "leave")
"""What is done with a code."""
VISIT_S = 150.0
"""A visit that takes longer is odd."""
PAUSE_MS = 1500
"""At most, between two residents."""
AT_THE_READER = {"present_card": "insert", "enter_pin": "pin", "asking_bank": "approve", "remove_card": "remove"}


class Visit(msgspec.Struct, frozen=True):
    """One line of output. `tap_ms`: from the finger's release on a service's tile to its first screen."""

    n: int
    tap_ms: float
    seconds: float
    fault: str
    screens: int
    odd: str = ""


class Residents:
    """Comes, does something, goes; again and again."""

    def __init__(self, terminal: Terminal, simulators: Simulators, draw: Draw) -> None:
        self._terminal = terminal
        self._simulators = simulators
        self._draw = draw
        self._finger = Finger(terminal.window, patience_s=6)
        self._hand = ThreadPoolExecutor(1)
        self._account = ""
        self._visits = 0

    def visit(self) -> Visit:
        """From the home screen back to it."""
        strike = self._draw.among(FAULTS) if self._draw.one_in(TROUBLED) else None
        journey = self._draw.among(tuple(ACCOUNTS))
        self._account = self._draw.among(ACCOUNTS[journey])
        self._prepare(journey, strike)
        begun = monotonic()
        self._home(begun)
        tap_s = self._begin(journey)
        numbers: set[int] = set()
        odd = ""
        while not isinstance(self._view, Home | Attract):
            if self._terminal.window.page is not None:
                numbers.add(self._terminal.window.page.number)
            if monotonic() - begun > VISIT_S:
                odd = f"still at {type(self._view).__name__} after {VISIT_S:g} s"
                break
            try:
                self._act(self._view)
            except (NotThereError, SimulatorError):
                QTest.qWait(30)  # the page may change meanwhile
        self._heal()
        self._visits += 1
        fault = "" if strike is None else str(strike)
        return Visit(self._visits, round(tap_s * 1000, 1), round(monotonic() - begun, 2), fault, len(numbers), odd)

    @property
    def _view(self) -> View:
        page = self._terminal.window.page
        return Starting() if page is None else page.view

    def _prepare(self, journey: str, strike: Strike | None) -> None:
        with contextlib.suppress(SimulatorError):
            if journey == "gas_bill" and not self._draw.one_in(3):
                self._simulators.do("gas_company_http", "add_debt", account=self._account)
        if strike is not None:
            strike.land(self._simulators)

    def _heal(self) -> None:
        for party, actions in HEALED.items():
            if party not in self._simulators.announcements:
                continue  # not in this hall
            self._simulators.clear(party)
            for action in actions:
                self._simulators.do(party, action)

    def _home(self, begun: float) -> None:
        while not isinstance(self._view, Home) and monotonic() - begun < VISIT_S:
            with contextlib.suppress(NotThereError):
                self._act(self._view)
        with contextlib.suppress(NotThereError):
            self._finger.see("Home")

    def _begin(self, journey: str) -> float:
        released = monotonic()
        with contextlib.suppress(NotThereError):
            tile = self._finger.middle(f"tile-{journey}")
            self._finger.press(tile)
            released = monotonic()
            self._finger.release(tile)
            self._finger.until(lambda: not isinstance(self._view, Home), "the service's first screen")
        return monotonic() - released

    def _act(self, view: View) -> None:
        name = type(view).__name__
        if isinstance(view, Working | Starting | Goodbye | OutOfService):
            QTest.qWait(30)
            return
        self._finger.see(name)
        match view:
            case EnterAccount():
                self._enter()
            case ChooseAmount():
                amounts = [name for name in self._finger.controls() if name.startswith("amount-")][:3]
                self._finger.tap(self._draw.among(amounts) if amounts else "back")
            case ChooseMethod():
                ways = [f"method-{method.channel}" for method in view.methods if method.paused is None]
                if ways:
                    self._finger.tap(self._draw.among(ways))
                else:
                    self._leave()
            case ScanToPay():
                self._at_the_wallet(view)
            case AtReader():
                self._at_the_reader(view)
            case RateService():
                self._rate()
            case _:
                self._press_on(name)

    def _enter(self) -> None:
        for digit in self._account:
            self._finger.tap(f"key-{digit}")
        self._finger.tap("primary")
        with contextlib.suppress(NotThereError):
            self._finger.until(lambda: not isinstance(self._view, EnterAccount), "what the company says")
            return
        self._finger.tap("home")  # somebody who cannot go on

    def _at_the_wallet(self, view: ScanToPay) -> None:
        deed = self._draw.among(DEEDS)
        if deed != "leave":
            at_the_phone(self._simulators, view.channel, deed, view.code)
        if deed == "pay":
            self._finger.until(lambda: self._view != view, "the payment to be seen")
        else:
            self._leave()

    def _at_the_reader(self, view: AtReader) -> None:
        if view.can_stop and self._draw.one_in(10):
            self._leave()
        elif (does := AT_THE_READER.get(view.step)) is not None:
            self._hand.submit(self._simulators.do, "transbank_pos", does)  # it may wait for the terminal
        with contextlib.suppress(NotThereError):
            self._finger.until(lambda: self._view != view, "the reader's next step")

    def _rate(self) -> None:
        grade = self._draw.below(6)
        if grade:
            self._finger.tap(f"grade-{grade}")
        self._finger.tap("primary" if grade else "skip")

    def _leave(self) -> None:
        self._press_on("", "cancel", "secondary", "home", "back")

    def _press_on(self, screen: str, *names: str) -> None:
        there = self._finger.controls()
        rarely = ("back", "home") if self._draw.one_in(10) and screen.startswith("Confirm") else ()
        wanted = names or (*rarely, "primary", "secondary", "done", "home", "back")
        name = next((name for name in wanted if name in there), None)
        if name is None:
            QTest.qWait(30)
        else:
            self._finger.tap(name)


def main(config: str, announced: str, ledger: str, seed: str) -> None:
    """`residents CONFIG ANNOUNCEMENTS LEDGER SEED`."""
    with tempfile.TemporaryDirectory() as scratch:
        use_offscreen(Path(scratch))
        simulators = Simulators(Path(scratch), ())
        simulators.announcements = msgspec.json.decode(Path(announced).read_bytes(), type=dict[str, Announcement])
        draw = Draw(seed)
        terminal = Terminal(Path(config), announcements=simulators.announcements, fullscreen=False, ledger=Path(ledger))
        terminal.window.open()
        residents = Residents(terminal, simulators, draw)
        try:
            while True:
                sys.stdout.write(msgspec.json.encode(residents.visit()).decode() + "\n")
                sys.stdout.flush()
                if select.select([sys.stdin], [], [], 0)[0]:
                    break
                QTest.qWait(draw.below(PAUSE_MS))
        finally:
            terminal.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
