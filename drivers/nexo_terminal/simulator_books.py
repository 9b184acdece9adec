"""The simulated nexo terminal's books: payments and reversals by number, durable before anybody is answered."""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

from kiosk.testing.simulator import Json, open_books

SCHEMA = """
CREATE TABLE IF NOT EXISTS payments(
  n INTEGER PRIMARY KEY, sale_id TEXT NOT NULL, service_id TEXT NOT NULL, transaction_id TEXT NOT NULL,
  asked_fen INTEGER NOT NULL, state TEXT NOT NULL, fen INTEGER NOT NULL DEFAULT 0, poi_number TEXT NOT NULL DEFAULT '',
  at TEXT NOT NULL DEFAULT '', answer TEXT NOT NULL DEFAULT '', UNIQUE(sale_id, service_id)) STRICT;
CREATE TABLE IF NOT EXISTS reversals(
  n INTEGER PRIMARY KEY, sale_id TEXT NOT NULL, service_id TEXT NOT NULL, payment INTEGER NOT NULL REFERENCES payments,
  transaction_id TEXT NOT NULL, fen INTEGER NOT NULL, answer TEXT NOT NULL, UNIQUE(sale_id, service_id)) STRICT;
"""


class Books:
    """What the terminal keeps. Money is integer fen."""

    def __init__(self, folder: Path, now: Callable[[], str]) -> None:
        self._db = open_books(folder, "nexo_terminal", SCHEMA)
        self._now = now

    def shut(self) -> None:
        """Close the file."""
        self._db.close()

    def payment(self, sale_id: str, service_id: str) -> sqlite3.Row | None:
        """The payment that was asked for under a number."""
        return self._one("SELECT * FROM payments WHERE sale_id = ? AND service_id = ?", sale_id, service_id)

    def payment_numbered(self, poi_number: str) -> sqlite3.Row | None:
        """The payment of the terminal's own number."""
        return self._one("SELECT * FROM payments WHERE poi_number = ? AND poi_number <> ''", poi_number)

    def reversal(self, sale_id: str, service_id: str) -> sqlite3.Row | None:
        """The reversal that was asked for under a number."""
        return self._one("SELECT * FROM reversals WHERE sale_id = ? AND service_id = ?", sale_id, service_id)

    def begin(self, sale_id: str, service_id: str, transaction_id: str, fen: int) -> int:
        """Enter a payment that begins; its row."""
        row = self._db.execute(
            "INSERT INTO payments(sale_id, service_id, transaction_id, asked_fen, state)"
            " VALUES (?, ?, ?, ?, 'running') RETURNING n",
            (sale_id, service_id, transaction_id, fen),
        ).fetchone()
        return int(row["n"])

    def take(self, n: int, fen: int) -> tuple[str, str]:
        """The bank has approved: the money is taken. The terminal's number of it, and when."""
        number, at = f"PV0q{n:014d}.TERMINAL{n:06d}", self._now()
        self._db.execute(
            "UPDATE payments SET state = 'approved', fen = ?, poi_number = ?, at = ? WHERE n = ?", (fen, number, at, n)
        )
        return number, at

    def end(self, n: int, answer: str) -> None:
        """What the register is, or would be, answered."""
        self._db.execute(
            "UPDATE payments SET answer = ?, state = CASE state WHEN 'running' THEN 'refused' ELSE state END"
            " WHERE n = ?",
            (answer, n),
        )

    def give_up_what_ran(self, answer: str) -> None:
        """The power went and came back: whatever ran is refused."""
        self._db.execute("UPDATE payments SET answer = ? WHERE answer = '' AND state = 'running'", (answer,))
        self._db.execute("UPDATE payments SET state = 'refused' WHERE state = 'running'")

    def returned(self, payment: int) -> int:
        """What reversals gave back of a payment."""
        row = self._one("SELECT coalesce(sum(fen), 0) AS fen FROM reversals WHERE payment = ?", payment)
        return 0 if row is None else int(row["fen"])

    def reverse(self, names: tuple[str, str, str], payment: int, fen: int, answer: str) -> None:
        """Give money back."""
        self._db.execute(
            "INSERT INTO reversals(sale_id, service_id, transaction_id, payment, fen, answer)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (*names, payment, fen, answer),
        )

    def report(self) -> Json:
        """Everything, payments by the register's transaction; `takings` is what every channel's simulator tells."""
        rows = self._db.execute("SELECT * FROM payments ORDER BY n").fetchall()
        return {
            "payments": {
                row["transaction_id"]: {
                    "state": row["state"],
                    "asked_fen": row["asked_fen"],
                    "paid_fen": row["fen"],
                    "refunded_fen": self.returned(row["n"]),
                    "poi_number": row["poi_number"],
                    "service_id": row["service_id"],
                }
                for row in rows
            },
            "takings": [
                {"key": row["transaction_id"], "charged": row["fen"], "returned": self.returned(row["n"])}
                for row in rows
            ],
            "reversals": [
                {"transaction_id": row["transaction_id"], "fen": row["fen"]}
                for row in self._db.execute("SELECT * FROM reversals ORDER BY n").fetchall()
            ],
        }

    def _one(self, sql: str, *values: Any) -> sqlite3.Row | None:
        row = self._db.execute(sql, values).fetchone()
        return row if isinstance(row, sqlite3.Row) else None
