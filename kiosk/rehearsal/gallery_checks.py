"""What a program can see of a screen: cut or overlapping words, small type, small or crowded keys, weak contrast.

Numbers from EN 301 549 5.1.4 (capitals of 7.3 mm at 600 mm: type of 10 mm), WCAG 2.2 1.4.3 (contrast 4.5:1; the
high-contrast theme keeps 7:1), 1.4.11 (controls 3:1), and studies of standing kiosks (keys of 20 mm).
"""

import math
import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from itertools import combinations

from PySide6.QtCore import QRect, QRectF
from PySide6.QtGui import QColor, QImage
from PySide6.QtQml import QQmlEngine, QQmlExpression
from PySide6.QtQuick import QQuickItem

from kiosk.rehearsal.tree import ancestors, is_target, is_text, items, place

TARGET_MM = 20.0
GAP_MM = 3.0
LATIN_MM = 10.0
HAN_MM = 8.0
CODES_MM = {"qr": 60.0, "photo-code": 24.0}
"""A wallet scans `qr` at arm's length; `photo-code` is short and photographed from near."""
SLACK_PX = 2.0
ABOVE, BELOW = 0.25, 0.12
RIGHT, CENTER = 2, 4
EDGE_MM = 2.0
"""How far inside or outside its place a control's edge is looked for; its shadow is wider and does not count."""
LATIN = re.compile(r"[A-Za-z0-9]")


class Sight:
    """What a person sees of `root`, the window's or, where something lies over it, that thing. It is found once: to ask
    Qt for it takes most of the checks' time."""

    def __init__(self, root: QQuickItem) -> None:
        self.window = place(root)
        self.items = list(items(root))
        texts = ((item, _ink(item)) for item in self.items if is_text(item) and not _in_picture(item))
        self.words = [(text, ink) for text, ink in texts if _shown(text, ink)]
        """With the place of their ink."""
        self.targets = [(item, place(item)) for item in self.items if is_target(item) and _reachable(item)]
        """What can be pressed, and where."""


def geometry(seen: Sight, px_per_mm: float) -> Iterator[str]:
    """What is wrong with places and sizes."""
    for text, ink in seen.words:
        yield from _cut(text, ink, seen.window)
        yield from _small(text, px_per_mm)
    for (one, here), (other, there) in combinations(seen.words, 2):
        if _cross(here, there):
            yield f"{_say(one)} overlaps {_say(other)}"
    for text, here in seen.words:
        for target, there in seen.targets:
            if _cross(here, there) and target not in ancestors(text):
                yield f"{_say(text)} lies under {target.objectName()}"
    yield from _targets(seen, px_per_mm)
    for item in seen.items:
        least = CODES_MM.get(item.objectName())
        if least is not None and not _in_picture(item):
            side = item.property("codeSide") / px_per_mm
            if side < least:
                yield f"{item.objectName()} is {side:.1f} mm, not {least:g}"


def contrasts(seen: Sight, picture: QImage, least: float) -> Iterator[str]:
    """Words that stand out less than `least`:1 from the ground they are painted on."""
    for text, ink in seen.words:
        found = contrast(QColor(text.property("color")), _ground(picture, ink))
        if found < least:
            yield f"{_say(text)} has contrast {found:.1f}:1, not {least:g}:1"


def edges(seen: Sight, picture: QImage, px_per_mm: float, least: float) -> Iterator[str]:
    """Controls whose frame or face stands out less than `least`:1 from what surrounds them.

    A `bare` one has neither: its words are held by `contrasts`, and its drawing must stand out from its ground.
    """
    for target, box in seen.targets:
        found = _drawing(picture, box) if target.property("bare") else _edge(picture, box, px_per_mm)
        if found < least:
            yield f"{target.objectName()} stands out {found:.1f}:1 from its ground, not {least:g}:1"


def contrast(one: QColor, other: QColor) -> float:
    """The contrast ratio of two colors, 1 to 21 (WCAG 2)."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(color: QColor) -> float:
    return _luminance_of(color.rgb())


@lru_cache(maxsize=10_000)
def _luminance_of(rgb: int) -> float:
    red, green, blue = (_linear((rgb >> shift & 0xFF) / 255) for shift in (16, 8, 0))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else math.pow((part + 0.055) / 1.055, 2.4)


def _edge(picture: QImage, box: QRectF, px_per_mm: float) -> float:
    """The weakest of the four sides, each at its middle: the ground outside against the strongest of what follows."""
    reach = round(EDGE_MM * px_per_mm)
    middle = box.center().toPoint()
    sides = (
        (round(box.left()), middle.y(), 1, 0),
        (round(box.right()) - 1, middle.y(), -1, 0),
        (middle.x(), round(box.top()), 0, 1),
        (middle.x(), round(box.bottom()) - 1, 0, -1),
    )
    weakest = 21.0
    for x, y, right, down in sides:
        ground = picture.pixelColor(x - right * reach, y - down * reach)
        line = {picture.pixel(x + right * step, y + down * step) for step in range(reach)}
        weakest = min(weakest, max(contrast(ground, QColor.fromRgb(color)) for color in line))
    return weakest


def _drawing(picture: QImage, box: QRectF) -> float:
    """The strongest of a control's upper half, where its drawing is, against the color there is most of."""
    upper = QRectF(box.left(), box.top(), box.width(), box.height() / 2).toAlignedRect()
    pixels = _colors(picture, upper.adjusted(0, 0, -1, -1), 2, 2)
    ground = QColor.fromRgb(pixels.most_common(1)[0][0])
    return max(contrast(ground, QColor.fromRgb(pixel)) for pixel in pixels)


