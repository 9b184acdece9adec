"""`kiosk demo`: the terminal as configured, with the simulators it names around it, and the workbench to play them."""

import argparse
import contextlib
import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec

from kiosk.app import Terminal
from kiosk.config import ConfigError, load
from kiosk.rehearsal.simulators import SimulatorError, Simulators, named_by
from kiosk.rehearsal.wallets import WALLETS
from kiosk.restarting import AGAIN, start_anew

PATIENCE_S = 5.0


def demo_command(argv: list[str]) -> int:
    """`kiosk demo [--config FILE] [--books DIR] [--fullscreen] [--no-workbench]`; without a display, the tour."""
    parser = argparse.ArgumentParser(prog="kiosk demo", description="Run the terminal with simulators around it.")
    parser.add_argument("--config", type=Path, default=Path("config.toml"))
    parser.add_argument("--books", type=Path, default=Path("var/simulators"), help="folder for the simulators' books")
    parser.add_argument("--fullscreen", action="store_true", help="the whole screen instead of a window")
    parser.add_argument("--no-workbench", action="store_true", help="without the window that plays the world")
    options = parser.parse_args(argv)
    if not _display():
        sys.stdout.write("No display here: running the tour instead (pictures in var/tour).\n")
        sys.stdout.flush()
        from kiosk.rehearsal.tour import tour_command

        return tour_command(["gas_bill", "--out", "var/tour", "--config", str(options.config)])
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    try:
        config = load(options.config)
        with Simulators(options.books, named_by(config)) as simulators:
            sys.stdout.write(_hints(simulators))
            sys.stdout.flush()
            terminal = Terminal(
                options.config,
                announcements=simulators.announcements,
                fullscreen=options.fullscreen,
                fit=not options.fullscreen,
            )
            with contextlib.ExitStack() as stack:
                if not options.fullscreen:
                    terminal.window.view.setPosition(0, 0)
                if not options.no_workbench:
                    beside = 0 if options.fullscreen else terminal.window.display.width
                    ledger = config.ledger.folder

                    def begin() -> None:
                        stack.enter_context(workbench(simulators, ledger, config.hall.timezone, beside))

                    terminal.window.on_first_frame(begin)  # the terminal comes first
                code = terminal.run()
        return start_anew() if code == AGAIN else code
    except (ConfigError, SimulatorError) as error:
        sys.stderr.write(f"{error}\n")
        return 1


@contextlib.contextmanager
def workbench(
    simulators: Simulators, ledger: Path, timezone: str, beside: int = 0
) -> Iterator[subprocess.Popen[bytes]]:
    """The workbench as a process of its own, to the right of a window `beside` px wide, with the clock of the hall; it
    ends with this context, and by itself when this process dies."""
    told = simulators.folder / "announcements.json"
    told.write_bytes(msgspec.json.encode(simulators.announcements))
    options = ["--control", str(told), "--ledger", str(ledger), "--beside", str(beside), "--until-eof"]
    command = [sys.executable, "-m", "kiosk", "workbench", *options]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, env={**os.environ, "TZ": timezone})
    try:
        yield process
    finally:
        if process.stdin is not None:
            process.stdin.close()
        try:
            process.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _hints(simulators: Simulators) -> str:
    """How to play the world by hand, as far as these simulators go."""
    controls = {name: announced.control for name, announced in simulators.announcements.items()}
    lines = [f"{name}: control it at {control}" for name, control in controls.items()]
    if "gas_company_http" in controls:
        lines.append("Accounts to try: 0100003862 (one bill), 0100003870 (two), 0100005208 (three tiers)")
        lines.append("Smart meters: 0200000156, 0200000164 (in debt), 0200000172 (just before the second tier)")
    lines += [
        f"Pay a code of {channel} on the screen: curl -X POST {controls[wallet.simulator]}/do/pay"
        for channel, wallet in WALLETS.items()
        if wallet.simulator in controls
    ]
    if "escpos" in controls:
        lines.append(f"See the last slip: {controls['escpos']}/paper.png")
    return "".join(f"{line}\n" for line in lines)


def _display() -> bool:
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY") or os.environ.get("QT_QPA_PLATFORM"))
