"""The queue of a hall as its hub sees it, and what the hub may decide about it. Pure.

Each ticket belongs to the terminal that gave it, and what that terminal's journal says of it is so. The hub decides for
the whole hall and gives the terminal a *step*; it counts once it stands in the journal. So a ticket is never at two
windows, whoever else decides at the same time: its terminal takes one step after the other, and refuses one that does
not fit any more.

A terminal that is away cannot be asked. What windows have called of its tickets they finish without it, and somebody
may take over those that wait: then the hub's steps count at once, and the terminal gets them when it is back.
"""

from collections.abc import Iterable
from typing import Literal

import msgspec
from msgspec.structs import replace

from kiosk.protocol.matter import ImpossibleEventError
from kiosk.protocol.tickets import TicketEvent, TicketRow, evolve
from kiosk.queueing.deciding import Decided, decide
from kiosk.queueing.hall import PRESENT_S, HallPlan, plan_in, plan_of
from kiosk.queueing.merging import merged
from kiosk.queueing.wishes import Wish

EXPECTED_S = 12 * 3600
"""A terminal that was there so lately, or has given a number today, is missed while it is away."""
REMEMBERED_S = 7 * 86400
"""What a terminal said of the hall counts for so long after it was there."""
StepState = Literal["open", "counts", "done", "void"]
"""`open`: given to its terminal, which has not recorded it yet. `counts`: decided for a terminal that is away. `done`:
it stands in the journal. `void`: it did not fit any more, or was not taken in time."""


class Ticket(msgspec.Struct, frozen=True):
    """A ticket as its terminal's journal has it."""

    terminal: str
    ledger: str
    row: TicketRow


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """What the hub decided about a ticket, as long as the journal does not say it."""

    n: int
    terminal: str
    event: TicketEvent
    state: StepState


class Attendant(msgspec.Struct, frozen=True, kw_only=True):
    """A terminal that gives numbers in the hall."""

    terminal: str
    ledger: str
    """That it writes now: tickets of an earlier one, which was set aside, are nobody's but the hub's."""
    heard_ms: int
    taken_over: bool
    """Whether somebody said that it is away for good and its tickets are called without it."""
    plan: str


class Hall:
    """All of it at one moment."""

    def __init__(
        self, tickets: Iterable[Ticket], steps: Iterable[Step], attendants: Iterable[Attendant], now_ms: int
    ) -> None:
        self._tickets = {ticket.row.matter: ticket for ticket in tickets}
        self._steps = sorted(steps, key=lambda step: step.n)
        self._attendants = {each.terminal: each for each in attendants}
        self._now_ms = now_ms
        ordered = [each for _, each in sorted(self._attendants.items()) if self._heard_within(each, REMEMBERED_S)]
        self.plan: HallPlan = plan_of(plan for each in ordered if (plan := plan_in(each.plan)) is not None)
        self.rows = self._together("counts")
        """As everybody may be shown it."""

    @property
    def away(self) -> dict[str, int]:
        """The terminals that are away and not taken over, each with how many wait with its numbers."""
        expected = {name for name, each in self._attendants.items() if self._heard_within(each, EXPECTED_S)}
        expected |= {each.terminal for each in self._tickets.values()}
        missing = {name for name in expected if (each := self._attendants.get(name)) is None or self._is_missing(each)}
        return {
            name: sum(self._away(self._tickets[row.matter]) for row in self._waiting() if self._of(row) == name)
            for name in sorted(missing)
        }

    def decide(self, wish: Wish) -> tuple[Decided, dict[str, StepState]]:
        """What comes of a clerk's wish, and how the step of each ticket in it begins."""
        open_too = self._together("counts", "open")
        callable_now = [row for row in open_too if row.state != "waiting" or not self._away(self._tickets[row.matter])]
        decided = decide(callable_now, wish, self.plan, self._now_ms)
        if decided.why == "nobody_waits" and decide(open_too, wish, self.plan, self._now_ms).why is None:
            decided = replace(decided, why="away")
        return decided, {event.matter: self._begins(self._tickets[event.matter]) for event in decided.events}

    def terminal_of(self, matter: str) -> str:
        """Whose ticket it is."""
        return self._tickets[matter].terminal

    def row(self, matter: str) -> TicketRow | None:
        """A ticket as everybody may be shown it."""
        return next((row for row in self.rows if row.matter == matter), None)

    def _begins(self, ticket: Ticket) -> StepState:
        each = self._attendants.get(ticket.terminal)
        there = each is not None and each.ledger == ticket.ledger and self._present(each)
        return "open" if there else "counts"

    def _away(self, ticket: Ticket) -> bool:
        """Whether nobody can say what its terminal does with it."""
        each = self._attendants.get(ticket.terminal)
        if each is None:
            return True
        decided = any(step.event.matter == ticket.row.matter and step.state == "counts" for step in self._steps)
        return not (each.taken_over or each.ledger != ticket.ledger or self._present(each) or decided)

    def _is_missing(self, each: Attendant) -> bool:
        return not each.taken_over and not self._present(each)

    def _present(self, each: Attendant) -> bool:
        return self._heard_within(each, PRESENT_S)

    def _heard_within(self, each: Attendant, seconds: float) -> bool:
        return self._now_ms - each.heard_ms <= seconds * 1000

    def _together(self, *states: StepState) -> list[TicketRow]:
        rows = {matter: ticket.row for matter, ticket in self._tickets.items()}
        for step in self._steps:
            if step.state in states and step.event.matter in rows:
                row = rows[step.event.matter]
                rows[step.event.matter] = stepped(row, step.event)
        of_each: dict[str, list[TicketRow]] = {}
        for matter, row in rows.items():
            of_each.setdefault(self._tickets[matter].ledger, []).append(row)
        return merged(of_each)

    def _waiting(self) -> list[TicketRow]:
        return [row for row in self.rows if row.state == "waiting"]

    def _of(self, row: TicketRow) -> str:
        return self._tickets[row.matter].terminal


def stepped(row: TicketRow, event: TicketEvent) -> TicketRow:
    """The ticket after a step; as it was where the step does not fit any more, and its terminal will refuse it."""
    try:
        return evolve(row, event)
    except ImpossibleEventError:
        return row
