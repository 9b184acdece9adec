"""`PaymentMethod` through a bank's own library (the UnionPay MIS-POS shape), which lives in a process of its own.

A call takes as long as the resident does, and the library may crash or hang in it: that is an answer lost, never a
payment that failed. Only an answer that echoes this request's random digits proves anything: `00` that the money was
taken, any other code that it was not. Without one, the library's last transaction may show that it was; nothing shows
that it was not, so then the staff decide.
"""

import asyncio
import logging
import secrets
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit

import msgspec

from drivers.vendor_library import wire
from drivers.vendor_library.link import Library, Lost, Returned
from drivers.vendor_library.settings import VendorLibrarySettings
from kiosk.devices import health
from kiosk.devices.payment import (
    Attempt,
    Captured,
    Dead,
    Decided,
    Open,
    Outcome,
    PaymentMethod,
    Progress,
    Ready,
    Refund,
    Refunded,
    RefundFailed,
    RefundOutcome,
    RefundPending,
    RefundUnprovable,
    Step,
    Unknown,
    Unprovable,
)

log = logging.getLogger(__name__)

_SALES_KEPT = 64
_NO_TRANSACTION = "none"
"""The predecessor of the first sale of all."""


class _Sale(msgspec.Struct):
    """A sale that this process asked for. `answer` is None while it runs and where it was lost."""

    over: asyncio.Event
    answer: wire.Answer | None = None
    never_sent: bool = False


