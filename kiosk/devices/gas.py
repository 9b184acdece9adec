"""The role `GasCompany`: whose accounts, bills and meters they are, and who says that something was delivered.

Money is integer fen. Volumes (m³) and unit prices (yuan/m³, three decimals are usual) are exact decimals. The
company's quote is the truth about what is owed; the terminal only explains it.
"""

from abc import abstractmethod
from decimal import Decimal
from typing import Literal

import msgspec

from kiosk.devices.device import Device, S_co
from kiosk.devices.gas_card import image_hash

MeterKind = Literal["postpaid", "remote", "card"]


class TopUpLimits(msgspec.Struct, frozen=True, kw_only=True):
    """The least and the most money that may be added to an account at once, both included."""

    min_fen: int
    max_fen: int


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """A household as the company shows it: already masked for the screen (`张**`, `天福和园 ***`).

    `balance_fen` is the money on a remote meter's account; it may be negative. `top_up` is None where no money can be
    added now: any other meter, a full account, a company that does not sell this way.
    """

    number: str
    meter_kind: MeterKind
    holder_masked: str
    address_masked: str
    arrears_fen: int
    balance_fen: int = 0
    top_up: TopUpLimits | None = None


class TierLine(msgspec.Struct, frozen=True, kw_only=True):
    """A price tier's part of a period: `volume_m3` × `unit_price` = `amount_fen` as the company rounds it."""

    tier: int
    volume_m3: Decimal
    unit_price: Decimal
    amount_fen: int


class Period(msgspec.Struct, frozen=True, kw_only=True):
    """One unpaid billing period, months as `YYYY-MM`, both included."""

    first_month: str
    last_month: str
    volume_m3: Decimal
    lines: tuple[TierLine, ...]
    late_fee_fen: int
    amount_fen: int
    """Tier lines plus late fee."""


class Quote(msgspec.Struct, frozen=True, kw_only=True):
    """What an account owes now, held until `expires_ms` (milliseconds since 1970, UTC)."""

    quote_id: str
    account: Account
    periods: tuple[Period, ...]
    total_fen: int
    used_this_cycle_m3: Decimal
    price_version: str
    expires_ms: int


class TopUpQuote(msgspec.Struct, frozen=True, kw_only=True):
    """What `total_fen` is worth on a remote meter's account, held until `expires_ms`.

    The meter holds money, so the whole amount is credited. `owed_fen` of it settles a negative balance first; `lines`
    explain the rest as gas at today's prices, after the gas that the present balance still buys. Gas used before the
    credit arrives, or a change of price, moves the lines, never the money.
    """

    quote_id: str
    account: Account
    total_fen: int
    owed_fen: int
    balance_after_fen: int
    lines: tuple[TierLine, ...]
    used_this_cycle_m3: Decimal
    price_version: str
    expires_ms: int


class OwedLoad(msgspec.Struct, frozen=True, kw_only=True):
    """Gas that a household owns and has not had onto its card: bought and never loaded, or made up for another meter
    (`made_up`). Loading it costs nothing; the company gives large ones in parts, and `gas_m3` is the next part."""

    load_id: str
    gas_m3: Decimal
    why: Literal["bought", "made_up"]


class ByVolume(msgspec.Struct, frozen=True, tag="by_volume"):
    """So many cubic meters."""

    m3: Decimal


class ByMoney(msgspec.Struct, frozen=True, tag="by_money"):
    """As much as this money buys."""

    fen: int


class ByLoad(msgspec.Struct, frozen=True, tag="by_load"):
    """What is owed already, by its number."""

    load_id: str


CardWish = ByVolume | ByMoney | ByLoad


class CardLimits(msgspec.Struct, frozen=True, kw_only=True):
    """The least and the most that may be bought for a card at once, both included, in steps of `step_m3`."""

    min_m3: Decimal
    max_m3: Decimal
    step_m3: Decimal


class CardAccount(msgspec.Struct, frozen=True, kw_only=True):
    """A card as the company knows it. `buy` is None where nothing can be bought for it now."""

    account: Account
    card: str
    gas_on_card_m3: Decimal
    count: int
    used_this_cycle_m3: Decimal
    owed: tuple[OwedLoad, ...] = ()
    buy: CardLimits | None = None


class CardQuote(msgspec.Struct, frozen=True, kw_only=True):
    """What `gas_m3` costs for a card, held until `expires_ms`: nothing where it is owed (`total_fen` 0, no lines).

    Bought by money, it is as much as the money buys in the meter's steps; the rest is not charged.
    """

    quote_id: str
    account: Account
    card: str
    gas_m3: Decimal
    total_fen: int
    lines: tuple[TierLine, ...]
    used_this_cycle_m3: Decimal
    price_version: str
    expires_ms: int


RefusalReason = Literal[
    "no_such_account",
    "nothing_owed",
    "outside_limits",
    "quote_expired",
    "quote_changed",
    "already_paid",
    "account_busy",
    "not_now",
    "not_accepted",
    "gas_on_card",
    "card_unknown",
]
"""Message keys. `no_such_account` also answers "not yours": nobody learns which accounts exist."""


class Refused(msgspec.Struct, frozen=True, tag="refused"):
    """The company answered no. Final for this request."""

    reason: RefusalReason


class Unreachable(msgspec.Struct, frozen=True, tag="unreachable"):
    """No answer, or none that can be trusted. `sent` is False only where no byte of the request can have
    arrived (so it had no effect). `why` is for staff and journal; no personal data."""

    why: str
    sent: bool


