"""What a gas card held before each write of an order, what it was to hold, and what was read of it afterwards. Pure.

Where a card is disputed, the staff judge it by these. They lie sealed with the order's other personal values, from the
very step in which the intent to write becomes durable.
"""

from msgspec.structs import replace

from kiosk.devices import gas, gas_card
from kiosk.orders.answers import Answer
from kiosk.orders.private import CardLoadPrivate, CardWrite, GasCardPrivate, Private
from kiosk.orders.steps import Effect, Fetch, Look, Write
from kiosk.protocol.order.rows import Rows


def kept(private: Private | None, rows: Rows, effect: Effect, answer: Answer, read: bytes) -> Private | None:
    """The sealed values with what `answer` adds to them; the same object where that is nothing. `read` is the image
    for which the company was asked."""
    if not isinstance(private, GasCardPrivate | CardLoadPrivate):
        return private
    match effect, answer:
        case Fetch(), gas.WriteJob(image=meant):
            write = CardWrite(n=len(rows.jobs) + 1, before=read, meant=meant)
            return replace(private, writes=(*private.writes, write))
        case ((Write(n=n) | Look(n=n)), (gas_card.Absent() | gas_card.Landed() | gas_card.Torn())):
            image = answer.card.image if isinstance(answer, gas_card.Landed) else answer.image
            writes = tuple(replace(write, after=image) if image and write.n == n else write for write in private.writes)
            return private if writes == private.writes else replace(private, writes=writes)
        case _:
            return private
