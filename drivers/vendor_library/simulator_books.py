"""The simulated bank's books: every transaction. They survive a kill."""

import sqlite3
import time
from datetime import datetime
from pathlib import Path

from kiosk.testing.simulator import Json, open_books

_SCHEMA = """
CREATE TABLE IF NOT EXISTS entry(n INTEGER PRIMARY KEY, kind TEXT NOT NULL, amount INTEGER NOT NULL, code TEXT NOT NULL,
  of INTEGER, by TEXT NOT NULL, at TEXT NOT NULL) STRICT;
"""


class Books:
    """See the module."""

    def __init__(self, folder: Path) -> None:
        self._db = open_books(folder, "bank", _SCHEMA)

    def shut(self) -> None:
        """Let go of the file."""
        self._db.close()

    def book(self, kind: str, amount: int, code: str, *, of: int | None = None, by: str = "register") -> sqlite3.Row:
        """A transaction, durable when this returns. Amounts in fen."""
        at = datetime.fromtimestamp(time.time()).astimezone().isoformat(timespec="seconds")
        self._db.execute(
            "INSERT INTO entry (kind, amount, code, of, by, at) VALUES (?, ?, ?, ?, ?, ?)",
            (kind, amount, code, of, by, at),
        )
        row: sqlite3.Row = self._db.execute("SELECT * FROM entry ORDER BY n DESC LIMIT 1").fetchone()
        return row

    def last(self) -> sqlite3.Row | None:
        """The newest that was approved."""
        query = "SELECT * FROM entry WHERE code = '00' ORDER BY n DESC LIMIT 1"
        row: sqlite3.Row | None = self._db.execute(query).fetchone()
        return row

    def entry(self, n: int) -> sqlite3.Row | None:
        """One transaction."""
        row: sqlite3.Row | None = self._db.execute("SELECT * FROM entry WHERE n = ?", (n,)).fetchone()
        return row

    def given_back(self, n: int) -> int:
        """How much of a sale went back, in fen."""
        found = self._db.execute("SELECT coalesce(sum(amount), 0) FROM entry WHERE of = ? AND code = '00'", (n,))
        return int(found.fetchone()[0])

    def report(self) -> Json:
        """`{"sales": [{n, voucher, fen, code, approved, returned_fen, rung_up_by, at}], "last": n}`: the newest of any
        kind that was approved. `takings` is what every channel's simulator tells, here by its own number: such a
        library is told no key."""
        rows = self._db.execute("SELECT * FROM entry WHERE kind = '00' ORDER BY n").fetchall()
        sales = [
            {
                "n": row["n"],
                "voucher": f"{row['n']:06d}",
                "fen": row["amount"],
                "code": row["code"],
                "approved": row["code"] == "00",
                "returned_fen": self.given_back(row["n"]),
                "rung_up_by": row["by"],
                "at": row["at"],
            }
            for row in rows
        ]
        takings = [
            {"key": sale["voucher"], "charged": sale["fen"], "returned": sale["returned_fen"]}
            for sale in sales
            if sale["approved"] and sale["rung_up_by"] == "register"
        ]
        last = self.last()
        return {"sales": sales, "takings": takings, "last": last["n"] if last else 0}
