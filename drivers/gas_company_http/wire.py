"""The protocol of `docs/gas-company.md` as pure functions: signing, and answers as values of the role.

Everything that comes from the company is bounded and checked here. An answer that breaks a rule raises
`WireError`, whose text holds no personal data: it names the rule and the place, never the value.
"""

import hashlib
import hmac
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Literal, TypeVar, get_args

import msgspec
from msgspec import Meta

from kiosk.devices.gas import (
    Account,
    Cancelled,
    Delivered,
    MeterKind,
    Opened,
    Period,
    Quote,
    RefusalReason,
    TierLine,
    TopUpLimits,
    TopUpQuote,
)
from kiosk.text.masking import mask_address, mask_name

SHORTEST_KEY = 32
LONGEST_ANSWER = 256 * 1024
MOST_LINES = 60

T = TypeVar("T")


class WireError(ValueError):
    """The answer breaks the protocol."""


# Signing


def sign_request(
    key: bytes, *, terminal: str, method: str, target: str, time_ms: int, nonce: str, body: bytes
) -> dict[str, str]:
    """The headers that prove a request. `target` is path and query exactly as sent."""
    text = ["menkou-gas-request-1", terminal, method, target, str(time_ms), nonce, _digest(body)]
    return {
        "Menkou-Terminal": terminal,
        "Menkou-Time": str(time_ms),
        "Menkou-Nonce": nonce,
        "Menkou-Signature": _sign(key, text),
    }


Doubt = Literal["unsigned", "wrong_signature", "other_request", "clock"]
"""Why an answer cannot be trusted: it carries no signature, one of another key, the answer to another request,
or a time too far from ours."""


def doubt_answer(
    key: bytes, *, status: int, headers: Mapping[str, str], body: bytes, nonce: str, now_ms: int, freshness_ms: int
) -> Doubt | None:
    """Why the answer to the request with `nonce` cannot be trusted; None when it can."""
    time, signature, answered = (headers.get(name, "") for name in ("Menkou-Time", "Menkou-Signature", "Menkou-Nonce"))
    if not re.fullmatch(r"[0-9]{1,15}", time) or not re.fullmatch(r"[0-9a-f]{64}", signature):
        return "unsigned"
    if answered != nonce:
        return "other_request"
    expected = _sign(key, ["menkou-gas-answer-1", str(status), nonce, time, _digest(body)])
    if not hmac.compare_digest(expected, signature):
        return "wrong_signature"
    if abs(int(time) - now_ms) > freshness_ms:
        return "clock"
    return None


def _digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def _sign(key: bytes, text: list[str]) -> str:
    return hmac.digest(key, "\n".join(text).encode(), "sha256").hex()


# Answers

_Fen = Annotated[int, Meta(ge=0, le=100_000_000)]
_Moment = Annotated[int, Meta(ge=0, le=4_102_444_800_000)]
_Volume = Annotated[str, Meta(pattern=r"^(0|[1-9][0-9]{0,6})(\.[0-9]{1,4})?\Z")]
_Price = Annotated[str, Meta(pattern=r"^(0|[1-9][0-9]{0,3})(\.[0-9]{1,4})?\Z")]
_Month = Annotated[str, Meta(pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])\Z")]
_Reference = Annotated[str, Meta(pattern=r"^[0-9A-Za-z._-]{1,40}\Z")]
_Personal = Annotated[str, Meta(max_length=200)]


_Due = Annotated[int, Meta(ge=1, le=100_000_000)]
_Balance = Annotated[int, Meta(ge=-100_000_000, le=100_000_000)]


class _Limits(msgspec.Struct):
    min_fen: _Due
    max_fen: _Due


class _Account(msgspec.Struct):
    number: str
    meter_kind: MeterKind
    holder_masked: _Personal
    address_masked: _Personal
    arrears_fen: _Fen
    balance_fen: _Balance = 0
    top_up: _Limits | None = None


class _Line(msgspec.Struct):
    tier: Annotated[int, Meta(ge=1, le=9)]
    volume_m3: _Volume
    unit_price: _Price
    amount_fen: _Fen


class _Period(msgspec.Struct):
    first_month: _Month
    last_month: _Month
    volume_m3: _Volume
    lines: Annotated[list[_Line], Meta(max_length=MOST_LINES)]
    late_fee_fen: _Fen
    amount_fen: _Fen


class _Quote(msgspec.Struct):
    quote_id: _Reference
    account: _Account
    periods: Annotated[list[_Period], Meta(min_length=1, max_length=MOST_LINES)]
    total_fen: _Due
    used_this_cycle_m3: _Volume
    price_version: _Reference
    expires_ms: _Moment


class _TopUpQuote(msgspec.Struct):
    quote_id: _Reference
    account: _Account
    total_fen: _Due
    owed_fen: _Fen
    balance_after_fen: _Balance
    lines: Annotated[list[_Line], Meta(max_length=MOST_LINES)]
    used_this_cycle_m3: _Volume
    price_version: _Reference
    expires_ms: _Moment


class _Open(msgspec.Struct, tag="open", tag_field="state"):
    order_no: str
    pay_by_ms: _Moment
    due_fen: _Fen
    provider_ref: _Reference


class _Delivered(msgspec.Struct, tag="delivered", tag_field="state"):
    order_no: str
    receipt_no: _Reference


class _Cancelled(msgspec.Struct, tag="cancelled", tag_field="state"):
    order_no: str


class _Error(msgspec.Struct):
    error: Annotated[str, Meta(pattern=r"^[a-z0-9_]{1,40}\Z")]


