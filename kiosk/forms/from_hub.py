"""The forms that the hub gives with a version of the configuration: kept as they came, and laid out at each start as a
folder to be laid over the terminal's own."""

import hashlib
import shutil
from pathlib import Path

import msgspec

from kiosk.config_hub import TRIED_FORMS, Use, form_file
from kiosk.forms.catalogue import FormError, read_layers
from kiosk.forms.checking import flaw_of
from kiosk.forms.settings import FormsSettings
from kiosk.forms.typesetter import typesetter
from kiosk.forms.wire import Hall
from kiosk.ledger.disk import write_once
from kiosk.ports.threads import in_daemon_thread
from kiosk.protocol.form_files import DEPARTMENTS, DESCRIPTION, FormFiles, WrongFormError, form_in

RESERVE = 256 << 20
"""Bytes of the ledger's disk that no form takes."""
PROBE_WIDTH = 200
"""Pixels of a page that nobody looks at."""


def keep(folder: Path, form: FormFiles) -> None:
    """Have it for good, where the ledger does not need the room. Raises `FormError`, `OSError`."""
    packed = form.packed
    if shutil.disk_usage(folder).free < len(packed) + RESERVE:
        raise FormError(f"form {form.number}: no room on the disk of the ledger")
    write_once(folder / form_file(form.digest), packed)


def is_kept(folder: Path, number: str, digest: str) -> bool:
    """Whether it is there as it came."""
    try:
        _read(folder, number, digest)
    except FormError:
        return False
    return True


class LaidOut(msgspec.Struct, frozen=True, kw_only=True):
    """What came of it."""

    beneath: dict[str, str]
    """As in `Use`."""
    flaws: tuple[str, ...]
    """A line for each form that is left out."""


def lay_out(folder: Path, use: Use, settings: FormsSettings, to: Path) -> LaidOut:
    """Write the files of a version's forms into the folder `to`, which is there whole or not at all. A form without a
    description takes it, and whatever else it lacks, from the terminal's own form of that number, if that is still
    the one with which it was tried. Raises `OSError`."""
    draft, beneath, flaws = to.with_name(f"{to.name}.new"), dict[str, str](), list[str]()
    for each in (draft, to):
        shutil.rmtree(each, ignore_errors=True)
    try:
        draft.mkdir(mode=0o700)
        if use.forms.departments:
            (draft / DEPARTMENTS).write_text(use.forms.departments, "utf-8")
        for number, digest in use.forms.digests.items():
            try:
                form = _read(folder, number, digest)
                if not form.whole:
                    beneath[number] = _lay_beneath(settings.own / number, draft / number, use.beneath.get(number))
            except FormError as error:
                flaws += error.lines
                continue
            for name, content in form.files.items():
                path = draft / number / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
        draft.rename(to)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return LaidOut(beneath=beneath, flaws=tuple(flaws))


async def tried(folder: Path, use: Use, settings: FormsSettings) -> Use:
    """The version, once each of its forms was made, beside the terminal's own. Raises `FormError` with all that is
    wrong, `OSError`."""
    if not use.forms.digests:
        return use
    to = folder / TRIED_FORMS
    try:
        laid = await in_daemon_thread(lambda: lay_out(folder, use, settings, to), "forms")
        read = await in_daemon_thread(lambda: read_layers(settings.own, to), "forms")
        lines = [*laid.flaws, *(line for line in read.flaws if line.startswith(str(to)))]
        async with typesetter(Hall(name="", phone=""), PROBE_WIDTH, settings.typeset_seconds, [to], to) as making:
            for number in use.forms.digests:
                for form in read.forms.get(number, ())[:1]:
                    if form.folder.is_relative_to(to):
                        lines += await flaw_of(form, making)
    finally:
        await in_daemon_thread(lambda: shutil.rmtree(to, ignore_errors=True), "forms")
    if lines:
        raise FormError(*(line.replace(f"{to}/", "") for line in lines))
    return msgspec.structs.replace(use, beneath=laid.beneath)


def _read(folder: Path, number: str, digest: str) -> FormFiles:
    try:
        form = form_in((folder / form_file(digest)).read_bytes())
    except (OSError, WrongFormError) as error:
        raise FormError(f"form {number}: what the hub sent is not here any more: {error}") from error
    if (form.number, form.digest) != (number, digest):
        raise FormError(f"form {number}: what is here is not what the hub sent")
    return form


def _lay_beneath(own: Path, to: Path, tried_with: str | None) -> str:
    try:
        described = hashlib.sha256((own / DESCRIPTION).read_bytes()).hexdigest()
    except OSError as error:
        missing = f"form {own.name}: its PDF came, and this terminal has no form {own.name} that it belongs to"
        raise FormError(missing) from error
    if tried_with not in (None, described):
        raise FormError(f"form {own.name}: the terminal describes it in another way since its PDF came: bring it again")
    shutil.copytree(own, to)
    return described
