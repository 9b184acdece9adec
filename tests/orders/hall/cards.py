"""The gas card of the state machine, the reader that it is in or not, and the meter at home: the card decides."""

from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from typing import Literal

from kiosk.devices import gas_card
from kiosk.orders import steps
from tests.orders import laws
from tests.orders.hall.channels import Find
from tests.orders.hall.wire import Wire

NONE = Decimal(0)
Break = Literal["before", "middle", "end", "broken_off", "refused", "torn"]
BREAKS: tuple[Break, ...] = ("before", "middle", "middle", "end", "end", "broken_off", "refused", "torn")
"""How a write ends early: the card is pulled at its beginning, in its middle, or once it is done; it is left there half
written; it takes nothing; or what is on it is neither the old nor the new."""
Place = Literal["in", "out", "other"]
"""`other`: another card is in the reader."""


def image(count: int, gas_m3: Decimal) -> bytes:
    """What is on a sound card."""
    return f"{count} {gas_m3}".encode()


def read(content: bytes) -> tuple[int, Decimal] | None:
    """Count and gas; None where it is written by half."""
    count, _, gas_m3 = content.decode().partition(" ")
    return (int(count), Decimal(gas_m3)) if count.isdecimal() else None


class Slot(Wire):
    """See the module; there is one card. `landed`: how often what each order bought came onto it."""

    def __init__(self, rows: Find, number: str) -> None:
        super().__init__()
        self.place: Place = "in"
        self.breaks: Break | None = None
        self.count, self.gas_m3 = 7, NONE
        self.half_of: str | None = None
        """The order whose write was left half done."""
        self.odd_of: str | None = None
        """The order whose write left neither the old nor the new."""
        self.landed: Counter[str] = Counter()
        self._number = number
        self._rows = rows

    @property
    def image(self) -> bytes:
        """Every byte of it."""
        sound = image(self.count, self.gas_m3)
        return sound if self.half_of is None and self.odd_of is None else b"half " + sound

    def card(self) -> gas_card.GasCard | None:
        """As it is read; None where it contradicts itself."""
        if self.half_of is not None or self.odd_of is not None:
            return None
        return gas_card.GasCard(number=self._number, gas_m3=self.gas_m3, count=self.count, image=self.image)

    def meter(self) -> None:
        """Takes what it finds on a sound card."""
        if self.half_of is None and self.odd_of is None:
            self.gas_m3 = NONE

    def put(self, order_no: str, count: int, gas_m3: Decimal) -> None:
        """A purchase lands."""
        self.count, self.gas_m3, self.half_of = count, gas_m3, None
        self.landed[order_no] += 1

    async def find(self, job: gas_card.CardJob) -> gas_card.JobOutcome:
        """By the card alone."""
        self.law(lambda: laws.i1_row_before_the_first_byte(self._rows(job.order_no), steps.Look(job.n)))
        return await self._carry(lambda: self._judged(job))

    async def write(self, job: gas_card.CardJob) -> gas_card.JobOutcome:
        """Reads first, writes, and reads back."""
        self.law(lambda: laws.i1_row_before_the_first_byte(self._rows(job.order_no), steps.Write(job.n, doubt=False)))

        def act() -> gas_card.JobOutcome:
            outcome = self._judged(job)
            if not isinstance(outcome, gas_card.Absent):
                return outcome
            breaks, self.breaks = self.breaks, None
            return self._written(job) if breaks is None else self._broken(job, breaks)

        return await self._carry(act)

    def _written(self, job: gas_card.CardJob) -> gas_card.JobOutcome:
        said = read(job.new_image)
        assert said == (job.count, job.expect_gas_m3)
        self.put(job.order_no, *said)
        return self._judged(job)

    def _broken(self, job: gas_card.CardJob, breaks: Break) -> gas_card.JobOutcome:
        if breaks == "refused" and self.half_of is None:
            return gas_card.Absent()
        if breaks == "torn":
            self.odd_of = job.order_no
            return gas_card.Torn("data")
        if breaks == "end":
            self._written(job)
        elif breaks != "before":
            self.half_of = job.order_no
        if breaks in ("broken_off", "refused"):
            return gas_card.Absent(mixed=True)
        self.place = "out"
        return gas_card.CardUnknown("pulled")

    def _judged(self, job: gas_card.CardJob) -> gas_card.JobOutcome:
        if self.place != "in":
            return gas_card.NoCard() if self.place == "out" else gas_card.OtherCard()
        if self.odd_of is not None:
            return gas_card.Torn("data")
        if self.count == job.count - 1:
            return gas_card.Absent(mixed=self.half_of is not None)
        card = self.card()
        return gas_card.Torn("count") if self.count != job.count or card is None else gas_card.Landed(card)

    async def _carry(self, act: Callable[[], gas_card.JobOutcome]) -> gas_card.JobOutcome:
        """Calls take turns: none comes late."""
        self.mishaps[:1] = ["lost_answer" if mishap in ("late", "twice") else mishap for mishap in self.mishaps[:1]]
        return await self.carry(act, gas_card.CardUnknown("lost"), gas_card.CardUnknown("away"))
