"""The resident's phone at the simulated WeChat Pay; it can show a payment code, too."""

import secrets
import sqlite3
from collections.abc import Callable

from drivers.wechat_pay.simulator_books import Books
from kiosk.testing import wallet
from kiosk.testing.simulator import Button, Faults, Json

CODE_LASTS_MS = 60_000

BUTTONS = (*wallet.BUTTONS, Button(label="Show a payment code", group="Phone", action="show_code"))


class Phone(wallet.WalletPhone):
    """See the module."""

    code_name, ref_name, lag_fault = "code_url", "transaction_id", "notpay_lag"

    def __init__(self, books: Books, faults: Faults, now_ms: Callable[[], int]) -> None:
        super().__init__(books, faults, now_ms)
        self._books = books
        self.actions = {**self.actions, "show_code": self.show_code}

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

    async def show_code(self, _: Json) -> Json:
        """The phone shows a payment code, good for one payment within a minute: `{"code"}`."""
        code = f"13{secrets.randbelow(10**16):016d}"
        self._books.book_code(code, self._now_ms() + CODE_LASTS_MS)
        self.state = "shows_code"
        return {"code": code}
