"""Words that come with data, not from a catalogue: an item's name, a form's title."""

from typing import Annotated

import msgspec
from msgspec import Meta

Words = Annotated[
    str, Meta(pattern=r"^[^\x00-\x1f\x7f]{0,400}\Z", description="up to 400 characters on one line, without controls")
]


class Bilingual(msgspec.Struct, frozen=True, omit_defaults=True):
    """The same in Chinese and in English. Where nobody wrote the English, the Chinese stands."""

    zh: Words
    en: Words = ""

    def said(self, language: str) -> str:
        """In `language` (`zh_CN`, `en`)."""
        return self.en if language == "en" and self.en else self.zh
