"""WeChat Pay, Native: the resident scans a code on our screen. Facts: pay.weixin.qq.com, API v3.

The terminal has no public address, so it only asks. Every answer counts only if WeChat signed it within the last five
minutes; everything else is `Unknown`, and the caller asks again.
"""

import asyncio
import re
import secrets
import time
from collections.abc import Callable
from typing import ClassVar

import msgspec
from cryptography.hazmat.primitives.asymmetric import rsa

from drivers.wechat_pay import wire
from drivers.wechat_pay.settings import WeChatPaySettings
from drivers.wechat_pay.signing import (
    Message,
    Signed,
    Signer,
    Untrusted,
    Verifier,
    load_private_key,
    load_public_key,
)
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
    RefundFailed,
    RefundOutcome,
    RefundPending,
    Unknown,
)
from kiosk.devices.secret import Secret, SecretError
from kiosk.ports.http import HttpLine, Lost

HEADERS = ("date", "wechatpay-timestamp", "wechatpay-nonce", "wechatpay-signature", "wechatpay-serial")


class _Keys(msgspec.Struct, frozen=True):
    signer: Signer
    verifier: Verifier
    prefer: str
    """The public key id that WeChat should sign with; empty in certificate mode."""


class WeChatPay(PaymentMethod[WeChatPaySettings]):
    """See the module. Raises `ValueError` when `port` is no base URL (`https://host`, without a path)."""

    channel: ClassVar[Channel] = "wechat"
    Settings = WeChatPaySettings
    port_schemes = ("https", "http")

    def __init__(self, name: str, port: str, settings: WeChatPaySettings, now: Callable[[], float] = time.time) -> None:
        super().__init__(name, port, settings, now)
        if not re.fullmatch(r"https?://[^/?#\s]+/?", port):
            raise ValueError(f"{name}: the port is a base URL like https://api.mch.weixin.qq.com, not {port!r}")
        self._merchant = wire.Merchant(settings.appid, settings.mchid)
        self._line = HttpLine(
            tuple(base.rstrip("/") for base in (port, settings.spare_url) if base),
            timeout_s=settings.timeout_s,
            connect_timeout_s=settings.connect_timeout_s,
            max_answer_bytes=settings.max_answer_bytes,
            keep=HEADERS,
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
        """From the last exchange if that was good and recent, else by asking for an order that does not exist."""
        recent = asyncio.get_running_loop().time() - self._line.answered_at < self.settings.status_fresh_s
        if self._line.session is None:
            return health.Offline("not open")
        if not (recent and isinstance(self._health, health.Ready)):
            await self._exchange(wire.query(self._merchant, self.settings.probe_order_no))
        return self._health

    async def start(self, attempt: Attempt, tell: Callable[[Progress], None]) -> Outcome:
        """Create the order and tell its code. Sent once; where nothing can have left, the attempt is dead."""
        now_ms = int(self.now() * 1000)
        expire_ms = max(
            attempt.show_until_ms + self.settings.offer_grace_s * 1000, now_ms + self.settings.offer_min_s * 1000
        )
        answer = await self._exchange(wire.create(self._merchant, attempt, self.settings.notify_url, expire_ms))
        if isinstance(answer, Lost) and not answer.sent:
            return Dead("never_arrived")
        if not isinstance(answer, Signed):
            return doubt(answer)
        created = wire.read_created(answer)
        if not isinstance(created, Offer):
            return created
        tell(created)
        return Open()

    async def find(self, attempt: Attempt) -> Outcome:
        """Query by our number."""
        answer = await self._exchange(wire.query(self._merchant, attempt.key))
        if not isinstance(answer, Signed):
            return doubt(answer)
        return wire.read_trade(answer, self._merchant, attempt, self.settings.request_lifetime_s)

    async def close(self, attempt: Attempt) -> Outcome:
        """Query, close, query: a resident may pay up to the closing, and the last query would show it."""
        before = await self.find(attempt)
        if isinstance(before, Captured | Dead):
            return before
        answer = await self._exchange(wire.close(self._merchant, attempt.key))
        closed = wire.read_closed(answer) if isinstance(answer, Signed) else "unsettled"
        if closed == "paid":
            return await self._await_payment(attempt)
        after = await self.find(attempt)
        if isinstance(after, Captured | Dead):
            return after
        if closed == "closed":
            return Dead("closed")
        return after if isinstance(answer, Signed) else doubt(answer)

    async def refund(self, attempt: Attempt, refund: Refund) -> RefundOutcome:
        """Ask, and where the answer is no plain yes, look whether it was booked; if it was not, ask again."""
        request = wire.refund(attempt, refund)
        first = await self._exchange(request)
        if isinstance(first, Signed) and first.status == 200:
            return wire.read_refund(first, attempt, refund)
        if isinstance(first, Lost) and not first.sent:
            return RefundPending(first.why)
        found = await self._exchange(wire.query_refund(refund))
        if not isinstance(found, Signed):
            return RefundPending(doubt(found).why)
        if not wire.refund_missing(found):
            return wire.read_refund(found, attempt, refund)
        if isinstance(first, Signed) and first.status < 500:
            return wire.read_refund(first, attempt, refund)  # refused with a reason that will not pass at once
        again = await self._exchange(request)
        return (
            wire.read_refund(again, attempt, refund) if isinstance(again, Signed) else RefundPending(doubt(again).why)
        )

    async def find_refund(self, attempt: Attempt, refund: Refund) -> RefundOutcome:
        """Query by its number."""
        found = await self._exchange(wire.query_refund(refund))
        if not isinstance(found, Signed):
            return RefundPending(doubt(found).why)
        if wire.refund_missing(found):  # which proves nothing of a number that WeChat had
            return RefundFailed("RESOURCE_NOT_EXISTS")
        return wire.read_refund(found, attempt, refund)

    async def _await_payment(self, attempt: Attempt) -> Captured | Unknown:
        """The close was refused because the order is paid; its query may lag behind."""
        for turn in range(self.settings.paid_polls):
            if turn:
                await asyncio.sleep(self.settings.poll_s)
            outcome = await self.find(attempt)
            if isinstance(outcome, Captured):
                return outcome
        return Unknown("ORDERPAID, but not yet to be seen")

    def _load_keys(self) -> _Keys | None:
        """The keys, once they can be read; until then nothing is sent."""
        if self._keys is None:
            settings = self.settings
            try:
                own = load_private_key(settings.merchant_key.read())
                theirs = {key_id: _public_key(secret) for key_id, secret in settings.platform_keys.items()}
            except (SecretError, ValueError):
                self._health = health.NeedsAttention(("bad_credentials",))
                return None
            self._keys = _Keys(
                Signer(settings.mchid, settings.merchant_serial, own),
                Verifier(theirs, settings.freshness_s),
                next((key_id for key_id in theirs if key_id.startswith("PUB_KEY_ID_")), ""),
            )
        return self._keys

    async def _exchange(self, message: Message) -> Signed | Untrusted | Lost:
        """One request and its answer, judged; the device's health follows from it."""
        keys = self._load_keys()
        if self._line.session is None:
            return Lost("not open", sent=False)
        if keys is None:
            return Lost("keys cannot be read", sent=False)
        headers = {
            "Accept": "application/json",
            "Authorization": keys.signer.authorization(message, int(self.now()), secrets.token_hex(16)),
            "Content-Type": "application/json",
            **({"Wechatpay-Serial": keys.prefer} if keys.prefer else {}),
        }
        reply = await self._line.ask(message.method, message.target, message.body, headers)
        if isinstance(reply, Lost):
            self._health = health.Offline(reply.why)
            return reply
        now_s = self.now()
        answer = keys.verifier.check(reply, now_s)
        offset_s = wire.clock_offset_s(reply, now_s)
        if offset_s is not None and abs(offset_s) >= self.settings.freshness_s:
            self._health = health.NeedsAttention(("bad_clock",))
        else:
            self._health = _judge(answer)
        return answer


def _public_key(secret: Secret) -> rsa.RSAPublicKey:
    return load_public_key(secret.read())


def doubt(answer: Untrusted | Lost) -> Unknown:
    """What an answer is worth that is none."""
    match answer:
        case Untrusted(status=status, flaw=flaw):
            return Unknown(f"answer {status} not trusted: {flaw}")
        case Lost(why=why):
            return Unknown(why)


def _judge(answer: Signed | Untrusted) -> health.Health:
    """How the peer is, by an answer whose date is ours."""
    if answer.status == 401 or (isinstance(answer, Untrusted) and answer.flaw in ("unknown_serial", "bad_signature")):
        return health.NeedsAttention(("bad_credentials",))
    if answer.status >= 500:
        return health.Offline(f"answers {answer.status}")
    if isinstance(answer, Untrusted):
        return health.Unknown(f"answer {answer.status} not trusted: {answer.flaw}")
    if answer.status == 429:
        return health.Ready(("slow",))
    if answer.status >= 400 and wire.error_code(answer) in wire.REFUSES_MERCHANT:
        return health.NeedsAttention(("refused_by_peer",))
    return health.Ready()
