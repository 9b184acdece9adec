"""The gas company and the printer of the state machine, with their books."""

from collections.abc import Callable
from decimal import Decimal
from typing import Literal, NamedTuple

import msgspec

from kiosk.devices import gas, gas_card
from kiosk.devices.printer import NotPrinted, Printed, PrintOutcome, PrintUnknown
from kiosk.orders import steps
from kiosk.slips.slip import Slip, Text
from tests.orders import laws
from tests.orders.hall.cards import image, read
from tests.orders.hall.channels import Find
from tests.orders.hall.wire import Wire

HOLDS_PRICE_MS = 900_000


class Account(msgspec.Struct):
    """What the company has of one order."""

    goods: laws.Goods = "open"
    pay_by_ms: int = 0
    due_fen: int = 0
    deliveries: int = 0
    job: gas.WriteJob | None = None
    """What its gas card must hold."""


class Company(Wire):
    """Acts once by order number; its `cancel` is a fence."""

    def __init__(self, rows: Find, now_ms: Callable[[], int], kept: Callable[[str], int], bought_m3: Decimal) -> None:
        """`kept`: what the channels took for an order, and did not give back. `bought_m3`: what goes onto gas cards."""
        super().__init__()
        self.books: dict[str, Account] = {}
        self.refuses = False
        """Whether somebody has paid elsewhere."""
        self.busy = False
        self._rows = rows
        self._now_ms = now_ms
        self._kept = kept
        self._bought_m3 = bought_m3

    async def open_order(self, order_no: str, number: str, quote_id: str) -> object:
        """Holds the price."""
        self.law(lambda: laws.i1_row_before_the_first_byte(self._rows(order_no), steps.OpenOrder()))
        rows = self._rows(order_no)
        assert rows is not None

        def act() -> object:
            if self.busy:
                return gas.Refused("not_now")
            pay_by_ms = self._now_ms() + HOLDS_PRICE_MS
            book = self.books.setdefault(order_no, Account(pay_by_ms=pay_by_ms, due_fen=rows.order.due_fen))
            if book.goods not in ("open", "owed"):
                return gas.Refused("not_now")
            if not book.due_fen:  # it is the household's already
                book.goods = "owed"
            return gas.Opened(pay_by_ms=book.pay_by_ms, due_fen=book.due_fen, provider_ref="G")

        return await self._carry(act)

    async def confirm_paid(self, order_no: str, channel: str, ref: str, fen: int) -> object:
        """Delivers, unless it was cancelled or paid elsewhere."""
        rows = self._rows(order_no)
        self.law(lambda: laws.i1_row_before_the_first_byte(rows, steps.Confirm(doubt=False)))
        assert rows is not None
        self.law(
            lambda: laws.must(
                self._kept(order_no) >= rows.order.due_fen, "I7", "delivery is asked for before it is paid"
            )
        )

        def act() -> object:
            book = self.books[order_no]
            if self.busy:
                return gas.Refused("not_now")
            by_card = bool(rows.order.card_hash)
            if book.goods == "open" and not self.refuses:
                book.goods = "owed" if by_card else "delivered"
                book.deliveries += not by_card
            if book.goods == "owed":
                return gas.Owed()
            return gas.Delivered("N") if book.goods == "delivered" else gas.Refused("already_paid")

        return await self._carry(act)

    async def query(self, order_no: str) -> object:
        """Looks only."""

        def act() -> object:
            book = self.books.get(order_no)
            if book is None:
                return gas.NotFound()
            if book.goods == "delivered":
                return gas.Delivered("N")
            if book.goods == "cancelled":
                return gas.Cancelled()
            if book.goods == "owed":
                return gas.Owed()
            return gas.Opened(pay_by_ms=book.pay_by_ms, due_fen=book.due_fen, provider_ref="G")

        return await self._carry(act)

    async def cancel(self, order_no: str, reason: str) -> object:
        """Fences the order off, also one that it has not heard of."""
        self.law(lambda: laws.i1_row_before_the_first_byte(self._rows(order_no), steps.Cancel()))

        def act() -> object:
            book = self.books.setdefault(order_no, Account())
            if book.goods == "delivered":
                return gas.Delivered("N")
            book.goods = "cancelled"
            return gas.Cancelled()

        return await self._carry(act)

    async def write_data(self, order_no: str, content: bytes, number: str = "") -> object:
        """What the order's card must hold: the same until it landed, but for a card that the meter wrote meanwhile."""
        rows = self._rows(order_no)
        fetch = steps.Write(len(rows.jobs), doubt=True) if rows and number else steps.Fetch()
        self.law(lambda: laws.i1_row_before_the_first_byte(rows, fetch))

        def act() -> object:
            book = self.books[order_no]
            if book.goods != "owed":
                return gas.Delivered("N") if book.goods == "delivered" else gas.Cancelled()
            if self.busy or (number and (book.job is None or book.job.number != number)):
                return gas.Refused("not_now")
            return self.job(order_no, content)

        return await self._carry(act)

    def job(self, order_no: str, content: bytes) -> gas.WriteJob | gas.Refused:
        """For any terminal that has the card."""
        book, sound = self.books[order_no], read(content) if content else None
        if sound is not None:
            count, gas_m3 = sound
            before = book.job is None or count != book.job.count
            if before and gas_m3:
                return gas.Refused("gas_on_card")
            if before:
                book.job = gas.WriteJob(
                    number=f"J{order_no}",
                    count=count + 1,
                    gas_m3=self._bought_m3,
                    old_hash=gas_card.image_hash(content),
                    image=image(count + 1, self._bought_m3),
                )
        return book.job or gas.Refused("not_now")

    async def report_write(self, order_no: str, number: str, outcome: str) -> object:
        """It hears what became of a job."""
        rows = self._rows(order_no)
        assert rows is not None
        self.law(lambda: laws.i1_row_before_the_first_byte(rows, steps.Report(len(rows.jobs))))

        def act() -> object:
            if self.busy:
                return gas.Refused("not_now")
            if outcome == "landed":
                self.books[order_no].goods = "delivered"
            return gas.Reported()

        return await self._carry(act)

    async def _carry(self, act: Callable[[], object]) -> object:
        return await self.carry(act, gas.Unreachable("lost", sent=True), gas.Unreachable("away", sent=False))


class Paper(NamedTuple):
    """A slip that came out whole."""

    order_no: str
    told: str
    reprint: bool


Fate = Literal["printed", "paper_out", "out_unknown", "lost_unknown"]
FATES: tuple[Fate, ...] = ("printed", "printed", "paper_out", "out_unknown", "lost_unknown")


class Printer(Wire):
    """`name` of a slip is its order, its first line what it tells."""

    def __init__(self, rows: Find) -> None:
        super().__init__()
        self.papers: list[Paper] = []
        self.fate: Fate = "printed"
        self._rows = rows

    async def print(self, slip: Slip) -> PrintOutcome:
        """Whether it comes out, and whether that is known."""
        rows = self._rows(slip.name)
        self.law(
            lambda: laws.must(
                rows is not None and rows.prints[-1].state == "intended", "I1", "a slip prints without its row"
            )
        )
        told, mark = (line.text for line in slip.lines if isinstance(line, Text))
        fate, self.fate = self.fate, "printed"
        if fate in ("printed", "out_unknown"):
            self.papers.append(Paper(slip.name, told, mark == "reprint"))
        match fate:
            case "printed":
                return Printed()
            case "paper_out":
                return NotPrinted("paper_out")
            case _:
                return PrintUnknown("no proof")
