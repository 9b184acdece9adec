"""What comes of a clerk's wish: which tickets go which step. One set of rules for a terminal that is on its own and for
a hub that sees the whole hall; they differ only in which tickets they know."""

from collections.abc import Iterable
from typing import Literal, assert_never

import msgspec

from kiosk.protocol import tickets as ev
from kiosk.protocol.tickets import TicketRow
from kiosk.queueing.rules import Plan
from kiosk.queueing.turns import next_for
from kiosk.queueing.wishes import (
    QueueComeBack,
    QueueFinish,
    QueueNext,
    QueueNoShow,
    QueueRecall,
    QueueTransfer,
    Wish,
)

Refused = Literal[
    "no_such_window",
    "no_such_business",
    "no_such_ticket",
    "nobody_waits",
    "away",
    "nobody_here",
    "changed",
    "not_missed",
    "too_late",
    "same_business",
]
"""Why a clerk's wish was not done; `away`: who waits has the number of a terminal that a hub does not reach."""


class Decided(msgspec.Struct, frozen=True):
    """`events` are of different tickets, at most one each. `why` says what of the wish is not done, or nothing: a
    window that is done with somebody is so though nobody waits for it."""

    events: tuple[ev.TicketEvent, ...] = ()
    why: Refused | None = None


def at_window(rows: Iterable[TicketRow], window: int) -> TicketRow | None:
    """The ticket that a window called last and has not done with."""
    there = (row for row in rows if row.state == "called" and row.window == window)
    return max(there, key=last_called, default=None)


def last_called(row: TicketRow) -> tuple[int, int, str]:
    """Orders tickets by their last call. Clocks first: after an outage each side counted its turns by itself."""
    return row.called_ms, row.turn, row.matter


def decide(rows: Iterable[TicketRow], wish: Wish, plan: Plan, now_ms: int) -> Decided:
    """What comes of a wish. `rows` are those of the day that may be called."""
    rows = list(rows)
    if isinstance(wish, QueueComeBack):
        return _come_back(rows, wish.number, plan, now_ms)
    if wish.window not in plan.windows:
        return Decided(why="no_such_window")
    row = at_window(rows, wish.window)
    if wish.seen is not None and wish.seen != (row.shown if row else ""):
        return Decided(why="changed")
    if isinstance(wish, QueueNext):
        return _next(rows, row, wish.window, plan, now_ms)
    if row is None:
        return Decided(why="nobody_here")
    match wish:
        case QueueRecall() if row.times < plan.calls:
            return Decided((ev.TicketRecalled(matter=row.matter, at_ms=now_ms),))
        case QueueRecall() | QueueNoShow():
            return Decided((ev.TicketMissed(matter=row.matter, at_ms=now_ms),))
        case QueueFinish():
            return Decided((ev.TicketFinished(matter=row.matter, at_ms=now_ms),))
        case QueueTransfer(to=to):
            return _transfer(rows, row, to, plan, now_ms)
        case _:
            assert_never(wish)


def _next(rows: list[TicketRow], at: TicketRow | None, window: int, plan: Plan, now_ms: int) -> Decided:
    done = (ev.TicketFinished(matter=at.matter, at_ms=now_ms),) if at else ()
    # two may stand there after an outage, one called by each side: who was sent there first is called once more
    if at and (left := at_window((row for row in rows if row is not at), window)):
        return Decided((*done, ev.TicketRecalled(matter=left.matter, at_ms=now_ms)))
    found = next_for(rows, window, plan.serves(window), plan)
    if found is None:
        return Decided(done, "nobody_waits")
    row, lane = found
    called = ev.TicketCalled(matter=row.matter, window=window, turn=_turn(rows) + 1, lane=lane, at_ms=now_ms)
    return Decided((*done, called))


def _transfer(rows: list[TicketRow], row: TicketRow, to: str, plan: Plan, now_ms: int) -> Decided:
    if plan.of(to) is None:
        return Decided(why="no_such_business")
    if to == row.business:
        return Decided(why="same_business")
    head = max(other.head for other in rows) + 1
    return Decided((ev.TicketTransferred(matter=row.matter, business=to, head=head, at_ms=now_ms),))


def _come_back(rows: list[TicketRow], number: str, plan: Plan, now_ms: int) -> Decided:
    wanted = number.strip().upper()
    row = next((row for row in rows if row.shown == wanted), None)
    if row is None:
        return Decided(why="no_such_ticket")
    if row.state != "missed":
        return Decided(why="not_missed")
    if now_ms - row.ended_ms > plan.come_back_minutes * 60_000:
        return Decided(why="too_late")
    return Decided((ev.TicketCameBack(matter=row.matter, turn=_turn(rows), at_ms=now_ms),))


def _turn(rows: list[TicketRow]) -> int:
    """How many calls there were today."""
    return max((row.turn for row in rows), default=0)
