"""The gas company over HTTP: Menkou's own published protocol, `docs/gas-company.md`."""

import re
import secrets
import time
from collections.abc import Callable, Mapping
from typing import Literal, TypeVar
from urllib.parse import urlsplit

import aiohttp
import msgspec

from drivers.gas_company_http import wire, wire_cards
from drivers.gas_company_http.settings import GasCompanyHttpSettings
from drivers.gas_company_http.wire_parts import WireError
from kiosk.devices.gas import (
    Account,
    Cancelled,
    CardAccount,
    CardQuote,
    CardWish,
    Delivered,
    GasCompany,
    NotFound,
    Opened,
    Owed,
    Quote,
    Refused,
    Reported,
    TopUpQuote,
    Unreachable,
    WriteJob,
)
from kiosk.devices.health import Health, NeedsAttention, Offline, Ready, Unknown
from kiosk.devices.secret import SecretError

T = TypeVar("T")

_LOOPBACK = ("127.0.0.1", "::1", "localhost")


class _Answer(msgspec.Struct, frozen=True):
    """An answer that is proved to be the company's, to this request, now."""

    status: int
    body: bytes


class _NoAnswer(msgspec.Struct, frozen=True):
    """Nothing that can be trusted came back. `status` is the HTTP status of what came, 0 for nothing."""

    cause: Literal["key", "not_sent", "silence"] | wire.Doubt
    why: str
    status: int = 0

    def unreachable(self) -> Unreachable:
        return Unreachable(self.why, sent=self.cause not in ("key", "not_sent"))


