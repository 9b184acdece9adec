"""Start, memory and touch: the terminal beside Chromium on the same X server, both seen from outside."""

import contextlib
import os
import re
import shutil
import statistics
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec

from benchmarks.display import Display, NothingSeenError
from benchmarks.processes import pss_mib, running
from kiosk.config import Announcement

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "benchmarks" / "page" / "index.html"

TILE = (400, 900)
"""On the tile of the gas bill, beside its words, px."""
SERVICES = '["gas_bill", "smart_meter"]'
"""Those of Chromium's page."""
PINE = "0f5147"
"""Its color; nothing else is there while another screen is shown."""
BACK = (100, 1733)
"""On the button that leads back to the home screen, beside its word, px."""

STILL_AFTER_START_S = 1.0
STILL_AFTER_TAP_S = 0.3
BETWEEN_TAPS_S = 0.65
"""Longer than the terminal's debounce, which ignores a second touch."""
PATIENCE_S = 30.0
TAPS = 5


class Seen(msgspec.Struct, frozen=True):
    """What one start of one program came to."""

    start_ms: float
    pss_mib: float
    tap_ms: float
    """Median of the taps."""


class Subject(msgspec.Struct, frozen=True):
    """A program that can be started and shows the home screen."""

    command: tuple[str, ...]
    folder: Path
    log: Path


def terminal(folder: Path, announcements: Mapping[str, Announcement]) -> Subject:
    """`kiosk run`, the production command, with the demo's configuration but for the services; its devices are the
    running simulators."""
    config = folder / "config.toml"
    text = (ROOT / "config.toml").read_text("utf-8").replace("motion = true", "motion = false")
    text = re.sub(r"^enabled = .*$", f"enabled = {SERVICES}", text, flags=re.MULTILINE)
    for name, announced in announcements.items():
        settings = ", ".join(f"{key} = {_toml(value)}" for key, value in announced.settings.items())
        text = text.replace(f'port = "sim:{name}"', f'port = "{announced.port}"\nsettings = {{ {settings} }}')
    config.write_text(text, "utf-8")
    kiosk = str(Path(sys.executable).with_name("kiosk"))
    return Subject((kiosk, "run", "--config", str(config)), folder, folder / "terminal.log")


def _toml(value: object) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{_toml(key)} = {_toml(item)}" for key, item in value.items()) + " }"
    return msgspec.json.encode(value).decode()  # for text and numbers TOML is JSON


def chromium(folder: Path) -> Subject:
    """Debian's Chromium as a kiosk, with a profile of its own and nothing that goes to the network."""
    program = shutil.which("chromium")
    if program is None:
        raise RuntimeError("chromium is not installed (make bench installs it)")
    flags = (
        "--kiosk",
        "--no-first-run",
        "--no-default-browser-check",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--disable-features=Translate",
        "--window-position=0,0",
        "--window-size=1080,1920",
        f"--user-data-dir={folder / 'profile'}",
        *(("--no-sandbox",) if os.geteuid() == 0 else ()),
    )
    return Subject((program, *flags, PAGE.as_uri()), folder, folder / "chromium.log")


def observe(subject: Subject, display: Display) -> Seen:
    """Start the program, wait for the home screen, touch it, weigh it and end it.

    Raises `NothingSeenError` for a program that does not show what it should.
    """
    with running(subject.command, _environment(display), subject.folder, subject.log) as program:
        shown = display.settled(lambda: at_home(display), still_s=STILL_AFTER_START_S, patience_s=PATIENCE_S)
        _until_it_answers(display)
        taps = [_tap(display) for _ in range(TAPS)]
        time.sleep(1)
        return Seen((shown - program.started) * 1000, pss_mib(program.pids()), statistics.median(taps))


def warm_up(subject: Subject, display: Display) -> None:
    """Start the program once, so that its caches and its profile are there afterwards."""
    with running(subject.command, _environment(display), subject.folder, subject.log):
        display.settled(lambda: at_home(display), still_s=STILL_AFTER_START_S, patience_s=PATIENCE_S)


def _environment(display: Display) -> dict[str, str]:
    foreign = ("PYTHON", "QT_", "QML_", "WAYLAND_DISPLAY")  # a developer's, not the terminal's
    return {key: value for key, value in os.environ.items() if not key.startswith(foreign)} | {"DISPLAY": display.name}


def at_home(display: Display) -> bool:
    """Whether the home screen is shown."""
    return display.color(*TILE) == PINE


def _until_it_answers(display: Display) -> None:
    """The first touch, which is not counted: it also waits until what lies behind the screen is there."""
    _insist(display, TILE, lambda: not at_home(display))
    _back(display)


def _tap(display: Display) -> float:
    """From letting go of the tile to the last change on the way to the next screen, ms."""
    released = display.tap(*TILE)
    painted = display.settled(lambda: not at_home(display), still_s=STILL_AFTER_TAP_S, patience_s=PATIENCE_S)
    time.sleep(BETWEEN_TAPS_S - STILL_AFTER_TAP_S)
    _back(display)
    return (painted - released) * 1000


def _back(display: Display) -> None:
    _insist(display, BACK, lambda: at_home(display))


def _insist(display: Display, where: tuple[int, int], right: Callable[[], bool]) -> None:
    """Touch until it helps: a touch is dropped while nobody is behind the screen yet, or right after a change."""
    deadline = time.monotonic() + PATIENCE_S
    while not right():
        if time.monotonic() > deadline:
            raise NothingSeenError(f"touching {where} does nothing")
        display.tap(*where)
        with contextlib.suppress(NothingSeenError):
            display.settled(right, still_s=STILL_AFTER_TAP_S, patience_s=2)
    time.sleep(BETWEEN_TAPS_S - STILL_AFTER_TAP_S)
