"""The two ways to pay of the state machine, with their books by number: a wallet's channel, and a card terminal that
can speak only of its last sale. Each call is held against I1 as it arrives at the wire."""

from collections.abc import Callable
from functools import partial
from typing import Literal

import msgspec

from kiosk.devices import payment
from kiosk.orders import steps
from kiosk.protocol.order.rows import Rows
from tests.orders import laws
from tests.orders.hall.wire import LATE_S, Mishap, Wire

Find = Callable[[str], Rows | None]
"""The rows of an order, as they are on disk."""
Later = Callable[[float, Callable[[], None]], object]
ANSWER_MS = 150_000
"""How long after a sale was sent its answer may come."""
Stuck = Literal["abnormal", "closed"]
"""`abnormal`: somebody may make it by hand at the channel; `closed`: it is never made."""
SALE_S = 60.0
"""How long the terminal waits for a card."""


class Book(msgspec.Struct):
    """What a channel has of one attempt."""

    state: Literal["waiting", "closed", "paid"] = "waiting"
    fen: int = 0
    returned: dict[str, int] = msgspec.field(default_factory=dict)
    stuck: dict[str, tuple[int, Stuck]] = msgspec.field(default_factory=dict)
    """Refunds by number that it took and has not made."""
    late: bool = False

    def told(self, key: str) -> laws.Taking:
        """For the laws."""
        return laws.Taking(
            key=key,
            fen=self.fen,
            returned=tuple(self.returned.items()),
            may_return=tuple((number, fen) for number, (fen, how) in self.stuck.items() if how != "closed"),
            late=self.late,
        )

    def make_by_hand(self) -> None:
        """What could not be made by itself, and can."""
        for number, (fen, how) in list(self.stuck.items()):
            if how == "abnormal":
                del self.stuck[number]
                self.returned[number] = fen


class _Channel(Wire):
    """Whose calls are about attempts that are on disk."""

    def __init__(self, rows: Find, now_ms: Callable[[], int]) -> None:
        super().__init__()
        self.books: dict[str, Book] = {}
        self._rows = rows
        self._now_ms = now_ms

    def _asked(self, attempt: payment.Attempt, effect: steps.Effect) -> None:
        self.law(lambda: laws.i1_row_before_the_first_byte(self._rows(attempt.order_no), effect))
        again = isinstance(effect, steps.Start) and attempt.key in self.books
        self.law(lambda: laws.must(not again, "I1", "a start is made again"))


