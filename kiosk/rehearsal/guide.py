"""The resident of a tour: touches the real window, takes pictures of what is there, and pays."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from kiosk.app import Terminal
from kiosk.rehearsal.simulators import Simulators
from kiosk.rehearsal.touch import Finger
from kiosk.views.common import Home


class TourError(RuntimeError):
    """The tour did not go as it should have."""


class Tour:
    """A resident with a camera."""

    def __init__(
        self,
        terminal: Terminal,
        simulators: Simulators,
        out: Path,
        *,
        lang: str,
        channel: str,
        pay: "Callable[[Tour], None]",
        modes: tuple[str, ...] = (),
        id_card: bool = False,
        card_reader: str = "",
    ) -> None:
        """`lang` is `zh` or `en`; `channel` is chosen where a way to pay is asked for, and `pay` does what follows;
        `modes` of `large`, `contrast`; `card_reader` is the simulator of the card terminal, where there is one."""
        self.card_reader = card_reader
        self.id_card = id_card
        """Whether this resident has an identity card along, and lays it on the reader where that is offered."""
        self._terminal = terminal
        first = terminal.window.page
        self._unknown = first if first and first.number == 0 else None
        """What is shown before anything is known, each service taken to be open."""
        self.simulators = simulators
        self.finger = Finger(terminal.window)
        self.notes: list[str] = []
        """What else was found to be as it should, for whoever reads the tour's output."""
        self.out = out
        """Where pictures are kept."""
        self._lang = lang
        self._channel = channel
        self._pay = pay
        self._modes = modes
        self._count = 0
        self.paid = False
        """Whether the tour was one that moves money."""

    def picture(self, name: str) -> None:
        """Save what is on the screen as the next picture."""
        self._count += 1
        self.finger.picture().save(str(self.out / f"{self._count:02d}-{name}.png"))

    def view(self) -> object:
        """The view on the screen."""
        page = self._terminal.window.page
        return None if page is None else page.view

    def number(self) -> int:
        """The number of the page on the screen."""
        page = self._terminal.window.page
        return -1 if page is None else page.number

    def language(self) -> str:
        """The language on the screen."""
        page = self._terminal.window.page
        return "" if page is None else page.language

    def see(self, view: str, name: str) -> None:
        """Wait for a screen and take its picture."""
        self.finger.see(view)
        self.picture(name)

    def begin(self, journey: str) -> None:
        """From the home screen, in this resident's language and modes, into a service."""
        self.finger.see("Home")
        if self._lang == "en":
            self.finger.tap("language")
            self.finger.until(lambda: self.language() == "en", "English")
        for mode in self._modes:
            self.finger.tap(f"mode-{mode}")
            self.finger.until(partial(self._shown_in, mode), f"{mode} to be on the screen")
        self.finger.until(lambda: self._open(journey), f"{journey} to be open")
        self.see("Home", "home")
        self.finger.turn_to(f"tile-{journey}")
        self.finger.tap(f"tile-{journey}")

    def _shown_in(self, mode: str) -> bool:
        page = self._terminal.window.page
        return page is not None and bool(getattr(page.modes, mode))

    def _open(self, journey: str) -> bool:
        page = self._terminal.window.page
        if page is None or page is self._unknown or not isinstance(page.view, Home):
            return False
        return any(tile.journey == journey and tile.paused is None for tile in page.view.tiles)

    def enter_account(self, account: str, holder: str = "") -> None:
        """Type an account number and go on; or have it found by the card of its holder, who is along."""
        self.see("EnterAccount", "enter-account")
        if self.id_card and holder:
            self.finger.tap("by-card")
            self.see("OfferIdCard", "offer-id-card")
            self.finger.tap("primary")
            self.see("PresentIdCard", "lay-id-card")
            self.simulators.do("sdt_id", "lay", who=holder)
            return
        self.finger.type(account)
        self.picture("account-entered")
        self.finger.tap("primary")

    def pay(self) -> None:
        """Choose the way to pay, and pay."""
        self.paid = True
        self.see("ChooseMethod", "choose-method")
        self.finger.tap(f"method-{self._channel}")
        self._pay(self)

    def end(self) -> None:
        """From the end screen, with its slip, to the home screen."""
        self.see("Outcome", "done-printing")
        self.finger.until(lambda: getattr(self.view(), "slip_state", "") == "printed", "the slip")
        self.see("Outcome", "done")
        self.finger.tap("primary")
        self.rate()
        self.leave()

    def rate(self) -> None:
        """Say how it was."""
        self.finger.see("RateService")
        self.finger.tap("grade-5")
        self.picture("rate-service")
        self.finger.tap("primary")

    def leave(self) -> None:
        """Goodbye, and the home screen for the next one."""
        self.see("Goodbye", "goodbye")
        self.finger.see("Home")
