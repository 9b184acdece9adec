"""The keyboards on the screen: each `Keyboard.qml` has a typist here, from the time it is made until it is destroyed.

A look-up takes less than a frame (docs/decisions/022-typing-on-the-main-thread.md), so a key is answered before the
touch that pressed it returns. What is typed never leaves the main thread but as a page's answer.
"""

from functools import partial
from typing import TYPE_CHECKING, Any, cast

import msgspec
from msgspec.structs import replace
from PySide6.QtQuick import QQuickItem

from kiosk.views.common import StaffCalled
from kiosk.views.view import View

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
        self._view: View | None = None
        self._covered: View | None = None
        """The view that the staff were called from, and what was typed on it: it comes back as it was."""
        self._kept: str | None = None
        cast("Any", root).keyboardAsked.connect(partial(self._asked))

    def turn(self, view: View) -> None:
        """The page turns to `view`."""
        if isinstance(view, StaffCalled):
            self._covered = self._view
            return
        if view != self._covered:
            self._covered = self._kept = None
        self._view = view

    def _asked(self, number: int, what: str, details: str) -> None:
        from kiosk.keyboard.asking import Begin, Fit, begun

        match what:
            case "begin":
                begin = msgspec.json.decode(details, type=Begin)
                self._typists[number] = begun(begin if self._kept is None else replace(begin, text=self._kept))
                self._kept = None
                return
            case "end":
                newest = number == max(self._typists, default=0)  # not one that slides away before it
                ended = self._typists.pop(number, None)
                if ended is not None and newest and self._covered is not None:
                    self._kept = ended.text
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
