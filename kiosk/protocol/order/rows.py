"""The rows of one order as the ledger keeps them. Money is fen, times are milliseconds since 1970, UTC."""

from typing import Literal

import msgspec

OrderState = Literal[
    "opening", "open", "refused", "delivering", "delivered", "held", "cancelling", "cancelled", "manual"
]
AttemptState = Literal["sent", "open", "authorized", "capturing", "closing", "captured", "dead", "manual"]
JobState = Literal["sent", "landed", "absent", "torn"]
RefundState = Literal["due", "sent", "done", "failed", "renewing", "dead"]
PrintState = Literal["intended", "printed", "not_printed", "unknown"]

LIVE: frozenset[AttemptState] = frozenset({"sent", "open", "authorized", "capturing", "closing"})
"""States in which an attempt may still take money."""

UNPROVED: frozenset[AttemptState] = LIVE | {"manual"}
"""States in which it is not proved whether the attempt took money."""

UNPROVED_RETURN = "unproved"
"""Why a refund is with the staff whose channel can never say whether it was done."""

REFUND_CLOSED = "refund_closed"
"""Why a refund is with the staff whose channel has closed its number."""

GAS_ON_CARD = "gas_on_card"
CARD_LOCKED = "card_locked"
"""Why an order is held whose own card was there and cannot take the gas: not before the meter has taken what is
on it; not before somebody unlocks it."""

GOODS_FINAL: frozenset[OrderState] = frozenset({"refused", "delivered", "cancelled"})


class AttemptRow(msgspec.Struct, frozen=True, kw_only=True):
    """One try at paying; `(order_no, n)` is its identity, `key` the channel's."""

    order_no: str
    n: int
    channel: str
    device: str
    hold: bool
    """Whether the device takes no other sale: it can speak only of its last one, and this one is not resolved."""
    key: str
    amount_fen: int
    state: AttemptState
    sent_ms: int
    show_until_ms: int
    ended_ms: int = 0
    captured_fen: int = 0
    ref: str = ""
    predecessor: str = ""
    proof: str = ""
    why: str = ""
    late: bool = False
    paid_ms: int = 0
    """When the money was taken, by the channel's clock; 0 where it did not say. `ended_ms` is when we knew."""


class RefundRow(msgspec.Struct, frozen=True, kw_only=True):
    """One refund from one attempt; `key` never changes."""

    order_no: str
    n: int
    r: int
    key: str
    amount_fen: int
    state: RefundState
    """`renewing`: it failed, and the channel is asked whether its number is dead; `dead`: it is, and another row has
    what it was for."""
    reason: str
    due_ms: int
    ref: str = ""
    why: str = ""
    """Why it failed; and once it is done, how the staff did it, where they did."""


class JobRow(msgspec.Struct, frozen=True, kw_only=True):
    """One try at writing the order's gas onto its card. Its bytes are the company's; only their hashes are kept."""

    order_no: str
    n: int
    provider_job: str
    """The company's number: the same for every try at writing the same bytes."""
    count: int
    """The purchases that the card counts once this one has landed."""
    gas_m3: str
    """An exact decimal."""
    old_hash: str
    new_hash: str
    state: JobState
    sent_ms: int
    reported: bool = False
    """Whether the company knows what became of it."""
    why: str = ""


class PrintRow(msgspec.Struct, frozen=True, kw_only=True):
    """One slip of the order on its way to paper."""

    order_no: str
    p: int
    reprint: bool
    truth: str
    state: PrintState
    at_ms: int
    why: str = ""


class OrderRow(msgspec.Struct, frozen=True, kw_only=True):
    """Something to be delivered, and the money taken for it."""

    order_no: str
    kind: str
    state: OrderState
    subject: str
    account_hash: str
    hash_key: str
    quote_id: str
    due_fen: int
    business_date: str
    language: str
    opened_ms: int
    pay_by_ms: int = 0
    provider_ref: str = ""
    paid_channel: str = ""
    paid_ref: str = ""
    paid_fen: int = 0
    deliver_by_ms: int = 0
    receipt_no: str = ""
    why: str = ""
    ended_ms: int = 0
    closed: bool = False
    card_hash: str = ""
    """Of the gas card that the goods go onto, with the hall's key; empty where the company credits them."""
    owed: bool = False
    """Whether the company has booked the payment and owes the card its gas."""


class Rows(msgspec.Struct, frozen=True, kw_only=True):
    """An order with all that belongs to it."""

    order: OrderRow
    attempts: tuple[AttemptRow, ...] = ()
    refunds: tuple[RefundRow, ...] = ()
    prints: tuple[PrintRow, ...] = ()
    jobs: tuple[JobRow, ...] = ()

    @property
    def captured_fen(self) -> int:
        """All money that any attempt took."""
        return sum(attempt.captured_fen for attempt in self.attempts)

    @property
    def returns(self) -> tuple[RefundRow, ...]:
        """The refunds that count: all whose number is not dead."""
        return tuple(refund for refund in self.refunds if refund.state != "dead")

    @property
    def refunded_fen(self) -> int:
        """All money that is proved to have gone back."""
        return sum(refund.amount_fen for refund in self.refunds if refund.state == "done")

    @property
    def delivered_fen(self) -> int:
        """The worth of what was delivered: all of it or nothing."""
        return self.order.due_fen if self.order.state == "delivered" else 0

    @property
    def liability_fen(self) -> int:
        """Money that the resident gave and has neither goods nor refund for, in fen."""
        return self.captured_fen - self.refunded_fen - self.delivered_fen

    @property
    def manual(self) -> AttemptRow | None:
        """An attempt of which only the staff can say what became, if any."""
        return next((attempt for attempt in self.attempts if attempt.state == "manual"), None)

    @property
    def live(self) -> AttemptRow | None:
        """The attempt that may still take money, if any: there is never more than one."""
        return next((attempt for attempt in self.attempts if attempt.state in LIVE), None)

    @property
    def job(self) -> JobRow | None:
        """The write of which it is not known whether it landed, if any: there is never more than one."""
        return next((job for job in self.jobs if job.state == "sent"), None)

    @property
    def unreported(self) -> JobRow | None:
        """A write that the company has to hear of, if any."""
        return next((job for job in self.jobs if job.state in ("landed", "torn") and not job.reported), None)

    def attempt(self, n: int) -> AttemptRow:
        """Attempt `n`."""
        return next(attempt for attempt in self.attempts if attempt.n == n)

    def refund(self, n: int, r: int) -> RefundRow:
        """Refund `r` of attempt `n`."""
        return next(refund for refund in self.refunds if (refund.n, refund.r) == (n, r))
