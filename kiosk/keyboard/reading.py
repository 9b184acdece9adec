"""What letters may spell: every sensible way to cut them into syllables.

Letters are `a` to `z`; on the nine-key pad `2` to `9` each stand for one of three or four letters, and both may be
mixed where the resident has already said which. An apostrophe parts two syllables. `v` is the ü of `lü` and `nü`.

A cut has a price: a whole syllable costs 1, the beginning of one at the end of the letters a little more (it is still
being typed), a mere initial elsewhere more again (`tf` for `tian fu`). The cheapest cuts are read; that both `xian` and
`xi an` are is why 先 and 西安 are both offered.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

import msgspec

from kiosk.keyboard.table import LONGEST, Piece

PAD: Mapping[str, str] = {
    "2": "abc",
    "3": "def",
    "4": "ghi",
    "5": "jkl",
    "6": "mno",
    "7": "pqrs",
    "8": "tuv",
    "9": "wxyz",
}
INITIALS = frozenset(["zh", "ch", "sh", *"bpmfdtnlgkhjqxrzcsyw"])
ALSO = {"lve": "lue", "nve": "nue"}
"""Spellings that the table has under another."""
WHOLE, UNFINISHED, INITIAL = 10, 13, 17
"""Prices."""
DEARER = 10
"""How much more than the cheapest a cut may cost, to be read too."""


class Step(msgspec.Struct, frozen=True):
    """From one place in the letters to another: a syllable, or the beginning of one."""

    start: int
    end: int
    piece: Piece
    price: int


class Spelling:
    """All syllables with all their beginnings, to walk letter by letter."""

    def __init__(self, syllables: Iterable[str]) -> None:
        self._whole: dict[str, str] = {one: one for one in syllables} | ALSO
        self._begins = {one[:length] for one in self._whole for length in range(1, len(one) + 1)}

    def steps(self, letters: str, start: int) -> Iterator[Step]:
        """Every step that begins at `start`."""
        grown = [""]
        found_whole = False
        initials: list[Step] = []
        for end in range(start + 1, len(letters) + 1):
            choices = PAD.get(letters[end - 1], letters[end - 1])
            grown = [one + letter for one in grown for letter in choices if one + letter in self._begins]
            if not grown:
                break
            if whole := tuple(sorted({self._whole[one] for one in grown if one in self._whole})):
                found_whole = True
                yield Step(start, end, whole, WHOLE)
            if end == len(letters) and (part := tuple(f"{one}*" for one in grown if one not in self._whole)):
                yield Step(start, end, part, UNFINISHED)
            if begun := tuple(f"{one}*" for one in sorted(grown) if one in INITIALS):
                initials.append(Step(start, end, begun, INITIAL))
        if not found_whole:
            yield from (step for step in initials if step.end < len(letters))


class Reading:
    """The cuts of some letters that are worth reading."""

    def __init__(self, spelling: Spelling, letters: str) -> None:
        self.letters = letters
        self._spelling = spelling

    @cached_property
    def end(self) -> int:
        """How far the letters spell anything."""
        return max(self._costs)

    def after(self, place: int) -> tuple[Step, ...]:
        """The steps from `place` that belong to a cut worth reading."""
        return self._kept.get(place, ())

    def paths(self, place: int = 0) -> Iterator[tuple[Step, ...]]:
        """The steps of every word that may begin at `place`, shorter before longer."""
        grown: list[tuple[Step, ...]] = [()]
        for _ in range(LONGEST):
            grown = [(*path, step) for path in grown for step in self.after(self._end_of(path, place))]
            yield from grown

    def _end_of(self, path: tuple[Step, ...], place: int) -> int:
        return self.skip(path[-1].end if path else place)

    def skip(self, place: int) -> int:
        """`place`, or what follows the apostrophes there."""
        while self.letters[place : place + 1] == "'":
            place += 1
        return place

    @cached_property
    def _steps(self) -> dict[int, tuple[Step, ...]]:
        steps: dict[int, tuple[Step, ...]] = {}
        places = {self.skip(0)}
        while places:
            place = min(places)
            places.remove(place)
            steps[place] = tuple(self._spelling.steps(self.letters, place))
            places |= {self.skip(step.end) for step in steps[place]} - steps.keys()
        return steps

    @cached_property
    def _costs(self) -> dict[int, int]:
        """The price of the cheapest cut of what stands before each place that can be reached."""
        costs = {self.skip(0): 0}
        for place in sorted(self._steps):
            for step in self._steps[place]:
                end = self.skip(step.end)
                costs[end] = min(costs.get(end, costs[place] + step.price), costs[place] + step.price)
        return costs

    @cached_property
    def _kept(self) -> dict[int, tuple[Step, ...]]:
        left = {self.end: 0}
        for place in sorted(self._steps, reverse=True):
            prices = [step.price + left[end] for step in self._steps[place] if (end := self.skip(step.end)) in left]
            if prices:
                left[place] = min(prices)
        most = self._costs[self.end] + DEARER
        return {
            place: tuple(
                step
                for step in steps
                if (end := self.skip(step.end)) in left and self._costs[place] + step.price + left[end] <= most
            )
            for place, steps in self._steps.items()
        }
