"""Pictures the screens ask for by address: icons in a theme's colors, QR codes, and soft shadows.

The software renderer has no shader effects, so what other kiosks leave to the GPU is drawn here once and kept.

    image://icon/NAME/INK/SOFT            an icon of the house or of a package; its lines and its tint as RRGGBB
    image://qr/SIZE/HEX                   a QR code, one pixel a module, no quiet zone
    image://sheet/NUMBER                   a page's own picture, see `kiosk.stage.sheets`
    image://shadow/SIDE/RADIUS/BLUR/AARRGGBB   one side of a rim, RADIUS + BLUR px wide; left and right have the corners
"""

from collections.abc import Callable
from functools import lru_cache

from PySide6.QtCore import QByteArray, QSize
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtQml import QQmlEngine
from PySide6.QtQuick import QQuickImageProvider
from PySide6.QtSvg import QSvgRenderer
from typing_extensions import override

from kiosk import resources
from kiosk.stage.sheets import sheet

INK = "#123456"
TINT = "#abcdef"


class Pictures(QQuickImageProvider):
    """One kind of picture, drawn by a function of the address and the width asked for (px)."""

    def __init__(self, draw: Callable[[str, int], QImage]) -> None:
        super().__init__(QQuickImageProvider.ImageType.Image)
        self._draw = draw

    @override
    def requestImage(self, address: str, size: QSize, requested: QSize) -> QImage:
        return self._draw(address, max(1, requested.width()))


def provide(engine: QQmlEngine) -> None:
    """Let the screens of `engine` ask for every kind."""
    for kind, draw in (("icon", icon), ("qr", qr_code), ("sheet", page_picture), ("shadow", shadow)):
        engine.addImageProvider(kind, Pictures(draw))


def icon(address: str, side: int) -> QImage:
    """The drawing NAME with its ink and tint replaced by the theme's."""
    name, ink, tint = address.split("/")
    svg = resources.icon(name).read_text("utf-8")
    image = _blank(side)
    painter = QPainter(image)
    _render(svg.replace(INK, f"#{ink}").replace(TINT, f"#{tint}"), painter)
    painter.end()
    return image


def qr_code(address: str, _: int) -> QImage:
    """The code whose modules the address spells; the screen enlarges it by a whole factor."""
    text, bits = address.split("/")
    side = int(text)
    modules = f"{int(bits, 16):0{side * side}b}"
    image = QImage(side, side, QImage.Format.Format_RGB32)
    image.fill("white")
    for place, module in enumerate(modules):
        if module == "1":
            image.setPixelColor(place % side, place // side, QColor("black"))
    return image


def page_picture(address: str, width: int) -> QImage:
    """The picture NUMBER, no wider than asked for; white when its page has gone meanwhile."""
    picture = sheet(int(address))
    if picture is None:
        gone = QImage(1, 1, QImage.Format.Format_RGB32)
        gone.fill("white")
        return gone
    kind = QImage.Format.Format_Grayscale8 if picture.depth == 1 else QImage.Format.Format_RGB888
    image = QImage(picture.pixels, picture.width, picture.height, picture.width * picture.depth, kind)
    if 1 < width < picture.width:
        from PySide6.QtCore import Qt  # not before it is needed: see `_blank`

        return image.scaledToWidth(width, Qt.TransformationMode.SmoothTransformation)
    return image.copy()


def shadow(address: str, _: int) -> QImage:
    """A side of the shadow that fades over BLUR px outside a rounded rectangle; its darkest point is the color."""
    side, radius, blur, color = address.split("/")
    rim = int(radius) + int(blur)
    whole = _whole_shadow(int(radius), int(blur), color)
    match side:
        case "left":
            return whole.copy(0, 0, rim, whole.height())
        case "right":
            return whole.copy(whole.width() - rim, 0, rim, whole.height())
        case "top":
            return whole.copy(rim, 0, 1, rim)
        case _:
            return whole.copy(rim, whole.height() - rim, 1, rim)


@lru_cache(maxsize=4)
def _whole_shadow(corner: int, fade: int, color: str) -> QImage:
    darkest, hue = int(color[:2], 16) / 255, color[2:]
    side = 2 * (corner + fade) + 2
    rings = []
    for step in range(fade):
        near = (step + 1) / fade
        opacity = darkest * near * near * (3 - 2 * near)
        width, rounding = side - 2 * step, corner + fade - step
        rings.append(
            f'<rect x="{step}" y="{step}" width="{width}" height="{width}" rx="{rounding}" '
            f'fill="#{hue}" fill-opacity="{opacity:.5f}"/>'
        )
    image = _blank(side)
    painter = QPainter(image)
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Source)  # each ring in place of the one before
    _render(f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}">{"".join(rings)}</svg>', painter)
    painter.end()
    return image


def _render(svg: str, painter: QPainter) -> None:
    QSvgRenderer(QByteArray(svg.encode())).render(painter)


def _blank(side: int) -> QImage:
    nothing = bytes(4 * side * side)  # fill() and brushes make PySide build all of QtCore.Qt: 20 ms
    return QImage(nothing, side, side, QImage.Format.Format_ARGB32_Premultiplied).copy()
