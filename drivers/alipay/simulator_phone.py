"""The resident's phone at the simulated Alipay: scans codes, pays, declines, pays too late."""

import asyncio
import sqlite3
from collections.abc import Callable

from drivers.alipay.simulator_books import Books
from kiosk.testing.simulator import BadRequestError, Button, Faults, Json

BUTTONS = (
    Button(label="Scan the code on the screen", group="Phone", action="scan"),
    Button(label="Pay", group="Phone", action="pay"),
    Button(label="Decline", group="Phone", action="decline"),
    Button(label="Pay late, after the code closed", group="Phone", action="pay_late"),
    Button(label="Pay twice", group="Phone", action="pay_twice"),
    Button(label="Let the code expire", group="Phone", action="expire"),
)


class Phone:
    """Each action names its trade by `qr_code` or `out_trade_no`, or means the newest code."""

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
        """What the wallet shows of a code; a trade is made of it."""
        trade = self._meant(asked)
        if trade is None:
            return {"payable": False, "reason": "unknown_code"}
        reason = self.unpayable(trade)
        if not reason:
            self._books.book_scan(trade["out_trade_no"])
        self.state = reason or "scanned"
        return {
            "payable": not reason,
            "reason": reason,
            "out_trade_no": trade["out_trade_no"],
            "amount_fen": trade["total"],
            "wording": trade["wording"],
        }

    async def pay(self, asked: Json) -> Json:
        """The resident confirms, having scanned first where nobody did."""
        return self._confirm(self._meant(asked))

    async def decline(self, asked: Json) -> Json:
        """The wallet declines; the trade stays unpaid."""
        trade = self._meant(asked)
        self.state = "unknown_code" if trade is None else self.unpayable(trade) or "declined"
        return {"paid": False, "reason": self.state}

    async def pay_late(self, asked: Json) -> Json:
        """The resident confirms too late: `seconds` (3) after the code is closed, or now if it is."""
        trade = self._meant(asked)
        if trade is not None and not self.unpayable(trade):
            self._late[trade["out_trade_no"]] = float(asked.get("seconds", 3))
            self.state = "pays_when_closed"
            return {"paid": False, "reason": "waits_for_close", "out_trade_no": trade["out_trade_no"]}
        return self._confirm(trade, late=True)

    async def pay_twice(self, asked: Json) -> Json:
        """Pays, and pays what the same errand showed before as well. A code itself can only be paid once."""
        trade = self._meant(asked)
        first = self._confirm(trade)
        earlier = None if trade is None else self._books.before(trade["out_trade_no"])
        second = self._confirm(earlier or trade, late=earlier is not None)
        return {**first, "again": second}

    async def expire(self, asked: Json) -> Json:
        """The code lapses before its time."""
        trade = self._meant(asked)
        if trade is None:
            raise BadRequestError("no such code")
        self._books.lapse(trade["out_trade_no"])
        return {"expired": trade["out_trade_no"]}

    def unpayable(self, trade: sqlite3.Row) -> str:
        """Why the wallet would not pay a code now; empty when it would."""
        match trade["state"]:
            case "CODE" | "WAIT_BUYER_PAY":
                return "expired" if self._now_ms() >= trade["expire_ms"] else ""
            case "TRADE_SUCCESS":
                return "already_paid"
            case _:
                return "already_paid" if trade["paid_fen"] else "closed"

    def take(self, trade: sqlite3.Row) -> Json:
        """Book a payment, as the armed faults have it."""
        fen = int(trade["total"])
        if fault := self._faults.take("wrong_amount"):
            fen = int(fault.more.get("fen", fen + 1))
        coupon = self._faults.take("coupon")
        payer_fen = fen - int(coupon.more.get("fen", 1)) if coupon else fen
        polls, until_ms = 0, 0
        if lag := self._faults.take("query_lag"):
            if "seconds" in lag.more:
                until_ms = self._now_ms() + int(lag.more["seconds"] * 1000)
            else:
                polls = int(lag.more.get("polls", 2))
        trade_no = self._books.book_payment(trade["out_trade_no"], fen, payer_fen, polls, until_ms)
        return {"out_trade_no": trade["out_trade_no"], "trade_no": trade_no, "fen": fen}

    def _confirm_late(self, number: str) -> None:
        self._confirm(self._books.trade(number=number), late=True)

    def _confirm(self, trade: sqlite3.Row | None, *, late: bool = False) -> Json:
        if trade is None:
            self.state = "unknown_code"
            return {"paid": False, "reason": "unknown_code"}
        trade = self._books.trade(number=trade["out_trade_no"]) or trade
        reason = self.unpayable(trade)
        allowed = (late and reason in ("closed", "expired")) or (
            reason == "closed" and self._faults.take("paid_after_close") is not None
        )
        if not allowed and not reason and self._faults.take("decline"):
            reason = "declined"
        if reason and not allowed:
            self.state = reason
            return {"paid": False, "reason": reason}
        self.state = "paid"
        return {"paid": True, **self.take(trade)}

    def _meant(self, asked: Json) -> sqlite3.Row | None:
        names = {"number": asked.get("out_trade_no", ""), "qr_code": asked.get("qr_code", "")}
        if not asked.keys() & {"out_trade_no", "qr_code"}:
            newest = self._books.newest()
            return newest and self._books.trade(number=newest["out_trade_no"])
        if not any(names.values()) or not all(isinstance(name, str) for name in names.values()):
            raise BadRequestError("name the trade by 'qr_code' or 'out_trade_no' (text)")
        return self._books.trade(**names)