def _ground(picture: QImage, ink: QRectF) -> QColor:
    box = ink.toAlignedRect().intersected(picture.rect())
    pixels = _colors(picture, box, max(1, box.width() // 60), max(1, box.height() // 12))
    return QColor.fromRgb(pixels.most_common(1)[0][0])


def _colors(picture: QImage, box: QRect, right: int, down: int) -> Counter[int]:
    """How often each color is there among every `right`th pixel of every `down`th line of `box`, counted in the
    picture's own memory: to ask for pixels one by one took most of the gallery's time."""
    if picture.depth() != 32:
        raise ValueError(f"a picture of {picture.depth()} bits a pixel")
    pixels = memoryview(picture.constBits()).cast("I")
    width = picture.bytesPerLine() // 4
    seen = box.intersected(picture.rect())
    found: Counter[int] = Counter()
    for y in range(seen.top(), seen.bottom() + 1, down):
        found.update(pixels[y * width + seen.left() : y * width + seen.right() + 1 : right])
    return found


def _ink(text: QQuickItem) -> QRectF:
    width, height = float(text.property("contentWidth")), float(text.property("contentHeight"))
    free = text.width() - width
    left = {RIGHT: free, CENTER: free / 2}.get(_alignment(text), 0.0) if free > SLACK_PX else 0.0
    em = text.property("font").pixelSize()  # the font's line is 1.45 em high; ink fills the middle of it
    return text.mapRectToScene(QRectF(left, ABOVE * em, width, height - (ABOVE + BELOW) * em))


def _alignment(text: QQuickItem) -> int:
    context = QQmlEngine.contextForObject(text)
    value, _ = QQmlExpression(context, text, "horizontalAlignment").evaluate()  # PySide cannot read it as a property
    return int(value)


def _cut(text: QQuickItem, ink: QRectF, window: QRectF) -> Iterator[str]:
    if text.property("truncated") or float(text.property("contentWidth")) > text.width() + SLACK_PX:
        yield f"{_say(text)} is wider than its place"
    if float(text.property("contentHeight")) > text.height() + SLACK_PX:
        yield f"{_say(text)} is higher than its place"
    if not _within(ink, window):
        yield f"{_say(text)} leaves the screen"
    for outer in ancestors(text):
        frame = place(outer)
        if outer.clip() and ink.intersects(frame) and not _within(ink, frame):
            yield f"{_say(text)} is cut by the page's edge"
        if is_target(outer) and not _within(ink, frame):
            yield f"{_say(text)} leaves its button {outer.objectName()}"


def _small(text: QQuickItem, px_per_mm: float) -> Iterator[str]:
    scale = text.mapRectToScene(QRectF(0, 0, 100, 100)).height() / 100
    em = text.property("font").pixelSize() * scale / px_per_mm
    least = LATIN_MM if LATIN.search(text.property("text")) else HAN_MM
    if em < least - 0.15:
        yield f"{_say(text)} is {em:.1f} mm type, not {least:g} mm"


def _targets(seen: Sight, px_per_mm: float) -> Iterator[str]:
    places = [(target.objectName(), box) for target, box in seen.targets]
    for name, box in places:
        if not name:
            yield f"a control at {box.x():.0f},{box.y():.0f} has no name"
        if min(box.width(), box.height()) < TARGET_MM * px_per_mm - SLACK_PX:
            yield f"{name} is {box.width() / px_per_mm:.1f} × {box.height() / px_per_mm:.1f} mm, not {TARGET_MM:g}"
        if not _within(box, seen.window):
            yield f"{name} leaves the screen"
    for (one, here), (other, there) in combinations(places, 2):
        apart = max(
            max(here.left(), there.left()) - min(here.right(), there.right()),
            max(here.top(), there.top()) - min(here.bottom(), there.bottom()),
        )
        if apart < GAP_MM * px_per_mm - SLACK_PX:
            yield f"{one} and {other} are {apart / px_per_mm:.1f} mm apart, not {GAP_MM:g}"


def _shown(text: QQuickItem, ink: QRectF) -> bool:
    return all(ink.intersects(place(outer)) for outer in ancestors(text) if outer.clip() or _outermost(outer))


def _reachable(target: QQuickItem) -> bool:
    box = place(target)
    return all(box.intersects(place(outer)) for outer in ancestors(target) if outer.clip())


def _outermost(item: QQuickItem) -> bool:
    return item.parentItem() is None


def _in_picture(item: QQuickItem) -> bool:
    return any(outer.property("picture") is True and outer.objectName() == "slip-paper" for outer in ancestors(item))


def _within(inner: QRectF, outer: QRectF) -> bool:
    return outer.adjusted(-SLACK_PX, -SLACK_PX, SLACK_PX, SLACK_PX).contains(inner)


def _cross(one: QRectF, other: QRectF) -> bool:
    both = one.intersected(other)
    return both.width() > SLACK_PX and both.height() > 3 * SLACK_PX


def _say(text: QQuickItem) -> str:
    words = str(text.property("text"))
    return f"“{words if len(words) <= 24 else words[:23] + '…'}”"
