"""An Alipay to test against: the open platform's face-to-face trades, as its public pages describe them, with books.

`python -m drivers.alipay.simulator --books DIR` makes its keys and books in DIR and announces the settings of an
application that it knows. The hand: `scan`, `pay`, `decline`, `pay_late`, `pay_twice` and `expire`, each with
`qr_code`, `out_trade_no` or nothing (the newest code); `show_code`; `unplug`, `plug`.

UNSURE, and so a fault each or set to what is harder for the terminal: a cancellation of a code that nobody scanned
answers 10000 and voids it (`cancel_absent`: TRADE_NOT_EXIST, and the code stays payable); a trade is cancelled once,
and every later cancellation answers what the first one did; a payment by code that is refused for want of money leaves
a trade that waits, and may be paid; requests that are signed wrongly are answered unsigned.
"""

import argparse
import json
import re
import sqlite3
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime
from pathlib import Path
from typing import Annotated, Literal, TypeVar

import msgspec
from aiohttp import web
from msgspec import Meta

from drivers.alipay.simulator_books import Books
from drivers.alipay.simulator_keys import DemoKeys
from drivers.alipay.simulator_phone import BUTTONS, Phone
from drivers.alipay.simulator_talk import explain, parameters
from kiosk.testing.http_peer import HTTP_FAULTS, WIRE_BUTTONS, HttpWire
from kiosk.testing.simulator import Action, Faults, Json, Talk, main

APP_ID = "2021004112345678"
BEIJING = timezone(timedelta(hours=8))
CLOCK_WINDOW_S = 600

FAULTS = {
    **HTTP_FAULTS,
    "decline": "pay: the wallet declines; the trade stays unpaid",
    "wrong_amount": "pay: `fen` is captured instead of the trade's amount",
    "coupon": "pay: Alipay gives `fen` of it; the payer pays that much less, the merchant gets all",
    "paid_after_close": "pay: a payment of a closed code lands all the same",
    "query_lag": "pay: queries say WAIT_BUYER_PAY for `polls` (2) queries or for `seconds` after it",
    "paid_race": "cancel: the resident pays just before the cancellation arrives",
    "userpaying": "payment code: the phone asks for a password first",
    "code_declined": "payment code: the wallet holds too little",
    "cancel_retry": "cancel: answers retry_flag Y without acting",
    "cancel_late": "cancel: refuses with TRADE_CANCEL_TIME_OUT",
    "cancel_absent": "cancel: a code that nobody scanned does not exist, and stays payable",
    "unknown_error": "answers 20000 (isp.unknow-error) without acting",
    "unknown_error_after": "acts, then answers 20000 (isp.unknow-error)",
    "refund_lag": "refund: is done, and not to be seen before it was looked for `polls` (1) times",
    "refund_never": "refund: refuses with TRADE_HAS_FINISHED",
    "not_enough": "refund: refuses with SELLER_BALANCE_NOT_ENOUGH, the merchant's account being empty",
    "frequency": "refuses with 40005, too many requests",
    "bad_sign": "refuses with isv.invalid-signature, unsigned",
    "clock_skew": "Alipay's clock is `seconds` (900) ahead of everybody's",
    "unsigned": "the answer has no signature",
    "wrong_signature": "the answer's signature is wrong",
}
"""Faults of answers may be narrowed by `op`: precreate, pay, query, cancel, refund, query_refund."""

OPS = {
    "alipay.trade.precreate": "precreate",
    "alipay.trade.pay": "pay",
    "alipay.trade.query": "query",
    "alipay.trade.cancel": "cancel",
    "alipay.trade.refund": "refund",
    "alipay.trade.fastpay.refund.query": "query_refund",
}

TradeNo = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_]{1,64}\Z")]
Amount = Annotated[str, Meta(pattern=r"^(0|[1-9][0-9]{0,8})\.[0-9]{2}\Z")]
T = TypeVar("T", bound=msgspec.Struct)


class PrecreateRequest(msgspec.Struct):
    out_trade_no: TradeNo
    total_amount: Amount
    subject: Annotated[str, Meta(min_length=1, max_length=256)]
    timeout_express: Annotated[str, Meta(pattern=r"^[1-9][0-9]{0,4}[mhd]\Z")] = "3m"
    qr_code_timeout_express: Annotated[str, Meta(pattern=r"^[1-9][0-9]{0,4}[mhd]\Z")] = "2h"


