"""One HTTP request and its answer, for a driver that must know whether anything of it can have left.

No connection is kept unless that is asked for: a kept one may be dead when the next request is written to it, and only
on a fresh one does "cannot connect" prove that nothing was sent. Bodies come as they were on the wire, whatever they
say of themselves: a signature is over those bytes, and unpacking what is not trusted yet would let a small answer fill
the memory.
"""

import asyncio
import contextlib
import socket
import ssl
from collections.abc import Mapping
from typing import Any, Literal
from weakref import WeakSet

import aiohttp
import msgspec
from aiohttp.connector import AddrInfoType
from yarl import URL

_TURNS = 100
"""Of the event loop, at most, until a socket that was shut down is closed."""


class Lost(msgspec.Struct, frozen=True, tag="lost"):
    """No answer. `sent` is False only where no byte of the request can have left."""

    why: str
    sent: bool


class Reply(msgspec.Struct, frozen=True, tag="reply"):
    """An answer as it came, believed in nothing. Header names are lower case; only those asked for are kept."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class HttpLine:
    """A peer that is asked by HTTP at one address, or at a spare one where the first cannot be connected.

    Belongs to one event loop. `ask` raises nothing for what a peer or a network can do.
    """

    def __init__(
        self,
        bases: tuple[str, ...],
        *,
        timeout_s: float,
        connect_timeout_s: float,
        max_answer_bytes: int,
        keep: tuple[str, ...] = (),
        idle_s: float = 0.0,
    ) -> None:
        """`bases` are scheme and host. `timeout_s` is for one whole exchange, connecting included. `keep` names the
        headers of an answer that are told. `idle_s`: how long a connection is kept for the next request."""
        self._bases = bases
        self._limits = aiohttp.ClientTimeout(total=timeout_s, connect=connect_timeout_s)
        self._max_answer_bytes = max_answer_bytes
        self._keep = keep
        self._idle_s = idle_s
        self.session: aiohttp.ClientSession | None = None
        self._sockets: WeakSet[socket.socket] = WeakSet()
        self.answered_at = float("-inf")
        """When the last exchange ended, by the loop's clock."""

    def open(self, trust: ssl.SSLContext | None = None) -> None:
        """Get ready; connects to nobody yet. `trust`: whose certificates count, instead of the system's."""
        if self.session is None:
            keeping: dict[str, Any] = {"keepalive_timeout": self._idle_s} if self._idle_s else {"force_close": True}
            self.session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(**keeping, ssl=trust or True, socket_factory=self._socket),
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=self._limits,
                auto_decompress=False,
            )

    async def aclose(self) -> None:
        """Drop the connections; safe to call twice and during an exchange.

        A TLS peer is told goodbye and given time to answer; aiohttp forgets such a connection, and here it ends.
        """
        session, self.session = self.session, None
        if session is None:
            return
        await session.close()
        for each in (open_ones := [each for each in self._sockets if each.fileno() != -1]):
            with contextlib.suppress(OSError):  # it broke first
                each.shutdown(socket.SHUT_RDWR)
        for _ in range(_TURNS):
            if all(each.fileno() == -1 for each in open_ones):
                break
            await asyncio.sleep(0)

    def _socket(self, address: AddrInfoType) -> socket.socket:
        family, kind, protocol, _, _ = address
        made = socket.socket(family, kind, protocol)
        self._sockets.add(made)
        return made

    async def ask(
        self, method: Literal["GET", "POST"], target: str, body: bytes, headers: Mapping[str, str]
    ) -> Reply | Lost:
        """One exchange. `target` is the path with its query, sent byte for byte."""
        if self.session is None:
            return Lost("not open", sent=False)
        lost = Lost("no address", sent=False)
        for base in self._bases:
            try:
                return await self._exchange(self.session, method, base + target, body, headers)
            except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
                lost = Lost(f"cannot connect ({type(error).__name__})", sent=False)
            except (aiohttp.ClientError, TimeoutError, OSError, RuntimeError) as error:
                # RuntimeError: aiohttp found the body broken and the connection gone before anybody read from it
                return Lost(f"no answer ({type(error).__name__})", sent=True)
            finally:
                self.answered_at = asyncio.get_running_loop().time()
        return lost

    async def _exchange(
        self,
        session: aiohttp.ClientSession,
        method: str,
        url: str,
        body: bytes,
        headers: Mapping[str, str],
    ) -> Reply | Lost:
        async with session.request(
            method,
            URL(url, encoded=True),
            data=body or None,
            headers={"Accept-Encoding": "identity", "User-Agent": "menkou", **headers},
            allow_redirects=False,
        ) as response:
            read = bytearray()
            async for chunk in response.content.iter_chunked(8192):
                read += chunk
                if len(read) > self._max_answer_bytes:
                    return Lost("answer too long", sent=True)
            kept = {name: response.headers[name] for name in self._keep if name in response.headers}
            return Reply(response.status, kept, bytes(read))
