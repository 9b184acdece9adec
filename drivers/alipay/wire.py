"""Alipay face to face, by a code on our screen or on a phone: requests out, trusted answers in. Pure: no clock, no
network, no keys.

Facts: opendocs.alipay.com, `alipay.trade.precreate`, `.pay`, `.query`, `.cancel`, `.refund`, `.fastpay.refund.query`.
Amounts are yuan in text on the wire and integer fen here. Whatever an answer holds, reading it raises nothing, and only
a complete, matching one is a `Captured`. A trade exists at Alipay only once its code was scanned, so "no such trade" is
no proof of anything.
"""

import re
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from typing import Annotated, Literal, TypeVar

import msgspec
from msgspec import Meta

from drivers.alipay.signing import Request, Said
from kiosk.devices.payment import (
    Attempt,
    Captured,
    Dead,
    Offer,
    Open,
    Outcome,
    Refund,
    Refunded,
    RefundFailed,
    RefundOutcome,
    RefundPending,
    Unknown,
)
from kiosk.ports.http import Reply

CHINA = timezone(timedelta(hours=8))
SUBJECT_LETTERS = 128
DONE = "10000"
ASKS_PAYER = "10003"
"""The phone asks the resident for the password."""
REFUSED = "40004"
NOT_THERE = "ACQ.TRADE_NOT_EXIST"
REFUND_WORDING = {
    "undelivered": "未能办理，款项退回",
    "surplus": "多付的款项退回",
    "late": "订单已关闭，款项退回",
}
"""What the payer's wallet says of a refund, by the refund's reason."""

REFUSES_CREATE = frozenset(
    {
        "ACQ.INVALID_PARAMETER",
        "ACQ.ACCESS_FORBIDDEN",
        "ACQ.EXIST_FORBIDDEN_WORD",
        "ACQ.PARTNER_ERROR",
        "ACQ.TOTAL_FEE_EXCEED",
        "ACQ.SELLER_BEEN_BLOCKED",
    }
)
"""Answers to a precreate after which there is no code."""

REFUSES_PAY = REFUSES_CREATE | {"ACQ.PAYMENT_AUTH_CODE_INVALID"}
"""Answers to a payment by code after which there is no trade. Other refusals may leave one, to be cancelled."""

REFUSES_CANCEL = frozenset(
    {"ACQ.TRADE_CANCEL_TIME_OUT", "ACQ.TRADE_HAS_FINISHED", "ACQ.CANCEL_NOT_ALLOWED", "ACQ.REASON_TRADE_REFUND_FEE_ERR"}
)
"""Answers to a cancel after which no cancel of that trade will ever be done."""

REFUSES_REFUND = frozenset({"ACQ.TRADE_HAS_FINISHED", "ACQ.REFUND_CHARGE_ERROR", "ACQ.TRADE_NOT_ALLOW_REFUND"})
"""Answers to a refund that no time heals."""

REFUSES_MERCHANT = frozenset({"40001", "40003", "40006", "20001"})
"""Codes that a person must settle with Alipay."""

BAD_KEYS = frozenset({"isv.invalid-signature", "isv.missing-signature", "isv.invalid-app-id", "isv.invalid-encrypt"})
BAD_CLOCK = "isv.invalid-timestamp"
TOO_OFTEN = "40005"
NO_WORD = "20000"
"""Alipay does not know itself what it did."""

Number = Annotated[str, Meta(pattern=r"^[0-9A-Za-z]{1,64}\Z")]
Yuan = Annotated[str, Meta(pattern=r"^[0-9]{1,9}(\.[0-9]{1,2})?\Z")]
T = TypeVar("T", bound=msgspec.Struct)


class _Created(msgspec.Struct):
    out_trade_no: str
    qr_code: Annotated[str, Meta(pattern=r"^[!-~]{1,512}\Z")]


class _Named(msgspec.Struct):
    """What every answer to a query holds; the rest depends on the state."""

    out_trade_no: str
    trade_status: str
    send_pay_date: object = None
    """Where it was paid, Beijing's time. Of no weight: whatever it is, the money was taken."""


class _Capture(msgspec.Struct):
    """`total_amount` is the order's amount, what is ours; the payer gave less where Alipay paid a part of it."""

    trade_no: Number
    total_amount: Yuan
    trans_currency: str = "CNY"


class _Paid(msgspec.Struct):
    """What the answer to a payment by code holds beside what a query's does."""

    out_trade_no: str
    gmt_payment: object = None


