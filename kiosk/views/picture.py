"""A picture that a page carries: pixels, not a file. It is on the screen as long as somebody holds the value."""

from typing import Literal

import msgspec


class Picture(msgspec.Struct, frozen=True, weakref=True):
    """`pixels` are rows of one byte (gray) or three (red, green, blue), `depth` in all, without padding."""

    width: int
    height: int
    depth: Literal[1, 3]
    pixels: bytes

    def __post_init__(self) -> None:
        if min(self.width, self.height) < 1 or len(self.pixels) != self.width * self.height * self.depth:
            raise ValueError("as many pixels as rows of that width have")  # drawing would read beyond their end
