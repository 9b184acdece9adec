"""Forms as the staff bring them: in an archive, in a folder, or as a newer PDF of one."""

import io
import zipfile
import zlib
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

import msgspec

from kiosk.protocol.form_files import (
    DEPARTMENTS,
    DESCRIPTION,
    MOST_BYTES,
    MOST_DEPARTMENTS,
    MOST_DESCRIPTION,
    OFFICIAL,
    TEMPLATE,
    FormFiles,
    WrongFormError,
)
from kiosk.text.bilingual import Bilingual
from kiosk.text.toml import toml_in

MOST_DELIVERED = 4 * MOST_BYTES
"""Bytes of all files that somebody brings at once."""
MOST_FILES = 4096
MOST_TITLE = 80
_LEFT_BY_SYSTEMS = frozenset({"__MACOSX", "Thumbs.db", "desktop.ini"})
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    LookupError,
    NotImplementedError,
    OSError,
    RuntimeError,
    ValueError,
)
"""What an archive that is none, is encrypted or damaged has made zipfile raise."""


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody brings: forms, and departments that came with them; empty for those of before."""

    forms: tuple[FormFiles, ...]
    departments: str = ""


def in_archive(content: bytes) -> Delivery:
    """The forms in a ZIP archive of such folders. Raises `WrongFormError`."""
    files: dict[str, bytes] = {}
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            listed = [entry for entry in archive.infolist() if not entry.is_dir()]
            if len(listed) > MOST_FILES or sum(entry.file_size for entry in listed) > MOST_DELIVERED:
                raise WrongFormError(f"an archive of more than {MOST_FILES} files or {MOST_DELIVERED} bytes")
            for entry in listed:
                if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                    raise WrongFormError(f"{entry.filename}: packed in a way that is not common")
                name = str(PurePosixPath(entry.filename))
                if name in files:
                    raise WrongFormError(f"{name}: is there twice")
                with archive.open(entry) as file:
                    files[name] = file.read(entry.file_size)
    except WrongFormError:
        raise
    except _BROKEN as error:
        raise WrongFormError(f"no ZIP archive: {error}") from error
    delivery = delivered(files)
    if not delivery.forms:
        raise WrongFormError(
            f"no form: allowed folders named by number, with {DESCRIPTION} and {TEMPLATE} or {OFFICIAL}"
        )
    return delivery


def in_folder(folder: Path) -> Delivery:
    """The forms in a folder, which may be none. Raises `WrongFormError`, `OSError`."""
    paths = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    if len(paths) > MOST_FILES or sum(path.stat().st_size for path in paths) > MOST_DELIVERED:
        raise WrongFormError(f"a folder of more than {MOST_FILES} files or {MOST_DELIVERED} bytes")
    return delivered({path.relative_to(folder).as_posix(): path.read_bytes() for path in paths})


def newer_pdf(number: str, pdf: bytes, before: FormFiles | None) -> Delivery:
    """Another official PDF for a form: of those that the hub gave `before`, or of a terminal's own. Raises
    `WrongFormError`."""
    return Delivery(forms=(_form(number, {**(before.files if before is not None else {}), OFFICIAL: pdf}),))


def delivered(files: Mapping[str, bytes]) -> Delivery:
    """The forms among files, by their paths: `NUMBER/form.toml` and what is beside it, `departments.toml` above, and
    any folder around all of that; or what lies in the folder of one form. Raises `WrongFormError`, a line for each
    thing that is wrong."""
    paths = {PurePosixPath(name): content for name, content in files.items() if not _is_left_by_system(name)}
    homes = {path.parent for path in paths if path.name in (DESCRIPTION, TEMPLATE, OFFICIAL)}
    found: defaultdict[PurePosixPath, dict[str, bytes]] = defaultdict(dict)
    departments: list[bytes] = []
    wrong: list[str] = []
    for path, content in paths.items():
        home = next((each for each in path.parents if each in homes), None)
        if home is not None:
            found[home][path.relative_to(home).as_posix()] = content
        elif path.name == DEPARTMENTS:
            departments.append(content)
        else:
            wrong.append(f"{path}: belongs to no form")
    forms: dict[str, FormFiles] = {}
    for home, those in found.items():
        number = home.name or _number_in(those)
        try:
            if forms.setdefault(number, form := _form(number, those)) is not form:
                wrong.append(f"{home}: form {number} is there twice")
        except WrongFormError as error:
            wrong.append(str(error))
    if len(departments) > 1:
        wrong.append(f"{DEPARTMENTS}: there are {len(departments)}")
    if wrong:
        raise WrongFormError("\n".join(wrong))
    return Delivery(forms=tuple(forms.values()), departments=_departments(departments[0]) if departments else "")


def title_of(form: FormFiles) -> Bilingual:
    """What its description calls it; nothing where the terminals describe it."""
    described = _tables(form.files.get(DESCRIPTION, b""))
    return Bilingual(_line(described.get("title")), _line(described.get("title_en")))


def archive_of(form: FormFiles) -> bytes:
    """Its folder as a ZIP archive, as it can be brought again."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in form.files.items():
            archive.writestr(f"{form.number}/{name}", content)
    return made.getvalue()