class _Cancelled(msgspec.Struct):
    out_trade_no: str
    retry_flag: Literal["Y", "N"]
    action: str | None = None


class _Refund(msgspec.Struct):
    """Without a status the refund was not done, or not yet."""

    out_trade_no: str
    out_request_no: str
    trade_no: Number
    refund_amount: Yuan
    refund_status: str = ""


def precreate(attempt: Attempt, minutes: int) -> Request:
    """Ask for a code that the resident can scan, and pay, for so many minutes from now."""
    content = {
        "out_trade_no": attempt.key,
        "total_amount": yuan(attempt.amount_fen),
        "subject": attempt.wording[:SUBJECT_LETTERS],
        "qr_code_timeout_express": f"{minutes}m",
        "timeout_express": f"{minutes}m",
    }
    return Request("alipay.trade.precreate", msgspec.json.encode(content))


def pay(attempt: Attempt, code: str, minutes: int) -> Request:
    """Ask for money from whoever shows that payment code; it may be confirmed on the phone for so many minutes."""
    content = {
        "out_trade_no": attempt.key,
        "scene": "bar_code",
        "auth_code": code,
        "total_amount": yuan(attempt.amount_fen),
        "subject": attempt.wording[:SUBJECT_LETTERS],
        "timeout_express": f"{minutes}m",
    }
    return Request("alipay.trade.pay", msgspec.json.encode(content))


def query(key: str) -> Request:
    """Ask what became of a trade."""
    return Request("alipay.trade.query", msgspec.json.encode({"out_trade_no": key}))


def cancel(key: str) -> Request:
    """Ask that a trade take no money any more; what it took goes back."""
    return Request("alipay.trade.cancel", msgspec.json.encode({"out_trade_no": key}))


def refund(attempt: Attempt, refund: Refund) -> Request:
    """Ask that money go back; the same number is the same refund, however often it is sent."""
    content = {
        "out_trade_no": attempt.key,
        "refund_amount": yuan(refund.amount_fen),
        "refund_reason": REFUND_WORDING[refund.reason],
        "out_request_no": refund.key,
    }
    return Request("alipay.trade.refund", msgspec.json.encode(content))


def query_refund(attempt: Attempt, refund: Refund) -> Request:
    """Ask what became of a refund."""
    content = {"out_trade_no": attempt.key, "out_request_no": refund.key}
    return Request("alipay.trade.fastpay.refund.query", msgspec.json.encode(content))


def read_created(said: Said, attempt: Attempt) -> Offer | Dead | Unknown:
    """The answer to `precreate`. A number that is paid or closed already is `Unknown`: `query` tells."""
    if said.code != DONE:
        refused = said.code == REFUSED and said.sub_code in REFUSES_CREATE
        return Dead("refused") if refused else Unknown(said.why)
    created = _decode(said, _Created)
    if created is None:
        return Unknown("no code in the answer")
    return Offer(created.qr_code) if created.out_trade_no == attempt.key else Unknown("answer is about another trade")


def read_paid(said: Said, attempt: Attempt, now_ms: int) -> Outcome:
    """The answer to `pay`. What is not plain is `Unknown`: `query` tells."""
    if said.code == REFUSED and said.sub_code in REFUSES_PAY:
        return Dead("refused")
    if said.code not in (DONE, ASKS_PAYER):
        return Unknown(said.why)
    paid = _decode(said, _Paid)
    if paid is None:
        return Unknown("answer cannot be read")
    if paid.out_trade_no != attempt.key:
        return Unknown("answer is about another trade")
    return Open() if said.code == ASKS_PAYER else _captured(said, _paid_ms(paid.gmt_payment, attempt.sent_ms, now_ms))


def read_trade(said: Said, attempt: Attempt, now_ms: int) -> Outcome:
    """The answer to `query`. A trade that nobody made yet may still be made and paid."""
    if said.code != DONE:
        return Open() if is_absent(said) else Unknown(said.why)
    named = _decode(said, _Named)
    if named is None:
        return Unknown("answer cannot be read")
    if named.out_trade_no != attempt.key:
        return Unknown("answer is about another trade")
    match named.trade_status:
        case "TRADE_SUCCESS" | "TRADE_FINISHED":
            return _captured(said, _paid_ms(named.send_pay_date, attempt.sent_ms, now_ms))
        case "TRADE_CLOSED":  # not paid in time, cancelled, or paid and given back to the last fen
            return Dead("reversed" if named.send_pay_date else "closed")
        case "WAIT_BUYER_PAY":
            return Open()
        case _:
            return Unknown("state that the sheet does not know")


