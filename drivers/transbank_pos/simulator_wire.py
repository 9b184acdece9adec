"""The simulated terminal's frames, as the terminal reads and writes them."""

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
