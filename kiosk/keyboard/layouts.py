"""Which keys stand where, row by row.

Widths are in columns of the layout. Ten columns of 20 mm keys need 227 mm; on a narrower keyboard (`wide` false)
Chinese is typed on nine keys, and letters stand in seven columns in the order of the alphabet.
"""

from collections.abc import Iterable
from functools import cache
from typing import Literal

import msgspec
from msgspec.structs import replace

from kiosk.keyboard.reading import PAD

Kind = Literal["name", "address", "phone", "id_number", "free"]
"""What is asked for."""
Layer = Literal["pinyin", "latin", "digits", "symbols"]

DELETE, CLEAR, SPACE, SHIFT, PART = "delete", "clear", "space", "shift", "part"
LAYERS: tuple[Layer, ...] = ("pinyin", "latin", "digits", "symbols")


class Key(msgspec.Struct, frozen=True, kw_only=True):
    """A key. `name` is what is pressed: a layer, one of the names above, or the text that it types. What stands on it
    is that text, or the message `screen.keyboard.NAME`. `side` is the place of a choice beside the nine keys. It begins
    `left` columns from the layout's edge."""

    name: str
    face: str = ""
    width: float = 1
    left: float = 0
    row: int = 0
    quiet: bool = False
    side: int = -1


Row = tuple[Key, ...]


class Layout(msgspec.Struct, frozen=True, kw_only=True):
    """All keys of a layer. A row fills the columns, or stands in their middle."""

    columns: int
    rows: int
    keys: tuple[Key, ...]


MARKS: dict[Kind, tuple[str, str]] = {"name": ("·", "-"), "address": ("-", "，"), "free": ("，", "。")}
"""The two marks beside the space key."""
BESIDE_DIGITS: dict[Kind, str] = {"address": "- 号 栋 幢 单元 楼 层 室 弄 组"}
"""What is typed together with digits."""
OTHERWISE = "- / . , : ( ) % + ="
NARROW = str.maketrans("，。", ",.")
"""Marks between letters."""


def first_layer(kind: Kind, language: str) -> Layer:
    """What the keyboard begins with for a resident who reads `language`."""
    match kind:
        case "phone" | "id_number":
            return "digits"
        case "name" | "address" | "free":
            return "latin" if language == "en" else "pinyin"


@cache
def layout(kind: Kind, layer: Layer, *, wide: bool) -> Layout:
    """The keys of `layer` where `kind` is asked for."""
    match kind:
        case "phone" | "id_number":
            return _telephone("X" if kind == "id_number" else CLEAR)
        case "name" | "address" | "free":
            return _wide(kind, layer) if wide else _narrow(kind, layer)


def _telephone(beside_nought: str) -> Layout:
    last = (_key(beside_nought), _key("0"), _key(DELETE))
    return _layout(3, (_keys("123"), _keys("456"), _keys("789"), last))


def _wide(kind: Kind, layer: Layer) -> Layout:
    one, other = MARKS[kind]
    to_letters = (_key("pinyin", 2), _key("latin", 2), _key(SPACE, 6))
    rows: tuple[Row, ...]
    match layer:
        case "pinyin":
            rows = _qwerty(PART, one, other, "latin")
        case "latin":
            rows = _qwerty(SHIFT, one.translate(NARROW), other.translate(NARROW), "pinyin")
        case "digits":
            rows = (
                _keys("1234567890"),
                _keys(BESIDE_DIGITS.get(kind, OTHERWISE).split()),
                (_key("symbols", 1.5), *_keys("，。、·（）#"), _key(DELETE, 1.5)),
                to_letters,
            )
        case "symbols":
            rows = (
                _keys("，。、；：？！“”·"),
                _keys("（）《》【】—…～¥"),
                (_key("digits", 1.5), *_keys("-/@#&+'"), _key(DELETE, 1.5)),
                to_letters,
            )
    return _layout(10, rows)


def _qwerty(first: str, one: str, other: str, elsewhere: str) -> tuple[Row, ...]:
    return (
        _keys("qwertyuiop"),
        _keys("asdfghjkl"),
        (_key(first, 1.5), *_keys("zxcvbnm"), _key(DELETE, 1.5)),
        (_key("digits", 1.5), _key("symbols", 1.5), _key(one), _key(SPACE, 3), _key(other), _key(elsewhere, 2)),
    )


def _narrow(kind: Kind, layer: Layer) -> Layout:
    rows: tuple[Row, ...]
    match layer:
        case "pinyin":
            rows = (
                (_side(0), _key(PART), _pad("2"), _pad("3"), _key(DELETE)),
                (_side(1), _pad("4"), _pad("5"), _pad("6"), _key(CLEAR)),
                (_side(2), _pad("7"), _pad("8"), _pad("9"), _key("symbols")),
                (_side(3), _key("latin"), _key(SPACE, 2), _key("digits")),
            )
        case "latin":
            last = (_key(SHIFT, 1.5), _key("digits", 1.5), _key(SPACE, 2), _key("pinyin", 2))
            letters = _keys("abcdefg"), _keys("hijklmn"), _keys("opqrstu")
            rows = *letters, (*_keys("vwxyz"), _key(DELETE, 2)), last
            return _layout(7, rows)
        case "digits":
            beside = ("号", "单元", "室", "-") if kind == "address" else ("-", "/", ".", ",")
            rows = (
                (_key(beside[0]), *_keys("123"), _key(DELETE)),
                (_key(beside[1]), *_keys("456"), _key(CLEAR)),
                (_key(beside[2]), *_keys("789"), _key("symbols")),
                (_key(beside[3]), _key("pinyin"), _key("0"), _key(SPACE), _key("latin")),
            )
        case "symbols":
            rows = (
                (*_keys("，。、·"), _key(DELETE)),
                (*_keys("（）：；"), _key(CLEAR)),
                (*_keys("？！-/"), _key("digits")),
                (_key("'" if kind == "name" else "#"), _key("pinyin"), _key(SPACE, 2), _key("latin")),
            )
    return _layout(5, rows)


def _layout(columns: int, rows: tuple[Row, ...]) -> Layout:
    placed = []
    for number, row in enumerate(rows):
        left = (columns - sum(key.width for key in row)) / 2
        for key in row:
            placed.append(replace(key, left=left, row=number))
            left += key.width
    return Layout(columns=columns, rows=len(rows), keys=tuple(placed))


def _key(name: str, width: float = 1) -> Key:
    quiet = len(name) > 1 and name.isascii()
    return Key(name=name, face="" if quiet else name, width=width, quiet=quiet)


def _keys(names: Iterable[str]) -> Row:
    return tuple(_key(name) for name in names)


def _pad(digit: str) -> Key:
    return Key(name=digit, face=PAD[digit])


def _side(place: int) -> Key:
    return Key(name=f"side-{place}", quiet=True, side=place)