class Wallet(_Channel):
    """WeChat."""

    channel = "wechat"

    def __init__(self, rows: Find, now_ms: Callable[[], int]) -> None:
        super().__init__(rows, now_ms)
        self.never = False
        """Whether it refuses for good to give anything back."""
        self.refused: set[str] = set()
        self.sticks: Stuck | None = None
        """What becomes of refunds that are asked for now."""
        self.back: list[Mishap] = []
        """Mishaps of the next calls to give money back."""

    async def prepare(self) -> payment.Ready | payment.Unknown:
        """Nothing to prepare."""
        return payment.Ready("")

    async def start(self, attempt: payment.Attempt, tell: Callable[[payment.Progress], None]) -> payment.Outcome:
        """A code; the same one where the request comes twice."""
        self._asked(attempt, steps.Start(attempt.n))

        def act() -> payment.Outcome:
            if attempt.key not in self.books:
                self.books[attempt.key] = Book()
                tell(payment.Offer("weixin://code"))
            return payment.Open()

        return await self.carry(act, payment.Unknown("lost"), payment.Dead("never_arrived"))

    async def find(self, attempt: payment.Attempt) -> payment.Outcome:
        """By number."""
        self._asked(attempt, steps.Find(attempt.n))
        return await self._ask(attempt, close=False)

    async def close(self, attempt: payment.Attempt) -> payment.Outcome:
        """By number."""
        self._asked(attempt, steps.Close(attempt.n))
        return await self._ask(attempt, close=True)

    async def _ask(self, attempt: payment.Attempt, *, close: bool) -> payment.Outcome:
        def act() -> payment.Outcome:
            book = self.books.get(attempt.key)
            if book is None:
                travels = self._now_ms() <= attempt.sent_ms + (LATE_S + 1) * 1000
                return payment.Unknown("not found") if travels else payment.Dead("never_arrived")
            if book.state == "paid":
                return payment.Captured(book.fen, f"W{attempt.n}")
            if close:
                book.state = "closed"
            return payment.Dead("closed") if book.state == "closed" else payment.Open()

        lost = payment.Unknown("lost")
        return await self.carry(act, lost, lost)

    async def refund(self, attempt: payment.Attempt, refund: payment.Refund) -> payment.RefundOutcome:
        """Once by number."""
        self.law(
            lambda: laws.i1_row_before_the_first_byte(self._rows(attempt.order_no), steps.GiveBack(refund.n, refund.r))
        )
        self.mishaps[:0] = self.back[:1]
        del self.back[:1]

        def act() -> payment.RefundOutcome:
            returned = self.books[attempt.key].returned
            if refund.key not in returned and (self.never or refund.key in self.refused):
                self.refused.add(refund.key)
                return payment.RefundFailed("never")
            if self.sticks and refund.key not in returned and refund.key not in self.books[attempt.key].stuck:
                self.books[attempt.key].stuck[refund.key] = refund.amount_fen, self.sticks
            if refund.key in self.books[attempt.key].stuck:
                return self._refunded(attempt.key, refund.key)
            returned[refund.key] = refund.amount_fen
            return payment.Refunded("R")

        lost = payment.RefundPending("lost")
        return await self.carry(act, lost, lost)

    async def find_refund(self, attempt: payment.Attempt, refund: payment.Refund) -> payment.RefundOutcome:
        """By number."""
        self.law(
            lambda: laws.i1_row_before_the_first_byte(
                self._rows(attempt.order_no), steps.FindRefund(refund.n, refund.r)
            )
        )
        lost = payment.RefundPending("lost")
        return await self.carry(partial(self._refunded, attempt.key, refund.key), lost, lost)

    def _refunded(self, key: str, number: str) -> payment.RefundOutcome:
        book = self.books[key]
        if number in book.returned:
            return payment.Refunded("R")
        _, how = book.stuck.get(number, (0, None))
        if how is None:
            return payment.RefundFailed("not found")
        return payment.RefundClosed() if how == "closed" else payment.RefundFailed("abnormal")


class Code(Wallet):
    """WeChat by a payment code: ended by reversing, which gives back what it took. A payment that is seen after a
    reversal may have left is not believed."""

    channel = "wechat_code"

    async def close(self, attempt: payment.Attempt) -> payment.Outcome:
        """What is paid before any reversal is kept; then it is reversed, whenever that arrives."""
        book = self.books.get(attempt.key)
        if book is not None and (book.state != "paid" or attempt.close_asked):
            self._asked(attempt, steps.Close(attempt.n))
            return await self.carry(partial(self._reversed, book), payment.Unknown("lost"), payment.Unknown("away"))
        return await super().close(attempt)

    @staticmethod
    def _reversed(book: Book) -> payment.Outcome:
        taken, book.state, book.fen = book.fen, "closed", 0
        return payment.Dead("reversed" if taken else "closed")


