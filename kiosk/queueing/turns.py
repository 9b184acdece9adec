"""Whose turn it is.

1. Who was transferred from another window goes first: they waited already.
2. Who was missed and came back goes after the next few calls of the business.
3. Of the others the one who waits longest, whatever the business. The priority lane goes ahead, but no window calls
   more than one of it in every few calls while somebody else waits: so neither lane can starve the other.
"""

from collections import deque
from collections.abc import Iterable, Iterator

from kiosk.protocol.tickets import Call, Lane, TicketRow
from kiosk.queueing.rules import QueueRules


def calls_of(rows: Iterable[TicketRow]) -> list[Call]:
    """All calls in their order."""
    return sorted(call for row in rows for call in row.calls)


def next_for(
    rows: Iterable[TicketRow], window: int, serves: frozenset[str], rules: QueueRules
) -> tuple[TicketRow, Lane] | None:
    """Whom a window that serves these businesses calls next, and by which right. `rows` are those of the day."""
    rows = list(rows)
    calls = calls_of(rows)
    waiting = (row for row in rows if row.state == "waiting" and row.business in serves)
    return next(_turns(waiting, calls, [call for call in calls if call.window == window], rules), None)


def line(rows: Iterable[TicketRow], business: str, rules: QueueRules) -> list[TicketRow]:
    """Who waits for a business, in the order of the calls if nobody else comes."""
    rows = list(rows)
    calls = calls_of(rows)
    waiting = (row for row in rows if row.state == "waiting" and row.business == business)
    return [row for row, _ in _turns(waiting, calls, [call for call in calls if call.business == business], rules)]


def ahead_of(rows: Iterable[TicketRow], ticket: TicketRow, rules: QueueRules) -> int:
    """How many of its business are called before a ticket that waits; nobody where it does not wait."""
    if ticket.state != "waiting":
        return 0
    return [row.matter for row in line(rows, ticket.business, rules)].index(ticket.matter)


def _turns(
    waiting: Iterable[TicketRow], calls: list[Call], own: list[Call], rules: QueueRules
) -> Iterator[tuple[TicketRow, Lane]]:
    """Everybody who waits, one after the other. `own` are the calls that the priority rule looks back at."""
    tickets = sorted(waiting, key=lambda row: (row.place, row.matter))
    heads = deque(sorted((row for row in tickets if row.head), key=lambda row: row.head))
    back = [row for row in sorted(tickets, key=lambda row: row.back) if row.back >= 0 and not row.head]
    to_go = {
        row.matter: rules.come_back_after
        - sum(call.business == row.business and call.turn > row.back for call in calls)
        for row in back
    }
    usual = [row for row in tickets if not row.head and row.back < 0]
    first = deque(row for row in usual if row.priority)
    others = deque(row for row in usual if not row.priority)
    recent = deque((call.lane for call in own if call.lane != "head"), maxlen=rules.priority_every - 1)
    while heads or back or first or others:
        ripe = next((row for row in back if to_go[row.matter] <= 0), None)
        lane: Lane = "head"
        if heads:
            row = heads.popleft()
        elif ripe or not (first or others):
            row = ripe or back[0]
            back.remove(row)
        else:
            lane = "priority" if first and not (others and "priority" in recent) else "normal"
            row = (first if lane == "priority" else others).popleft()
            recent.append(lane)
        for other in back:
            to_go[other.matter] -= other.business == row.business
        yield row, lane