class PayRequest(msgspec.Struct):
    out_trade_no: TradeNo
    total_amount: Amount
    subject: Annotated[str, Meta(min_length=1, max_length=256)]
    scene: Literal["bar_code"]
    auth_code: Annotated[str, Meta(pattern=r"^(2[5-9]|30)[0-9]{14,22}\Z")]
    timeout_express: Annotated[str, Meta(pattern=r"^[1-9][0-9]{0,4}[mhd]\Z")] = "3m"


class TradeRequest(msgspec.Struct):
    out_trade_no: str = ""
    trade_no: str = ""


class RefundRequest(msgspec.Struct):
    refund_amount: Amount
    out_request_no: Annotated[str, Meta(min_length=1, max_length=64)]
    out_trade_no: str = ""
    trade_no: str = ""
    refund_reason: Annotated[str, Meta(max_length=256)] = ""


class RefundQueryRequest(msgspec.Struct):
    out_request_no: str
    out_trade_no: str = ""
    trade_no: str = ""


class RefusedError(Exception):
    """A refusal: its code, and what it is about."""

    def __init__(self, sub_code: str, message: str, code: str = "40004") -> None:
        super().__init__(sub_code)
        self.answer = {
            "code": code,
            "msg": {"40004": "Business Failed", "20000": "Service Currently Unavailable"}.get(
                code, "Invalid Arguments"
            ),
            "sub_code": sub_code,
            "sub_msg": message,
        }


