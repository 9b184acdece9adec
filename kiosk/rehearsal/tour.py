"""`kiosk tour`: a scripted resident uses the real terminal by touch and keeps pictures of every screen and the slip."""

import argparse
import logging
import sys
import tempfile
from pathlib import Path

import kiosk
from kiosk.app import Terminal
from kiosk.config import Config, fitted, load
from kiosk.devices.payment import PaymentMethod
from kiosk.rehearsal.books import lay_side_by_side, ledger_rows, table
from kiosk.rehearsal.guide import Tour, TourError
from kiosk.rehearsal.offscreen import use_offscreen
from kiosk.rehearsal.simulators import SimulatorError, Simulators, named_by
from kiosk.rehearsal.touch import NotThereError
from kiosk.rehearsal.tours import TOURS
from kiosk.rehearsal.ways import WAYS

DEMO = Path(kiosk.__file__).parents[1] / "config.toml"


def tour_command(argv: list[str]) -> int:
    """`kiosk tour NAME… --out DIR [--pay WAY] [--lang zh|en] [--mode MODE]… [--id-card] [--show] [--config FILE]`; 1
    unless all books agree. Several are one resident after the other at one terminal, each with a folder in DIR."""
    parser = argparse.ArgumentParser(prog="kiosk tour", description="Let a scripted resident use the terminal.")
    parser.add_argument("name", choices=sorted(TOURS), nargs="+", help="one after the other at the same terminal")
    parser.add_argument("--out", type=Path, required=True, help="folder for the pictures; old ones are replaced")
    parser.add_argument("--pay", choices=sorted(WAYS), default="wechat", help="how this resident pays")
    parser.add_argument("--lang", choices=["zh", "en"], default="zh")
    parser.add_argument("--mode", choices=["large", "contrast"], action="append", default=[], help="may be repeated")
    parser.add_argument(
        "--id-card", action="store_true", help="lay an identity card on the reader where it is asked for"
    )
    parser.add_argument("--show", action="store_true", help="in a window on the display, to watch it")
    parser.add_argument("--config", type=Path, default=DEMO)
    options = parser.parse_args(argv)
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING)
    with tempfile.TemporaryDirectory(prefix="menkou-tour-") as scratch:
        try:
            if not options.show:
                use_offscreen(Path(scratch))
            return _run(options, Path(scratch))
        except (TourError, NotThereError, SimulatorError) as error:
            sys.stderr.write(f"tour {' '.join(options.name)}: {error}\n")
            return 1


def _run(options: argparse.Namespace, scratch: Path) -> int:
    path: Path = options.config
    way = WAYS[options.pay]

    def fit(config: Config) -> Config:
        return fitted(config, way.devices)

    config = fit(load(path))
    ledger = scratch / "ledger"
    tours = []
    with Simulators(scratch / "simulators", named_by(config)) as simulators:
        terminal = Terminal(path, announcements=simulators.announcements, fullscreen=False, ledger=ledger, change=fit)
        terminal.window.open()
        try:
            for name in options.name:
                out = _cleared(options.out if len(options.name) == 1 else options.out / name)
                tour = Tour(
                    terminal,
                    simulators,
                    out,
                    lang=options.lang,
                    channel=way.channel,
                    pay=way.pay,
                    modes=tuple(options.mode),
                    id_card=options.id_card,
                    card_reader=_card_reader(config),
                )
                tours.append(tour)
                TOURS[name](tour)
                _keep_slip(tour)
        finally:
            terminal.close()
        books = {name: simulators.books(name) for name in simulators.names}
        lines = lay_side_by_side(ledger_rows(ledger), books)
    notes = [note for tour in tours for note in tour.notes]
    sys.stdout.write("".join(f"{line}\n" for line in [*([table(lines)] if lines else []), *notes]))
    pictures = sum(len(list(tour.out.glob("*.png"))) for tour in tours)
    sys.stdout.write(f"{pictures} pictures in {options.out}; ")
    if not any(tour.paid for tour in tours):
        sys.stdout.write("no money moved\n" if not lines else "MONEY MOVED\n")
        return 1 if lines else 0
    agree = bool(lines) and all(line.agrees and line.owed == 0 for line in lines)
    sys.stdout.write("the books of all parties agree\n" if agree else "THE BOOKS DO NOT AGREE\n")
    return 0 if agree else 1


def _card_reader(config: Config) -> str:
    """The simulator of the card terminal; empty where there is none."""
    for device in config.devices:
        driver = device.driver_class
        if device.simulator and issubclass(driver, PaymentMethod) and driver.channel == "card":
            return device.simulator
    return ""


def _cleared(out: Path) -> Path:
    """The folder, without what an earlier tour left there."""
    out.mkdir(parents=True, exist_ok=True)
    for old in [*out.glob("[0-9][0-9]-*.png"), *out.glob("slip.*"), *out.glob("printed*.*")]:
        old.unlink()
    return out


def _keep_slip(tour: Tour) -> None:
    """The newest slip, as it looks and as its bytes."""
    slips = len(tour.simulators.books("escpos")["slips"]) if "escpos" in tour.simulators.names else 0
    if slips:
        for kind in ("png", "bin"):
            (tour.out / f"slip.{kind}").write_bytes(tour.simulators.fetch("escpos", f"/slips/{slips}.{kind}"))
