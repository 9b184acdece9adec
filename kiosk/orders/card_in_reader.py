"""The gas card of one order as its runner knows it: what was read of it, and the bytes that it is to hold.

Nothing is remembered past an answer of the reader: whatever it said, the card is read again before the next step. A
restart forgets everything, and the company gives the bytes of a write again.
"""

import contextlib
from collections.abc import Iterator
from decimal import Decimal

import msgspec

from kiosk.devices import gas, gas_card
from kiosk.orders.private import CardPrivate, Private
from kiosk.orders.world import World
from kiosk.protocol.order.rows import JobRow, Rows

FetchAnswer = gas.WriteJob | gas.Delivered | gas.Cancelled | gas.Refused | gas.Unreachable | gas_card.LockedCard


class CardInReader:
    """See the module."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.image = b""
        """As it was read last, where it does not contradict itself; opaque to all but the company."""
        self._locked: gas_card.LockedCard | None = None
        self._data: gas.WriteJob | None = None
        self.there = False
        """Whether the order's own card was read since the reader's last answer about it."""
        self.unwritten = 0
        """The write that was recorded and not yet handed to the reader, or 0."""
        self.busy = False
        """Whether the company or the reader is being asked."""

    def read(self, card: gas_card.GasCard | gas_card.LockedCard | None) -> None:
        """It was read; None where it contradicts itself."""
        self.there = True
        self.image = card.image if isinstance(card, gas_card.GasCard) else b""
        self._locked = card if isinstance(card, gas_card.LockedCard) else None

    async def fetch(self, rows: Rows, private: Private | None) -> FetchAnswer:
        """What the company wants on it; of one that cannot be written it is not asked."""
        with self._asking():
            return await self._fetch(rows, private)

    async def _fetch(self, rows: Rows, private: Private | None) -> FetchAnswer:
        if not self.image:  # the company would have nothing to go by; it is the card's turn again
            self.there = False
            return self._locked or gas.Refused("not_now")
        answer = await self._world.gas.write_data(rows.order.order_no, self.image)
        if isinstance(answer, gas.WriteJob):
            if answer.gas_m3 != _bought(private):
                return gas.Unreachable("the company would write another volume than was bought", sent=True)
            self._data = answer
            self.unwritten = len(rows.jobs) + 1
        elif isinstance(answer, gas.Refused) and answer.reason != "not_now":
            self.there = False
        return answer

    async def write(self, row: JobRow, private: Private | None, *, doubt: bool) -> gas_card.JobOutcome:
        """Write it; with `doubt` it may have been written before, and the bytes may be forgotten."""
        self.there = False
        self.unwritten = 0
        with self._asking():
            return await self._write(row, private, doubt)

    async def _write(self, row: JobRow, private: Private | None, doubt: bool) -> gas_card.JobOutcome:
        reader = self._reader()
        if doubt:
            outcome = await reader.find(_job(row, private, self._data))
            if not (isinstance(outcome, gas_card.Absent) and outcome.mixed):
                return outcome
        if self._data is None or self._data.new_hash != row.new_hash:
            answer = await self._world.gas.write_data(row.order_no, b"", row.provider_job)
            if not isinstance(answer, gas.WriteJob) or answer.new_hash != row.new_hash:
                return gas_card.CardUnknown("the company does not give these bytes again")
            self._data = answer
        return await reader.write(_job(row, private, self._data))

    async def look(self, row: JobRow, private: Private | None) -> gas_card.JobOutcome:
        """What became of a write, by the card alone."""
        self.there = False
        with self._asking():
            return await self._reader().find(_job(row, private, None))

    @contextlib.contextmanager
    def _asking(self) -> Iterator[None]:
        self.busy = True
        try:
            yield
        finally:
            self.busy = False

    def _reader(self) -> gas_card.GasCardReader[msgspec.Struct]:
        if self._world.cards is None:
            raise LookupError("there is no reader of gas cards")
        return self._world.cards


def _of_a_card(private: Private | None) -> CardPrivate:
    if not isinstance(private, CardPrivate):
        raise LookupError("the sealed values of this order are gone, or of no card")
    return private


def _bought(private: Private | None) -> Decimal:
    return _of_a_card(private).quote.gas_m3


def _job(row: JobRow, private: Private | None, data: gas.WriteJob | None) -> gas_card.CardJob:
    """What the reader needs; without `data` it can only look."""
    return gas_card.CardJob(
        order_no=row.order_no,
        n=row.n,
        provider_job=row.provider_job,
        card=_of_a_card(private).card,
        count=row.count,
        expect_gas_m3=Decimal(row.gas_m3),
        old_hash=row.old_hash,
        new_image=data.image if data else b"",
        old_key=data.old_key if data else b"",
        new_key=data.new_key if data else b"",
    )
