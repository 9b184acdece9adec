"""The keyboards on the screen: each `Keyboard.qml` has a typist here, from the time it is made until it is destroyed.

A look-up takes less than a frame (docs/decisions/022-typing-on-the-main-thread.md), so a key is answered before the
touch that pressed it returns. What is typed never leaves the main thread but as a page's answer.
"""

from functools import partial
from typing import TYPE_CHECKING, Any, cast

import msgspec
from PySide6.QtQuick import QQuickItem

if TYPE_CHECKING:
    from kiosk.keyboard.layouts import Layout
    from kiosk.keyboard.typist import Typed, Typist


class Keyboards:
    """Answers what the keyboards of a window ask. Make and use it on the main thread."""

    def __init__(self, root: QQuickItem) -> None:
        """`root` is the window's; nothing of the keyboard is imported before there is one on the screen."""
        self._root = root
        self._typists: dict[int, Typist] = {}
        self._layouts: dict[int, Layout] = {}
        """What each keyboard shows already: its keys are made anew only when they are others."""
        cast("Any", root).keyboardAsked.connect(partial(self._asked))

    def _asked(self, number: int, what: str, details: str) -> None:
        from kiosk.keyboard.asking import Begin, Fit, begun

        match what:
            case "begin":
                self._typists[number] = begun(msgspec.json.decode(details, type=Begin))
                return
            case "end":
                self._typists.pop(number, None)
                self._layouts.pop(number, None)
                return
            case "fit":
                fit = msgspec.json.decode(details, type=Fit)
                self._typists[number].fit(fit.shape, wide=fit.wide)
            case _:
                self._typists[number].press(msgspec.json.decode(details, type=str))
        self._answer(number)

    def _answer(self, number: int) -> None:
        typed = self._typists[number].typed()
        answer = _plain(typed)
        if self._layouts.get(number) is typed.layout:
            del answer["layout"]
        self._layouts[number] = typed.layout
        self._root.setProperty("typed", answer)


def _plain(typed: "Typed") -> dict[str, Any]:
    """As maps and lists: QML sees nothing in a tuple."""
    plain: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(typed))
    return plain
