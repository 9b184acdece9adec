"""A card terminal in the local network that speaks nexo Sale to POI in JSON (Adyen's terminal API, for one).

One payment is one HTTP exchange, as long as the resident and the bank take. It goes on in the background while the
screen points at the terminal; whatever ends it, the terminal is asked by the payment's own number what became of it. An
abort is only a request: the payment's own answer is awaited, and counts.
"""

import asyncio
import contextlib
import re
import secrets
import ssl
import time
from collections.abc import Callable

import msgspec

from drivers.nexo_terminal import wire
from drivers.nexo_terminal.sealing import Sealer
from drivers.nexo_terminal.settings import NexoTerminalSettings
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
    Refund,
    RefundOutcome,
    RefundPending,
    Step,
    Unknown,
    Unprovable,
)
from kiosk.devices.secret import SecretError
from kiosk.ports.http import HttpLine, Lost

KEPT = 32
"""Outcomes of payments that ended while nobody asked."""


class _Answer(msgspec.Struct, frozen=True):
    """What the terminal said to one of our messages: whole, and to this message."""

    body: wire.Body


class NexoTerminal(PaymentMethod[NexoTerminalSettings]):
    """See the module. Raises `ValueError` when `port` is no base URL (`https://host:port`, without a path)."""

    channel = "card"
    Settings = NexoTerminalSettings
    port_schemes = ("https",)

    def __init__(
        self, name: str, port: str, settings: NexoTerminalSettings, now: Callable[[], float] = time.time
    ) -> None:
        super().__init__(name, port, settings, now)
        if not re.fullmatch(r"https://[^/?#\s]+/?", port):
            raise ValueError(f"{name}: the port is a base URL like https://10.0.0.7:8443, not {port!r}")
        self._peer = wire.Peer(settings.sale_id, settings.poi_id, settings.currency)
        self._slow = self._line(settings.answer_s)
        self._quick = self._line(settings.timeout_s)
        self._sealer: Sealer | None = None
        self._ready = False
        self._identity = ""
        self._running: dict[str, asyncio.Task[Outcome]] = {}
        """Payments under way, by key: one, unless the terminal was asked again too soon."""
        self._ended: dict[str, Outcome] = {}

    async def open(self) -> None:
        """Read the secrets; connects to nobody yet."""
        self._prepared()

    async def aclose(self) -> None:
        """See `Device`. A payment under way goes on at the terminal; it is asked about after the next start."""
        for task in self._running.values():
            task.cancel()
        await asyncio.gather(*self._running.values(), return_exceptions=True)
        await asyncio.gather(self._slow.aclose(), self._quick.aclose())
        self._ready = False

    @property
    def identity(self) -> str:
        """Model and firmware, as the last diagnosis told them."""
        return self._identity

    async def status(self) -> health.Health:
        """By a diagnosis, unless a payment runs."""
        if self._running:
            return health.Busy()
        if not self._prepared():
            return health.NeedsAttention(("bad_credentials",))
        answer = await self._ask(self._quick, wire.diagnose(self._peer, _number()))
        if isinstance(answer, Lost):
            return health.Offline(answer.why)
        if isinstance(answer, str):
            sealed = self._sealer is not None
            return health.NeedsAttention(("bad_credentials",)) if sealed else health.Unknown(answer)
        said = answer.body.diagnosis_response
        self._identity = "" if said is None else wire.read_identity(said)
        return _judge(said)

    async def start(self, attempt: Attempt, tell: Callable[[Progress], None]) -> Outcome:
        """Begin the exchange; `Open` where it was not answered at once. Where no byte can have left, it is dead."""
        if not self._prepared():
            return Dead("never_arrived")
        task = asyncio.create_task(self._pay(attempt, tell))
        self._running[attempt.key] = task
        task.add_done_callback(lambda _: self._running.pop(attempt.key, None))
        done, _ = await asyncio.wait({task}, timeout=self.settings.begin_s)
        if done:
            return task.result()
        tell(Step("present_card"))
        return Open()

    async def find(self, attempt: Attempt) -> Outcome:
        """By the payment's own answer; else `Open` while it is awaited; else by asking what became of it."""
        known = self._ended.get(attempt.key)
        if isinstance(known, Captured | Dead):
            return known
        if attempt.key in self._running:
            return Open()
        return await self._status(attempt)

    async def close(self, attempt: Attempt) -> Outcome:
        """Abort it, and await the payment's own answer; then ask."""
        known = self._ended.get(attempt.key)
        if isinstance(known, Captured | Dead):
            return known
        await self._ask(self._quick, wire.abort(self._peer, attempt, _number()))
        if task := self._running.get(attempt.key):
            await asyncio.wait({task}, timeout=self.settings.abort_s)
        return await self.find(attempt)

    async def refund(self, attempt: Attempt, refund: Refund) -> RefundOutcome:
        """Reverse it under the refund's number. Where that may have been asked before, only after the terminal has said
        that it did not come to anything."""
        if refund.asked_before:
            found = await self._reversal(attempt, refund)
            if found is not None:
                return found
        answer = await self._ask(self._slow, wire.reverse(self._peer, attempt, refund))
        if isinstance(answer, _Answer):
            return wire.read_reversal(answer.body.reversal_response, attempt)
        return RefundPending(answer.why if isinstance(answer, Lost) else answer)

    # -- the payment under way --------------------------------------------------------------------------------------

    async def _pay(self, attempt: Attempt, tell: Callable[[Progress], None]) -> Outcome:
        answer = await self._ask(self._slow, wire.pay(self._peer, attempt))
        outcome: Outcome
        match answer:
            case Lost(sent=False):
                outcome = Dead("never_arrived")
            case Lost(why=why) | str(why):
                outcome = Unknown(why)
            case _:
                outcome = wire.read_payment(answer.body.payment_response, self._peer, attempt)
        self._ended[attempt.key] = outcome
        while len(self._ended) > KEPT:
            del self._ended[next(iter(self._ended))]
        tell(Decided())
        return outcome

    async def _status(self, attempt: Attempt) -> Outcome:
        answer = await self._ask(self._quick, wire.status(self._peer, "Payment", attempt.key, _number()))
        if not isinstance(answer, _Answer):
            return Unknown(answer.why if isinstance(answer, Lost) else answer)
        age_s = self.now() - attempt.sent_ms / 1000
        told = answer.body.transaction_status_response
        outcome = wire.read_status(told, self._peer, attempt, may_arrive=age_s < self.settings.request_lifetime_s)
        if outcome == Dead("never_arrived") and age_s >= self.settings.remembers_s:
            return Unprovable("the terminal knows of no such payment any more")
        return outcome

    async def _reversal(self, attempt: Attempt, refund: Refund) -> RefundOutcome | None:
        answer = await self._ask(self._quick, wire.status(self._peer, "Reversal", refund.key, _number()))
        if not isinstance(answer, _Answer):
            return RefundPending(answer.why if isinstance(answer, Lost) else answer)
        return wire.read_reversal_status(answer.body.transaction_status_response, self._peer, attempt, refund)

    # -- the wire ---------------------------------------------------------------------------------------------------

    async def _ask(self, line: HttpLine, request: wire.Request) -> _Answer | Lost | str:
        """One message and its answer; why not, where what came is none."""
        body = wire.encode(request, self._sealer, secrets.token_bytes(16))
        reply = await line.ask("POST", wire.PATH, body, {"Content-Type": "application/json"})
        if isinstance(reply, Lost):
            return reply
        if reply.status != 200:
            return f"answers {reply.status}"
        answer = wire.decode(reply.body, request.header, self._sealer)
        return answer if isinstance(answer, str) else _Answer(answer)

    def _line(self, timeout_s: float) -> HttpLine:
        return HttpLine(
            (self.port.rstrip("/"),),
            timeout_s=timeout_s,
            connect_timeout_s=self.settings.connect_timeout_s,
            max_answer_bytes=self.settings.max_answer_bytes,
        )

    def _prepared(self) -> bool:
        """Whether certificate and passphrase could be read; until then nothing is sent."""
        if not self._ready:
            settings = self.settings
            with contextlib.suppress(SecretError, ValueError, ssl.SSLError):
                known = None if settings.certificate is None else settings.certificate.read().decode("ascii")
                trust = ssl.create_default_context(cadata=known)
                trust.check_hostname = settings.check_name
                if settings.passphrase is not None:
                    passphrase = settings.passphrase.read()
                    self._sealer = Sealer(passphrase, settings.key_identifier, settings.key_version)
                self._slow.open(trust)
                self._quick.open(trust)
                self._ready = True
        return self._ready


def _number() -> str:
    """A message's own number, for messages that nobody asks about."""
    return secrets.token_hex(5)


def _judge(said: wire.DiagnosisAnswer | None) -> health.Health:
    if said is None:
        return health.Unknown("no diagnosis in the answer")
    state = "" if said.status is None else said.status.global_status
    if state == "Busy" or said.response.error_condition == "Busy":
        return health.Busy()
    if said.response.result == "Success":
        return health.Ready() if state in ("", "OK") else health.NeedsAttention(("refused_by_peer",))
    if said.response.error_condition in ("LoggedOut", "NotAllowed", "DeviceOut", "UnavailableDevice"):
        return health.NeedsAttention(("refused_by_peer",))
    return health.Unknown(said.response.error_condition[:40])