class Reader(_Channel):
    """The card terminal. `begin` is a new process of the terminal's driver, which has heard nothing yet."""

    channel = "card"

    def __init__(self, rows: Find, now_ms: Callable[[], int], later: Later) -> None:
        super().__init__(rows, now_ms)
        self.last = "before"
        self.strangers = 0
        """How many sales were rung up that are not ours."""
        self.sale: str | None = None
        """Our sale that is under way."""
        self._later = later
        self.begin()

    def begin(self) -> None:
        """See the class."""
        self._heard: set[str] = set()
        self._sent_ms = self._now_ms()
        self._tell: Callable[[payment.Progress], None] = lambda _: None
        self._mine: str | None = None

    def end_sale(self, fen: int, *, heard: bool) -> None:
        """The resident pays, or does not (0); whether the answer reaches the driver."""
        key, self.sale = self.sale, None
        assert key is not None
        book = self.books[key]
        book.state, book.fen = ("paid", fen) if fen else ("closed", 0)
        if fen:
            self.last = key
        if heard and self._mine == key:
            self._heard.add(key)
            self._tell(payment.Decided())

    def rings_up_another(self) -> None:
        """Somebody does, at the terminal itself."""
        self.strangers += 1
        self.last = f"other {self.strangers}"

    async def prepare(self) -> payment.Ready | payment.Unknown:
        """The last sale of an idle terminal."""

        def act() -> payment.Ready | payment.Unknown:
            return payment.Ready(self.last) if self.sale is None else payment.Unknown("a sale is under way")

        lost = payment.Unknown("lost")
        return await self.carry(act, lost, lost)

    async def start(self, attempt: payment.Attempt, tell: Callable[[payment.Progress], None]) -> payment.Outcome:
        """Waits for a card, but not for long. Serial: what does not arrive at once never does."""
        self._asked(attempt, steps.Start(attempt.n))
        if self.sale is not None:
            return payment.Dead("never_arrived")
        self.mishaps[:1] = ["lost_request" if mishap in ("late", "twice") else mishap for mishap in self.mishaps[:1]]
        self._sent_ms, self._tell, self._mine = self._now_ms(), tell, attempt.key

        def act() -> payment.Outcome:
            self.books[attempt.key] = Book()
            self.sale = attempt.key
            self._later(SALE_S, lambda: self.end_sale(0, heard=True) if self.sale == attempt.key else None)
            return payment.Open()

        return await self.carry(act, payment.Unknown("lost"), payment.Dead("never_arrived"))

    async def find(self, attempt: payment.Attempt) -> payment.Outcome:
        """By its own answer, or its last sale."""
        self._asked(attempt, steps.Find(attempt.n))
        return await self._ask(attempt)

    async def close(self, attempt: payment.Attempt) -> payment.Outcome:
        """The protocol has no abort."""
        self._asked(attempt, steps.Close(attempt.n))
        return await self._ask(attempt)

    async def _ask(self, attempt: payment.Attempt) -> payment.Outcome:
        def act() -> payment.Outcome:
            book = self.books.get(attempt.key)
            if book is not None and attempt.key in self._heard:
                return payment.Captured(book.fen, f"C{attempt.n}") if book.fen else payment.Dead("refused")
            if self.sale is not None:
                return payment.Open() if self.sale == self._mine == attempt.key else payment.Unknown("busy")
            if book is not None and self.last == attempt.key:
                return payment.Captured(book.fen, f"C{attempt.n}")
            if self._now_ms() < self._sent_ms + ANSWER_MS:
                return payment.Unknown("too early to tell")
            if self.last == attempt.predecessor:
                return payment.Dead("never_arrived")
            return payment.Unprovable("the last sale is another one")

        lost = payment.Unknown("lost")
        return await self.carry(act, lost, lost)

    async def refund(self, attempt: payment.Attempt, refund: payment.Refund) -> payment.RefundOutcome:
        """The whole of its last sale, which it does not name: another one would be a stranger's."""
        self.law(
            lambda: laws.i1_row_before_the_first_byte(self._rows(attempt.order_no), steps.GiveBack(refund.n, refund.r))
        )
        if refund.amount_fen != attempt.captured_fen:
            return payment.RefundFailed("only a whole sale")
        self.mishaps[:1] = ["lost_request" if mishap in ("late", "twice") else mishap for mishap in self.mishaps[:1]]

        def act() -> payment.RefundOutcome:
            if self.sale is not None:
                return payment.RefundPending("busy")
            if self.last != attempt.key:
                why = "the last sale is another one"
                return payment.RefundUnprovable(why) if refund.asked_before else payment.RefundFailed(why)
            self.books[attempt.key].returned[refund.key] = refund.amount_fen
            return payment.Refunded("1210")

        lost = payment.RefundPending("lost")
        return await self.carry(act, lost, lost)
