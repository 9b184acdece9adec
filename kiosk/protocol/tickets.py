"""Everything that can happen to a queue ticket, as the journal keeps it.

`about` is the ticket's id, which is never shown: what a resident holds is a letter and a number, used again the next
day. Nothing here says who the resident is. Times are milliseconds since 1970, UTC.
"""

import msgspec


class TicketEvent(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Base of the events of one ticket."""

    about: str


class TicketGiven(TicketEvent, frozen=True, tag="menkou.ticket.given.v1"):
    """The number is taken, before any paper says so. `place` counts all tickets of a terminal's day, from 1."""

    letter: str
    number: int
    business_date: str
    priority: bool
    place: int
    at_ms: int


class TicketCalled(TicketEvent, frozen=True, tag="menkou.ticket.called.v1"):
    """A window calls it, as the `turn`th call of the day. `lane` says by which right: its place among the others
    (`normal`, `priority`), or ahead of them (`head`: it was transferred, or came back)."""

    window: int
    turn: int
    lane: str
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
    state: str
    why: str = ""


Event = (
    TicketGiven
    | TicketCalled
    | TicketRecalled
    | TicketMissed
    | TicketCameBack
    | TicketTransferred
    | TicketFinished
    | TicketLapsed
    | TicketPrinting
    | TicketPrinted
)
