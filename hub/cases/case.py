"""A case: a rating or a request with the steps that staff took. Pure."""

from datetime import date, timedelta
from typing import Any, Literal

import msgspec

from kiosk.protocol.matter import MatterRow
from kiosk.protocol.ratings import BAD, RATING, RatingRow
from kiosk.protocol.requests import REQUEST, RequestRow

OPEN, CLOSED = "open", "closed"
STEPS: dict[str, tuple[str, ...]] = {
    RATING.name: ("contacted", "fixing", "answered", "revisited", CLOSED),
    REQUEST.name: ("assigned", "visited", CLOSED),
}
"""Of each kind, in their order; one may be passed over, none is gone back to."""
CONTACT_DAYS, ANSWER_DAYS = 1, 15
"""Working days: whoever asked to be called back hears from somebody by the end of the next one, and the matter is
answered within so many. No national rule sets them; the latter is Sichuan's."""
SOON_DAYS = 1
_WEEKEND = (5, 6)


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody did."""

    n: int
    at_ms: int
    who: str
    step: str
    note: str


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """All of it. `row` is a `RatingRow` or a `RequestRow`."""

    hall: str
    terminal: str
    kind: str
    state: str
    row: Any
    steps: tuple[Step, ...] = ()

    @property
    def ahead(self) -> tuple[str, ...]:
        """The steps that may be next."""
        order = STEPS[self.kind]
        return order if self.state == OPEN else order[order.index(self.state) + 1 :]


class Due(msgspec.Struct, frozen=True):
    """What has to be done by the end of a day."""

    step: str
    day: date
    urgency: Literal["late", "soon", "later"]


def begins(row: MatterRow) -> bool:
    """Whether staff follow this up."""
    return isinstance(row, RequestRow) or (isinstance(row, RatingRow) and row.grade <= BAD)


def due(case: Case, today: date) -> Due | None:
    """What is due next of a case; nothing once it was answered."""
    day = date.fromisoformat(case.row.business_date)
    order = STEPS[case.kind]
    if case.state == OPEN and case.row.subject:
        return _due(order[0], working_days_after(day, CONTACT_DAYS), today)
    answer = order[-2] if case.kind == REQUEST.name else "answered"
    if case.state == CLOSED or (case.state != OPEN and order.index(case.state) >= order.index(answer)):
        return None
    return _due(answer, working_days_after(day, ANSWER_DAYS), today)


def working_days_after(day: date, count: int) -> date:
    """So many days later, weekends left out; public holidays are not known here."""
    while count:
        day += timedelta(days=1)
        count -= day.weekday() not in _WEEKEND
    return day


def _due(step: str, day: date, today: date) -> Due:
    return Due(step, day, "late" if today > day else "soon" if working_days_after(today, SOON_DAYS) >= day else "later")
