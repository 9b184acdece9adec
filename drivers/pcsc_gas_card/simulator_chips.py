"""Three chips, and the reader's firmware before the two that have no commands of their own. Written from the sheets.

A chip answers one command at a time. What it keeps without power is its `Card`; what power gave it (a chosen type, a
key that was accepted) goes with the power.
"""

import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

Kind = Literal["sle4442", "at24c", "cpu", "bank"]

DONE = b"\x90\x00"
NO_DATA_OBJECT = b"\x6a\x82"
WRONG_LENGTH = b"\x67\x00"
UNKNOWN = b"\x6d\x00"
UNKNOWN_CLASS = b"\x6e\x00"
NOT_ALLOWED = b"\x69\x86"
NOT_OPEN = b"\x69\x82"
BLOCKED = b"\x69\x83"

ATRS: dict[Kind, bytes] = {
    "sle4442": bytes.fromhex("3B04A2131091"),
    "at24c": bytes.fromhex("3B00"),
    "cpu": bytes.fromhex("3B00"),
    "bank": bytes.fromhex("3B00"),
}
_PAGE = 8
_BUSY_S = 0.005
_FROZEN = range(0x08, 0x20)
_APPLICATION = b"\xf0MKGC"
_PIN_TRIES = 3


@dataclass
class Card:
    """What a chip keeps. `counter` is an SLE4442's error counter, or the tries that a CPU card has left."""

    name: str
    kind: Kind
    memory: bytearray
    key: bytes
    counter: int
    frozen: int
    """One bit for each of the first 32 bytes of an SLE4442."""


class PulledError(Exception):
    """The card was pulled out in the middle of a command."""


class Chip(ABC):
    """A card under power."""

    def __init__(self, card: Card, keep: Callable[[], None], torn: Callable[[], int | None]) -> None:
        """`keep` makes what was written durable. `torn` is asked before each write: how many bytes of it are written
        before the card is pulled; None, and it is not."""
        self.card = card
        self._keep = keep
        self._torn = torn
        self._open = False

    @abstractmethod
    def answer(self, command: bytes) -> bytes:
        """Carry one command out. Raises `PulledError`."""

    def _write(self, places: list[int], data: bytes) -> None:
        """Byte by byte; one that is cut off is left erased."""
        torn = self._torn()
        for written, (place, value) in enumerate(zip(places, data, strict=True)):
            if written == torn:
                self.card.memory[place] = 0xFF
                break
            self.card.memory[place] = value
        self._keep()
        if torn is not None:
            raise PulledError


class _Memory(Chip):
    """Behind ACS firmware, which believes whatever type it is told."""

    type_code = 0

    def __init__(self, card: Card, keep: Callable[[], None], torn: Callable[[], int | None]) -> None:
        super().__init__(card, keep, torn)
        self._type: int | None = None

    def answer(self, command: bytes) -> bytes:
        """See `Chip`."""
        if command[0] != 0xFF or len(command) < 5:
            return UNKNOWN_CLASS
        instruction, high, low, length = command[1], command[2], command[3], command[4]
        data = command[5:]
        if instruction == 0xA4:
            if length != 1 or len(data) != 1:
                return WRONG_LENGTH
            self._type, self._open = data[0], False
            return DONE
        if self._type != self.type_code:
            return NOT_ALLOWED
        if instruction == 0xB0:
            place = high << 8 | low
            return bytes(self.card.memory[place : place + length]) + DONE if length else WRONG_LENGTH
        if instruction in (0xD0, 0xD1, 0xD2, 0x20) and len(data) != length:
            return WRONG_LENGTH
        return self._special(instruction, high << 8 | low, data)

    @abstractmethod
    def _special(self, instruction: int, place: int, data: bytes) -> bytes:
        """What the kind of card alone can do."""


