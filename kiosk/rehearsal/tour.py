"""`kiosk tour`: a scripted resident uses the real terminal by touch and keeps pictures of every screen and the slip."""

import argparse
import logging
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import kiosk
from kiosk.app import Terminal
from kiosk.config import load
from kiosk.rehearsal.books import lay_side_by_side, ledger_rows, table
from kiosk.rehearsal.offscreen import use_offscreen
from kiosk.rehearsal.simulators import SimulatorError, Simulators, named_by
from kiosk.rehearsal.touch import Finger, NotThereError
from kiosk.views.payment import ScanToPay

DEMO = Path(kiosk.__file__).parents[1] / "config.toml"
GAS_BILL_ACCOUNT = "0100003870"


class TourError(RuntimeError):
    """The tour did not go as it should have."""


class Tour:
    """A resident with a camera."""

    def __init__(self, terminal: Terminal, simulators: Simulators, out: Path) -> None:
        self._terminal = terminal
        self.simulators = simulators
        self.finger = Finger(terminal.window)
        self._out = out
        self._count = 0

    def picture(self, name: str) -> None:
        """Save what is on the screen as the next picture."""
        self._count += 1
        self.finger.picture().save(str(self._out / f"{self._count:02d}-{name}.png"))

    def view(self) -> object:
        """The view on the screen."""
        page = self._terminal.window.page
        return None if page is None else page.view

    def language(self) -> str:
        """The language on the screen."""
        page = self._terminal.window.page
        return "" if page is None else page.language

    def see(self, view: str, name: str) -> None:
        """Wait for a screen and take its picture."""
        self.finger.see(view)
        self.picture(name)


def gas_bill(tour: Tour, lang: str) -> None:
    """Home to goodbye: two unpaid periods with a late fee, paid by WeChat."""
    finger = tour.finger
    finger.see("Home")
    if lang == "en":
        finger.tap("language")
        finger.until(lambda: tour.language() == "en", "English")
    tour.see("Home", "home")
    finger.tap("tile-gas_bill")
    tour.see("EnterAccount", "enter-account")
    finger.type(GAS_BILL_ACCOUNT)
    tour.picture("account-entered")
    finger.tap("primary")
    tour.see("ConfirmBill", "confirm-bill")
    finger.tap("primary")
    tour.see("ChooseMethod", "choose-method")
    finger.tap("method-wechat")
    tour.see("ScanToPay", "scan-to-pay")
    view = tour.view()
    if not isinstance(view, ScanToPay):
        raise TourError("the code to pay is gone")
    paid = tour.simulators.do("wechat_pay", "pay", code_url=view.code)
    if not paid.get("paid"):
        raise TourError(f"the wallet could not pay: {paid.get('reason')}")
    tour.see("Outcome", "done-printing")
    finger.until(lambda: getattr(tour.view(), "slip_state", "") == "printed", "the slip")
    tour.see("Outcome", "done")
    finger.tap("primary")
    tour.see("Goodbye", "goodbye")
    finger.see("Home")


TOURS: dict[str, Callable[[Tour, str], None]] = {"gas_bill": gas_bill}


def tour_command(argv: list[str]) -> int:
    """`kiosk tour NAME --out DIR [--pay wechat] [--lang zh|en] [--show] [--config FILE]`; 1 unless all books agree."""
    parser = argparse.ArgumentParser(prog="kiosk tour", description="Let a scripted resident use the terminal.")
    parser.add_argument("name", choices=sorted(TOURS))
    parser.add_argument("--out", type=Path, required=True, help="folder for the pictures; old ones are replaced")
    parser.add_argument("--pay", choices=["wechat"], default="wechat")
    parser.add_argument("--lang", choices=["zh", "en"], default="zh")
    parser.add_argument("--show", action="store_true", help="in a window on the display, to watch it")
    parser.add_argument("--config", type=Path, default=DEMO)
    options = parser.parse_args(argv)
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING)
    out: Path = options.out
    out.mkdir(parents=True, exist_ok=True)
    for old in [*out.glob("[0-9][0-9]-*.png"), out / "slip.png", out / "slip.bin"]:
        old.unlink(missing_ok=True)
    with tempfile.TemporaryDirectory(prefix="menkou-tour-") as scratch:
        try:
            if not options.show:
                use_offscreen(Path(scratch))
            return _run(options.name, options.lang, options.config, out, Path(scratch))
        except (TourError, NotThereError, SimulatorError) as error:
            sys.stderr.write(f"tour {options.name}: {error}\n")
            return 1


def _run(name: str, lang: str, path: Path, out: Path, scratch: Path) -> int:
    config = load(path)
    ledger = scratch / "ledger"
    with Simulators(scratch / "simulators", named_by(config)) as simulators:
        terminal = Terminal(path, announcements=simulators.announcements, fullscreen=False, ledger=ledger)
        terminal.window.open()
        try:
            TOURS[name](Tour(terminal, simulators, out), lang)
        finally:
            terminal.close()
        (out / "slip.png").write_bytes(simulators.fetch("escpos", "/paper.png"))
        (out / "slip.bin").write_bytes(simulators.fetch("escpos", "/slips/1.bin"))
        lines = lay_side_by_side(
            ledger_rows(ledger), simulators.books("wechat_pay"), simulators.books("gas_company_http")
        )
    sys.stdout.write(table(lines) + "\n")
    agree = bool(lines) and all(line.agrees and line.owed == 0 for line in lines)
    sys.stdout.write(f"{len(list(out.glob('*.png')))} pictures in {out}; ")
    sys.stdout.write("the books of all parties agree\n" if agree else "THE BOOKS DO NOT AGREE\n")
    return 0 if agree else 1
