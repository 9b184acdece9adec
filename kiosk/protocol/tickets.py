"""Queue tickets: what can happen to one, and what it has come to.

```
given ──► waiting ──► called ──► finished ■
             ▲          │  │
             │          │  └──► waiting, at the head of another business (transferred)
             └── missed ◄┘                       ■ final; at the end of its day every other one lapses ■
```

What a resident holds is a letter and a number, used again the next day; the matter's id is never shown. Nothing says
who the resident is; a keyed hash may tell that it is the same one again. Times are milliseconds since 1970, UTC.
"""

from typing import Literal, NamedTuple

import msgspec

from kiosk.protocol.matter import ImpossibleEventError, Kind, MatterEvent, MatterRow
from kiosk.text.catalogue import Catalogue

State = Literal["waiting", "called", "missed", "finished", "lapsed"]
Lane = Literal["normal", "priority", "head"]
TicketSlip = Literal["none", "printing", "printed", "not_printed", "unknown"]
UNENDED: tuple[State, ...] = ("waiting", "called", "missed")


class TicketEvent(MatterEvent, frozen=True):
    """Base of the events of one ticket."""


class TicketGiven(TicketEvent, frozen=True, tag="menkou.ticket.given.v1"):
    """The number is taken, before any paper says so. `place` counts all tickets of a terminal's day, from 1."""

    letter: str
    number: int
    business_date: str
    priority: bool
    place: int
    at_ms: int
    person: str = ""
    """A keyed hash of who took it, for this business on this day alone; "" where nobody asked."""
    hash_key: str = ""
    """Which key that hash was made with."""


class TicketCalled(TicketEvent, frozen=True, tag="menkou.ticket.called.v1"):
    """A window calls it, as the `turn`th call of the day. `lane` says by which right: its place among the others
    (`normal`, `priority`), or ahead of them (`head`: it was transferred, or came back)."""

    window: int
    turn: int
    lane: Lane
    at_ms: int


class TicketRecalled(TicketEvent, frozen=True, tag="menkou.ticket.recalled.v1"):
    """The same window calls once more."""

    at_ms: int


class TicketMissed(TicketEvent, frozen=True, tag="menkou.ticket.missed.v1"):
    """Nobody came."""

    at_ms: int


class TicketCameBack(TicketEvent, frozen=True, tag="menkou.ticket.came_back.v1"):
    """Somebody came after all, after the `turn`th call of the day, and waits again."""

    turn: int
    at_ms: int


class TicketTransferred(TicketEvent, frozen=True, tag="menkou.ticket.transferred.v1"):
    """The matter belongs to another business: the ticket keeps its number and waits there ahead of all others, as the
    `head`th that did so today."""

    business: str
    head: int
    at_ms: int


class TicketFinished(TicketEvent, frozen=True, tag="menkou.ticket.finished.v1"):
    """The window is done with it."""

    at_ms: int


class TicketLapsed(TicketEvent, frozen=True, tag="menkou.ticket.lapsed.v1"):
    """Its day ended and nobody had finished it."""

    at_ms: int


class TicketPrinting(TicketEvent, frozen=True, tag="menkou.ticket.printing.v1"):
    """The `p`th slip is about to be sent to the printer; `reprint` ones are marked as such."""

    p: int
    reprint: bool
    at_ms: int


class TicketPrinted(TicketEvent, frozen=True, tag="menkou.ticket.printed.v1"):
    """What became of the slip: `printed`, `not_printed`, `unknown`."""

    p: int
    state: TicketSlip
    why: str = ""


class Call(NamedTuple):
    """One call of the day."""

    turn: int
    window: int
    business: str
    lane: Lane


class TicketRow(MatterRow, frozen=True, kw_only=True):
    """A ticket as it stands. Letter, number and date name it for people; `business` is where it waits now."""

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
    slip: TicketSlip = "none"
    slip_why: str = ""
    maybe_out: bool = False
    """Whether a slip of it may be in somebody's hand: the next one is a reprint."""
    person: str = ""
    hash_key: str = ""

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


