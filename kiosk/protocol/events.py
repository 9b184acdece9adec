"""Everything that can happen to an order, as the journal keeps it. Types are versioned; readers upcast.

No event holds a personal value: `subject` points to the sealed ones, `account_hash` is keyed per hall.
Times are milliseconds since 1970, UTC; money is fen.
"""

import msgspec


class OrderEvent(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Base of the events of one order."""

    order_no: str


class OrderOpening(OrderEvent, frozen=True, tag="menkou.order.opening.v1"):
    """Intent: the gas company is about to be asked to hold the price."""

    kind: str
    """What is paid for: the journey that sells it."""
    subject: str
    """Where the sealed account, name and price lie."""
    account_hash: str
    """Of the gas account, with the hall's key."""
    hash_key: str
    """Which key that was."""
    quote_id: str
    """The company's offer."""
    due_fen: int
    business_date: str
    """`YYYY-MM-DD` in the hall's time zone."""
    language: str
    at_ms: int
    card_hash: str = ""
    """Of the gas card that the goods go onto, with the same key; empty where the company credits them."""


class OrderOpened(OrderEvent, frozen=True, tag="menkou.order.opened.v1"):
    """The company holds the price until `pay_by_ms`."""

    pay_by_ms: int
    due_fen: int
    provider_ref: str


class OrderRefused(OrderEvent, frozen=True, tag="menkou.order.refused.v1"):
    """The company did not open the order: no money ever moved."""

    reason: str


class OrderDelivering(OrderEvent, frozen=True, tag="menkou.order.delivering.v1"):
    """Intent: the company is about to be told that `paid_fen` were paid, or asked for what its card must hold."""

    channel: str
    channel_ref: str
    paid_fen: int
    deliver_by_ms: int


class OrderOwed(OrderEvent, frozen=True, tag="menkou.order.owed.v1"):
    """The company booked the payment and owes the gas: it is still to be written onto the card."""


class OrderDelivered(OrderEvent, frozen=True, tag="menkou.order.delivered.v1"):
    """The company booked the payment, or the gas is on the card."""

    receipt_no: str
    at_ms: int


class OrderHeld(OrderEvent, frozen=True, tag="menkou.order.held.v1"):
    """It waits for the company or for the card, and proof exists that nothing was delivered yet."""

    why: str


class OrderManual(OrderEvent, frozen=True, tag="menkou.order.manual.v1"):
    """What is on the card cannot be told by this terminal: a matter for two people of the staff."""

    why: str


class OrderCancelling(OrderEvent, frozen=True, tag="menkou.order.cancelling.v1"):
    """Intent: the company is about to be asked to fence the order off."""

    why: str


class OrderCancelled(OrderEvent, frozen=True, tag="menkou.order.cancelled.v1"):
    """The company will never deliver this order."""

    at_ms: int


class OrderSettled(OrderEvent, frozen=True, tag="menkou.order.settled.v1"):
    """Two of the staff know from the gas company what is on the card: the gas, or nothing of it, and the company will
    not deliver it any more."""

    delivered: bool
    ref: str
    """What proves it."""
    by: str
    second: str
    at_ms: int


class AttemptSent(OrderEvent, frozen=True, tag="menkou.attempt.sent.v1"):
    """Intent: the channel is about to be asked for the money."""

    n: int
    channel: str
    device: str
    hold: bool
    key: str
    amount_fen: int
    sent_ms: int
    show_until_ms: int
    predecessor: str = ""


class AttemptOpened(OrderEvent, frozen=True, tag="menkou.attempt.opened.v1"):
    """The channel acknowledged: the resident can pay now."""

    n: int


class AttemptAuthorized(OrderEvent, frozen=True, tag="menkou.attempt.authorized.v1"):
    """The channel reserved the money and waits to be told to take it."""

    n: int


class AttemptCapturing(OrderEvent, frozen=True, tag="menkou.attempt.capturing.v1"):
    """Intent: the channel is about to be told to take the reserved money."""

    n: int


class AttemptClosing(OrderEvent, frozen=True, tag="menkou.attempt.closing.v1"):
    """The attempt must end: it will be closed or turn out to be paid."""

    n: int
    why: str


class AttemptCaptured(OrderEvent, frozen=True, tag="menkou.attempt.captured.v1"):
    """The channel took `fen`. `late` when the attempt was dead before; `paid_ms` by the channel's clock, or 0."""

    n: int
    fen: int
    ref: str
    at_ms: int
    late: bool = False
    paid_ms: int = 0


class AttemptDead(OrderEvent, frozen=True, tag="menkou.attempt.dead.v1"):
    """Proof that the attempt took nothing and never will."""

    n: int
    proof: str
    at_ms: int


class AttemptManual(OrderEvent, frozen=True, tag="menkou.attempt.manual.v1"):
    """The channel cannot say any more whether the attempt took money: a matter for two people of the staff."""

    n: int
    why: str


class AttemptSettled(OrderEvent, frozen=True, tag="menkou.attempt.settled.v1"):
    """Two of the staff looked into the channel's books: it took `fen`, or nothing (0) and never will."""

    n: int
    fen: int
    ref: str
    """The channel's own number for the payment, or what proves that there is none."""
    by: str
    second: str
    at_ms: int


class RefundDue(OrderEvent, frozen=True, tag="menkou.refund.due.v1"):
    """Money must go back from attempt `n`."""

    n: int
    r: int
    key: str
    amount_fen: int
    reason: str
    at_ms: int


class RefundSent(OrderEvent, frozen=True, tag="menkou.refund.sent.v1"):
    """Intent: the channel is about to be asked for the refund."""

    n: int
    r: int


class RefundDone(OrderEvent, frozen=True, tag="menkou.refund.done.v1"):
    """The channel confirmed that the money went back."""

    n: int
    r: int
    ref: str
    at_ms: int


class RefundFailed(OrderEvent, frozen=True, tag="menkou.refund.failed.v1"):
    """The channel will not refund by itself: a matter for two people of the staff (manual)."""

    n: int
    r: int
    why: str


class RefundRenewing(OrderEvent, frozen=True, tag="menkou.refund.renewing.v1"):
    """Two of the staff want it done under another number: the channel is about to be asked whether anything can still
    go back under this one."""

    n: int
    r: int
    reason: str
    by: str
    second: str
    at_ms: int


class RefundDead(OrderEvent, frozen=True, tag="menkou.refund.dead.v1"):
    """The channel proved that nothing ever goes back under this number: what it was for is due under another one."""

    n: int
    r: int
    at_ms: int


class RefundSettled(OrderEvent, frozen=True, tag="menkou.refund.settled.v1"):
    """Two of the staff returned in another way what the channel would not, or found that it did."""

    n: int
    r: int
    how: str
    """`cash`, `bank_transfer`, or `channel` where the channel's own books show it."""
    ref: str
    """What proves it: the number of a receipt, a transfer or the channel's refund."""
    by: str
    second: str
    at_ms: int


class JobSent(OrderEvent, frozen=True, tag="menkou.job.sent.v1"):
    """Intent: the card is about to be written. Of its bytes only the hashes stand here; they lie sealed elsewhere."""

    n: int
    provider_job: str
    count: int
    gas_m3: str
    old_hash: str
    new_hash: str
    sent_ms: int


class JobLanded(OrderEvent, frozen=True, tag="menkou.job.landed.v1"):
    """The gas is on the card, or was and is in the meter."""

    n: int


class JobAbsent(OrderEvent, frozen=True, tag="menkou.job.absent.v1"):
    """Proof that this write left nothing on the card and never will."""

    n: int
    why: str


class JobTorn(OrderEvent, frozen=True, tag="menkou.job.torn.v1"):
    """The card holds neither what it held nor what was written."""

    n: int
    why: str


class JobReported(OrderEvent, frozen=True, tag="menkou.job.reported.v1"):
    """The company knows what became of the write."""

    n: int


class PrintIntended(OrderEvent, frozen=True, tag="menkou.print.intended.v1"):
    """A slip is about to be sent to the printer; `reprint` ones are marked as such."""

    p: int
    reprint: bool
    truth: str
    at_ms: int


class PrintEnded(OrderEvent, frozen=True, tag="menkou.print.ended.v1"):
    """What became of the slip: `printed`, `not_printed`, `unknown`."""

    p: int
    state: str
    why: str = ""


Event = (
    OrderOpening
    | OrderOpened
    | OrderRefused
    | OrderDelivering
    | OrderOwed
    | OrderDelivered
    | OrderHeld
    | OrderManual
    | OrderCancelling
    | OrderCancelled
    | OrderSettled
    | AttemptSent
    | AttemptOpened
    | AttemptAuthorized
    | AttemptCapturing
    | AttemptClosing
    | AttemptCaptured
    | AttemptDead
    | AttemptManual
    | AttemptSettled
    | RefundDue
    | RefundSent
    | RefundDone
    | RefundFailed
    | RefundRenewing
    | RefundDead
    | RefundSettled
    | JobSent
    | JobLanded
    | JobAbsent
    | JobTorn
    | JobReported
    | PrintIntended
    | PrintEnded
)
