"""The typesetting process: `python -m kiosk.forms.worker FOLDER…`. It makes forms of those folders for one visit, and
forgets them by ending.

A template is a program, and a PDF may be anything, and either may come from the hub: so this runs apart from the
terminal, with bounds on memory and processor time, no core dump, no file to read but forms, fonts and its own program,
none to write, no other program to run, and nothing to connect to. What comes out is A4 pages and pictures of them.
"""

import contextlib
import os
import resource
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import msgspec

from kiosk.forms.confinement import confine
from kiosk.forms.paper import POINT_MM, is_a4, refuse_too_many
from kiosk.forms.wire import (
    Answer,
    Begun,
    CannotError,
    Failed,
    Request,
    Sheets,
    Spell,
    Spelled,
    Typeset,
    frame,
    receive,
)
from kiosk.text.initials import spell
from kiosk.views.picture import Picture

if TYPE_CHECKING:
    import pypdfium2
    import typst

    from kiosk.forms.official import Placed

FONTS = ("/usr/share/fonts/opentype/noto", "/usr/share/fonts/truetype/hanazono")
"""Noto for what is usual, Hanazono for the rare characters of names."""
PACKAGES = "typst"
"""In `assets`: what templates import as `@local/…`."""
MOST_MEMORY = 3 << 30
"""Bytes of address space; fonts are mapped, not read."""
MOST_SECONDS = 120
"""Of processor time for all that one process is asked: what is left alone in a loop ends by itself."""
NOWHERE = "http://127.0.0.1:9"
OVERLAY = "overlay.typ"


def main() -> None:
    """Serve requests from standard input until it ends."""
    _bound()
    begun = Begun(missing=confine(map(Path, sys.argv[1:])))
    pipe = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever prints shall not disturb the talk
    _say(pipe, begun)
    while (request := receive(sys.stdin.buffer)) is not None:
        _say(pipe, answer(request))


def answer(request: Request) -> Answer:
    """Do what is asked. Raises nothing."""
    try:
        match request:
            case Spell(titles=titles):
                return Spelled(spelled=tuple(map(spell, titles)))
            case Typeset():
                pdf = _official(request) if request.official else _template(request)
                return Sheets(pdf=pdf, pictures=_pictures(pdf, request.width, request.mono))
    except CannotError as error:
        return Failed(why=str(error))
    except MemoryError:
        return Failed(why="it takes too much memory")


def _say(pipe: BinaryIO, said: Answer) -> None:
    pipe.write(frame(said))
    pipe.flush()


def _bound() -> None:
    for kind, most in (
        (resource.RLIMIT_AS, MOST_MEMORY),
        (resource.RLIMIT_CPU, MOST_SECONDS),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
    ):
        with contextlib.suppress(ValueError, OSError):  # a stricter one is there already
            resource.setrlimit(kind, (most, most))
    for scheme in ("http", "https", "all"):  # where the kernel gives it no network of its own
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
    return _compile(
        Path(request.folder, "form.typ").read_bytes(), request.folder, _inputs(request), quiet=bool(request.answers)
    )


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


def _compile(source: bytes, root: str, inputs: dict[str, object], *, quiet: bool) -> bytes:
    """A template as PDF. What it says of its failure may quote an answer: with `quiet` it is not repeated."""
    import typst

    told = {"form": msgspec.json.encode(inputs).decode()}
    try:
        pdf = _compiler().compile(source, root=root, sys_inputs=told, timestamp=0, pdf_tags=False)
    except typst.TypstError as error:
        raise CannotError(f"the template does not compile{'' if quiet else f': {error.message}'}") from error
    if not isinstance(pdf, bytes):
        raise CannotError("the template makes no PDF")
    return pdf


def _official(request: Typeset) -> bytes:
    """An official PDF without anything in it that acts, the answers written over it."""
    from kiosk.forms.official import cleaned, written  # a third of a second, and most forms are none

    pdf = Path(request.folder, "form.pdf").read_bytes()
    placed = [spot for field in request.fields for spot in written(field, request.answers.get(field.key, ""))]
    return cleaned(pdf, (lambda pages: _overlay(placed, pages)) if placed else None)


def _overlay(placed: "list[Placed]", pages: list[tuple[float, float]]) -> bytes:
    from kiosk.resources import HOUSE

    drawn = [
        {
            "width": width,
            "height": height,
            "boxes": [
                {"x": spot.x, "y": spot.y, "width": spot.width, "height": spot.height, "text": text}
                for spot, text in placed
                if spot.page == number
            ],
        }
        for number, (width, height) in enumerate(pages, 1)
    ]
    folder = HOUSE.icons.parent / PACKAGES
    return _compile((folder / OVERLAY).read_bytes(), str(folder), {"pages": drawn}, quiet=True)


def _pictures(pdf: bytes, width: int, mono: bool) -> tuple[Picture, ...]:
    import pypdfium2

    document = pypdfium2.PdfDocument(pdf)
    refuse_too_many(len(document))
    pages = list(document)
    for number, page in enumerate(pages, 1):
        size = page.get_width() * POINT_MM, page.get_height() * POINT_MM
        if not is_a4(*size):
            raise CannotError(f"page {number} is {size[0]:.0f} × {size[1]:.0f} mm, not A4")
    return tuple(_picture(page, width, mono) for page in pages)


def _picture(page: "pypdfium2.PdfPage", width: int, mono: bool) -> Picture:
    bitmap = page.render(scale=width / page.get_width(), grayscale=mono, rev_byteorder=True)
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