def _captured(said: Said, paid_ms: int) -> Captured | Unknown:
    capture = _decode(said, _Capture)
    fen = 0 if capture is None else fen_of(capture.total_amount)
    if capture is None or fen == 0:
        return Unknown("paid, but the answer cannot be read")
    if capture.trans_currency != "CNY":
        return Unknown("paid in another currency")
    return Captured(fen, capture.trade_no, paid_ms)


def is_absent(said: Said) -> bool:
    """Whether Alipay says that it has no such trade."""
    return said.code == REFUSED and said.sub_code == NOT_THERE


def read_cancelled(
    said: Said, attempt: Attempt
) -> Literal["closed", "reversed", "again", "refused", "absent", "unsettled"]:
    """The answer to `cancel`: ended unpaid, ended and given back, to be made again, never to be done, no such trade."""
    if said.code != DONE:
        if said.code == REFUSED and said.sub_code in REFUSES_CANCEL:
            return "refused"
        return "absent" if is_absent(said) else "unsettled"
    cancelled = _decode(said, _Cancelled)
    if cancelled is None or cancelled.out_trade_no != attempt.key:
        return "unsettled"
    if cancelled.retry_flag == "Y":
        return "again"
    match cancelled.action:
        case "refund":
            return "reversed"
        case "close" | "" | None:
            return "closed"
        case _:
            return "unsettled"


def read_refund(said: Said, attempt: Attempt, asked: Refund) -> RefundOutcome:
    """The answer to `query_refund`, the only one that names the refund."""
    if said.code != DONE:
        return RefundPending(said.why)
    found = _decode(said, _Refund)
    if found is None or found.refund_status == "":
        return RefundPending("not done yet")
    same = (
        found.out_request_no == asked.key
        and found.out_trade_no == attempt.key
        and attempt.ref in ("", found.trade_no)
        and fen_of(found.refund_amount) == asked.amount_fen
    )
    if not same:
        return RefundPending("answer is about another refund")
    if found.refund_status != "REFUND_SUCCESS":
        return RefundPending("state that the sheet does not know")
    return Refunded(found.trade_no)


def read_refusal(said: Said) -> RefundPending | RefundFailed:
    """What the answer to `refund` means where the refund is not to be seen. Most refusals heal (an empty account)."""
    if said.code == DONE:
        return RefundPending("accepted")
    never = said.code == REFUSED and said.sub_code in REFUSES_REFUND
    return RefundFailed(said.why) if never else RefundPending(said.why)


def yuan(fen: int) -> str:
    """12840 as `128.40`."""
    return f"{fen // 100}.{fen % 100:02d}"


def fen_of(amount: str) -> int:
    """`128.40` (or `128.4`, or `128`) as 12840. What else there is was refused by `Yuan`."""
    whole, _, rest = amount.partition(".")
    return int(whole) * 100 + int(rest.ljust(2, "0"))


def timestamp(now_s: float) -> str:
    """A moment as requests name it."""
    return datetime.fromtimestamp(int(now_s), CHINA).strftime("%Y-%m-%d %H:%M:%S")


def clock_offset_s(reply: Reply, now_s: float) -> float | None:
    """How far our clock is ahead of the peer's, by the peer's `Date`. A hint for health only: it proves nothing."""
    try:
        peer = parsedate_to_datetime(reply.headers.get("date", ""))
        return now_s - peer.replace(tzinfo=peer.tzinfo or UTC).timestamp()
    except (ValueError, OverflowError, TypeError, IndexError):
        return None


def _paid_ms(time: object, sent_ms: int, seen_ms: int) -> int:
    """When it was paid, as far as that can be: after it was asked for, and before we saw it, a minute of clock each."""
    if not isinstance(time, str) or not re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", time, re.ASCII):
        return 0
    try:
        paid_ms = int(datetime.fromisoformat(time).replace(tzinfo=CHINA).timestamp() * 1000)
    except (ValueError, OverflowError):
        return 0
    return paid_ms if sent_ms - 60_000 <= paid_ms <= seen_ms + 60_000 else 0


def _decode(said: Said, shape: type[T]) -> T | None:
    try:
        return msgspec.json.decode(said.body, type=shape)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
