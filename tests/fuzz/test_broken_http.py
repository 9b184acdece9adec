"""A peer behind a real socket that speaks HTTP badly and never stops: no answer, soon, and little of it in memory."""

import contextlib
import socket
import threading
from collections.abc import Awaitable, Callable, Iterator
from itertools import chain, count, repeat
from pathlib import Path
from typing import Self

import msgspec
import pytest

from drivers.gas_company_http.driver import GasCompanyHttp
from drivers.wechat_pay.driver import WeChatPay
from kiosk.devices.health import Offline, Unknown
from tests.fuzz import framing
from tests.fuzz.campaign import weight_mib
from tests.gas_company_http.liar import terminal_for

LIMIT_S = 0.3
"""For a whole exchange, as both drivers are told here."""
PLENTY = 8 * 1024 * 1024
"""Bytes after which a peer gives up."""
LITTLE_MIB = 6.0
"""What its words may weigh."""

HEAD = b"HTTP/1.1 200 OK\r\n"
ENDLESS: dict[str, Callable[[], Iterator[bytes]]] = {
    "no line": lambda: repeat(b"A" * 4096),
    "a header": lambda: chain([HEAD, b"A: "], repeat(b"A" * 4096)),
    "headers": lambda: chain([HEAD], (b"A%d: a\r\n" % n for n in count())),
    "folded headers": lambda: chain([HEAD, b"A: a\r\n"], repeat(b" a\r\n" * 999)),
    "continue": lambda: repeat(b"HTTP/1.1 100 Continue\r\n\r\n" * 99),
    "early hints": lambda: repeat(b"HTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\n" * 99),
    "answers": lambda: repeat(HEAD + b"Content-Length: 0\r\n\r\n"),
    "body": lambda: chain([HEAD, b"Content-Length: 999999999999\r\n\r\n"], repeat(b"A" * 4096)),
    "body to the end": lambda: chain([HEAD, b"Connection: close\r\n\r\n"], repeat(b"A" * 4096)),
    "chunks": lambda: chain([HEAD, b"Transfer-Encoding: chunked\r\n\r\n"], repeat(b"1\r\nA\r\n" * 999)),
    "chunk's size": lambda: chain([HEAD, b"Transfer-Encoding: chunked\r\n\r\n"], repeat(b"0" * 4096)),
    "chunk's words": lambda: chain([HEAD, b"Transfer-Encoding: chunked\r\n\r\n1;"], repeat(b"A" * 4096)),
    "trailers": lambda: chain([HEAD, b"Transfer-Encoding: chunked\r\n\r\n0\r\n"], repeat(b"A: a\r\n" * 999)),
    "what comes after": lambda: chain([HEAD, b"Content-Length: 2\r\n\r\n{}"], repeat(b"A" * 4096)),
    "another protocol": lambda: chain(
        [b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: a\r\nConnection: upgrade\r\n\r\n"], repeat(b"A" * 4096)
    ),
    "drops": lambda: iter(()),
}


class Endless:
    """Says `words` to whoever connects, until nobody listens; `sent` bytes so far."""

    def __init__(self, words: Callable[[], Iterator[bytes]]) -> None:
        self._words = words
        self.sent = 0
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self._thread = threading.Thread(target=self._talk, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._thread.join()

    def _talk(self) -> None:
        with self._socket, self._socket.accept()[0] as line, contextlib.suppress(OSError):
            line.recv(65536)
            for word in self._words():
                line.sendall(word)
                self.sent += len(word)
                if self.sent > PLENTY:
                    return
            while line.recv(65536):
                pass


async def gas(folder: Path, url: str) -> GasCompanyHttp:
    return terminal_for(folder, url, ping_timeout_s=LIMIT_S, connect_timeout_s=LIMIT_S)


async def wechat(_: Path, url: str) -> WeChatPay:
    settings = msgspec.structs.replace(framing.WECHAT_SETTINGS, timeout_s=LIMIT_S)
    driver = WeChatPay("wechat", url, settings, lambda: 0.0)
    driver._keys = framing.KEYS
    return driver


@pytest.mark.parametrize("words", ENDLESS.values(), ids=ENDLESS)
@pytest.mark.parametrize("driver", [gas, wechat])
async def test_peer_that_never_ends(
    tmp_path: Path,
    driver: Callable[[Path, str], Awaitable[GasCompanyHttp | WeChatPay]],
    words: Callable[[], Iterator[bytes]],
) -> None:
    before = weight_mib()
    with Endless(words) as peer:
        asking = await driver(tmp_path, peer.url)
        await asking.open()
        try:
            health = await asking.status()
        finally:
            await asking.aclose()
    assert isinstance(health, Offline | Unknown)
    assert weight_mib() - before < LITTLE_MIB


@pytest.mark.parametrize("check", [framing.check_gas, framing.check_wechat])
def test_body_that_breaks_before_anybody_reads_it_is_a_lost_answer(check: Callable[[bytes], None]) -> None:
    """Found by fuzzing: aiohttp raises a RuntimeError when a chunk is broken and the connection is gone by then."""
    answer = HEAD + b"Transfer-Encoding: chunked\r\n\r\n{}"
    check(answer.ljust(len(answer) + -len(answer) % 4))  # byte by byte
