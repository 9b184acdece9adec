"""A ticket: its row, and what an event makes of it.

```
given ──► waiting ──► called ──► finished ■
             ▲          │  │
             │          │  └──► waiting, at the head of another business (transferred)
             └── missed ◄┘                       ■ final; at the end of its day every other one lapses ■
```
"""

from typing import Literal, NamedTuple, assert_never

import msgspec

from kiosk.protocol import tickets as ev

State = Literal["waiting", "called", "missed", "finished", "lapsed"]
Lane = Literal["normal", "priority", "head"]
SlipState = Literal["none", "printing", "printed", "not_printed", "unknown"]
ENDED: frozenset[State] = frozenset({"finished", "lapsed"})


class ImpossibleTicketError(ValueError):
    """An event that a ticket in this state cannot have had."""


class Call(NamedTuple):
    """One call of the day."""

    turn: int
    window: int
    business: str
    lane: Lane


class TicketRow(msgspec.Struct, frozen=True, kw_only=True):
    """A ticket as it stands. Letter, number and date name it for people; `business` is where it waits now."""

    ticket_id: str
    letter: str
    number: int
    business_date: str
    business: str
    priority: bool
    place: int
    state: State = "waiting"
    window: int = 0
    times: int = 0
    """How often it was called in this round."""
    turn: int = 0
    history: str = ""
    """Its calls, for `calls`: who was called when by which window decides who is next."""
    head: int = 0
    """Its rank among those that were transferred and wait ahead of the others; 0 when it was not."""
    back: int = -1
    """After which call of the day it came back; -1 when it did not."""
    given_ms: int = 0
    called_ms: int = 0
    ended_ms: int = 0
    slips: int = 0
    slip: SlipState = "none"
    slip_why: str = ""
    maybe_out: bool = False
    """Whether a slip of it may be in somebody's hand: the next one is a reprint."""

    @property
    def shown(self) -> str:
        """`A005`: what stands on the slip and is called."""
        return shown(self.letter, self.number)

    @property
    def calls(self) -> tuple[Call, ...]:
        """Every call of it, oldest first."""
        return tuple(_call(text) for text in self.history.split())


def shown(letter: str, number: int) -> str:
    """`A005`, `A1000`."""
    return f"{letter}{number:03d}"


def _call(text: str) -> Call:
    turn, window, business, lane = text.split(".")
    return Call(int(turn), int(window), business, msgspec.convert(lane, Lane))


def evolve(row: TicketRow | None, event: ev.Event) -> TicketRow:
    """The row after the event. Raises `ImpossibleTicketError` for a step that there is not."""
    if row is None:
        if not isinstance(event, ev.TicketGiven):
            raise ImpossibleTicketError(f"{type(event).__name__} of a ticket that was not given")
        return _given(event)
    if event.about != row.ticket_id:
        raise ImpossibleTicketError(f"an event of {event.about} for {row.ticket_id}")
    match event:
        case ev.TicketGiven():
            raise ImpossibleTicketError(f"{row.shown} was given already")
        case ev.TicketCalled():
            return _called(_must_be(row, "waiting"), event)
        case ev.TicketRecalled():
            return _with(_must_be(row, "called"), times=row.times + 1)
        case ev.TicketMissed():
            return _with(_must_be(row, "called"), state="missed", ended_ms=event.at_ms)
        case ev.TicketCameBack():
            return _with(_must_be(row, "missed"), state="waiting", back=event.turn, ended_ms=0)
        case ev.TicketTransferred():
            _must_be(row, "called")
            return _with(row, state="waiting", business=event.business, head=event.head, window=0)
        case ev.TicketFinished():
            return _with(_must_be(row, "called"), state="finished", ended_ms=event.at_ms)
        case ev.TicketLapsed():
            _must_be(row, "waiting", "called", "missed")
            return _with(row, state="lapsed", ended_ms=event.at_ms)
        case ev.TicketPrinting():
            if event.p != row.slips + 1 or row.slip == "printing":
                raise ImpossibleTicketError(f"slip {event.p} of {row.shown} while {row.slips} are known")
            return _with(row, slips=event.p, slip="printing", slip_why="")
        case ev.TicketPrinted():
            return _printed(row, event)
        case _:
            assert_never(event)


def _given(event: ev.TicketGiven) -> TicketRow:
    return TicketRow(
        ticket_id=event.about,
        letter=event.letter,
        number=event.number,
        business_date=event.business_date,
        business=event.letter,
        priority=event.priority,
        place=event.place,
        given_ms=event.at_ms,
    )


def _called(row: TicketRow, event: ev.TicketCalled) -> TicketRow:
    call = f"{event.turn}.{event.window}.{row.business}.{event.lane}"
    return _with(
        row,
        state="called",
        window=event.window,
        times=1,
        turn=event.turn,
        history=f"{row.history} {call}".strip(),
        head=0,
        back=-1,
        called_ms=event.at_ms,
    )


def _printed(row: TicketRow, event: ev.TicketPrinted) -> TicketRow:
    # a slip that was on its way when the power went is ended by the next start, so both find it "printing"
    if event.p != row.slips or row.slip != "printing":
        raise ImpossibleTicketError(f"slip {event.p} of {row.shown} ended without having begun")
    return _with(
        row,
        slip=msgspec.convert(event.state, SlipState),
        slip_why=event.why,
        maybe_out=row.maybe_out or event.state != "not_printed",
    )


def _must_be(row: TicketRow, *states: State) -> TicketRow:
    if row.state not in states:
        raise ImpossibleTicketError(f"{row.shown} is {row.state}, not {' or '.join(states)}")
    return row


def _with(row: TicketRow, **changes: object) -> TicketRow:
    return msgspec.structs.replace(row, **changes)
