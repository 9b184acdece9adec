"""A language's messages. A message is found by its key; a missing one is a defect and raises."""

import gettext
import struct
from functools import cache
from pathlib import Path

import msgspec

from kiosk.resources import Package, packages
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

    def word(self, stem: str, key: str) -> str:
        """The word for a key of an open set, `stem.key`; one that has none is read as it is, `no_card` as `no card`."""
        return self.table.get(f"{stem}.{key}") or key.replace("_", " ")

    def tell(self, said: Said) -> str:
        """The sentence that `said` stands for. Raises `MissingMessageError`."""
        inserted = dict(said.words)
        inserted |= {name: self.money(fen) for name, fen in said.money.items()}
        inserted |= {name: self.say(key) for name, key in said.keys.items()}
        return self.say(said.key, **inserted)

    def money(self, fen: int) -> str:
        """`15400` as `¥154.00`, the same in every language."""
        return money(fen)


def messages(path: Path) -> dict[str, str]:
    """A compiled catalogue by key. Raises `OSError` when it is not there or is none."""
    with path.open("rb") as stream:
        try:
            return _Messages(stream).table()
        except (ValueError, struct.error) as error:
            raise OSError(f"{path} is damaged: {error}") from error


def catalogue(language: str) -> Catalogue:
    """The catalogue of `language`, with the words of every package that was brought in until now; it is another
    object when one is added. Raises `FileNotFoundError` when it was not compiled."""
    return _catalogue(language, packages())


@cache
def _catalogue(language: str, all_packages: tuple[Package, ...]) -> Catalogue:
    *earlier, last = all_packages
    table = _catalogue(language, tuple(earlier)).table if earlier else {}
    return Catalogue(language, table | messages(last.messages(language)))
