"""ESC/POS as bytes and values: commands out, replies in. Pure.

Sources: Epson's ESC/POS reference (DLE EOT, GS a, GS I, GS r, GS ( H function 48) and TM-U220/TM-L90 manuals; Citizen
CT-S2000 and PPU-231II manuals for their differing bits; SPRT and HCC manuals for the Chinese commands (FS &, FS !).
"""

import itertools
import re
from collections.abc import Iterator
from typing import Literal

import msgspec

from kiosk.ports.recording import Direction, Mask

INIT = b"\x1b@"
CHINESE_ON = b"\x1c&"
LINE_FEED = b"\n"
DROP_BUFFERS = b"\x10\x05\x02"
"""DLE ENQ 2: leave an error and forget the data received so far. Initialize afterwards."""
ASK_ROLL = b"\x1dr\x01"
"""GS r 1, buffered: answered when everything before it was processed."""


def ask(n: Literal[1, 2, 3, 4]) -> bytes:
    """DLE EOT n. One at a time; never inside another command's data."""
    return bytes((0x10, 0x04, n))


def feed(lines: int) -> bytes:
    """ESC d: print and feed."""
    return bytes((0x1B, 0x64, lines))


def feed_dots(dots: int) -> bytes:
    """ESC J: print and feed by dots."""
    return bytes((0x1B, 0x4A, dots))


def align(where: Literal["left", "center", "right"]) -> bytes:
    """ESC a."""
    return bytes((0x1B, 0x61, ("left", "center", "right").index(where)))


def style(bold: bool, magnify: int) -> bytes:
    """ESC E, GS ! and FS !: bold, and `magnify` times (1-8) as wide and high. Chinese grows to 2 at most."""
    chinese = 0x0C if magnify > 1 else 0
    return bytes((0x1B, 0x45, bold, 0x1D, 0x21, (magnify - 1) * 0x11, 0x1C, 0x21, chinese))


def cut(kind: Literal["partial", "full", "none"]) -> bytes:
    """GS V."""
    return {"full": b"\x1dV\x00", "partial": b"\x1dV\x01", "none": b""}[kind]


def raster(width_bytes: int, rows: bytes) -> bytes:
    """GS v 0: `rows` of `width_bytes` each, a set bit is black.

    A printer watches for real-time commands even inside a picture, so a dot is added wherever the picture would
    spell one (10 04, 10 05, 10 14): DLE ENQ 2 would lose the slip.
    """
    for second in (0x04, 0x05, 0x14):
        rows = rows.replace(bytes((0x10, second)), bytes((0x18, second)))
    height = len(rows) // width_bytes
    return b"\x1dv0\x00" + width_bytes.to_bytes(2, "little") + height.to_bytes(2, "little") + rows


ID_LETTERS = b"ABCDEFGHIJKLMNOabcdefghijklmno"
"""Bytes of a proof's id: within 20-7E as the command asks, and with bit 4 clear, so that no status byte, which
always has it set, can be mistaken for one."""


def ask_finished(mark: bytes) -> bytes:
    """GS ( H function 48: echo the 4 bytes of `mark` once everything before is really printed."""
    return b"\x1d(H\x06\x000" + b"0" + mark


IDENTITY: tuple[Literal[65, 67, 66], ...] = (65, 67, 66)
"""Firmware, model, maker: what GS I tells in words, the first one first where a printer knows but one. Its 68, the
serial number, is nobody's business here."""


def ask_identity(n: Literal[65, 66, 67]) -> bytes:
    """GS I n, buffered: answered by a text between 5F and 00, or not at all."""
    return bytes((0x1D, 0x49, n))


# -- replies ----------------------------------------------------------------------------------------------------------


class StatusByte(msgspec.Struct, frozen=True, tag="status"):
    """The answer to DLE EOT n; only the asker knows which n."""

    byte: int


class Asb(msgspec.Struct, frozen=True, tag="asb"):
    """Four bytes of automatic status, sent by the printer on its own."""

    data: bytes


class RollByte(msgspec.Struct, frozen=True, tag="roll"):
    """The answer to GS r 1."""

    byte: int


class Finished(msgspec.Struct, frozen=True, tag="finished"):
    """The proof of GS ( H: all before the command with this mark is on paper."""

    mark: bytes


