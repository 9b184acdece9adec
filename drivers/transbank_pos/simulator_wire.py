"""The simulated terminal's serial cable (a pseudo terminal), and frames as the terminal reads and writes them."""

import asyncio
import contextlib
import os
import pty
import tty
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

START, END, YES, NO = 0x02, 0x03, 0x06, 0x15
LONGEST = 512
"""No command is longer; a register that sends more is babbling."""


class Command(NamedTuple):
    """A frame from the register: its text, and whether the check byte is right."""

    text: str
    good: bool
    raw: bytes


def pack(text: str) -> bytes:
    """An answer as a frame."""
    payload = [*text.encode("latin-1", "replace"), END]
    check = 0
    for value in payload:
        check ^= value
    return bytes([START, *payload, check])


class Frames:
    """Cuts what arrives into commands and single bytes."""

    def __init__(self) -> None:
        self._held = b""

    def split(self, data: bytes) -> list[Command | int]:
        """Everything that is complete by now."""
        self._held += data
        found: list[Command | int] = []
        while self._held:
            if self._held[0] != START:
                found.append(self._held[0])
                self._held = self._held[1:]
                continue
            again = self._held.rfind(START, 1, self._end())
            if again > 0:  # a command that broke off, and another after it
                self._held = self._held[again:]
            end = self._held.find(END)
            if end < 0 or len(self._held) < end + 2:
                self._held = b"" if len(self._held) > LONGEST else self._held
                break
            raw, self._held = self._held[: end + 2], self._held[end + 2 :]
            text = raw[1:end].decode("latin-1")
            found.append(Command(text, pack(text) == raw, raw))
        return found

    def _end(self) -> int:
        end = self._held.find(END)
        return end if end >= 0 else len(self._held)


class Cable:
    """A pseudo terminal whose path is a link, so that it stays the same when the cable is plugged in again."""

    def __init__(self, link: Path) -> None:
        self.on_data: Callable[[bytes], None] = lambda _: None
        self._link = link
        self._ends: tuple[int, int] | None = None

    @property
    def plugged(self) -> bool:
        """Whether the register can reach the terminal."""
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
        return f"serial://{self._link}?baudrate=19200"

    def unplug(self) -> None:
        """Pull it: the register notices."""
        if self._ends is not None:
            ours, theirs = self._ends
            self._ends = None
            self._link.unlink(missing_ok=True)
            asyncio.get_running_loop().remove_reader(ours)
            os.close(ours)
            os.close(theirs)

    def send(self, data: bytes) -> bool:
        """To the register; False when nobody is there or nobody reads."""
        with contextlib.suppress(OSError):
            if self._ends is not None:
                return os.write(self._ends[0], data) == len(data)
        return False

    def _read(self, descriptor: int) -> None:
        with contextlib.suppress(OSError):
            self.on_data(os.read(descriptor, 4096))
