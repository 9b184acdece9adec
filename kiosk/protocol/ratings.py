"""Ratings (好差评): one service, one grade, for ever."""

from typing import Annotated, Literal

from msgspec import Meta

from kiosk.protocol.matter import ImpossibleEventError, Kind, MatterEvent, MatterRow

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
    reasons: tuple[Reason, ...] = ()
    subject: str = ""
    """Where the sealed telephone number lies of a resident who wants to be called back."""
    at_ms: int = 0


class RatingRow(MatterRow, frozen=True, kw_only=True):
    """A rating. No event changes it, and the journal is append-only."""

    about: str
    service: str
    grade: int
    business_date: str
    language: str
    reasons: str
    """Joined by commas."""
    subject: str
    at_ms: int


def evolve(row: RatingRow | None, event: RatingGiven) -> RatingRow:
    """See `Kind`."""
    if row is not None:
        raise ImpossibleEventError(f"rating {event.matter} is given twice")
    return RatingRow(
        matter=event.matter,
        about=event.about,
        service=event.service,
        grade=event.grade,
        business_date=event.business_date,
        language=event.language,
        reasons=",".join(event.reasons),
        subject=event.subject,
        at_ms=event.at_ms,
    )


def tell(event: RatingGiven) -> str:
    """See `Kind`."""
    wanted = "; wants to be called back" if event.subject else ""
    because = f" ({', '.join(reason.replace('_', ' ') for reason in event.reasons)})" if event.reasons else ""
    return f"{event.service.replace('_', ' ')} was rated {event.grade} of 5{because}{wanted}"


RATING = Kind(name="rating", table="ratings", events=(RatingGiven,), row=RatingRow, evolve=evolve, tell=tell)
