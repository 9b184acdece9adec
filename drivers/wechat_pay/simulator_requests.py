"""What the simulated WeChat Pay can be asked for: the paths, the bodies, and a refusal of what is neither."""

import re
from typing import Annotated, Literal, TypeVar
from urllib.parse import unquote

import msgspec
from msgspec import Meta

ROUTES = (
    ("create", "POST", re.compile(r"/v3/pay/transactions/native")),
    ("codepay", "POST", re.compile(r"/v3/pay/transactions/codepay")),
    ("reverse", "POST", re.compile(r"/v3/pay/transactions/out-trade-no/([^/]+)/reverse")),
    ("query", "GET", re.compile(r"/v3/pay/transactions/out-trade-no/([^/]+)")),
    ("query_id", "GET", re.compile(r"/v3/pay/transactions/id/([^/]+)")),
    ("close", "POST", re.compile(r"/v3/pay/transactions/out-trade-no/([^/]+)/close")),
    ("refund", "POST", re.compile(r"/v3/refund/domestic/refunds")),
    ("query_refund", "GET", re.compile(r"/v3/refund/domestic/refunds/([^/]+)")),
)

Text = Annotated[str, Meta(min_length=1)]
Cents = Annotated[int, Meta(ge=1, le=10**10)]
TradeNo = Annotated[str, Meta(pattern=r"^[0-9a-zA-Z_\-|*]{6,32}\Z")]
T = TypeVar("T", bound=msgspec.Struct)


class OrderAmount(msgspec.Struct):
    total: Cents
    currency: Literal["CNY"] = "CNY"


class OrderRequest(msgspec.Struct):
    appid: Annotated[str, Meta(min_length=1, max_length=32)]
    mchid: Annotated[str, Meta(min_length=1, max_length=32)]
    description: Annotated[str, Meta(min_length=1, max_length=127)]
    out_trade_no: TradeNo
    notify_url: Annotated[str, Meta(pattern=r"^https://[^?]+\Z", max_length=255)]
    amount: OrderAmount
    time_expire: str | None = None


class Payer(msgspec.Struct):
    auth_code: Annotated[str, Meta(pattern=r"^1[0-5][0-9]{16}\Z")]


class Store(msgspec.Struct):
    out_id: Text


class Scene(msgspec.Struct):
    store_info: Store


class CodeRequest(msgspec.Struct):
    appid: Text
    mchid: Text
    description: Annotated[str, Meta(min_length=1, max_length=127)]
    out_trade_no: TradeNo
    payer: Payer
    amount: OrderAmount
    scene_info: Scene


class ReverseRequest(msgspec.Struct):
    appid: str
    mchid: str


class CloseRequest(msgspec.Struct):
    mchid: str


class RefundAmount(msgspec.Struct):
    refund: Cents
    total: Cents
    currency: Literal["CNY"]


class RefundRequest(msgspec.Struct):
    out_refund_no: Annotated[str, Meta(pattern=r"^[0-9a-zA-Z_\-|*@]{1,64}\Z")]
    amount: RefundAmount
    transaction_id: Text | None = None
    out_trade_no: TradeNo | None = None
    reason: str = ""


class ApiError(Exception):
    """A refusal: HTTP status, code and what it says."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.message = message


def route(method: str, path: str) -> tuple[str, str]:
    """The operation and the number in its path; empty for what does not exist."""
    for op, verb, pattern in ROUTES:
        if (found := pattern.fullmatch(path)) and method == verb:
            return op, unquote(found[1]) if pattern.groups else ""
    return "", ""


def read_as(body: bytes, shape: type[T]) -> T:
    """A body as it must be. Raises `ApiError`."""
    try:
        return msgspec.json.decode(body, type=shape)
    except (msgspec.DecodeError, RecursionError) as error:
        raise ApiError(400, "PARAM_ERROR", str(error)) from error
