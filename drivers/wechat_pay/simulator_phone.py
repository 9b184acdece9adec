"""The resident's phone at the simulated WeChat Pay: scans codes, pays, declines, pays too late."""

import asyncio
import secrets
import sqlite3
from collections.abc import Callable

from drivers.wechat_pay.simulator_books import Books
from kiosk.testing.simulator import BadRequestError, Button, Faults, Json

CODE_LASTS_MS = 60_000

BUTTONS = (
    Button(label="Scan the code on the screen", group="Phone", action="scan"),
    Button(label="Pay", group="Phone", action="pay"),
    Button(label="Decline", group="Phone", action="decline"),
    Button(label="Pay late, after the code closed", group="Phone", action="pay_late"),
    Button(label="Pay twice", group="Phone", action="pay_twice"),
    Button(label="Let the code expire", group="Phone", action="expire"),
    Button(label="Show a payment code", group="Phone", action="show_code"),
)


class Phone:
    """Each action names its order by `code_url` or `out_trade_no`, or means the newest code."""

    def __init__(self, books: Books, faults: Faults, now_ms: Callable[[], int]) -> None:
        self._books = books
        self._faults = faults
        self._now_ms = now_ms
        self.state = "ready"
        """What the phone shows."""
        self._late: dict[str, float] = {}
        self._thumbs: list[asyncio.TimerHandle] = []
        self.actions = {
            "scan": self.scan,
            "pay": self.pay,
            "decline": self.decline,
            "pay_late": self.pay_late,
            "pay_twice": self.pay_twice,
            "expire": self.expire,
            "show_code": self.show_code,
        }

    def stop(self) -> None:
        """Nobody confirms any more."""
        for thumb in self._thumbs:
            thumb.cancel()

    def code_closed(self, number: str) -> None:
        """A code was closed: whoever wanted to pay it too late does so now."""
        if (seconds := self._late.pop(number, None)) is not None:
            self._thumbs.append(asyncio.get_running_loop().call_later(seconds, self._confirm_late, number))

    async def scan(self, asked: Json) -> Json:
        """What the wallet shows of a code."""
        order = self._meant(asked)
        if order is None:
            return {"payable": False, "reason": "unknown_code"}
        reason = self.unpayable(order)
        self.state = reason or "scanned"
        return {
            "payable": not reason,
            "reason": reason,
            "out_trade_no": order["out_trade_no"],
            "amount_fen": order["total"],
            "wording": order["wording"],
        }

    async def pay(self, asked: Json) -> Json:
        """The resident confirms."""
        return self._confirm(self._meant(asked))

    async def decline(self, asked: Json) -> Json:
        """The wallet declines; the order stays unpaid."""
        order = self._meant(asked)
        self.state = "unknown_code" if order is None else self.unpayable(order) or "declined"
        if order is not None and order["state"] == "USERPAYING":
            self._books.become(order["out_trade_no"], "PAYERROR")
        return {"paid": False, "reason": self.state}

    async def pay_late(self, asked: Json) -> Json:
        """The resident confirms too late: `seconds` (3) after the code is closed, or now if it is."""
        order = self._meant(asked)
        if order is not None and order["state"] == "NOTPAY" and not self.unpayable(order):
            self._late[order["out_trade_no"]] = float(asked.get("seconds", 3))
            self.state = "pays_when_closed"
            return {"paid": False, "reason": "waits_for_close", "out_trade_no": order["out_trade_no"]}
        return self._confirm(order, late=True)

    async def pay_twice(self, asked: Json) -> Json:
        """Pays, and pays what the same errand showed before as well. A code itself can only be paid once."""
        order = self._meant(asked)
        first = self._confirm(order)
        earlier = None if order is None else self._books.order_before(order["out_trade_no"])
        second = self._confirm(earlier or order, late=earlier is not None)
        return {**first, "again": second}

    def _confirm_late(self, number: str) -> None:
        self._confirm(self._books.order(number=number), late=True)

    def _confirm(self, order: sqlite3.Row | None, *, late: bool = False) -> Json:
        if order is None:
            self.state = "unknown_code"
            return {"paid": False, "reason": "unknown_code"}
        order = self._books.order(number=order["out_trade_no"]) or order
        reason = self.unpayable(order)
        allowed = (late and reason in ("closed", "expired")) or (
            reason == "closed" and self._faults.take("paid_after_close") is not None
        )
        if not allowed and not reason and self._faults.take("decline"):
            reason = "declined"
        if reason and not allowed:
            self.state = reason
            return {"paid": False, "reason": reason}
        self.state = "paid"
        return {"paid": True, **self.take(order)}

    async def expire(self, asked: Json) -> Json:
        """The code lapses before its time."""
        order = self._meant(asked)
        if order is None:
            raise BadRequestError("no such order")
        self._books.lapse(order["out_trade_no"])
        return {"expired": order["out_trade_no"]}

    async def show_code(self, _: Json) -> Json:
        """The phone shows a payment code, good for one payment within a minute: `{"code"}`."""
        code = f"13{secrets.randbelow(10**16):016d}"
        self._books.book_code(code, self._now_ms() + CODE_LASTS_MS)
        self.state = "shows_code"
        return {"code": code}

    def _meant(self, asked: Json) -> sqlite3.Row | None:
        names = {"number": asked.get("out_trade_no", ""), "code_url": asked.get("code_url", "")}
        if not asked.keys() & {"out_trade_no", "code_url"}:
            return self._books.newest_order()
        if not any(names.values()) or not all(isinstance(name, str) for name in names.values()):
            raise BadRequestError("name the order by 'code_url' or 'out_trade_no' (text)")
        return self._books.order(**names)

    def unpayable(self, order: sqlite3.Row) -> str:
        """Why the wallet would not pay a code now; empty when it would."""
        if order["state"] == "USERPAYING":
            return ""
        if order["state"] != "NOTPAY":
            return "closed" if order["state"] in ("CLOSED", "REVOKED", "PAYERROR") else "already_paid"
        return "expired" if self._now_ms() >= order["expire_ms"] else ""

    def take(self, order: sqlite3.Row) -> Json:
        """Book a payment, as the armed faults have it."""
        fen = int(order["total"])
        if fault := self._faults.take("wrong_amount"):
            fen = int(fault.more.get("fen", fen + 1))
        coupon = self._faults.take("coupon")
        payer_fen = fen - int(coupon.more.get("fen", 1)) if coupon else fen
        polls, until_ms = 0, 0
        if lag := self._faults.take("notpay_lag"):
            if "seconds" in lag.more:
                until_ms = self._now_ms() + int(lag.more["seconds"] * 1000)
            else:
                polls = int(lag.more.get("polls", 2))
        transaction_id = self._books.book_payment(order["out_trade_no"], fen, payer_fen, polls, until_ms)
        return {"out_trade_no": order["out_trade_no"], "transaction_id": transaction_id, "fen": fen}
