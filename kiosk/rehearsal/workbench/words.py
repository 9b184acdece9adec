"""The workbench's catalogues. Simulators speak English to programmers; `en.po` and `zh_CN.po` say it to a person."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from babel.messages.pofile import read_po

LANGUAGES = ("zh_CN", "en")


@cache
def table(language: str) -> Mapping[str, str]:
    """What simulators and QML say → what `language` says; the rest stays as it is."""
    with (files("kiosk.rehearsal.workbench") / f"{language}.po").open("rb") as stream:
        return {str(message.id): str(message.string) for message in read_po(stream) if message.id and message.string}


def say(language: str, english: str, **words: object) -> str:
    """`english` in `language` with `{names}` replaced; as it stands where no catalogue has it."""
    text = table(language).get(english, english)
    return text.format_map(words) if words else text
