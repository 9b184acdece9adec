"""Chip cards by PC/SC: the machine's pcscd, through its own C library, which Debian installs beside it.

The dozen calls that a card needs, bound by ctypes (`docs/decisions/029-own-pcsc-binding.md` says why). Everything here
blocks, some of it for as long as a broken reader likes: call it on threads (`kiosk.ports.threads`). A `Service` is of
one thread alone.
"""

import ctypes
import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Final, Literal, Self

import msgspec

from kiosk.ports.errors import PortError
from kiosk.ports.urls import PcscAddress

_LIBRARY: Final = "libpcsclite.so.1"
_SOCKET_VARIABLE: Final = "PCSCLITE_CSOCK_NAME"
_SCOPE_SYSTEM: Final = 2
_SHARED: Final = 2
_DIRECT: Final = 3
_CONTROL: Final = 0x42000000
"""What pcscd adds to a reader's own control codes."""
_T0: Final = 1
_T0_OR_T1: Final = 3
_LEAVE: Final = 0
_UNPOWER: Final = 2
_LONGEST_ANSWER: Final = 264
_LONGEST_ATR: Final = 33
_VENDOR_NAME: Final = 0x00010100
_VENDOR_TYPE: Final = 0x00010101
_VENDOR_VERSION: Final = 0x00010102
_PRESENT: Final = 0x0020
_GONE: Final = 0x0004 | 0x0008
"""The service knows no such reader, or no longer."""
_MUTE: Final = 0x0200
_STATE: Final = 0xFFFF
_TIMEOUT: Final = 0x8010000A

Trouble = Literal["service", "reader", "no_card", "mute", "failed"]
"""Whose trouble it is: pcscd does not run; it has no such reader; there is no card (any more); the card does not
answer; anything else, after which a command may have been done."""

_CODES: Final[dict[int, tuple[Trouble, str]]] = {
    0x8010001D: ("service", "pcscd does not run"),
    0x8010001E: ("service", "pcscd was stopped"),
    0x80100003: ("service", "pcscd was restarted"),
    0x80100013: ("service", "the connection to pcscd broke"),
    0x80100014: ("service", "pcscd failed"),
    0x80100009: ("reader", "there is no such reader"),
    0x8010002E: ("reader", "there is no reader"),
    0x80100017: ("reader", "the reader was unplugged"),
    0x8010000C: ("no_card", "there is no card in the reader"),
    0x80100069: ("no_card", "the card was taken out"),
    0x8010000F: ("mute", "the card speaks no protocol that the reader knows"),
    0x80100066: ("mute", "the card does not answer"),
    0x80100067: ("mute", "the card gets no power"),
    0x8010000B: ("failed", "another program has the card"),
    0x80100016: ("failed", "the card was lost in the middle of a command"),
    0x80100068: ("failed", "another program reset the card"),
}

_environment = threading.Lock()


class PcscError(PortError):
    """A call failed. The message is for staff; nothing of the card is in it."""

    def __init__(self, trouble: Trouble, why: str) -> None:
        super().__init__(why)
        self.trouble = trouble


class SlotState(msgspec.Struct, frozen=True):
    """A reader's slot. `raw` is what the service said, to wait for the next change."""

    present: bool
    mute: bool
    raw: int

    @property
    def moves(self) -> int:
        """How often a card came or went, as the service counts."""
        return self.raw >> 16


class About(msgspec.Struct, frozen=True):
    """What a reader says of itself; "" of what it does not tell. `version` is its own, which USB calls the device's."""

    maker: str = ""
    model: str = ""
    version: str = ""


class _ReaderState(ctypes.Structure):
    _fields_ = (
        ("reader", ctypes.c_char_p),
        ("user_data", ctypes.c_void_p),
        ("current", ctypes.c_ulong),
        ("event", ctypes.c_ulong),
        ("atr_length", ctypes.c_ulong),
        ("atr", ctypes.c_ubyte * _LONGEST_ATR),
    )


class _Header(ctypes.Structure):
    _fields_ = (("protocol", ctypes.c_ulong), ("length", ctypes.c_ulong))


