"""A WeChat Pay to test against: API v3, Native, as its public pages describe it, with books and with faults.

`python -m drivers.wechat_pay.simulator --books DIR` makes its keys and books in DIR and announces the settings of a
merchant that it knows. The hand: `scan`, `pay`, `decline`, `pay_late`, `pay_twice` and `expire`, each with `code_url`,
`out_trade_no` or nothing (the newest code); `unplug`, `plug`.

UNSURE, and so set to what is harder for the terminal: answers of 401 are unsigned; an order whose code has lapsed stays
NOTPAY; closing twice answers ORDER_CLOSED. Pages: pay.weixin.qq.com/doc/v3/merchant/4012525171 (Native), /4012556398
(close), /4014959631 (refunds).
"""

import argparse
import re
import sqlite3
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime
from pathlib import Path

import msgspec
from aiohttp import web

from drivers.wechat_pay.simulator_books import Books, RefundState
from drivers.wechat_pay.simulator_keys import DemoKeys, NotAuthenticError
from drivers.wechat_pay.simulator_phone import BUTTONS, Phone
from drivers.wechat_pay.simulator_requests import (
    ApiError,
    CloseRequest,
    CodeRequest,
    OrderRequest,
    RefundRequest,
    ReverseRequest,
    read_as,
    route,
)
from drivers.wechat_pay.simulator_talk import explain
from kiosk.testing.http_peer import HTTP_FAULTS, WIRE_BUTTONS, HttpWire
from kiosk.testing.simulator import Action, Faults, Json, Talk, main

APPID = "wxd678efh567hg6787"
MCHID = "1900007291"
BEIJING = timezone(timedelta(hours=8))
CODE_LASTS_MS = 2 * 3600 * 1000

FAULTS = {
    **HTTP_FAULTS,
    "decline": "pay: the wallet declines; the order stays unpaid",
    "wrong_amount": "pay: `fen` is captured instead of the order's amount",
    "coupon": "pay: WeChat gives `fen` of it; the payer pays that much less, the merchant gets all",
    "paid_after_close": "pay: a payment of a closed order lands all the same",
    "notpay_lag": "pay: queries say NOTPAY for `polls` (2) queries or for `seconds` after it",
    "orderpaid_race": "close: the resident pays just before the closing arrives",
    "close_error": "close: answers 500 SYSTEM_ERROR without acting",
    "userpaying": "payment code: the phone asks for a password first",
    "code_declined": "payment code: the wallet holds too little",
    "reverse_error": "reverse: answers 500 SYSTEM_ERROR without acting",
    "refund_500": "refund: answers 500 SYSTEM_ERROR without acting",
    "refund_processing": "refund: is PROCESSING until it was looked at `polls` (2) times more",
    "refund_abnormal": "refund: ends ABNORMAL",
    "refund_closed": "refund: ends CLOSED",
    "not_enough": "refund: refuses with 403 NOT_ENOUGH, the merchant's account being empty",
    "frequency": "refuses with 429 FREQUENCY_LIMITED",
    "auth_401": "refuses with 401 SIGN_ERROR, unsigned",
    "clock_skew": "WeChat's clock is `seconds` (600) ahead of everybody's",
    "unsigned": "the answer has no signature",
    "wrong_signature": "the answer's signature is wrong",
    "stale_timestamp": "the answer was signed `seconds` (301) ago",
    "unknown_serial": "the answer is signed with a key that nobody has",
}
"""Faults of answers may be narrowed by `op`: create, query, close, refund, query_refund."""

STATES = {
    "NOTPAY": "订单未支付",
    "CLOSED": "订单已关闭",
    "SUCCESS": "支付成功",
    "REFUND": "订单发生过退款",
    "USERPAYING": "用户支付中",
    "REVOKED": "已撤销",
    "PAYERROR": "支付失败",
}
REVERSE_AFTER_MS = 15_000
REVERSE_BEFORE_MS = 7 * 86_400_000


