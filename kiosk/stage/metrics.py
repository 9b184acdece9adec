"""Millimetres and pixels of the configured panel. The operating system's dpi is never asked: it is often wrong."""

from math import hypot

from kiosk.stage.settings import DisplaySettings

MM_PER_INCH = 25.4


def px_per_mm(display: DisplaySettings) -> float:
    """Pixels in a millimetre of the panel."""
    return hypot(display.width, display.height) / (display.diagonal_inch * MM_PER_INCH)


def sheet_width(display: DisplaySettings) -> int:
    """Pixels that a page of A4 is about as wide as on the panel: pictures of pages are made in that size."""
    return min(round(display.width * 0.86), round(display.height * 0.62 / 2**0.5))
