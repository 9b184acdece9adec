"""What a keyboard meets on a screen: Tab comes to every control, leaves it again, and shows where it is.

EN 301 549 5.1.6 (every function without sight, no focus trap); WCAG 2.2 2.4.7 and 1.4.11 (a focus mark of 3:1).
"""

from collections.abc import Iterator

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QImage
from PySide6.QtQuick import QQuickItem
from PySide6.QtTest import QTest

from kiosk.rehearsal.gallery_checks import contrast
from kiosk.rehearsal.tree import ancestors, is_target, items, place
from kiosk.stage.window import StageWindow

MOST = 60
"""More presses of Tab than any screen has controls."""
LEAST = 3.0
REACH_MM = 3.0
"""How far around a control its mark is looked for."""
THICK_PX = 4
"""The least of a mark, across."""
PAGERS = {"page-up", "page-down"}
"""A page of a list turns by itself when Tab comes to it, so one of the two may be gone by then."""


def walk(stage: StageWindow, shown: QQuickItem, px_per_mm: float, *, marks: bool) -> Iterator[str]:
    """Press Tab around `shown` (the window's root or what lies over it); what is wrong. `marks`: look at those too."""
    there = {item.objectName() for item in items(shown) if is_target(item)}
    reached: list[str] = []
    before: QQuickItem | None = None
    for _ in range(MOST):
        QTest.keyClick(stage.view, Qt.Key.Key_Tab)
        item = stage.view.activeFocusItem()
        if item is None or not is_target(item):
            yield "Tab comes to something that is no control"
            return
        if item is before and len(there) > 1:
            yield f"{item.objectName()} keeps the focus"
            return
        if item.objectName() in reached:
            break
        before = item
        reached.append(item.objectName())
        if there & PAGERS:  # another page of the list may have come
            there |= {one.objectName() for one in items(shown) if is_target(one)}
        if not _in_sight(item):
            yield f"{item.objectName()} has the focus out of sight"
        elif marks and (found := _mark(stage, item, px_per_mm)) < THICK_PX:
            yield f"the focus mark of {item.objectName()} is {found} px thick at {LEAST:g}:1, not {THICK_PX}"
    missing = there - set(reached)
    if missing & PAGERS and not PAGERS & set(reached):
        yield "Tab does not come to what turns the pages"
    for name in sorted(missing - PAGERS):
        yield f"Tab does not come to {name}"
    for name in sorted(set(reached) - there):
        yield f"Tab comes to {name}, which lies under what is shown"


def _in_sight(item: QQuickItem) -> bool:
    box = place(item)
    return all(place(outer).adjusted(-1, -1, 1, 1).contains(box) for outer in ancestors(item) if outer.clip())


def _mark(stage: StageWindow, item: QQuickItem, px_per_mm: float) -> int:
    """The thinnest of the four sides, each at its middle: px that the mark changes by at least `LEAST`:1."""
    ring = next(one for one in items(stage.root) if one.objectName() == "focus-ring")
    stage.grab()  # lets the page settle
    marked = stage.grab()
    ring.setOpacity(0)
    plain = stage.grab()
    ring.setOpacity(1)
    return min(_changed(plain, marked, place(item), side, round(REACH_MM * px_per_mm)) for side in range(4))


def _changed(plain: QImage, marked: QImage, box: QRectF, side: int, reach: int) -> int:
    middle = box.center().toPoint()
    count = 0
    for step in range(-reach, reach):
        x, y = (
            (round(box.left()) + step, middle.y()),
            (round(box.right()) + step, middle.y()),
            (middle.x(), round(box.top()) + step),
            (middle.x(), round(box.bottom()) + step),
        )[side]
        if plain.rect().contains(x, y) and contrast(plain.pixelColor(x, y), marked.pixelColor(x, y)) >= LEAST:
            count += 1
    return count
