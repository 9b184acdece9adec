"""The workbench's own catalogue. Simulators speak English; `zh_CN.po` translates them, as far as it can."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from babel.messages.pofile import read_po

LANGUAGES = ("zh_CN", "en")


@cache
def table(language: str) -> Mapping[str, str]:
    """English text → text of `language`; empty for English itself."""
    if language == "en":
        return {}
    with (files("kiosk.rehearsal.workbench") / f"{language}.po").open("rb") as stream:
        return {str(message.id): str(message.string) for message in read_po(stream) if message.id and message.string}


def say(language: str, english: str, **words: object) -> str:
    """`english` in `language` with `{names}` replaced; in English where nobody has translated it."""
    text = table(language).get(english, english)
    return text.format_map(words) if words else text
