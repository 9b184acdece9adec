"""What the doctor looks at beside the devices: fonts, the folder of the ledger, the display. Changes nothing."""

import os
import shutil
import socket
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import msgspec

from kiosk.ledger.files import Files

State = Literal["ok", "note", "todo"]

FONTS = {"Noto Sans CJK SC": "fonts-noto-cjk", "HanaMinB": "fonts-hanazono"}
"""Families that screens and slips need, and the Debian packages that bring them."""
LEAST_FREE_MB = 200
X_SOCKETS = Path("/", "tmp", ".X11-unix")
"""Where X servers listen."""


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that was looked at."""

    what: str
    state: State
    detail: str
    advice: str = ""


def examine_machine(ledger_folder: Path) -> tuple[Finding, ...]:
    """Fonts, ledger, display."""
    return (examine_fonts(), examine_ledger(ledger_folder), examine_display(os.environ))


def examine_fonts() -> Finding:
    """Whether every character of a resident's name can be drawn."""
    try:
        listing = subprocess.run(
            ["fc-list", "--format", "%{family}\n"], check=True, capture_output=True, text=True, timeout=20
        ).stdout
    except (OSError, subprocess.SubprocessError) as error:
        return Finding(what="fonts", state="todo", detail=str(error), advice="apt-get install fontconfig")
    installed = {family for line in listing.splitlines() for family in line.split(",")}
    missing = [family for family in FONTS if family not in installed]
    if missing:
        packages = " ".join(FONTS[family] for family in missing)
        detail = f"missing: {', '.join(missing)}"
        return Finding(what="fonts", state="todo", detail=detail, advice=f"apt-get install {packages}")
    return Finding(what="fonts", state="ok", detail=", ".join(FONTS))


def examine_ledger(folder: Path) -> Finding:
    """Whether the folder of the ledger can be written, and holds a ledger."""
    existing = next(parent for parent in (folder, *folder.absolute().parents) if parent.exists())
    if not existing.is_dir() or not os.access(existing, os.W_OK | os.X_OK):
        advice = "give the terminal's user a folder of its own there"
        return Finding(what="ledger", state="todo", detail=f"{existing} cannot be written", advice=advice)
    free_mb = shutil.disk_usage(existing).free // 1_000_000
    if free_mb < LEAST_FREE_MB:
        detail = f"only {free_mb} MB are free in {existing}"
        return Finding(what="ledger", state="todo", detail=detail, advice="make room: a full disk closes money")
    if aside := Files(folder).set_aside():
        newest, why = aside[-1]
        advice = f"settle what is owed in it (`kiosk ledger orders --open --data {newest}`), then keep it elsewhere"
        return Finding(what="ledger", state="todo", detail=f"an earlier one was set aside: {why}", advice=advice)
    if not Files(folder).database.exists():
        return Finding(what="ledger", state="note", detail=f"none in {folder} yet; the terminal makes it")
    return Finding(what="ledger", state="ok", detail=f"{Files(folder).database} (`kiosk ledger verify` reads it)")


def examine_display(environment: Mapping[str, str]) -> Finding:
    """Whether there is a screen to draw on, without drawing."""
    if name := environment.get("WAYLAND_DISPLAY"):
        address = Path(environment.get("XDG_RUNTIME_DIR", "/")) / name
        return _display(name, address.is_socket())
    if name := environment.get("DISPLAY"):
        return _display(name, _x_answers(name))
    advice = "nothing, if the terminal is started by its own service; else set DISPLAY"
    return Finding(what="display", state="note", detail="none in this session", advice=advice)


def _display(name: str, answers: bool) -> Finding:
    if answers:
        return Finding(what="display", state="ok", detail=name)
    return Finding(what="display", state="todo", detail=f"{name} does not answer", advice="start the X server")


def _x_answers(display: str) -> bool:
    host, _, rest = display.rpartition(":")
    number = rest.partition(".")[0]
    if not number.isdigit():
        return False
    try:
        if host in ("", "unix"):
            with socket.socket(socket.AF_UNIX) as peer:
                peer.settimeout(2)
                peer.connect(str(X_SOCKETS / f"X{number}"))
        else:
            socket.create_connection((host, 6000 + int(number)), timeout=2).close()
    except OSError:
        return False
    return True
