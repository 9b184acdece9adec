"""What every answer of the company is made of: numbers within bounds, an account, a priced line."""

import re
from decimal import Decimal
from typing import Annotated, TypeVar

import msgspec
from msgspec import Meta

from kiosk.devices.gas import Account, MeterKind, TierLine, TopUpLimits
from kiosk.text.masking import mask_address, mask_name

MOST_LINES = 60

T = TypeVar("T")


class WireError(ValueError):
    """The answer breaks the protocol."""


Fen = Annotated[int, Meta(ge=0, le=100_000_000)]
Moment = Annotated[int, Meta(ge=0, le=4_102_444_800_000)]
Volume = Annotated[str, Meta(pattern=r"^(0|[1-9][0-9]{0,6})(\.[0-9]{1,4})?\Z")]
Price = Annotated[str, Meta(pattern=r"^(0|[1-9][0-9]{0,3})(\.[0-9]{1,4})?\Z")]
Month = Annotated[str, Meta(pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])\Z")]
Reference = Annotated[str, Meta(pattern=r"^[0-9A-Za-z._-]{1,40}\Z")]
Personal = Annotated[str, Meta(max_length=200)]


Due = Annotated[int, Meta(ge=1, le=100_000_000)]
Balance = Annotated[int, Meta(ge=-100_000_000, le=100_000_000)]


class _Limits(msgspec.Struct):
    min_fen: Due
    max_fen: Due


class SaidAccount(msgspec.Struct):
    """An account as the company says it."""

    number: str
    meter_kind: MeterKind
    holder_masked: Personal
    address_masked: Personal
    arrears_fen: Fen
    balance_fen: Balance = 0
    top_up: _Limits | None = None


class SaidLine(msgspec.Struct):
    """A priced line as the company says it."""

    tier: Annotated[int, Meta(ge=1, le=9)]
    volume_m3: Volume
    unit_price: Price
    amount_fen: Fen


def account_of(account: SaidAccount, number: str) -> Account:
    """The account `number`, masked once more. Raises `WireError`."""
    require(account.number == number, "the answer is about another account")
    limits = account.top_up
    if limits is not None:
        require(account.meter_kind == "remote", "limits of a top-up for a meter that holds no money")
        require(limits.min_fen <= limits.max_fen, "the least is more than the most")
    return Account(
        number=number,
        meter_kind=account.meter_kind,
        holder_masked=mask_name(account.holder_masked),
        address_masked=mask_address(account.address_masked),
        arrears_fen=account.arrears_fen,
        balance_fen=account.balance_fen,
        top_up=None if limits is None else TopUpLimits(min_fen=limits.min_fen, max_fen=limits.max_fen),
    )


def line_of(line: SaidLine) -> TierLine:
    """The line as a value."""
    return TierLine(
        tier=line.tier,
        volume_m3=Decimal(line.volume_m3),
        unit_price=Decimal(line.unit_price),
        amount_fen=line.amount_fen,
    )


def explains(line: TierLine) -> bool:
    """Companies round differently, never by more than a fen; yuan taken for fen is off by far more."""
    return abs(line.volume_m3 * line.unit_price * 100 - line.amount_fen) <= 1


def require(condition: bool, rule: str) -> None:
    """Raise `WireError` unless it is so."""
    if not condition:
        raise WireError(rule)


def decoded(body: bytes, decoder: msgspec.json.Decoder[T]) -> T:
    """What a body says. Raises `WireError`, which names the place and never the value."""
    try:
        return decoder.decode(body)
    except (ValueError, RecursionError) as error:
        place = re.search(r"`(\$[^`]*)`$", str(error))
        raise WireError(f"malformed at {place[1]}" if place else "malformed") from None