class Service:
    """A talk with pcscd; a context manager. Raises `PcscError` from everything."""

    def __init__(self, address: PcscAddress) -> None:
        self._address = address
        self._context = ctypes.c_long()

    def __enter__(self) -> Self:
        library = _library(self._address.socket)
        with _pointed_to(self._address.socket):
            _check(library.SCardEstablishContext(_SCOPE_SYSTEM, None, None, ctypes.byref(self._context)))
        self._library = library
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._library.SCardReleaseContext(self._context)

    def reader(self) -> str:
        """The name of the reader that the address means."""
        wanted = self._address.reader.casefold()
        for name in self.readers():
            if wanted in name.casefold():
                return name
        raise PcscError("reader", f"no reader has {self._address.reader!r} in its name")

    def readers(self) -> list[str]:
        """The names of all readers."""
        library, length = self._library, ctypes.c_ulong(0)
        _check(library.SCardListReaders(self._context, None, None, ctypes.byref(length)))
        names = ctypes.create_string_buffer(length.value)
        _check(library.SCardListReaders(self._context, None, names, ctypes.byref(length)))
        return [name.decode("utf-8", "replace") for name in names.raw[: length.value].split(b"\0") if name]

    def slot(self, reader: str, known: int = 0, wait_ms: int = 0) -> SlotState:
        """The slot as soon as it is not as it was (`known`, a state's `raw`), or after `wait_ms`."""
        state = _ReaderState(reader.encode(), None, known, 0, 0)
        code = self._library.SCardGetStatusChange(self._context, wait_ms, ctypes.byref(state), 1)
        if code & 0xFFFFFFFF == _TIMEOUT:
            state.event = known
        else:
            _check(code)
        if state.event & _GONE:
            raise PcscError("reader", "the reader was unplugged")
        return SlotState(bool(state.event & _PRESENT), bool(state.event & _MUTE), state.event & ~0x2)

    def about(self, reader: str) -> About:
        """What the reader is. A card that may be in it gets no power by that, and loses none."""
        handle, protocol = ctypes.c_long(), ctypes.c_ulong()
        arguments = (_DIRECT, 0, ctypes.byref(handle), ctypes.byref(protocol))
        _check(self._library.SCardConnect(self._context, reader.encode(), *arguments))
        try:
            told = (self._attribute(handle, which) for which in (_VENDOR_NAME, _VENDOR_TYPE, _VENDOR_VERSION))
            maker, model, version = told
            return About(_words(maker), _words(model), _version(version))
        finally:
            self._library.SCardDisconnect(handle, _LEAVE)

    def _attribute(self, handle: ctypes.c_long, which: int) -> bytes:
        """Empty where the reader's driver does not tell."""
        value, length = ctypes.create_string_buffer(_LONGEST_ANSWER), ctypes.c_ulong(_LONGEST_ANSWER)
        failed = self._library.SCardGetAttrib(handle, which, value, ctypes.byref(length))
        return b"" if failed else value.raw[: length.value]

    def card(self, reader: str, escape: int | None = None) -> "Card":
        """Power the card up and keep others from it. With `escape`, a control code, it is the reader itself that is
        spoken to, whether there is a card or not, and it that powers the card: some take pseudo commands only so."""
        handle, protocol = ctypes.c_long(), ctypes.c_ulong()
        mode = (_SHARED, _T0_OR_T1) if escape is None else (_DIRECT, 0)
        arguments = (*mode, ctypes.byref(handle), ctypes.byref(protocol))
        _check(self._library.SCardConnect(self._context, reader.encode(), *arguments))
        return Card(self._library, handle, protocol.value, escape)


