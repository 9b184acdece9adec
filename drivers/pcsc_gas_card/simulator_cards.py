"""A drawer full of invented cards, and what happened to each."""

import time
from pathlib import Path
from typing import Any

from drivers.pcsc_gas_card import simulator_layout as layout
from drivers.pcsc_gas_card.simulator_chips import Card, Kind, new_card
from kiosk.testing.simulator import open_books

SCHEMA = """
CREATE TABLE IF NOT EXISTS card(
  name TEXT PRIMARY KEY, kind TEXT NOT NULL, memory BLOB NOT NULL, key BLOB NOT NULL, counter INTEGER NOT NULL,
  frozen INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS landed(
  id INTEGER PRIMARY KEY, number TEXT NOT NULL, count INTEGER NOT NULL, gas INTEGER NOT NULL, at_ms INTEGER NOT NULL)
  STRICT;
CREATE TABLE IF NOT EXISTS taken(
  id INTEGER PRIMARY KEY, number TEXT NOT NULL, count INTEGER NOT NULL, gas INTEGER NOT NULL, at_ms INTEGER NOT NULL)
  STRICT;
"""

DRAWER: dict[str, tuple[Kind, str, int, int, int]] = {
    "household": ("sle4442", "0200000284", 6, 0, 29_500),
    "unused": ("sle4442", "0200000292", 3, 2_000, 14_000),
    "memory": ("at24c", "0200000306", 12, 0, 61_050),
    "cpu": ("cpu", "0200000314", 250, 0, 912_000),
    "blank": ("sle4442", "", 0, 0, 0),
    "bank": ("bank", "", 0, 0, 0),
}
"""Kind, number, purchases, gas on it and gas ever bought, in hundredths of a cubic metre."""

_KEY_BYTES: dict[Kind, int] = {"sle4442": 3, "at24c": 0, "cpu": 8, "bank": 0}


class Cards:
    """See the module."""

    def __init__(self, folder: Path) -> None:
        self._books = open_books(folder, "cards", SCHEMA)
        for name in DRAWER:
            fresh = _fresh(name)
            values = (name, fresh.kind, bytes(fresh.memory), fresh.key, fresh.counter, fresh.frozen)
            self._books.execute("INSERT OR IGNORE INTO card VALUES (?, ?, ?, ?, ?, ?)", values)
        rows = self._books.execute("SELECT * FROM card ORDER BY rowid")
        self.all = [Card(row[0], row[1], bytearray(row[2]), row[3], row[4], row[5]) for row in rows]
        self._known = {card.name: layout.read(bytes(card.memory)) for card in self.all}

    def close(self) -> None:
        """Close the books."""
        self._books.close()

    def keep(self, card: Card) -> None:
        """Make what is on it durable; note a purchase that is whole now."""
        values = (bytes(card.memory), card.key, card.counter, card.frozen, card.name)
        self._books.execute("UPDATE card SET memory = ?, key = ?, counter = ?, frozen = ? WHERE name = ?", values)
        purchase, before = layout.read(bytes(card.memory)), self._known[card.name]
        if purchase is None:
            return
        if before is None or purchase.count != before.count or purchase.gas > before.gas:
            self._note("landed", purchase.number, purchase.count, purchase.gas)
        self._known[card.name] = purchase

    def visit_meter(self, card: Card, state: frozenset[str] = frozenset()) -> None:
        """The meter takes what it finds, and writes in which state it is."""
        gas = layout.at_the_meter(card.memory, state)
        self.keep(card)
        purchase = layout.read(bytes(card.memory))
        if gas and purchase is not None:
            self._note("taken", purchase.number, purchase.count, gas)

    def renew(self, card: Card) -> None:
        """As it came out of the company's counter."""
        fresh = _fresh(card.name)
        card.memory, card.key, card.counter, card.frozen = fresh.memory, fresh.key, fresh.counter, fresh.frozen
        self._known[card.name] = layout.read(bytes(card.memory))
        self.keep(card)

    def told(self, card: Card) -> dict[str, Any]:
        """A card in words."""
        purchase = layout.read(bytes(card.memory))
        visit = layout.last_visit(bytes(card.memory))
        return {
            "name": card.name,
            "kind": card.kind,
            "number": DRAWER[card.name][1],
            "count": None if purchase is None else purchase.count,
            "gas_m3": None if purchase is None else f"{purchase.gas / 100:.2f}",
            "sound": purchase is not None,
            "key_changing": bool(DRAWER[card.name][1]) and layout.key_changing(bytes(card.memory)),
            "tries": card.counter.bit_count() if card.kind == "sle4442" else card.counter,
            "meter": None if visit is None else ", ".join((f"{visit.left / 100:.2f} m³ left", *visit.state)),
        }

    def shown(self, card: Card) -> tuple[str, ...]:
        """What a picture of it says."""
        told = self.told(card)
        if not told["number"]:
            return (card.kind,)
        return (
            (told["number"], f"{told['gas_m3']} m³", f"× {told['count']}") if told["sound"] else (told["number"], "?")
        )

    def landed(self) -> list[dict[str, Any]]:
        """Every purchase that came onto a card, whole."""
        return self._told("landed")

    def taken(self) -> list[dict[str, Any]]:
        """Everything that a meter took."""
        return self._told("taken")

    def _note(self, table: str, number: str, count: int, gas: int) -> None:
        values = (number, count, gas, time.time_ns() // 1_000_000)
        statement = {
            "landed": "INSERT INTO landed(number, count, gas, at_ms) VALUES (?, ?, ?, ?)",
            "taken": "INSERT INTO taken(number, count, gas, at_ms) VALUES (?, ?, ?, ?)",
        }[table]
        self._books.execute(statement, values)

    def _told(self, table: str) -> list[dict[str, Any]]:
        statement = {"landed": "SELECT * FROM landed ORDER BY id", "taken": "SELECT * FROM taken ORDER BY id"}[table]
        rows = self._books.execute(statement).fetchall()
        return [{"number": row["number"], "count": row["count"], "gas_m3": f"{row['gas'] / 100:.2f}"} for row in rows]


def _fresh(name: str) -> Card:
    kind, number, count, gas, total = DRAWER[name]
    image = layout.issue(number, count, gas, total) if number else bytearray(b"\xff" * layout.SIZE)
    key = layout.key_of(number, 0, _KEY_BYTES[kind]) if number else b"\xff" * _KEY_BYTES[kind]
    return new_card(name, kind, image, key)
