"""Three kinds of chip behind one face: an image to read, a key to present once, bytes to write.

Everything blocks, on the thread that has the card. A write is believed only after it was read back, which is the
caller's.
"""

import time
from collections.abc import Callable, Iterator
from typing import Final, Protocol

from drivers.pcsc_gas_card import wire
from drivers.pcsc_gas_card.settings import ChipName, PcscGasCardSettings

Transmit = Callable[[bytes], bytes]
"""A command to the reader, and its answer. Raises `PcscError`."""

_PSC_BYTES: Final = 3
_LONGEST_PIN: Final = 8
_LONGEST_DATA: Final = 256


class Chip(Protocol):
    """A card that said nothing against being of this kind. Raises `RefusedError`, `GarbledError` and `PcscError`."""

    has_key: bool

    def read(self, size: int) -> bytes:
        """The first `size` bytes."""

    def tries(self) -> int | None:
        """How many keys may still be presented; None while no try was ever lost."""

    def open(self, key: bytes) -> bool:
        """Present the key, once, and only while `tries` is None. False: it was refused, and a try may be lost."""

    def put(self, address: int, data: bytes) -> None:
        """Write."""

    def change_key(self, key: bytes) -> None:
        """Give it another key; it must be open."""


class _MemoryCard:
    """Behind a reader that makes signals of pseudo commands."""

    def __init__(self, kind: int, transmit: Transmit, settings: PcscGasCardSettings) -> None:
        self._transmit = transmit
        self._settings = settings
        self._do(wire.select_type(kind))

    def read(self, size: int) -> bytes:
        """See `Chip`."""
        image = b""
        while len(image) < size:
            wanted = min(self._settings.read_chunk, size - len(image))
            image += wire.memory_read(self._ask(wire.read_memory(len(image), wanted)), wanted)
        return image

    def _ask(self, command: bytes) -> wire.Answer:
        return wire.read_answer(self._transmit(command))

    def _do(self, command: bytes) -> None:
        wire.sure(self._ask(command))


class Sle4442(_MemoryCard):
    """256 bytes, a key of three bytes with three tries; the first 32 bytes may be frozen."""

    has_key = True

    def __init__(self, transmit: Transmit, settings: PcscGasCardSettings) -> None:
        super().__init__(wire.TYPE_SLE4442, transmit, settings)

    def tries(self) -> int | None:
        """See `Chip`."""
        counter = wire.error_counter(self._ask(wire.READ_COUNTER))
        return None if counter == wire.ALL_TRIES else wire.tries_left(counter)

    def open(self, key: bytes) -> bool:
        """See `Chip`."""
        return len(key) == _PSC_BYTES and wire.psc_accepted(self._ask(wire.verify_psc(key)))

    def put(self, address: int, data: bytes) -> None:
        """See `Chip`."""
        for start, chunk in _chunks(address, data, self._settings.write_chunk):
            self._do(wire.write_memory(start, chunk))

    def change_key(self, key: bytes) -> None:
        """See `Chip`."""
        self._do(wire.change_psc(key))


class At24c(_MemoryCard):
    """An EEPROM without any key. It is busy for a while after each page."""

    has_key = False

    def __init__(self, transmit: Transmit, settings: PcscGasCardSettings) -> None:
        super().__init__(wire.TYPE_I2C, transmit, settings)

    def tries(self) -> int | None:
        """See `Chip`."""
        return None

    def open(self, key: bytes) -> bool:
        """See `Chip`. It is never closed."""
        return True

    def put(self, address: int, data: bytes) -> None:
        """See `Chip`."""
        for start, chunk in _chunks(address, data, min(self._settings.write_chunk, self._settings.i2c_page)):
            self._do(wire.write_memory(start, chunk))
            time.sleep(self._settings.i2c_write_s)

    def change_key(self, key: bytes) -> None:
        """See `Chip`. There is none."""


class CpuCard:
    """A file on a card with an operating system of its own, and a key that opens it for writing."""

    has_key = True

    def __init__(self, transmit: Transmit, settings: PcscGasCardSettings) -> None:
        self._transmit = transmit
        self._settings = settings
        self._do(wire.select_application(bytes.fromhex(settings.cpu_application)))

    def read(self, size: int) -> bytes:
        """See `Chip`."""
        image = b""
        while len(image) < size:
            wanted = min(self._settings.read_chunk, size - len(image))
            piece = self._do(wire.read_binary(self._settings.cpu_file, len(image), wanted))
            if not 0 < len(piece) <= wanted:
                raise wire.GarbledError(f"{len(piece)} bytes, where {wanted} were asked for")
            image += piece
        return image

    def tries(self) -> int | None:
        """See `Chip`."""
        left = wire.pin_tries(self._ask(wire.ASK_TRIES))
        return None if left >= self._settings.cpu_tries else left

    def open(self, key: bytes) -> bool:
        """See `Chip`."""
        return 0 < len(key) <= _LONGEST_PIN and self._ask(wire.verify_pin(key)).done

    def put(self, address: int, data: bytes) -> None:
        """See `Chip`."""
        for start, chunk in _chunks(address, data, self._settings.write_chunk):
            self._do(wire.update_binary(self._settings.cpu_file, start, chunk))

    def change_key(self, key: bytes) -> None:
        """See `Chip`. That takes the company's own cipher for each card and moment, which no image carries."""
        raise wire.RefusedError(wire.NOT_SUPPORTED)

    def _ask(self, command: bytes) -> wire.Answer:
        return wire.read_answer(self._transmit(command))

    def _do(self, command: bytes) -> bytes:
        """Carry it out; fetch what the card holds back (61xx), and ask again as it wants to be asked (6Cxx)."""
        answer = self._ask(command)
        if answer.status >> 8 == wire.READ_AGAIN:
            answer = self._ask(command[:-1] + bytes([answer.status & 0xFF]))
        data = answer.data
        while answer.status >> 8 == wire.MORE and len(data) < _LONGEST_DATA:
            answer = self._ask(wire.get_response(answer.status & 0xFF))
            data += answer.data
        wire.sure(answer)
        return data


KINDS: Final[dict[ChipName, Callable[[Transmit, PcscGasCardSettings], Chip]]] = {
    "sle4442": Sle4442,
    "at24c": At24c,
    "cpu": CpuCard,
}


def _chunks(address: int, data: bytes, size: int) -> Iterator[tuple[int, bytes]]:
    """Pieces that cross no multiple of `size`."""
    at = 0
    while at < len(data):
        length = min(size - (address + at) % size, len(data) - at)
        yield address + at, data[at : at + length]
        at += length
