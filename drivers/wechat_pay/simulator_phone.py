"""The resident's phone at the simulated WeChat Pay."""

import sqlite3
from collections.abc import Callable

from drivers.wechat_pay.simulator_books import Books
from kiosk.testing import wallet
from kiosk.testing.simulator import Faults

BUTTONS = wallet.BUTTONS


class Phone(wallet.WalletPhone):
    """See the module."""

    code_name, ref_name, lag_fault = "code_url", "transaction_id", "notpay_lag"

    def __init__(self, books: Books, faults: Faults, now_ms: Callable[[], int]) -> None:
        super().__init__(books, faults, now_ms)
        self._books = books

    def unpayable(self, row: sqlite3.Row) -> str:
        """See `WalletPhone`."""
        if row["state"] == "USERPAYING":
            return ""
        if row["state"] != "NOTPAY":
            return "closed" if row["state"] in ("CLOSED", "REVOKED", "PAYERROR") else "already_paid"
        return "expired" if self._now_ms() >= row["expire_ms"] else ""

    def found(self, *, number: str = "", code: str = "") -> sqlite3.Row | None:
        """See `WalletPhone`."""
        return self._books.order(number=number, code_url=code)

    def newest(self) -> sqlite3.Row | None:
        """See `WalletPhone`."""
        return self._books.newest_order()

    def declined(self, row: sqlite3.Row) -> None:
        """A payment that waits for the password fails for good; a code can be tried again."""
        if row["state"] == "USERPAYING":
            self._books.become(row["out_trade_no"], "PAYERROR")

    def may_close(self, row: sqlite3.Row) -> bool:
        """A code may be closed; a payment that waits for the password is reversed."""
        return bool(row["state"] == "NOTPAY")
