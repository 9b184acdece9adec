"""The simulated Alipay's books: codes, trades, cancellations, refunds, durable before anybody is answered."""

import secrets
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

from kiosk.testing.simulator import Json, open_books
from kiosk.testing.wallet import ShownCodes

SCHEMA = """
CREATE TABLE IF NOT EXISTS trades(
  out_trade_no TEXT PRIMARY KEY, request TEXT NOT NULL, wording TEXT NOT NULL, total INTEGER NOT NULL,
  expire_ms INTEGER NOT NULL, qr_code TEXT NOT NULL UNIQUE,
  trade_no TEXT UNIQUE,
  state TEXT NOT NULL CHECK (state IN ('CODE', 'WAIT_BUYER_PAY', 'TRADE_SUCCESS', 'TRADE_CLOSED', 'VOID')),
  paid_fen INTEGER NOT NULL DEFAULT 0, payer_fen INTEGER NOT NULL DEFAULT 0, paid_ms INTEGER NOT NULL DEFAULT 0,
  reversed_fen INTEGER NOT NULL DEFAULT 0, cancelled TEXT NOT NULL DEFAULT '',
  hidden_polls INTEGER NOT NULL DEFAULT 0, hidden_until_ms INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE TABLE IF NOT EXISTS cancels(
  n INTEGER PRIMARY KEY, out_trade_no TEXT NOT NULL, at_ms INTEGER NOT NULL, answer TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS refunds(
  out_trade_no TEXT NOT NULL REFERENCES trades, out_request_no TEXT NOT NULL, fen INTEGER NOT NULL,
  reason TEXT NOT NULL, at_ms INTEGER NOT NULL, hidden_polls INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY(out_trade_no, out_request_no)) STRICT;
CREATE TABLE IF NOT EXISTS refused(
  out_trade_no TEXT NOT NULL, out_request_no TEXT NOT NULL, PRIMARY KEY(out_trade_no, out_request_no)) STRICT;
"""

State = Literal["CODE", "WAIT_BUYER_PAY", "TRADE_SUCCESS", "TRADE_CLOSED", "VOID"]


