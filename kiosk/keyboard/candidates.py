"""From letters to words: what stands on the candidate bar.

First what uses all letters: if no word does, the likeliest row of words; then the best word of every way to cut the
letters, then all others by frequency. After them words for fewer letters, the longer first, and at last single
characters, rare ones included.

Words that only sound like the letters come after those that are spelt by them.
"""

import math
from collections.abc import Iterator, Sequence
from itertools import chain, islice

import msgspec
from msgspec.structs import replace

from kiosk.keyboard.reading import UNFINISHED, WHOLE, Reading, Spelling, Step
from kiosk.keyboard.similar import similar
from kiosk.keyboard.table import Piece, Table, Word

ALL = 95_000_000
"""The sum of all frequencies."""
FAVOR = 1_000_000
"""What a character gains in frequency where it is likely."""
DISFAVOR = 50
"""What the frequency of a word is divided by where its characters are not."""
GUESSED = 8
"""What the frequency of a word is divided by where its last syllable is still being typed."""
ALIKE = 3
"""How many words are offered that only sound like the letters."""
JOINT = 3.0
"""What one more word costs a row of words, as the logarithm of a likelihood."""


class Candidate(msgspec.Struct, frozen=True):
    """A word, and where each of its syllables ends in the letters."""

    text: str
    syllables: tuple[str, ...]
    cuts: tuple[int, ...]


class _Row(msgspec.Struct, frozen=True):
    """Words for one way to cut the same letters; `guessed` where the last syllable is still being typed."""

    words: tuple[Word, ...]
    cuts: tuple[int, ...]
    guessed: bool


class Favored(msgspec.Struct, frozen=True):
    """Characters that are likely here, as the first one and after it; words made of others are not."""

    first: frozenset[str] = frozenset()
    later: frozenset[str] = frozenset()


class Composer:
    """Finds candidates in a table.

    The next letter asks again most of what the last one asked, so that is kept; with the composer it is gone, and so is
    the last trace of what was typed.
    """

    def __init__(self, table: Table) -> None:
        self._table = table
        self._spelling = Spelling(table.syllables)
        self._known: dict[tuple[tuple[Piece, ...], frozenset[str] | None], tuple[Word, ...]] = {}

    def read(self, letters: str) -> Reading:
        """The ways to cut `letters`."""
        return Reading(self._spelling, letters)

    def candidates(self, reading: Reading, favored: Favored | None = None) -> list[Candidate]:
        """Everything that the letters may mean, the likeliest first."""
        by_end: dict[int, list[_Row]] = {}
        for end, row in self._rows(reading, reading.skip(0), favored):
            by_end.setdefault(end, []).append(row)
        found: dict[str, Candidate] = {}
        sentence = self._sentence(reading, favored)
        whole = by_end.get(reading.end, [])
        if sentence is not None and (favored is not None or not any(len(row.cuts) > 1 for row in whole)):
            found[sentence.text] = sentence
        by_end.setdefault(reading.end, [])
        for end in sorted(by_end, reverse=True):
            alike = islice(self._alike(reading, favored), ALIKE) if end == reading.end else ()
            for word, cuts in chain(_fairly(by_end[end]), alike):
                found.setdefault(word.text, Candidate(word.text, word.syllables, cuts))
            if sentence is not None:
                found.setdefault(sentence.text, sentence)
        return list(found.values())

    def choices(self, reading: Reading, place: int) -> list[Step]:
        """What the syllable at `place` may be, each alone, longer before shorter and frequent before rare."""
        single = [
            Step(step.start, step.end, (piece,), step.price) for step in reading.after(place) for piece in step.piece
        ]
        return sorted(single, key=lambda step: (-step.end, -self._weight(step)))

    def _weight(self, step: Step) -> int:
        words = self._words((step.piece,), None)
        return words[0].weight if words else 0

    def _rows(self, reading: Reading, place: int, favored: Favored | None) -> Iterator[tuple[int, _Row]]:
        """Words that may begin at `place`, and where they end."""
        for path in reading.paths(place):
            likely = None if favored is None else favored.first if place == reading.skip(0) else favored.later
            if words := self._words(tuple(step.piece for step in path), likely):
                cuts = tuple(step.end for step in path)
                yield reading.skip(cuts[-1]), _Row(words, cuts, path[-1].price == UNFINISHED)

    def _alike(self, reading: Reading, favored: Favored | None) -> Iterator[tuple[Word, tuple[int, ...]]]:
        """Words of several syllables that only sound like all the letters, the most frequent first."""
        likely = None if favored is None else favored.first | favored.later
        rows = []
        for path in reading.paths(reading.skip(0)):
            whole = len(path) > 1 and reading.skip(path[-1].end) == reading.end
            if whole and all(step.price == WHOLE and len(step.piece) == 1 for step in path):
                exact = tuple(step.piece[0] for step in path)
                sounding = self._words(tuple(similar(syllable, self._table.syllables) for syllable in exact), None)
                others = tuple(word for word in sounding if word.syllables != exact)
                if likely is not None:
                    others = tuple(word for word in others if likely.issuperset(word.text))
                if others:
                    rows.append(_Row(others, tuple(step.end for step in path), guessed=False))
        return _fairly(rows)

    def _words(self, pieces: tuple[Piece, ...], likely: frozenset[str] | None) -> tuple[Word, ...]:
        """Of the table; those made of `likely` characters weigh more, others less."""
        known = self._known.get((pieces, likely))
        if known is None:
            known = self._table.words(pieces)
            if likely is not None:
                weighed = (replace(word, weight=_favored_weight(word, likely)) for word in known)
                known = tuple(sorted(weighed, key=lambda word: -word.weight))
            self._known[pieces, likely] = known
        return known

    def _sentence(self, reading: Reading, favored: Favored | None) -> Candidate | None:
        """The likeliest row of words for all letters, or None where one word or none can be all."""
        start = reading.skip(0)
        best: dict[int, tuple[float, tuple[_Row, ...]]] = {start: (0.0, ())}
        for place in range(start, reading.end):
            if place not in best:
                continue
            likely, rows = best[place]
            for end, row in self._rows(reading, place, favored):
                grown = likely + math.log((row.words[0].weight + 0.5) / ALL) - JOINT
                if end not in best or grown > best[end][0]:
                    best[end] = grown, (*rows, row)
        _, rows = best.get(reading.end, (0.0, ()))
        if len(rows) < 2:
            return None
        return Candidate(
            "".join(row.words[0].text for row in rows),
            tuple(syllable for row in rows for syllable in row.words[0].syllables),
            tuple(cut for row in rows for cut in row.cuts),
        )


def _fairly(rows: Sequence[_Row]) -> Iterator[tuple[Word, tuple[int, ...]]]:
    """The best of every row by frequency, then the rest by frequency."""
    first = [(row.words[0], row) for row in rows]
    rest = [(word, row) for row in rows for word in row.words[1:]]
    for word, row in chain(sorted(first, key=_rank), sorted(rest, key=_rank)):
        yield word, row.cuts


def _rank(item: tuple[Word, _Row]) -> int:
    word, row = item
    return -word.weight // GUESSED if row.guessed else -word.weight


def _favored_weight(word: Word, likely: frozenset[str]) -> int:
    if len(word.text) == 1:
        return word.weight + (FAVOR if word.text in likely else 0)
    return word.weight if likely.issuperset(word.text) else word.weight // DISFAVOR
