"""The simulated terminal itself: one payment at a time, a resident's hand, a bank."""

import asyncio
from collections.abc import Callable, Collection
from typing import Literal, NamedTuple

from drivers.nexo_terminal.simulator_books import Books
from kiosk.testing.simulator import Faults, Json

Phase = Literal["off", "idle", "card", "pin", "bank"]
PIN_TRIES = 3


class Waits(NamedTuple):
    """How long the terminal waits for the resident and for the bank, in seconds."""

    card_s: float
    pin_s: float
    bank_s: float


class Order(NamedTuple):
    """A payment that the register asked for."""

    n: int
    sale_id: str
    service_id: str
    transaction_id: str
    time_stamp: str
    fen: int
    currency: str


class Terminal:
    """See the module. `press` is a key, a card, the bank's word, or the register's abort."""

    def __init__(self, books: Books, faults: Faults, waits: Waits, amount: Callable[[int], object]) -> None:
        self.phase: Phase = "idle"
        self.screen = ""
        self.last_result = ""
        self.ended = 0
        self.order: Order | None = None
        self._books = books
        self._faults = faults
        self._waits = waits
        self._amount = amount
        self._key: asyncio.Future[str] | None = None
        self._wanted: Collection[str] = ()
        self._changed = asyncio.Event()

    def runs(self, sale_id: str, service_id: str) -> bool:
        """Whether that payment is being made now."""
        return self.order is not None and (self.order.sale_id, self.order.service_id) == (sale_id, service_id)

    def press(self, key: str) -> bool:
        """False when the terminal does not wait for that."""
        if self._key is None or self._key.done() or key not in self._wanted:
            return False
        self._key.set_result(key)
        return True

    async def press_when_wanted(self, key: str) -> bool:
        """Wait for a payment to come so far; False when it ends before."""
        ended = self.ended
        while self.ended == ended:
            if self.press(key):
                return True
            self._changed.clear()
            await self._changed.wait()
        return False

    async def until_ended(self, before: int) -> None:
        """Wait until more payments than `before` have ended."""
        while self.ended <= before:
            self._changed.clear()
            await self._changed.wait()

    def power(self, *, on: bool) -> None:
        """Off: what is not booked is lost. On: idle."""
        if not on:
            self.press("power")
        self._show("idle" if on else "off", "")

    async def pay(self, order: Order) -> Json:
        """The body of the terminal's answer, booked before anybody is told."""
        self.order = order
        try:
            condition = await self._sell(order)
            body = self._refused(condition) if condition else self._approved(order)
            self.last_result = condition or "approved"
            return body
        finally:
            self.order = None
            self.ended += 1
            self._show("off" if self.phase == "off" else "idle", "")

    async def _sell(self, order: Order) -> str:
        """The error condition that it ends with; none where the bank approved."""
        keys = ("insert", "tap", "cancel", "abort", "power")
        key = await self._wait_for(
            "card", f"{self._amount(order.fen)}: insert or tap your card", keys, self._waits.card_s
        )
        if key not in ("insert", "tap"):
            return _ended_by(key)
        if self._faults.take("invalid_card"):
            return "InvalidCard"
        for turn in range(PIN_TRIES if key == "insert" else 0):
            keys = ("pin", "wrong_pin", "cancel", "abort", "power")
            key = await self._wait_for("pin", "enter your PIN", keys, self._waits.pin_s)
            if key == "pin":
                break
            if key != "wrong_pin" or turn == PIN_TRIES - 1:
                return "WrongPIN" if key == "wrong_pin" else _ended_by(key)
        if self._faults.take("unreachable_host"):
            return "UnreachableHost"
        key = await self._wait_for("bank", "asking the bank", ("approve", "decline", "power"), self._waits.bank_s)
        return {"approve": "", "decline": "Refusal", "power": "Aborted"}.get(key, "UnreachableHost")

    async def _wait_for(self, phase: Phase, screen: str, keys: Collection[str], limit_s: float) -> str:
        self._key = asyncio.get_running_loop().create_future()
        self._wanted = keys
        self._show(phase, screen)
        try:
            async with asyncio.timeout(limit_s):
                return await self._key
        except TimeoutError:
            return "nobody"
        finally:
            self._key = None

    def _approved(self, order: Order) -> Json:
        fen, result = order.fen, "Success"
        if fault := self._faults.take("partial"):
            fen, result = int(fault.more.get("fen", fen // 2)), "Partial"
        elif fault := self._faults.take("wrong_amount"):
            fen = int(fault.more.get("fen", fen + 1))
        number, at = self._books.take(order.n, fen)
        return {
            "Response": {"Result": result, "AdditionalResponse": "store=demo"},
            "SaleData": {"SaleTransactionID": {"TransactionID": order.transaction_id, "TimeStamp": order.time_stamp}},
            "POIData": {"POITransactionID": {"TransactionID": number, "TimeStamp": at}},
            "PaymentResult": {
                "PaymentType": "Normal",
                "OnlineFlag": True,
                "AmountsResp": {"AuthorizedAmount": self._amount(fen), "Currency": order.currency},
                "PaymentInstrumentData": {
                    "PaymentInstrumentType": "Card",
                    "CardData": {"MaskedPan": "621700 **** 9876"},
                },
            },
            "PaymentReceipt": [{"DocumentQualifier": "CustomerReceipt", "RequiredSignatureFlag": False}],
        }

    def _refused(self, condition: str) -> Json:
        return {"Response": {"Result": "Failure", "ErrorCondition": condition}}

    def _show(self, phase: Phase, screen: str) -> None:
        self.phase = phase
        self.screen = screen
        self._changed.set()


def _ended_by(key: str) -> str:
    return {"cancel": "Cancel", "abort": "Aborted", "power": "Aborted"}.get(key, "Cancel")
