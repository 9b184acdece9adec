"""A case: a rating or a request with the steps that staff took, and what is due of it. Pure."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Literal

import msgspec

from hub.cases.deadlines import Deadlines, Holiday
from kiosk.protocol.matter import MatterRow
from kiosk.protocol.ratings import BAD, RATING, RatingRow
from kiosk.protocol.requests import REQUEST, RequestRow

OPEN, CLOSED = "open", "closed"
STEPS: dict[str, tuple[str, ...]] = {
    RATING.name: ("contacted", "fixing", "answered", "revisited", CLOSED),
    REQUEST.name: ("assigned", "visited", CLOSED),
}
"""Of each kind, in their order; one may be passed over, none is gone back to."""
LIMITED: dict[str, tuple[str, ...]] = {RATING.name: ("contacted", "answered"), REQUEST.name: ("assigned", "visited")}
"""The steps of each kind that have a deadline."""


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
    matter: str
    """What it goes by: the request, or of the ratings of one service the one that came first."""
    terminal: str
    kind: str
    state: str
    row: Any
    steps: tuple[Step, ...] = ()
    others: tuple[str, ...] = ()
    """Under which names more is sealed, of who rated the same service once more."""

    @property
    def subjects(self) -> tuple[str, ...]:
        """Under which names it is sealed how to reach somebody."""
        return tuple(subject for subject in (self.row.subject, *self.others) if subject)

    @property
    def ahead(self) -> tuple[str, ...]:
        """The steps that may be next."""
        order = STEPS[self.kind]
        return order if self.state == OPEN else order[order.index(self.state) + 1 :]

    def passed(self, step: str) -> bool:
        """Whether it has come so far, with that step or a later one."""
        order = (OPEN, *STEPS[self.kind])
        return order.index(self.state) >= order.index(step)


class Limit(msgspec.Struct, frozen=True, kw_only=True):
    """Until when a step of a case is to be taken, and how that is counted."""

    step: str
    days: int
    """Working days after the one on which the case began."""
    until: date
    holidays: tuple[Holiday, ...]
    """That lie in this time."""
    unknown_years: tuple[int, ...]
    """That it reaches into and of which no holidays were given: weekends alone are left out."""


class Due(msgspec.Struct, frozen=True):
    """What has to be done by the end of a day."""

    step: str
    day: date
    urgency: Literal["late", "soon", "later"]


def begins(row: MatterRow) -> bool:
    """Whether staff follow this up."""
    return isinstance(row, RequestRow) or (isinstance(row, RatingRow) and row.grade <= BAD)


def together(cases: Sequence[Case]) -> Case:
    """One case of all bad ratings of a service: it began with the earliest, and nothing that one of them says is lost.
    Terminals of a hall that could not ask each other may have taken several."""
    first, *more = sorted(cases, key=lambda case: (case.row.at_ms, case.row.matter))
    if not more:
        return first
    rows: list[RatingRow] = [case.row for case in (first, *more)]
    subject, *others = [row.subject for row in rows if row.subject] or [""]
    reasons = dict.fromkeys(reason for row in rows for reason in row.reasons.split(",") if reason)
    row = msgspec.structs.replace(
        rows[0], grade=min(row.grade for row in rows), reasons=",".join(reasons), subject=subject
    )
    return msgspec.structs.replace(first, row=row, others=tuple(others))


def limits(case: Case, deadlines: Deadlines) -> list[Limit]:
    """The deadlines of a case. Of ratings, only who asked to be called has to be contacted."""
    began = date.fromisoformat(case.row.business_date)
    found = []
    for step in LIMITED[case.kind]:
        if step == "contacted" and not case.row.subject:
            continue
        days = deadlines.days[step]
        until = deadlines.after(began, days)
        found.append(
            Limit(
                step=step,
                days=days,
                until=until,
                holidays=deadlines.between(began, until),
                unknown_years=tuple(sorted({began.year, until.year} - set(deadlines.years))),
            )
        )
    return found


def due(case: Case, today: date, deadlines: Deadlines) -> Due | None:
    """What is due next of a case; nothing once all that has a deadline was done."""
    ahead = next((limit for limit in limits(case, deadlines) if not case.passed(limit.step)), None)
    if ahead is None:
        return None
    soon = deadlines.after(today, deadlines.days["warned"]) >= ahead.until
    return Due(ahead.step, ahead.until, "late" if today > ahead.until else "soon" if soon else "later")
