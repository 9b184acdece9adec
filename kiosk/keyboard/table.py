"""The pinyin table: which words a sequence of syllables may stand for, the most frequent first.

`assets/pinyin/table.txt` (made by `kiosk.keyboard.build`) has one line for each sequence, sorted as bytes:

    2tian fu<TAB>天府213 天赋84

a digit (how many syllables), the syllables, and every word with its frequency; one without is rare. The file is mapped
into memory, so nothing is loaded: looking one sequence up is a binary search and reads a few pages.
"""

import mmap
import re
from collections.abc import Iterator
from functools import lru_cache
from heapq import nsmallest
from itertools import islice
from pathlib import Path

import msgspec

from kiosk import resources

LONGEST = 4
"""Syllables of the longest words."""
FEW = 10
"""Words of each sequence that a look-up with open ends considers."""
ENOUGH = 200
"""Words that it gives."""
_WORD = re.compile(rb"([^\d\s]+)(\d*)")

Piece = tuple[str, ...]
"""A syllable, as far as it is known: what it may be; `zh*` stands for everything that begins so."""


class Word(msgspec.Struct, frozen=True):
    """A word with its frequency and its syllables."""

    text: str
    weight: int
    syllables: tuple[str, ...]


class Table:
    """A table in memory; see the module. Any thread."""

    def __init__(self, path: Path) -> None:
        """Raises `OSError` when it is not there, `ValueError` when it is empty."""
        with path.open("rb") as file:
            self._bytes = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        self.syllables: frozenset[str] = frozenset(key.decode() for key, _ in self._lines(b"1", rb"[a-z]+"))
        """Every syllable there is."""

    def words(self, pieces: tuple[Piece, ...]) -> tuple[Word, ...]:
        """What they may be together, the most frequent first. Nothing of it is remembered here."""
        found: list[tuple[int, bytes, bytes]] = []
        open_ended = any(len(piece) > 1 or piece[0].endswith("*") for piece in pieces)
        for first in pieces[0]:
            literal, pattern = _pattern((first,), *pieces[1:])
            for syllables, words in self._lines(literal, pattern):
                matches = _WORD.finditer(words)
                few = islice(matches, FEW) if open_ended else matches
                found += [(-int(match[2] or 0), match[1], syllables) for match in few]
        if open_ended:
            found = nsmallest(ENOUGH, found, key=_weight)
        return tuple(
            Word(text.decode(), -weight, tuple(syllables.decode().split(" "))) for weight, text, syllables in found
        )

    def _lines(self, literal: bytes, pattern: bytes) -> Iterator[tuple[bytes, bytes]]:
        """Syllables and words of the lines that begin with `literal` and whose syllables match `pattern`."""
        start = self._find(literal)
        end = self._find(literal + b"\xff")
        for line in re.compile(rb"^.(" + pattern + rb")\t(.*)$", re.MULTILINE).finditer(self._bytes, start, end):
            yield line[1], line[2]

    def _find(self, key: bytes) -> int:
        """Where the first line begins that is not before `key`."""
        low, high = 0, len(self._bytes)
        while low < high:
            middle = (low + high) // 2
            begin = self._bytes.rfind(b"\n", 0, middle) + 1
            if self._bytes[begin : begin + len(key)] < key:
                newline = self._bytes.find(b"\n", middle)
                low = newline + 1 if newline >= 0 else high
            else:
                high = begin
        return low


def _weight(found: tuple[int, bytes, bytes]) -> int:
    return found[0]


def _pattern(*pieces: Piece) -> tuple[bytes, bytes]:
    """How the lines of these pieces begin, for sure, and their syllables as a regular expression."""
    literal = str(len(pieces))
    for number, piece in enumerate(pieces):
        if number:
            literal += " "
        if len(piece) > 1:
            break
        literal += piece[0].rstrip("*")
        if piece[0].endswith("*"):
            break
    else:
        literal += "\t"
    alternatives = ("|".join(one.replace("*", "[a-z]*") for one in piece) for piece in pieces)
    return literal.encode(), " ".join(f"(?:{one})" for one in alternatives).encode()


@lru_cache(maxsize=1)
def table() -> Table:
    """The house's table."""
    return Table(resources.PINYIN)
