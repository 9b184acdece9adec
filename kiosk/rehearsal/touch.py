"""A finger on the stage: real touch events, controls by name, and the patience to wait for a page."""

from collections.abc import Callable
from time import monotonic

from PySide6.QtCore import QPoint, QPointF
from PySide6.QtGui import QImage
from PySide6.QtQuick import QQuickItem
from PySide6.QtTest import QTest

from kiosk.rehearsal.tree import ancestors, is_target, items, place
from kiosk.stage.window import StageWindow

PATIENCE_S = 15.0
SLACK_S = 0.05
"""Beyond the debounce: the screen's clock and ours are read at different moments."""


class NotThereError(AssertionError):
    """What the finger looked for did not appear; the message says what was on the screen instead."""


class Finger:
    """Touches a `StageWindow` that is open. Qt's events are served while it waits; use it on the main thread."""

    def __init__(self, stage: StageWindow, patience_s: float = PATIENCE_S) -> None:
        self._stage = stage
        self._patience = patience_s
        self.device = QTest.createTouchDevice()
        self._number = -1
        self._ready_at = 0.0
        self._last: tuple[str, float] = ("", 0.0)

    def see(self, view: str) -> None:
        """Wait until the screen of `view` stands still and takes touches. Raises `NotThereError`."""
        self.until(lambda: self._stands(view), f"the screen {view}")
        self._wait_out(self._ready_at)

    def until(self, true: Callable[[], bool], what: str) -> None:
        """Serve events until `true()`. Raises `NotThereError` naming `what`."""
        deadline = monotonic() + self._patience
        while not true():
            if monotonic() > deadline:
                page = self._stage.page
                there = "nothing" if page is None else f"{type(page.view).__name__}: {', '.join(self.controls())}"
                raise NotThereError(f"waited {self._patience:g} s for {what}; there is {there}")
            QTest.qWait(5)

    def controls(self) -> list[str]:
        """The names of everything that may be pressed."""
        return [item.objectName() for item in items(self._stage.root) if is_target(item)]

    def find(self, name: str) -> QQuickItem:
        """The control `name`. Raises `NotThereError`."""
        for item in items(self._stage.root):
            if item.objectName() == name and is_target(item):
                return item
        raise NotThereError(f"no control {name!r}; there are {', '.join(self.controls())}")

    def middle(self, name: str) -> QPoint:
        """Where to touch the control `name`, in px."""
        return place(self.find(name)).center().toPoint()

    def tap(self, where: str | QPoint | QPointF) -> None:
        """Touch a control or a point and let go."""
        if isinstance(where, str):
            last, at = self._last
            self._wait_out(self._ready_at, at + self._stage.display.debounce_ms / 1000 if last == where else 0)
        point = self._point(where)
        self.press(point)
        self.release(point)
        if isinstance(where, str):
            self._last = (where, monotonic() + SLACK_S)

    def in_sight(self, name: str) -> bool:
        """Whether the control `name` is there, and on the page of a list that is turned up."""
        item = next((item for item in items(self._stage.root) if item.objectName() == name and is_target(item)), None)
        if item is None:
            return False
        box = place(item)
        return all(place(outer).contains(box.center()) for outer in ancestors(item) if outer.clip())

    def turn_to(self, name: str) -> None:
        """Turn the pages of a list until the control `name` is in sight. Raises `NotThereError`."""
        while not self.in_sight(name):
            self.tap("page-down")

    def press(self, where: str | QPoint | QPointF) -> None:
        """Put the finger down."""
        QTest.touchEvent(self._stage.view, self.device).press(0, self._point(where), self._stage.view).commit()

    def slide(self, where: str | QPoint | QPointF) -> None:
        """Move the finger that is down."""
        QTest.touchEvent(self._stage.view, self.device).move(0, self._point(where), self._stage.view).commit()

    def release(self, where: str | QPoint | QPointF) -> None:
        """Take the finger away."""
        QTest.touchEvent(self._stage.view, self.device).release(0, self._point(where), self._stage.view).commit()
        QTest.qWait(1)

    def type(self, digits: str) -> None:
        """Press the keys of the keypad one after the other."""
        for digit in digits:
            self.tap(f"key-{digit}")

    def picture(self) -> QImage:
        """What the resident sees."""
        return self._stage.grab()

    def _stands(self, view: str) -> bool:
        page = self._stage.page
        if page is None or type(page.view).__name__ != view or not self._stage.root.property("settled"):
            return False
        if page.number != self._number:
            self._number = page.number
            self._ready_at = monotonic() + self._stage.display.debounce_ms / 1000 + SLACK_S
        return True

    def _wait_out(self, *moments: float) -> None:
        while (left := max(moments) - monotonic()) > 0:
            QTest.qWait(max(1, int(left * 1000)))

    def _point(self, where: str | QPoint | QPointF) -> QPoint:
        if isinstance(where, str):
            return self.middle(where)
        return where if isinstance(where, QPoint) else where.toPoint()
