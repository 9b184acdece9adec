"""What a resident is told of the wait."""

import pytest

from kiosk.protocol.tickets import TicketRow
from kiosk.queueing.waiting import Wait, service_minutes, wait
from tests.queueing.hall import MINUTE, Hall, business

A = business("A", 1, minutes=6)


def told(hall: Hall, ahead: int) -> Wait:
    return wait(hall.rows.values(), hall.businesses[0], hall.businesses, ahead, hall.now_ms)


def serve(hall: Hall, minutes: float, window: int = 1) -> TicketRow:
    row = hall.call(window)
    assert row
    hall.now_ms += int(minutes * MINUTE)
    return hall.finish(row)


@pytest.mark.parametrize(("ahead", "least", "most"), [(0, 2, 5), (1, 5, 15), (2, 10, 25), (5, 20, 50), (20, 90, 180)])
def test_a_range_in_steps_that_are_not_finer_than_what_is_known(ahead: int, least: int, most: int) -> None:
    assert told(Hall(A), ahead) == Wait(least, most)


def test_nobody_ahead_and_a_free_window_is_about_a_minute() -> None:
    hall = Hall(A)
    hall.give()
    serve(hall, 5)
    assert told(hall, 0) == Wait(1, 1)


def test_a_window_of_two_businesses_is_half_a_window() -> None:
    shared = Hall(business("A", 1), business("B", 1))
    assert told(shared, 2).most > told(Hall(business("A", 1)), 2).most


def test_two_windows_are_twice_as_quick_as_long_as_both_call() -> None:
    hall = Hall(business("A", 1, 2))
    assert told(hall, 4).most < told(Hall(A), 4).most
    for _ in range(3):
        hall.give()
    hall.call(1)
    assert told(hall, 4) == told(Hall(A), 4)  # the second has called nobody


def test_what_services_took_counts_once_there_were_five() -> None:
    hall = Hall(A)
    for minutes in (1, 1, 1, 1):
        hall.give()
        serve(hall, minutes)
    assert service_minutes(hall.rows.values(), A) == 6
    hall.give()
    serve(hall, 60)
    assert service_minutes(hall.rows.values(), A) == 1


def test_only_the_last_twenty_count() -> None:
    hall = Hall(A)
    for minutes in [30] * 20 + [2] * 20:
        hall.give()
        serve(hall, minutes)
    assert service_minutes(hall.rows.values(), A) == 2


def test_a_range_never_promises_less_than_a_minute() -> None:
    for minutes in (0.01, 0.5, 1, 3, 7, 19, 44, 240):
        for ahead in (0, 1, 3, 40):
            said = told(Hall(business("A", 1, minutes=minutes)), ahead)
            assert 1 <= said.least <= said.most
