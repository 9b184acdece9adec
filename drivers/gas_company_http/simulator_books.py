"""The simulated gas company's durable books: quotes and orders, beside its accounts, its meters and its gas cards.

Money is integer fen, volumes are decimal text. Every method is one transaction and takes the time as an argument.
"""

import contextlib
import json
import secrets
import sqlite3
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

from drivers.gas_company_http.simulator_accounts import SCHEMA as ACCOUNTS_SCHEMA
from drivers.gas_company_http.simulator_accounts import Accounts, Bill
from drivers.gas_company_http.simulator_cards import SCHEMA as CARDS_SCHEMA
from drivers.gas_company_http.simulator_cards import Cards, RefusalError
from drivers.gas_company_http.simulator_meters import SCHEMA as METERS_SCHEMA
from drivers.gas_company_http.simulator_meters import Meters, Worth
from kiosk.testing.simulator import open_books

CHINA = timezone(timedelta(hours=8))
ELSEWHERE = "elsewhere"
ELSEWHERE_FEN = 5_000

SCHEMA = """
CREATE TABLE IF NOT EXISTS quote(
  quote_id TEXT PRIMARY KEY, account TEXT NOT NULL, bills TEXT NOT NULL, total_fen INTEGER NOT NULL,
  expires_ms INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS orders(
  serial INTEGER PRIMARY KEY AUTOINCREMENT, order_no TEXT NOT NULL UNIQUE, account TEXT, quote_id TEXT,
  bills TEXT NOT NULL DEFAULT '[]', due_fen INTEGER NOT NULL DEFAULT 0, volume_m3 TEXT NOT NULL DEFAULT '0',
  pay_by_ms INTEGER NOT NULL DEFAULT 0, state TEXT NOT NULL CHECK (state IN ('open', 'delivered', 'cancelled')),
  refusal TEXT, reason TEXT, channel TEXT, channel_ref TEXT, paid_fen INTEGER NOT NULL DEFAULT 0,
  closed_ms INTEGER) STRICT;
CREATE TABLE IF NOT EXISTS nonce(nonce TEXT PRIMARY KEY, time_ms INTEGER NOT NULL) STRICT;
"""


