"""WeChat Pay APIv3, Native: requests out, trusted answers in. Pure: no clock, no network, no keys.

Facts: pay.weixin.qq.com/doc/v3/merchant/4012525171 (Native), /4012556398 (close), /4014959631 (refunds). Amounts are
integer fen. Whatever an answer holds, reading it raises nothing, and only a complete, matching one is a `Captured`.
"""

import re
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from typing import Annotated, Literal, TypeVar
from urllib.parse import quote

import msgspec
from msgspec import Meta

from drivers.wechat_pay.signing import Message, Signed
from kiosk.devices.payment import (
    Attempt,
    Captured,
    Dead,
    Offer,
    Open,
    Outcome,
    Refund,
    RefundClosed,
    Refunded,
    RefundFailed,
    RefundOutcome,
    RefundPending,
    Unknown,
)
from kiosk.ports.http import Reply

CHINA = timezone(timedelta(hours=8))
DESCRIPTION_BYTES = 127
REFUND_WORDING = {
    "undelivered": "未能办理，款项退回",
    "surplus": "多付的款项退回",
    "late": "订单已关闭，款项退回",
}
"""What the payer's wallet says of a refund (at most 80 bytes), by the refund's reason."""

REFUSES_CREATE = frozenset({"PARAM_ERROR", "APPID_MCHID_NOT_MATCH", "MCH_NOT_EXISTS", "NO_AUTH"})
"""Answers to a create after which no order can exist. Not INVALID_REQUEST: it also says "exists with other values"."""

REFUSES_CODE = REFUSES_CREATE | {"AUTH_CODE_EXPIRE", "AUTH_CODE_INVALID", "AUTH_CODE_ERROR"}
"""Answers to a payment by code after which no order can exist: the code itself is no good."""

REFUSES_MERCHANT = frozenset({"APPID_MCHID_NOT_MATCH", "MCH_NOT_EXISTS", "NO_AUTH", "ACCOUNT_ERROR"})
"""Codes that a person must settle with WeChat Pay."""

Fen = Annotated[int, Meta(ge=1, le=10**12)]
Number = Annotated[str, Meta(pattern=r"^[0-9A-Za-z]{1,64}\Z")]
T = TypeVar("T", bound=msgspec.Struct)


class Merchant(msgspec.Struct, frozen=True):
    """Whose money it is."""

    appid: str
    mchid: str


class _Error(msgspec.Struct):
    code: Annotated[str, Meta(pattern=r"^[0-9A-Z_]{1,40}\Z")]


class _Created(msgspec.Struct):
    code_url: Annotated[str, Meta(pattern=r"^[!-~]{1,512}\Z")]


class _Named(msgspec.Struct):
    """What every answer to a query holds; the rest depends on the state."""

    out_trade_no: str
    mchid: str
    appid: str
    trade_state: str
    transaction_id: object = None
    """Where it was paid, if ever."""


class _Paid(msgspec.Struct):
    """`total` is the order's amount, what is ours; `payer_total` is less when the payer used a coupon of WeChat's."""

    total: Fen
    currency: str = "CNY"


class _Capture(msgspec.Struct):
    transaction_id: Number
    amount: _Paid
    success_time: object = None
    """RFC 3339. Of no weight: whatever it is, the money was taken."""


class _Typing(msgspec.Struct):
    trade_state: str


class _RefundAmount(msgspec.Struct):
    refund: Fen
    currency: str = "CNY"


class _Refund(msgspec.Struct):
    refund_id: Number
    out_refund_no: str
    out_trade_no: str
    transaction_id: str
    status: str
    amount: _RefundAmount


