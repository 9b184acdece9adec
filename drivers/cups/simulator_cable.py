"""The cable between queue and printer: TCP passed on, until somebody pulls it out. The printer stays on meanwhile."""

import asyncio
import contextlib
from collections.abc import Coroutine

_PIECE = 1 << 16


class Cable:
    """See the module."""

    def __init__(self, far_port: int) -> None:
        """To the printer's port on loopback."""
        self._far_port = far_port
        self._server: asyncio.Server | None = None
        self._pipes: set[asyncio.Task[None]] = set()
        self.port = 0

    @property
    def plugged(self) -> bool:
        """Whether it passes anything on."""
        return self._server is not None

    async def plug(self) -> None:
        """Listen; always on the same port."""
        if self._server is None:
            self._server = await asyncio.start_server(self._carry, "127.0.0.1", self.port)
            self.port = int(self._server.sockets[0].getsockname()[1])

    async def unplug(self) -> None:
        """Connections are refused, and those that stand break."""
        server, self._server = self._server, None
        if server is not None:
            server.close()
        for pipe in self._pipes:
            pipe.cancel()
        await asyncio.gather(*self._pipes, return_exceptions=True)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._far_port)
        except OSError:
            writer.transport.abort()
            return
        pipe = asyncio.create_task(_both(_pass_on(reader, far_writer), _pass_on(far_reader, writer)))
        self._pipes.add(pipe)
        try:
            await pipe
        except asyncio.CancelledError:
            for end in (writer, far_writer):
                end.transport.abort()
        finally:
            self._pipes.discard(pipe)
            writer.close()
            far_writer.close()


async def _both(*ways: Coroutine[None, None, None]) -> None:
    async with asyncio.TaskGroup() as group:
        for way in ways:
            group.create_task(way)


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """One direction, to its end; the other may go on."""
    with contextlib.suppress(OSError):
        while data := await reader.read(_PIECE):
            writer.write(data)
            await writer.drain()
        writer.write_eof()