class Card:
    """A card under power; a context manager that takes the power away, and with it whatever a key has opened."""

    def __init__(self, library: ctypes.CDLL, handle: ctypes.c_long, protocol: int, escape: int | None = None) -> None:
        self._library = library
        self._handle = handle
        self._protocol = protocol
        self._escape = escape

    def __enter__(self) -> Self:
        if code := self._library.SCardBeginTransaction(self._handle):
            self._end()
        _check(code)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def transmit(self, command: bytes) -> bytes:
        """One command, and all of its answer."""
        answer, length = ctypes.create_string_buffer(_LONGEST_ANSWER), ctypes.c_ulong(_LONGEST_ANSWER)
        if self._escape is not None:
            asked = (self._handle, _CONTROL + self._escape, command, len(command))
            _check(self._library.SCardControl(*asked, answer, _LONGEST_ANSWER, ctypes.byref(length)))
            return answer.raw[: length.value]
        header = _Header(self._protocol or _T0, ctypes.sizeof(_Header))
        arguments = (ctypes.byref(header), command, len(command), None, answer, ctypes.byref(length))
        _check(self._library.SCardTransmit(self._handle, *arguments))
        return answer.raw[: length.value]

    def _end(self) -> None:
        self._library.SCardEndTransaction(self._handle, _LEAVE)
        self._library.SCardDisconnect(self._handle, _UNPOWER)


@contextmanager
def _pointed_to(socket: str) -> Iterator[None]:
    """The library is told by the environment where pcscd listens; no other program should be."""
    with _environment:
        before = os.environ.get(_SOCKET_VARIABLE)
        if socket:
            os.environ[_SOCKET_VARIABLE] = socket
        try:
            yield
        finally:
            if before is None:
                os.environ.pop(_SOCKET_VARIABLE, None)
            else:
                os.environ[_SOCKET_VARIABLE] = before


def _words(value: bytes) -> str:
    """Text of a reader, which may end in a zero."""
    return value.partition(b"\0")[0].decode("utf-8", "replace").strip()


def _version(value: bytes) -> str:
    """A word 0xMMmmbbbb. MM and mm are decimal digits in readers on USB, where nothing is built."""
    number = int.from_bytes(value[:4], sys.byteorder)
    major, minor, build = number >> 24, number >> 16 & 0xFF, number & 0xFFFF
    return f"{major:x}.{minor:02x}{f'.{build}' if build else ''}" if len(value) >= 4 and number else ""


def _check(code: int) -> None:
    if code:
        code &= 0xFFFFFFFF
        trouble, why = _CODES.get(code, ("failed", "the reader failed"))
        raise PcscError(trouble, f"{why} ({code:08X})")


@cache
def _library(socket: str) -> ctypes.CDLL:
    """The library for the pcscd at `socket`. It looks once where that is, and never again: each other place gets a copy
    of it."""
    try:
        library = ctypes.CDLL(_LIBRARY)
    except OSError as error:
        raise PcscError("service", f"{_LIBRARY} is not installed: apt-get install pcscd") from error
    if socket:
        library = _copy_of(_LIBRARY)
    word, handle, pointer = ctypes.c_ulong, ctypes.c_long, ctypes.c_void_p
    signatures: dict[str, tuple[Callable[..., object], ...]] = {
        "SCardEstablishContext": (word, pointer, pointer, pointer),
        "SCardReleaseContext": (handle,),
        "SCardListReaders": (handle, ctypes.c_char_p, ctypes.c_char_p, pointer),
        "SCardGetStatusChange": (handle, word, pointer, word),
        "SCardConnect": (handle, ctypes.c_char_p, word, word, pointer, pointer),
        "SCardDisconnect": (handle, word),
        "SCardBeginTransaction": (handle,),
        "SCardEndTransaction": (handle, word),
        "SCardGetAttrib": (handle, word, ctypes.c_char_p, pointer),
        "SCardControl": (handle, word, ctypes.c_char_p, word, ctypes.c_char_p, word, pointer),
        "SCardTransmit": (handle, pointer, ctypes.c_char_p, word, pointer, ctypes.c_char_p, pointer),
    }
    for name, takes in signatures.items():
        function = getattr(library, name)
        function.argtypes, function.restype = takes, ctypes.c_long
    return library


def _copy_of(name: str) -> ctypes.CDLL:
    """A loaded library once more, with variables of its own."""
    from tempfile import NamedTemporaryFile

    maps = Path("/proc/self/maps").read_text("utf-8").splitlines()
    path = Path(next(line.split(maxsplit=5)[5] for line in maps if f"/{name}" in line))
    with NamedTemporaryFile(prefix="copy-of-") as copy:
        copy.write(path.read_bytes())
        copy.flush()
        return ctypes.CDLL(copy.name)
