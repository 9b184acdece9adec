"""A slip as printer commands."""

from typing import assert_never

from drivers.escpos import wire
from drivers.escpos.charset import Charset
from drivers.escpos.layout import Blank, Laid, LaidQr, lay_out
from drivers.escpos.settings import EscPosSettings
from kiosk.slips.slip import Slip

PRINTER_MAGNIFIES_CHINESE = 2
"""FS ! knows twice the size and no more."""


TALL_GAP = 12
"""Dots below a tall line."""


def encode(slip: Slip, settings: EscPosSettings, charset: Charset) -> tuple[bytes, ...]:
    """Whole commands in order, the cut included. Text goes as text; only what the printer's font lacks is drawn,
    and only then is the drawing code loaded. May raise `fonts.FontError`."""
    out = [wire.INIT, wire.CHINESE_ON]
    now: tuple[object, ...] = ("left", False, 1)
    for piece in lay_out(slip, settings.columns, charset):
        match piece:
            case Blank():
                out.append(wire.LINE_FEED)
            case LaidQr(text=text):
                from drivers.escpos.raster import qr_commands

                out += qr_commands(text, settings.dots)
            case Laid():
                code = _as_text(piece, charset)
                if code is None:
                    from drivers.escpos.raster import line_commands

                    out += line_commands(piece, settings.dots, charset)
                    continue
                if now != (piece.align, piece.bold, piece.magnify):
                    now = (piece.align, piece.bold, piece.magnify)
                    out.append(wire.align(piece.align) + wire.style(piece.bold, piece.magnify))
                out.append(code + wire.LINE_FEED)
                if piece.magnify > 1:  # the next line would touch it
                    out.append(wire.feed_dots(TALL_GAP))
            case _:
                assert_never(piece)
    out.append(wire.align("left") + wire.style(False, 1) + wire.feed(settings.feed_lines))
    out.append(wire.cut(settings.cut))
    return tuple(command for command in out if command)


def _as_text(piece: Laid, charset: Charset) -> bytes | None:
    if piece.magnify > PRINTER_MAGNIFIES_CHINESE and not piece.text.isascii():
        return None
    return charset.encode(piece.text)
