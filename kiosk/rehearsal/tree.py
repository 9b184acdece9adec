"""What stands on the stage, item by item."""

from collections.abc import Iterator

from PySide6.QtCore import QRectF
from PySide6.QtQuick import QQuickItem


def items(root: QQuickItem) -> Iterator[QQuickItem]:
    """`root` and everything visible in it, in painting order."""
    left = [root]
    while left:
        item = left.pop()
        if item.isVisible() and item.opacity() > 0:
            yield item
            left += reversed(item.childItems())


def ancestors(item: QQuickItem) -> Iterator[QQuickItem]:
    """What `item` stands in, from the inside out."""
    parent = item.parentItem()
    while parent is not None:
        yield parent
        parent = parent.parentItem()


def place(item: QQuickItem) -> QRectF:
    """Where `item` is in the window, in px."""
    return item.mapRectToScene(QRectF(0, 0, item.width(), item.height()))


def is_target(item: QQuickItem) -> bool:
    """Whether a finger may press `item` now."""
    return item.property("touchTarget") is True and item.isEnabled()


def is_text(item: QQuickItem) -> bool:
    """Whether `item` shows words."""
    return item.inherits("QQuickText") and bool(item.property("text"))
