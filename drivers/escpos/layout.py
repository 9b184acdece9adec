"""A slip as lines of the right width: wrapping, pairs, sizes. No bytes yet, and no device.

Widths are columns of the printer's 12-dot font; a line of size `tall` has half of them, `big` a fifth.
"""

import re
from collections.abc import Iterator
from typing import assert_never

import msgspec

from drivers.escpos.charset import Charset, clean
from kiosk.slips.slip import Align, Gap, Line, Pair, Qr, Rule, Size, Slip, Text

MAGNIFY: dict[Size, int] = {"normal": 1, "tall": 2, "big": 5}
"""`big`: five times 24 dots is 15 mm with a digit of over 10 mm in it."""

_NOT_FIRST = frozenset("，。、；：！？）》」』】〕〉〗”’…—～％‰℃°·,.;:!?)]}%'\"³²")
"""No line starts with these."""
_NOT_LAST = frozenset("（《「『【〔〈〖“‘￥¥＄([{$")
"""No line ends with these."""

_WORD = re.compile(r" +|[^ ]+")


class Laid(msgspec.Struct, frozen=True, kw_only=True):
    """One printed line. `text` fits the line and is already padded where it is a pair."""

    text: str
    align: Align = "left"
    bold: bool = False
    magnify: int = 1


class LaidQr(msgspec.Struct, frozen=True):
    """A QR code on its own."""

    text: str


class Blank(msgspec.Struct, frozen=True):
    """An empty line."""


Piece = Laid | LaidQr | Blank


def lay_out(slip: Slip, columns: int, charset: Charset) -> list[Piece]:
    """The whole slip for a paper of `columns`."""
    return [piece for line in slip.lines for piece in _line(line, columns, charset)]


def _line(line: Line, columns: int, charset: Charset) -> Iterator[Piece]:
    match line:
        case Text(text=text, align=align, bold=bold, size=size):
            room = columns // MAGNIFY[size]
            for paragraph in text.split("\n"):
                for piece in wrap(clean(paragraph), room, charset):
                    yield Laid(text=piece, align=align, bold=bold, magnify=MAGNIFY[size])
        case Pair(bold=bold, size=size):
            for piece in _pair(clean(line.left), clean(line.right), columns // MAGNIFY[size], charset):
                yield Laid(text=piece, bold=bold, magnify=MAGNIFY[size])
        case Rule():
            yield Laid(text="-" * columns)
        case Gap():
            yield Blank()
        case Qr(text=text):
            yield LaidQr(text)
        case _:
            assert_never(line)


def _pair(left: str, right: str, room: int, charset: Charset) -> Iterator[str]:
    """Label left, value right. The left part wraps; the value stays whole, on the last line if it fits there."""
    values = wrap(right, room, charset)
    labels = wrap(left, room, charset) if left else []
    value_width = charset.width_of(values[0])
    if labels and len(values) == 1:
        space = room - charset.width_of(labels[-1]) - value_width
        if space >= 1:
            yield from labels[:-1]
            yield labels[-1] + " " * space + values[0]
            return
    yield from labels
    for value in values:
        yield " " * (room - charset.width_of(value)) + value


def wrap(text: str, room: int, charset: Charset) -> list[str]:
    """Lines of at most `room` columns: Latin between words, Han anywhere but before closing punctuation.

    A word longer than a line is broken where the line ends; nothing is ever lost but the spaces at a break.
    """
    lines: list[str] = []
    line, used = "", 0
    for atom in _atoms(text, charset):
        rest = atom
        width = charset.width_of(rest)
        if used + width > room and rest.strip():
            if line.strip():
                lines.append(line.rstrip())
            line, used = "", 0
            while width > room:
                head = _head(rest, room, charset)
                lines.append(head)
                rest = rest[len(head) :]
                width = charset.width_of(rest)
        if rest.strip() or line or not lines:  # an indent counts at the start of the paragraph only
            line, used = line + rest, used + width
    if line.strip() or not lines:
        lines.append(line.rstrip())
    return lines


def _head(text: str, room: int, charset: Charset) -> str:
    """As much of `text` as fits, one character at least."""
    used = 0
    for index, character in enumerate(text):
        used += charset.width(character)
        if used > room and index:
            return text[:index]
    return text


def _atoms(text: str, charset: Charset) -> Iterator[str]:
    """What must stay on one line: a run of spaces, a Latin word, a Han character with its punctuation."""
    for match in _WORD.finditer(text):
        atom = ""
        for character in match.group():
            if atom and _may_break(atom[-1], character, charset):
                yield atom
                atom = ""
            atom += character
        yield atom


def _may_break(before: str, after: str, charset: Charset) -> bool:
    if after in _NOT_FIRST or before in _NOT_LAST or charset.width(after) == 0:
        return False
    return charset.width(before) == 2 or charset.width(after) == 2
