"""The simulated company's gas cards: what it knows of them, what it owes them, and the jobs that put it there.

What a card is owed is a *load*; a purchase that was paid for is one too. A load is locked to one job, which every order
that loads it gets, on whichever terminal, until one of them says that it landed.
"""

import base64
import hashlib
import json
import secrets
import sqlite3
from collections.abc import Iterable
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

from drivers.gas_company_http import simulator_images as images
from drivers.gas_company_http.simulator_tariff import PricedLine

CHINA = timezone(timedelta(hours=8))

SCHEMA = """
CREATE TABLE IF NOT EXISTS card(
  card TEXT PRIMARY KEY, account TEXT NOT NULL REFERENCES household, key_bytes INTEGER NOT NULL,
  new_keys INTEGER NOT NULL, count INTEGER, total INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE TABLE IF NOT EXISTS load(
  load_id TEXT PRIMARY KEY, card TEXT NOT NULL REFERENCES card, gas INTEGER NOT NULL, why TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('owed', 'loaded', 'void'))) STRICT;
CREATE TABLE IF NOT EXISTS card_quote(
  quote_id TEXT PRIMARY KEY, account TEXT NOT NULL, card TEXT NOT NULL, gas INTEGER NOT NULL, count INTEGER NOT NULL,
  total_fen INTEGER NOT NULL, lines TEXT NOT NULL, load_id TEXT, expires_ms INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS card_order(order_no TEXT PRIMARY KEY, load_id TEXT NOT NULL REFERENCES load) STRICT;
CREATE TABLE IF NOT EXISTS job(
  number TEXT PRIMARY KEY, load_id TEXT NOT NULL REFERENCES load, card TEXT NOT NULL, count INTEGER NOT NULL,
  old BLOB NOT NULL, new BLOB NOT NULL, old_key BLOB NOT NULL, new_key BLOB NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('open', 'landed', 'torn', 'void'))) STRICT;
CREATE UNIQUE INDEX IF NOT EXISTS one_open_job ON job(card) WHERE state IN ('open', 'torn');
CREATE TABLE IF NOT EXISTS job_holder(number TEXT NOT NULL, order_no TEXT NOT NULL, PRIMARY KEY (number, order_no))
  STRICT;
CREATE TABLE IF NOT EXISTS meter_note(
  card TEXT PRIMARY KEY, left INTEGER NOT NULL, state INTEGER NOT NULL, day TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS card_oddity(what TEXT NOT NULL) STRICT;
"""

CARDS = (
    ("0200000284", 3, False),
    ("0200000292", 3, True),
    ("0200000306", 0, False),
    ("0200000314", 8, False),
)
"""Number, which is the account's too; how many bytes its key has; whether each purchase changes it."""

FIRST_LOADS = (("0200000306", 1250, "bought"), ("0200000306", 3000, "made_up"))
LEAST, MOST, STEP = Decimal(1), Decimal(300), Decimal(1)

Said = dict[str, Any]


