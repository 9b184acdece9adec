"""Words that come with data, not from a catalogue: an item's name, a form's title."""

import msgspec


class Bilingual(msgspec.Struct, frozen=True):
    """The same in Chinese and in English. Where nobody wrote the English, the Chinese stands."""

    zh: str
    en: str = ""

    def said(self, language: str) -> str:
        """In `language` (`zh_CN`, `en`)."""
        return self.en if language == "en" and self.en else self.zh
