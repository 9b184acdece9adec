"""The resident's phone at the simulated Alipay, where a trade is made of a code by scanning it."""

import sqlite3
from collections.abc import Callable

from drivers.alipay.simulator_books import Books
from kiosk.testing import wallet
from kiosk.testing.simulator import Faults

BUTTONS = wallet.BUTTONS


class Phone(wallet.WalletPhone):
    """See the module."""

    code_name, ref_name, lag_fault = "qr_code", "trade_no", "query_lag"

    def __init__(self, books: Books, faults: Faults, now_ms: Callable[[], int]) -> None:
        super().__init__(books, faults, now_ms)
        self._books = books

    def unpayable(self, row: sqlite3.Row) -> str:
        """See `WalletPhone`."""
        match row["state"]:
            case "CODE" | "WAIT_BUYER_PAY":
                return "expired" if self._now_ms() >= row["expire_ms"] else ""
            case "TRADE_SUCCESS":
                return "already_paid"
            case _:
                return "already_paid" if row["paid_fen"] else "closed"

    def found(self, *, number: str = "", code: str = "") -> sqlite3.Row | None:
        """See `WalletPhone`."""
        return self._books.trade(number=number, qr_code=code)

    def newest(self) -> sqlite3.Row | None:
        """See `WalletPhone`."""
        newest = self._books.newest()
        return newest and self.found(number=newest["out_trade_no"])

    def scanned(self, row: sqlite3.Row) -> None:
        """The trade is there from now on."""
        self._books.book_scan(row["out_trade_no"])