class VendorLibrary(PaymentMethod[VendorLibrarySettings]):
    """See the module. `port` is `library:///opt/bank/libmispos.so`."""

    channel = "card"
    hold = True
    Settings = VendorLibrarySettings
    port_schemes = ("library",)

    def __init__(
        self, name: str, port: str, settings: VendorLibrarySettings, now: Callable[[], float] = time.time
    ) -> None:
        super().__init__(name, port, settings, now)
        url = urlsplit(port)
        self._path = Path(unquote(url.path))
        if url.netloc or not self._path.is_absolute():
            raise ValueError(f"{port} does not name a file: library:///opt/bank/libmispos.so")
        self._library = Library(str(self._path), settings.function, settings.load_seconds, settings.call_seconds)
        self._sales: dict[str, _Sale] = {}
        self._running: asyncio.Task[None] | None = None
        self._never_asked: set[str] = set()
        """Keys of refunds that this process could not begin to ask for."""
        self._asked_at = time.monotonic()
        """When a sale was asked for last, or may have been before this process began."""

    async def open(self) -> None:
        """Load the library."""
        await self.status()

    async def aclose(self) -> None:
        """See `Device`. A sale under way goes on at the card terminal, and is asked about after the next start."""
        await self._library.aclose()
        if self._running is not None:
            await asyncio.wait([self._running])

    async def status(self) -> health.Health:
        """Whether the library is there and can be loaded; whether the bank is, only a call would tell."""
        if self._library.busy:
            return health.Busy()
        if not self._path.is_file():
            return health.Offline(f"there is no {self._path}")
        trouble = await self._library.trouble()
        return health.Offline(trouble) if trouble else health.Ready()

    async def prepare(self) -> Ready | Unknown:
        """The last transaction, in `wire.Answer.named`'s words."""
        last = await self._ask(wire.LAST)
        if isinstance(last, Lost):
            return Unknown(last.why)
        return Ready(last.named() if last.code == wire.APPROVED else _NO_TRANSACTION)

    async def start(self, attempt: Attempt, tell: Callable[[Progress], None]) -> Outcome:
        """Begin the call; it ends when the resident is done at the card terminal."""
        if self._library.busy:
            return Dead("never_arrived")
        if await self._library.trouble():
            return Dead("never_arrived")
        sale = _Sale(asyncio.Event())
        self._sales[attempt.key] = sale
        while len(self._sales) > _SALES_KEPT:
            del self._sales[next(iter(self._sales))]
        self._asked_at = time.monotonic()
        self._running = asyncio.create_task(self._sell(sale, attempt, tell), name=f"sale {attempt.key}")
        tell(Step("present_card"))
        return Open()

    async def find(self, attempt: Attempt) -> Outcome:
        """By this request's own answer; else by the last transaction, once no answer can come any more."""
        sale = self._sales.get(attempt.key)
        if sale is not None:
            if not sale.over.is_set():
                return Open()
            if (outcome := self._judged(sale, attempt)) is not None:
                return outcome
        left = self._asked_at + self.settings.answer_seconds - time.monotonic()
        if left > 0:
            return Unknown("the card terminal may still be at it")
        last = await self._ask(wire.LAST)
        if isinstance(last, Lost):
            return Unknown(last.why)
        if not self.settings.last_names_sale:
            return Unprovable("its answer was lost, and the last transaction proves nothing here")
        if last.code != wire.APPROVED or last.named() == attempt.predecessor:
            return Unprovable("its answer was lost, and the last transaction is an earlier one")
        if last.amount_fen != attempt.amount_fen:
            return Unprovable("its answer was lost, and the last transaction has another amount")
        return self._captured(last)

    async def close(self, attempt: Attempt) -> Outcome:
        """As `find`: such a library cannot be told to stop. The resident does that at the card terminal."""
        return await self.find(attempt)

    async def refund(self, attempt: Attempt, refund: Refund) -> RefundOutcome:
        """Void a whole sale of today, else refund it. What nobody answered is never asked for again."""
        original = wire.Original.of(attempt.ref)
        if original is None:
            return RefundFailed("the sale's own numbers are not known")
        if refund.asked_before and refund.key not in self._never_asked:
            return RefundUnprovable("the library was asked before, and cannot say what it did")
        whole_today = refund.amount_fen == attempt.captured_fen and original.date == f"{self._today():%Y%m%d}"
        kind = wire.VOID if whole_today else wire.REFUND
        answer = await self._ask(kind, refund.amount_fen, original)
        self._never_asked.discard(refund.key)
        if isinstance(answer, Lost):
            if answer.begun:
                return RefundUnprovable(answer.why)
            self._never_asked.add(refund.key)
            return RefundPending(answer.why)
        if answer.code != wire.APPROVED:
            return RefundFailed(f"the bank's library answered with code {answer.code}")
        return Refunded(answer.reference or answer.voucher)

    # -- calls ------------------------------------------------------------------------------------------------------

    async def _sell(self, sale: _Sale, attempt: Attempt, tell: Callable[[Progress], None]) -> None:
        try:
            answer = await self._ask(wire.SALE, attempt.amount_fen)
            if isinstance(answer, wire.Answer):
                sale.answer = answer
            else:
                sale.never_sent = not answer.begun
                log.warning("%s: the answer to sale %s is lost: %s", self.name, attempt.key, answer.why)
        finally:
            sale.over.set()
            tell(Decided())

    async def _ask(
        self, kind: wire.Kind, amount_fen: int = 0, original: wire.Original = wire.NONE
    ) -> wire.Answer | Lost:
        """An answer that is ours, or none."""
        digits = f"{secrets.randbelow(1000):03d}"
        request = wire.request(
            self.settings.request,
            kind,
            digits,
            pos=self.settings.pos,
            operator=self.settings.operator,
            amount_fen=amount_fen,
            original=original,
        )
        if request is None:
            return Lost("a value is longer than its field", begun=False)
        returned = await self._library.call(request)
        if not isinstance(returned, Returned):
            return returned
        if returned.code in self.settings.returns_never_sent:
            return Lost(f"the library returned {returned.code}", begun=False)
        if returned.code not in self.settings.returns_ok:
            return Lost(f"the library returned {returned.code}", begun=True)
        answer = wire.answer(self.settings.answer, returned.answer)
        if isinstance(answer, wire.Damaged):
            return Lost(f"the answer is damaged: {answer.why}", begun=True)
        if answer.digits != digits:
            return Lost("the answer is another request's", begun=True)
        return answer

    def _judged(self, sale: _Sale, attempt: Attempt) -> Outcome | None:
        if sale.never_sent:
            return Dead("never_arrived")
        if sale.answer is None:
            return None
        if sale.answer.code != wire.APPROVED:
            return Dead("refused")
        if sale.answer.amount_fen != attempt.amount_fen:
            log.error("%s: sale %s took another amount", self.name, attempt.key)
        return self._captured(sale.answer)

    def _captured(self, answer: wire.Answer) -> Captured:
        return Captured(answer.amount_fen, str(answer.original(self._today())))

    def _today(self) -> datetime:
        return datetime.fromtimestamp(self.now()).astimezone()
