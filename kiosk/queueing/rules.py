"""What a hall decides about its queue."""

from typing import Annotated

import msgspec
from msgspec import Meta

from kiosk.queueing.hours import SPAN, check
from kiosk.queueing.numbering import SHARE, Share, share_of


class Business(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[[queue.business]]`: one thing that people queue for."""

    letter: Annotated[str, Meta(pattern=r"^[A-Z]\Z", description="one capital letter")]
    """Opens its numbers: A001."""
    name: Annotated[str, Meta(min_length=1, max_length=16)]
    """On screens and slips in Chinese."""
    name_en: Annotated[str, Meta(min_length=1, max_length=40)]
    """And in English."""
    windows: Annotated[tuple[Annotated[int, Meta(ge=1, le=99)], ...], Meta(min_length=1, max_length=12)]
    """The windows that serve it; a window may serve several."""
    hours: Annotated[
        tuple[Annotated[str, Meta(pattern=SPAN, description='times like "08:30-12:00"')], ...],
        Meta(max_length=4),
    ] = ()
    """When numbers are given; all day when left out."""
    days: Annotated[tuple[Annotated[int, Meta(ge=1, le=7)], ...], Meta(min_length=1, max_length=7)] = (
        1,
        2,
        3,
        4,
        5,
        6,
        7,
    )
    """The days of the week on which numbers are given, Monday being 1."""
    quota: Annotated[int, Meta(ge=0, le=9999)] = 0
    """The last number of a day, for all terminals of the hall together; 0 means no end."""
    priority: bool = True
    """Whether the priority lane is offered."""
    minutes: Annotated[float, Meta(gt=0, le=240)] = 6.0
    """How long one service takes, until five of a day have been measured."""

    def __post_init__(self) -> None:
        check(self.hours)
        for name, listed in (("windows", self.windows), ("days", self.days)):
            if len(set(listed)) < len(listed):
                raise ValueError(f"{name} must name each once")

    def named(self, language: str) -> str:
        """Its name in a language of the screens."""
        return self.name if language.startswith("zh") else self.name_en


class QueueRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The policy of the hall."""

    share: Annotated[str, Meta(pattern=SHARE, description='which of how many terminals, like "1/1" or "2/3"')] = "1/1"
    """Which numbers this terminal gives: `2/3` gives 2, 5, 8 …; different on every terminal of the hall."""
    priority_every: Annotated[int, Meta(ge=2, le=10)] = 2
    """A window calls at most one of the priority lane in so many calls while others wait."""
    calls: Annotated[int, Meta(ge=1, le=10)] = 3
    """How often a number is called before calling it once more skips it."""
    come_back_minutes: Annotated[int, Meta(ge=0, le=600)] = 30
    """How long after it was skipped a number still counts."""
    come_back_after: Annotated[int, Meta(ge=0, le=50)] = 3
    """After how many further calls of its business it is called then."""

    def __post_init__(self) -> None:
        share_of(self.share)

    @property
    def own(self) -> Share:
        """The share as a value."""
        return share_of(self.share)


class Plan(QueueRules, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The policy, and what people queue for."""

    business: Annotated[tuple[Business, ...], Meta(max_length=8)] = ()
    """One `[[queue.business]]` table each."""

    def __post_init__(self) -> None:
        super().__post_init__()
        letters = [business.letter for business in self.business]
        for letter in letters:
            if letters.count(letter) > 1:
                raise ValueError(f"letter {letter} belongs to one business only")

    def of(self, letter: str) -> Business | None:
        """The business of a letter."""
        return next((business for business in self.business if business.letter == letter), None)

    @property
    def windows(self) -> tuple[int, ...]:
        """Every window that serves anything."""
        return tuple(sorted({window for business in self.business for window in business.windows}))

    def serves(self, window: int) -> frozenset[str]:
        """The letters of what a window serves."""
        return frozenset(business.letter for business in self.business if window in business.windows)
