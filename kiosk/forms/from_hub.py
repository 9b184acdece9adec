"""The forms that the hub gives with a version of the configuration: kept as they came, and laid out at each start as a
folder to be laid over the terminal's own."""

import shutil
from pathlib import Path

from kiosk.config_hub import FORMS, TRIED_FORMS, form_file
from kiosk.forms.catalogue import FormError, read_forms
from kiosk.forms.checking import flaw_of
from kiosk.forms.settings import FormsSettings
from kiosk.forms.typesetter import typesetter
from kiosk.forms.wire import Hall
from kiosk.ledger.disk import write_once
from kiosk.ports.threads import in_daemon_thread
from kiosk.protocol.form_files import DEPARTMENTS, FormFiles, FormSet, WrongFormError, form_in

PROBE_WIDTH = 200
"""Pixels of a page that nobody looks at."""


def keep(folder: Path, form: FormFiles) -> None:
    """Have it for good. Raises `OSError`."""
    write_once(folder / form_file(form.digest), form.packed)


def is_kept(folder: Path, digest: str) -> bool:
    """Whether it is there as it came."""
    try:
        _read(folder, digest)
    except FormError:
        return False
    return True


def lay_out(folder: Path, given: FormSet, settings: FormsSettings, name: str = FORMS) -> Path:
    """Write the files of all forms into a folder of that name, anew. A form without a description takes it, and
    whatever else it lacks, from the terminal's own form of that number. Raises `FormError`, `OSError`."""
    laid, own = folder / name, settings.own
    shutil.rmtree(laid, ignore_errors=True)
    laid.mkdir(mode=0o700)
    if given.departments:
        (laid / DEPARTMENTS).write_text(given.departments, "utf-8")
    for number, digest in given.digests.items():
        form = _read(folder, digest)
        if form.number != number:
            raise FormError(f"form {number}: form {form.number} came instead")
        if not form.whole:
            _copy(own / number, laid / number)
        for file, content in form.files.items():
            path = laid / number / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    return laid


async def try_forms(folder: Path, given: FormSet, settings: FormsSettings) -> None:
    """Make each of them once, beside the terminal's own. Raises `FormError` with all that is wrong, `OSError`."""
    if not given.digests:
        return
    try:
        over = await in_daemon_thread(lambda: lay_out(folder, given, settings, TRIED_FORMS), "forms")
        found, flaws = await in_daemon_thread(lambda: read_forms(settings.own, over), "forms")
        lines = [line for line in flaws if line.startswith(str(over))]
        async with typesetter(Hall(name="", phone=""), PROBE_WIDTH, settings.typeset_seconds, [over]) as making:
            for form in found.forms:
                if form.folder.is_relative_to(over):
                    lines += await flaw_of(form, making)
    finally:
        await in_daemon_thread(lambda: shutil.rmtree(folder / TRIED_FORMS, ignore_errors=True), "forms")
    if lines:
        raise FormError(*(line.replace(f"{over}/", "") for line in lines))


def _read(folder: Path, digest: str) -> FormFiles:
    try:
        form = form_in((folder / form_file(digest)).read_bytes())
    except (OSError, WrongFormError) as error:
        raise FormError(f"a form of the hub is not here any more: {error}") from error
    if form.digest != digest:
        raise FormError(f"{form_file(digest)} is not what the hub sent")
    return form


def _copy(own: Path, to: Path) -> None:
    if not own.is_dir():
        raise FormError(f"form {own.name}: its PDF came, and this terminal has no form {own.name} that it belongs to")
    shutil.copytree(own, to)
