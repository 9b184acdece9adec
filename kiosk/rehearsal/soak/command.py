"""`kiosk soak`: residents and random faults for hours at the real terminal, weighed all the while."""

import argparse
import secrets
import selectors
import subprocess
import sys
import tempfile
import time
from collections import Counter, deque
from pathlib import Path

import msgspec

import kiosk
from kiosk.config import load
from kiosk.rehearsal.books import lay_side_by_side, ledger_rows
from kiosk.rehearsal.simulators import SimulatorError, Simulators, named_by
from kiosk.rehearsal.soak.chart import draw
from kiosk.rehearsal.soak.measure import Sample, judge, look, table
from kiosk.rehearsal.soak.residents import Visit

DEMO = Path(kiosk.__file__).parents[1] / "config.toml"
SAMPLES = 240
"""Over the whole run; never oftener than once a second."""
END_S = 240.0
"""How long the terminal may take to finish the visit it has begun."""
TELL_EVERY_S = 30.0
RECENT = 8
"""How many of the last taps a sample is the median of."""


def soak_command(argv: list[str]) -> int:
    """`kiosk soak [--minutes M] [--seed S] --out DIR`; 1 when something grows, the terminal fails, or books differ."""
    parser = argparse.ArgumentParser(prog="kiosk soak", description="Use the terminal for hours, and weigh it.")
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--seed", type=int, help="random without it")
    parser.add_argument("--out", type=Path, required=True, help="folder for soak.png, soak.json and terminal.log")
    options = parser.parse_args(argv)
    options.out.mkdir(parents=True, exist_ok=True)
    seed = secrets.randbits(32) if options.seed is None else options.seed
    sys.stdout.write(f"seed {seed}\n")
    sys.stdout.flush()
    with tempfile.TemporaryDirectory(prefix="menkou-soak-") as scratch:
        try:
            return _soak(Path(scratch), options.minutes * 60, seed, options.out)
        except (SimulatorError, ValueError) as error:
            sys.stderr.write(f"kiosk soak: {error}\n")
            return 1


def hurried(folder: Path) -> Path:
    """The demo's configuration, with codes that are shown for 15 s: some residents leave them standing."""
    path = folder / "config.toml"
    path.write_text(DEMO.read_text("utf-8").replace("offer_seconds = 120", "offer_seconds = 15"), "utf-8")
    return path


def _soak(scratch: Path, seconds: float, seed: int, out: Path) -> int:
    ledger = scratch / "ledger"
    quick = hurried(scratch)
    with Simulators(scratch / "books", named_by(load(quick))) as simulators, (out / "terminal.log").open("wb") as log:
        announced = scratch / "announced.json"
        announced.write_bytes(msgspec.json.encode(simulators.announcements))
        command = [sys.executable, "-m", "kiosk.rehearsal.soak.residents"]
        terminal = subprocess.Popen(
            [*command, str(quick), str(announced), str(ledger), str(seed)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
        )
        try:
            samples, visits = _watch(terminal, ledger, seconds)
            if terminal.stdin:
                terminal.stdin.close()
            code = terminal.wait(END_S)
        finally:
            terminal.kill()
            terminal.wait()
        books = {name: simulators.books(name) for name in simulators.names}
    lines = lay_side_by_side(ledger_rows(ledger), books)
    findings = judge(samples)
    (out / "soak.json").write_bytes(msgspec.json.encode({"seed": seed, "samples": samples, "visits": visits}))
    draw(samples, findings, out / "soak.png")
    odd = [f"visit {visit.n} ({visit.fault or 'no fault'}): {visit.odd}" for visit in visits if visit.odd]
    wrong = [line for line in lines if not line.agrees]
    states = ", ".join(f"{n} {state}" for state, n in Counter(line.state for line in lines).most_common())
    troubled = sum(bool(visit.fault) for visit in visits)
    sys.stdout.write(f"{table(findings)}\n{len(visits)} visits, {troubled} of them with a fault; orders: {states}\n")
    for words in (*odd, *(f"books differ: {line}" for line in wrong)):
        sys.stdout.write(f"{words}\n")
    if code:
        sys.stdout.write(f"the terminal ended with {code}: see {out / 'terminal.log'}\n")
    sys.stdout.write(f"{out / 'soak.png'}\n")
    return 0 if not (odd or wrong or code) and all(finding.good for finding in findings) else 1


def _watch(terminal: "subprocess.Popen[bytes]", ledger: Path, seconds: float) -> tuple[list[Sample], list[Visit]]:
    """Samples and visits until the time is over or the terminal ended."""
    begun = time.monotonic()
    every = max(1.0, seconds / SAMPLES)
    samples: list[Sample] = []
    visits: list[Visit] = []
    taps: deque[float] = deque(maxlen=RECENT)
    told = begun
    output = terminal.stdout
    if output is None:
        raise ValueError("the terminal has no output to listen to")
    with selectors.DefaultSelector() as waiting:
        waiting.register(output, selectors.EVENT_READ)
        while (passed := time.monotonic() - begun) < seconds and terminal.poll() is None:
            due = (len(samples) + 1) * every
            if passed >= due and taps:
                samples.append(look(terminal.pid, ledger, passed, len(visits), taps))
            elif waiting.select(max(0.05, due - passed)) and (line := output.readline()):
                visits.append(msgspec.json.decode(line, type=Visit))
                if len(visits) > 1:  # the first one's engine was still starting
                    taps.append(visits[-1].tap_ms)
            if samples and time.monotonic() - told > TELL_EVERY_S:
                told = time.monotonic()
                sys.stdout.write(f"{passed / 60:.1f} min: {len(visits)} visits, {samples[-1].memory_mib:g} MiB\n")
                sys.stdout.flush()
    return samples, visits
