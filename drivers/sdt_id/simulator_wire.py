"""The simulated reader's serial cable (a pseudo terminal), and frames as the reader reads and writes them."""

import asyncio
import contextlib
import os
import pty
import tty
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

START = bytes.fromhex("AAAAAA9669")
LONGEST = 64
"""No command is longer."""


class Heard(NamedTuple):
    """A frame from the terminal: its command bytes, and whether the sum is right."""

    command: bytes
    good: bool
    raw: bytes


def packed(status: int, data: bytes = b"") -> bytes:
    """An answer as a frame."""
    rest = bytes([0, 0, status]) + data
    size = len(rest) + 1
    summed = size >> 8 ^ size & 0xFF
    for value in rest:
        summed ^= value
    return START + bytes([size >> 8, size & 0xFF]) + rest + bytes([summed])


class Frames:
    """Cuts what arrives into commands; what is none is dropped."""

    def __init__(self) -> None:
        self._held = b""

    def split(self, data: bytes) -> list[Heard]:
        """Everything that is complete by now."""
        self._held += data
        found = []
        while START in self._held:
            self._held = self._held[self._held.index(START) :]
            if len(self._held) < 7:
                break
            size = self._held[5] * 256 + self._held[6]
            if not 3 <= size <= LONGEST:
                self._held = self._held[1:]
                continue
            if len(self._held) < 7 + size:
                break
            raw, self._held = self._held[: 7 + size], self._held[7 + size :]
            summed = 0
            for value in raw[5:]:
                summed ^= value
            found.append(Heard(raw[7:-1], summed == 0, raw))
        if START not in self._held:
            self._held = self._held[-4:]
        return found


class Cable:
    """A pseudo terminal whose path is a link, so that it stays the same when the cable is plugged in again."""

    def __init__(self, link: Path) -> None:
        self.on_data: Callable[[bytes], None] = lambda _: None
        self._link = link
        self._ends: tuple[int, int] | None = None

    @property
    def plugged(self) -> bool:
        """Whether the terminal can reach the reader."""
        return self._ends is not None

    def plug(self) -> str:
        """Connect (again); the port's URL."""
        if self._ends is None:
            ours, theirs = self._ends = pty.openpty()
            tty.setraw(theirs)
            os.set_blocking(ours, False)
            self._link.unlink(missing_ok=True)
            self._link.symlink_to(os.ttyname(theirs))
            asyncio.get_running_loop().add_reader(ours, self._read, ours)
        return f"serial://{self._link}?baudrate=115200"

    def unplug(self) -> None:
        """Pull it: the terminal notices."""
        if self._ends is not None:
            ours, theirs = self._ends
            self._ends = None
            self._link.unlink(missing_ok=True)
            asyncio.get_running_loop().remove_reader(ours)
            os.close(ours)
            os.close(theirs)

    def send(self, data: bytes) -> bool:
        """To the terminal; False when nobody is there or nobody reads."""
        with contextlib.suppress(OSError):
            if self._ends is not None:
                return os.write(self._ends[0], data) == len(data)
        return False

    def _read(self, descriptor: int) -> None:
        with contextlib.suppress(OSError):
            self.on_data(os.read(descriptor, 4096))
