"""Ratings (好差评): one service, one grade, for ever. What a resident adds to a bad one is said once, too."""

from typing import Annotated, Any, Literal, assert_never

from msgspec import Meta
from msgspec.structs import replace

from kiosk.protocol.matter import ImpossibleEventError, Kind, MatterEvent, MatterRow
from kiosk.text.catalogue import Catalogue

Grade = Annotated[int, Meta(ge=1, le=5)]
"""5 非常满意, 4 满意, 3 基本满意, 2 不满意, 1 非常不满意."""

Reason = Literal["slow", "unclear", "attitude", "came_twice", "machine", "other"]
"""What a resident may touch after one of the last two grades."""

BAD = 2
"""The last two grades are bad ones (差评): each is followed up."""


class RatingGiven(MatterEvent, frozen=True, tag="menkou.rating.given.v1"):
    """A resident graded a service."""

    about: str
    """What was rated: the number of an order, or the id of another matter. Nothing is rated twice."""
    service: str
    """The journey of the terminal that served, or the business of a queue ticket."""
    grade: Grade
    business_date: str
    """The day, `YYYY-MM-DD`: staff are never shown more of the time than this."""
    language: str
    at_ms: int


class RatingExplained(MatterEvent, frozen=True, tag="menkou.rating.explained.v1"):
    """The resident said what was not good."""

    reasons: tuple[Reason, ...]


class CallBackWanted(MatterEvent, frozen=True, tag="menkou.rating.call_back_wanted.v1"):
    """The resident agreed to be called back."""

    subject: str
    """Where the sealed telephone number lies."""


RatingEvent = RatingGiven | RatingExplained | CallBackWanted


class RatingRow(MatterRow, frozen=True, kw_only=True):
    """A rating. No event changes its grade, and the journal is append-only."""

    about: str
    service: str
    grade: int
    business_date: str
    language: str
    reasons: str = ""
    """Joined by commas."""
    subject: str = ""
    at_ms: int


def evolve(row: RatingRow | None, event: RatingEvent) -> RatingRow:
    """See `Kind`."""
    match event:
        case RatingGiven() if row is None:
            return RatingRow(
                matter=event.matter,
                about=event.about,
                service=event.service,
                grade=event.grade,
                business_date=event.business_date,
                language=event.language,
                at_ms=event.at_ms,
            )
        case RatingExplained() if row and row.grade <= BAD and not row.reasons:
            return replace(row, reasons=",".join(event.reasons))
        case CallBackWanted() if row and row.grade <= BAD and not row.subject:
            return replace(row, subject=event.subject)
    raise ImpossibleEventError(f"rating {event.matter}: {type(event).__name__} does not fit {row}")


def tell(event: RatingEvent, words: Catalogue) -> str:
    """See `Kind`."""
    match event:
        case RatingGiven():
            return words.say("matter.rating.given", service=words.word("story.kind", event.service), grade=event.grade)
        case RatingExplained():
            reasons = words.say("story.and").join(words.word("reason_not_good", each) for each in event.reasons)
            return words.say("matter.rating.explained", reasons=reasons)
        case CallBackWanted():
            return words.say("matter.rating.call_back")
        case _:
            assert_never(event)


RATING: Kind[Any, RatingRow] = Kind(
    name="rating",
    table="ratings",
    events=(RatingGiven, RatingExplained, CallBackWanted),
    row=RatingRow,
    evolve=evolve,
    tell=tell,
)
