"""Find a thing among hundreds by its number, its name, its pinyin or the initials of its pinyin.

`spell` looks characters up (pypinyin, half a second to import) and is done once, when a list is made; `Finder` works
on what was spelled then, takes well under a frame for a thousand entries, and needs no dictionary.

A query fits a spelled name when it can be read as the beginnings of successive syllables: `gljt`, `gaoling`, `gaoljt`
and `lingjt` all fit `gao ling jin tie`. Whoever does not tell `zh`, `ch`, `sh` from `z`, `c`, `s` is understood too,
after those who do.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from typing import Generic, TypeVar

import msgspec

T = TypeVar("T")

LONGEST_QUERY = 40
"""Characters; what comes after them is not looked at."""

_HAN = re.compile(r"[㐀-鿿豈-﫿\U00020000-\U0003ffff]")
_SIGNS = re.compile(r"[\W_]+")
_FLAT = str.maketrans({"v": "u", "ü": "u"})
_CURLED = re.compile(r"([zcs])h")


def spell(text: str) -> str:
    """The syllables of `text` with a space between, as `Sought` wants them: `gao ling jin tie`.

    Letters and digits stand for themselves, each by itself; signs are left out.
    """
    from pypinyin import Style, lazy_pinyin

    said = lazy_pinyin(_plain(text), style=Style.NORMAL, errors=" ".join)
    return " ".join(_SIGNS.sub(" ", " ".join(said)).translate(_FLAT).split())


class Sought(msgspec.Struct, frozen=True):
    """What an entry may be found by. `spelled` is `spell(name)`; `aliases` are other words for it, spelled or not."""

    number: str
    name: str
    english: str = ""
    spelled: str = ""
    aliases: tuple[str, ...] = ()


class Finder(Generic[T]):
    """Entries in the order that counts among equals."""

    def __init__(self, entries: Iterable[tuple[T, Sought]]) -> None:
        self._entries = [(entry, _Prepared(sought)) for entry, sought in entries]

    def find(self, query: str) -> list[T]:
        """All that fit, the best first; nothing for a query without a letter or digit."""
        wanted = _Query(query)
        if not wanted.bare:
            return []
        ranked = [
            (rank, place, entry)
            for place, (entry, sought) in enumerate(self._entries)
            if (rank := sought.rank(wanted)) is not None
        ]
        return [entry for _, _, entry in sorted(ranked, key=lambda found: found[:2])]


class _Query:
    def __init__(self, text: str) -> None:
        plain = _plain(text)[:LONGEST_QUERY]
        self.bare = _SIGNS.sub("", plain)
        self.words = _words(plain)
        self.han = bool(_HAN.search(self.bare))
        self.letters = "" if self.han else self.bare.translate(_FLAT)
        self.flat = _CURLED.sub(r"\1", self.letters)


class _Prepared:
    """An entry, ready to be held against queries."""

    def __init__(self, sought: Sought) -> None:
        self._number = _SIGNS.sub("", _plain(sought.number))
        self._name = _SIGNS.sub("", _plain(sought.name))
        self._english = _words(_plain(sought.english))
        self._spelled = _Syllables(sought.spelled)
        aliases = [_plain(alias) for alias in sought.aliases]
        self._aliases = [_SIGNS.sub("", alias) for alias in aliases if _HAN.search(alias)]
        self._spelled_aliases = [_Syllables(alias) for alias in aliases if not _HAN.search(alias)]

    def rank(self, query: _Query) -> int | None:
        """How well it fits, 0 best; None when it does not."""
        return min(self._ranks(query), default=None)

    def _ranks(self, query: _Query) -> Iterator[int]:
        if self._number.startswith(query.bare):
            yield 0 if self._number == query.bare else 2
        elif query.bare.isdigit() and query.bare in self._number:
            yield 12
        if query.han:
            yield from self._han_ranks(query.bare)
            return
        yield from self._spelled.ranks(query)
        for alias in self._spelled_aliases:
            yield from (rank + 3 for rank in alias.ranks(query))
        if f" {query.words}" in f" {self._english}":
            yield 3 if self._english.startswith(query.words) else 6

    def _han_ranks(self, bare: str) -> Iterator[int]:
        if bare in self._name:
            yield 1 if self._name.startswith(bare) else 4
        if any(bare in alias for alias in self._aliases):
            yield 5
        if len(bare) > 1 and _in_order(bare, self._name):
            yield 9


class _Syllables:
    """A spelled name, as it is and without the `h` of `zh`, `ch`, `sh`."""

    def __init__(self, spelled: str) -> None:
        self._true = tuple(spelled.split())
        self._flat = tuple(_CURLED.sub(r"\1", spelled).split())

    def ranks(self, query: _Query) -> Iterator[int]:
        """Better at the beginning of the name, and as it is."""
        if (at := _read(query.letters, self._true)) is not None:
            yield 1 if at == 0 else 4
        elif (query.flat, self._flat) != (query.letters, self._true):
            yield from () if (at := _read(query.flat, self._flat)) is None else (5 if at == 0 else 8,)


def _read(letters: str, syllables: Sequence[str]) -> int | None:
    """The first syllable from which `letters` can be read as beginnings of one syllable after the other."""
    for at, syllable in enumerate(syllables):
        if letters[:1] == syllable[0] and _reads(letters, syllables, at):
            return at
    return None


def _reads(letters: str, syllables: Sequence[str], at: int) -> bool:
    if at == len(syllables):
        return False
    syllable = syllables[at]
    common = 0
    while common < min(len(syllable), len(letters)) and syllable[common] == letters[common]:
        common += 1
    if common and common == len(letters):
        return True
    return any(_reads(letters[taken:], syllables, at + 1) for taken in range(common, 0, -1))


def _in_order(characters: str, name: str) -> bool:
    rest = iter(name)
    return all(character in rest for character in characters)


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def _words(plain: str) -> str:
    return _SIGNS.sub(" ", plain).strip()
