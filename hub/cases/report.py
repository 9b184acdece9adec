"""The month's report of ratings: how many, how good, by whom and where, with nobody to be recognized in it. Pure."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping

import msgspec

from kiosk.protocol.ratings import BAD, RatingRow

SMALL = 5
"""Fewer than so many are not told apart from others."""


class Line(msgspec.Struct, frozen=True):
    """Some ratings together. `name` is None for those of all groups that are too small to be told apart."""

    name: str | None
    grades: tuple[int, int, int, int, int]
    """How many of grade 5, 4, 3, 2 and 1."""

    @property
    def count(self) -> int:
        """How many there are."""
        return sum(self.grades)

    @property
    def good(self) -> float:
        """The share of 满意 or better, and 基本满意: all but the last two grades."""
        return 1 - self.bad

    @property
    def bad(self) -> float:
        """The share of the last two grades."""
        return sum(self.grades[-BAD:]) / self.count if self.count else 0.0


def line(name: str | None, ratings: Iterable[RatingRow]) -> Line:
    """These together."""
    count = Counter(rating.grade for rating in ratings)
    return Line(name, (count[5], count[4], count[3], count[2], count[1]))


def grouped(ratings: Iterable[RatingRow], group: Callable[[RatingRow], str]) -> list[Line]:
    """One line for each group, the largest first. Small groups are one line together; where they are few even so, the
    smallest of the others goes with them, or the sum would tell what the lines hide. Nothing, where all are too few."""
    groups: dict[str, list[RatingRow]] = {}
    for rating in ratings:
        groups.setdefault(group(rating), []).append(rating)
    ordered = sorted(groups.items(), key=lambda item: (-len(item[1]), item[0]))
    shown = [item for item in ordered if len(item[1]) >= SMALL]
    rest = [rating for name, found in ordered if len(found) < SMALL for rating in found]
    while 0 < len(rest) < SMALL and shown:
        rest += shown.pop()[1]
    lines = [line(name, found) for name, found in shown]
    if len(rest) >= SMALL:
        lines.append(line(None, rest))
    return lines


def reasons(ratings: Iterable[RatingRow]) -> Mapping[str, int]:
    """How often each reason was given, the most frequent first; those too rare to be told apart are left out."""
    count = Counter(reason for rating in ratings for reason in rating.reasons.split(",") if reason)
    return {reason: number for reason, number in count.most_common() if number >= SMALL}