def evolve(row: TicketRow | None, event: TicketEvent) -> TicketRow:
    """The row after the event. Raises `ImpossibleEventError` for a step that there is not."""
    if row is None:
        if not isinstance(event, TicketGiven):
            raise ImpossibleEventError(f"{type(event).__name__} of a ticket that was not given")
        return _given(event)
    if event.matter != row.matter:
        raise ImpossibleEventError(f"an event of {event.matter} for {row.matter}")
    match event:
        case TicketGiven():
            raise ImpossibleEventError(f"{row.shown} was given already")
        case TicketCalled():
            return _called(_must_be(row, "waiting"), event)
        case TicketRecalled():
            return _with(_must_be(row, "called"), times=row.times + 1)
        case TicketMissed():
            return _with(_must_be(row, "called"), state="missed", ended_ms=event.at_ms)
        case TicketCameBack():
            return _with(_must_be(row, "missed"), state="waiting", back=event.turn, ended_ms=0)
        case TicketTransferred():
            _must_be(row, "called")
            return _with(row, state="waiting", business=event.business, head=event.head, window=0)
        case TicketFinished():
            return _with(_must_be(row, "called"), state="finished", ended_ms=event.at_ms)
        case TicketLapsed():
            _must_be(row, "waiting", "called", "missed")
            return _with(row, state="lapsed", ended_ms=event.at_ms)
        case TicketPrinting():
            if event.p != row.slips + 1 or row.slip == "printing":
                raise ImpossibleEventError(f"slip {event.p} of {row.shown} while {row.slips} are known")
            return _with(row, slips=event.p, slip="printing", slip_why="")
        case TicketPrinted():
            return _printed(row, event)
        case _:
            raise ImpossibleEventError(f"{type(event).__name__} of a ticket")


def _given(event: TicketGiven) -> TicketRow:
    return TicketRow(
        matter=event.matter,
        letter=event.letter,
        number=event.number,
        business_date=event.business_date,
        business=event.letter,
        priority=event.priority,
        place=event.place,
        given_ms=event.at_ms,
        person=event.person,
        hash_key=event.hash_key,
    )


def _called(row: TicketRow, event: TicketCalled) -> TicketRow:
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


def _printed(row: TicketRow, event: TicketPrinted) -> TicketRow:
    # a slip that was on its way when the power went is ended by the next start, so both find it "printing"
    if event.p != row.slips or row.slip != "printing":
        raise ImpossibleEventError(f"slip {event.p} of {row.shown} ended without having begun")
    return _with(
        row,
        slip=msgspec.convert(event.state, TicketSlip),
        slip_why=event.why,
        maybe_out=row.maybe_out or event.state != "not_printed",
    )


def _must_be(row: TicketRow, *states: State) -> TicketRow:
    if row.state not in states:
        raise ImpossibleEventError(f"{row.shown} is {row.state}, not {' or '.join(states)}")
    return row


def _with(row: TicketRow, **changes: object) -> TicketRow:
    return msgspec.structs.replace(row, **changes)


def tell(event: TicketEvent, words: Catalogue) -> str:
    """See `Kind`."""
    match event:
        case TicketGiven():
            key = "matter.ticket.given_first" if event.priority else "matter.ticket.given"
            return words.say(key, number=shown(event.letter, event.number), date=event.business_date)
        case TicketCalled():
            return words.say("matter.ticket.called", window=event.window)
        case TicketRecalled():
            return words.say("matter.ticket.recalled")
        case TicketMissed():
            return words.say("matter.ticket.missed")
        case TicketCameBack():
            return words.say("matter.ticket.came_back")
        case TicketTransferred():
            return words.say("matter.ticket.transferred", business=event.business)
        case TicketFinished():
            return words.say("matter.ticket.finished")
        case TicketLapsed():
            return words.say("matter.ticket.lapsed")
        case TicketPrinting():
            return words.say("story.print.reprint" if event.reprint else "story.print.intended", p=event.p)
        case TicketPrinted():
            told = words.say(f"story.print.{event.state}", p=event.p)
            return words.say("story.because", what=told, why=words.word("reason", event.why)) if event.why else told
        case _:
            return type(event).__name__


TICKET: Kind[TicketEvent, TicketRow] = Kind(
    name="ticket",
    table="tickets",
    events=(
        TicketGiven,
        TicketCalled,
        TicketRecalled,
        TicketMissed,
        TicketCameBack,
        TicketTransferred,
        TicketFinished,
        TicketLapsed,
        TicketPrinting,
        TicketPrinted,
    ),
    row=TicketRow,
    evolve=evolve,
    tell=tell,
)
