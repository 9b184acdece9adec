"""Every form is made once, blank, before it is offered: what does not compile, hangs, or has other pages than it says
is left out by name, and the others go on."""

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path

from msgspec.structs import replace

from kiosk.forms.catalogue import Catalogue, FormError, catalogue_of, read_layers
from kiosk.forms.form import Form
from kiosk.forms.typesetter import Typesetter
from kiosk.ports.threads import in_daemon_thread

Typesetting = Callable[[], AbstractAsyncContextManager[Typesetter]]


async def checked(folders: Sequence[Path], typesetting: Typesetting) -> tuple[Catalogue, tuple[str, ...]]:
    """The forms that can be offered, with the pinyin they are searched by; and a line for each that is left out.
    `folders` are laid over one another."""
    read = await in_daemon_thread(lambda: read_layers(*folders), "forms")
    sound, flaws = [], list(read.flaws)
    async with typesetting() as typesetter:
        for _, forms in sorted(read.forms.items()):
            for form in forms:
                wrong = await flaw_of(form, typesetter)
                flaws += wrong
                if not wrong:
                    sound.append(form)
                    break
        spelled = await _spelled(sound, typesetter)
    return catalogue_of(spelled, read.departments), tuple(flaws)


async def flaw_of(form: Form, typesetter: Typesetter) -> tuple[str, ...]:
    """What is wrong with a form, seen from making it; nothing where it can be made."""
    try:
        made = await typesetter.sheets(form)
        if len(made.pictures) != form.file.pages:
            return (f"form {form.number}: it says {form.file.pages} pages and has {len(made.pictures)}",)
        if form.fields:
            await typesetter.sheets(form, {field.key: field.sample for field in form.fields})
    except FormError as error:
        return error.lines
    return ()


async def _spelled(forms: Sequence[Form], typesetter: Typesetter) -> list[Form]:
    found = await typesetter.spelled(tuple(form.file.title for form in forms))
    return [replace(form, spelled=form.spelled or pinyin) for form, pinyin in zip(forms, found, strict=True)]
