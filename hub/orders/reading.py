"""What rows of a journal make of the orders that the hub knows. Pure.

The hub keeps of each order what it has come to (`Rows`), so that what comes next needs only the new rows.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal

import msgspec

from kiosk.protocol.envelope import Envelope, UnknownEventError, decode
from kiosk.protocol.events import RefundDone
from kiosk.protocol.matter import ImpossibleEventError, MatterEvent
from kiosk.protocol.order.evolve import evolve
from kiosk.protocol.order.rows import Rows
from kiosk.protocol.order.truth import needs_staff

FOLD = 3
"""Counted up when what is kept of an order changes, or when more events are understood: then all is read anew."""

CLOSED, UNDER_WAY, OWED, STAFF = range(4)
"""How urgent an order is: settled; not finished; somebody's money is owed; only people can go on."""

MOST_NUMBER = 20
"""Letters and digits of an order's number."""
_MOST_FEN = 10**12
MOST_MS = 250_000_000_000_000
"""In the year 9892: calendars end at 9999."""


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """An order as the hub knows it."""

    rows: Rows
    flaw: Literal["", "unknown", "broken"] = ""
    """`unknown`: it has a step that this hub does not know; `broken`: its steps do not follow from one another."""
    returned_ms: dict[int, int] = {}
    """By attempt: when the last of its money went back."""


def read_on(known: Mapping[str, Order], bodies: Iterable[str]) -> dict[str, Order]:
    """The orders that rows of one journal changed. An order whose beginning is in the terminal's archive alone, which
    is settled then, is left out."""
    orders = dict(known)
    for body in bodies:
        envelope = decode(body)
        if _is_number(envelope.order):
            before = orders.get(envelope.order)
            after = _after(before, envelope)
            if after is not None and after is not before:
                orders[envelope.order] = after
    return {number: order for number, order in orders.items() if order is not known.get(number)}


def _is_number(text: str) -> bool:
    """Whether a terminal gives such numbers; the ledger would refuse an order of any other."""
    return text.isascii() and text.isalnum() and len(text) <= MOST_NUMBER


def _after(order: Order | None, envelope: Envelope) -> Order | None:
    if order is not None and order.flaw == "broken":
        return order
    try:
        event = envelope.event()
        if isinstance(event, MatterEvent):
            return order
        rows = evolve(order.rows if order else None, event)
        if not _can_be(rows):
            raise ImpossibleEventError(f"order {envelope.order} has amounts or times that nothing has")
    except UnknownEventError:
        return order and msgspec.structs.replace(order, flaw="unknown")
    except ImpossibleEventError:
        return order and msgspec.structs.replace(order, flaw="broken")
    returned_ms = order.returned_ms if order else {}
    if isinstance(event, RefundDone):
        returned_ms = returned_ms | {event.n: max(0, min(event.at_ms, MOST_MS))}
    return Order(rows=rows, flaw=order.flaw if order else "", returned_ms=returned_ms)


def _can_be(rows: Rows) -> bool:
    """Whether every database can hold it: a terminal signs what it says, which does not make it sense."""
    fen = (rows.order.due_fen, rows.captured_fen, *(attempt.captured_fen for attempt in rows.attempts))
    times = [rows.order.opened_ms, rows.order.ended_ms]
    times += [moment for attempt in rows.attempts for moment in (attempt.ended_ms, attempt.paid_ms)]
    return all(0 <= each <= _MOST_FEN for each in fen) and all(0 <= each <= MOST_MS for each in times)


def rank(order: Order, *, aside: bool) -> int:
    """How urgent it is; `aside`: its journal was set aside, so no terminal goes on with it."""
    rows = order.rows
    if order.flaw == "broken" or needs_staff(rows) or (aside and not rows.order.closed):
        return STAFF
    if rows.liability_fen > 0 or any(refund.state != "done" for refund in rows.returns):
        return OWED
    return CLOSED if rows.order.closed else UNDER_WAY


def kept(body: str) -> Order:
    """An order as `order_values` wrote it down."""
    return msgspec.json.decode(body, type=Order)


def order_values(ledger: str, hall: str, terminal: str, order: Order, *, aside: bool) -> tuple[Any, ...]:
    """Its row of the table `orders`."""
    row = order.rows.order
    body = msgspec.json.encode(order).decode()
    place = (ledger, row.order_no, hall, terminal)
    return *place, _text(row.business_date), row.opened_ms, row.due_fen, rank(order, aside=aside), body


def payment_values(ledger: str, hall: str, order: Order) -> Iterator[tuple[Any, ...]]:
    """Its rows of the table `payment`: one for each attempt, whether it took money or not; and where nothing was to be
    paid for what was delivered, one without a channel."""
    row = order.rows.order
    place = (ledger, row.order_no)
    delivered_fen = order.rows.delivered_fen
    for attempt in order.rows.attempts:
        done = [each for each in order.rows.refunds if each.n == attempt.n and each.state == "done"]
        is_paid = attempt.captured_fen > 0 and attempt.ref == row.paid_ref
        yield (
            *(*place, attempt.n, hall, _text(row.business_date)),
            *(_text(attempt.channel), _text(attempt.key), _text(attempt.ref), attempt.paid_ms or attempt.ended_ms),
            *(attempt.captured_fen, sum(each.amount_fen for each in done), len(done)),
            *(delivered_fen if is_paid else 0, order.returned_ms.get(attempt.n, 0)),
        )
    if row.state == "delivered" and not row.due_fen:
        yield *place, 0, hall, _text(row.business_date), "", "", "", row.ended_ms, 0, 0, 0, 0, 0


def _text(said: str) -> str:
    return said.replace("\0", "")[:80]
