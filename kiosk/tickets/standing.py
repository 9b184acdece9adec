"""How the queue stands today: the tickets at hand, and what follows from them. Changes nothing."""

from collections.abc import Callable, Iterable
from datetime import datetime, tzinfo
from typing import Literal

import msgspec

from kiosk.protocol.tickets import TicketRow
from kiosk.queueing.board import Board, board
from kiosk.queueing.deciding import at_window, last_called
from kiosk.queueing.hall import Other
from kiosk.queueing.hours import is_open
from kiosk.queueing.merging import merged
from kiosk.queueing.rules import Business
from kiosk.queueing.turns import ahead_of, line
from kiosk.queueing.waiting import Wait, wait
from kiosk.tickets.marks import Marks
from kiosk.tickets.settings import QueueSettings

Closed = Literal["hours", "quota"]


class Called(msgspec.Struct, frozen=True):
    """A number at a window."""

    shown: str
    window: int


class Standing:
    """See the module. `Desk` is one that also changes things."""

    def __init__(self, settings: QueueSettings, zone: tzinfo, now_ms: Callable[[], int], ledger_id: str) -> None:
        self.settings = settings
        self.ledger_id = ledger_id
        self._zone = zone
        self._now_ms = now_ms
        self._marks: Marks | None = None
        self._rows: dict[str, TicketRow] = {}
        self._yesterday: dict[str, TicketRow] = {}
        """What was at hand before midnight: a slip of it may be on its way, or a screen show it."""
        self._date = ""
        self._last: dict[str, int] = {}
        """The last number of each letter today."""
        self._place = 0
        self._others: dict[str, dict[str, TicketRow]] = {}
        """Tickets of other ledgers of the hall, while the hub tells of them."""
        self._together: list[TicketRow] | None = None
        """All of them, once they were put together."""

    @property
    def rows(self) -> list[TicketRow]:
        """Every ticket of today, of the whole hall as far as it is known here, `place` counting all of them."""
        if self._together is None:
            others = {source: rows.values() for source, rows in self._others.items()}
            self._together = merged({**others, self.ledger_id: self._rows.values()})
        return self._together

    def row(self, ticket_id: str) -> TicketRow | None:
        """A ticket of today, or of the day that has just ended, as it stands."""
        return self._rows.get(ticket_id) or self._yesterday.get(ticket_id)

    def waiting(self, letter: str) -> list[TicketRow]:
        """Who waits for a business, in the order of the calls."""
        return line(self.rows, letter, self.settings)

    @property
    def waiting_count(self) -> int:
        """How many wait in the whole hall."""
        return sum(row.state == "waiting" for row in self.rows)

    def called(self) -> list[Called]:
        """Who is at the windows or on the way there, the newest call first."""
        at = sorted((row for row in self.rows if row.state == "called"), key=last_called, reverse=True)
        return [Called(row.shown, row.window) for row in at]

    def ahead(self, row: TicketRow) -> int:
        """How many are called before a ticket that waits."""
        return ahead_of(self.rows, row, self.settings)

    def wait(self, business: Business, ahead: int) -> Wait:
        """How long somebody with so many people ahead will wait."""
        return wait(self.rows, business, self.settings.business, ahead, self._now_ms())

    def closed(self, business: Business) -> Closed | None:
        """Why no number is given for a business now; None when one is."""
        local = self._local()
        if not is_open(business.hours, business.days, local):
            return "hours"
        if business.quota:
            return "quota" if self._number(business.letter) > business.quota else None
        return None

    def board(self) -> Board:
        """How clerks see it."""
        return board(self.rows, self.settings, self._now_ms(), self.closed)

    def at(self, window: int) -> TicketRow | None:
        """The ticket that a window called last and has not done with."""
        return at_window(self.rows, window)

    def _number(self, letter: str) -> int:
        """The next number of a letter today."""
        floor = self._marks.floor(letter, self._date) if self._marks else 0
        return self.settings.own.after(max(floor, self._last.get(letter, 0)))

    def _local(self) -> datetime:
        return datetime.fromtimestamp(self._now_ms() / 1000, self._zone)

    def _keep(self, row: TicketRow) -> None:
        self._rows[row.matter] = row
        self._last[row.letter] = max(self._last.get(row.letter, 0), row.number)
        self._place = max(self._place, row.place)
        self._together = None

    def _know(self, others: Iterable[Other]) -> bool:
        """Take in tickets of other ledgers; whether there were any of today."""
        of_today = [each for each in others if each.row.business_date == self._date and each.ledger != self.ledger_id]
        for each in of_today:
            self._others.setdefault(each.ledger, {})[each.row.matter] = each.row
        if of_today:
            self._together = None
        return bool(of_today)
