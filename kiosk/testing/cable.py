"""A simulator's serial cable: a pseudo terminal that can be pulled and plugged in again."""

import asyncio
import contextlib
import os
import pty
import tty
from collections.abc import Callable
from pathlib import Path


class Cable:
    """Its path is a link, so that it stays the same when the cable is plugged in again."""

    def __init__(self, link: Path, baud: int | None = None) -> None:
        """`baud` is what the URL says, where it says anything."""
        self.on_data: Callable[[bytes], None] = lambda _: None
        """Called with what arrives."""
        self._link = link
        self._url = f"serial://{link}" + (f"?baudrate={baud}" if baud else "")
        self._ends: tuple[int, int] | None = None
        self._held = False

    @property
    def plugged(self) -> bool:
        """Whether the other side can reach this one."""
        return self._ends is not None

    def plug(self) -> str:
        """Connect (again); the port's URL."""
        if self._ends is None:
            ours, theirs = self._ends = pty.openpty()
            tty.setraw(theirs)
            os.set_blocking(ours, False)
            self._link.unlink(missing_ok=True)
            self._link.symlink_to(os.ttyname(theirs))
            self.hold(on=self._held)
        return self._url

    def unplug(self) -> None:
        """Pull it: the other side notices."""
        if self._ends is not None:
            ours, theirs = self._ends
            self._ends = None
            self._link.unlink(missing_ok=True)
            asyncio.get_running_loop().remove_reader(ours)
            os.close(ours)
            os.close(theirs)

    def send(self, data: bytes) -> bool:
        """To the other side; False when nobody is there or nobody reads."""
        with contextlib.suppress(OSError):
            if self._ends is not None:
                return os.write(self._ends[0], data) == len(data)
        return False

    def hold(self, *, on: bool) -> None:
        """Stop reading, as a full receive buffer does, or go on."""
        self._held = on
        if self._ends is None:
            return
        ours, _ = self._ends
        loop = asyncio.get_running_loop()
        if on:
            loop.remove_reader(ours)
        else:
            loop.add_reader(ours, self._read, ours)

    def hear(self) -> None:
        """Take in now what has arrived already."""
        if self._ends is not None and not self._held:
            self._read(self._ends[0])

    def _read(self, descriptor: int) -> None:
        with contextlib.suppress(OSError):
            self.on_data(os.read(descriptor, 4096))
