"""Peers that no simulator should be: one that answers any bytes, and one that signs whatever it is told to say."""

import asyncio
import hashlib
import hmac
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from aiohttp import web

from drivers.gas_company_http.driver import GasCompanyHttp
from drivers.gas_company_http.settings import GasCompanyHttpSettings
from kiosk.devices.secret import Secret
from kiosk.testing.simulator import Server

KEY = b"k" * 64
NOW = 1_795_518_000.0


def terminal_for(folder: Path, port: str, **more: Any) -> GasCompanyHttp:
    """A terminal with the liar's key; not yet opened."""
    (folder / "liar.key").write_bytes(KEY + b"\n")
    settings = GasCompanyHttpSettings(terminal="HALL-01", key=Secret("file:liar.key", folder), **more)
    return GasCompanyHttp("gas", port, settings, lambda: NOW)


class SignedLiar:
    """Answers every request with `status` and `body`, correctly signed."""

    def __init__(self) -> None:
        self.status = 200
        self.body = b""
        self._server: Server | None = None

    async def start(self) -> str:
        app = web.Application()
        app.router.add_route("*", "/{tail:.*}", self._answer)
        self._server = Server(app)
        return await self._server.start()

    async def stop(self) -> None:
        if self._server is not None:
            await self._server.stop()

    async def _answer(self, request: web.Request) -> web.Response:
        nonce = request.headers["Menkou-Nonce"]
        time_ms = round(NOW * 1000)
        line = f"menkou-gas-answer-1\n{self.status}\n{nonce}\n{time_ms}\n{hashlib.sha256(self.body).hexdigest()}"
        headers = {
            "Menkou-Time": str(time_ms),
            "Menkou-Nonce": nonce,
            "Menkou-Signature": hmac.new(KEY, line.encode(), hashlib.sha256).hexdigest(),
        }
        return web.Response(status=self.status, body=self.body, headers=headers)


class RawServer:
    """Answers each connection with `answer` after the request arrived, then closes; None: never answers.

    `requests` are what it got; `arrived` is set at the first.
    """

    def __init__(self, answer: bytes | None) -> None:
        self.answer = answer
        self.requests: list[bytes] = []
        self.arrived = asyncio.Event()
        self.close_after_first = False
        self._server: asyncio.Server | None = None

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.requests.append(await reader.readuntil(b"\r\n\r\n"))
        if self.close_after_first and self._server is not None:
            self._server.close()
        self.arrived.set()
        if self.answer is None:
            await reader.read()
        else:
            writer.write(self.answer)
        writer.close()

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[str]:
        """Listen on loopback; the base URL."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        try:
            yield f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        finally:
            self._server.close()
            await self._server.wait_closed()
