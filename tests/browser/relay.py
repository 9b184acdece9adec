"""The line between terminals and hub, which can be broken: nothing comes through any more, and nobody is told."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

PIECE = 65536
HOST = "127.0.0.1"


class Relay:
    """Passes bytes on. `url` is where terminals take the hub to be."""

    def __init__(self, hub: str) -> None:
        self._host, _, port = hub.removeprefix("http://").partition(":")
        self._port = int(port)
        self._works = asyncio.Event()
        self._works.set()
        self._lines: set[asyncio.Task[None]] = set()
        self.url = ""

    def cut(self) -> None:
        """Nothing comes through any more."""
        self._works.clear()

    def heal(self) -> None:
        """New lines work; those that hung are gone."""
        self._works.set()
        for line in self._lines:
            line.cancel()

    async def end(self) -> None:
        """Nobody is on the line any more."""
        self.heal()
        await asyncio.gather(*self._lines, return_exceptions=True)

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One line, until an end hangs up."""
        self._lines.add(line := asyncio.ensure_future(self._carry(reader, writer)))
        line.add_done_callback(self._lines.discard)
        await asyncio.wait([line])

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.closing(writer), contextlib.suppress(OSError):
            await self._works.wait()
            there, back = await asyncio.open_connection(self._host, self._port)
            with contextlib.closing(back):
                ways = [asyncio.create_task(self._pass(reader, back)), asyncio.create_task(self._pass(there, writer))]
                try:
                    await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
                finally:
                    for way in ways:
                        way.cancel()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while piece := await reader.read(PIECE):
                await self._works.wait()
                writer.write(piece)
                await writer.drain()


@contextlib.asynccontextmanager
async def relay(hub: str) -> AsyncIterator[Relay]:
    """One to that hub, at a port of its own."""
    between = Relay(hub)
    server = await asyncio.start_server(between.carry, HOST)
    between.url = f"http://{HOST}:{server.sockets[0].getsockname()[1]}"
    try:
        yield between
    finally:
        server.close()
        await between.end()
