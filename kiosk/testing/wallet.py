"""A resident's phone at a simulated wallet: scans codes, pays, declines, pays too late, pays twice.

What the wallet calls its states is its simulator's reading; what a person does with a phone is the same everywhere.
A phone may also show a payment code, for a scanner.
"""

import asyncio
import secrets
import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import ClassVar, Protocol

from kiosk.testing.simulator import Action, BadRequestError, Button, Faults, Json

BUTTONS = (
    Button(label="Scan the code on the screen", group="Phone", action="scan"),
    Button(label="Pay", group="Phone", action="pay"),
    Button(label="Decline", group="Phone", action="decline"),
    Button(label="Pay late, after the code closed", group="Phone", action="pay_late"),
    Button(label="Pay twice", group="Phone", action="pay_twice"),
    Button(label="Let the code expire", group="Phone", action="expire"),
    Button(label="Show a payment code", group="Phone", action="show_code"),
)

CODE_LASTS_MS = 60_000


class ShownCodes:
    """The payment codes that phones show: 18 digits that pay once, within a minute. Kept in the wallet's books."""

    SCHEMA = """
CREATE TABLE IF NOT EXISTS codes(
  code TEXT PRIMARY KEY, until_ms INTEGER NOT NULL, used INTEGER NOT NULL DEFAULT 0) STRICT;
"""

    def __init__(self, db: sqlite3.Connection, prefix: str, now_ms: Callable[[], int]) -> None:
        self._db = db
        self._prefix = prefix
        self._now_ms = now_ms

    def show(self) -> str:
        """A new one."""
        code = f"{self._prefix}{secrets.randbelow(10**16):016d}"
        self._db.execute("INSERT INTO codes(code, until_ms) VALUES (?, ?)", (code, self._now_ms() + CODE_LASTS_MS))
        return code

    def use(self, code: str) -> bool:
        """Whether it may be used now; from then on it may not."""
        found = self._db.execute(
            "UPDATE codes SET used = 1 WHERE code = ? AND used = 0 AND until_ms > ?", (code, self._now_ms())
        )
        return found.rowcount == 1


class WalletBooks(Protocol):
    """What the phone needs of the wallet's books. A row has `out_trade_no`, `total` in fen, `wording` and `state`."""

    codes: ShownCodes

    def before(self, number: str) -> sqlite3.Row | None:
        """The unpaid attempt of the same errand that was made last before this one."""

    def lapse(self, number: str) -> None:
        """A code's time is over."""

    def book_payment(self, number: str, fen: int, payer_fen: int, hidden_polls: int, hidden_until_ms: int) -> str:
        """The wallet's own number for a payment, which queries do not see at once."""


