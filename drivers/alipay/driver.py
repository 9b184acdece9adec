"""Alipay, face to face: the resident scans a code on our screen. Facts: opendocs.alipay.com.

The terminal has no public address, so it only asks. Nothing counts but what Alipay signed and what names this very
trade. Two things differ from other wallets: a trade does not exist before its code was scanned, and a cancellation
gives back what was paid. So a payment that is seen after a cancellation may have left is not believed until the
cancellation itself is answered: it would be delivered, and the money gone.
"""

import asyncio
import math
import re
import time
from collections.abc import Callable
from typing import ClassVar

import msgspec

from drivers.alipay import wire
from drivers.alipay.settings import AlipaySettings
from drivers.alipay.signing import Request, Said, Signer, Untrusted, Verifier, load_private_key, load_public_key
from kiosk.devices import health
from kiosk.devices.payment import (
    Attempt,
    Captured,
    Channel,
    Dead,
    Offer,
    Open,
    Outcome,
    PaymentMethod,
    Progress,
    Refund,
    Refunded,
    RefundFailed,
    RefundOutcome,
    RefundPending,
    Unknown,
    Unprovable,
)
from kiosk.devices.secret import SecretError
from kiosk.ports.http import HttpLine, Lost


class _Keys(msgspec.Struct, frozen=True):
    signer: Signer
    verifier: Verifier


