"""Whose turn it is: order, the priority lane, transfers and who comes back."""

from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.protocol import tickets as ev
from kiosk.queueing.deciding import at_window, decide
from kiosk.queueing.merging import merged
from kiosk.queueing.numbering import Share
from kiosk.queueing.rules import Plan, QueueRules
from kiosk.queueing.turns import ahead_of, line
from kiosk.queueing.wishes import QueueNext
from tests.queueing.hall import MINUTE, Hall, business


def test_who_came_first_is_called_first() -> None:
    hall = Hall(business("A", 1), business("B", 1))
    for letter in "ABBA":
        hall.give(letter)
    assert hall.call_all() == ["A001", "B001", "B002", "A002"]


def test_a_window_calls_only_what_it_serves() -> None:
    hall = Hall(business("A", 1), business("B", 2))
    hall.give("A")
    assert hall.call(2) is None
    assert hall.call(1) == hall.called[0]


def test_the_priority_lane_takes_every_second_call() -> None:
    hall = Hall(business("A", 1))
    for priority in (False, False, False, True, True):
        hall.give(priority=priority)
    assert hall.call_all() == ["A004", "A001", "A005", "A002", "A003"]


def test_the_priority_lane_alone_does_not_wait_for_nobody() -> None:
    hall = Hall(business("A", 1), rules=QueueRules(priority_every=4))
    for _ in range(3):
        hall.give(priority=True)
    assert hall.call_all() == ["A001", "A002", "A003"]


def test_a_transferred_ticket_keeps_its_number_and_is_next_there() -> None:
    hall = Hall(business("A", 1), business("B", 2))
    hall.give("A")
    hall.give("B", priority=True)
    hall.give("B")
    moved = hall.call(1)
    assert moved
    assert hall.transfer(moved, "B").shown == "A001"
    assert hall.call_all((2,)) == ["A001", "B001", "B002"]


def test_of_two_that_an_outage_left_at_a_window_none_is_forgotten() -> None:
    hall = Hall(business("A", 1))
    for _ in range(3):
        hall.give()
    hall.call(1)
    hall.call(1)  # by the other side
    plan = Plan(business=hall.businesses)
    assert at_window(hall.rows.values(), 1) == hall.called[1]
    done = decide(hall.rows.values(), QueueNext(window=1, seen="A002"), plan, hall.now_ms)
    assert [(type(event), hall.rows[event.matter].shown) for event in done.events] == [
        (ev.TicketFinished, "A002"),
        (ev.TicketRecalled, "A001"),
    ]


def test_tickets_of_two_terminals_stand_in_the_order_in_which_they_were_given() -> None:
    first, second = Hall(name="a"), Hall(name="b")
    for hall, minute in ((first, 0), (second, 1), (first, -5), (second, 2)):  # the first one's clock is put back
        hall.now_ms = 1_800_000_000_000 + minute * MINUTE
        hall.give(share=Share(1 if hall is first else 2, 2))
    rows = merged({"b": second.rows.values(), "a": first.rows.values()})
    assert [(row.shown, row.place) for row in rows] == [("A001", 1), ("A003", 2), ("A002", 3), ("A004", 4)]


def test_who_comes_back_is_called_after_the_next_few() -> None:
    hall = Hall(business("A", 1), rules=QueueRules(come_back_after=2))
    for _ in range(5):
        hall.give()
    missed = hall.call(1)
    assert missed
    hall.miss(missed)
    hall.come_back(hall.rows[missed.matter])
    assert hall.call_all() == ["A002", "A003", "A001", "A004", "A005"]


def test_who_comes_back_to_an_empty_hall_is_called_at_once() -> None:
    hall = Hall(business("A", 1))
    missed = hall.give()
    hall.call(1)
    hall.miss(missed)
    hall.come_back(hall.rows[missed.matter])
    assert hall.call_all() == ["A001"]


@given(
    st.lists(st.booleans(), min_size=1, max_size=60), st.integers(2, 5), st.lists(st.sampled_from([1, 2]), max_size=90)
)
@settings(max_examples=60, deadline=None)
def test_neither_lane_starves_the_other(comers: list[bool], every: int, presses: list[int]) -> None:
    """However they come, between two priority calls of a window everybody else who waits has their turn."""
    hall = Hall(business("A", 1), business("B", 1, 2), rules=QueueRules(priority_every=every))
    for n, priority in enumerate(comers):
        hall.give("AB"[n % 2], priority=priority)
    since = {1: every, 2: every}
    for window in presses:
        serves = hall.serves(window)
        others = any(r.state == "waiting" and not r.priority and r.business in serves for r in hall.rows.values())
        called = hall.call(window)
        if called is None:
            continue
        if called.priority:
            assert since[window] >= every - 1 or not others
            since[window] = 0
        else:
            since[window] += 1


@given(st.integers(2, 4), st.integers(1, 30))
@settings(max_examples=30, deadline=None)
def test_an_endless_stream_of_priority_holds_nobody_up_for_ever(every: int, before: int) -> None:
    hall = Hall(business("A", 1), rules=QueueRules(priority_every=every))
    for _ in range(before):
        hall.give()
    last = hall.give()
    for _ in range((before + 1) * 2):
        hall.give(priority=True)
        hall.call(1)
    assert hall.rows[last.matter].state == "called"


@given(st.lists(st.tuples(st.sampled_from("AB"), st.booleans()), min_size=1, max_size=40))
@settings(max_examples=60, deadline=None)
def test_within_a_lane_of_a_business_the_order_is_that_of_coming(comers: list[tuple[str, bool]]) -> None:
    hall = Hall(business("A", 1), business("B", 1))
    for letter, priority in comers:
        hall.give(letter, priority=priority)
    hall.call_all()
    for letter in "AB":
        for priority in (True, False):
            numbers = [r.number for r in hall.called if r.letter == letter and r.priority is priority]
            assert numbers == sorted(numbers)
    assert len(hall.called) == len(comers)


@given(st.lists(st.sampled_from(["give", "give!", "call", "miss", "back", "finish", "move"]), max_size=60))
@settings(max_examples=80, deadline=None)
def test_nobody_is_lost_and_the_line_says_the_truth(steps: list[str]) -> None:
    """Whatever happens, everybody who waits stands in the line once, and the line is what is called."""
    hall = Hall(business("A", 1), business("B", 2))
    for step in steps:
        at = {state: [r for r in hall.rows.values() if r.state == state] for state in ("called", "missed")}
        match step:
            case "give" | "give!":
                hall.give(priority=step == "give!")
            case "call":
                hall.call(1)
            case "miss" if at["called"]:
                hall.miss(at["called"][0])
            case "back" if at["missed"]:
                hall.come_back(at["missed"][0])
            case "finish" if at["called"]:
                hall.finish(at["called"][0])
            case "move" if at["called"]:
                hall.transfer(at["called"][-1], "B")
    waiting = {r.matter for r in hall.rows.values() if r.state == "waiting"}
    lines = {letter: line(hall.rows.values(), letter, hall.rules) for letter in "AB"}
    assert sorted(waiting) == sorted(r.matter for rows in lines.values() for r in rows)
    for letter, window in (("A", 1), ("B", 2)):
        ahead = [ahead_of(hall.rows.values(), row, hall.rules) for row in lines[letter]]
        assert ahead == list(range(len(ahead)))
        assert [r.shown for r in lines[letter]] == hall.call_all((window,))