_ACCOUNT = msgspec.json.Decoder(_Account)
_QUOTE = msgspec.json.Decoder(_Quote)
_TOP_UP_QUOTE = msgspec.json.Decoder(_TopUpQuote)
_ORDER: msgspec.json.Decoder[_Open | _Delivered | _Cancelled] = msgspec.json.Decoder(_Open | _Delivered | _Cancelled)
_ERROR = msgspec.json.Decoder(_Error)


def read_account(body: bytes, number: str) -> Account:
    """The account `number`. Raises `WireError`."""
    return _account(_decode(body, _ACCOUNT), number)


def read_quote(body: bytes, number: str) -> Quote:
    """What the account `number` owes, consistent to the fen. Raises `WireError`."""
    quote = _decode(body, _QUOTE)
    _require(sum(len(period.lines) for period in quote.periods) <= MOST_LINES, "too many lines")
    periods = tuple(_period(period) for period in quote.periods)
    _require(sum(period.amount_fen for period in periods) == quote.total_fen, "the periods do not add up to the total")
    return Quote(
        quote_id=quote.quote_id,
        account=_account(quote.account, number),
        periods=periods,
        total_fen=quote.total_fen,
        used_this_cycle_m3=Decimal(quote.used_this_cycle_m3),
        price_version=quote.price_version,
        expires_ms=quote.expires_ms,
    )


def read_top_up_quote(body: bytes, number: str, amount_fen: int) -> TopUpQuote:
    """What `amount_fen` is worth to the account `number`, consistent to the fen. Raises `WireError`."""
    quote = _decode(body, _TOP_UP_QUOTE)
    account = _account(quote.account, number)
    lines = tuple(map(_line, quote.lines))
    _require(account.meter_kind == "remote", "a top-up of a meter that holds no money")
    _require(quote.total_fen == amount_fen, "the quote is for another amount")
    _require(
        quote.balance_after_fen == account.balance_fen + quote.total_fen, "the balance does not grow by the amount"
    )
    _require(quote.owed_fen == min(quote.total_fen, max(-account.balance_fen, 0)), "the owed part is not what is owed")
    _require(all(map(_explains, lines)), "a line's amount is not its volume times its price")
    _require(
        sum(line.amount_fen for line in lines) + quote.owed_fen == quote.total_fen,
        "the lines and the owed part do not add up to the amount",
    )
    return TopUpQuote(
        quote_id=quote.quote_id,
        account=account,
        total_fen=quote.total_fen,
        owed_fen=quote.owed_fen,
        balance_after_fen=quote.balance_after_fen,
        lines=lines,
        used_this_cycle_m3=Decimal(quote.used_this_cycle_m3),
        price_version=quote.price_version,
        expires_ms=quote.expires_ms,
    )


def read_order(body: bytes, order_no: str) -> Opened | Delivered | Cancelled:
    """What became of the order `order_no`. Raises `WireError`."""
    order = _decode(body, _ORDER)
    _require(order.order_no == order_no, "the answer is about another order")
    match order:
        case _Open():
            return Opened(pay_by_ms=order.pay_by_ms, due_fen=order.due_fen, provider_ref=order.provider_ref)
        case _Delivered():
            return Delivered(receipt_no=order.receipt_no)
        case _Cancelled():
            return Cancelled()


def read_error(body: bytes) -> str:
    """The code of a refusal or complaint. Raises `WireError`."""
    return _decode(body, _ERROR).error


def refusal(code: str) -> RefusalReason | None:
    """The code as a reason that the role knows."""
    return msgspec.convert(code, RefusalReason) if code in get_args(RefusalReason) else None


def _account(account: _Account, number: str) -> Account:
    _require(account.number == number, "the answer is about another account")
    limits = account.top_up
    if limits is not None:
        _require(account.meter_kind == "remote", "limits of a top-up for a meter that holds no money")
        _require(limits.min_fen <= limits.max_fen, "the least is more than the most")
    return Account(
        number=number,
        meter_kind=account.meter_kind,
        holder_masked=mask_name(account.holder_masked),
        address_masked=mask_address(account.address_masked),
        arrears_fen=account.arrears_fen,
        balance_fen=account.balance_fen,
        top_up=None if limits is None else TopUpLimits(min_fen=limits.min_fen, max_fen=limits.max_fen),
    )


def _period(period: _Period) -> Period:
    lines = tuple(map(_line, period.lines))
    volume = Decimal(period.volume_m3)
    _require(period.first_month <= period.last_month, "a period ends before it begins")
    _require(all(map(_explains, lines)), "a line's amount is not its volume times its price")
    _require(sum(line.volume_m3 for line in lines) == volume, "the lines do not add up to the period's volume")
    _require(
        sum(line.amount_fen for line in lines) + period.late_fee_fen == period.amount_fen,
        "the lines and the late fee do not add up to the period's amount",
    )
    return Period(
        first_month=period.first_month,
        last_month=period.last_month,
        volume_m3=volume,
        lines=lines,
        late_fee_fen=period.late_fee_fen,
        amount_fen=period.amount_fen,
    )


def _line(line: _Line) -> TierLine:
    return TierLine(
        tier=line.tier,
        volume_m3=Decimal(line.volume_m3),
        unit_price=Decimal(line.unit_price),
        amount_fen=line.amount_fen,
    )


def _explains(line: TierLine) -> bool:
    """Companies round differently, never by more than a fen; yuan taken for fen is off by far more."""
    return abs(line.volume_m3 * line.unit_price * 100 - line.amount_fen) <= 1


def _require(condition: bool, rule: str) -> None:
    if not condition:
        raise WireError(rule)


def _decode(body: bytes, decoder: msgspec.json.Decoder[T]) -> T:
    try:
        return decoder.decode(body)
    except (ValueError, RecursionError) as error:
        place = re.search(r"`(\$[^`]*)`$", str(error))
        raise WireError(f"malformed at {place[1]}" if place else "malformed") from None
