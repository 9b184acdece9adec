"""A slip: lines in reading order. A printer driver lays them out for its paper; the screen draws the same value.

Widths are counted in columns, a Han character being two; a driver never clips an amount: it wraps the left part.
"""

from typing import Literal

import msgspec

Align = Literal["left", "center", "right"]
Size = Literal["normal", "tall", "big"]
"""`normal` is 3 mm high at 203 dpi, `tall` 6 mm (double height and width), `big` at least 10 mm."""


class Text(msgspec.Struct, frozen=True, tag="text"):
    """A paragraph, wrapped between words (Latin) or characters (Han)."""

    text: str
    align: Align = "left"
    bold: bool = False
    size: Size = "normal"


class Pair(msgspec.Struct, frozen=True, tag="pair"):
    """A label at the left edge and a value at the right edge, on one line where they fit."""

    left: str
    right: str
    bold: bool = False
    size: Size = "normal"


class Rule(msgspec.Struct, frozen=True, tag="rule"):
    """A dashed line across the paper."""


class Gap(msgspec.Struct, frozen=True, tag="gap"):
    """White space, about one line high."""


class Qr(msgspec.Struct, frozen=True, tag="qr"):
    """A centered QR code of at least 20 mm holding `text` (ASCII)."""

    text: str


Line = Text | Pair | Rule | Gap | Qr


class Slip(msgspec.Struct, frozen=True, kw_only=True):
    """`language` is a BCP 47 tag (`zh-CN`, `en`); `name` says what it is for logs (`receipt`), nothing personal."""

    name: str
    language: str
    lines: tuple[Line, ...]