class RefusalError(Exception):
    """The company says no; `code` goes on the wire."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Cards:
    """Works inside the transactions of the books that own `db`."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def begin(self) -> None:
        """The first cards, and what is owed to them."""
        if self._db.execute("SELECT 1 FROM card").fetchone():
            return
        for number, key_bytes, new_keys in CARDS:
            self._db.execute(
                "INSERT INTO card(card, account, key_bytes, new_keys) VALUES (?, ?, ?, ?)",
                (number, number, key_bytes, int(new_keys)),
            )
        for card, gas, why in FIRST_LOADS:
            self.owe(card, gas, why)

    def owe(self, card: str, gas: int, why: str, load_id: str = "") -> str:
        """Gas for a card, in hundredths of a cubic meter; its number."""
        load_id = load_id or f"L{secrets.token_hex(6)}"
        self._db.execute("INSERT INTO load VALUES (?, ?, ?, ?, 'owed')", (load_id, card, gas, why))
        return load_id

    def card(self, image: bytes) -> tuple[sqlite3.Row, images.Sound]:
        """The card that has this image. One that the books have not seen yet counts what it counts."""
        sound = images.read(image)
        number = sound.number if sound else ""
        row: sqlite3.Row | None = self._db.execute("SELECT * FROM card WHERE card = ?", (number,)).fetchone()
        if sound is None or row is None:
            raise RefusalError("card_unknown")
        if row["count"] is None:
            self._db.execute(
                "UPDATE card SET count = ?, total = ? WHERE card = ?", (sound.count, sound.total, row["card"])
            )
        elif row["count"] != sound.count and not self._is_under_way(row["card"], sound.count):
            raise RefusalError("card_unknown")
        if note := images.from_the_meter(image):
            self._db.execute("INSERT OR REPLACE INTO meter_note VALUES (?, ?, ?, ?)", (row["card"], *note))
        return row, sound

    def ready(self, image: bytes, load_id: str | None = None) -> tuple[sqlite3.Row, images.Sound]:
        """A card that something can be quoted for: empty, and nothing else under way."""
        row, sound = self.card(image)
        if sound.gas:
            raise RefusalError("gas_on_card")
        job = self._open_job_of(row["card"])
        if job is not None and job["load_id"] != load_id:
            raise RefusalError("account_busy")
        return row, sound

    def owed(self, card: str) -> list[sqlite3.Row]:
        """What nobody has loaded yet, oldest first."""
        query = "SELECT * FROM load WHERE card = ? AND state = 'owed' ORDER BY rowid"
        return self._db.execute(query, (card,)).fetchall()

    def load(self, card: str, load_id: str) -> sqlite3.Row:
        """One of them."""
        found = next((row for row in self.owed(card) if row["load_id"] == load_id), None)
        if found is None:
            raise RefusalError("nothing_owed")
        return found

    def add_quote(
        self, card: sqlite3.Row, gas: int, lines: Iterable[PricedLine], *, load_id: str | None, expires_ms: int
    ) -> sqlite3.Row:
        """A quote for a card that is ready."""
        told: list[Said] = [
            {"tier": line.tier, "volume_m3": str(line.volume), "unit_price": str(line.price), "amount_fen": line.fen}
            for line in lines
        ]
        quote_id, total_fen = f"K{secrets.token_hex(8)}", sum(line["amount_fen"] for line in told)
        count = self._db.execute("SELECT count FROM card WHERE card = ?", (card["card"],)).fetchone()[0]
        self._db.execute(
            "INSERT INTO card_quote VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (quote_id, card["account"], card["card"], gas, count, total_fen, json.dumps(told), load_id, expires_ms),
        )
        quote: sqlite3.Row = self._db.execute("SELECT * FROM card_quote WHERE quote_id = ?", (quote_id,)).fetchone()
        return quote

    def quoted(self, account: str | None, quote_id: str | None) -> sqlite3.Row | None:
        """A quote for a card of this account, if it was one."""
        query = "SELECT * FROM card_quote WHERE quote_id = ? AND account = ?"
        row: sqlite3.Row | None = self._db.execute(query, (quote_id, account)).fetchone()
        return row

    def doubt(self, quote: sqlite3.Row, now_ms: int) -> str | None:
        """Why an order cannot be opened for a quote."""
        if now_ms >= quote["expires_ms"]:
            return "quote_expired"
        if quote["load_id"] and all(row["load_id"] != quote["load_id"] for row in self.owed(quote["card"])):
            return "nothing_owed"
        card = self._db.execute("SELECT * FROM card WHERE card = ?", (quote["card"],)).fetchone()
        return None if card["count"] == quote["count"] else "quote_changed"

    def opened(self, order_no: str, quote: sqlite3.Row) -> None:
        """An order for what is owed loads that; one that is to be paid has nothing to load yet."""
        if quote["load_id"]:
            self._db.execute("INSERT INTO card_order VALUES (?, ?)", (order_no, quote["load_id"]))

    def paid(self, order_no: str, quote: sqlite3.Row) -> None:
        """What was bought is owed."""
        load_id = self.owe(quote["card"], quote["gas"], "bought", f"P{order_no}")
        self._db.execute("INSERT INTO card_order VALUES (?, ?)", (order_no, load_id))
        self._use(quote, 1)

    def loads(self, order_no: str) -> sqlite3.Row | None:
        """What an order loads, once it is paid or free."""
        query = "SELECT load.* FROM load JOIN card_order USING (load_id) WHERE order_no = ?"
        row: sqlite3.Row | None = self._db.execute(query, (order_no,)).fetchone()
        return row

    def job(self, order_no: str, load: sqlite3.Row, image: bytes, number: str, now_ms: int) -> sqlite3.Row:
        """What the card must hold. The same again until it landed, but for a card that the meter wrote meanwhile."""
        job = self._open_job(load["load_id"])
        if number:
            if job is None or job["number"] != number:
                raise RefusalError("not_accepted")
        elif job is None or not self._stands(job, image):
            job = self._made(load, image, job, now_ms)
        self._db.execute("INSERT OR IGNORE INTO job_holder VALUES (?, ?)", (job["number"], order_no))
        return job

    def report(self, order_no: str, number: str, outcome: str) -> str | None:
        """What became of a job; the load that is on the card now, if any."""
        job = self._db.execute("SELECT * FROM job WHERE number = ?", (number,)).fetchone()
        if job is None:
            raise RefusalError("not_accepted")
        if job["state"] == "landed":
            return None
        if outcome == "torn":
            self._db.execute("UPDATE job SET state = 'torn' WHERE number = ? AND state = 'open'", (number,))
            return None
        load = self._db.execute("SELECT * FROM load WHERE load_id = ?", (job["load_id"],)).fetchone()
        if load["state"] != "owed":
            self._odd(f"job {number} of order {order_no} landed, and its load is {load['state']}")
        self.loaded(job["load_id"])
        return str(job["load_id"])

    def loaded(self, load_id: str) -> None:
        """A load came onto its card."""
        load = self._db.execute("SELECT * FROM load WHERE load_id = ?", (load_id,)).fetchone()
        self._db.execute("UPDATE job SET state = 'landed' WHERE load_id = ? AND state <> 'void'", (load_id,))
        self._db.execute("UPDATE load SET state = 'loaded' WHERE load_id = ?", (load_id,))
        self._db.execute(
            "UPDATE card SET count = count + 1, total = total + ? WHERE card = ?", (load["gas"], load["card"])
        )

    def orders_of(self, load_id: str) -> list[str]:
        """Every order that loads it."""
        query = "SELECT order_no FROM card_order WHERE load_id = ?"
        return [row["order_no"] for row in self._db.execute(query, (load_id,))]

    def let_go(self, order_no: str, quote: sqlite3.Row) -> bool:
        """The order's terminal says that it wrote nothing and never will; whether the order can be called off. Not a
        purchase that another terminal may have written."""
        load = self.loads(order_no)
        if load is None:
            return True
        job = self._open_job(load["load_id"])
        if job is not None:
            self._db.execute("DELETE FROM job_holder WHERE number = ? AND order_no = ?", (job["number"], order_no))
            query = "SELECT 1 FROM job_holder WHERE number = ?"
            if self._db.execute(query, (job["number"],)).fetchone():
                return quote["load_id"] is not None
            self._db.execute("UPDATE job SET state = 'void' WHERE number = ?", (job["number"],))
        if quote["load_id"] is None:
            self._db.execute("UPDATE load SET state = 'void' WHERE load_id = ?", (load["load_id"],))
            self._use(quote, -1)
        return True

    def everything(self) -> Said:
        """By card, what it counts and is owed; every load and job; what meters wrote; what should never happen."""
        return {
            "cards": {
                row["card"]: {
                    "count": row["count"],
                    "total_m3": m3(row["total"]),
                    "owed_m3": m3(sum(load["gas"] for load in self.owed(row["card"]))),
                }
                for row in self._db.execute("SELECT * FROM card ORDER BY card")
            },
            "loads": {
                row["load_id"]: {
                    "card": row["card"],
                    "gas_m3": m3(row["gas"]),
                    "why": row["why"],
                    "state": row["state"],
                }
                for row in self._db.execute("SELECT * FROM load ORDER BY rowid")
            },
            "jobs": {
                row["number"]: {
                    "load_id": row["load_id"],
                    "card": row["card"],
                    "count": row["count"],
                    "state": row["state"],
                }
                for row in self._db.execute("SELECT * FROM job ORDER BY rowid")
            },
            "meters": {
                row["card"]: {"left_m3": m3(row["left"]), "state": row["state"], "day": row["day"]}
                for row in self._db.execute("SELECT * FROM meter_note ORDER BY card")
            },
            "oddities": [row["what"] for row in self._db.execute("SELECT what FROM card_oddity")],
        }

    def _open_job(self, load_id: str) -> sqlite3.Row | None:
        query = "SELECT * FROM job WHERE load_id = ? AND state IN ('open', 'torn')"
        row: sqlite3.Row | None = self._db.execute(query, (load_id,)).fetchone()
        return row

    def _open_job_of(self, card: str) -> sqlite3.Row | None:
        query = "SELECT * FROM job WHERE card = ? AND state IN ('open', 'torn')"
        row: sqlite3.Row | None = self._db.execute(query, (card,)).fetchone()
        return row

    def _is_under_way(self, card: str, count: int) -> bool:
        query = "SELECT 1 FROM job WHERE card = ? AND count = ? AND state IN ('open', 'torn')"
        return self._db.execute(query, (card, count)).fetchone() is not None

    def _stands(self, job: sqlite3.Row, image: bytes) -> bool:
        """Whether the job's bytes are still those for this card."""
        if images.number_of(image) != job["card"]:
            raise RefusalError("card_unknown")
        sound = images.read(image)
        if sound and sound.count == job["count"] - 1 and sound.gas:
            raise RefusalError("gas_on_card")
        return image == job["old"] or sound is None or sound.count == job["count"]

    def _made(self, load: sqlite3.Row, image: bytes, before: sqlite3.Row | None, now_ms: int) -> sqlite3.Row:
        card, sound = self.card(image)
        if card["card"] != load["card"]:
            raise RefusalError("card_unknown")
        if sound.gas:
            raise RefusalError("gas_on_card")
        if before is None and self._open_job_of(card["card"]):
            raise RefusalError("not_now")
        number = before["number"] if before else f"J{secrets.token_hex(6)}"
        generation = (sound.generation + 1) % 255 if card["new_keys"] else sound.generation
        day = datetime.fromtimestamp(now_ms / 1000, CHINA).date()
        new = images.purchased(image, sound, load["gas"], day, generation)
        keys = [images.key_of(card["card"], each, card["key_bytes"]) for each in (sound.generation, generation)]
        self._db.execute(
            "INSERT INTO job VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'open') ON CONFLICT(number) DO UPDATE SET"
            " old = excluded.old, new = excluded.new, old_key = excluded.old_key, new_key = excluded.new_key",
            (number, load["load_id"], card["card"], sound.count + 1, image, new, *keys),
        )
        row: sqlite3.Row = self._db.execute("SELECT * FROM job WHERE number = ?", (number,)).fetchone()
        return row

    def _use(self, quote: sqlite3.Row, sign: int) -> None:
        """Gas counts in the year in which it was bought."""
        used = Decimal(
            self._db.execute("SELECT used_m3 FROM household WHERE account = ?", (quote["account"],)).fetchone()[0]
        )
        now = used + sign * Decimal(quote["gas"]) / 100
        self._db.execute(
            "UPDATE household SET used_m3 = ? WHERE account = ?", (f"{now.normalize():f}", quote["account"])
        )

    def _odd(self, what: str) -> None:
        self._db.execute("INSERT INTO card_oddity VALUES (?)", (what,))


def job_json(job: sqlite3.Row, gas: int) -> Said:
    """A job as it goes on the wire."""
    return {
        "number": job["number"],
        "count": job["count"],
        "gas_m3": m3(gas),
        "old_sha256": hashlib.sha256(job["old"]).hexdigest(),
        "image": base64.b64encode(job["new"]).decode(),
        "old_key": base64.b64encode(job["old_key"]).decode(),
        "new_key": base64.b64encode(job["new_key"]).decode(),
    }


def quote_json(quote: sqlite3.Row) -> Said:
    """A quote as it goes on the wire, without the account."""
    return {
        "quote_id": quote["quote_id"],
        "gas_m3": m3(quote["gas"]),
        "total_fen": quote["total_fen"],
        "lines": json.loads(quote["lines"]),
        "expires_ms": quote["expires_ms"],
    }


def load_json(load: sqlite3.Row) -> Said:
    """What is owed, as it goes on the wire."""
    return {"load_id": load["load_id"], "gas_m3": m3(load["gas"]), "why": load["why"]}


def m3(hundredths: int) -> str:
    """As decimal text."""
    return f"{(Decimal(hundredths) / 100).normalize():f}"