class Books:
    """What the simulated Alipay knows. Money is integer fen, times are milliseconds since 1970.

    A `CODE` was not scanned: there is no trade. A `VOID` one was cancelled before there was any.
    """

    def __init__(self, folder: Path, now_ms: Callable[[], int]) -> None:
        self._db = open_books(folder, "alipay", SCHEMA + ShownCodes.SCHEMA)
        self._now_ms = now_ms
        self.codes = ShownCodes(self._db, "28", now_ms)

    def shut(self) -> None:
        """Close the file."""
        self._db.close()

    def trade(self, *, number: str = "", qr_code: str = "", trade_no: str = "") -> sqlite3.Row | None:
        """The trade (or code) of one of its names, closed if its time has run out."""
        self._db.execute(
            "UPDATE trades SET state = 'TRADE_CLOSED' WHERE state = 'WAIT_BUYER_PAY' AND expire_ms <= ?",
            (self._now_ms(),),
        )
        return self._one(
            "SELECT * FROM trades WHERE out_trade_no = ? OR qr_code = ? OR trade_no = ?", number, qr_code, trade_no
        )

    def newest(self) -> sqlite3.Row | None:
        """The code that was made last: the one on the screen, to somebody who stands before it."""
        return self._one("SELECT * FROM trades ORDER BY rowid DESC LIMIT 1")

    def before(self, number: str) -> sqlite3.Row | None:
        """The unpaid attempt of the same errand (`...A1` before `...A2`) that was made last before this one."""
        errand, _, _ = number.rpartition("A")
        return self._one(
            "SELECT * FROM trades WHERE rowid < (SELECT rowid FROM trades WHERE out_trade_no = ?)"
            " AND substr(out_trade_no, 1, ?) = ? AND paid_fen = 0 ORDER BY rowid DESC LIMIT 1",
            number,
            len(errand) + 1,
            errand + "A",
        )

    def book_code(self, number: str, request: str, wording: str, total: int, expire_ms: int) -> str:
        """Enter a new code."""
        qr_code = f"https://qr.alipay.com/bax{secrets.token_hex(12)}"
        self._db.execute(
            "INSERT INTO trades(out_trade_no, request, wording, total, expire_ms, qr_code, state)"
            " VALUES (?, ?, ?, ?, ?, ?, 'CODE')",
            (number, request, wording, total, expire_ms, qr_code),
        )
        return qr_code

    def book_by_code(self, number: str, request: str, wording: str, total: int, expire_ms: int) -> None:
        """Enter a trade that a payment code made: there is no code to scan."""
        self._db.execute(
            "INSERT INTO trades(out_trade_no, request, wording, total, expire_ms, qr_code, trade_no, state)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, 'WAIT_BUYER_PAY')",
            (number, request, wording, total, expire_ms, f"none {number}", self._new_trade_no()),
        )

    def lapse(self, number: str) -> None:
        """Let the code's time run out now."""
        self._db.execute("UPDATE trades SET expire_ms = ? WHERE out_trade_no = ?", (self._now_ms(), number))

    def book_scan(self, number: str) -> None:
        """Make a trade of a code."""
        self._db.execute(
            "UPDATE trades SET state = 'WAIT_BUYER_PAY', trade_no = coalesce(trade_no, ?) WHERE out_trade_no = ?",
            (self._new_trade_no(), number),
        )

    def book_payment(
        self, number: str, fen: int, payer_fen: int, hidden_polls: int = 0, hidden_until_ms: int = 0
    ) -> str:
        """Take the money; the trade's number. Queries do not show it before `hidden_…` are over."""
        self._db.execute(
            "UPDATE trades SET state = 'TRADE_SUCCESS', trade_no = coalesce(trade_no, ?), paid_fen = ?, payer_fen = ?,"
            " paid_ms = ?, hidden_polls = ?, hidden_until_ms = ? WHERE out_trade_no = ?",
            (self._new_trade_no(), fen, payer_fen, self._now_ms(), hidden_polls, hidden_until_ms, number),
        )
        row = self._one("SELECT trade_no FROM trades WHERE out_trade_no = ?", number)
        return "" if row is None else str(row["trade_no"])

    def visible(self, trade: sqlite3.Row) -> bool:
        """Whether a query shows that the trade is paid by now; counts as one query."""
        if trade["hidden_polls"] > 0:
            self._db.execute(
                "UPDATE trades SET hidden_polls = hidden_polls - 1 WHERE out_trade_no = ?", (trade["out_trade_no"],)
            )
            return False
        return bool(self._now_ms() >= trade["hidden_until_ms"])

    def cancel(self, number: str) -> str:
        """End a trade, once: what it took goes back. What was done: `close`, `refund`, or nothing."""
        with self._db:
            self._db.execute("BEGIN IMMEDIATE")
            trade = self._one("SELECT * FROM trades WHERE out_trade_no = ?", number)
            if trade is None:
                self._db.execute(
                    "INSERT INTO trades(out_trade_no, request, wording, total, expire_ms, qr_code, state)"
                    " VALUES (?, '', '', 0, 0, ?, 'VOID')",
                    (number, f"void {number}"),
                )
                action = ""
            elif trade["cancelled"] or trade["state"] == "VOID":
                action = str(trade["cancelled"])
            else:
                left = trade["paid_fen"] - self.returned(number)
                action = "refund" if left else "" if trade["state"] == "CODE" else "close"
                self._db.execute(
                    "UPDATE trades SET state = ?, cancelled = ?, reversed_fen = ? WHERE out_trade_no = ?",
                    ("VOID" if trade["state"] == "CODE" else "TRADE_CLOSED", action, left, number),
                )
            self._book_cancel(number, action or "nothing to close")
        return action

    def book_refused_cancel(self, number: str, answer: str) -> None:
        """Enter a cancellation that was not done."""
        self._book_cancel(number, answer)

    def returned(self, number: str) -> int:
        """What refunds gave back of a trade."""
        row = self._one("SELECT coalesce(sum(fen), 0) AS fen FROM refunds WHERE out_trade_no = ?", number)
        return 0 if row is None else int(row["fen"])

    def refund(self, number: str, out_request_no: str) -> sqlite3.Row | None:
        """A refund by the merchant's numbers."""
        return self._one("SELECT * FROM refunds WHERE out_trade_no = ? AND out_request_no = ?", number, out_request_no)

    def book_refund(self, number: str, out_request_no: str, fen: int, reason: str, hidden_polls: int) -> None:
        """Give money back; the last fen of it closes the trade."""
        with self._db:
            self._db.execute("BEGIN IMMEDIATE")
            self._db.execute(
                "INSERT INTO refunds VALUES (?, ?, ?, ?, ?, ?)",
                (number, out_request_no, fen, reason, self._now_ms(), hidden_polls),
            )
            self._db.execute(
                "UPDATE trades SET state = 'TRADE_CLOSED' WHERE out_trade_no = ? AND paid_fen <= ?",
                (number, self.returned(number)),
            )

    def book_refusal(self, number: str, out_request_no: str) -> None:
        """Enter a refund that was refused for good."""
        self._db.execute("INSERT OR IGNORE INTO refused VALUES (?, ?)", (number, out_request_no))

    def shows_refund(self, refund: sqlite3.Row) -> bool:
        """Whether a query shows the refund by now; counts as one."""
        if refund["hidden_polls"] == 0:
            return True
        self._db.execute(
            "UPDATE refunds SET hidden_polls = hidden_polls - 1 WHERE out_trade_no = ? AND out_request_no = ?",
            (refund["out_trade_no"], refund["out_request_no"]),
        )
        return False

    def report(self) -> Json:
        """Everything, by the merchant's number; `takings` is what every channel's simulator tells."""
        trades = {row["out_trade_no"]: self._report(row) for row in self._all("SELECT * FROM trades")}
        takings = [
            {"key": key, "charged": told["paid_fen"] - told["reversed_fen"], "returned": told["refunded_fen"]}
            for key, told in trades.items()
        ]
        return {"trades": trades, "takings": takings}

    def _report(self, trade: sqlite3.Row) -> Json:
        number = trade["out_trade_no"]
        refunds = self._all("SELECT out_request_no, fen, reason FROM refunds WHERE out_trade_no = ?", number)
        refused = self._all("SELECT out_request_no FROM refused WHERE out_trade_no = ?", number)
        return {
            "wording": trade["wording"],
            "qr_code": trade["qr_code"],
            "trade_no": trade["trade_no"] or "",
            "total": trade["total"],
            "state": trade["state"],
            "paid_fen": trade["paid_fen"],
            "reversed_fen": trade["reversed_fen"],
            "refunded_fen": self.returned(number),
            "refunds": [dict(row) for row in refunds],
            "refused": [row["out_request_no"] for row in refused],
            "cancels": [row["answer"] for row in self._all("SELECT * FROM cancels WHERE out_trade_no = ?", number)],
        }

    def _book_cancel(self, number: str, answer: str) -> None:
        self._db.execute(
            "INSERT INTO cancels(out_trade_no, at_ms, answer) VALUES (?, ?, ?)", (number, self._now_ms(), answer)
        )

    def _new_trade_no(self) -> str:
        row = self._one("SELECT count(*) AS n FROM trades WHERE trade_no IS NOT NULL")
        return f"20261128220014{(0 if row is None else int(row['n'])) + 1:014d}"

    def _one(self, sql: str, *values: Any) -> sqlite3.Row | None:
        row = self._db.execute(sql, values).fetchone()
        return row if isinstance(row, sqlite3.Row) else None

    def _all(self, sql: str, *values: Any) -> list[sqlite3.Row]:
        return self._db.execute(sql, values).fetchall()
