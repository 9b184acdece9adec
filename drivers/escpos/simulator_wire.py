"""How the simulated printer is plugged in: TCP, or a pseudo terminal for a serial cable."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from kiosk.testing.cable import Cable


class Wire(Protocol):
    """A cable that can be pulled. `on_data` is called with what arrives."""

    on_data: Callable[[bytes], None]

    @property
    def plugged(self) -> bool:
        """Whether the cable is in."""

    async def plug(self) -> str:
        """Connect (again); the URL, the same each time."""

    async def unplug(self) -> None:
        """Pull the cable: the other side notices."""

    def send(self, data: bytes) -> None:
        """Send, or lose it when nobody is there."""

    def pour(self, data: bytes) -> None:
        """As much of it as the other side takes at the moment."""

    def hold(self, on: bool) -> None:
        """Stop reading (the receive buffer is full), or go on."""


class TcpWire:
    """A network printer: one connection at a time, the newest."""

    def __init__(self, port: int) -> None:
        self.on_data: Callable[[bytes], None] = lambda _: None
        self._port = port
        self._server: asyncio.Server | None = None
        self._client: _Client | None = None
        self._held = False

    @property
    def plugged(self) -> bool:
        """See `Wire`."""
        return self._server is not None

    async def plug(self) -> str:
        """See `Wire`."""
        if self._server is None:
            loop = asyncio.get_running_loop()
            self._server = await loop.create_server(lambda: _Client(self), "127.0.0.1", self._port, reuse_address=True)
            self._port = int(self._server.sockets[0].getsockname()[1])
        return f"socket://127.0.0.1:{self._port}"

    async def unplug(self) -> None:
        """See `Wire`."""
        server, self._server = self._server, None
        if server is not None:
            server.close()
        if self._client is not None:
            self._client.transport.abort()
            self._client = None
        await asyncio.sleep(0)

    def send(self, data: bytes) -> None:
        """See `Wire`."""
        if self._client is not None:
            self._client.transport.write(data)

    def pour(self, data: bytes) -> None:
        """See `Wire`."""
        if self._client is not None and not self._client.transport.get_write_buffer_size():
            self._client.transport.write(data)

    def hold(self, on: bool) -> None:
        """See `Wire`."""
        self._held = on
        if self._client is not None and not self._client.transport.is_closing():
            if on:
                self._client.transport.pause_reading()
            else:
                self._client.transport.resume_reading()

    def arrived(self, client: "_Client") -> None:
        """A connection; an older one is dropped."""
        if self._client is not None:
            self._client.transport.abort()
        self._client = client
        self.hold(self._held)

    def received(self, client: "_Client", data: bytes) -> None:
        """Bytes of a connection."""
        if client is self._client:
            self.on_data(data)

    def left(self, client: "_Client") -> None:
        """A connection ended."""
        if client is self._client:
            self._client = None


class _Client(asyncio.Protocol):
    """One connection."""

    transport: asyncio.Transport

    def __init__(self, wire: TcpWire) -> None:
        self._wire = wire

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if isinstance(transport, asyncio.Transport):
            self.transport = transport
            self._wire.arrived(self)

    def data_received(self, data: bytes) -> None:
        self._wire.received(self, data)

    def connection_lost(self, exc: Exception | None) -> None:
        self._wire.left(self)


class PtyWire:
    """A serial printer."""

    def __init__(self, link: Path) -> None:
        self._cable = Cable(link)

    @property
    def on_data(self) -> Callable[[bytes], None]:
        """See `Wire`."""
        return self._cable.on_data

    @on_data.setter
    def on_data(self, heard: Callable[[bytes], None]) -> None:
        self._cable.on_data = heard

    @property
    def plugged(self) -> bool:
        """See `Wire`."""
        return self._cable.plugged

    async def plug(self) -> str:
        """See `Wire`."""
        return self._cable.plug()

    async def unplug(self) -> None:
        """See `Wire`."""
        self._cable.unplug()

    def send(self, data: bytes) -> None:
        """See `Wire`."""
        self._cable.send(data)

    def pour(self, data: bytes) -> None:
        """See `Wire`."""
        self._cable.send(data)

    def hold(self, on: bool) -> None:
        """See `Wire`."""
        self._cable.hold(on=on)
