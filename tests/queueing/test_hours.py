"""Opening hours and days."""

from datetime import date, datetime

import msgspec
import pytest

from kiosk.queueing.hours import is_open, next_opening
from kiosk.queueing.rules import Business
from tests.queueing.hall import business

SPANS = ("08:30-12:00", "13:30-17:00")
WORKDAYS = (1, 2, 3, 4, 5)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("moment", "is_it"),
    [
        ("2026-11-30 08:29", False),
        ("2026-11-30 08:30", True),
        ("2026-11-30 11:59:59", True),
        ("2026-11-30 12:00", False),
        ("2026-11-30 13:30", True),
        ("2026-11-28 09:00", False),
    ],
)
def test_open(moment: str, is_it: bool) -> None:
    assert is_open(SPANS, WORKDAYS, at(moment)) is is_it


def test_no_hours_are_all_hours() -> None:
    assert is_open((), (6,), at("2026-11-28 00:00"))
    assert not is_open((), (7,), at("2026-11-28 23:59"))
    assert is_open(("08:00-24:00",), (6,), at("2026-11-28 23:59"))


def test_when_numbers_are_given_next() -> None:
    assert next_opening(SPANS, WORKDAYS, at("2026-11-30 07:00")) == (date(2026, 11, 30), "08:30")
    assert next_opening(SPANS, WORKDAYS, at("2026-11-30 12:10")) == (date(2026, 11, 30), "13:30")
    assert next_opening(SPANS, WORKDAYS, at("2026-11-27 18:00")) == (date(2026, 11, 30), "08:30")
    assert next_opening((), (1,), at("2026-11-30 10:00")) == (date(2026, 12, 7), "00:00")


@pytest.mark.parametrize("spans", [("12:00-08:30",), ("08:00-12:00", "11:00-13:00"), ("08:00-08:00",)])
def test_hours_follow_one_another(spans: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="hours must follow"):
        msgspec.structs.replace(business("A", 1), hours=spans)


def test_a_window_is_named_once() -> None:
    with pytest.raises(ValueError, match="windows must name each once"):
        Business(letter="A", name="社保", name_en="Pensions", windows=(1, 1))
