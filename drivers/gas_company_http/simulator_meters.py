"""The simulated company's smart meters: money on an account, what it is worth, and what the meter on the wall shows.

The account is credited at once. The meter hears of it at once too, or, when it is silent, only once somebody presses
its key. Money is integer fen.
"""

import json
import secrets
import sqlite3
from decimal import Decimal
from typing import Any

from drivers.gas_company_http.simulator_tariff import price_money

SCHEMA = """
CREATE TABLE IF NOT EXISTS meter(
  account TEXT PRIMARY KEY REFERENCES household, shown_fen INTEGER NOT NULL, silent INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS top_up_quote(
  quote_id TEXT PRIMARY KEY, account TEXT NOT NULL, worth TEXT NOT NULL, expires_ms INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS limits(
  min_fen INTEGER NOT NULL, max_fen INTEGER NOT NULL, fullest_fen INTEGER NOT NULL) STRICT;
"""

FIRST_LIMITS = (1_000, 100_000, 300_000)
"""10 to 1000 yuan at once, and never more than 3000 on an account."""

Worth = dict[str, Any]


class Meters:
    """Works inside the transactions of the books that own `db`."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def begin(self) -> None:
        """The first limits."""
        if self._db.execute("SELECT 1 FROM limits").fetchone() is None:
            self._db.execute("INSERT INTO limits VALUES (?, ?, ?)", FIRST_LIMITS)

    def hang(self, account: str, balance_fen: int) -> None:
        """A new meter on the wall, which shows what the account has."""
        self._db.execute("INSERT INTO meter VALUES (?, ?, 0)", (account, balance_fen))

    def limits(self, household: sqlite3.Row) -> tuple[int, int] | None:
        """The least and the most that the account takes now; None when it takes nothing."""
        if household["meter_kind"] != "remote":
            return None
        least, most, fullest = self._db.execute("SELECT min_fen, max_fen, fullest_fen FROM limits").fetchone()
        most = min(most, fullest - household["balance_fen"])
        return (least, most) if least <= most else None

    def set_limits(self, min_fen: int, max_fen: int) -> None:
        """From now on."""
        self._db.execute("UPDATE limits SET min_fen = ?, max_fen = ?", (min_fen, max_fen))

    def takes(self, household: sqlite3.Row, amount_fen: int) -> bool:
        """Whether the account takes that much at once."""
        limits = self.limits(household)
        return limits is not None and limits[0] <= amount_fen <= limits[1]

    def worth(self, household: sqlite3.Row, amount_fen: int, increase: Decimal) -> Worth:
        """What `amount_fen` does for the account: the debt it settles, then gas, after what the balance still buys."""
        balance = household["balance_fen"]
        tariff, persons, used = household["tariff"], household["persons"], Decimal(household["used_m3"])
        owed = min(amount_fen, max(-balance, 0))
        before = price_money(tariff, persons=persons, used=used, fen=max(balance, 0), increase=increase)
        position = used + sum((line.volume for line in before), Decimal(0))
        lines = price_money(tariff, persons=persons, used=position, fen=amount_fen - owed, increase=increase)
        return {
            "total_fen": amount_fen,
            "owed_fen": owed,
            "balance_after_fen": balance + amount_fen,
            "lines": [
                {
                    "tier": line.tier,
                    "volume_m3": f"{line.volume:f}",
                    "unit_price": str(line.price),
                    "amount_fen": line.fen,
                }
                for line in lines
            ],
        }

    def add_quote(self, account: str, worth: Worth, expires_ms: int) -> str:
        quote_id = f"U{secrets.token_hex(8)}"
        self._db.execute(
            "INSERT INTO top_up_quote VALUES (?, ?, ?, ?)", (quote_id, account, json.dumps(worth), expires_ms)
        )
        return quote_id

    def quoted(self, account: str | None, quote_id: str | None) -> tuple[Worth, int] | None:
        """What was quoted, and until when; None when that number was no top-up of this account."""
        row = self._db.execute(
            "SELECT * FROM top_up_quote WHERE quote_id = ? AND account = ?", (quote_id, account)
        ).fetchone()
        return None if row is None else (json.loads(row["worth"]), row["expires_ms"])

    def credit(self, account: str, amount_fen: int) -> None:
        """Money on the account; the meter hears of it unless it is silent."""
        self._db.execute("UPDATE household SET balance_fen = balance_fen + ? WHERE account = ?", (amount_fen, account))
        self._db.execute(
            "UPDATE meter SET shown_fen = (SELECT balance_fen FROM household h WHERE h.account = meter.account)"
            " WHERE account = ? AND NOT silent",
            (account,),
        )

    def set_silent(self, account: str, silent: bool) -> None:
        """Whether the meter hears nothing by itself."""
        self._db.execute("UPDATE meter SET silent = ? WHERE account = ?", (int(silent), account))

    def press_key(self, account: str) -> int:
        """Somebody presses the key on the meter: it asks the company, and shows what the account has, in fen."""
        self._db.execute(
            "UPDATE meter SET shown_fen = (SELECT balance_fen FROM household h WHERE h.account = meter.account)"
            " WHERE account = ?",
            (account,),
        )
        shown: int = self._db.execute("SELECT shown_fen FROM meter WHERE account = ?", (account,)).fetchone()[0]
        return shown

    def everything(self) -> dict[str, Any]:
        """By account: what it has, what its meter shows, and whether the meter is silent."""
        rows = self._db.execute(
            "SELECT m.account, h.balance_fen, m.shown_fen, m.silent FROM meter m JOIN household h USING (account)"
            " ORDER BY m.account"
        )
        return {
            row["account"]: {
                "balance_fen": row["balance_fen"],
                "shown_fen": row["shown_fen"],
                "silent": bool(row["silent"]),
            }
            for row in rows
        }
