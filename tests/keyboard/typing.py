"""Typing, in one line."""

from kiosk.keyboard.layouts import Kind
from kiosk.keyboard.table import table
from kiosk.keyboard.typist import Typed, Typist


def typist(
    kind: Kind = "free", *, most: int = 60, wide: bool = True, text: str = "", language: str = "zh_CN"
) -> Typist:
    """A new one with the house's table."""
    return Typist(table(), kind, most=most, wide=wide, text=text, language=language)


def typed(keys: str, kind: Kind = "free", *, wide: bool = True, most: int = 60) -> Typed:
    """What stands there after `keys`: names of keys with blanks between them; letters need none."""
    one = typist(kind, wide=wide, most=most)
    press(one, keys)
    return one.typed()


def press(one: Typist, keys: str) -> None:
    """Press `keys` as `typed` says."""
    for name in keys.split():
        if name.isascii() and name.isalnum() and name not in NAMED:
            for letter in name:
                one.press(letter)
        else:
            one.press("part" if name == "'" else name)


NAMED = {"pinyin", "latin", "digits", "symbols", "delete", "clear", "space", "shift", "part", "more", "less"}
