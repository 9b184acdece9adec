"""Every form is made once, blank, before it is offered: what does not compile, hangs, or has other pages than it says
is left out by name, and the others go on."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path

from msgspec.structs import replace

from kiosk.forms.catalogue import Catalogue, FormError, catalogue_of, read_layers
from kiosk.forms.form import Form
from kiosk.forms.typesetter import Typesetter, UnconfinedError
from kiosk.ports.threads import in_daemon_thread

Typesetting = Callable[[], AbstractAsyncContextManager[Typesetter]]


async def checked(folders: Sequence[Path], typesetting: Typesetting) -> tuple[Catalogue, tuple[str, ...]]:
    """The forms that can be offered, with the pinyin they are searched by; and a line for each that is left out.
    `folders` are laid over one another."""
    read = await in_daemon_thread(lambda: read_layers(*folders), "forms")
    sound, flaws = [], list(read.flaws)
    async with typesetting() as typesetter:
        pinyin = await _pinyin(read.forms, typesetter)  # before any form was near the process
        for _, forms in sorted(read.forms.items()):
            for form in forms:
                try:
                    wrong = await flaw_of(form, typesetter)
                except UnconfinedError:  # the log says so once
                    continue
                flaws += wrong
                if not wrong:
                    sound.append(replace(form, spelled=form.spelled or pinyin[form.file.title]))
                    break
    return catalogue_of(sound, read.departments), tuple(flaws)


async def flaw_of(form: Form, typesetter: Typesetter) -> tuple[str, ...]:
    """What is wrong with a form, seen from making it; nothing where it can be made. Raises `UnconfinedError`."""
    try:
        made = await typesetter.sheets(form)
        if len(made.pictures) != form.file.pages:
            return (f"form {form.number}: it says {form.file.pages} pages and has {len(made.pictures)}",)
        if form.fields:
            await typesetter.sheets(form, {field.key: field.sample for field in form.fields})
    except UnconfinedError:
        raise  # it says nothing of the form
    except FormError as error:
        return error.lines
    return ()


async def _pinyin(read: Mapping[str, Sequence[Form]], typesetter: Typesetter) -> dict[str, str]:
    """Of every title."""
    titles = tuple({form.file.title: None for forms in read.values() for form in forms})
    return dict(zip(titles, await typesetter.spelled(titles), strict=True))