class Books:
    """Opens or creates `folder/gas_company.sqlite`; demo households that it does not know yet are added."""

    def __init__(self, folder: Path) -> None:
        self._db = open_books(folder, "gas_company", ACCOUNTS_SCHEMA + SCHEMA + METERS_SCHEMA + CARDS_SCHEMA)
        self.accounts = Accounts(self._db)
        self.meters = Meters(self._db)
        self.cards = Cards(self._db)
        with self._transaction():
            self.meters.begin()
            for household in self.accounts.begin():
                if household.meter_kind == "remote":
                    self.meters.hang(household.account, household.balance_fen)
            self.cards.begin()

    def close(self) -> None:
        self._db.close()

    def add_debt(self, account: str, first_month: str, last_month: str, volume: Decimal, late_fee_fen: int = 0) -> None:
        """A new bill. A new year begins at the first tier again; unused gas of a tier is not carried over."""
        with self._transaction():
            self.accounts.add_bill(account, first_month, last_month, volume, late_fee_fen)

    def pay_elsewhere(self, account: str) -> int:
        """Someone pays everything at the counter; the number of bills that were open. A smart meter gets 50 yuan."""
        household = self.accounts.household(account)
        with self._transaction():
            if household["meter_kind"] == "remote":
                self.meters.credit(account, ELSEWHERE_FEN)
            return self.accounts.settle_all(account, ELSEWHERE)

    # Quotes and orders

    def add_quote(self, account: str, bills: list[Bill], expires_ms: int) -> str:
        quote_id = f"Q{secrets.token_hex(8)}"
        self._db.execute(
            "INSERT INTO quote VALUES (?, ?, ?, ?, ?)",
            (quote_id, account, json.dumps([bill.id for bill in bills]), sum(bill.fen for bill in bills), expires_ms),
        )
        return quote_id

    def worth(self, account: str, amount_fen: int) -> Worth:
        """What money does for a smart meter's account, at today's prices."""
        return self.meters.worth(self.accounts.household(account), amount_fen, self.accounts.increase)

    def order(self, order_no: str) -> sqlite3.Row | None:
        return self._maybe("SELECT * FROM orders WHERE order_no = ?", order_no)

    def open_order(self, order_no: str, account: str, quote_id: str, now_ms: int, pay_by_ms: int) -> sqlite3.Row:
        """Hold the quoted price. A refused number is spent: it stays refused."""
        with self._transaction():
            known = self.order(order_no)
            if known is None:
                self._new_order(order_no, account, quote_id, now_ms, pay_by_ms)
                known = self._known(order_no)
            if known["refusal"] is None and known["state"] == "open":
                if (known["account"], known["quote_id"]) != (account, quote_id):
                    raise RefusalError("not_accepted")
                return known
        raise RefusalError(known["refusal"] or ("already_paid" if known["state"] == "delivered" else "not_accepted"))

    def confirm(self, order_no: str, channel: str, channel_ref: str, paid_fen: int, now_ms: int) -> sqlite3.Row:
        """Settle the order's bills, or credit its top-up. A repeat gets the first answer, whatever it says."""
        with self._transaction():
            order = self.order(order_no)
            if order is None or order["state"] == "cancelled":
                raise RefusalError("not_accepted")
            if order["state"] == "delivered":
                return order
            if card := self.cards.quoted(order["account"], order["quote_id"]):
                self._book_for_card(order, card, channel, channel_ref, paid_fen)
                return self._known(order_no)
            if self.meters.quoted(order["account"], order["quote_id"]):
                self._credit(order, paid_fen, now_ms)
            else:
                self._settle(order, paid_fen, now_ms)
            self._db.execute(
                "UPDATE orders SET state = 'delivered', channel = ?, channel_ref = ?, paid_fen = ?, closed_ms = ?"
                " WHERE order_no = ?",
                (channel, channel_ref, paid_fen, now_ms, order_no),
            )
            return self._known(order_no)

    def cancel(self, order_no: str, reason: str, now_ms: int) -> sqlite3.Row:
        """Close an open order; an unknown number gets a tombstone; a delivered order stays delivered."""
        if not self._lets_go_of_the_card(order_no):
            raise RefusalError("not_now")
        with self._transaction():
            self._db.execute(
                "INSERT INTO orders(order_no, state, reason, closed_ms) VALUES (?, 'cancelled', ?, ?)"
                " ON CONFLICT(order_no) DO UPDATE SET state = 'cancelled', reason = excluded.reason,"
                " closed_ms = excluded.closed_ms WHERE state = 'open'",
                (order_no, reason, now_ms),
            )
            return self._known(order_no)

    def write(self, order_no: str, image: bytes, job: str, now_ms: int) -> tuple[sqlite3.Row, sqlite3.Row | None, int]:
        """The order, the job that its card must get, if it is not closed, and how much gas that is."""
        with self._transaction():
            order, load = self.order(order_no), self.cards.loads(order_no)
            if order is not None and order["state"] != "open":
                return order, None, 0
            if order is None or load is None:
                raise RefusalError("not_accepted")
            return order, self.cards.job(order_no, load, image, job, now_ms), load["gas"]

    def report(self, order_no: str, job: str, outcome: str, now_ms: int) -> sqlite3.Row:
        """What became of a job. Once it landed, every order that loads the same is delivered."""
        with self._transaction():
            if self.order(order_no) is None:
                raise RefusalError("not_accepted")
            loaded = self.cards.report(order_no, job, outcome)
            if loaded:
                self._delivered(loaded, now_ms)
            return self._known(order_no)

    def _delivered(self, load_id: str, now_ms: int) -> None:
        for each in self.cards.orders_of(load_id):
            self._db.execute(
                "UPDATE orders SET state = 'delivered', closed_ms = ? WHERE order_no = ? AND state = 'open'",
                (now_ms, each),
            )

    def load_by_hand(self, order_no: str, now_ms: int) -> None:
        """Another terminal loaded what this order is owed, and told of it."""
        with self._transaction():
            if load := self.cards.loads(order_no):
                self.cards.loaded(load["load_id"])
                self._delivered(load["load_id"], now_ms)

    def is_owed(self, order: sqlite3.Row) -> bool:
        """Whether a card is still to be written for it."""
        return order["state"] == "open" and self.cards.loads(order["order_no"]) is not None and self._paid(order)

    def closed_orders(self, day: str) -> list[sqlite3.Row]:
        """Orders delivered or cancelled on a day of China, by order number."""
        start = datetime.strptime(day, "%Y-%m-%d").replace(tzinfo=CHINA)
        bounds = [round(moment.timestamp() * 1000) for moment in (start, start + timedelta(days=1))]
        return self._db.execute(
            "SELECT * FROM orders WHERE closed_ms >= ? AND closed_ms < ? ORDER BY order_no", bounds
        ).fetchall()

    def accept_nonce(self, nonce: str, time_ms: int, forget_before_ms: int) -> bool:
        """Whether the nonce is new. Old ones are forgotten: their requests are stale anyway."""
        self._db.execute("DELETE FROM nonce WHERE time_ms < ?", (forget_before_ms,))
        return self._db.execute("INSERT OR IGNORE INTO nonce VALUES (?, ?)", (nonce, time_ms)).rowcount == 1

    def everything(self) -> dict[str, Any]:
        """All orders and arrears, for whoever compares the books of all parties."""
        return {
            "orders": {
                row["order_no"]: {
                    "account": row["account"],
                    "state": row["state"],
                    "due_fen": row["due_fen"],
                    "paid_fen": row["paid_fen"],
                    "channel": row["channel"],
                    "channel_ref": row["channel_ref"],
                    "receipt_no": receipt_no(row),
                    "refusal": row["refusal"],
                    "reason": row["reason"],
                }
                for row in self._db.execute("SELECT * FROM orders ORDER BY serial")
            },
            "accounts": self.accounts.everything(),
            "meters": self.meters.everything(),
            "gas_cards": self.cards.everything(),
        }

    def _lets_go_of_the_card(self, order_no: str) -> bool:
        with self._transaction():
            order = self.order(order_no)
            card = self.cards.quoted(order["account"], order["quote_id"]) if order else None
            return not (order and card and order["state"] == "open") or self.cards.let_go(order_no, card)

    def _paid(self, order: sqlite3.Row) -> bool:
        return order["channel"] is not None or order["due_fen"] == 0

    def _book_for_card(
        self, order: sqlite3.Row, quote: sqlite3.Row, channel: str, channel_ref: str, paid_fen: int
    ) -> None:
        if self._paid(order):
            return
        if paid_fen < order["due_fen"]:
            raise RefusalError("not_accepted")
        self.cards.paid(order["order_no"], quote)
        self._db.execute(
            "UPDATE orders SET channel = ?, channel_ref = ?, paid_fen = ? WHERE order_no = ?",
            (channel, channel_ref, paid_fen, order["order_no"]),
        )

    def _settle(self, order: sqlite3.Row, paid_fen: int, now_ms: int) -> None:
        bills = json.loads(order["bills"])
        open_bills = {bill.id: bill.fen for bill in self.accounts.unpaid(order["account"])}
        if not set(bills) <= set(open_bills):
            raise RefusalError("already_paid")
        if now_ms > order["pay_by_ms"] and sum(open_bills[bill] for bill in bills) != order["due_fen"]:
            raise RefusalError("quote_changed")
        if paid_fen < order["due_fen"]:
            raise RefusalError("not_accepted")
        self.accounts.settle(bills, order["order_no"])

    def _credit(self, order: sqlite3.Row, paid_fen: int, now_ms: int) -> None:
        household = self.accounts.household(order["account"])
        if now_ms > order["pay_by_ms"] and not self.meters.takes(household, order["due_fen"]):
            raise RefusalError("outside_limits")
        if paid_fen < order["due_fen"]:
            raise RefusalError("not_accepted")
        self.meters.credit(order["account"], order["due_fen"])

    def _new_order(self, order_no: str, account: str, quote_id: str, now_ms: int, pay_by_ms: int) -> None:
        top_up, card = self.meters.quoted(account, quote_id), self.cards.quoted(account, quote_id)
        bills = [] if top_up or card else self.accounts.unpaid(account)
        volume = sum((bill.volume for bill in bills), Decimal(0))
        if card:
            refusal, due_fen = self._doubt_card(card, now_ms), card["total_fen"]
            volume = Decimal(card["gas"]) / 100
        elif top_up:
            worth, expires_ms = top_up
            refusal, due_fen = self._doubt_top_up(account, worth, expires_ms, now_ms), worth["total_fen"]
        else:
            refusal, due_fen = self._doubt_bills(account, quote_id, bills, now_ms), sum(bill.fen for bill in bills)
        if refusal is None and self._maybe(
            "SELECT 1 FROM orders WHERE account = ? AND state = 'open' AND pay_by_ms >= ?", account, now_ms
        ):
            refusal = "account_busy"
        self._db.execute(
            "INSERT INTO orders(order_no, account, quote_id, bills, due_fen, volume_m3, pay_by_ms, state, refusal,"
            " closed_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                order_no,
                account,
                quote_id,
                json.dumps([bill.id for bill in bills]),
                due_fen,
                f"{volume:f}",
                pay_by_ms,
                "cancelled" if refusal else "open",
                refusal,
                now_ms if refusal else None,
            ),
        )
        if card and refusal is None:
            self.cards.opened(order_no, card)

    def _doubt_card(self, quote: sqlite3.Row, now_ms: int) -> str | None:
        if doubt := self.cards.doubt(quote, now_ms):
            return doubt
        household, volume = self.accounts.household(quote["account"]), Decimal(quote["gas"]) / 100
        lines = [] if quote["load_id"] else self.accounts.price(household, volume)
        return None if sum(line.fen for line in lines) == quote["total_fen"] else "quote_changed"

    def _doubt_bills(self, account: str, quote_id: str, bills: list[Bill], now_ms: int) -> str | None:
        quote = self._maybe("SELECT * FROM quote WHERE quote_id = ? AND account = ?", quote_id, account)
        if quote is None:
            return "not_accepted"
        if not bills:
            return "already_paid"
        if now_ms >= quote["expires_ms"]:
            return "quote_expired"
        if (json.loads(quote["bills"]), quote["total_fen"]) != ([b.id for b in bills], sum(b.fen for b in bills)):
            return "quote_changed"
        return None

    def _doubt_top_up(self, account: str, worth: Worth, expires_ms: int, now_ms: int) -> str | None:
        if now_ms >= expires_ms:
            return "quote_expired"
        if not self.meters.takes(self.accounts.household(account), worth["total_fen"]):
            return "outside_limits"
        return None if worth == self.worth(account, worth["total_fen"]) else "quote_changed"

    def _known(self, order_no: str) -> sqlite3.Row:
        return self._one("SELECT * FROM orders WHERE order_no = ?", order_no)

    def _one(self, query: str, *values: object) -> sqlite3.Row:
        row: sqlite3.Row = self._db.execute(query, values).fetchone()
        return row

    def _maybe(self, query: str, *values: object) -> sqlite3.Row | None:
        row: sqlite3.Row | None = self._db.execute(query, values).fetchone()
        return row

    def changing(self) -> contextlib.AbstractContextManager[None]:
        """One transaction."""
        return self._transaction()

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[None]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")


def receipt_no(order: sqlite3.Row) -> str | None:
    """The company's number for a booked payment."""
    return f"R{order['serial']:010d}" if order["state"] == "delivered" else None


def provider_ref(order: sqlite3.Row) -> str:
    """The company's own number of an order."""
    return f"G{order['serial']:010d}"
