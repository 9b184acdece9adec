"""The typesetting process: `python -m kiosk.forms.worker`. It makes forms for one visit, and forgets them by ending.

A template is a program, and a PDF may be anything, so this runs apart from the terminal: with bounds on memory and
processor time, no core dump, no network that typst could fetch packages from, and no file to read but the form's own.
"""

import contextlib
import io
import os
import resource
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from kiosk.forms.form import YES, Field, Spot
from kiosk.forms.wire import Answer, Failed, Initials, Request, Sheets, Spelled, Typeset, frame, receive
from kiosk.views.picture import Picture

if TYPE_CHECKING:
    import typst

FONTS = ("/usr/share/fonts/opentype/noto", "/usr/share/fonts/truetype/hanazono")
"""Noto for what is usual, Hanazono for the rare characters of names."""
PACKAGES = "typst"
"""In `assets`: what templates import as `@local/…`."""
MOST_MEMORY = 3 << 30
"""Bytes of address space; fonts are mapped, not read."""
MOST_SECONDS = 120
"""Of processor time in one visit: what is left alone in a loop ends by itself."""
NOWHERE = "http://127.0.0.1:9"
A4_MM = (210.0, 297.0)
OVERLAY = "overlay.typ"


class CannotError(Exception):
    """The form cannot be made; the message is for staff."""


def main() -> None:
    """Serve requests from standard input until it ends."""
    _confine()
    pipe = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever prints shall not disturb the talk
    while (request := receive(sys.stdin.buffer)) is not None:
        pipe.write(frame(answer(request)))
        pipe.flush()


def answer(request: Request) -> Answer:
    """Do what is asked. Raises nothing."""
    try:
        match request:
            case Initials(titles=titles):
                return Spelled(initials=tuple(initials(title) for title in titles))
            case Typeset():
                pdf = _official(request) if request.official else _template(request)
                return Sheets(pdf=pdf, pictures=_pictures(pdf, request.width, request.mono))
    except CannotError as error:
        return Failed(why=str(error))
    except MemoryError:
        return Failed(why="it takes too much memory")
    except Exception as error:  # a hostile PDF has many ways; what it says may quote the answers
        return Failed(why=f"it cannot be read ({type(error).__name__})")


def initials(title: str) -> str:
    """`老龄补贴年审` as `llbtns`; digits and Latin letters stay, all else is left out."""
    from pypinyin import Style, lazy_pinyin

    spelled = "".join(lazy_pinyin(title, style=Style.FIRST_LETTER)).lower()
    return "".join(letter for letter in spelled if letter.isascii() and letter.isalnum())


def _confine() -> None:
    for kind, most in (
        (resource.RLIMIT_AS, MOST_MEMORY),
        (resource.RLIMIT_CPU, MOST_SECONDS),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
    ):
        with contextlib.suppress(ValueError, OSError):  # a stricter one is there already
            resource.setrlimit(kind, (most, most))
    for scheme in ("http", "https", "all"):
        os.environ[f"{scheme}_proxy"] = os.environ[f"{scheme.upper()}_PROXY"] = NOWHERE


@cache
def _compiler() -> "typst.Compiler":
    import typst

    from kiosk.resources import HOUSE

    packages = HOUSE.icons.parent / PACKAGES
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=list(FONTS))
    return typst.Compiler(
        b"", root=str(packages), font_paths=fonts, package_path=str(packages), package_cache_path=os.devnull
    )


def _template(request: Typeset) -> bytes:
    return _compile(Path(request.folder, "form.typ").read_bytes(), request.folder, _inputs(request))


def _inputs(request: Typeset) -> dict[str, object]:
    return {
        "number": request.number,
        "title": request.title,
        "hall": {"name": request.hall.name, "phone": request.hall.phone},
        "answers": request.answers,
        "choices": {
            field.key: [{"value": choice.value, "label": choice.label} for choice in field.choices]
            for field in request.fields
            if field.choices
        },
    }


def _compile(source: bytes, root: str, inputs: dict[str, object]) -> bytes:
    import typst

    told = {"form": msgspec.json.encode(inputs).decode()}
    try:
        pdf = _compiler().compile(source, root=root, sys_inputs=told, timestamp=0, pdf_tags=False)
    except typst.TypstError as error:
        raise CannotError(f"the template does not compile: {error.message}") from error
    if not isinstance(pdf, bytes):
        raise CannotError("the template makes no PDF")
    return pdf


def _official(request: Typeset) -> bytes:
    """An official PDF without anything in it that acts, the answers written over it."""
    import pypdf

    reader = pypdf.PdfReader(io.BytesIO(Path(request.folder, "form.pdf").read_bytes()))
    _refuse_active(reader)
    writer = pypdf.PdfWriter()
    pages = [_measured(page, number) for number, page in enumerate(reader.pages, 1)]
    over = pypdf.PdfReader(io.BytesIO(_overlay(request, pages))) if any(request.answers.values()) else None
    for number, page in enumerate(reader.pages):
        for name in ("/Annots", "/AA", "/B", "/Thumb", "/PieceInfo", "/Metadata"):
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


def _refuse_active(reader: "pypdf.PdfReader") -> None:
    """A PDF that would do something is not repaired but refused: nobody knows what it is."""
    from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject

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


def _measured(page: "pypdf.PageObject", number: int) -> tuple[float, float]:
    """A page's size in mm. Raises `CannotError` unless it is A4, upright or across."""
    point = 25.4 / 72
    size = float(page.mediabox.width) * point, float(page.mediabox.height) * point
    upright = tuple(sorted(size))
    if page.rotation or any(abs(side - wanted) > 1 for side, wanted in zip(upright, A4_MM, strict=True)):
        raise CannotError(f"page {number} is {size[0]:.0f} × {size[1]:.0f} mm or turned, not A4")
    return size


def _overlay(request: Typeset, pages: list[tuple[float, float]]) -> bytes:
    boxes: list[list[dict[str, object]]] = [[] for _ in pages]
    for field in request.fields:
        for spot, text in _written(field, request.answers.get(field.key, "")):
            if spot.page <= len(pages):
                at = {"x": spot.x, "y": spot.y, "width": spot.width, "height": spot.height}
                boxes[spot.page - 1].append({**at, "text": text})
    drawn = [
        {"width": width, "height": height, "boxes": on}
        for (width, height), on in zip(pages, boxes, strict=True)
    ]
    from kiosk.resources import HOUSE

    folder = HOUSE.icons.parent / PACKAGES
    return _compile((folder / OVERLAY).read_bytes(), str(folder), {"pages": drawn})


def _written(field: Field, answer: str) -> list[tuple[Spot, str]]:
    """What of an answer stands where; a tick is `✓`."""
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


def _pictures(pdf: bytes, width: int, mono: bool) -> tuple[Picture, ...]:
    import pypdfium2

    document = pypdfium2.PdfDocument(pdf)
    return tuple(_picture(page, width, mono) for page in document)


def _picture(page: "pypdfium2.PdfPage", width: int, mono: bool) -> Picture:
    bitmap = page.render(scale=width / page.get_width(), grayscale=mono, rev_byteorder=True, no_smoothpath=False)
    depth = bitmap.n_channels
    rows = bytes(bitmap.buffer)
    used = bitmap.width * depth
    if bitmap.stride != used:
        rows = b"".join(rows[start : start + used] for start in range(0, len(rows), bitmap.stride))
    if depth not in (1, 3):
        raise CannotError("a page has no colors that can be shown")
    return Picture(bitmap.width, bitmap.height, 1 if depth == 1 else 3, rows)


if __name__ == "__main__":
    main()
