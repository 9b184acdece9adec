"""What an event makes of a ticket, and what it may not."""

import msgspec
import pytest

from kiosk.protocol import tickets as ev
from kiosk.protocol.matter import ImpossibleEventError
from kiosk.protocol.tickets import TicketRow, TicketSlip, evolve
from tests.queueing.hall import DAY

GIVEN = ev.TicketGiven(matter="t", letter="A", number=5, business_date=DAY, priority=True, place=5, at_ms=1)
CALLED = ev.TicketCalled(matter="t", window=2, turn=7, lane="priority", at_ms=2)


def after(*events: ev.TicketEvent) -> TicketRow:
    row = None
    for event in events:
        row = evolve(row, event)
    assert row
    return row


def test_a_call_is_kept_with_its_window_and_right() -> None:
    row = after(GIVEN, CALLED, ev.TicketRecalled(matter="t", at_ms=3))
    assert (row.state, row.window, row.times, row.shown) == ("called", 2, 2, "A005")
    moved = after(
        GIVEN,
        CALLED,
        ev.TicketTransferred(matter="t", business="B", head=1, at_ms=3),
        ev.TicketCalled(matter="t", window=4, turn=9, lane="head", at_ms=4),
    )
    assert [tuple(call) for call in moved.calls] == [(7, 2, "A", "priority"), (9, 4, "B", "head")]
    assert (moved.shown, moved.head) == ("A005", 0)


@pytest.mark.parametrize(
    "events",
    [
        (GIVEN, GIVEN),
        (GIVEN, CALLED, CALLED),
        (GIVEN, ev.TicketFinished(matter="t", at_ms=3)),
        (GIVEN, ev.TicketCameBack(matter="t", turn=0, at_ms=3)),
        (GIVEN, CALLED, ev.TicketFinished(matter="t", at_ms=3), ev.TicketLapsed(matter="t", at_ms=4)),
        (GIVEN, ev.TicketPrinting(matter="t", p=2, reprint=False, at_ms=2)),
        (GIVEN, ev.TicketPrinted(matter="t", p=1, state="printed")),
        (GIVEN, ev.TicketRecalled(matter="t", at_ms=3)),
        (GIVEN, msgspec.structs.replace(CALLED, matter="other")),
        (CALLED,),
    ],
    ids=lambda events: "-".join(type(event).__name__ for event in events),
)
def test_a_step_that_there_is_not(events: tuple[ev.TicketEvent, ...]) -> None:
    *before, last = events
    row = after(*before) if before else None
    with pytest.raises(ImpossibleEventError):
        evolve(row, last)


@pytest.mark.parametrize(
    ("states", "reprint"), [(("printed",), True), (("unknown",), True), (("not_printed",), False), ((), False)]
)
def test_a_slip_is_a_reprint_once_one_may_be_out(states: tuple[TicketSlip, ...], reprint: bool) -> None:
    events: list[ev.TicketEvent] = [GIVEN]
    for p, state in enumerate(states, 1):
        events += [
            ev.TicketPrinting(matter="t", p=p, reprint=False, at_ms=2),
            ev.TicketPrinted(matter="t", p=p, state=state),
        ]
    assert after(*events).maybe_out is reprint
