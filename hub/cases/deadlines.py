"""How soon staff have to act, and which days count as working days: as an operator gives it, in TOML. Pure.

No national rule sets the numbers, and which days are free and which weekends are worked is published year by year. So
both are given, and where a year's days were not, its weekends alone are free and the pages say so.
"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any

import msgspec

from kiosk.text.toml import toml_in

DEFAULTS: Mapping[str, int] = {"contacted": 1, "answered": 15, "assigned": 1, "visited": 15, "warned": 1}
"""Working days, by the step that ends them; `warned` is how long before the end a case is shown as due soon. Fifteen
to answer in is Sichuan's rule."""
MOST_DAYS = 250
"""A working year."""
MOST_TEXT = 64 << 10
MOST_APART = timedelta(days=31)
"""Of the days of one holiday: what is further apart has a wrong month or year."""
_WEEKEND = (5, 6)
_KEYS = ("name", "first", "last", "worked")
_ALLOWED: Mapping[str, range] = {step: range(step != "warned", MOST_DAYS + 1) for step in DEFAULTS}


class WrongDeadlinesError(ValueError):
    """What was given cannot be used; says why, a line for each thing."""


class Holiday(msgspec.Struct, frozen=True):
    """A public holiday as it is published: its days from the first to the last, and the weekend days that are worked
    for it."""

    name: str
    first: date
    last: date
    worked: tuple[date, ...] = ()

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last


class Deadlines(msgspec.Struct, frozen=True):
    """All of it."""

    days: Mapping[str, int] = msgspec.field(default_factory=lambda: DEFAULTS)
    holidays: tuple[Holiday, ...] = ()

    def is_working(self, day: date) -> bool:
        """Whether staff are there."""
        if any(day in each for each in self.holidays):
            return False
        return day.weekday() not in _WEEKEND or any(day in each.worked for each in self.holidays)

    def after(self, day: date, count: int) -> date:
        """The working day that is so many later."""
        while count:
            day += timedelta(days=1)
            count -= self.is_working(day)
        return day

    def between(self, first: date, last: date) -> tuple[Holiday, ...]:
        """The holidays of which a day lies in that time."""
        return tuple(each for each in self.holidays if each.first <= last and first <= each.last)

    @property
    def years(self) -> tuple[int, ...]:
        """Those whose holidays were given. One that begins in December is the next year's."""
        return tuple(sorted({each.last.year for each in self.holidays}))


def deadlines_in(text: str) -> Deadlines:
    """What an operator wrote. Raises `WrongDeadlinesError`."""
    if len(text.encode()) > MOST_TEXT:
        raise WrongDeadlinesError(f"more than {MOST_TEXT} bytes")
    try:
        tables = toml_in(text)
    except (ValueError, RecursionError) as error:  # names line and column, also of a day that no calendar has
        raise WrongDeadlinesError(f"no TOML: {error}") from error
    wrong: list[str] = [
        f"{key}: not known; there are days and holiday" for key in sorted(tables.keys() - {"days", "holiday"})
    ]
    days = _days(tables.get("days", {}), wrong)
    holidays = _holidays(tables.get("holiday", []), wrong)
    wrong += _contradictions(holidays)
    if wrong:
        raise WrongDeadlinesError("\n".join(wrong))
    return Deadlines(days, tuple(sorted(holidays, key=lambda each: each.first)))


def _days(said: object, wrong: list[str]) -> Mapping[str, int]:
    if not isinstance(said, dict):
        wrong.append("days: not a table; it is written [days]")
        return DEFAULTS
    for key, count in said.items():
        if key not in _ALLOWED:
            wrong.append(f"days.{key}: not known; there are {', '.join(_ALLOWED)}")
        elif type(count) is not int or count not in _ALLOWED[key]:
            wrong.append(f"days.{key}: {count!r}, not a whole number from {_ALLOWED[key][0]} to {MOST_DAYS}")
    return {**DEFAULTS, **said}


def _holidays(said: object, wrong: list[str]) -> list[Holiday]:
    if not isinstance(said, list) or not all(isinstance(each, dict) for each in said):
        wrong.append("holiday: not a list of tables; each is written [[holiday]]")
        return []
    found: list[Holiday] = []
    for n, table in enumerate(said, 1):
        mistakes = list(_mistakes(table))
        wrong += [f"holiday {n} ({table.get('name', '?')}): {mistake}" for mistake in mistakes]
        if not mistakes:
            worked = tuple(sorted(table.get("worked", ())))
            found.append(Holiday(table["name"], table["first"], table.get("last", table["first"]), worked))
    return found


def _mistakes(table: Mapping[str, Any]) -> Iterator[str]:
    """What is wrong with one holiday by itself."""
    for key in sorted(table.keys() - set(_KEYS)):
        yield f"{key} is not known; there are {', '.join(_KEYS)}"
    if not isinstance(table.get("name"), str) or not table["name"].strip():
        yield "name is missing"
    first: Any = table.get("first")
    last: Any = table.get("last", first)
    worked = table.get("worked", [])
    for key, day in (("first", first), ("last", last)):
        if not _is_day(day):
            yield f"{key} is {day!r}, not a day such as 2024-10-01" if day is not None else f"{key} is missing"
    if not isinstance(worked, list) or not all(_is_day(day) for day in worked):
        yield "worked is not a list of days such as [2024-09-29, 2024-10-12]"
    elif _is_day(first) and _is_day(last):
        if not first <= last <= first + MOST_APART:
            yield f"last is {last}, not within {MOST_APART.days} days after first, {first}"
        for day in worked:
            if day.weekday() not in _WEEKEND:
                yield f"worked has {day}, a {day:%A}, which is worked anyhow"
            if not first - MOST_APART <= day <= last + MOST_APART:
                yield f"worked has {day}, more than {MOST_APART.days} days away"


def _contradictions(holidays: list[Holiday]) -> Iterator[str]:
    """What does not fit together."""
    for n, each in enumerate(holidays):
        for other in holidays[n + 1 :]:
            if each.first <= other.last and other.first <= each.last:
                yield f"{each.name} and {other.name} overlap from {max(each.first, other.first)}"
        for free in holidays:
            yield from (f"{day} is worked for {each.name}, free for {free.name}" for day in each.worked if day in free)


def _is_day(value: object) -> bool:
    return isinstance(value, date) and not isinstance(value, datetime)
