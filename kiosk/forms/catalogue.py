"""The forms of a hall, read from a folder. A form with a flaw is left out and named; the others go on.

FOLDER/departments.toml        [[department]] id, name, name_en
FOLDER/NUMBER/form.toml        see `kiosk.forms.form`
FOLDER/NUMBER/form.typ         a template of ours, with what it needs beside it, or
FOLDER/NUMBER/form.pdf         an official PDF; answers are written over it

What the hub gives is such a folder, too, laid over the hall's: a form counts unless it has a flaw; then one of the same
number beneath it does.
"""

import os
import stat
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TypeVar

import msgspec

from kiosk.config_source import read
from kiosk.config_walk import Problem, Walk, show
from kiosk.forms.form import Department, Field, Form, FormFile, Spot
from kiosk.protocol.form_files import DEPARTMENTS, DESCRIPTION, OFFICIAL, TEMPLATE

T = TypeVar("T", bound=msgspec.Struct)

MOST_FORMS = 1000
MOST_FILES = 64
MOST_BYTES = 16_000_000
"""Of one form's folder."""


class FormError(ValueError):
    """What is wrong with a form or with the folder, one line each, for staff and logs; nothing personal."""

    def __init__(self, *lines: str) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines


class Catalogue(msgspec.Struct, frozen=True, kw_only=True):
    """The forms that can be offered, each number once, in the order of their ranks."""

    forms: tuple[Form, ...] = ()
    departments: tuple[Department, ...] = ()
    """Those that have a form, in the hall's order."""

    def find(self, number: str) -> Form | None:
        """The form with that number."""
        return next((form for form in self.forms if form.number == number), None)

    def without(self, numbers: Collection[str]) -> "Catalogue":
        """The same without some forms, and without departments that have no other."""
        return catalogue_of((form for form in self.forms if form.number not in numbers), self.departments)

    def by_use(self, printed: Mapping[str, int]) -> tuple[Form, ...]:
        """What is printed most comes first; what was printed as often keeps its rank."""
        return tuple(sorted(self.forms, key=lambda form: -printed.get(form.number, 0)))


class Layers(msgspec.Struct, frozen=True, kw_only=True):
    """What lies in folders over one another."""

    forms: dict[str, list[Form]]
    """By number, what counts first."""
    departments: tuple[Department, ...]
    flaws: tuple[str, ...]
    """A line for each mistake."""


def read_layers(*folders: Path) -> Layers:
    """The forms of folders, of which each is laid over those before it. One that cannot be read has no forms."""
    flaws: list[str] = []
    known: dict[str, Department] = {}
    places: list[Path] = []
    for folder in folders:
        try:
            known |= _departments(folder, needed=folder is folders[0])
            here = [path for path in folder.iterdir() if not path.name.startswith((".", DEPARTMENTS))]
        except FormError as error:
            flaws += error.lines
        except OSError as error:
            flaws.append(f"{folder}: {error.strerror}")
        else:
            if len(here) > MOST_FORMS:
                flaws.append(f"{folder}: {len(here)} forms, allowed at most {MOST_FORMS}")
            else:
                places += sorted(here)
    forms: dict[str, list[Form]] = {}
    for place in places:
        try:
            forms.setdefault(place.name, []).insert(0, read_form(place, known))
        except FormError as error:
            flaws += error.lines
    sound = {number: each for number, each in forms.items() if each}
    return Layers(forms=sound, departments=tuple(known.values()), flaws=tuple(flaws))


def read_forms(*folders: Path) -> tuple[Catalogue, tuple[str, ...]]:
    """The catalogue as far as reading it tells, and a line for each mistake."""
    read = read_layers(*folders)
    return catalogue_of((each[0] for each in read.forms.values()), read.departments), read.flaws


def catalogue_of(forms: Iterable[Form], departments: Iterable[Department]) -> Catalogue:
    """`forms` by rank, with the departments that have one."""
    ranked = tuple(sorted(forms, key=lambda form: (form.file.rank, form.number)))
    used = {form.file.department for form in ranked}
    return Catalogue(forms=ranked, departments=tuple(department for department in departments if department.id in used))