class WalletPhone(ABC):
    """See the module. Each action names its code by `code_name` or `out_trade_no`, or means the newest."""

    code_name: ClassVar[str]
    """What the wallet calls the code's text."""
    ref_name: ClassVar[str]
    """What it calls its own number for a payment."""
    lag_fault: ClassVar[str]
    """The fault that keeps queries from seeing a payment at once."""

    def __init__(self, books: WalletBooks, faults: Faults, now_ms: Callable[[], int]) -> None:
        self._wallet = books
        self._faults = faults
        self._now_ms = now_ms
        self.state = "ready"
        """What the phone shows."""
        self._late: dict[str, float] = {}
        self._thumbs: list[asyncio.TimerHandle] = []
        self.actions: Mapping[str, Action] = {
            "scan": self.scan,
            "pay": self.pay,
            "decline": self.decline,
            "pay_late": self.pay_late,
            "pay_twice": self.pay_twice,
            "expire": self.expire,
            "show_code": self.show_code,
        }

    @abstractmethod
    def unpayable(self, row: sqlite3.Row) -> str:
        """Why the wallet would not pay a code now (`expired`, `closed`, `already_paid`); empty when it would."""

    @abstractmethod
    def found(self, *, number: str = "", code: str = "") -> sqlite3.Row | None:
        """What has that number or that code."""

    @abstractmethod
    def newest(self) -> sqlite3.Row | None:
        """The code that is on the screen, to somebody who stands before it."""

    def scanned(self, row: sqlite3.Row) -> None:
        """A code that could be paid was scanned."""

    def declined(self, row: sqlite3.Row) -> None:
        """The wallet declined."""

    def may_close(self, row: sqlite3.Row) -> bool:
        """Whether the terminal may still close it before it is paid."""
        return True

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
        row = self._meant(asked)
        if row is None:
            return {"payable": False, "reason": "unknown_code"}
        reason = self.unpayable(row)
        if not reason:
            self.scanned(row)
        self.state = reason or "scanned"
        return {
            "payable": not reason,
            "reason": reason,
            "out_trade_no": row["out_trade_no"],
            "amount_fen": row["total"],
            "wording": row["wording"],
        }

    async def pay(self, asked: Json) -> Json:
        """The resident confirms, having scanned first where nobody did."""
        return self._confirm(self._meant(asked))

    async def decline(self, asked: Json) -> Json:
        """The wallet declines; nothing is paid."""
        row = self._meant(asked)
        self.state = "unknown_code" if row is None else self.unpayable(row) or "declined"
        if row is not None:
            self.declined(row)
        return {"paid": False, "reason": self.state}

    async def pay_late(self, asked: Json) -> Json:
        """The resident confirms too late: `seconds` (3) after the code is closed, or now if it is."""
        row = self._meant(asked)
        if row is not None and self.may_close(row) and not self.unpayable(row):
            self._late[row["out_trade_no"]] = float(asked.get("seconds", 3))
            self.state = "pays_when_closed"
            return {"paid": False, "reason": "waits_for_close", "out_trade_no": row["out_trade_no"]}
        return self._confirm(row, late=True)

    async def pay_twice(self, asked: Json) -> Json:
        """Pays, and pays what the same errand showed before as well. A code itself can only be paid once."""
        row = self._meant(asked)
        first = self._confirm(row)
        earlier = None if row is None else self._wallet.before(row["out_trade_no"])
        second = self._confirm(earlier or row, late=earlier is not None)
        return {**first, "again": second}

    async def expire(self, asked: Json) -> Json:
        """The code lapses before its time."""
        row = self._meant(asked)
        if row is None:
            raise BadRequestError("no such code")
        self._wallet.lapse(row["out_trade_no"])
        return {"expired": row["out_trade_no"]}

    async def show_code(self, _: Json) -> Json:
        """The phone shows a payment code: `{"code"}`."""
        self.state = "shows_code"
        return {"code": self._wallet.codes.show()}

    def take(self, row: sqlite3.Row) -> Json:
        """Book a payment, as the armed faults have it."""
        fen = int(row["total"])
        if fault := self._faults.take("wrong_amount"):
            fen = int(fault.more.get("fen", fen + 1))
        coupon = self._faults.take("coupon")
        payer_fen = fen - int(coupon.more.get("fen", 1)) if coupon else fen
        polls, until_ms = 0, 0
        if lag := self._faults.take(self.lag_fault):
            if "seconds" in lag.more:
                until_ms = self._now_ms() + int(lag.more["seconds"] * 1000)
            else:
                polls = int(lag.more.get("polls", 2))
        ref = self._wallet.book_payment(row["out_trade_no"], fen, payer_fen, polls, until_ms)
        return {"out_trade_no": row["out_trade_no"], self.ref_name: ref, "fen": fen}

    def _confirm_late(self, number: str) -> None:
        self._confirm(self.found(number=number), late=True)

    def _confirm(self, row: sqlite3.Row | None, *, late: bool = False) -> Json:
        if row is None:
            self.state = "unknown_code"
            return {"paid": False, "reason": "unknown_code"}
        row = self.found(number=row["out_trade_no"]) or row
        reason = self.unpayable(row)
        allowed = (late and reason in ("closed", "expired")) or (
            reason == "closed" and self._faults.take("paid_after_close") is not None
        )
        if not allowed and not reason and self._faults.take("decline"):
            reason = "declined"
        if reason and not allowed:
            self.state = reason
            return {"paid": False, "reason": reason}
        self.state = "paid"
        return {"paid": True, **self.take(row)}

    def _meant(self, asked: Json) -> sqlite3.Row | None:
        if not asked.keys() & {"out_trade_no", self.code_name}:
            return self.newest()
        number, code = asked.get("out_trade_no", ""), asked.get(self.code_name, "")
        if not (number or code) or not all(isinstance(name, str) for name in (number, code)):
            raise BadRequestError(f"name the order by '{self.code_name}' or 'out_trade_no' (text)")
        return self.found(number=number, code=code)
