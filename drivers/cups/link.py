"""One IPP peer over HTTP: a question, and its answer or the certainty of how far the question got."""

import asyncio
import itertools
from collections.abc import Sequence

import aiohttp
from yarl import URL

from drivers.cups import wire

_PORT = 631
_MOST_BYTES = 1 << 20
"""No answer that a print job needs is longer."""


class SilenceError(Exception):
    """No answer in IPP came. `sent`: bytes of the question may have arrived. The message is for logs."""

    def __init__(self, why: str, sent: bool) -> None:
        super().__init__(why)
        self.sent = sent


def web_address(uri: str) -> URL:
    """Where a printer's URI is reached by HTTP. Raises `ValueError`."""
    url = URL(uri)
    schemes = {"ipp": "http", "ipps": "https"}
    if url.scheme not in schemes or not url.host:
        raise ValueError("not ipp://HOST[:PORT]/PATH or ipps://…")
    port = url.explicit_port or _PORT
    return URL.build(scheme=schemes[url.scheme], host=url.host, port=port, path=url.path or "/")


class Link:
    """See the module. Every question has a connection of its own: a restarted peer is just a peer."""

    def __init__(self, answer_timeout_s: float, check_certificate: bool = True) -> None:
        """Opens nothing."""
        self._timeout_s = answer_timeout_s
        self._check = check_certificate
        self._numbers = itertools.count(1)
        self._session: aiohttp.ClientSession | None = None
        self.closed = False

    async def aclose(self) -> None:
        """Drop whatever is under way, and ask no more."""
        self.closed = True
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def ask(
        self,
        uri: str,
        operation: wire.Operation,
        asked: Sequence[wire.Attribute],
        job: Sequence[wire.Attribute] = (),
        *,
        document: bytes = b"",
        timeout_s: float | None = None,
    ) -> wire.Answer:
        """Ask the peer at `uri`; within another time than usual, where one is given. Raises `SilenceError`."""
        number = next(self._numbers) & 0x7FFFFFFF
        data = wire.encode(operation, number, asked, job, document)
        answer = await self._post(web_address(uri), data, timeout_s or self._timeout_s)
        try:
            decoded = wire.decode(answer)
        except wire.FlawError as error:
            raise SilenceError(f"an answer that is no IPP: {error}", sent=True) from error
        if decoded.request_id != number:
            raise SilenceError("an answer to another question", sent=True)
        return decoded

    async def _post(self, url: URL, data: bytes, timeout_s: float) -> bytes:
        if self.closed:
            raise SilenceError("closed", sent=False)
        if self._session is None:
            self._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(force_close=True))
        try:
            async with (
                asyncio.timeout(timeout_s),
                self._session.post(
                    url,
                    data=data,
                    headers={"Content-Type": "application/ipp"},
                    allow_redirects=False,
                    ssl=self._check,
                ) as response,
            ):
                body = await _at_most(response)
                if response.status != 200:
                    raise SilenceError(f"HTTP {response.status}", sent=True)
                return body
        except TimeoutError as error:
            raise SilenceError(f"no answer within {timeout_s:g} s", sent=True) from error
        except aiohttp.ClientConnectorError as error:
            raise SilenceError(f"no connection: {error.os_error.strerror or error}", sent=False) from error
        except aiohttp.ClientError as error:
            raise SilenceError(f"the connection broke: {type(error).__name__}", sent=True) from error


async def _at_most(response: aiohttp.ClientResponse) -> bytes:
    body = bytearray()
    async for piece in response.content.iter_any():
        body += piece
        if len(body) > _MOST_BYTES:
            raise SilenceError("an answer without an end", sent=True)
    return bytes(body)