def create(merchant: Merchant, attempt: Attempt, notify_url: str, expire_ms: int) -> Message:
    """Ask for a code that the resident can scan until `expire_ms`."""
    body = {
        "appid": merchant.appid,
        "mchid": merchant.mchid,
        "description": _clip(attempt.wording, DESCRIPTION_BYTES),
        "out_trade_no": attempt.key,
        "time_expire": datetime.fromtimestamp(expire_ms // 1000, CHINA).isoformat(timespec="seconds"),
        "notify_url": notify_url,
        "amount": {"total": attempt.amount_fen, "currency": "CNY"},
    }
    return Message("POST", "/v3/pay/transactions/native", msgspec.json.encode(body))


def codepay(merchant: Merchant, attempt: Attempt, code: str, store: str) -> Message:
    """Ask for the money by the code that the resident shows."""
    body = {
        "appid": merchant.appid,
        "mchid": merchant.mchid,
        "description": _clip(attempt.wording, DESCRIPTION_BYTES),
        "out_trade_no": attempt.key,
        "payer": {"auth_code": code},
        "amount": {"total": attempt.amount_fen, "currency": "CNY"},
        "scene_info": {"store_info": {"out_id": store}},
    }
    return Message("POST", "/v3/pay/transactions/codepay", msgspec.json.encode(body))


def reverse(merchant: Merchant, key: str) -> Message:
    """Ask that a payment by code end; what it took goes back."""
    target = f"/v3/pay/transactions/out-trade-no/{quote(key, safe='')}/reverse"
    return Message("POST", target, msgspec.json.encode({"appid": merchant.appid, "mchid": merchant.mchid}))


def query(merchant: Merchant, key: str) -> Message:
    """Ask what became of an order number."""
    return Message("GET", f"/v3/pay/transactions/out-trade-no/{quote(key, safe='')}?mchid={merchant.mchid}")


def close(merchant: Merchant, key: str) -> Message:
    """Ask that an order take no money any more."""
    target = f"/v3/pay/transactions/out-trade-no/{quote(key, safe='')}/close"
    return Message("POST", target, msgspec.json.encode({"mchid": merchant.mchid}))


def refund(attempt: Attempt, refund: Refund) -> Message:
    """Ask that money go back; the same number is the same refund, however often it is sent."""
    payment = {"transaction_id": attempt.ref} if attempt.ref else {"out_trade_no": attempt.key}
    body = {
        **payment,
        "out_refund_no": refund.key,
        "reason": REFUND_WORDING[refund.reason],
        "amount": {"refund": refund.amount_fen, "total": attempt.captured_fen, "currency": "CNY"},
    }
    return Message("POST", "/v3/refund/domestic/refunds", msgspec.json.encode(body))


def query_refund(refund: Refund) -> Message:
    """Ask what became of a refund number."""
    return Message("GET", f"/v3/refund/domestic/refunds/{quote(refund.key, safe='')}")


def error_code(answer: Signed) -> str:
    """The code of a refusal; `HTTP_<status>` when it has none that can be read."""
    error = _decode(answer, _Error)
    return error.code if error is not None else f"HTTP_{answer.status}"


def read_created(answer: Signed) -> Offer | Dead | Unknown:
    """The answer to `create`. A number that is taken, paid or closed already is `Unknown`: `query` tells."""
    if answer.status != 200:
        code = error_code(answer)
        return Dead("refused") if 400 <= answer.status < 500 and code in REFUSES_CREATE else Unknown(code)
    created = _decode(answer, _Created)
    return Unknown("no code in the answer") if created is None else Offer(created.code_url)


def read_trade(answer: Signed, merchant: Merchant, attempt: Attempt, lifetime_s: int) -> Outcome:
    """The answer to `query`. "Not there" is a proof only when the create cannot arrive any more."""
    if answer.status != 200:
        code = error_code(answer)
        if answer.status == 404 and code in ("ORDER_NOT_EXIST", "ORDERNOTEXIST"):
            if answer.at_s * 1000 - attempt.sent_ms >= lifetime_s * 1000:
                return Dead("never_arrived")
            return Unknown("not there yet")
        return Unknown(code)
    named = _decode(answer, _Named)
    if named is None:
        return Unknown("answer cannot be read")
    if (named.out_trade_no, named.mchid, named.appid) != (attempt.key, merchant.mchid, merchant.appid):
        return Unknown("answer is about another order")
    match named.trade_state:
        case "SUCCESS" | "REFUND":
            capture = _decode(answer, _Capture)
            if capture is None:
                return Unknown("paid, but the answer cannot be read")
            if capture.amount.currency != "CNY":
                return Unknown("paid in another currency")
            paid_ms = _paid_ms(capture.success_time, attempt.sent_ms, answer.at_s * 1000)
            return Captured(capture.amount.total, capture.transaction_id, paid_ms)
        case "CLOSED":
            return Dead("closed")
        case "REVOKED":  # a payment by code that was reversed: what it took went back
            return Dead("reversed" if named.transaction_id else "closed")
        case "NOTPAY" | "USERPAYING":
            return Open()
        case _:
            return Unknown("state that the sheet does not know")


def _paid_ms(time: object, sent_ms: int, seen_ms: int) -> int:
    """When it was paid, as far as that can be: after it was asked for, and before we saw it, a minute of clock each."""
    try:
        paid = datetime.fromisoformat(time) if isinstance(time, str) else None
    except ValueError:
        return 0
    if paid is None or paid.tzinfo is None:
        return 0
    paid_ms = int(paid.timestamp() * 1000)
    return paid_ms if sent_ms - 60_000 <= paid_ms <= seen_ms + 60_000 else 0


def read_codepay(answer: Signed, merchant: Merchant, attempt: Attempt) -> Outcome:
    """The answer to `codepay`. While the resident types a password it says only that."""
    if answer.status != 200:
        code = error_code(answer)
        return Dead("refused") if 400 <= answer.status < 500 and code in REFUSES_CODE else Unknown(code)
    typing = _decode(answer, _Typing)
    if typing is not None and typing.trade_state == "USERPAYING":
        return Open()
    return read_trade(answer, merchant, attempt, 0)


def has_failed(answer: Signed, merchant: Merchant, attempt: Attempt) -> bool:
    """Whether a query says that this payment by code has failed for good: its code cannot be used again."""
    named = _decode(answer, _Named) if answer.status == 200 else None
    if named is None or named.trade_state != "PAYERROR":
        return False
    return (named.out_trade_no, named.mchid, named.appid) == (attempt.key, merchant.mchid, merchant.appid)


def is_reversed(answer: Signed) -> bool:
    """Whether `reverse` was done, now or before."""
    return answer.status in (200, 204)


def read_closed(answer: Signed) -> Literal["closed", "paid", "unsettled"]:
    """The answer to `close`: both a fresh and an earlier closing are "closed"; "paid" came first and stands."""
    if answer.status == 204:
        return "closed"
    match error_code(answer):
        case "ORDER_CLOSED" | "ORDERCLOSED":
            return "closed"
        case "ORDERPAID" | "ORDER_PAID":
            return "paid"
        case _:
            return "unsettled"


def refund_missing(answer: Signed) -> bool:
    """Whether the answer to `query_refund` says that WeChat never saw the number."""
    return answer.status == 404 and error_code(answer) == "RESOURCE_NOT_EXISTS"


def read_refund(answer: Signed, attempt: Attempt, asked: Refund) -> RefundOutcome:
    """The answer to `refund` or `query_refund`. Refusals are pending: most heal (an empty merchant account)."""
    if answer.status != 200:
        return RefundPending(error_code(answer))
    found = _decode(answer, _Refund)
    if found is None:
        return RefundPending("answer cannot be read")
    same = (
        found.out_refund_no == asked.key
        and found.out_trade_no == attempt.key
        and attempt.ref in ("", found.transaction_id)
        and found.amount.refund == asked.amount_fen
        and found.amount.currency == "CNY"
    )
    if not same:
        return RefundPending("answer is about another refund")
    match found.status:
        case "SUCCESS":
            return Refunded(found.refund_id)
        case "CLOSED":  # after a week without money in the merchant's account; another number may be asked for
            return RefundClosed()
        case "ABNORMAL":  # WeChat holds the money: under this very number it goes back by hand
            return RefundFailed(found.status)
        case "PROCESSING":
            return RefundPending(found.status)
        case _:
            return RefundPending("state that the sheet does not know")


def clock_offset_s(reply: Reply, now_s: float) -> float | None:
    """How far our clock is ahead of the peer's by the peer's `Date` (or `Wechatpay-Timestamp`). A hint for health
    only: it needs no signature and proves nothing."""
    try:
        peer = parsedate_to_datetime(reply.headers.get("date", ""))
        return now_s - peer.replace(tzinfo=peer.tzinfo or UTC).timestamp()
    except (ValueError, OverflowError, TypeError, IndexError):
        stamp = reply.headers.get("wechatpay-timestamp", "")
        return now_s - int(stamp) if re.fullmatch(r"[0-9]{1,12}", stamp) else None


def _decode(answer: Signed, shape: type[T]) -> T | None:
    try:
        return msgspec.json.decode(answer.body, type=shape)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _clip(text: str, limit: int) -> str:
    """At most `limit` bytes of UTF-8, whole characters."""
    return text.encode()[:limit].decode(errors="ignore")
