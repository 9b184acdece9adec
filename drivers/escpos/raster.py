"""Lines and QR codes drawn as pictures, for what the printer's own font cannot do."""

from functools import lru_cache

import qrcode
from escpos.image import EscposImage  # this module only: the rest of python-escpos parses its printer list on import
from PIL import Image, ImageDraw
from qrcode.constants import ERROR_CORRECT_M

from drivers.escpos import fonts, wire
from drivers.escpos.charset import Charset
from drivers.escpos.layout import Laid

COLUMN = 12
"""Dots of a half-width character at 203 dpi; a Han character is 24 by 24."""
LINE_GAP = 6
"""Dots below a line, as ESC/POS printers feed them (30 dots a line)."""
QR_DOTS = 176
"""22 mm."""
QUIET_MODULES = 4
BAND = 48
"""Rows of one raster command: small, so that a broken one spoils little and a status can be asked in between."""


def line_commands(line: Laid, dots: int, charset: Charset) -> tuple[bytes, ...]:
    """The line as raster, on the same column grid as printed text, and its space to the next line."""
    return commands(draw_line(line, dots, charset))


def draw_line(line: Laid, dots: int, charset: Charset) -> Image.Image:
    """A picture as wide as the paper, black on white."""
    cell = COLUMN * line.magnify
    height = 2 * cell
    width = charset.width_of(line.text) * cell
    picture = Image.new("1", (dots, height + LINE_GAP * min(line.magnify, 2)), 1)
    x = {"left": 0, "center": (dots - width) // 2, "right": dots - width}[line.align]
    for character in line.text:
        columns = charset.width(character)
        glyph = _glyph(character, columns, cell, line.bold)
        left = x if columns else x - cell  # a combining mark goes over the character before it
        picture.paste(0, (left, 0, left + glyph.width, glyph.height), glyph)
        x += columns * cell
    return picture


@lru_cache(maxsize=1024)
def _glyph(character: str, columns: int, cell: int, bold: bool) -> Image.Image:
    """One character in its cell, as a mask (255 is ink)."""
    height = 2 * cell
    width = max(columns, 1) * cell
    # A little smaller than the cell, so that descenders stay inside it.
    font = fonts.load(fonts.family_for(character), round(0.92 * height))
    length = max(width, round(font.getlength(character)))
    drawn = Image.new("L", (length, height), 0)
    pen = ImageDraw.Draw(drawn)
    for shift in range(max(2, cell // 8) if bold else 1):
        pen.text((length / 2 + shift, 0.8 * height), character, fill=255, font=font, anchor="ms")
    return drawn.resize((width, height)).point(lambda ink: 255 if ink > 115 else 0)


def qr_commands(text: str, dots: int) -> tuple[bytes, ...]:
    """A centered QR code of at least 20 mm, quiet zone around it."""
    return commands(draw_qr(text, dots))


def draw_qr(text: str, dots: int) -> Image.Image:
    """A picture as wide as the paper: printers center a picture or not, so the space is part of it."""
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=QUIET_MODULES)
    code.add_data(text)
    matrix = code.get_matrix()
    size = len(matrix)
    scale = min(-(-QR_DOTS // (size - 2 * QUIET_MODULES)), dots // size)
    modules = Image.new("1", (size, size), 1)
    modules.putdata([0 if dark else 1 for row in matrix for dark in row])
    modules = modules.resize((size * scale, size * scale), Image.Resampling.NEAREST)
    picture = Image.new("1", (dots, modules.height), 1)
    picture.paste(modules, ((dots - modules.width) // 2, 0))
    return picture


def commands(picture: Image.Image) -> tuple[bytes, ...]:
    """GS v 0 commands for a black-on-white picture, in bands that join without a seam."""
    image = EscposImage(picture)
    rows = image.to_raster_format()
    band = BAND * image.width_bytes
    return tuple(wire.raster(image.width_bytes, rows[at : at + band]) for at in range(0, len(rows), band))
