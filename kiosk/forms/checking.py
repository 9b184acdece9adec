"""Every form is made once, blank, before it is offered: what does not compile, hangs, or has other pages than it says
is left out by name, and the others go on."""

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path

from msgspec.structs import replace

from kiosk.forms.catalogue import Catalogue, FormError, catalogue_of, read_forms
from kiosk.forms.form import Form
from kiosk.forms.typesetter import Typesetter
from kiosk.ports.threads import in_daemon_thread

Typesetting = Callable[[], AbstractAsyncContextManager[Typesetter]]


async def checked(folder: Path, typesetting: Typesetting) -> tuple[Catalogue, tuple[str, ...]]:
    """The forms that can be offered, with the pinyin they are searched by; and a line for each that is left out."""
    read, flaws = await in_daemon_thread(lambda: read_forms(folder), "forms")
    sound, more = [], list(flaws)
    async with typesetting() as typesetter:
        for form in read.forms:
            try:
                await _check(form, typesetter)
                sound.append(form)
            except FormError as error:
                more += error.lines
        spelled = await _spelled(sound, typesetter)
    return catalogue_of(spelled, read.departments), tuple(more)


async def _check(form: Form, typesetter: Typesetter) -> None:
    made = await typesetter.sheets(form)
    if len(made.pictures) != form.file.pages:
        raise FormError(f"form {form.number}: it says {form.file.pages} pages and has {len(made.pictures)}")
    if form.fields:
        await typesetter.sheets(form, {field.key: field.sample for field in form.fields})


async def _spelled(forms: Sequence[Form], typesetter: Typesetter) -> list[Form]:
    found = await typesetter.spelled(tuple(form.file.title for form in forms))
    return [replace(form, spelled=form.spelled or pinyin) for form, pinyin in zip(forms, found, strict=True)]
