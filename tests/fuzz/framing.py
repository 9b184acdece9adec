"""What comes back on a connection to WeChat Pay and to the gas company, before anybody calls it HTTP.

The drivers and aiohttp are the real ones; a wire in memory stands in for the socket and hands the bytes over in
portions. Peers behind a real socket, who never end, are in `test_broken_http`.
"""

import asyncio
import re
from collections.abc import Sequence
from email.utils import formatdate
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp.client_proto import ResponseHandler

from drivers.gas_company_http import wire as gas
from drivers.gas_company_http.driver import GasCompanyHttp, _Answer
from drivers.gas_company_http.settings import GasCompanyHttpSettings
from drivers.wechat_pay import wire as wechat
from drivers.wechat_pay.driver import WeChatPay, _Keys
from drivers.wechat_pay.settings import WeChatPaySettings
from drivers.wechat_pay.signing import Signed, Signer
from kiosk.devices.secret import Secret
from tests.fuzz import answers
from tests.fuzz.campaign import Target
from tests.gas_company_http.test_hostile import QUOTE

PATIENCE_S = 20.0


class _Peer(aiohttp.BaseConnector):
    """Connects to `answer`: what it says to any request, in portions of `portion` bytes, before it hangs up."""

    def __init__(self) -> None:
        super().__init__(force_close=True)
        self.answer = b""
        self.portion = 1
        self.asked = b""

    async def _create_connection(self, *_: Any) -> ResponseHandler:
        handler = ResponseHandler(self._loop)
        handler.connection_made(_Line(handler, self))
        return handler


class _Line(asyncio.Transport):
    """The wire in memory."""

    def __init__(self, handler: ResponseHandler, peer: _Peer) -> None:
        super().__init__()
        self._handler = handler
        self._peer = peer
        self._left: list[bytes] | None = None
        self._paused = self._closing = self._lost = False

    def write(self, data: Any) -> None:
        self._peer.asked += bytes(data)
        if self._left is None and b"\r\n\r\n" in self._peer.asked:
            answer, size = answered(self._peer), self._peer.portion
            self._left = [answer[at : at + size] for at in range(0, len(answer), size)]
            asyncio.get_running_loop().call_soon(self._say)

    def _say(self) -> None:
        while self._left and not self._paused and not self._closing:
            self._handler.data_received(self._left.pop(0))
        if not self._paused:
            self._lose()

    def _lose(self) -> None:
        if not self._lost:
            self._lost = self._closing = True
            self._handler.eof_received()
            self._handler.connection_lost(None)

    def pause_reading(self) -> None:
        self._paused = True

    def resume_reading(self) -> None:
        self._paused = False
        asyncio.get_running_loop().call_soon(self._say)

    def is_reading(self) -> bool:
        return not self._paused

    def is_closing(self) -> bool:
        return self._closing

    def close(self) -> None:
        if not self._closing:
            self._closing = True
            asyncio.get_running_loop().call_soon(self._lose)

    def abort(self) -> None:
        self.close()


def answered(peer: _Peer) -> bytes:
    """The peer's answer, with the signature of the genuine body where it has a place for one."""
    if b"@SIGNATURE" not in peer.answer:
        return peer.answer
    nonce = re.search(rb"Menkou-Nonce: (\w+)", peer.asked)
    said = nonce[1].decode() if nonce else ""
    text = ["menkou-gas-answer-1", "200", said, str(answers.GAS_NOW_MS), gas._digest(GENUINE)]
    signature = gas._sign(answers.GAS_KEY, text).encode()
    return peer.answer.replace(b"@NONCE", said.encode()).replace(b"@SIGNATURE", signature)


class _World:
    """One loop for a run, and what went wrong in it unseen."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.unseen: list[str] = []
        self.loop.set_exception_handler(lambda _, context: self.unseen.append(str(context)))
        self.loop.run_until_complete(self._begin())

    async def _begin(self) -> None:
        self.peer = _Peer()
        session = aiohttp.ClientSession(connector=self.peer, cookie_jar=aiohttp.DummyCookieJar(), auto_decompress=False)
        self.gas = GasCompanyHttp(
            "gas",
            "https://gas.example",
            GasCompanyHttpSettings(terminal="HALL-01", key=_Key("env:MENKOU_FUZZ", Path("/nowhere"))),
            lambda: answers.GAS_NOW_MS / 1000,
        )
        self.wechat = WeChatPay(
            "wechat",
            "https://wechat.example",
            WECHAT_SETTINGS,
            lambda: answers.NOW_S,
        )
        self.gas._session = self.wechat._line.session = session
        self.wechat._keys = KEYS

    def ask(self, answer: bytes, asking: Any) -> Any:
        """What a driver makes of `answer`."""
        self.peer.answer, self.peer.asked = answer, b""
        self.peer.portion = (1, 7, 64, 100_000)[len(answer) % 4]
        found = self.loop.run_until_complete(asyncio.wait_for(asking, PATIENCE_S))
        assert self.unseen == [], self.unseen
        assert not self.peer._acquired, "a connection that nobody gave back"
        return found


class _Key(Secret):
    """The gas company's."""

    def read(self) -> bytes:
        return answers.GAS_KEY


