"""A device's talk as a text file: `record://` writes it, `replay://` is the device again.

    # menkou talk 1
    0.000 > 41 53 4B 0A
    0.021 < 4F 4B 0A

One line for each portion of bytes: seconds since the port was opened, `>` for what went to the device and `<` for what
came from it, the bytes in hexadecimal. What begins with `#` is for people. Nothing of a person is in it: the driver
says, when it opens its port, what in its talk is (a `Masking`), and a port of a driver that does not say is not
recorded.

A replay compares what the driver says with what was said, masked alike, and answers with what was answered; not at the
speed of then but at once.
"""

import threading
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Literal, Protocol, TextIO

import msgspec

from kiosk.ports.errors import PortError

HEAD = "# menkou talk 1"
Direction = Literal[">", "<"]
"""To the device, or from it."""


class Mask(Protocol):
    """Bytes as they may be kept. It belongs to one open port, and sees everything in order."""

    def __call__(self, direction: Direction, data: bytes, /) -> bytes:
        """What may be written of it by now: personal data replaced, so that it still means the same kind of thing.
        What is not whole yet may be held back; it is given out, masked, with what makes it whole, or never."""


Masking = Callable[[], Mask]
"""Makes the mask of a port that is opened."""


def nothing_personal() -> Mask:
    """The masking of a driver in whose talk there is nothing of a person."""

    def mask(_: Direction, data: bytes) -> bytes:
        return data

    return mask


class Chunk(msgspec.Struct, frozen=True):
    """One line of a recording; `line` is its number in the file."""

    line: int
    direction: Direction
    data: bytes


class Recorder:
    """Writes a talk down. Raises `PortError` where the file cannot be written."""

    def __init__(self, path: Path, mask: Mask) -> None:
        self._mask = mask
        self._begun = time.monotonic()
        try:
            self._file: TextIO = path.open("a", encoding="ascii")
            self._file.write("# opened again\n" if self._file.tell() else f"{HEAD}\n")
        except OSError as error:
            raise PortError(f"cannot write the recording {path}: {error.strerror}") from error

    def note(self, direction: Direction, data: bytes) -> None:
        """One portion."""
        if kept := self._mask(direction, data):
            self._file.write(f"{time.monotonic() - self._begun:.3f} {direction} {kept.hex(' ').upper()}\n")
            self._file.flush()

    def close(self) -> None:
        """No more."""
        self._file.close()


def read_recording(path: Path) -> list[Chunk]:
    """Its lines. Raises `PortError` for a file that is none."""
    try:
        lines = path.read_text("ascii").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise PortError(f"cannot read the recording {path}: {error}") from error
    if not lines or lines[0] != HEAD:
        raise PortError(f"{path} is no recording: it does not begin with {HEAD!r}")
    return [_chunk(path, n, line) for n, line in enumerate(lines, 1) if line and not line.startswith("#")]


def _chunk(path: Path, n: int, line: str) -> Chunk:
    match line.split(maxsplit=2):
        case [at, (">" | "<") as direction, data] if at.replace(".", "", 1).isdecimal():
            try:
                return Chunk(n, direction, bytes.fromhex(data))
            except ValueError:
                pass
    raise PortError(f"{path}:{n}: a line is SECONDS, > or <, and bytes in hexadecimal")


class Player:
    """The device of a recording: `say` what the driver sends, `hear` what comes back. One thread, but for `wake`."""

    def __init__(self, path: Path, mask: Mask) -> None:
        self._mask = mask
        self._left = deque(read_recording(path))
        self._said = b""
        self._heard: deque[bytes] = deque()
        self._woken = threading.Event()
        self._go_on()

    def wait(self, timeout_s: float | None) -> None:
        """Until there is something to hear, `wake`, or the time is over."""
        if not self._heard:
            self._woken.wait(timeout_s)
        self._woken.clear()

    def wake(self) -> None:
        """End a `wait`."""
        self._woken.set()

    def hear(self) -> bytes:
        """The next portion; nothing where the device waits for the driver."""
        return self._heard.popleft() if self._heard else b""

    def say(self, data: bytes) -> None:
        """Raises `PortError` where that is not what was said then, or nothing more was."""
        self._said += self._mask(">", data)
        while self._said:
            if not self._left:
                raise PortError("the recording is over")
            expected = self._left[0]
            if not (self._said.startswith(expected.data) or expected.data.startswith(self._said)):
                told, was = self._said[:16].hex(" "), expected.data[:16].hex(" ")
                raise PortError(f"line {expected.line} of the recording: the driver says {told}, and it said {was}")
            if len(self._said) < len(expected.data):
                return
            self._said = self._said[len(expected.data) :]
            self._left.popleft()
            self._go_on()

    def _go_on(self) -> None:
        while self._left and self._left[0].direction == "<":
            self._heard.append(self._left.popleft().data)