class Identity(msgspec.Struct, frozen=True, tag="identity"):
    """The answer to GS I n; only the asker knows which n."""

    text: str


class Noise(msgspec.Struct, frozen=True, tag="noise"):
    """A byte that means nothing here (flow control, line noise, the rest of a broken reply)."""

    byte: int


Reply = StatusByte | Asb | RollByte | Finished | Identity | Noise

_BLOCK_LIMIT = 6
IDENTITY_LIMIT = 80
"""Letters of one answer to GS I at most."""


class Inbox:
    """Takes the printer's bytes in any portions and tells the replies apart.

    Bit 4 set with low bits 00 starts an ASB block, low bits 10 is a DLE EOT answer, 37h starts a proof, 11h and 13h
    are flow control; bit 4 clear is part of the block begun before, or a GS r answer outside of one. So answers may
    come in the middle of a block and the block still comes out whole.

    5F, which begins nothing else, begins a text where one was asked for and has not come. Many letters would be status
    bytes or proofs by their bits, so all that follows is the text's, however late, until 00; but what a printer sends
    in between by itself or at once (an ASB block, a status, flow control) is no letter by its bits.
    """

    def __init__(self) -> None:
        self._asb: bytearray | None = None
        self._proof: bytearray | None = None
        self._text: bytearray | None = None
        self._texts_to_come = 0

    def reset(self) -> None:
        """Forget a half reply."""
        self._asb = None
        self._proof = None
        self._text = None

    def expect_text(self) -> None:
        """One more question is out that a text answers."""
        self._texts_to_come += 1

    def feed(self, data: bytes) -> list[Reply]:
        """The replies completed by `data`."""
        return [reply for byte in data for reply in self._take(byte)]

    def _take(self, byte: int) -> Iterator[Reply]:
        if self._text is not None and not self._comes_between(byte):
            yield from self._continue_text(byte)
        elif byte == 0x5F and self._texts_to_come:
            yield from map(Noise, (self._asb or b"") + (self._proof or b""))
            self._asb, self._proof, self._text = None, None, bytearray((byte,))
        elif byte == 0x37:
            yield from map(Noise, (self._asb or b"") + (self._proof or b""))
            self._asb, self._proof = None, bytearray((byte,))
        elif byte & 0x93 == 0x12:
            yield StatusByte(byte)
        elif byte & 0x93 == 0x10:
            yield from map(Noise, self._asb or b"")
            self._asb = bytearray((byte,))
        elif byte & 0x10:
            yield Noise(byte)
        elif self._asb is not None:
            self._asb.append(byte)
            if len(self._asb) == 4:
                yield Asb(bytes(self._asb))
                self._asb = None
        elif self._proof is not None:
            yield from self._continue_proof(byte)
        elif byte & 0x80 == 0:
            yield RollByte(byte)
        else:
            yield Noise(byte)

    def _comes_between(self, byte: int) -> bool:
        return byte & 0xF0 == 0x10 or (self._asb is not None and not byte & 0x10)

    def _continue_text(self, byte: int) -> Iterator[Reply]:
        text = self._text or bytearray()
        yield from map(Noise, self._asb or b"")
        self._asb = None
        if byte == 0:
            self._text = None
            self._texts_to_come -= 1
            letters = text[1:].decode("latin-1")
            if letters.isascii() and letters.isprintable():
                yield Identity(letters)
            else:  # garbled
                yield from map(Noise, text)
        elif len(text) > IDENTITY_LIMIT:
            # It has no end, so it was no text: this byte belongs to something else.
            self._text = None
            yield from map(Noise, text)
            yield from self._take(byte)
        else:
            text.append(byte)

    def _continue_proof(self, byte: int) -> Iterator[Reply]:
        proof = self._proof or bytearray()
        if byte == 0:
            self._proof = None
            if len(proof) == 6 and proof[1] == 0x22:
                yield Finished(bytes(proof[2:]))
            else:
                yield from map(Noise, proof)
        elif len(proof) == _BLOCK_LIMIT or byte < 0x20:
            # The proof broke off: this byte belongs to something else.
            self._proof = None
            yield from map(Noise, proof)
            yield from self._take(byte)
        else:
            proof.append(byte)


# -- meanings ---------------------------------------------------------------------------------------------------------


