"""The simulated terminal's books: every sale and what became of it, reversals, batches. They survive a kill."""

import sqlite3
import time
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from kiosk.testing.simulator import Json, open_books

_SCHEMA = """
CREATE TABLE IF NOT EXISTS sale(n INTEGER PRIMARY KEY, ticket TEXT NOT NULL, amount INTEGER NOT NULL,
  code TEXT NOT NULL, commerce TEXT NOT NULL, terminal TEXT NOT NULL, authorisation TEXT NOT NULL,
  operation TEXT NOT NULL, card TEXT NOT NULL, kind TEXT NOT NULL, at TEXT NOT NULL, batch INTEGER NOT NULL,
  rung_up_by TEXT NOT NULL, reversed INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE TABLE IF NOT EXISTS reversal(sale INTEGER NOT NULL UNIQUE, by TEXT NOT NULL, at TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS batch(n INTEGER PRIMARY KEY, terminal TEXT NOT NULL, at TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS setting(name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
"""


class Card(NamedTuple):
    """What a resident holds: `last_four` of a number that nobody else learns."""

    kind: str
    last_four: str


class Sale(NamedTuple):
    """A sale as booked. Amounts in the terminal's unit."""

    n: int
    ticket: str
    amount: int
    code: str
    commerce: str
    terminal: str
    authorisation: str
    operation: str
    last_four: str
    kind: str
    at: datetime
    reversed: bool

    @property
    def type_code(self) -> str:
        """CR or DB, as answers name the kind of card."""
        return "DB" if self.kind == "debit" else "CR"

    @property
    def brand(self) -> str:
        """The two letters of the card's brand."""
        return "DB" if self.kind == "debit" else "VI"


class Books:
    """See the module."""

    def __init__(self, folder: Path, terminal: str) -> None:
        """`terminal` is the identity a new terminal has."""
        self._db = open_books(folder, "terminal", _SCHEMA)
        self._db.execute("INSERT OR IGNORE INTO setting VALUES ('terminal', ?)", (terminal,))

    def shut(self) -> None:
        """Let go of the file."""
        self._db.close()

    @property
    def terminal(self) -> str:
        """The identity of the terminal that stands there now."""
        return str(self._db.execute("SELECT value FROM setting WHERE name = 'terminal'").fetchone()[0])

    def swap(self, terminal: str) -> None:
        """Another terminal stands there now, with a memory of its own."""
        self._db.execute("UPDATE setting SET value = ? WHERE name = 'terminal'", (terminal,))

    def book(self, *, ticket: str, amount: int, code: str, commerce: str, card: Card | None, by: str) -> Sale:
        """A sale that ended with `code`, durable when this returns."""
        n = int(self._db.execute("SELECT coalesce(max(n), 0) + 1 FROM sale").fetchone()[0])
        approved = code == "00"
        self._db.execute(
            "INSERT INTO sale VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0)",
            (
                n,
                ticket,
                amount,
                code,
                commerce,
                self.terminal,
                f"{(n * 7919) % 1_000_000:06d}" if approved else "",
                f"{n:06d}" if approved else "",
                card.last_four if card else "",
                card.kind if card else "",
                _now(),
                self._batch(),
                by,
            ),
        )
        return _sale(self._db.execute("SELECT * FROM sale WHERE n = ?", (n,)).fetchone())

    def _batch(self) -> int:
        return int(self._db.execute("SELECT count(*) FROM batch WHERE terminal = ?", (self.terminal,)).fetchone()[0])

    def in_memory(self) -> list[Sale]:
        """Approved sales since this terminal's last batch close."""
        rows = self._db.execute(
            "SELECT * FROM sale WHERE code = '00' AND terminal = ? AND batch = ? ORDER BY n",
            (self.terminal, self._batch()),
        )
        return [_sale(row) for row in rows]

    def last(self) -> Sale | None:
        """What the terminal can still name."""
        sales = self.in_memory()
        return sales[-1] if sales else None

    def reverse(self, sale: Sale, by: str) -> None:
        """The money went back."""
        at = _now()
        self._db.execute("BEGIN IMMEDIATE")
        self._db.execute("INSERT INTO reversal VALUES (?, ?, ?)", (sale.n, by, at))
        self._db.execute("UPDATE sale SET reversed = 1 WHERE n = ?", (sale.n,))
        self._db.execute("COMMIT")

    def close_batch(self) -> None:
        """Settle: the memory is empty after it."""
        at = _now()
        self._db.execute("INSERT INTO batch(terminal, at) VALUES (?, ?)", (self.terminal, at))

    def report(self, fen_per_unit: int) -> Json:
        """`{"sales": [...], "takings": [...], "reversals": [...], "batches": N}`; cards masked, amounts in the
        terminal's unit and in fen; `takings` is what every channel's simulator tells."""
        sales = []
        for row in self._db.execute("SELECT * FROM sale ORDER BY n").fetchall():
            sale = _sale(row)
            sales.append(
                {
                    "n": sale.n,
                    "ticket": sale.ticket,
                    "amount": sale.amount,
                    "fen": sale.amount * fen_per_unit,
                    "code": sale.code,
                    "approved": sale.code == "00",
                    "reversed": sale.reversed,
                    "terminal": sale.terminal,
                    "operation": sale.operation,
                    "authorisation": sale.authorisation,
                    "card": f"**** {sale.last_four}" if sale.last_four else "",
                    "kind": sale.kind,
                    "rung_up_by": row["rung_up_by"],
                }
            )
        reversals = [
            {"sale": row["sale"], "by": row["by"]} for row in self._db.execute("SELECT * FROM reversal ORDER BY rowid")
        ]
        batches = int(self._db.execute("SELECT count(*) FROM batch").fetchone()[0])
        takings = [
            {"key": sale["ticket"], "charged": sale["fen"], "returned": sale["fen"] if sale["reversed"] else 0}
            for sale in sales
            if sale["approved"] and "A" in sale["ticket"]  # others are rung up by somebody at the terminal itself
        ]
        return {"sales": sales, "takings": takings, "reversals": reversals, "batches": batches}


def _now() -> str:
    return datetime.fromtimestamp(time.time()).astimezone().isoformat(timespec="seconds")


def _sale(row: sqlite3.Row) -> Sale:
    return Sale(
        n=row["n"],
        ticket=row["ticket"],
        amount=row["amount"],
        code=row["code"],
        commerce=row["commerce"],
        terminal=row["terminal"],
        authorisation=row["authorisation"],
        operation=row["operation"],
        last_four=row["card"],
        kind=row["kind"],
        at=datetime.fromisoformat(row["at"]),
        reversed=bool(row["reversed"]),
    )
