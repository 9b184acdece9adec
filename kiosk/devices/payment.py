"""The role `PaymentMethod`: take money for one attempt, and always be able to say what became of it.

The rules are those of the money path: an attempt is durable before its first byte leaves; `start` is never
repeated after it was sent, only `find`; `close` is a request whose exchange is always finished and may end in
`Captured` after all; a refund repeated with its key acts once.
"""

import math
from abc import abstractmethod
from collections.abc import Callable
from typing import ClassVar, Literal

import msgspec

from kiosk.devices.device import Device, S_co
from kiosk.devices.scanner import Scanned

Channel = Literal["wechat", "wechat_code", "alipay", "alipay_code", "card"]
"""How the resident pays, as a message key (`channel.<key>`)."""


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """One try at paying one order by one channel: what the ledger holds of it and a driver may need.

    `key` is unique for ever and fits every channel: 8-32 characters of `[0-9A-Z]`. `amount_fen` > 0. Times are
    milliseconds since 1970, UTC. `wording` is what the payer's wallet or statement shows; it names nobody.
    """

    order_no: str
    n: int
    key: str
    amount_fen: int
    wording: str
    sent_ms: int
    show_until_ms: int
    """After this the resident is no longer asked to pay; a channel may expire its offer a little later."""
    ref: str = ""
    """The channel's own number for the captured payment, once known."""
    captured_fen: int = 0
    predecessor: str = ""
    shown: Scanned | None = None
    """For `start` alone, where the method `scans`: the code that the resident showed. It is never stored."""
    close_asked: bool = False
    """Whether the channel may have been asked already to end this attempt, and the request may still arrive."""


class Refund(msgspec.Struct, frozen=True, kw_only=True):
    """Money to give back from one captured attempt. `key` never changes for one refund; another one has another key."""

    order_no: str
    n: int
    r: int
    key: str
    amount_fen: int
    reason: Literal["undelivered", "surplus", "late"]
    asked_before: bool = False
    """Whether the channel may have been asked already, and even have done it."""


Proof = Literal["closed", "reversed", "refused", "never_arrived", "cancelled", "not_possible"]
"""Why an attempt can never take money any more; `reversed`: it took some, and ending it gave all of that back;
`cancelled`: the resident ended it at the card reader; `not_possible`: the channel cannot take this amount, and was not
asked. "Not paid (yet)" is no proof."""


class Offer(msgspec.Struct, frozen=True, tag="offer"):
    """Progress: the resident should scan this. `text` is the QR code's content, exact."""

    text: str


StepKey = Literal["waiting", "present_card", "enter_pin", "asking_bank", "remove_card"]


class Step(msgspec.Struct, frozen=True, tag="step"):
    """Progress: what the resident should do or await now, as a message key (`payment.step.<key>`)."""

    key: StepKey


class Decided(msgspec.Struct, frozen=True, tag="decided"):
    """Progress: the channel has answered by itself, and `find` (or `close`) knows it without a wait."""


Progress = Offer | Step | Decided


class Ready(msgspec.Struct, frozen=True, tag="ready"):
    """A last-sale device is idle and takes a new sale. `predecessor` is its last sale now, in the driver's own words:
    as long as the device still names that one, the new sale did not happen."""

    predecessor: str


class Open(msgspec.Struct, frozen=True, tag="open"):
    """The channel knows the attempt; nothing was taken so far, and it still may be."""


class Authorized(msgspec.Struct, frozen=True, tag="authorized"):
    """Two-phase channels: the money is reserved and waits for `capture`."""

    fen: int
    ref: str


class Captured(msgspec.Struct, frozen=True, tag="captured"):
    """The money was taken: `fen` in all, `ref` the channel's number for it (1 to 64 of `[0-9A-Za-z._-]`, as the company
    takes it), `paid_ms` when by the channel's clock (milliseconds since 1970, UTC; 0 where it does not say)."""

    fen: int
    ref: str
    paid_ms: int = 0


class Dead(msgspec.Struct, frozen=True, tag="dead"):
    """This attempt took nothing and never will; `proof` says how that is known."""

    proof: Proof


class Unknown(msgspec.Struct, frozen=True, tag="unknown"):
    """No answer, or none that can be trusted. `why` is for the journal and staff; no personal data."""

    why: str


class Unprovable(msgspec.Struct, frozen=True, tag="unprovable"):
    """The channel can never say any more what became of the attempt: staff must decide. `why` is for them."""

    why: str


Outcome = Open | Authorized | Captured | Dead | Unknown | Unprovable


class Refunded(msgspec.Struct, frozen=True, tag="refunded"):
    """The channel confirmed that the money went back."""

    ref: str


class RefundPending(msgspec.Struct, frozen=True, tag="pending"):
    """The channel accepted the refund, or we do not know yet: ask again with the same key."""

    why: str


class RefundFailed(msgspec.Struct, frozen=True, tag="failed"):
    """The channel says that this refund will never happen by itself: staff must act."""

    why: str


class RefundClosed(msgspec.Struct, frozen=True, tag="closed_refund"):
    """The channel proves that nothing went back under this number, nor ever will: another one may be asked for."""


class RefundUnprovable(msgspec.Struct, frozen=True, tag="unprovable_refund"):
    """The channel was asked before and can never say any more what it did: staff must look."""

    why: str


RefundOutcome = Refunded | RefundPending | RefundFailed | RefundClosed | RefundUnprovable


class PaymentMethod(Device[S_co]):
    """See the module. `tell` may be called any number of times from the event loop, until the attempt is decided: a
    card terminal returns `Open` as soon as it has begun, and goes on to tell what the resident should do."""

    role = "payment_method"
    channel: ClassVar[Channel]
    scans: ClassVar[bool] = False
    """Whether the resident shows a code that the attempt is started with: a new code is a new attempt."""
    waits_s: float = math.inf
    """How long the channel has an attempt wait for its resident at most; where shorter than the terminal's time,
    it counts."""
    hold: ClassVar[bool] = False
    """Whether the device can speak only of its last sale, and so takes no new one until that is resolved."""

    async def prepare(self) -> Ready | Unknown:
        """Devices with `hold` only, before an attempt is recorded: make sure of the device, and read its last sale."""
        return Ready("")

    def takes(self, code: str) -> bool:
        """Methods that `scans` only: whether that is a payment code of theirs, by its form."""
        return False

    @abstractmethod
    async def start(self, attempt: Attempt, tell: Callable[[Progress], None]) -> Outcome:
        """Ask the channel for the money. Called once per attempt, after its row is durable.

        Returns as soon as the channel has acknowledged (`Open`, having told the `Offer`) or decided.
        """

    @abstractmethod
    async def find(self, attempt: Attempt) -> Outcome:
        """What became of the attempt. Reads only; may be asked at any time, for ever."""

    @abstractmethod
    async def close(self, attempt: Attempt) -> Outcome:
        """Make sure that the attempt takes no money any more, or learn that it did. Repeatable."""

    async def capture(self, attempt: Attempt) -> Outcome:
        """Two-phase channels only: take the reserved money. Repeatable."""
        return await self.find(attempt)

    @abstractmethod
    async def refund(self, attempt: Attempt, refund: Refund) -> RefundOutcome:
        """Give money back from a captured attempt (`attempt.ref`, `attempt.captured_fen`). Repeatable: one
        key, one refund, however often it is asked."""

    async def find_refund(self, attempt: Attempt, refund: Refund) -> RefundOutcome:
        """What became of a refund whose number was closed (`RefundClosed`). Reads only; for channels that close any."""
        return RefundFailed("this channel closes no refund")
