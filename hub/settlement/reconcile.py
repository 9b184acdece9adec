"""Three books of one order held against each other: the terminal's journal, the channel's bill, the gas company's file.

Where a book is not there for the day, what the journal says stands in its place. Pure. Money is in fen.
"""

from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec

Bucket = Literal["refunded_but_delivered", "delivered_not_paid", "paid_not_delivered", "amount_differs"]
BUCKETS: tuple[Bucket, ...] = ("refunded_but_delivered", "delivered_not_paid", "paid_not_delivered", "amount_differs")


class Payment(msgspec.Struct, frozen=True, kw_only=True):
    """One attempt in the journal."""

    number: str
    channel: str
    captured_fen: int
    refunded_fen: int
    paid_day: str
    """When the money was taken, and when it went back last; empty where it did not. `YYYY-MM-DD`."""
    refunded_day: str


class Booked(msgspec.Struct, frozen=True, kw_only=True):
    """One order in the journal."""

    ledger: str
    number: str
    hall: str
    terminal: str
    day: str
    """Its business date."""
    due_fen: int
    delivered_fen: int
    owed_fen: int
    """What the journal itself knows to be owed, and so to be on its way."""
    payments: tuple[Payment, ...]

    @property
    def captured_fen(self) -> int:
        """Of all payments."""
        return sum(payment.captured_fen for payment in self.payments)

    @property
    def refunded_fen(self) -> int:
        """Of all payments."""
        return sum(payment.refunded_fen for payment in self.payments)


class Bill(msgspec.Struct, frozen=True):
    """What a channel's bills say of one payment, of whatever days."""

    charged_fen: int = 0
    refunded_fen: int = 0


class Closed(msgspec.Struct, frozen=True):
    """What the gas company's files say of one order."""

    delivered: bool
    fen: int


class Others(msgspec.Struct, frozen=True, kw_only=True):
    """The other books."""

    bills: Mapping[str, Bill]
    """By the number of the payment."""
    closed: Mapping[str, Closed]
    """By the number of the order."""
    billed: frozenset[tuple[str, str]]
    """Channel and day of every bill that is there."""
    filed: frozenset[str]
    """Day of every file of the gas company that is there."""


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """An order of which the books do not say the same. None: that book is not there."""

    bucket: Bucket
    order: Booked
    bill: Bill | None
    closed: Closed | None
    fen: int
    """What it is about."""


def judge(order: Booked, others: Others) -> Finding | None:
    """What is wrong with an order; None where the books agree."""
    seen = [_seen(payment, others) for payment in order.payments]
    charged = sum(fen for fen, _ in seen)
    refunded = sum(fen for _, fen in seen)
    kept = charged - refunded
    closed = others.closed.get(order.number)
    known = closed is not None or order.day in others.filed
    worth = order.delivered_fen if not known else closed.fen if closed and closed.delivered else 0
    bucket, fen = _bucket(order, charged=charged, kept=kept, worth=worth)
    if bucket is None:
        return None
    bills = [others.bills[each.number] for each in order.payments if each.number in others.bills]
    is_billed = bool(bills) or any((each.channel, each.paid_day) in others.billed for each in order.payments)
    bill = Bill(sum(each.charged_fen for each in bills), sum(each.refunded_fen for each in bills))
    return Finding(
        bucket=bucket,
        order=order,
        bill=bill if is_billed else None,
        closed=closed if closed or not known else Closed(delivered=False, fen=0),
        fen=fen,
    )


def _bucket(order: Booked, *, charged: int, kept: int, worth: int) -> tuple[Bucket | None, int]:
    if worth and not charged:
        return "delivered_not_paid", worth
    if worth and kept < worth:
        return ("refunded_but_delivered" if kept < charged else "amount_differs"), worth - kept
    if not worth and kept > 0:
        return "paid_not_delivered", kept
    if charged < order.captured_fen:
        return "amount_differs", order.captured_fen - charged
    surplus = kept - worth
    if surplus:  # paid too much: it goes back, or somebody has to look
        return (None, 0) if surplus == order.owed_fen else ("amount_differs", abs(surplus))
    if worth != order.delivered_fen:
        return "amount_differs", abs(worth - order.delivered_fen)
    ours = order.captured_fen - order.refunded_fen
    if ours - kept not in (0, order.owed_fen):  # what is owed may have gone back already
        return "amount_differs", abs(ours - kept)
    return None, 0


def _seen(payment: Payment, others: Others) -> tuple[int, int]:
    """What was charged and refunded by the bill, as far as it is there."""
    bill = others.bills.get(payment.number)
    is_billed = (payment.channel, payment.paid_day) in others.billed
    is_billed_back = (payment.channel, payment.refunded_day) in others.billed
    if bill is None:
        return 0 if is_billed else payment.captured_fen, 0 if is_billed_back else payment.refunded_fen
    charged = bill.charged_fen if bill.charged_fen or is_billed else payment.captured_fen
    return charged, bill.refunded_fen if bill.refunded_fen or is_billed_back else payment.refunded_fen


def totals(findings: Sequence[Finding]) -> dict[Bucket, tuple[int, int]]:
    """How many there are in each bucket, and what they are about."""
    return {
        bucket: (
            sum(finding.bucket == bucket for finding in findings),
            sum(finding.fen for finding in findings if finding.bucket == bucket),
        )
        for bucket in BUCKETS
    }
