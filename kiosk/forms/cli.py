"""`kiosk forms`: look at the forms of a folder as the terminal will, without a terminal."""

import argparse
import asyncio
import sys
from collections.abc import Iterable
from pathlib import Path

from kiosk.forms.catalogue import Catalogue, FormError
from kiosk.forms.checking import checked
from kiosk.forms.settings import HOUSE_FORMS
from kiosk.forms.typesetter import typesetter
from kiosk.forms.wire import Hall, Sheets
from kiosk.ledger.errors import LedgerError
from kiosk.ledger.reading import reading
from kiosk.ledger.tables import matters_where
from kiosk.protocol.forms import NOT_TOLD, FormRow

SECONDS = 30.0
WIDTH_PX = 1240
"""Of a page at 150 dpi."""


def forms_command(argv: list[str]) -> int:
    """`kiosk forms check|draw|sheets`; 1 when a form is left out or cannot be drawn."""
    parser = argparse.ArgumentParser(prog="kiosk forms", description="Look at the forms that the terminal prints.")
    does = parser.add_subparsers(dest="does", required=True)
    check = does.add_parser("check", help="make every form once, as the terminal does at its start")
    draw = does.add_parser("draw", help="make one form, as PDF and as pictures at 150 dpi")
    for command in (check, draw):
        command.add_argument("--folder", type=Path, default=HOUSE_FORMS, help="those of the house when left out")
    draw.add_argument("number")
    draw.add_argument("--filled", action="store_true", help="with the samples of its fields filled in")
    draw.add_argument("--out", type=Path, required=True, help="folder for the files; made if missing")
    draw.add_argument("--hall", default="", help="the hall's name at its head and foot")
    sheets = does.add_parser("sheets", help="how much of each form was printed")
    sheets.add_argument("--data", type=Path, default=Path("var/ledger"), help="the terminal's ledger folder")
    options = parser.parse_args(argv)
    if options.does == "sheets":
        return _sheets(options.data)
    if options.does == "draw":
        return asyncio.run(_draw(options))
    return asyncio.run(_check(options.folder))


async def _check(folder: Path) -> int:
    catalogue, flaws = await checked([folder], lambda: typesetter(Hall(name="", phone=""), 200, SECONDS, [folder]))
    for form in catalogue.forms:
        filled = _count(len(form.fields), "field") if form.fields else "blank only"
        _say(f"{form.number:>6}  {form.file.title}  {_count(form.file.pages, 'page')}, {filled}  ({form.spelled})")
    for flaw in flaws:
        _say(f"left out: {flaw}")
    return 1 if flaws or not catalogue.forms else 0


async def _draw(options: argparse.Namespace) -> int:
    out: Path = options.out
    hall = Hall(name=options.hall, phone="")
    catalogue, flaws = await checked([options.folder], lambda: typesetter(hall, 200, SECONDS, [options.folder]))
    form = catalogue.find(options.number)
    if form is None:
        _say(*(flaws or [f"there is no form {options.number}; there are {_numbers(catalogue)}"]))
        return 1
    answers = {field.key: field.sample for field in form.fields} if options.filled else {}
    async with typesetter(hall, WIDTH_PX, SECONDS, [options.folder]) as made:
        try:
            sheets = await made.sheets(form, answers)
        except FormError as error:
            _say(*error.lines)
            return 1
    for path in save(sheets, out, options.number):
        _say(str(path))
    return 0


def save(sheets: Sheets, out: Path, name: str) -> Iterable[Path]:
    """Write `NAME.pdf` and `NAME-N.png` into a folder, made if missing; their paths."""
    from PIL import Image

    out.mkdir(parents=True, exist_ok=True)
    paths = [out / f"{name}.pdf"]
    paths[0].write_bytes(sheets.pdf)
    for number, page in enumerate(sheets.pictures, 1):
        paths.append(out / f"{name}-{number}.png")
        mode = "L" if page.depth == 1 else "RGB"
        Image.frombytes(mode, (page.width, page.height), page.pixels).save(paths[-1])
    return paths


def _sheets(folder: Path) -> int:
    prints: dict[str, list[FormRow]] = {}
    try:
        with reading(folder) as db:
            for row in matters_where(db, FormRow, {}):
                prints.setdefault(row.number, []).append(row)
    except (LedgerError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    for number, rows in sorted(prints.items(), key=lambda item: -sheets_of(item[1])):
        doubtful = sum(row.state not in ("printed", "not_printed") for row in rows)
        doubt = f", {doubtful} not known" if doubtful else ""
        _say(f"{number:>6}  {sheets_of(rows)} sheets in {sum(row.state == 'printed' for row in rows)} prints{doubt}")
    return 0


def sheets_of(rows: Iterable[FormRow]) -> int:
    """How many sheets came out, as far as is known."""
    return sum(
        row.sheets if row.came == NOT_TOLD else row.came for row in rows if row.state in ("printed", "not_printed")
    )


def _count(number: int, of: str) -> str:
    return f"{number} {of}" if number == 1 else f"{number} {of}s"


def _numbers(catalogue: Catalogue) -> str:
    return ", ".join(form.number for form in catalogue.forms) or "none"


def _say(*lines: str) -> None:
    sys.stdout.write("".join(f"{line}\n" for line in lines))
