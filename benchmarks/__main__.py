"""`make bench`: one table of ratios; the exit status is 1 when a ceiling is not met.

`python -m benchmarks [--runs N] [--docs]`; with `--docs` the figures also go into docs/benchmarks.md.
"""

import argparse
import asyncio
import contextlib
import os
import platform
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from benchmarks import durable, slips, window
from benchmarks.display import Display, x_server
from benchmarks.gaps import Slide
from benchmarks.processes import adopt_orphans, end_all, family
from benchmarks.table import Measure, as_text
from kiosk.config import load
from kiosk.rehearsal.simulators import Simulators, named_by

RUNS = 5
LIMIT_S = 290
"""For everything together; whoever waits for it has something else to do."""
DOCS = window.ROOT / "docs" / "benchmarks.md"
FIGURES = "```text\n"
"""Where they begin in it; with the end of the block they end."""


def windows(folder: Path, server: str, runs: int) -> list[Measure]:
    """Start, memory and touch beside Chromium, in turn."""
    display = Display(server)
    config = load(window.ROOT / "config.toml")
    ours_in, peer_in = folder / "terminal", folder / "chromium"
    ours_in.mkdir()
    peer_in.mkdir()
    with Simulators(folder / "simulators", named_by(config)) as simulators:
        ours = window.terminal(ours_in, simulators.announcements)
        peer = window.chromium(peer_in)
        _say("starting both once, so that both find warm caches")
        window.warm_up(ours, display)
        window.warm_up(peer, display)
        pairs = []
        for run in range(runs):
            _say(f"windows, run {run + 1} of {runs}")
            if run % 2:
                peer_seen = window.observe(peer, display)
                pairs.append((window.observe(ours, display), peer_seen))
            else:
                ours_seen = window.observe(ours, display)
                pairs.append((ours_seen, window.observe(peer, display)))
    display.close()
    measures = (
        ("start → first complete home frame", "ms", "start_ms", 0.5, 0.25),
        ("memory of all processes (PSS)", "MiB", "pss_mib", 0.35, 0.19),
        ("tap → next screen painted", "ms", "tap_ms", 0.7, 0.52),
    )
    return [
        msgspec.convert(
            {
                "name": f"{name}, beside Chromium",
                "unit": unit,
                "ours": [getattr(ours_seen, field) for ours_seen, _ in pairs],
                "peer": [getattr(peer_seen, field) for _, peer_seen in pairs],
                "ceiling": ceiling,
                "aim": aim,
            },
            Measure,
        )
        for name, unit, field, ceiling, aim in measures
    ]


def frames(folder: Path, server: str) -> list[Measure]:
    """Gaps in a slide while something stalls, beside a slide while nothing does."""
    _say("slides while something stalls")
    environment = {key: value for key, value in os.environ.items() if not key.startswith("QT_")}
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.gaps", str(folder)],
        env=environment | {"DISPLAY": server, "QT_QPA_PLATFORM": "xcb"},
        cwd=window.ROOT,
        stdout=subprocess.PIPE,
        check=True,
    )
    slides = msgspec.json.decode(done.stdout, type=list[Slide])
    calm = tuple(slide.gap_ms for slide in slides if slide.case == "nothing")
    stalls = {
        "device": "a device does not answer",
        "ledger": "a ledger write waits",
        "gil": "a call holds Python's lock",
    }
    return [
        Measure(
            name=f"worst frame gap in a slide while {words}, beside one undisturbed",
            unit="ms",
            ours=tuple(slide.gap_ms for slide in slides if slide.case == case),
            peer=calm,
            limits="value",
            worst=True,
            ceiling=50,
        )
        for case, words in stalls.items()
    ]


def steps(folder: Path, runs: int) -> list[Measure]:
    """The ledger beside bare SQLite."""
    _say("durable steps")
    found = []
    for run in range(runs):
        (folder / str(run)).mkdir()
        found.append(asyncio.run(durable.measure(folder / str(run))))
    bare = tuple(run.bare for run in found)
    return [
        Measure(
            name="durable order step on the ledger's thread, beside a bare SQLite commit",
            unit="ms",
            ours=tuple(run.core for run in found),
            peer=bare,
            ceiling=1.3,
        ),
        Measure(
            name="· the same awaited by the engine (with the hop to the thread and back)",
            unit="ms",
            ours=tuple(run.awaited for run in found),
            peer=bare,
        ),
        Measure(
            name="· the witness, written afterwards", unit="ms", ours=tuple(run.witness for run in found), peer=bare
        ),
    ]


def paper(runs: int) -> Measure:
    """Slip to bytes."""
    return Measure(
        name=f"text slip of {slips.LINES} lines → bytes",
        unit="ms",
        ours=tuple(slips.encode_ms() for _ in range(runs)),
        limits="value",
        ceiling=10,
    )


def main(argv: list[str] | None = None) -> int:
    """Measure everything and print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="One table of ratios.")
    parser.add_argument("--runs", type=int, default=RUNS, help="paired runs, five at least")
    parser.add_argument("--docs", action="store_true", help="write the figures into docs/benchmarks.md too")
    options = parser.parse_args(argv)
    runs = max(RUNS, options.runs)
    build = window.ROOT / "build"  # on the disk that the terminal writes to, which a temporary folder may not be
    build.mkdir(exist_ok=True)
    with cleaned_up(), tempfile.TemporaryDirectory(prefix="bench-", dir=build) as made:
        folder = Path(made)
        for name in ("frames", "steps"):
            (folder / name).mkdir()
        with x_server() as server:
            measures = windows(folder, server, runs)
            measures += frames(folder / "frames", server)
        measures += steps(folder / "steps", runs)
        measures.append(paper(runs))
    missed = [measure.name for measure in measures if measure.met is False]
    verdict = f"{len(missed)} ceilings are not met." if missed else "Every ceiling is met."
    printed = f"{as_text(measures)}\n\n{verdict}\n"
    sys.stdout.write(f"\n{printed}")
    if options.docs:
        write_docs(printed, runs)
    return 1 if missed else 0


@contextlib.contextmanager
def cleaned_up() -> Iterator[None]:
    """End within the time limit, and leave no process behind, whatever happens."""

    def give_up(number: int, _: object) -> None:
        raise TimeoutError(f"the benchmark was not done in {LIMIT_S} s" if number == signal.SIGALRM else "asked to end")

    adopt_orphans()
    signal.signal(signal.SIGALRM, give_up)
    signal.signal(signal.SIGTERM, give_up)
    signal.alarm(LIMIT_S)
    try:
        yield
    finally:
        signal.alarm(0)
        end_all(family(os.getpid())[1:])


def write_docs(printed: str, runs: int) -> None:
    """Put what was printed in the place of the figures of docs/benchmarks.md."""
    text, begin, figures = DOCS.read_text("utf-8").partition(FIGURES)
    _, end, rest = figures.partition("```\n")
    if not end:
        raise RuntimeError(f"{DOCS} has no place for figures")
    day = datetime.now(UTC).date().isoformat()
    version = subprocess.run(["chromium", "--version"], capture_output=True, text=True, check=True).stdout.split()[1]
    machine = (
        f"{os.cpu_count()} cores, Linux {platform.release()}, Python {platform.python_version()}, Chromium {version}"
    )
    DOCS.write_text(f"{text}{begin}{day}, {runs} paired runs. {machine}.\n\n{printed}{end}{rest}", "utf-8")


def _say(what: str) -> None:
    sys.stderr.write(f"bench: {what}\n")


if __name__ == "__main__":
    sys.exit(main())
