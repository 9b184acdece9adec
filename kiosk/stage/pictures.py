"""Pictures the screens ask for by address: icons in a theme's colors, QR codes, and soft shadows.

The software renderer has no shader effects, so what other kiosks leave to the GPU is drawn here once and kept.

    image://icon/NAME/INK/SOFT            an icon of `assets/icons`; its lines and its tint as RRGGBB
    image://qr/SIZE/HEX                   a QR code, one pixel a module, no quiet zone
    image://shadow/RADIUS/BLUR/AARRGGBB   a 9-patch with a border of RADIUS + BLUR px
"""

from collections.abc import Callable
from importlib.resources import files

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtQml import QQmlEngine
from PySide6.QtQuick import QQuickImageProvider
from PySide6.QtSvg import QSvgRenderer
from typing_extensions import override

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
    for kind, draw in (("icon", icon), ("qr", qr_code), ("shadow", shadow)):
        engine.addImageProvider(kind, Pictures(draw))


def icon(address: str, side: int) -> QImage:
    """`assets/icons/NAME.svg` with the drawing's ink and tint replaced by the theme's."""
    name, ink, tint = address.split("/")
    svg = (files("assets") / "icons" / f"{name}.svg").read_text("utf-8")
    drawing = QSvgRenderer(QByteArray(svg.replace(INK, f"#{ink}").replace(TINT, f"#{tint}").encode()))
    image = _blank(side)
    painter = QPainter(image)
    drawing.render(painter)
    painter.end()
    return image


def qr_code(address: str, _: int) -> QImage:
    """The code whose modules the address spells; the screen enlarges it by a whole factor."""
    text, bits = address.split("/")
    side = int(text)
    modules = f"{int(bits, 16):0{side * side}b}"
    image = QImage(side, side, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.white)
    for place, module in enumerate(modules):
        if module == "1":
            image.setPixelColor(place % side, place // side, QColor(Qt.GlobalColor.black))
    return image


def shadow(address: str, _: int) -> QImage:
    """A shadow that fades over BLUR px outside a rounded rectangle; the color's alpha is its darkest point."""
    radius, blur, color = address.split("/")
    corner, fade, darkest = int(radius), int(blur), QColor(f"#{color}")
    side = 2 * (corner + fade) + 2
    image = _blank(side)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Source)
    for step in range(fade):
        near = (step + 1) / fade
        ring = QColor(darkest)
        ring.setAlphaF(darkest.alphaF() * near * near * (3 - 2 * near))
        painter.setBrush(ring)
        rounding = corner + fade - step
        painter.drawRoundedRect(QRectF(step, step, side - 2 * step, side - 2 * step), rounding, rounding)
    painter.end()
    return image


def _blank(side: int) -> QImage:
    image = QImage(side, side, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    return image
