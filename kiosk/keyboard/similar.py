"""Syllables that many people do not tell apart: `zhang` and `zang`, `lan` and `nan`, `ying` and `yin`.

Whoever grew up with another dialect types what they say. Words for what they may have meant come after the exact ones.
"""

from collections.abc import Set as AbstractSet

BEGINNINGS = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("n", "l"), ("h", "f"))
ENDS = (("ang", "an"), ("eng", "en"), ("ing", "in"))


def similar(syllable: str, syllables: AbstractSet[str]) -> tuple[str, ...]:
    """`syllable`, and those of `syllables` that differ from it in such a beginning, such an end, or both."""
    begun = [syllable, *_swapped_beginning(syllable)]
    ended = [*begun, *(other for one in begun for other in _swapped_end(one))]
    return tuple(one for one in dict.fromkeys(ended) if one in syllables)


def _swapped_beginning(syllable: str) -> list[str]:
    for pair in BEGINNINGS:
        for one, other in (pair, pair[::-1]):
            if syllable.startswith(one):
                return [other + syllable.removeprefix(one)]
    return []


def _swapped_end(syllable: str) -> list[str]:
    for pair in ENDS:
        for one, other in (pair, pair[::-1]):
            if syllable.endswith(one):
                return [syllable.removesuffix(one) + other]
    return []
