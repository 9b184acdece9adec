"""The simulated company's households and what they owe, at prices that may rise. Money is integer fen, volumes are
decimal text."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from drivers.gas_company_http.simulator_cards import RefusalError
from drivers.gas_company_http.simulator_households import HOUSEHOLDS, Household
from drivers.gas_company_http.simulator_tariff import PricedLine, price_volume

PRICE_STEP = Decimal("0.10")

SCHEMA = """
CREATE TABLE IF NOT EXISTS household(
  account TEXT PRIMARY KEY, holder TEXT NOT NULL, address TEXT NOT NULL, meter_kind TEXT NOT NULL,
  tariff TEXT NOT NULL, persons INTEGER NOT NULL, cycle TEXT NOT NULL, used_m3 TEXT NOT NULL,
  balance_fen INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS bill(
  id INTEGER PRIMARY KEY, account TEXT NOT NULL REFERENCES household, first_month TEXT NOT NULL,
  last_month TEXT NOT NULL, used_before TEXT NOT NULL, volume_m3 TEXT NOT NULL, late_fee_fen INTEGER NOT NULL,
  settled_by TEXT) STRICT;
CREATE TABLE IF NOT EXISTS price(step INTEGER NOT NULL) STRICT;
"""


@dataclass(frozen=True)
class Bill:
    """An unpaid period at today's prices."""

    id: int
    first_month: str
    last_month: str
    volume: Decimal
    lines: list[PricedLine]
    late_fee_fen: int

    @property
    def fen(self) -> int:
        return sum(line.fen for line in self.lines) + self.late_fee_fen


class Accounts:
    """Works inside the transactions of the books that own `db`."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def begin(self) -> list[Household]:
        """The first prices, and the demo households that are not known yet: those."""
        if self._db.execute("SELECT 1 FROM price").fetchone() is None:
            self._db.execute("INSERT INTO price VALUES (0)")
        known = {row["account"] for row in self._db.execute("SELECT account FROM household")}
        added = [household for household in HOUSEHOLDS if household.account not in known]
        for household in added:
            self._add_household(household)
        return added

    def household(self, account: str) -> sqlite3.Row:
        row: sqlite3.Row | None = self._db.execute("SELECT * FROM household WHERE account = ?", (account,)).fetchone()
        if row is None:
            raise RefusalError("no_such_account")
        return row

    def households(self) -> list[dict[str, Any]]:
        return [
            dict(row) | {"arrears_fen": self.arrears(row["account"])}
            for row in self._db.execute("SELECT * FROM household ORDER BY account")
        ]

    def unpaid(self, account: str) -> list[Bill]:
        """What the account owes, oldest first."""
        household = self.household(account)
        return [
            Bill(
                id=row["id"],
                first_month=row["first_month"],
                last_month=row["last_month"],
                volume=Decimal(row["volume_m3"]),
                lines=price_volume(
                    household["tariff"],
                    persons=household["persons"],
                    used=Decimal(row["used_before"]),
                    volume=Decimal(row["volume_m3"]),
                    increase=self.increase,
                ),
                late_fee_fen=row["late_fee_fen"],
            )
            for row in self._db.execute(
                "SELECT * FROM bill WHERE account = ? AND settled_by IS NULL ORDER BY first_month, id", (account,)
            )
        ]

    def arrears(self, account: str) -> int:
        return sum(bill.fen for bill in self.unpaid(account))

    def add_bill(self, account: str, first_month: str, last_month: str, volume: Decimal, late_fee_fen: int) -> None:
        """A new year begins at the first tier again; unused gas of a tier is not carried over."""
        household = self.household(account)
        cycle = first_month[:4]
        used = Decimal(household["used_m3"]) if household["cycle"] == cycle else Decimal(0)
        self._db.execute(
            "INSERT INTO bill(account, first_month, last_month, used_before, volume_m3, late_fee_fen)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (account, first_month, last_month, str(used), str(volume), late_fee_fen),
        )
        self._db.execute(
            "UPDATE household SET used_m3 = ?, cycle = ? WHERE account = ?", (str(used + volume), cycle, account)
        )

    def settle(self, bills: Sequence[int], by: str) -> None:
        """Each bill is paid, by this order."""
        self._db.executemany("UPDATE bill SET settled_by = ? WHERE id = ?", [(by, bill) for bill in bills])

    def settle_all(self, account: str, by: str) -> int:
        """Everything that is open is paid; the number of bills that were."""
        return self._db.execute(
            "UPDATE bill SET settled_by = ? WHERE account = ? AND settled_by IS NULL", (by, account)
        ).rowcount

    def price(self, household: sqlite3.Row, volume: Decimal) -> list[PricedLine]:
        """Gas for a card, at today's prices."""
        return price_volume(
            household["tariff"],
            persons=household["persons"],
            used=Decimal(household["used_m3"]),
            volume=volume,
            increase=self.increase,
        )

    @property
    def increase(self) -> Decimal:
        """How much dearer a cubic meter is today than at first, in yuan."""
        return PRICE_STEP * self._price_step()

    def raise_prices(self) -> None:
        """All prices go up by 0.10 yuan, and with them every unpaid bill."""
        self._db.execute("UPDATE price SET step = step + 1")

    def price_version(self) -> str:
        return f"2026-{self._price_step() + 1}"

    def everything(self) -> dict[str, Any]:
        """What each account owes and what settled its bills."""
        return {
            household["account"]: {
                "arrears_fen": household["arrears_fen"],
                "settled_by": [
                    row["settled_by"]
                    for row in self._db.execute(
                        "SELECT settled_by FROM bill WHERE account = ? AND settled_by IS NOT NULL ORDER BY id",
                        (household["account"],),
                    )
                ],
            }
            for household in self.households()
        }

    def _add_household(self, household: Household) -> None:
        self._db.execute(
            "INSERT INTO household VALUES (?, ?, ?, ?, ?, ?, '2026', ?, ?)",
            (
                household.account,
                household.holder,
                household.address,
                household.meter_kind,
                household.tariff,
                household.persons,
                str(household.used),
                household.balance_fen,
            ),
        )
        for bill in household.bills:
            self.add_bill(household.account, bill.first_month, bill.last_month, bill.volume, bill.late_fee_fen)

    def _price_step(self) -> int:
        step: int = self._db.execute("SELECT step FROM price").fetchone()["step"]
        return step
