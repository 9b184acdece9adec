"""Views of the gas services."""

from decimal import Decimal

import msgspec

from kiosk.text.catalogue import Said
from kiosk.views.view import View


class EnterAccount(View, frozen=True, kw_only=True):
    """The account number by keypad. Answers the digits, leading zeros kept, or `card` where the company finds accounts
    `by_card`. `problem` is a message key about what was entered before, `primary` the message key of the button,
    `can_scan` whether a bill's code may be scanned."""

    min_digits: int
    max_digits: int
    problem: str | None = None
    primary: str = "button.see_bill"
    by_card: bool = False
    can_scan: bool = False


class BillLine(msgspec.Struct, frozen=True, kw_only=True):
    """One line under a period: a tier (`volume_m3` × `unit_price` yuan) or the late fee (`tier` 0)."""

    tier: int
    volume_m3: Decimal | None
    unit_price: Decimal | None
    amount_fen: int


class BillPeriod(msgspec.Struct, frozen=True, kw_only=True):
    """An unpaid period, months as `YYYY-MM`."""

    first_month: str
    last_month: str
    volume_m3: Decimal
    amount_fen: int
    lines: tuple[BillLine, ...]


class ConfirmBill(View, frozen=True, kw_only=True):
    """Is this your household's bill? Answers `"pay"`."""

    holder: str
    address: str
    account: str
    total_fen: int
    late_fee_fen: int
    used_this_cycle_m3: Decimal
    periods: tuple[BillPeriod, ...]


class NothingOwed(View, frozen=True, kw_only=True):
    """The account owes nothing. Answers `"primary"` (home) or `"secondary"` (another account)."""

    holder: str
    address: str
    account: str


class AmountKey(msgspec.Struct, frozen=True, kw_only=True):
    """An amount to touch: `choice` is the answer (fen as digits), `yuan` what stands on the key."""

    choice: str
    yuan: str


class ChooseAmount(View, frozen=True, kw_only=True):
    """How much shall be added to the account? Answers a key's `choice`, or `"other"`."""

    holder: str
    address: str
    account: str
    balance_fen: int
    amounts: tuple[AmountKey, ...]
    min_fen: int
    max_fen: int
    problem: str | None = None


class EnterAmount(View, frozen=True, kw_only=True):
    """The amount by keypad. Answers it in yuan as typed (`100`, or `100.5` where `decimals`). `problem` says what was
    wrong with the one entered before."""

    balance_fen: int
    min_fen: int
    max_fen: int
    decimals: bool
    problem: Said | None = None


class ConfirmTopUp(View, frozen=True, kw_only=True):
    """Shall this be added to your household's account? Answers `"pay"`.

    `owed_fen` of the money settles a negative balance (where it `owes`); `lines` explain the rest as gas, `worth_m3` in
    all.
    """

    holder: str
    address: str
    account: str
    total_fen: int
    balance_fen: int
    balance_after_fen: int
    owed_fen: int
    owes: bool
    worth_m3: Decimal
    lines: tuple[BillLine, ...]
    used_this_cycle_m3: Decimal