class _Hand(Signer):
    """Signs nothing: what is asked does not matter here."""

    def __init__(self) -> None:
        pass

    def authorization(self, *_: object) -> str:
        return "signed"


_NOBODY = Secret("env:MENKOU_FUZZ", Path("/nowhere"))
WECHAT_SETTINGS = WeChatPaySettings(
    appid=answers.MERCHANT.appid,
    mchid=answers.MERCHANT.mchid,
    merchant_serial="5157F09EFDC096DE15EBE81A47057A7232F1B8E1",
    merchant_key=_NOBODY,
    platform_keys={"PUB_KEY_ID_1": _NOBODY},
    notify_url="https://hall.example/",
)
KEYS = _Keys(_Hand(), answers.VERIFIER, "PUB_KEY_ID_1")

_worlds: list[_World] = []


def _world() -> _World:
    if not _worlds:
        _worlds.append(_World())
    return _worlds[0]


GENUINE = answers.packed(QUOTE)
_BOTH = (f"Date: {formatdate(answers.NOW_S, usegmt=True)}\r\nContent-Type: application/json\r\n").encode()
_GAS_SIGNED = f"Menkou-Time: {answers.GAS_NOW_MS}\r\nMenkou-Nonce: @NONCE\r\nMenkou-Signature: @SIGNATURE\r\n".encode()
_SIGNED_BODY = answers._GENUINE[0][1].split(b"\n", len(answers.HEADERS))
_WECHAT_SIGNED = b"".join(
    name.encode() + b": " + value + b"\r\n" for name, value in zip(answers.HEADERS[:4], _SIGNED_BODY, strict=False)
)


def _answers(headers: bytes, body: bytes) -> Sequence[bytes]:
    """The same answer in the ways that HTTP has, and ways that are nearly so."""
    length = b"Content-Length: %d\r\n" % len(body)
    chunks = b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in (body[:9], body[9:])) + b"0\r\n\r\n"
    ok = b"HTTP/1.1 200 OK\r\n" + _BOTH
    return (
        ok + headers + length + b"\r\n" + body,
        ok + headers + b"Transfer-Encoding: chunked\r\n\r\n" + chunks,
        ok + headers + b"Transfer-Encoding: chunked\r\nTrailer: a\r\n\r\n" + chunks[:-2] + b"a: b\r\n\r\n",
        b"HTTP/1.0 200 OK\r\n" + headers + b"\r\n" + body,
        b"HTTP/1.1 100 Continue\r\n\r\n" + ok + headers + length + b"Connection: keep-alive\r\n\r\n" + body,
        b"HTTP/1.1 204 No Content\r\n" + headers + b"\r\n",
        b"HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 101 Switching\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n\x81\x05hello",
        b"HTTP/1.1 500 Oops\r\nContent-Encoding: gzip\r\n" + length + b"\r\n" + body,
        b"HTTP/1.1 401 No\r\nWWW-Authenticate: Basic\r\nSet-Cookie: a=b\r\nContent-Length: 2\r\n\r\n{}",
    )


def check_gas(data: bytes) -> None:
    """No bytes raise, and none but the company's own are an answer."""
    world = _world()
    found = world.ask(data, world.gas._ask("GET", "/v1/ping", PATIENCE_S / 2))
    if isinstance(found, _Answer):
        assert (found.status, found.body) == (200, GENUINE), "an answer that the company did not give"
    else:
        assert "in time" not in found.why, "it waited for a peer that had hung up"


def check_wechat(data: bytes) -> None:
    """No bytes raise, and none but WeChat's own are an answer."""
    world = _world()
    found = world.ask(data, world.wechat._exchange(wechat.query(answers.MERCHANT, answers.ATTEMPT.key)))
    if isinstance(found, Signed):
        assert found.body == _SIGNED_BODY[-1], "an answer that WeChat did not give"


TARGETS = (
    Target("gas_framing", _answers(_GAS_SIGNED, GENUINE), check_gas, short=400),
    Target("wechat_framing", _answers(_WECHAT_SIGNED, _SIGNED_BODY[-1]), check_wechat, short=400),
)
