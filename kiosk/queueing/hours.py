"""When a business gives numbers, in the hall's own time."""

import re
from datetime import date, datetime, timedelta

SPAN = r"^([01][0-9]|2[0-3]):[0-5][0-9]-(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)\Z"


def check(spans: tuple[str, ...]) -> None:
    """Raises `ValueError` unless each span ends after it begins and begins after the one before it."""
    before = 0
    for span in spans:
        if not re.match(SPAN, span):
            raise ValueError(f"hours must be like 08:30-12:00, not {span}")
        begin, end = _minutes(span)
        if begin >= end or begin < before:
            raise ValueError(f"hours must follow one another, and {span} does not")
        before = end


def is_open(spans: tuple[str, ...], days: tuple[int, ...], local: datetime) -> bool:
    """Whether numbers are given at that moment; no spans at all mean the whole day. `days` count from Monday, 1."""
    if local.isoweekday() not in days:
        return False
    minute = local.hour * 60 + local.minute
    return not spans or any(begin <= minute < end for begin, end in map(_minutes, spans))


def next_opening(spans: tuple[str, ...], days: tuple[int, ...], local: datetime) -> tuple[date, str] | None:
    """The day and the time at which numbers are given next, when they are not now; None where they never are."""
    begins = [span.partition("-")[0] for span in spans] or ["00:00"]
    for ahead in range(8):
        day = local.date() + timedelta(days=ahead)
        if day.isoweekday() not in days:
            continue
        for begin in begins:
            if ahead or begin > f"{local:%H:%M}":
                return day, begin
    return None


def _minutes(span: str) -> tuple[int, int]:
    begin, end = ((int(part[:2]) * 60 + int(part[3:])) for part in span.split("-"))
    return begin, end
