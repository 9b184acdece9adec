"""`PaymentMethod` over the serial card terminal of unattended machines (the Transbank Autoservicio dialect).

The terminal answers a sale when the resident is done with it, and afterwards can speak only of its *last* sale, by our
ticket. So an answer of its own is kept as long as this process lives, and without one the last sale decides: our
ticket is a capture; what it was before our request, seen once the terminal is idle and no answer can come any more,
is the proof that nothing was taken; anything else proves nothing for ever.
"""

import asyncio
import logging
import time
from collections.abc import Callable

import msgspec

from drivers.transbank_pos import wire
from drivers.transbank_pos.link import BABBLES, Link, quiet
from drivers.transbank_pos.settings import TransbankPosSettings
from kiosk.devices import health
from kiosk.devices.payment import (
    Attempt,
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
from kiosk.ports.errors import PortError, WriteTimeoutError
from kiosk.ports.port import open_port
from kiosk.ports.urls import with_speed

log = logging.getLogger(__name__)

_ANSWERS_KEPT = 64

_TROUBLE: dict[str, health.Reason] = {
    "24": "paper_out",
    "26": "bad_credentials",
    "13": "refused_by_peer",
    "67": "refused_by_peer",
    "74": "refused_by_peer",
    "76": "refused_by_peer",
    "77": "refused_by_peer",
}
"""Codes after which a person must see to the terminal: no paper, load the keys, close the batch (its several codes)."""

_ANSWERS_TO_SALE = frozenset({wire.PROGRESS})
_RUNNING = "a sale is under way"


class _Sale(msgspec.Struct):
    """The exchange that `start` began and that the terminal has not answered yet."""

    key: str
    tell: Callable[[Progress], None]
    link: Link
    card_in: bool = False
    """Whether the terminal got as far as asking for the PIN or the bank: there is a card to take out."""


class TransbankPos(PaymentMethod[TransbankPosSettings]):
    """See the module. Everything that uses the port takes turns; while a sale runs, nothing else is sent."""

    channel = "card"
    hold = True
    Settings = TransbankPosSettings
    port_schemes = ("serial", "socket", "spy")

    def __init__(
        self, name: str, port: str, settings: TransbankPosSettings, now: Callable[[], float] = time.time
    ) -> None:
        super().__init__(name, port, settings, now)
        self._url = with_speed(port, 19_200)
        self._lock = asyncio.Lock()
        self._link: Link | None = None
        self._babbled = False
        self._closed = False
        self._sale: _Sale | None = None
        self._reversing = False
        self._overdue: asyncio.TimerHandle | None = None
        self._answers: dict[str, wire.Sale] = {}
        """The terminal's own answers to sales, by ticket; the newest `_ANSWERS_KEPT`."""
        self._sent_at = time.monotonic()
        """When a sale's request last left, or may have left before this process began."""
        self._trouble: tuple[health.Reason, float] | None = None

    async def open(self) -> None:
        """Connect if the terminal is there."""
        await self.status()

    async def aclose(self) -> None:
        """See `Device`. A sale under way goes on at the terminal; its answer is asked for after the next start."""
        self._closed = True
        await self._hang_up()

    async def status(self) -> health.Health:
        """By a poll, unless a sale or a reversal runs. What the terminal said is the matter counts for a while: a poll
        tells not."""
        if self._running() or self._reversing:
            return health.Busy()
        async with self._lock:
            if self._running():
                return health.Busy()
            try:
                if not await self._polled():
                    return health.Offline("it does not answer")
            except PortError as error:
                await self._hang_up()
                return health.Offline(str(error))
        if self._trouble is not None and time.monotonic() - self._trouble[1] < self.settings.trouble_s:
            return health.NeedsAttention((self._trouble[0],))
        return health.Ready()

    async def prepare(self) -> Ready | Unknown:
        """The last sale of an idle terminal, in `wire.Sale.named`'s words."""
        async with self._lock:
            last = await self._last_sale()
        if not isinstance(last, wire.Sale):
            return last
        return Ready(last.named()) if last.tells else Unknown(f"its last sale cannot be told: code {last.code}")

    async def start(self, attempt: Attempt, tell: Callable[[Progress], None]) -> Outcome:
        """Ask for the sale; `Open` once the terminal has acknowledged it. Where no byte can have left, it is dead."""
        request = wire.sale(attempt, self.settings.amount_unit)
        if request is None:
            log.error("%s: %d fen cannot be asked for in %s", self.name, attempt.amount_fen, self.settings.amount_unit)
            return Dead("not_possible")
        async with self._lock:
            if self._running():
                return Dead("never_arrived")
            try:
                link = await self._connect()
            except PortError:
                return Dead("never_arrived")
            return await self._begin(_Sale(attempt.key, tell, link), request, attempt)

    async def find(self, attempt: Attempt) -> Outcome:
        """By the terminal's own answer; else `Open` while the sale runs; else by its last sale."""
        if (outcome := self._answered(attempt) or self._still_open(attempt)) is not None:
            return outcome
        async with self._lock:
            if (outcome := self._answered(attempt) or self._still_open(attempt)) is not None:
                return outcome
            over = time.monotonic() - self._sent_at >= self.settings.answer_seconds
            last = await self._last_sale()
            if (outcome := self._answered(attempt)) is not None:  # it came while we asked
                return outcome
            return self._judge(attempt, last, over=over) if isinstance(last, wire.Sale) else last

    async def close(self, attempt: Attempt) -> Outcome:
        """As `find`: the protocol has no abort. The resident ends a sale with the terminal's red key, or its time-out
        does."""
        return await self.find(attempt)

    async def refund(self, attempt: Attempt, refund: Refund) -> RefundOutcome:
        """Reverse the whole sale, while the terminal proves that its last sale is this one. Asked again after a lost
        answer it says that it is reversed already."""
        if refund.amount_fen != attempt.captured_fen:
            return RefundFailed("the terminal can only reverse a whole sale")
        async with self._lock:
            last = await self._last_sale()
            if not isinstance(last, wire.Sale):
                return RefundPending(last.why)
            if not self._is_own(attempt, last):
                why = "the terminal's last sale is not this one any more"
                return RefundUnprovable(why) if refund.asked_before else RefundFailed(why)
            answer = await self._reverse()
        if answer is None:
            return RefundPending("no answer to the reversal")
        self._note_trouble(answer.code)
        if answer.code in (wire.APPROVED, wire.ALREADY_REVERSED):
            return Refunded(attempt.ref or last.ref)
        if answer.code in wire.NEVER_REVERSIBLE:
            return RefundFailed(f"the terminal cannot reverse it: code {answer.code}")
        return RefundPending(f"the reversal was answered with code {answer.code}")

    # -- the sale under way -----------------------------------------------------------------------------------------

    def _running(self) -> bool:
        """Whether the terminal may still be asked nothing: a sale runs, over a cable that is there."""
        return self._sale is not None and not self._sale.link.lost

    async def _begin(self, sale: _Sale, request: str, attempt: Attempt) -> Outcome:
        """Whatever ends this call, even being cancelled, an answer that comes later is heard."""
        self._sent_at = time.monotonic()
        self._sale = sale
        begun = False
        try:
            fate = await sale.link.send(request, _ANSWERS_TO_SALE)
            begun = fate == "accepted"
            answered = self._answered(attempt)
            if answered is None and begun:
                loop = asyncio.get_running_loop()
                self._overdue = loop.call_later(self.settings.answer_seconds, self._end_sale)
                return Open()
            return answered or Unknown(f"the request was sent, and the terminal is {fate}")
        except PortError as error:
            await self._hang_up()
            if isinstance(error, WriteTimeoutError) and error.written == 0:
                return Dead("never_arrived")
            return Unknown(f"the connection failed: {error}")
        finally:
            if not begun:
                self._sale = None

    def _end_sale(self) -> None:
        """The sale was answered, or will not be any more: `find` knows more than `Open` now."""
        sale, self._sale = self._sale, None
        if self._overdue is not None:
            self._overdue.cancel()
            self._overdue = None
        if sale is not None:
            sale.tell(Decided())

    def _hear(self, message: wire.Message) -> None:
        """Whatever the terminal says, asked or unasked."""
        match message.function:
            case wire.PROGRESS:
                self._hear_progress(message.code)
            case wire.SALE_ANSWER:
                self._hear_answer(wire.read_sale(message))
            case _:
                pass

    def _hear_progress(self, code: str) -> None:
        step = self.settings.steps.get(code)
        if self._sale is not None and step is not None:
            self._sale.card_in = self._sale.card_in or step in ("enter_pin", "asking_bank")
            self._sale.tell(Step(step))

    def _hear_answer(self, answer: wire.Sale) -> None:
        """An answer names its ticket. Some refusals come without: once the terminal has acknowledged our request it
        has said all about the sale before, so that it speaks of ours."""
        sale = self._sale
        ticket = answer.ticket
        if not ticket and sale is not None and sale.link.accepted and answer.code != wire.APPROVED:
            ticket = sale.key
        self._note_trouble(answer.code)
        if not ticket or not answer.code:
            return
        if ticket not in self._answers or answer.code == wire.APPROVED:  # twice is once
            self._answers[ticket] = answer
        while len(self._answers) > _ANSWERS_KEPT:
            del self._answers[next(iter(self._answers))]
        if sale is not None and sale.key == ticket:
            if sale.card_in:
                sale.tell(Step("remove_card"))
            self._end_sale()

    def _note_trouble(self, code: str) -> None:
        reason = _TROUBLE.get(code)
        self._trouble = None if reason is None else (reason, time.monotonic())

    def _still_open(self, attempt: Attempt) -> Open | Unknown | None:
        if not self._running() or self._sale is None:
            return None
        return Open() if self._sale.key == attempt.key else Unknown(_RUNNING)

    # -- what became of a sale --------------------------------------------------------------------------------------

    def _answered(self, attempt: Attempt) -> Outcome | None:
        """By the terminal's own answer, if there is one."""
        answer = self._answers.get(attempt.key)
        if answer is None:
            return None
        if answer.code != wire.APPROVED:
            return wire.refused(answer.code)
        return wire.captured(answer, self.settings.amount_unit)

    def _judge(self, attempt: Attempt, last: wire.Sale, *, over: bool) -> Outcome:
        """By the last sale of a terminal that was idle. `over`: it was asked after no answer could come any more."""
        own = last.ticket == attempt.key
        same_terminal = last.same_terminal_as(attempt.predecessor)
        if own and same_terminal and last.code == wire.APPROVED:
            captured = wire.captured(last, self.settings.amount_unit)
            return captured or Unprovable("the terminal says that it took an amount that cannot be read")
        if not over:
            return Unknown("the sale may still be coming")
        if attempt.predecessor and last.code != wire.NO_SALE and last.named() == attempt.predecessor:
            return Dead("never_arrived")
        if own and same_terminal and last.code in wire.FINAL_REFUSALS:
            return wire.refused(last.code)
        if not last.tells:
            return Unknown(f"its last sale cannot be told: code {last.code}")
        if not same_terminal:
            return Unprovable("it is another terminal now")
        if last.code == wire.NO_SALE:  # also where there was none before: a sale and a closed batch look the same
            return Unprovable("the terminal names no sale any more, which proves nothing")
        return Unprovable("the terminal's last sale is another one")

    def _is_own(self, attempt: Attempt, last: wire.Sale) -> bool:
        """Whether the last sale is this attempt's, for a reversal: ticket, amount, approved, same terminal."""
        return (
            last.code == wire.APPROVED
            and last.ticket == attempt.key
            and wire.fen_of(last.amount, self.settings.amount_unit) == attempt.captured_fen
            and last.same_terminal_as(attempt.predecessor)
        )

    # -- the wire, under the lock -----------------------------------------------------------------------------------

    async def _polled(self) -> bool:
        """Whether it acknowledges a poll. It may still be saying again what a process before us did not hear."""
        for _ in range(self.settings.ask_tries):
            link = await self._connect()
            if await link.send(wire.POLL) == "accepted":
                return True
        return False

    async def _last_sale(self) -> wire.Sale | Unknown:
        """Make sure that the terminal is idle, and ask for its last sale."""
        if self._running():
            return Unknown(_RUNNING)
        try:
            link = await self._connect()
            for _ in range(self.settings.ask_tries):
                if await link.send(wire.POLL) != "accepted":
                    continue
                answer = await link.ask(wire.ASK_LAST_SALE, wire.LAST_SALE_ANSWER, self.settings.reply_timeout_s)
                if answer is not None:
                    return wire.read_sale(answer)
        except PortError as error:
            await self._hang_up()
            return Unknown(str(error))
        return Unknown("the terminal is busy or does not answer")

    async def _reverse(self) -> wire.Message | None:
        self._reversing = True
        try:
            link = await self._connect()
            return await link.ask(wire.REVERSAL, wire.REVERSAL_ANSWER, self.settings.reversal_timeout_s)
        except PortError:
            await self._hang_up()
            return None
        finally:
            self._reversing = False

    async def _connect(self) -> Link:
        """The living link, opened anew if need be. Raises `PortError`."""
        if self._link is not None and self._link.lost:
            self._babbled = self._link.babbles
            await self._hang_up()
        if self._link is None:
            self._refuse_when_closed()
            port = await open_port(self._url, self.settings.open_timeout_s, wire.masking)
            try:
                if self._babbled and not await quiet(port):
                    raise PortError(BABBLES)
                self._refuse_when_closed()
            except BaseException:
                await port.aclose()
                raise
            self._babbled = False
            self._link = Link(port, self.settings, self._hear)
            self._trouble = None
        return self._link

    def _refuse_when_closed(self) -> None:
        if self._closed:
            raise PortError("the driver was closed")

    async def _hang_up(self) -> None:
        """Let go of the port; a sale under way is only known to the terminal from here on."""
        link, self._link = self._link, None
        self._sale = None
        if self._overdue is not None:
            self._overdue.cancel()
            self._overdue = None
        if link is not None:
            await link.aclose()