class Sensors(msgspec.Struct, frozen=True, kw_only=True):
    """What the four DLE EOT answers (or one ASB block) say together."""

    offline: bool = False
    feeding: bool = False
    cover_open: bool = False
    paper_out: bool = False
    paper_low: bool = False
    cutter_error: bool = False
    mechanical_error: bool = False
    unrecoverable: bool = False
    auto_recoverable: bool = False
    error: bool = False
    slip_in_exit: bool = False

    @property
    def torn(self) -> bool:
        """Whether the answers do not explain each other: something may have changed between two of the questions.

        An opened cover is told by the second answer and raises the error of the third; asked in the middle of that,
        a printer seems to have an error (or to be off line) for no reason.
        """
        cause = self.cover_open or self.paper_out or self.cutter_error or self.mechanical_error or self.unrecoverable
        return (self.offline or self.error or self.auto_recoverable) and not (cause or self.feeding)


def read_status(answers: tuple[int, int, int, int], presenter: bool = False, black_mark: bool = False) -> Sensors:
    """Decode the answers to DLE EOT 1, 2, 3, 4.

    `presenter`: bit 6 of the fourth is a slip in the exit, not the end of the paper. `black_mark`: bit 2 of the third
    is a missing black mark, which is an error without being a mechanical one. One of a pair of paper bits is enough.
    """
    printer, cause, error, roll = answers
    return Sensors(
        offline=bool(printer & 0x08),
        feeding=bool(printer & 0x40 or cause & 0x08),
        cover_open=bool(cause & 0x04),
        paper_out=bool(cause & 0x20 or roll & (0x20 if presenter else 0x60)),
        paper_low=bool(roll & 0x0C),
        cutter_error=bool(error & 0x08),
        mechanical_error=bool(error & 0x04) and not black_mark,
        unrecoverable=bool(error & 0x20),
        auto_recoverable=bool(error & 0x40),
        error=bool(cause & 0x40 or error & 0x04),
        slip_in_exit=presenter and bool(roll & 0x40),
    )


def read_asb(data: bytes) -> Sensors:
    """Decode four bytes of automatic status."""
    first, second, third, _ = data
    return Sensors(
        offline=bool(first & 0x08),
        feeding=bool(first & 0x40 or second & 0x02),
        cover_open=bool(first & 0x20),
        paper_out=bool(third & 0x0C),
        paper_low=bool(third & 0x03),
        cutter_error=bool(second & 0x08),
        mechanical_error=bool(second & 0x04),
        unrecoverable=bool(second & 0x20),
        auto_recoverable=bool(second & 0x40),
        error=bool(second & 0x6C),
    )


def read_identity(told: tuple[str, ...]) -> str:
    """What a printer told of itself (`IDENTITY` in its order, as far as it came) in one line; "" of nothing."""
    firmware, model, maker, *_ = (*map(str.strip, told), "", "", "")
    name = f"{maker} {model}".strip()
    return ", ".join(part for part in (name, firmware and f"firmware {firmware}") if part)


RASTER_BAND_LIMIT = 48 * 72
"""The most bytes that one raster command carries: 48 rows of 576 dots."""


def chunks(commands: tuple[bytes, ...], size: int) -> Iterator[bytes]:
    """Whole commands together, about `size` bytes each, so that a status may be asked between any two chunks."""
    chunk = bytearray()
    for command in commands:
        if chunk and len(chunk) + len(command) > size:
            yield bytes(chunk)
            chunk.clear()
        chunk += command
    if chunk:
        yield bytes(chunk)


def marks(seed: int) -> Iterator[bytes]:
    """Proof ids that do not repeat for a long time; `seed` keeps those of an earlier run from meeting them."""
    base = len(ID_LETTERS)
    for number in itertools.count(seed):
        yield bytes(ID_LETTERS[number // base**place % base] for place in (3, 2, 1, 0))


_QUESTIONS = re.compile(
    rb"(?:\x10\x04[\x01-\x04]|\x10\x05\x02|\x1b@|\x1dr\x01|\x1dI[ABC]|\x1d\(H\x06\x000.{5})+", re.DOTALL
)
"""What asks and clears, and prints nothing."""


def masking() -> Mask:
    """What may be kept of a printer's talk: its answers and the questions; what is printed becomes zeros."""

    def mask(direction: Direction, data: bytes) -> bytes:
        return data if direction == "<" or _QUESTIONS.fullmatch(data) else bytes(len(data))

    return mask