class Opened(msgspec.Struct, frozen=True, tag="opened"):
    """The company holds the price for this order until `pay_by_ms`. `due_fen` is what must be paid."""

    pay_by_ms: int
    due_fen: int
    provider_ref: str


class Delivered(msgspec.Struct, frozen=True, tag="delivered"):
    """The company booked the payment: the debt is gone, the account has the money. `receipt_no` is the company's number
    for it. A remote meter may show it hours later."""

    receipt_no: str


class Owed(msgspec.Struct, frozen=True, tag="owed"):
    """The company booked the payment and owes the card its gas, which any of its terminals may write."""


class WriteJob(msgspec.Struct, frozen=True, kw_only=True, tag="write_job"):
    """What a card must hold for the order to be delivered. `number` and bytes stay the same until it has landed.

    `count` purchases and `gas_m3` are on the card once it has. `old_hash` is the SHA-256 of the image that it was made
    for. Image and keys are never logged.
    """

    number: str
    count: int
    gas_m3: Decimal
    old_hash: str
    image: bytes
    old_key: bytes = b""
    new_key: bytes = b""

    @property
    def new_hash(self) -> str:
        """That of the image to write."""
        return image_hash(self.image)

    def __repr__(self) -> str:
        return f"WriteJob({self.number}, count={self.count}, {len(self.image)} bytes)"


class Reported(msgspec.Struct, frozen=True, tag="reported"):
    """The company knows what became of a write."""


class Cancelled(msgspec.Struct, frozen=True, tag="cancelled"):
    """The company will never deliver this order (it keeps a tombstone, even for a number it never saw)."""


class NotFound(msgspec.Struct, frozen=True, tag="not_found"):
    """The company never saw this order number."""


class GasCompany(Device[S_co]):
    """See the module. Every call is idempotent by `order_no`; a repeat gets the first answer."""

    role = "gas_company"

    @property
    @abstractmethod
    def account_digits(self) -> tuple[int, int]:
        """The fewest and the most digits of this company's account numbers; leading zeros count."""

    @abstractmethod
    async def read_account(self, number: str) -> Account | Refused | Unreachable:
        """Look an account up by its number (a string: leading zeros count)."""

    @property
    def finds_by_holder(self) -> bool:
        """Whether this company tells a holder, known by an identity card, which accounts are theirs."""
        return False

    async def find_accounts(self, id_number: str, name: str) -> tuple[Account, ...] | Refused | Unreachable:
        """The accounts of the holder with that identity number and name; one at least. `Refused("no_such_account")`
        when there is none, and when number and name are not one person's. Neither goes into a path or a log."""
        return Refused("not_accepted")

    @abstractmethod
    async def quote(self, number: str) -> Quote | Refused | Unreachable:
        """All that a postpaid account owes now; `Refused("nothing_owed")` when that is nothing."""

    @abstractmethod
    async def quote_top_up(self, number: str, amount_fen: int) -> TopUpQuote | Refused | Unreachable:
        """What `amount_fen` would be worth on a remote meter's account. `Refused("outside_limits")` when the amount is
        not (any more) within what the company takes, `Refused("not_accepted")` for another meter."""

    async def read_card(self, image: bytes) -> CardAccount | Refused | Unreachable:
        """Whose card that is, what is owed to it, and how much can be bought for it. `Refused` `card_unknown` for a
        card that the company did not issue, or that does not count the purchases that it wrote."""
        del image
        return Refused("not_accepted")

    async def quote_card(self, image: bytes, wish: CardWish) -> CardQuote | Refused | Unreachable:
        """What the wish costs for the card as it was just read. `Refused` `gas_on_card` while the meter has not taken
        the last purchase, `outside_limits`, `nothing_owed` for a load that somebody took meanwhile."""
        del image, wish
        return Refused("not_accepted")

    @abstractmethod
    async def open_order(self, order_no: str, number: str, quote_id: str) -> Opened | Refused | Unreachable:
        """Hold what was quoted, a bill or a top-up, for this order."""

    @abstractmethod
    async def confirm_paid(
        self, order_no: str, channel: str, channel_ref: str, paid_fen: int
    ) -> Delivered | Owed | Refused | Unreachable:
        """Say that the resident paid. `Delivered` means that the company settled the debt or credited the account;
        `Owed` that a card is still to be written."""

    @abstractmethod
    async def cancel(self, order_no: str, reason: str) -> Cancelled | Delivered | Unreachable:
        """Make sure that the order is never delivered, or learn that it was. The answer is the fence."""

    @abstractmethod
    async def query(self, order_no: str) -> Opened | Owed | Delivered | Cancelled | NotFound | Unreachable:
        """What the company knows of the order. One whose gas another terminal wrote onto its card is delivered."""

    async def write_data(
        self, order_no: str, image: bytes, job: str = ""
    ) -> WriteJob | Delivered | Cancelled | Refused | Unreachable:
        """What the order's card, which now holds `image`, must hold for the order to be delivered. Locks what is owed
        to that: it is loaded once, by whichever terminal. The same again for the same card, and for `job` whatever the
        card holds; a card that is no mixture of old and new, and counts no more purchases, gets new bytes. `Refused`
        `gas_on_card` while the card holds gas, `card_unknown` for a card that it cannot be written onto."""
        del order_no, image, job
        return Refused("not_accepted")

    async def report_write(
        self, order_no: str, job: str, outcome: Literal["landed", "torn"]
    ) -> Reported | Refused | Unreachable:
        """Say what became of a write; again after any silence."""
        del order_no, job, outcome
        return Refused("not_accepted")