class AlipaySimulator:
    """The wire and the hand; `now` is its wall clock in seconds since 1970."""

    def __init__(self, folder: Path, port: int = 0, now: Callable[[], float] = time.time) -> None:
        self.faults = Faults(FAULTS)
        self.talk = Talk()
        self.keys = DemoKeys(folder)
        self._now = now
        self._books = Books(folder, self._now_ms)
        self._wire = HttpWire(self.faults, self.talk, self._serve, explain, port)
        self._phone = Phone(self._books, self.faults, self._now_ms)
        self.actions: Mapping[str, Action] = {**self._phone.actions, **self._wire.actions}

    async def start(self) -> Json:
        """Listen; what a `[[device]]` needs to reach this application's account."""
        return {
            "port": await self._wire.plug(),
            "settings": {
                "app_id": APP_ID,
                "app_key": f"file:{self.keys.app_file}",
                "alipay_key": f"file:{self.keys.alipay_public_file}",
            },
        }

    async def stop(self) -> None:
        """Stop listening and close the books."""
        self._phone.stop()
        await self._wire.unplug()
        self._books.shut()

    def books(self) -> Json:
        """`{"trades": {out_trade_no: {total, state, paid_fen, reversed_fen, refunded_fen, refunds, cancels, …}}}`."""
        return {**self._books.report(), "state": self._state()}

    def add_control_routes(self, app: web.Application) -> None:
        """None beyond the usual."""

    def _state(self) -> Json:
        newest = self._books.newest()
        seen: Json = {"plugged": self._wire.plugged, "phone": self._phone.state}
        if newest is not None and newest["total"]:
            seen |= {
                "amount_fen": newest["total"],
                "wording": newest["wording"],
                "code": self._phone.unpayable(newest) or "open",
            }
        return seen

    # The wire

    async def _serve(self, request: web.Request) -> web.Response:
        asked = parameters(request, await request.read())
        skew = self.faults.take("clock_skew")
        now_s = self._now() + (float(skew.more.get("seconds", 900)) if skew else 0.0)
        method = asked.get("method", "")
        op = OPS.get(method, "")
        signed = not self.faults.take("bad_sign", op=op) and self.keys.is_the_applications(asked)
        name = f"{method.replace('.', '_')}_response" if signed and op else "error_response"
        try:
            self._admit(request, asked, signed, now_s)
            if not op:
                raise RefusedError("isv.invalid-method", "no such method", "40002")
            if self.faults.take("frequency", op=op):
                raise RefusedError("isv.call-limited", "too many requests", "40005")
            if self.faults.take("unknown_error", op=op):
                raise RefusedError("isp.unknow-error", "the system is busy", "20000")
            answer = {"code": "10000", "msg": "Success", **self._act(op, asked.get("biz_content", "").encode())}
            if op == "pay" and "gmt_payment" not in answer:
                answer |= {"code": "10003", "msg": "order success pay inprocess"}
            if self.faults.take("unknown_error_after", op=op):
                raise RefusedError("isp.unknow-error", "the system is busy", "20000")
        except RefusedError as refused:
            answer = refused.answer
        return self._answer(op, name, answer, now_s, signed=signed)

    def _answer(self, op: str, name: str, answer: Json, now_s: float, *, signed: bool) -> web.Response:
        """The envelope: what is signed is the text of the answer as it stands in it."""
        text = json.dumps(answer, ensure_ascii=False, separators=(",", ":")).replace("/", "\\/").encode()
        body = b'{"%b":%b}' % (name.encode(), text)
        if signed and not self.faults.take("unsigned", op=op):
            wrong = self.faults.take("wrong_signature", op=op)
            sign = self.keys.sign(text + b" " if wrong else text).encode()
            body = b'{"%b":%b,"sign":"%b"}' % (name.encode(), text, sign)
        date = format_datetime(datetime.fromtimestamp(int(now_s), UTC), usegmt=True)
        return web.Response(body=body, headers={"Date": date}, content_type="text/html", charset="utf-8")

    def _admit(self, request: web.Request, asked: Mapping[str, str], signed: bool, now_s: float) -> None:
        if request.path != "/gateway.do" or request.method != "POST":
            raise RefusedError("isv.invalid-method", "POST to /gateway.do", "40002")
        if asked.get("app_id") != APP_ID:
            raise RefusedError("isv.invalid-app-id", "no such application", "40002")
        if not signed or asked.get("sign_type") != "RSA2":
            raise RefusedError("isv.invalid-signature", "the signature is wrong", "40002")
        if (asked.get("charset"), asked.get("version")) != ("utf-8", "1.0"):
            raise RefusedError("isv.invalid-charset", "utf-8, version 1.0", "40002")
        try:
            sent = datetime.strptime(asked.get("timestamp", ""), "%Y-%m-%d %H:%M:%S").replace(tzinfo=BEIJING)
        except ValueError:
            raise RefusedError("isv.invalid-timestamp", "yyyy-MM-dd HH:mm:ss", "40002") from None
        if abs(sent.timestamp() - now_s) > CLOCK_WINDOW_S:
            raise RefusedError("isv.invalid-timestamp", "that is not now", "40002")

    def _act(self, op: str, content: bytes) -> Json:
        match op:
            case "precreate":
                return self._precreate(_read(content, PrecreateRequest))
            case "pay":
                return self._pay(_read(content, PayRequest))
            case "query":
                return self._query(self._named(_read(content, TradeRequest)))
            case "cancel":
                return self._cancel(_read(content, TradeRequest))
            case "refund":
                return self._refund(_read(content, RefundRequest))
            case _:
                return self._query_refund(_read(content, RefundQueryRequest))

    def _precreate(self, asked: PrecreateRequest) -> Json:
        same = msgspec.json.encode(asked).decode()
        known = self._books.trade(number=asked.out_trade_no)
        total = _fen(asked.total_amount)
        if total == 0:
            raise RefusedError("ACQ.INVALID_PARAMETER", "total_amount is nothing")
        if known is None:
            lasts_ms = min(_minutes(asked.timeout_express), _minutes(asked.qr_code_timeout_express)) * 60_000
            qr_code = self._books.book_code(asked.out_trade_no, same, asked.subject, total, self._now_ms() + lasts_ms)
            return {"out_trade_no": asked.out_trade_no, "qr_code": qr_code}
        if known["paid_fen"]:
            raise RefusedError("ACQ.TRADE_HAS_SUCCESS", "the trade is paid")
        if known["state"] in ("TRADE_CLOSED", "VOID"):
            raise RefusedError("ACQ.TRADE_HAS_CLOSE", "the trade is closed")
        if known["request"] != same:
            raise RefusedError("ACQ.CONTEXT_INCONSISTENT", "the number was used with other values")
        return {"out_trade_no": asked.out_trade_no, "qr_code": known["qr_code"]}

    def _pay(self, asked: PayRequest) -> Json:
        number, total = asked.out_trade_no, _fen(asked.total_amount)
        same = msgspec.json.encode(asked).decode()
        if total == 0:
            raise RefusedError("ACQ.INVALID_PARAMETER", "total_amount is nothing")
        known = self._books.trade(number=number)
        if known is None:
            if not self._books.codes.use(asked.auth_code):
                raise RefusedError("ACQ.PAYMENT_AUTH_CODE_INVALID", "the code was used, or is too old")
            expire_ms = self._now_ms() + _minutes(asked.timeout_express) * 60_000
            self._books.book_by_code(number, same, asked.subject, total, expire_ms)
            if self.faults.take("code_declined"):
                raise RefusedError("ACQ.BUYER_BALANCE_NOT_ENOUGH", "the wallet holds too little")
            if not self.faults.take("userpaying"):
                self._phone.take(self._named(TradeRequest(number)))
        elif known["state"] in ("TRADE_CLOSED", "VOID"):
            raise RefusedError("ACQ.TRADE_HAS_CLOSE", "the trade is closed")
        elif known["paid_fen"]:
            raise RefusedError("ACQ.TRADE_HAS_SUCCESS", "the trade is paid")
        elif known["request"] != same:
            raise RefusedError("ACQ.CONTEXT_INCONSISTENT", "the number was used with other values")
        trade = self._named(TradeRequest(number))
        shown: Json = {"trade_no": trade["trade_no"], "out_trade_no": number, "buyer_logon_id": "138****5678"}
        if trade["state"] == "WAIT_BUYER_PAY":
            return {**shown, "total_amount": _yuan(trade["total"])}
        amounts = {"total_amount": _yuan(trade["paid_fen"]), "receipt_amount": _yuan(trade["paid_fen"])}
        payer = {"buyer_pay_amount": _yuan(trade["payer_fen"]), "gmt_payment": _beijing(trade["paid_ms"])}
        return {**shown, **amounts, **payer}

    def _named(self, asked: TradeRequest | RefundRequest | RefundQueryRequest) -> sqlite3.Row:
        """The trade that is meant; a code of which nobody made one does not exist."""
        if not asked.out_trade_no and not asked.trade_no:
            raise RefusedError("ACQ.INVALID_PARAMETER", "out_trade_no or trade_no")
        trade = self._books.trade(number=asked.out_trade_no, trade_no=asked.trade_no)
        if trade is None or trade["state"] in ("CODE", "VOID"):
            raise RefusedError("ACQ.TRADE_NOT_EXIST", "no such trade")
        return trade

    def _query(self, trade: sqlite3.Row) -> Json:
        shown = {
            "trade_no": trade["trade_no"],
            "out_trade_no": trade["out_trade_no"],
            "buyer_logon_id": "138****5678",
            "total_amount": _yuan(trade["total"]),
        }
        if not trade["paid_fen"] or not self._books.visible(trade):
            waits = trade["state"] == "WAIT_BUYER_PAY" or trade["paid_fen"]
            return {**shown, "trade_status": "WAIT_BUYER_PAY" if waits else "TRADE_CLOSED"}
        return {
            **shown,
            "buyer_user_id": "2088101117955611",
            "total_amount": _yuan(trade["paid_fen"]),
            "buyer_pay_amount": _yuan(trade["payer_fen"]),
            "receipt_amount": _yuan(trade["paid_fen"]),
            "send_pay_date": _beijing(trade["paid_ms"]),
            "trade_status": trade["state"],
        }

    def _cancel(self, asked: TradeRequest) -> Json:
        number = asked.out_trade_no
        if not number:
            raise RefusedError("ACQ.INVALID_PARAMETER", "out_trade_no")
        trade = self._books.trade(number=number)
        if self.faults.take("cancel_late"):
            self._books.book_refused_cancel(number, "TRADE_CANCEL_TIME_OUT")
            raise RefusedError("ACQ.TRADE_CANCEL_TIME_OUT", "too late to cancel")
        if self.faults.take("cancel_retry"):
            self._books.book_refused_cancel(number, "retry_flag Y")
            return {"out_trade_no": number, "retry_flag": "Y"}
        if (trade is None or trade["state"] == "CODE") and self.faults.take("cancel_absent"):
            self._books.book_refused_cancel(number, "TRADE_NOT_EXIST")
            raise RefusedError("ACQ.TRADE_NOT_EXIST", "no such trade")
        if trade is not None and not self._phone.unpayable(trade) and self.faults.take("paid_race"):
            self._phone.take(trade)
        action = self._books.cancel(number)
        self._phone.code_closed(number)
        named = {"trade_no": trade["trade_no"]} if trade is not None and trade["trade_no"] else {}
        return {**named, "out_trade_no": number, "retry_flag": "N", **({"action": action} if action else {})}

    def _refund(self, asked: RefundRequest) -> Json:
        trade = self._named(asked)
        number, fen = trade["out_trade_no"], _fen(asked.refund_amount)
        if self.faults.take("refund_never"):
            self._books.book_refusal(number, asked.out_request_no)
            raise RefusedError("ACQ.TRADE_HAS_FINISHED", "the trade is finished")
        known = self._books.refund(number, asked.out_request_no)
        if known is not None and known["fen"] != fen:
            raise RefusedError("ACQ.DISCORDANT_REPEAT_REQUEST", "the refund number was used with another amount")
        if known is None:
            if trade["state"] != "TRADE_SUCCESS":
                raise RefusedError("ACQ.TRADE_HAS_CLOSE", "the trade is closed")
            if fen == 0 or self._books.returned(number) + fen > trade["paid_fen"]:
                raise RefusedError("ACQ.REFUND_AMT_NOT_EQUAL_TOTAL", "more than was paid, or nothing")
            if self.faults.take("not_enough"):
                raise RefusedError("ACQ.SELLER_BALANCE_NOT_ENOUGH", "the merchant's account is empty")
            lag = self.faults.take("refund_lag")
            polls = int(lag.more.get("polls", 1)) if lag else 0
            self._books.book_refund(number, asked.out_request_no, fen, asked.refund_reason, polls)
        return {
            "trade_no": trade["trade_no"],
            "out_trade_no": number,
            "buyer_logon_id": "138****5678",
            "fund_change": "N" if known is not None else "Y",
            "refund_fee": _yuan(self._books.returned(number)),
        }

    def _query_refund(self, asked: RefundQueryRequest) -> Json:
        trade = self._named(asked)
        refund = self._books.refund(trade["out_trade_no"], asked.out_request_no)
        if refund is None or not self._books.shows_refund(refund):
            return {}
        return {
            "trade_no": trade["trade_no"],
            "out_trade_no": trade["out_trade_no"],
            "out_request_no": refund["out_request_no"],
            "refund_reason": refund["reason"],
            "total_amount": _yuan(trade["paid_fen"]),
            "refund_amount": _yuan(refund["fen"]),
            "refund_status": "REFUND_SUCCESS",
        }

    def _now_ms(self) -> int:
        return int(self._now() * 1000)


def _read(content: bytes, shape: type[T]) -> T:
    try:
        return msgspec.json.decode(content, type=shape)
    except (msgspec.DecodeError, RecursionError) as error:
        raise RefusedError("ACQ.INVALID_PARAMETER", re.sub(r"\s+", " ", str(error))) from error


def _minutes(express: str) -> int:
    return int(express[:-1]) * {"m": 1, "h": 60, "d": 1440}[express[-1]]


def _fen(amount: str) -> int:
    return int(amount.replace(".", ""))


def _yuan(fen: int) -> str:
    return f"{fen / 100:.2f}"


def _beijing(ms: int) -> str:
    return datetime.fromtimestamp(ms // 1000, BEIJING).strftime("%Y-%m-%d %H:%M:%S")


def _build(options: argparse.Namespace) -> AlipaySimulator:
    return AlipaySimulator(options.books, options.port)


if __name__ == "__main__":
    main("A simulated Alipay (open platform, face to face).", _build, buttons=(*BUTTONS, *WIRE_BUTTONS))