def _form(number: str, files: dict[str, bytes]) -> FormFiles:
    drawn = {TEMPLATE, OFFICIAL} & files.keys()
    if DESCRIPTION in files:
        if len(files[DESCRIPTION]) > MOST_DESCRIPTION:
            raise WrongFormError(f"{number}/{DESCRIPTION}: more than {MOST_DESCRIPTION} bytes")
        try:
            described = _tables(files[DESCRIPTION])
        except (ValueError, RecursionError) as error:
            raise WrongFormError(f"{number}/{DESCRIPTION}: no TOML: {error}") from error
        if described.get("number") != number:
            raise WrongFormError(f"{number}/{DESCRIPTION}: number: allowed {number!r} alone, its folder")
        if not all(isinstance(described.get(key), str) for key in ("title", "title_en")):
            raise WrongFormError(f"{number}/{DESCRIPTION}: no title and title_en")
    elif set(files) != {OFFICIAL}:
        raise WrongFormError(f"{number}: no {DESCRIPTION}; without one, allowed {OFFICIAL} alone")
    if len(drawn) != 1:
        found = " and ".join(sorted(drawn)) or "neither"
        raise WrongFormError(f"{number}: found {found}, allowed {TEMPLATE} or {OFFICIAL}")
    if OFFICIAL in drawn and b"%PDF-" not in files[OFFICIAL][:1024]:
        raise WrongFormError(f"{number}/{OFFICIAL}: no PDF")
    try:
        return msgspec.convert({"type": "form", "number": number, "files": files}, FormFiles)
    except msgspec.ValidationError as error:
        raise WrongFormError(f"{number}: {error}") from error


def _line(value: object) -> str:
    return "".join(filter(str.isprintable, value))[:MOST_TITLE] if isinstance(value, str) else ""


def _number_in(files: Mapping[str, bytes]) -> str:
    """Of a form that lies in no folder; its description is looked at again."""
    try:
        number = _tables(files.get(DESCRIPTION, b"")[:MOST_DESCRIPTION]).get("number")
    except (ValueError, RecursionError):
        return ""
    return number if isinstance(number, str) else ""


def _departments(content: bytes) -> str:
    try:
        tables = _tables(content)
    except (ValueError, RecursionError) as error:
        raise WrongFormError(f"{DEPARTMENTS}: no TOML: {error}") from error
    if len(content) > MOST_DEPARTMENTS or set(tables) != {"department"}:
        raise WrongFormError(f"{DEPARTMENTS}: allowed [[department]] in at most {MOST_DEPARTMENTS} bytes")
    return content.decode()


def _tables(content: bytes) -> dict[str, object]:
    return toml_in(content.decode())


def _is_left_by_system(name: str) -> bool:
    parts = set(PurePosixPath(name).parts) - {".."}
    return any(part.startswith(".") or part in _LEFT_BY_SYSTEMS for part in parts)
