"""The queue as clerks see it: a window each, who waits, who was skipped."""

from collections.abc import Callable, Iterable

import msgspec

from kiosk.protocol.tickets import TicketRow
from kiosk.queueing.deciding import at_window
from kiosk.queueing.rules import Business, Plan
from kiosk.queueing.turns import line


class AtWindow(msgspec.Struct, frozen=True, kw_only=True):
    """A window: what it serves, the number there (or none), how often and since when it is called, how many wait."""

    window: int
    letters: str
    shown: str = ""
    business: str = ""
    priority: bool = False
    times: int = 0
    called_ms: int = 0
    waiting: int = 0


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who waits. `slip` is false where no slip is known to have come out: they may not know their number."""

    shown: str
    priority: bool
    transferred: bool
    back: bool
    slip: bool
    given_ms: int


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """Who waits for a business, in the order of the calls. `closed` says why it gives no numbers."""

    letter: str
    name: str
    name_en: str
    closed: str
    waiting: tuple[Waiting, ...]


class Skipped(msgspec.Struct, frozen=True, kw_only=True):
    """A number that still counts until `until_ms`, if its holder comes back."""

    shown: str
    until_ms: int


class Board(msgspec.Struct, frozen=True, kw_only=True):
    """All of it."""

    windows: tuple[AtWindow, ...]
    lines: tuple[Line, ...]
    skipped: tuple[Skipped, ...]


def board(rows: Iterable[TicketRow], plan: Plan, now_ms: int, closed: Callable[[Business], str | None]) -> Board:
    """How things stand; `rows` are those of the day, `closed` says why a business gives no numbers."""
    rows = list(rows)
    lines = tuple(
        Line(
            letter=business.letter,
            name=business.name,
            name_en=business.name_en,
            closed=closed(business) or "",
            waiting=tuple(
                Waiting(
                    shown=row.shown,
                    priority=row.priority,
                    transferred=row.head > 0,
                    back=row.back >= 0,
                    slip=row.slip == "printed",
                    given_ms=row.given_ms,
                )
                for row in line(rows, business.letter, plan)
            ),
        )
        for business in plan.business
    )
    counts = {each.letter: len(each.waiting) for each in lines}
    keeps_ms = plan.come_back_minutes * 60_000
    skipped = tuple(
        Skipped(shown=row.shown, until_ms=row.ended_ms + keeps_ms)
        for row in sorted(rows, key=lambda row: -row.ended_ms)
        if row.state == "missed" and row.ended_ms + keeps_ms >= now_ms
    )
    windows = tuple(_window(rows, plan, window, counts) for window in plan.windows)
    return Board(windows=windows, lines=lines, skipped=skipped)


def _window(rows: list[TicketRow], plan: Plan, window: int, counts: dict[str, int]) -> AtWindow:
    letters = sorted(plan.serves(window))
    empty = AtWindow(window=window, letters="".join(letters), waiting=sum(counts[letter] for letter in letters))
    row = at_window(rows, window)
    if row is None:
        return empty
    return msgspec.structs.replace(
        empty,
        shown=row.shown,
        business=row.business,
        priority=row.priority,
        times=row.times,
        called_ms=row.called_ms,
    )
