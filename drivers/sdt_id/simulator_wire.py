"""The simulated reader's frames, as the reader reads and writes them."""

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
