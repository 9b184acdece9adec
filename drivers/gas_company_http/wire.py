"""The protocol of `docs/gas-company.md` as pure functions: signing, and answers as values of the role.

Everything that comes from the company is bounded and checked here. An answer that breaks a rule raises
`WireError`, whose text holds no personal data: it names the rule and the place, never the value.
"""

import hashlib
import hmac
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Annotated, Literal, get_args

import msgspec
from msgspec import Meta

from drivers.gas_company_http.wire_parts import (
    MOST_LINES,
    Balance,
    Due,
    Fen,
    Moment,
    Month,
    Reference,
    SaidAccount,
    SaidLine,
    Volume,
    account_of,
    decoded,
    explains,
    line_of,
    require,
)
from kiosk.devices.gas import (
    Account,
    Cancelled,
    Delivered,
    Opened,
    Owed,
    Period,
    Quote,
    RefusalReason,
    TopUpQuote,
)

SHORTEST_KEY = 32
LONGEST_ANSWER = 256 * 1024
MOST_ACCOUNTS = 20
"""Of one holder."""


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


class _Period(msgspec.Struct):
    first_month: Month
    last_month: Month
    volume_m3: Volume
    lines: Annotated[list[SaidLine], Meta(max_length=MOST_LINES)]
    late_fee_fen: Fen
    amount_fen: Fen


class _Quote(msgspec.Struct):
    quote_id: Reference
    account: SaidAccount
    periods: Annotated[list[_Period], Meta(min_length=1, max_length=MOST_LINES)]
    total_fen: Due
    used_this_cycle_m3: Volume
    price_version: Reference
    expires_ms: Moment


class _TopUpQuote(msgspec.Struct):
    quote_id: Reference
    account: SaidAccount
    total_fen: Due
    owed_fen: Fen
    balance_after_fen: Balance
    lines: Annotated[list[SaidLine], Meta(max_length=MOST_LINES)]
    used_this_cycle_m3: Volume
    price_version: Reference
    expires_ms: Moment


class _Open(msgspec.Struct, tag="open", tag_field="state"):
    order_no: str
    pay_by_ms: Moment
    due_fen: Fen
    provider_ref: Reference


class _Owed(msgspec.Struct, tag="owed", tag_field="state"):
    order_no: str


class _Delivered(msgspec.Struct, tag="delivered", tag_field="state"):
    order_no: str
    receipt_no: Reference


class _Cancelled(msgspec.Struct, tag="cancelled", tag_field="state"):
    order_no: str


class _Error(msgspec.Struct):
    error: Annotated[str, Meta(pattern=r"^[a-z0-9_]{1,40}\Z")]


class _Holder(msgspec.Struct):
    accounts: Annotated[list[SaidAccount], Meta(min_length=1, max_length=MOST_ACCOUNTS)]


_HOLDER = msgspec.json.Decoder(_Holder)
_ACCOUNT = msgspec.json.Decoder(SaidAccount)
_QUOTE = msgspec.json.Decoder(_Quote)
_TOP_UP_QUOTE = msgspec.json.Decoder(_TopUpQuote)
_ORDER: msgspec.json.Decoder[_Open | _Owed | _Delivered | _Cancelled] = msgspec.json.Decoder(
    _Open | _Owed | _Delivered | _Cancelled
)
_ERROR = msgspec.json.Decoder(_Error)


def read_account(body: bytes, number: str) -> Account:
    """The account `number`. Raises `WireError`."""
    return account_of(decoded(body, _ACCOUNT), number)


def read_holder(body: bytes, can_exist: Callable[[str], bool]) -> tuple[Account, ...]:
    """A holder's accounts, each once, with numbers that `can_exist`. Raises `WireError`."""
    accounts = decoded(body, _HOLDER).accounts
    numbers = {account.number for account in accounts}
    require(len(numbers) == len(accounts), "an account twice")
    require(all(map(can_exist, numbers)), "a number that no account has")
    return tuple(account_of(account, account.number) for account in accounts)


def read_quote(body: bytes, number: str) -> Quote:
    """What the account `number` owes, consistent to the fen. Raises `WireError`."""
    quote = decoded(body, _QUOTE)
    require(sum(len(period.lines) for period in quote.periods) <= MOST_LINES, "too many lines")
    periods = tuple(_period(period) for period in quote.periods)
    require(sum(period.amount_fen for period in periods) == quote.total_fen, "the periods do not add up to the total")
    return Quote(
        quote_id=quote.quote_id,
        account=account_of(quote.account, number),
        periods=periods,
        total_fen=quote.total_fen,
        used_this_cycle_m3=Decimal(quote.used_this_cycle_m3),
        price_version=quote.price_version,
        expires_ms=quote.expires_ms,
    )


def read_top_up_quote(body: bytes, number: str, amount_fen: int) -> TopUpQuote:
    """What `amount_fen` is worth to the account `number`, consistent to the fen. Raises `WireError`."""
    quote = decoded(body, _TOP_UP_QUOTE)
    account = account_of(quote.account, number)
    lines = tuple(map(line_of, quote.lines))
    require(account.meter_kind == "remote", "a top-up of a meter that holds no money")
    require(quote.total_fen == amount_fen, "the quote is for another amount")
    require(quote.balance_after_fen == account.balance_fen + quote.total_fen, "the balance does not grow by the amount")
    require(quote.owed_fen == min(quote.total_fen, max(-account.balance_fen, 0)), "the owed part is not what is owed")
    require(all(map(explains, lines)), "a line's amount is not its volume times its price")
    require(
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


def read_order(body: bytes, order_no: str) -> Opened | Owed | Delivered | Cancelled:
    """What became of the order `order_no`. Raises `WireError`."""
    order = decoded(body, _ORDER)
    require(order.order_no == order_no, "the answer is about another order")
    match order:
        case _Open():
            return Opened(pay_by_ms=order.pay_by_ms, due_fen=order.due_fen, provider_ref=order.provider_ref)
        case _Owed():
            return Owed()
        case _Delivered():
            return Delivered(receipt_no=order.receipt_no)
        case _Cancelled():
            return Cancelled()


def read_error(body: bytes) -> str:
    """The code of a refusal or complaint. Raises `WireError`."""
    return decoded(body, _ERROR).error


def refusal(code: str) -> RefusalReason | None:
    """The code as a reason that the role knows."""
    return msgspec.convert(code, RefusalReason) if code in get_args(RefusalReason) else None


def _period(period: _Period) -> Period:
    lines = tuple(map(line_of, period.lines))
    volume = Decimal(period.volume_m3)
    require(period.first_month <= period.last_month, "a period ends before it begins")
    require(all(map(explains, lines)), "a line's amount is not its volume times its price")
    require(sum(line.volume_m3 for line in lines) == volume, "the lines do not add up to the period's volume")
    require(
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