class Alipay(PaymentMethod[AlipaySettings]):
    """See the module. Raises `ValueError` when `port` is no base URL (`https://host`, without a path)."""

    channel: ClassVar[Channel] = "alipay"
    Settings = AlipaySettings
    port_schemes = ("https", "http")

    def __init__(self, name: str, port: str, settings: AlipaySettings, now: Callable[[], float] = time.time) -> None:
        super().__init__(name, port, settings, now)
        if not re.fullmatch(r"https?://[^/?#\s]+/?", port):
            raise ValueError(f"{name}: the port is a base URL like https://openapi.alipay.com, not {port!r}")
        self._line = HttpLine(
            (port.rstrip("/"),),
            timeout_s=settings.timeout_s,
            connect_timeout_s=settings.connect_timeout_s,
            max_answer_bytes=settings.max_answer_bytes,
            keep=("date",),
        )
        self._keys: _Keys | None = None
        self._health: health.Health = health.Unknown()

    async def open(self) -> None:
        """Read the keys; connects to nobody yet."""
        self._line.open()
        self._load_keys()

    async def aclose(self) -> None:
        """Drop the connections."""
        await self._line.aclose()

    async def status(self) -> health.Health:
        """From the last exchange if that was good and recent, else by asking for a trade that does not exist."""
        recent = asyncio.get_running_loop().time() - self._line.answered_at < self.settings.status_fresh_s
        if self._line.session is None:
            return health.Offline("not open")
        if not (recent and isinstance(self._health, health.Ready)):
            await self._exchange(wire.query(self.settings.probe_trade_no))
        return self._health

    async def start(self, attempt: Attempt, tell: Callable[[Progress], None]) -> Outcome:
        """Ask for a code and tell it. Sent once; where nothing can have left, the attempt is dead."""
        lasts_s = max(attempt.show_until_ms / 1000 - self.now(), 0) + self.settings.offer_grace_s
        answer = await self._exchange(wire.precreate(attempt, max(1, math.ceil(lasts_s / 60))))
        if isinstance(answer, Lost) and not answer.sent:
            return Dead("never_arrived")
        if not isinstance(answer, Said):
            return doubt(answer)
        created = wire.read_created(answer, attempt)
        if not isinstance(created, Offer):
            return created
        tell(created)
        return Open()

    async def find(self, attempt: Attempt) -> Outcome:
        """Query by our number."""
        answer = await self._exchange(wire.query(attempt.key))
        if not isinstance(answer, Said):
            return doubt(answer)
        return wire.read_trade(answer, attempt, int(self.now() * 1000))

    async def close(self, attempt: Attempt) -> Outcome:
        """Query, cancel, query. See the module for why a payment counts only as long as no cancellation has left."""
        before = await self.find(attempt)
        if isinstance(before, Dead) or (isinstance(before, Captured) and not attempt.close_asked):
            return before
        match cancelled := await self._cancel(attempt):
            case "closed":
                return Dead("closed")
            case "reversed":
                return Dead("reversed")
        after = await self.find(attempt)
        if isinstance(after, Dead) or (isinstance(after, Captured) and cancelled == "refused"):
            return after
        if isinstance(after, Open) and cancelled == "absent":
            return self._absent(attempt)
        return Unknown(f"not cancelled yet: {cancelled}")

    async def refund(self, attempt: Attempt, refund: Refund) -> RefundOutcome:
        """Ask, and look whether it was done: only that answer names the refund."""
        asked = await self._exchange(wire.refund(attempt, refund))
        if isinstance(asked, Lost) and not asked.sent:
            return RefundPending(asked.why)
        answer = await self._exchange(wire.query_refund(attempt, refund))
        if isinstance(answer, Said):
            found = wire.read_refund(answer, attempt, refund)
            if isinstance(found, Refunded):
                return found
        if not isinstance(asked, Said):
            return RefundPending(doubt(asked).why)
        refused = wire.read_refusal(asked)
        if asked.code == wire.REFUSED and isinstance(await self.find(attempt), Dead):  # all of it went back before
            whole = refund.amount_fen == attempt.captured_fen
            return Refunded(attempt.ref) if whole else RefundFailed("all of it was given back by other hands")
        return refused

    async def _cancel(self, attempt: Attempt) -> str:
        """What the cancellation came to, in the words of `wire.read_cancelled`; why, where it has no answer."""
        for turn in range(self.settings.cancel_tries):
            if turn:
                await asyncio.sleep(self.settings.cancel_pause_s)
            answer = await self._exchange(wire.cancel(attempt.key))
            if not isinstance(answer, Said):
                return doubt(answer).why
            cancelled = wire.read_cancelled(answer, attempt)
            if cancelled != "again":
                return answer.why if cancelled == "unsettled" else cancelled
        return "again"

    def _absent(self, attempt: Attempt) -> Outcome:
        """Alipay has no trade to cancel: one may still be made of the code until that lapses."""
        settings = self.settings
        if self.now() < self._lapses_s(attempt) + settings.absent_after_s:
            return Unknown("no such trade, which is no proof")
        if settings.absent_is_dead:
            return Dead("never_arrived")
        return Unprovable("Alipay knows no such trade, long after its code lapsed")

    def _lapses_s(self, attempt: Attempt) -> float:
        """When its code can be scanned no more: Alipay counts in minutes."""
        return attempt.show_until_ms / 1000 + self.settings.offer_grace_s + 60

    def _load_keys(self) -> _Keys | None:
        """The keys, once they can be read; until then nothing is sent."""
        if self._keys is None:
            try:
                own = load_private_key(self.settings.app_key.read())
                theirs = load_public_key(self.settings.alipay_key.read())
            except (SecretError, ValueError):
                self._health = health.NeedsAttention(("bad_credentials",))
                return None
            self._keys = _Keys(Signer(self.settings.app_id, own), Verifier(theirs))
        return self._keys

    async def _exchange(self, request: Request) -> Said | Untrusted | Lost:
        """One request and its answer, judged; the device's health follows from it."""
        keys = self._load_keys()
        if self._line.session is None:
            return Lost("not open", sent=False)
        if keys is None:
            return Lost("keys cannot be read", sent=False)
        target, form = keys.signer.sign(request, wire.timestamp(self.now()))
        headers = {"Content-Type": "application/x-www-form-urlencoded;charset=utf-8"}
        reply = await self._line.ask("POST", target, form, headers)
        if isinstance(reply, Lost):
            self._health = health.Offline(reply.why)
            return reply
        answer = keys.verifier.check(reply, request.method)
        offset_s = wire.clock_offset_s(reply, self.now())
        if offset_s is not None and abs(offset_s) >= self.settings.clock_tolerance_s:
            self._health = health.NeedsAttention(("bad_clock",))
        else:
            self._health = _judge(answer)
        return answer


def doubt(answer: Untrusted | Lost) -> Unknown:
    """What an answer is worth that is none."""
    match answer:
        case Untrusted(status=status, flaw=flaw):
            return Unknown(f"answer {status} not trusted: {flaw}")
        case Lost(why=why):
            return Unknown(why)


def _judge(answer: Said | Untrusted) -> health.Health:
    """How the peer is, by an answer whose date is ours."""
    if isinstance(answer, Untrusted):
        if answer.status >= 500:
            return health.Offline(f"answers {answer.status}")
        if answer.flaw == "bad_signature" or answer.hint in wire.BAD_KEYS:
            return health.NeedsAttention(("bad_credentials",))
        return health.Unknown(f"answer {answer.status} not trusted: {answer.flaw}")
    if answer.sub_code in wire.BAD_KEYS:
        return health.NeedsAttention(("bad_credentials",))
    if answer.sub_code == wire.BAD_CLOCK:
        return health.NeedsAttention(("bad_clock",))
    if answer.code in wire.REFUSES_MERCHANT:
        return health.NeedsAttention(("refused_by_peer",))
    if answer.code == wire.NO_WORD:
        return health.Offline(f"answers {answer.code}")
    return health.Ready(("slow",)) if answer.code == wire.TOO_OFTEN else health.Ready()
