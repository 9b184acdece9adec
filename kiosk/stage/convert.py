"""A page as maps, lists, text and small numbers: the only things that reach QML.

QML reads `undefined` from a nested struct and cuts an integer to 32 bits, so nothing is left to chance: money,
volumes and prices become text here, in the page's language, and what is absent becomes an empty text. Names turn from
`amount_fen` to `amount`, from `photo_code` to `photoCode`. A `code` becomes the address of its QR picture, and a
picture its own address and how high it is for its width.
"""

from decimal import Decimal
from functools import lru_cache
from typing import assert_never

import msgspec

from kiosk.slips.slip import Gap, Line, Pair, Qr, Rule, Slip, Text
from kiosk.stage.sheets import sheet_address
from kiosk.text.bilingual import Bilingual
from kiosk.text.catalogue import Catalogue, Said, catalogue
from kiosk.text.numbers import money, order_number, unit_price, volume
from kiosk.views.gas import BillPeriod
from kiosk.views.picture import Picture
from kiosk.views.view import Page, Position

Plain = str | bool | int | float | None | list["Plain"] | dict[str, "Plain"]


def property_name(field: str) -> str:
    """The QML property of a view's field: `amount_fen` is `amount`, `until_ms` is `untilMs`."""
    first, *rest = field.removesuffix("_fen").split("_")
    return first + "".join(word.capitalize() for word in rest)


def page_values(page: Page, url: str) -> dict[str, Plain]:
    """Everything the screen at `url` and the frame around it need to know of `page`."""
    words = catalogue(page.language)
    return {
        "number": page.number,
        "url": url,
        "view": type(page.view).__name__,
        "fields": fields(page.view, words),
        "direction": page.direction,
        "position": _position(page.position, words),
        "canGoBack": page.can_go_back,
        "canGoHome": page.can_go_home,
        "previous": page.previous or "",
        "language": page.language,
        "large": page.modes.large,
        "contrast": page.modes.contrast,
    }


def fields(value: msgspec.Struct, words: Catalogue) -> dict[str, Plain]:
    """The fields of a view, or of a struct inside one, by their QML names."""
    converted = {property_name(name): _value(name, getattr(value, name), words) for name in value.__struct_fields__}
    if isinstance(value, BillPeriod):
        converted["months"] = months(value.first_month, value.last_month, words)
    return converted


def months(first: str, last: str, words: Catalogue) -> str:
    """A period of whole months given as `YYYY-MM`, as people say it."""
    (year, month), (last_year, last_month) = first.split("-"), last.split("-")
    names = {"first": words.say(f"month.{int(month)}"), "last": words.say(f"month.{int(last_month)}")}
    if first == last:
        return words.say("months.one", year=year, first=names["first"])
    if year == last_year:
        return words.say("months.same_year", year=year, **names)
    return words.say("months.two_years", year=year, last_year=last_year, **names)


def slip_values(slip: Slip) -> list[Plain]:
    """A slip's lines as maps with a `kind`, for the paper drawn on the screen."""
    return [_slip_line(line) for line in slip.lines]


@lru_cache(maxsize=8)
def qr_address(content: str) -> str:
    """Where the stage's picture provider finds the QR code of `content`: its modules themselves, as hexadecimal rows.

    Called on the engine's thread: `qrcode` takes 90 ms to import.
    """
    import qrcode
    from qrcode.constants import ERROR_CORRECT_M

    code = qrcode.QRCode(border=0, error_correction=ERROR_CORRECT_M)
    code.add_data(content)
    code.make()
    size = len(code.modules)
    bits = "".join("1" if dark else "0" for row in code.modules for dark in row)
    return f"image://qr/{size}/{int(bits, 2):x}"


def _value(name: str, value: object, words: Catalogue) -> Plain:
    match value:
        case None:
            return ""
        case bool() | float():
            return value
        case str():
            return _text(name, value)
        case int():
            return _integer(name, value)
        case Decimal():
            return unit_price(value) if name == "unit_price" else volume(value)
        case Said():
            return words.tell(value)
        case Bilingual():
            return value.said(words.language)
        case Slip():
            return slip_values(value)
        case Picture():
            return {"source": sheet_address(value), "ratio": value.height / max(1, value.width)}
        case tuple():
            return [_value(name, item, words) for item in value]
        case msgspec.Struct():
            return fields(value, words)
        case _:
            raise TypeError(f"{name} cannot go to the screen: {type(value).__name__}")


def _text(name: str, value: str) -> str:
    if name == "code" or name.endswith("_code"):
        return qr_address(value)
    return order_number(value) if name == "order_no" else value


def _integer(name: str, value: int) -> Plain:
    if name.endswith("_fen"):
        return money(value)
    if name.endswith("_ms"):
        return float(value)
    if not -(2**31) <= value < 2**31:
        raise OverflowError(f"{name} is too large for the screen")
    return value


def _position(position: Position | None, words: Catalogue) -> Plain:
    if position is None:
        return None
    return {"step": position.step, "of": position.of, "name": words.say(position.name)}


def _slip_line(line: Line) -> Plain:
    match line:
        case Text():
            return {"kind": "text", "text": line.text, "align": line.align, "bold": line.bold, "size": line.size}
        case Pair():
            return {"kind": "pair", "left": line.left, "right": line.right, "bold": line.bold, "size": line.size}
        case Rule():
            return {"kind": "rule"}
        case Gap():
            return {"kind": "gap"}
        case Qr():
            return {"kind": "qr", "code": qr_address(line.text)}
        case _:
            assert_never(line)
