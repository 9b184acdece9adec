"""A language's messages. A message is found by its key; a missing one is a defect and raises."""

import gettext
from functools import cache
from importlib.resources import files

import msgspec

from kiosk.text.numbers import money


class MissingMessageError(LookupError):
    """The catalogue has no text for a key, or the text inserts a name that was not given."""


class Said(msgspec.Struct, frozen=True):
    """A message key with its arguments: `Said("outcome.received", money={"amount": 15400})`.

    `words` are inserted as they are, `money` (fen) as the language writes money, `keys` are message keys themselves.
    """

    key: str
    words: dict[str, str] = {}
    money: dict[str, int] = {}
    keys: dict[str, str] = {}


class _Messages(gettext.GNUTranslations):
    """The standard library's reader, which keeps the whole table to itself."""

    def table(self) -> dict[str, str]:
        catalog: dict[str | tuple[str, int], str] = vars(self)["_catalog"]
        return {key: text for key, text in catalog.items() if isinstance(key, str) and key}


class Catalogue:
    """The messages of one language (`zh_CN`, `en`)."""

    def __init__(self, language: str, table: dict[str, str]) -> None:
        self.language = language
        self.table = table

    def say(self, key: str, **words: object) -> str:
        """The message `key` with `{names}` replaced. Raises `MissingMessageError`."""
        try:
            return self.table[key].format_map(words)
        except KeyError as error:
            raise MissingMessageError(f"{self.language}: {key} lacks {error}") from error

    def tell(self, said: Said) -> str:
        """The sentence that `said` stands for. Raises `MissingMessageError`."""
        inserted = dict(said.words)
        inserted |= {name: self.money(fen) for name, fen in said.money.items()}
        inserted |= {name: self.say(key) for name, key in said.keys.items()}
        return self.say(said.key, **inserted)

    def money(self, fen: int) -> str:
        """`15400` as `¥154.00`, the same in every language."""
        return money(fen)


@cache
def catalogue(language: str) -> Catalogue:
    """The catalogue of `language`. Raises `FileNotFoundError` when it was not compiled."""
    with (files("assets") / "i18n" / f"{language}.mo").open("rb") as stream:
        return Catalogue(language, _Messages(stream).table())