def read_form(folder: Path, departments: Iterable[str]) -> Form:
    """One form. Raises `FormError` with everything that is wrong in its description, or the first thing wrong with
    its folder."""
    files = _files(folder)
    drawn = sorted({TEMPLATE, OFFICIAL} & files)
    path = folder / DESCRIPTION
    file = _described(path, FormFile)
    official = drawn == [OFFICIAL]
    lines = [*_misplaced(folder, file, departments)]
    if len(drawn) != 1:
        lines.append(f"{folder}: found {' and '.join(drawn) or 'neither'}, allowed {TEMPLATE} or {OFFICIAL}")
    if official:
        lines += [f"{path}: field {field.key} has no place on the PDF (at)" for field in file.field if _nowhere(field)]
    if lines:
        raise FormError(*lines)
    return Form(file=file, folder=folder, official=official, spelled=file.pinyin)


def _misplaced(folder: Path, file: FormFile, departments: Iterable[str]) -> Iterator[str]:
    if file.number != folder.name:
        yield f"{folder / DESCRIPTION}: number: found {show(file.number)}, allowed {show(folder.name)}, its folder"
    if file.department not in departments:
        yield f"{folder / DESCRIPTION}: department: found {show(file.department)}, allowed one of {DEPARTMENTS}"


def _nowhere(field: Field) -> bool:
    places: list[Spot | None] = [field.at] if not field.choices else [choice.at for choice in field.choices]
    return any(place is None for place in places)


class _Departments(msgspec.Struct, frozen=True, kw_only=True):
    department: tuple[Department, ...]


def _departments(folder: Path, *, needed: bool) -> dict[str, Department]:
    path = folder / DEPARTMENTS
    if not needed and not path.exists():
        return {}
    return {department.id: department for department in _described(path, _Departments).department}


def _described(path: Path, kind: type[T]) -> T:
    """A TOML file as a struct. Raises `FormError` with every mistake in it."""
    source = read(path)
    if isinstance(source, Problem):
        raise FormError(_line(path, source))
    walk = Walk(path.parent)
    built = walk.struct(source.tables, kind, ())
    if not isinstance(built, kind):
        located = [msgspec.structs.replace(problem, line=source.line_of(problem.key)) for problem in walk.problems]
        raise FormError(*(_line(path, problem) for problem in sorted(located, key=lambda p: p.line or 0)))
    return built


def _line(path: Path, problem: Problem) -> str:
    place = str(path) if problem.line is None else f"{path}:{problem.line}"
    key = ".".join(str(part + 1) if isinstance(part, int) else part for part in problem.key)
    meant = f"; did you mean {show(problem.near)}?" if problem.near else ""
    return f"{place}: {key}{': ' if key else ''}found {problem.found}, allowed {problem.allowed}{meant}"


def _files(folder: Path) -> set[str]:
    """The names directly in a form's folder. Raises `FormError` for a folder that leads elsewhere or is too large:
    what a template may read is what lies in it."""
    names, count, size = set[str](), 0, 0
    try:
        if not stat.S_ISDIR(folder.lstat().st_mode):
            raise FormError(f"{folder}: found something else, allowed a folder")
        for root, folders, files in os.walk(folder):
            for name in (*folders, *files):
                path = Path(root, name)
                status = path.lstat()
                if not (stat.S_ISREG(status.st_mode) or stat.S_ISDIR(status.st_mode)):
                    raise FormError(f"{path}: found a link or a device, allowed files and folders alone")
                count, size = count + 1, size + status.st_size
                if count > MOST_FILES or size > MOST_BYTES:
                    raise FormError(f"{folder}: allowed at most {MOST_FILES} files of {MOST_BYTES} bytes in all")
            if Path(root) == folder:
                names = set(files)
    except OSError as error:
        raise FormError(f"{folder}: {error.strerror}") from error
    return names
