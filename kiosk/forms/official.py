"""Somebody else's PDF: held against what may act, and answers laid over it. Used in the typesetting process alone."""

import io
from collections.abc import Callable

from pypdf import PageObject, PdfReader, PdfWriter
from pypdf.errors import PyPdfError
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject

from kiosk.forms.form import YES, Field, Spot
from kiosk.forms.paper import POINT_MM, is_a4, refuse_too_many
from kiosk.forms.wire import CannotError

Placed = tuple[Spot, str]
"""What stands where; a tick is `✓`."""
_DROPPED = ("/Annots", "/AA", "/B", "/Thumb", "/PieceInfo", "/Metadata")
_BROKEN = (
    PyPdfError,
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    OSError,
    RuntimeError,
    TypeError,
    ValueError,
)
"""What a PDF that is none has made pypdf raise."""


def cleaned(pdf: bytes, overlay: Callable[[list[tuple[float, float]]], bytes] | None) -> bytes:
    """The pages of an official PDF and nothing else of it. `overlay` makes a PDF to lay over them, told their sizes in
    mm. Raises `CannotError`."""
    try:
        reader = PdfReader(io.BytesIO(pdf))
        _refuse_active(reader)
        refuse_too_many(len(reader.pages))
        sizes = [_measured(page, number) for number, page in enumerate(reader.pages, 1)]
        over = PdfReader(io.BytesIO(overlay(sizes))) if overlay else None
        return _merged(reader, over)
    except _BROKEN as error:
        raise CannotError(f"the PDF cannot be read ({type(error).__name__})") from error


def _merged(reader: PdfReader, over: PdfReader | None) -> bytes:
    writer = PdfWriter()
    for number, page in enumerate(reader.pages):
        for name in _DROPPED:
            page.pop(name, None)
        copy = writer.add_page(page)
        if over is not None:
            copy.merge_page(over.pages[number])
    writer.metadata = None
    made = io.BytesIO()
    writer.write(made)
    return made.getvalue()


_ACTIVE = ("/JavaScript", "/JS", "/Launch", "/ImportData", "/SubmitForm", "/GoToE", "/RichMedia", "/XFA")
_ACTIVE_KEYS = (*_ACTIVE, "/EmbeddedFiles", "/EF")


def _refuse_active(reader: PdfReader) -> None:
    """A PDF that would do something is not repaired but refused: nobody knows what it is."""
    if reader.is_encrypted:
        raise CannotError("the PDF is encrypted")
    seen: set[tuple[int, int]] = set()
    waiting: list[object] = [reader.trailer]
    while waiting:
        item = waiting.pop()
        if isinstance(item, IndirectObject):
            if (item.idnum, item.generation) in seen:
                continue
            seen.add((item.idnum, item.generation))
            item = item.get_object()
        if isinstance(item, DictionaryObject):
            found = [key for key in item if key in _ACTIVE_KEYS] + [item.get("/S")]
            if active := [name for name in found if name in _ACTIVE_KEYS]:
                raise CannotError(f"the PDF has {active[0]} in it, which may act")
            waiting += dict.values(item)
        elif isinstance(item, ArrayObject):
            waiting += list.__iter__(item)


def _measured(page: PageObject, number: int) -> tuple[float, float]:
    """A page's size in mm. Raises `CannotError` unless it is A4, upright or across."""
    size = float(page.mediabox.width) * POINT_MM, float(page.mediabox.height) * POINT_MM
    if page.rotation or not is_a4(*size):
        raise CannotError(f"page {number} is {size[0]:.0f} × {size[1]:.0f} mm or turned, not A4")
    return size


def written(field: Field, answer: str) -> list[Placed]:
    """What of an answer stands where."""
    chosen = [choice.at for choice in field.choices if choice.value == answer]
    if chosen and chosen[0] is not None:
        return [(chosen[0], "✓")]
    if field.at is None or not answer:
        return []
    if field.kind == "checkbox":
        return [(field.at, "✓")] if answer == YES else []
    return [(field.at, _as_date(answer) if field.kind == "date" else answer)]


def _as_date(iso: str) -> str:
    year, month, day = iso.split("-")
    return f"{year}年{int(month)}月{int(day)}日"