class Sle4442(_Memory):
    """A key of three bytes, and an error counter that nothing but the right key brings back."""

    type_code = 0x06

    def _special(self, instruction: int, place: int, data: bytes) -> bytes:
        card = self.card
        match instruction:
            case 0xB1:
                return bytes([card.counter]) + (card.key if self._open else bytes(3)) + DONE
            case 0xB2:
                return (~card.frozen & 0xFFFFFFFF).to_bytes(4, "little") + DONE
            case 0x20:
                return self._verify(data)
            case 0xD0 | 0xD1 | 0xD2 if not self._open:
                return NOT_OPEN
            case 0xD0:
                soft = [(place + n, value) for n, value in enumerate(data) if not self._is_frozen(place + n)]
                self._write([at for at, _ in soft], bytes(value for _, value in soft))
                return DONE
            case 0xD1:
                for n, value in enumerate(data):
                    if place + n < 32 and card.memory[place + n] == value:
                        card.frozen |= 1 << place + n
                self._keep()
                return DONE
            case 0xD2:
                return self._change_key(data)
            case _:
                return UNKNOWN

    def _is_frozen(self, place: int) -> bool:
        return place < 32 and bool(self.card.frozen >> place & 1)

    def _verify(self, data: bytes) -> bytes:
        """90, and then the error counter: 9000 says that the card is dead."""
        if len(data) != 3:
            return WRONG_LENGTH
        if self.card.counter:
            self._open = data == self.card.key
            self.card.counter = 0x07 if self._open else self.card.counter >> 1
            self._keep()
        return bytes([0x90, self.card.counter])

    def _change_key(self, data: bytes) -> bytes:
        if len(data) != 3:
            return WRONG_LENGTH
        torn = self._torn()
        self.card.key = data if torn is None else data[:torn] + self.card.key[torn:]
        self._keep()
        if torn is not None:
            raise PulledError
        return DONE


class At24c(_Memory):
    """No key. A write that crosses a page goes on at the page's beginning, and the chip is deaf while it writes."""

    type_code = 0x01

    def __init__(self, card: Card, keep: Callable[[], None], torn: Callable[[], int | None]) -> None:
        super().__init__(card, keep, torn)
        self._busy_until = 0.0

    def _special(self, instruction: int, place: int, data: bytes) -> bytes:
        if instruction != 0xD0:
            return UNKNOWN
        if time.monotonic() < self._busy_until:
            return NOT_ALLOWED
        page = place - place % _PAGE
        self._write([page + (place - page + n) % _PAGE for n in range(len(data))], data)
        self._busy_until = time.monotonic() + _BUSY_S
        return DONE


class Cpu(Chip):
    """One application, one file of 256 bytes, one PIN; answers as cards of the T=0 protocol do."""

    def __init__(self, card: Card, keep: Callable[[], None], torn: Callable[[], int | None]) -> None:
        super().__init__(card, keep, torn)
        self._selected = False
        self._held_back = b""

    def answer(self, command: bytes) -> bytes:
        """See `Chip`."""
        if command[0] != 0x00 or len(command) < 4:
            return UNKNOWN_CLASS
        instruction, p1, p2, rest = command[1], command[2], command[3], command[4:]
        match instruction:
            case 0xA4:
                self._selected = p1 == 0x04 and rest[1:] == _APPLICATION
                if not self._selected:
                    return NO_DATA_OBJECT
                self._held_back = b"\x6f\x07\x84\x05" + _APPLICATION
                return bytes([0x61, len(self._held_back)])
            case 0xC0:
                held, self._held_back = self._held_back, b""
                return held + DONE if held and rest == bytes([len(held)]) else NOT_ALLOWED
            case 0x20 if self._selected:
                return self._verify(rest[1:])
            case 0xB0 if self._selected and p1 == 0x81:
                length, left = rest[0] or 256, len(self.card.memory) - p2
                return bytes([0x6C, left & 0xFF]) if length > left else bytes(self.card.memory[p2:][:length]) + DONE
            case 0xD6 if self._selected and p1 == 0x81:
                if not self._open:
                    return NOT_OPEN
                self._write(list(range(p2, p2 + len(rest) - 1)), rest[1:])
                return DONE
            case 0x20 | 0xB0 | 0xD6:
                return NO_DATA_OBJECT
            case _:
                return UNKNOWN

    def _verify(self, pin: bytes) -> bytes:
        card = self.card
        if pin and card.counter:
            self._open = pin == card.key
            card.counter = _PIN_TRIES if self._open else card.counter - 1
            self._keep()
            if self._open:
                return DONE
        return bytes([0x63, 0xC0 | card.counter]) if card.counter else BLOCKED


class Bank(Chip):
    """Somebody's bank card: it knows none of our applications."""

    def answer(self, command: bytes) -> bytes:
        """See `Chip`."""
        return NO_DATA_OBJECT if command[:2] == b"\x00\xa4" else UNKNOWN_CLASS


CHIPS: dict[Kind, Callable[[Card, Callable[[], None], Callable[[], int | None]], Chip]] = {
    "sle4442": Sle4442,
    "at24c": At24c,
    "cpu": Cpu,
    "bank": Bank,
}


def new_card(name: str, kind: Kind, image: bytearray, key: bytes) -> Card:
    """Fresh from the company's counter."""
    sle = kind == "sle4442"
    frozen = sum(1 << place for place in _FROZEN) if sle else 0
    return Card(name, kind, image, key, 0x07 if sle else _PIN_TRIES, frozen)
