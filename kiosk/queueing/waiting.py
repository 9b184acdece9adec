"""How long a wait will be, as honestly as it can be said: a range.

With n people ahead, a mean service of t minutes, and windows that each serve k businesses, of which ours is one, the
wait is t · (n / Σ 1/k + ½): a window with two businesses is counted as half a window, and whoever is at one now is half
done. (The formula of the "Office Queue" exercise of Politecnico di Torino.)
"""

from collections.abc import Iterable, Sequence
from statistics import median

import msgspec

from kiosk.protocol.tickets import TicketRow
from kiosk.queueing.rules import Business

SERVICES = 20
"""How many of the last services of a business tell how long the next ones take …"""
ENOUGH = 5
"""… once there are so many."""
ACTIVE_MS = 60 * 60 * 1000
"""A window that has called nobody for so long is taken to be closed, while another one is open."""


class Wait(msgspec.Struct, frozen=True):
    """From `least` to `most` minutes; the same twice is "about"."""

    least: int
    most: int


def service_minutes(rows: Iterable[TicketRow], business: Business) -> float:
    """The median of the last services, or what the configuration supposes."""
    done = [row for row in rows if row.state == "finished" and row.business == business.letter and row.called_ms]
    last = sorted(done, key=lambda row: row.ended_ms)[-SERVICES:]
    if len(last) < ENOUGH:
        return business.minutes
    return max(0.0, median((row.ended_ms - row.called_ms) / 60_000 for row in last))


def wait(
    rows: Iterable[TicketRow], business: Business, businesses: Sequence[Business], ahead: int, now_ms: int
) -> Wait:
    """How long somebody waits who has `ahead` people before them. `rows` are those of the day."""
    rows = list(rows)
    windows = _open_windows(rows, business, now_ms)
    busy = {row.window for row in rows if row.state == "called"}
    begun = {row.window for row in rows if row.state in ("called", "finished", "missed")}
    served = sum(1 / max(1, sum(window in other.windows for other in businesses)) for window in windows)
    free = ahead == 0 and any(window in begun and window not in busy for window in windows)
    return _said(service_minutes(rows, business) * (ahead / served + (0 if free else 0.5)))


def _open_windows(rows: Iterable[TicketRow], business: Business, now_ms: int) -> set[int]:
    called = {row.window for row in rows if row.called_ms and row.called_ms > now_ms - ACTIVE_MS}
    return called & set(business.windows) or set(business.windows)


def _said(minutes: float) -> Wait:
    """A range around a time, in steps that promise no more than is known."""
    if minutes < 1:
        return Wait(1, 1)
    low, high = minutes * 0.75, minutes * 1.4
    step = 1 if high <= 12 else 5 if high <= 60 else 10
    least = max(1, int(low / step) * step)
    return Wait(least, max(least, -int(-high // step) * step))
