"""Commands to a reader and to the card in it, and what their answers say. Pure.

Memory cards have no commands of their own: the reader's firmware makes signals of pseudo commands, in the dialect of
ACS, which several makers copied. CPU cards speak ISO 7816-4.
"""

from typing import Final

import msgspec

DONE: Final = 0x9000
TYPE_I2C: Final = 0x01
TYPE_SLE4442: Final = 0x06
ALL_TRIES: Final = 0x07
"""The error counter of an SLE4442 of which nobody ever presented a wrong key: 07, then 03, 01, and 00 for ever."""
COUNTERS: Final = (0x00, 0x01, 0x03, ALL_TRIES)
_ACS: Final = 0xFF
_FIRST_STATUS_BYTES: Final = frozenset((*range(0x61, 0x70), *range(0x90, 0xA0)))


class RefusedError(Exception):
    """The reader or the card said no. The message is for staff and logs; nothing of the card is in it."""

    def __init__(self, status: int) -> None:
        super().__init__(f"a command was answered with {status:04X}")


class GarbledError(Exception):
    """The bytes are no answer, or none to this command: nobody knows what was done. The message is for logs."""


class Answer(msgspec.Struct, frozen=True):
    """What came back: data, and the status word."""

    data: bytes
    status: int

    @property
    def done(self) -> bool:
        """Whether the command was carried out. Never ask this of `verify_psc`: there, 9000 says that the card is
        locked."""
        return self.status == DONE


def read_answer(raw: bytes) -> Answer:
    """Split. Raises `GarbledError`."""
    if len(raw) < 2 or raw[-2] not in _FIRST_STATUS_BYTES:
        raise GarbledError("an answer without a status word")
    return Answer(raw[:-2], int.from_bytes(raw[-2:], "big"))


def sure(answer: Answer) -> Answer:
    """The answer, if the command was carried out. Raises `RefusedError`."""
    if not answer.done:
        raise RefusedError(answer.status)
    return answer


# -- memory cards ---


def select_type(kind: int) -> bytes:
    """Say which chip it is; needed after each insertion."""
    return bytes([_ACS, 0xA4, 0x00, 0x00, 0x01, kind])


def read_memory(address: int, length: int) -> bytes:
    """`length` bytes from `address`."""
    return bytes([_ACS, 0xB0, address >> 8, address & 0xFF, length])


def memory_read(answer: Answer, length: int) -> bytes:
    """The bytes that `read_memory` asked for: some firmware adds four of the protection memory. Raises `RefusedError`
    and `GarbledError`."""
    if len(sure(answer).data) not in (length, length + 4):
        raise GarbledError(f"{len(answer.data)} bytes, where {length} were asked for")
    return answer.data[:length]


def write_memory(address: int, data: bytes) -> bytes:
    """`data` to `address`."""
    return bytes([_ACS, 0xD0, address >> 8, address & 0xFF, len(data)]) + data


READ_COUNTER: Final = bytes([_ACS, 0xB1, 0x00, 0x00, 0x04])


def error_counter(answer: Answer) -> int:
    """The error counter of an SLE4442. Raises `RefusedError` and `GarbledError`."""
    if len(sure(answer).data) != 4 or (counter := answer.data[0]) not in COUNTERS:
        raise GarbledError("an error counter that cannot be")
    return counter


def tries_left(counter: int) -> int:
    """How many keys may still be presented."""
    return counter.bit_count()


def verify_psc(key: bytes) -> bytes:
    """Present the key of an SLE4442. Wrong ones destroy the card."""
    return bytes([_ACS, 0x20, 0x00, 0x00, len(key)]) + key


def psc_accepted(answer: Answer) -> bool:
    """Whether it was right: 90, and then not 00 but the error counter, whole. 9000 is a card that is locked. Raises
    `GarbledError`."""
    if answer.data or (answer.status >> 8 == 0x90 and answer.status & 0xFF not in COUNTERS):
        raise GarbledError("an error counter that cannot be")
    return answer.status == 0x9000 | ALL_TRIES


def change_psc(key: bytes) -> bytes:
    """Give an SLE4442 another key; it must have been verified."""
    return bytes([_ACS, 0xD2, 0x00, 0x01, len(key)]) + key


# -- CPU cards ---

READ_AGAIN: Final = 0x6C
MORE: Final = 0x61
BLOCKED: Final = 0x6983
NOT_SUPPORTED: Final = 0x6A81


def select_application(name: bytes) -> bytes:
    """By its name (AID)."""
    return bytes([0x00, 0xA4, 0x04, 0x00, len(name)]) + name


def read_binary(file: int, offset: int, length: int) -> bytes:
    """From the transparent file with that short id; `offset` below 256."""
    return bytes([0x00, 0xB0, 0x80 | file, offset, length & 0xFF])


def update_binary(file: int, offset: int, data: bytes) -> bytes:
    """Into the file; `offset` below 256."""
    return bytes([0x00, 0xD6, 0x80 | file, offset, len(data)]) + data


def get_response(length: int) -> bytes:
    """The rest, after 61xx."""
    return bytes([0x00, 0xC0, 0x00, 0x00, length])


ASK_TRIES: Final = bytes([0x00, 0x20, 0x00, 0x00])


def verify_pin(key: bytes) -> bytes:
    """Present the key of a CPU card's file."""
    return bytes([0x00, 0x20, 0x00, 0x00, len(key)]) + key


def pin_tries(answer: Answer) -> int:
    """How many tries `ASK_TRIES` says are left. Raises `RefusedError`."""
    if answer.status & 0xFFF0 == 0x63C0:
        return answer.status & 0x0F
    if answer.status == BLOCKED:
        return 0
    raise RefusedError(answer.status)
