"""What a keyboard on the screen says of itself, besides its keys."""

import msgspec

from kiosk.keyboard.layouts import Kind
from kiosk.keyboard.table import table
from kiosk.keyboard.typist import Shape, Typist


class Begin(msgspec.Struct, frozen=True):
    """A keyboard was made: what for, for how many characters, in a page of which language, and what stands there."""

    kind: Kind
    most: int
    language: str
    text: str


class Fit(msgspec.Struct, frozen=True):
    """How much room it has: for ten keys in a row or not, and for its grid of candidates."""

    wide: bool
    shape: Shape


def begun(begin: Begin) -> Typist:
    """The typist of a new keyboard."""
    return Typist(table(), begin.kind, most=begin.most, language=begin.language, text=begin.text)
