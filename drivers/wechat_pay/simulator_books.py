"""The simulated WeChat Pay's books: orders, payments, closings, refunds, durable before anybody is answered."""

import secrets
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

from kiosk.testing.simulator import Json, open_books
from kiosk.testing.wallet import ShownCodes

SCHEMA = """
CREATE TABLE IF NOT EXISTS orders(
  out_trade_no TEXT PRIMARY KEY, request TEXT NOT NULL, wording TEXT NOT NULL, total INTEGER NOT NULL,
  expire_ms INTEGER NOT NULL, created_ms INTEGER NOT NULL, code_url TEXT NOT NULL UNIQUE,
  state TEXT NOT NULL
    CHECK (state IN ('NOTPAY', 'SUCCESS', 'CLOSED', 'REFUND', 'USERPAYING', 'REVOKED', 'PAYERROR')),
  reversed_fen INTEGER NOT NULL DEFAULT 0,
  hidden_polls INTEGER NOT NULL DEFAULT 0, hidden_until_ms INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE TABLE IF NOT EXISTS payments(
  transaction_id TEXT PRIMARY KEY, out_trade_no TEXT NOT NULL REFERENCES orders, fen INTEGER NOT NULL,
  payer_fen INTEGER NOT NULL, paid_ms INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS closes(
  n INTEGER PRIMARY KEY, out_trade_no TEXT NOT NULL, at_ms INTEGER NOT NULL, answer TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS refunds(
  out_refund_no TEXT PRIMARY KEY, refund_id TEXT NOT NULL UNIQUE, out_trade_no TEXT NOT NULL REFERENCES orders,
  transaction_id TEXT NOT NULL, fen INTEGER NOT NULL, reason TEXT NOT NULL, at_ms INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('PROCESSING', 'SUCCESS', 'CLOSED', 'ABNORMAL')),
  polls_left INTEGER NOT NULL DEFAULT 0) STRICT;
"""

RefundState = Literal["PROCESSING", "SUCCESS", "CLOSED", "ABNORMAL"]


