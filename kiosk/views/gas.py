"""Views of the gas services."""

from decimal import Decimal

import msgspec

from kiosk.views.view import View


class EnterAccount(View, frozen=True, kw_only=True):
    """The account number by keypad. Answers the digits, leading zeros kept. `problem` is a message key about the
    number entered before."""

    min_digits: int
    max_digits: int
    problem: str | None = None


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
