"""What the doctor looks at beside the devices: fonts, ledger, display, clock, network. Changes nothing."""

import ctypes
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import msgspec

from kiosk.ledger.files import Files

State = Literal["ok", "note", "todo"]

FONTS = {"Noto Sans CJK SC": "fonts-noto-cjk", "HanaMinB": "fonts-hanazono"}
"""Families that screens and slips need, and the Debian packages that bring them."""
LEAST_FREE_MB = 200
MOST_OFF_S = 20
PEER_S = 5.0
"""For a peer to tell its time."""
INTERFACES = Path("/", "sys", "class", "net")
_UNSYNCHRONIZED = 5
_SET_CLOCK = "`timedatectl set-ntp true`; see `timedatectl status`"
X_SOCKETS = Path("/", "tmp", ".X11-unix")
"""Where X servers listen."""


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that was looked at."""

    what: str
    state: State
    detail: str
    advice: str = ""


def examine_machine(ledger_folder: Path, peers: tuple[str, ...] = ()) -> tuple[Finding, ...]:
    """Fonts, ledger, display, clock; and the network, where there are `peers` in it (base URLs, or `socket://`)."""
    found = (examine_fonts(), examine_ledger(ledger_folder), examine_display(os.environ), examine_clock(peers))
    return (*found, examine_network()) if peers else found


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


def examine_confinement() -> Finding:
    """Whether what makes forms can be kept from everything else: templates and PDFs may come from the hub."""
    look = "from kiosk.forms.confinement import confine; print(*confine([]), sep='; ')"
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-c", look], check=True, capture_output=True, text=True, timeout=20
        )
    except (OSError, subprocess.SubprocessError) as error:
        return Finding(what="forms", state="todo", detail=str(error), advice="see `kiosk forms check`")
    if missing := done.stdout.strip():
        advice = "a kernel with Landlock (lsm=landlock,…) and seccomp, and sysctl kernel.unprivileged_userns_clone=1"
        return Finding(what="forms", state="todo", detail=f"what makes them has {missing}", advice=advice)
    return Finding(what="forms", state="ok", detail="what makes them reaches no other file, process or network")


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


def examine_clock(peers: tuple[str, ...]) -> Finding:
    """How far this machine's clock is off, by what a peer's says; else whether anything keeps it."""
    for peer in peers:
        if (ahead_s := _ahead_of(peer)) is not None:
            where = urlsplit(peer).hostname
            if abs(ahead_s) <= MOST_OFF_S:
                return Finding(what="clock", state="ok", detail=f"within {MOST_OFF_S} s of {where}")
            way = "fast" if ahead_s > 0 else "slow"
            detail = f"{abs(ahead_s)} s {way} by the clock of {where}: signatures are refused, business days are wrong"
            return Finding(what="clock", state="todo", detail=detail, advice=_SET_CLOCK)
    if _kept_in_time():
        return Finding(what="clock", state="ok", detail="kept in time (NTP)")
    return Finding(what="clock", state="note", detail="nothing keeps it in time", advice=_SET_CLOCK)


def _ahead_of(peer: str) -> int | None:
    """Seconds by which our clock is ahead of a peer's; None where it does not tell."""
    parts = urlsplit(peer)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return None
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    connection = kind(parts.hostname, parts.port, timeout=PEER_S)
    try:
        connection.request("HEAD", "/")
        told = connection.getresponse().getheader("Date")
        return None if told is None else round(time.time() - parsedate_to_datetime(told).timestamp())
    except (OSError, HTTPException, ValueError):
        return None
    finally:
        connection.close()


def _kept_in_time() -> bool:
    """By the kernel: whether something like NTP has disciplined its clock."""
    buffer = ctypes.create_string_buffer(512)  # struct timex, all zero: it only asks
    return ctypes.CDLL(None).ntp_adjtime(buffer) not in (-1, _UNSYNCHRONIZED)


def examine_network(interfaces: Path = INTERFACES) -> Finding:
    """Whether a cable is in, or a radio connected."""
    found = {path.name: _carrier(path) for path in sorted(interfaces.iterdir()) if (path / "device").exists()}
    up = [name for name, carrier in found.items() if carrier]
    if up:
        return Finding(what="network", state="ok", detail=f"{', '.join(up)} connected")
    if not found:
        return Finding(what="network", state="note", detail="this machine has no network card of its own")
    detail = f"no cable in {', '.join(found)}"
    return Finding(what="network", state="todo", detail=detail, advice="plug the cable in at both ends; see `ip link`")


def _carrier(path: Path) -> bool:
    try:
        return (path / "carrier").read_text().strip() == "1"
    except OSError:  # switched off
        return False