class Books:
    """What the simulated WeChat Pay knows. Money is integer fen, times are milliseconds since 1970."""

    def __init__(self, folder: Path, now_ms: Callable[[], int]) -> None:
        self._db = open_books(folder, "wechat_pay", SCHEMA + ShownCodes.SCHEMA)
        self._now_ms = now_ms
        self.codes = ShownCodes(self._db, "13", now_ms)

    def shut(self) -> None:
        """Close the file."""
        self._db.close()

    def order(self, *, number: str = "", code_url: str = "", transaction_id: str = "") -> sqlite3.Row | None:
        """The order of one of its names."""
        return self._one(
            "SELECT * FROM orders WHERE out_trade_no = ? OR code_url = ? OR out_trade_no ="
            " (SELECT out_trade_no FROM payments WHERE transaction_id = ?)",
            number,
            code_url,
            transaction_id,
        )

    def newest_order(self) -> sqlite3.Row | None:
        """The order that was made last: the code that is on the screen, to somebody who stands before it."""
        return self._one("SELECT * FROM orders ORDER BY rowid DESC LIMIT 1")

    def before(self, number: str) -> sqlite3.Row | None:
        """The unpaid attempt of the same errand (`...A1` before `...A2`) that was made last before this one."""
        errand, _, _ = number.rpartition("A")
        return self._one(
            "SELECT * FROM orders WHERE rowid < (SELECT rowid FROM orders WHERE out_trade_no = ?)"
            " AND substr(out_trade_no, 1, ?) = ? AND state IN ('NOTPAY', 'CLOSED') ORDER BY rowid DESC LIMIT 1",
            number,
            len(errand) + 1,
            errand + "A",
        )

    def payment(self, number: str) -> sqlite3.Row | None:
        """The payment of an order, if it was paid."""
        return self._one("SELECT * FROM payments WHERE out_trade_no = ?", number)

    def refund(self, out_refund_no: str) -> sqlite3.Row | None:
        """A refund by the merchant's number."""
        return self._one("SELECT * FROM refunds WHERE out_refund_no = ?", out_refund_no)

    def book_order(self, number: str, request: str, wording: str, total: int, expire_ms: int) -> str:
        """Enter a new order; its code."""
        code_url = f"weixin://wxpay/bizpayurl?pr={secrets.token_urlsafe(9)}"
        self._db.execute(
            "INSERT INTO orders(out_trade_no, request, wording, total, expire_ms, created_ms, code_url, state)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, 'NOTPAY')",
            (number, request, wording, total, expire_ms, self._now_ms(), code_url),
        )
        return code_url

    def become(self, number: str, state: Literal["USERPAYING", "PAYERROR"]) -> None:
        """A payment by code waits for the resident's password, or has failed."""
        self._db.execute("UPDATE orders SET state = ? WHERE out_trade_no = ?", (state, number))

    def reverse(self, number: str) -> None:
        """End a payment by code, once: what it took goes back."""
        with self._db:
            self._db.execute("BEGIN IMMEDIATE")
            left = sum(row["fen"] for row in self._all("SELECT fen FROM payments WHERE out_trade_no = ?", number))
            self._db.execute(
                "UPDATE orders SET state = 'REVOKED', reversed_fen = ? WHERE out_trade_no = ? AND state <> 'REVOKED'",
                (left - self.refunded_or_bound(number), number),
            )
            self._db.execute(
                "INSERT INTO closes(out_trade_no, at_ms, answer) VALUES (?, ?, 'reversed')", (number, self._now_ms())
            )

    def lapse(self, number: str) -> None:
        """Let the code's time run out now."""
        self._db.execute("UPDATE orders SET expire_ms = ? WHERE out_trade_no = ?", (self._now_ms(), number))

    def book_payment(
        self, number: str, fen: int, payer_fen: int, hidden_polls: int = 0, hidden_until_ms: int = 0
    ) -> str:
        """Take the money; the transaction's number. Queries do not show it before `hidden_…` are over."""
        with self._db:
            self._db.execute("BEGIN IMMEDIATE")
            transaction_id = f"4200{self._count('payments') + 1:024d}"
            self._db.execute(
                "INSERT INTO payments VALUES (?, ?, ?, ?, ?)", (transaction_id, number, fen, payer_fen, self._now_ms())
            )
            self._db.execute(
                "UPDATE orders SET state = 'SUCCESS', hidden_polls = ?, hidden_until_ms = ? WHERE out_trade_no = ?",
                (hidden_polls, hidden_until_ms, number),
            )
        return transaction_id

    def visible(self, order: sqlite3.Row) -> bool:
        """Whether a query shows that the order is paid by now; counts as one query."""
        if order["hidden_polls"] > 0:
            self._db.execute(
                "UPDATE orders SET hidden_polls = hidden_polls - 1 WHERE out_trade_no = ?", (order["out_trade_no"],)
            )
            return False
        return bool(self._now_ms() >= order["hidden_until_ms"])

    def book_close(self, number: str, answer: str, *, closed: bool) -> None:
        """Enter a request to close and what it was answered."""
        with self._db:
            self._db.execute("BEGIN IMMEDIATE")
            if closed:
                self._db.execute("UPDATE orders SET state = 'CLOSED' WHERE out_trade_no = ?", (number,))
            self._db.execute(
                "INSERT INTO closes(out_trade_no, at_ms, answer) VALUES (?, ?, ?)", (number, self._now_ms(), answer)
            )

    def refunded_or_bound(self, number: str) -> int:
        """What refunds of the order have returned or still hold."""
        row = self._one(
            "SELECT coalesce(sum(fen), 0) AS fen FROM refunds WHERE out_trade_no = ? AND state <> 'CLOSED'", number
        )
        return 0 if row is None else int(row["fen"])

    def book_refund(
        self, out_refund_no: str, payment: sqlite3.Row, fen: int, reason: str, *, state: RefundState, polls: int = 0
    ) -> None:
        """Accept a refund."""
        with self._db:
            self._db.execute("BEGIN IMMEDIATE")
            self._db.execute(
                "INSERT INTO refunds VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    out_refund_no,
                    f"5030{self._count('refunds') + 1:025d}",
                    payment["out_trade_no"],
                    payment["transaction_id"],
                    fen,
                    reason,
                    self._now_ms(),
                    state,
                    polls,
                ),
            )
            self._db.execute("UPDATE orders SET state = 'REFUND' WHERE out_trade_no = ?", (payment["out_trade_no"],))

    def advance_refund(self, out_refund_no: str) -> None:
        """One more look at a refund that is under way; it succeeds when its looks are used up."""
        self._db.execute(
            "UPDATE refunds SET polls_left = max(polls_left - 1, 0),"
            " state = CASE WHEN polls_left <= 1 THEN 'SUCCESS' ELSE state END"
            " WHERE out_refund_no = ? AND state = 'PROCESSING'",
            (out_refund_no,),
        )

    def report(self) -> Json:
        """Everything, by order number; `takings` is what every channel's simulator tells."""
        orders = {row["out_trade_no"]: self._report(row) for row in self._all("SELECT * FROM orders")}
        takings = [
            {"key": key, "charged": told["paid_fen"] - told["reversed_fen"], "returned": told["refunded_fen"]}
            for key, told in orders.items()
        ]
        return {"orders": orders, "takings": takings}

    def _report(self, order: sqlite3.Row) -> Json:
        number = order["out_trade_no"]
        payments = self._all("SELECT transaction_id, fen, paid_ms FROM payments WHERE out_trade_no = ?", number)
        refunds = self._all(
            "SELECT out_refund_no, refund_id, fen, state, reason, at_ms FROM refunds WHERE out_trade_no = ?", number
        )
        return {
            "wording": order["wording"],
            "code_url": order["code_url"],
            "total": order["total"],
            "state": order["state"],
            "reversed_fen": order["reversed_fen"],
            "paid_fen": sum(row["fen"] for row in payments),
            "refunded_fen": sum(row["fen"] for row in refunds if row["state"] == "SUCCESS"),
            "payments": [dict(row) for row in payments],
            "refunds": [dict(row) for row in refunds],
            "closes": [row["answer"] for row in self._all("SELECT answer FROM closes WHERE out_trade_no = ?", number)],
        }

    def _count(self, table: Literal["payments", "refunds"]) -> int:
        row = self._one(
            "SELECT count(*) AS n FROM payments" if table == "payments" else "SELECT count(*) AS n FROM refunds"
        )
        return 0 if row is None else int(row["n"])

    def _one(self, sql: str, *values: Any) -> sqlite3.Row | None:
        row = self._db.execute(sql, values).fetchone()
        return row if isinstance(row, sqlite3.Row) else None

    def _all(self, sql: str, *values: Any) -> list[sqlite3.Row]:
        return self._db.execute(sql, values).fetchall()