class WeChatPaySimulator:
    """The wire and the hand; `now` is its wall clock in seconds since 1970."""

    def __init__(self, folder: Path, port: int = 0, now: Callable[[], float] = time.time) -> None:
        self.faults = Faults(FAULTS)
        self.talk = Talk()
        self.keys = DemoKeys(folder, MCHID)
        self._now = now
        self.reverse_after_ms = REVERSE_AFTER_MS
        self._books = Books(folder, self._now_ms)
        self._wire = HttpWire(self.faults, self.talk, self._serve, explain, port)
        self._phone = Phone(self._books, self.faults, self._now_ms)
        self.actions: Mapping[str, Action] = {**self._phone.actions, **self._wire.actions}

    async def start(self) -> Json:
        """Listen; what a `[[device]]` needs to reach this merchant's account."""
        return {
            "port": await self._wire.plug(),
            "settings": {
                "appid": APPID,
                "mchid": MCHID,
                "merchant_serial": self.keys.merchant_serial,
                "merchant_key": f"file:{self.keys.merchant_file}",
                "platform_keys": {self.keys.platform_id: f"file:{self.keys.platform_public_file}"},
                "notify_url": "https://hall.example/wechat-pay",
                "spare_url": "",
            },
        }

    async def stop(self) -> None:
        """Stop listening and close the books."""
        self._phone.stop()
        await self._wire.unplug()
        self._books.shut()

    def books(self) -> Json:
        """`{"orders": {out_trade_no: {total, state, paid_fen, refunded_fen, payments, refunds, closes, …}}}`."""
        return {**self._books.report(), "state": self._state()}

    def _state(self) -> Json:
        newest = self._books.newest_order()
        seen: Json = {"plugged": self._wire.plugged, "phone": self._phone.state}
        if newest is not None:
            seen |= {
                "amount_fen": newest["total"],
                "wording": newest["wording"],
                "code": self._phone.unpayable(newest) or "open",
            }
        return seen

    def add_control_routes(self, app: web.Application) -> None:
        """None beyond the usual."""

    # The wire

    async def _serve(self, request: web.Request) -> web.Response:
        body = await request.read()
        skew = self.faults.take("clock_skew")
        now_s = self._now() + (float(skew.more.get("seconds", 600)) if skew else 0.0)
        op, name = route(request.method, request.path)
        try:
            if self.faults.take("auth_401", op=op):
                raise NotAuthenticError("signature is wrong")
            self.keys.authenticate(
                request.headers.get("Authorization", ""), request.method, request.raw_path, body, now_s
            )
        except NotAuthenticError as error:
            return _answer(401, {"code": "SIGN_ERROR", "message": str(error)}, now_s)
        try:
            self._check_headers(request)
            if self.faults.take("frequency", op=op):
                raise ApiError(429, "FREQUENCY_LIMITED", "too many requests")
            status, value = self._act(op, name, request, body)
        except ApiError as error:
            status, value = error.status, {"code": error.code, "message": error.message}
        return self._sign(op, _answer(status, value, now_s), now_s)

    def _sign(self, op: str, response: web.Response, now_s: float) -> web.Response:
        body = response.body if isinstance(response.body, bytes) else b""
        stale = self.faults.take("stale_timestamp", op=op)
        signed_s = int(now_s) - int(stale.more.get("seconds", 301)) if stale else int(now_s)
        if self.faults.take("unsigned", op=op):
            return response
        wrong = self.faults.take("wrong_signature", op=op)
        response.headers.update(self.keys.sign(body + b" " if wrong else body, signed_s))
        if self.faults.take("unknown_serial", op=op):
            response.headers["Wechatpay-Serial"] = "PUB_KEY_ID_019999999999999999999999"
        return response

    def _check_headers(self, request: web.Request) -> None:
        if "application/json" not in request.headers.get("Accept", ""):
            raise ApiError(406, "PARAM_ERROR", "Accept must be application/json")
        if "User-Agent" not in request.headers:
            raise ApiError(403, "PARAM_ERROR", "User-Agent is missing")
        if request.method == "POST" and request.content_type != "application/json":
            raise ApiError(415, "PARAM_ERROR", "Content-Type must be application/json")
        if request.headers.get("Wechatpay-Serial", self.keys.platform_id) != self.keys.platform_id:
            raise ApiError(400, "PARAM_ERROR", "Wechatpay-Serial names an unknown key")

    def _act(self, op: str, name: str, request: web.Request, body: bytes) -> tuple[int, Json | None]:
        match op:
            case "create":
                return 200, self._create(read_as(body, OrderRequest))
            case "codepay":
                return 200, self._codepay(read_as(body, CodeRequest))
            case "reverse":
                self._reverse(name, read_as(body, ReverseRequest))
                return 200, {"appid": APPID, "mchid": MCHID, "out_trade_no": name}
            case "query" | "query_id":
                if request.query.get("mchid") != MCHID:
                    raise ApiError(400, "PARAM_ERROR", "mchid is missing or not the signer's")
                order = self._books.order(number=name) if op == "query" else self._books.order(transaction_id=name)
                return 200, self._show(_existing(order))
            case "close":
                self._close(name, read_as(body, CloseRequest))
                return 204, None
            case "refund":
                return 200, self._refund(read_as(body, RefundRequest))
            case "query_refund":
                self._books.advance_refund(name)
                return 200, self._show_refund(name)
            case _:
                raise ApiError(404, "RESOURCE_NOT_EXISTS", "no such interface")

    def _create(self, asked: OrderRequest) -> Json:
        if (asked.appid, asked.mchid) != (APPID, MCHID):
            raise ApiError(400, "APPID_MCHID_NOT_MATCH", "appid and mchid do not match")
        same = msgspec.json.encode(asked).decode()
        known = self._books.order(number=asked.out_trade_no)
        if known is None:
            expire_ms = self._expire_ms(asked.time_expire)
            code_url = self._books.book_order(
                asked.out_trade_no, same, asked.description, asked.amount.total, expire_ms
            )
            return {"code_url": code_url}
        if known["state"] == "CLOSED":
            raise ApiError(400, "ORDER_CLOSED", "the order is closed")
        if known["state"] != "NOTPAY":
            raise ApiError(400, "ORDERPAID", "the order is paid")
        if known["request"] != same:
            raise ApiError(403, "OUT_TRADE_NO_USED", "the order number was used with other values")
        return {"code_url": known["code_url"]}

    def _codepay(self, asked: CodeRequest) -> Json:
        if (asked.appid, asked.mchid) != (APPID, MCHID):
            raise ApiError(400, "APPID_MCHID_NOT_MATCH", "appid and mchid do not match")
        number = asked.out_trade_no
        same = msgspec.json.encode(asked).decode()
        known = self._books.order(number=number)
        if known is None:
            if not self._books.codes.use(asked.payer.auth_code):
                raise ApiError(400, "AUTH_CODE_EXPIRE", "the code was used, or is too old")
            self._books.book_order(number, same, asked.description, asked.amount.total, self._now_ms() + 600_000)
            order = _existing(self._books.order(number=number))
            if self.faults.take("userpaying"):
                self._books.become(number, "USERPAYING")
            elif self.faults.take("code_declined"):
                self._books.become(number, "PAYERROR")
                raise ApiError(403, "NOTENOUGH", "the wallet holds too little")
            else:
                self._phone.take(order)
        elif known["request"] != same:
            raise ApiError(403, "OUT_TRADE_NO_USED", "the order number was used with other values")
        order = _existing(self._books.order(number=number))
        return {"trade_state": "USERPAYING"} if order["state"] == "USERPAYING" else self._show(order)

    def _reverse(self, number: str, asked: ReverseRequest) -> None:
        if (asked.appid, asked.mchid) != (APPID, MCHID):
            raise ApiError(400, "PARAM_ERROR", "appid or mchid is not the signer's")
        order = _existing(self._books.order(number=number))
        if self.faults.take("reverse_error"):
            raise ApiError(500, "SYSTEM_ERROR", "try again later")
        if order["state"] in ("NOTPAY", "CLOSED"):
            raise ApiError(400, "INVALID_REQUEST", "not a payment by code")
        if self._now_ms() - order["created_ms"] < self.reverse_after_ms:
            raise ApiError(400, "INVALID_REQUEST", "reversed too soon")
        if self._now_ms() - order["created_ms"] > REVERSE_BEFORE_MS and order["state"] != "REVOKED":
            raise ApiError(400, "REVERSE_EXPIRE", "reversed too late")
        self._books.reverse(number)

    def _expire_ms(self, time_expire: str | None) -> int:
        if time_expire is None:
            return self._now_ms() + CODE_LASTS_MS
        if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)", time_expire, re.ASCII):
            raise ApiError(400, "PARAM_ERROR", "time_expire is not RFC 3339")
        try:
            expire_ms = int(datetime.fromisoformat(time_expire).timestamp()) * 1000
        except ValueError:
            raise ApiError(400, "PARAM_ERROR", "time_expire is no date") from None
        if expire_ms < self._now_ms() + 60_000:
            raise ApiError(400, "PARAM_ERROR", "time_expire is less than one minute ahead")
        return expire_ms

    def _show(self, order: sqlite3.Row) -> Json:
        shown: Json = {"appid": APPID, "mchid": MCHID, "out_trade_no": order["out_trade_no"], "promotion_detail": []}
        payment = self._books.payment(order["out_trade_no"])
        if payment is None or not self._books.visible(order):
            state = "NOTPAY" if payment and order["state"] != "REVOKED" else order["state"]
            return {
                **shown,
                "amount": {"payer_currency": "CNY", "total": order["total"]},
                "trade_state": state,
                "trade_state_desc": STATES[state],
            }
        return {
            **shown,
            "amount": {
                "total": payment["fen"],
                "payer_total": payment["payer_fen"],
                "currency": "CNY",
                "payer_currency": "CNY",
            },
            "attach": "",
            "bank_type": "OTHERS",
            "payer": {"openid": "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"},
            "success_time": _beijing(payment["paid_ms"]),
            "trade_type": "NATIVE" if order["code_url"].startswith("weixin:") else "MICROPAY",
            "transaction_id": payment["transaction_id"],
            "trade_state": order["state"],
            "trade_state_desc": STATES[order["state"]],
        }

    def _close(self, number: str, asked: CloseRequest) -> None:
        if asked.mchid != MCHID:
            raise ApiError(400, "PARAM_ERROR", "mchid is not the signer's")
        order = _existing(self._books.order(number=number))
        if self.faults.take("close_error"):
            raise ApiError(500, "SYSTEM_ERROR", "try again later")
        if order["state"] == "NOTPAY" and self.faults.take("orderpaid_race"):
            self._phone.take(order)
            order = _existing(self._books.order(number=number))
        match order["state"]:
            case "NOTPAY":
                self._books.book_close(number, "204", closed=True)
                self._phone.code_closed(number)
            case "CLOSED":
                self._books.book_close(number, "ORDER_CLOSED", closed=False)
                raise ApiError(400, "ORDER_CLOSED", "the order is closed")
            case _:
                self._books.book_close(number, "ORDERPAID", closed=False)
                raise ApiError(400, "ORDERPAID", "the order is paid")

    def _refund(self, asked: RefundRequest) -> Json:
        if (asked.transaction_id is None) == (asked.out_trade_no is None) or len(asked.reason.encode()) > 80:
            raise ApiError(400, "PARAM_ERROR", "one of transaction_id and out_trade_no; reason up to 80 bytes")
        if self.faults.take("refund_500"):
            raise ApiError(500, "SYSTEM_ERROR", "try again later")
        order = self._books.order(number=asked.out_trade_no or "", transaction_id=asked.transaction_id or "")
        payment = None if order is None else self._books.payment(order["out_trade_no"])
        if payment is None:
            raise ApiError(404, "RESOURCE_NOT_EXISTS", "no such payment")
        known = self._books.refund(asked.out_refund_no)
        if known is None:
            self._book_refund(asked, payment)
        elif (known["transaction_id"], known["fen"]) != (payment["transaction_id"], asked.amount.refund):
            raise ApiError(400, "INVALID_REQUEST", "the refund number was used with other values")
        else:
            self._books.advance_refund(asked.out_refund_no)
        return self._show_refund(asked.out_refund_no)

    def _book_refund(self, asked: RefundRequest, payment: sqlite3.Row) -> None:
        if asked.amount.total != payment["fen"]:
            raise ApiError(400, "PARAM_ERROR", "amount.total is not the order's")
        if self._books.refunded_or_bound(payment["out_trade_no"]) + asked.amount.refund > payment["fen"]:
            raise ApiError(400, "INVALID_REQUEST", "more than was paid")
        if self.faults.take("not_enough"):
            raise ApiError(403, "NOT_ENOUGH", "the merchant's account is empty")
        state: RefundState = "SUCCESS"
        polls = 0
        if slow := self.faults.take("refund_processing"):
            state, polls = "PROCESSING", int(slow.more.get("polls", 2))
        elif self.faults.take("refund_abnormal"):
            state = "ABNORMAL"
        elif self.faults.take("refund_closed"):
            state = "CLOSED"
        self._books.book_refund(
            asked.out_refund_no, payment, asked.amount.refund, asked.reason, state=state, polls=polls
        )

    def _show_refund(self, out_refund_no: str) -> Json:
        refund = self._books.refund(out_refund_no)
        if refund is None:
            raise ApiError(404, "RESOURCE_NOT_EXISTS", "no such refund")
        payment = self._books.payment(refund["out_trade_no"])
        total = 0 if payment is None else payment["fen"]
        done = {"success_time": _beijing(refund["at_ms"])} if refund["state"] == "SUCCESS" else {}
        return {
            "refund_id": refund["refund_id"],
            "out_refund_no": refund["out_refund_no"],
            "transaction_id": refund["transaction_id"],
            "out_trade_no": refund["out_trade_no"],
            "channel": "ORIGINAL",
            "user_received_account": "支付用户零钱",
            "create_time": _beijing(refund["at_ms"]),
            **done,
            "status": refund["state"],
            "funds_account": "UNSETTLED",
            "amount": {"total": total, "refund": refund["fen"], "payer_total": total, "currency": "CNY"},
        }

    def _now_ms(self) -> int:
        return int(self._now() * 1000)


def _existing(order: sqlite3.Row | None) -> sqlite3.Row:
    if order is None:
        raise ApiError(404, "ORDER_NOT_EXIST", "no such order")
    return order


def _answer(status: int, value: Json | None, now_s: float) -> web.Response:
    headers = {"Date": format_datetime(datetime.fromtimestamp(int(now_s), UTC), usegmt=True)}
    if value is None:
        return web.Response(status=status, headers=headers)
    return web.Response(
        status=status, body=msgspec.json.encode(value), headers=headers, content_type="application/json"
    )


def _beijing(ms: int) -> str:
    return datetime.fromtimestamp(ms // 1000, BEIJING).isoformat(timespec="seconds")


def _build(options: argparse.Namespace) -> WeChatPaySimulator:
    built = WeChatPaySimulator(options.books, options.port)
    built.reverse_after_ms = int(options.reverse_after_s * 1000)
    return built


def _options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--reverse-after-s", type=float, default=REVERSE_AFTER_MS / 1000, help="not reversed sooner")


if __name__ == "__main__":
    main("A simulated WeChat Pay (API v3, Native).", _build, _options, buttons=(*BUTTONS, *WIRE_BUTTONS))