class GasCompanyHttp(GasCompany[GasCompanyHttpSettings]):
    """See the module. `port` is `https://HOST[:PORT]`, without a path.

    Raises `ValueError` for another port, and for `http://` to another machine unless `plain_http` is set.
    """

    Settings = GasCompanyHttpSettings
    port_schemes = ("https", "http")

    def __init__(
        self, name: str, port: str, settings: GasCompanyHttpSettings, now: Callable[[], float] = time.time
    ) -> None:
        super().__init__(name, port, settings, now)
        self._base = _base_url(port, settings.plain_http)
        self._session: aiohttp.ClientSession | None = None

    @property
    def account_digits(self) -> tuple[int, int]:
        return self.settings.account_digits

    async def open(self) -> None:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                # One connection per call: a kept one may be found dead only after the request was written to it.
                connector=aiohttp.TCPConnector(force_close=True),
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
                headers={"Accept-Encoding": "identity"},
                middlewares=(_send_once,),
            )

    async def aclose(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def status(self) -> Health:
        started = time.monotonic()
        answer = await self._ask("GET", "/v1/ping", self.settings.ping_timeout_s)
        slow = time.monotonic() - started > self.settings.slow_s
        match answer:
            case _NoAnswer():
                return _ailment(answer)
            case _Answer(status=200):
                return Ready(warnings=("slow",) if slow else ())
            case _Answer():
                return NeedsAttention(("bad_clock" if _complaint(answer) == "stale_request" else "refused_by_peer",))

    async def read_account(self, number: str) -> Account | Refused | Unreachable:
        if not self._can_exist(number):
            return Refused("no_such_account")
        answer = await self._ask("GET", f"/v1/accounts/{number}", self.settings.lookup_timeout_s)
        return _understand(answer, lambda body: wire.read_account(body, number))

    @property
    def finds_by_holder(self) -> bool:
        return self.settings.find_by_holder

    async def find_accounts(self, id_number: str, name: str) -> tuple[Account, ...] | Refused | Unreachable:
        if not self.settings.find_by_holder:
            return Refused("not_accepted")
        answer = await self._ask(
            "POST", "/v1/holder-accounts", self.settings.lookup_timeout_s, {"id_number": id_number, "name": name}
        )
        return _understand(answer, lambda body: wire.read_holder(body, self._can_exist))

    async def quote(self, number: str) -> Quote | Refused | Unreachable:
        if not self._can_exist(number):
            return Refused("no_such_account")
        answer = await self._ask("POST", f"/v1/accounts/{number}/quotes", self.settings.lookup_timeout_s)
        return _understand(answer, lambda body: wire.read_quote(body, number))

    async def quote_top_up(self, number: str, amount_fen: int) -> TopUpQuote | Refused | Unreachable:
        if not self._can_exist(number):
            return Refused("no_such_account")
        answer = await self._ask(
            "POST",
            f"/v1/accounts/{number}/top-up-quotes",
            self.settings.lookup_timeout_s,
            {"amount_fen": amount_fen},
        )
        return _understand(answer, lambda body: wire.read_top_up_quote(body, number, amount_fen))

    async def read_card(self, image: bytes) -> CardAccount | Refused | Unreachable:
        content = {"image": wire_cards.image_text(image)}
        answer = await self._ask("POST", "/v1/cards", self.settings.lookup_timeout_s, content)
        return _understand(answer, wire_cards.read_card)

    async def quote_card(self, image: bytes, wish: CardWish) -> CardQuote | Refused | Unreachable:
        content = {"image": wire_cards.image_text(image), **wire_cards.wish_content(wish)}
        answer = await self._ask("POST", "/v1/cards/quotes", self.settings.lookup_timeout_s, content)
        return _understand(answer, lambda body: wire_cards.read_quote(body, wish))

    async def write_data(
        self, order_no: str, image: bytes, job: str = ""
    ) -> WriteJob | Delivered | Cancelled | Refused | Unreachable:
        content = {"job": job} if job else {"image": wire_cards.image_text(image)}
        path = f"{_order_path(order_no)}/write"
        answer = await self._ask("PUT", path, self.settings.order_timeout_s, content)
        return _understand(answer, lambda body: wire_cards.read_write(body, order_no))

    async def report_write(
        self, order_no: str, job: str, outcome: Literal["landed", "torn"]
    ) -> Reported | Refused | Unreachable:
        path = f"{_order_path(order_no)}/report"
        answer = await self._ask("PUT", path, self.settings.order_timeout_s, {"job": job, "outcome": outcome})
        order = _understand(answer, lambda body: wire.read_order(body, order_no))
        return order if isinstance(order, Refused | Unreachable) else Reported()

    async def open_order(self, order_no: str, number: str, quote_id: str) -> Opened | Refused | Unreachable:
        if not self._can_exist(number):
            return Refused("no_such_account")
        answer = await self._ask(
            "PUT", _order_path(order_no), self.settings.order_timeout_s, {"account": number, "quote_id": quote_id}
        )
        order = _understand(answer, lambda body: wire.read_order(body, order_no))
        match order:
            case Owed() | Delivered() | Cancelled():
                return _contradiction("open_order")
            case _:
                return order

    async def confirm_paid(
        self, order_no: str, channel: str, channel_ref: str, paid_fen: int
    ) -> Delivered | Owed | Refused | Unreachable:
        answer = await self._ask(
            "PUT",
            f"{_order_path(order_no)}/payment",
            self.settings.confirm_timeout_s,
            {"channel": channel, "channel_ref": channel_ref, "paid_fen": paid_fen},
        )
        order = _understand(answer, lambda body: wire.read_order(body, order_no))
        match order:
            case Opened() | Cancelled():
                return _contradiction("confirm_paid")
            case _:
                return order

    async def cancel(self, order_no: str, reason: str) -> Cancelled | Delivered | Unreachable:
        answer = await self._ask(
            "PUT", f"{_order_path(order_no)}/cancellation", self.settings.order_timeout_s, {"reason": reason}
        )
        order = _understand(answer, lambda body: wire.read_order(body, order_no))
        match order:
            case Opened() | Owed():
                return _contradiction("cancel")
            case Refused(reason=why):
                return Unreachable(f"the company answered {why}", sent=True)
            case _:
                return order

    async def query(self, order_no: str) -> Opened | Owed | Delivered | Cancelled | NotFound | Unreachable:
        answer = await self._ask("GET", _order_path(order_no), self.settings.lookup_timeout_s)
        if isinstance(answer, _Answer) and answer.status == 404 and _complaint(answer) == "no_such_order":
            return NotFound()
        order = _understand(answer, lambda body: wire.read_order(body, order_no))
        return Unreachable(f"the company answered {order.reason}", sent=True) if isinstance(order, Refused) else order

    def _can_exist(self, number: str) -> bool:
        fewest, most = self.settings.account_digits
        return re.fullmatch(r"[0-9]+", number) is not None and fewest <= len(number) <= most

    async def _ask(
        self, method: str, path: str, limit_s: float, content: Mapping[str, str | int] | None = None
    ) -> _Answer | _NoAnswer:
        """One signed exchange. Never repeats a request by itself."""
        session = self._session
        if session is None or session.closed:
            return _NoAnswer("not_sent", "the driver is closed")
        try:
            key = self.settings.key.read()
        except SecretError:
            return _NoAnswer("key", "the key cannot be read")
        if len(key) < wire.SHORTEST_KEY:
            return _NoAnswer("key", f"the key is shorter than {wire.SHORTEST_KEY} bytes")
        sent_body = b"" if content is None else msgspec.json.encode(content)
        nonce = secrets.token_hex(16)
        headers = wire.sign_request(
            key,
            terminal=self.settings.terminal,
            method=method,
            target=path,
            time_ms=self._now_ms(),
            nonce=nonce,
            body=sent_body,
        )
        if sent_body:
            headers["Content-Type"] = "application/json"
        limits = aiohttp.ClientTimeout(total=limit_s, connect=min(limit_s, self.settings.connect_timeout_s))
        try:
            async with session.request(
                method,
                self._base + path,
                data=sent_body or None,
                headers=headers,
                timeout=limits,
                allow_redirects=False,
            ) as response:
                body = await _read(response)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            return _NoAnswer("not_sent", f"no connection: {type(error).__name__}")
        except TimeoutError:
            return _NoAnswer("silence", "no answer in time")
        except (aiohttp.ClientError, OSError, ValueError, RuntimeError) as error:
            # RuntimeError: aiohttp found the body broken and the connection gone before anybody read from it
            return _NoAnswer("silence", f"the connection broke: {type(error).__name__}")
        doubt = wire.doubt_answer(
            key,
            status=response.status,
            headers=response.headers,
            body=body,
            nonce=nonce,
            now_ms=self._now_ms(),
            freshness_ms=round(self.settings.freshness_s * 1000),
        )
        if doubt is not None:
            return _NoAnswer(doubt, f"HTTP {response.status}: {_DOUBTS[doubt]}", response.status)
        return _Answer(response.status, body)

    def _now_ms(self) -> int:
        return round(self.now() * 1000)


_DOUBTS: dict[wire.Doubt, str] = {
    "unsigned": "the answer is not signed",
    "wrong_signature": "the answer's signature is wrong",
    "other_request": "the answer is to another request",
    "clock": "the clocks differ too much",
}


class _BrokenConnectionError(aiohttp.ClientError):
    """The connection broke after it was made."""


async def _send_once(request: aiohttp.ClientRequest, send: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
    """aiohttp repeats GET and PUT by itself after a broken connection. If the repeat then finds the port closed,
    a request that has arrived would look like one that was never sent."""
    try:
        return await send(request)
    except aiohttp.ClientConnectorError:
        raise
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as error:
        raise _BrokenConnectionError from error


async def _read(response: aiohttp.ClientResponse) -> bytes:
    body = bytearray()
    async for chunk in response.content.iter_any():
        body += chunk
        if len(body) > wire.LONGEST_ANSWER:
            raise ValueError("the answer is too long")
    return bytes(body)


def _base_url(port: str, plain_http: bool) -> str:
    parts = urlsplit(port)
    if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc or parts.port == 0:
        raise ValueError(f"the port of a gas company is https://HOST[:PORT], not {port!r}")
    if parts.path not in ("", "/") or parts.query or parts.fragment:
        raise ValueError(f"the port of a gas company is https://HOST[:PORT] without a path, not {port!r}")
    if parts.scheme == "http" and parts.hostname not in _LOOPBACK and not plain_http:
        raise ValueError(f"{port}: account numbers need https:// (or plain_http = true inside a private line)")
    return f"{parts.scheme}://{parts.netloc}"


def _order_path(order_no: str) -> str:
    if not re.fullmatch(r"[0-9A-Za-z-]{1,32}", order_no):
        raise ValueError("an order number has 1 to 32 letters, digits and hyphens")
    return f"/v1/orders/{order_no}"


def _understand(answer: _Answer | _NoAnswer, read: Callable[[bytes], T]) -> T | Refused | Unreachable:
    if isinstance(answer, _NoAnswer):
        return answer.unreachable()
    try:
        if answer.status in (200, 201):
            return read(answer.body)
        code = wire.read_error(answer.body)
    except WireError as error:
        return Unreachable(f"HTTP {answer.status}: {error}", sent=True)
    reason = wire.refusal(code)
    return Unreachable(f"HTTP {answer.status}: {code}", sent=True) if reason is None else Refused(reason)


def _complaint(answer: _Answer) -> str:
    try:
        return wire.read_error(answer.body)
    except WireError:
        return ""


def _contradiction(call: str) -> Unreachable:
    return Unreachable(f"the state of the order does not answer {call}", sent=True)


def _ailment(answer: _NoAnswer) -> Health:
    match answer.cause:
        case "key" | "wrong_signature":
            return NeedsAttention(("bad_credentials",))
        case "clock":
            return NeedsAttention(("bad_clock",))
        case "not_sent" | "silence":
            return Offline(answer.why)
        case "unsigned" if answer.status == 401:
            return NeedsAttention(("bad_credentials",))
        case "unsigned" if answer.status >= 500:
            return Offline(answer.why)
        case "unsigned" | "other_request":
            return Unknown(answer.why)
