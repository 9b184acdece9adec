"""A hall in memory: tickets are given and called by the pure rules alone."""

from collections.abc import Iterable

from kiosk.protocol import tickets as ev
from kiosk.protocol.tickets import TicketRow, evolve
from kiosk.queueing.numbering import Share
from kiosk.queueing.rules import Business, QueueRules
from kiosk.queueing.turns import next_for

DAY = "2026-11-30"
MINUTE = 60_000


def business(letter: str, *windows: int, minutes: float = 6.0) -> Business:
    return Business(letter=letter, name=f"业务{letter}", name_en=f"Matter {letter}", windows=windows, minutes=minutes)


class Hall:
    def __init__(self, *businesses: Business, rules: QueueRules | None = None, name: str = "t") -> None:
        self.businesses = businesses
        self.rules = rules or QueueRules()
        self.rows: dict[str, TicketRow] = {}
        self.called: list[TicketRow] = []
        self.now_ms = 1_800_000_000_000
        self._name = name

    def give(self, letter: str = "A", *, priority: bool = False, share: Share | None = None) -> TicketRow:
        last = max((row.number for row in self.rows.values() if row.letter == letter), default=0)
        number = (share or self.rules.own).after(last)
        place = len(self.rows) + 1
        about = f"{self._name}{place}"
        self.rows[about] = evolve(
            None,
            ev.TicketGiven(
                matter=about,
                letter=letter,
                number=number,
                business_date=DAY,
                priority=priority,
                place=place,
                at_ms=self.now_ms,
            ),
        )
        return self.rows[about]

    def call(self, window: int) -> TicketRow | None:
        found = next_for(self.rows.values(), window, self.serves(window), self.rules)
        if found is None:
            return None
        row, lane = found
        called = ev.TicketCalled(matter=row.matter, window=window, turn=self.turn + 1, lane=lane, at_ms=self.now_ms)
        self.called.append(self.happened(called))
        return self.called[-1]

    def happened(self, event: ev.TicketEvent) -> TicketRow:
        self.rows[event.matter] = evolve(self.rows.get(event.matter), event)
        return self.rows[event.matter]

    def finish(self, row: TicketRow) -> TicketRow:
        return self.happened(ev.TicketFinished(matter=row.matter, at_ms=self.now_ms))

    def miss(self, row: TicketRow) -> TicketRow:
        return self.happened(ev.TicketMissed(matter=row.matter, at_ms=self.now_ms))

    def come_back(self, row: TicketRow) -> TicketRow:
        return self.happened(ev.TicketCameBack(matter=row.matter, turn=self.turn, at_ms=self.now_ms))

    def transfer(self, row: TicketRow, to: str) -> TicketRow:
        head = max((row.head for row in self.rows.values()), default=0) + 1
        return self.happened(ev.TicketTransferred(matter=row.matter, business=to, head=head, at_ms=self.now_ms))

    def serves(self, window: int) -> frozenset[str]:
        return frozenset(business.letter for business in self.businesses if window in business.windows)

    @property
    def turn(self) -> int:
        return max((call.turn for row in self.rows.values() for call in row.calls), default=0)

    def call_all(self, windows: Iterable[int] = (1,)) -> list[str]:
        """Call until nobody waits, the windows in turn; the numbers in order."""
        names: list[str] = []
        while True:
            called = [row for window in windows if (row := self.call(window))]
            if not called:
                return names
            names += [row.shown for row in called]
