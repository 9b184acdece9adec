"""The terminal's side of the control socket, in the ledger's folder: only its owner may open it."""

import asyncio
import contextlib
import logging
import os
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

from kiosk.control.wire import LONGEST, Answer, BadRequestError, QueueRequest, read_request, write

log = logging.getLogger(__name__)

NAME = "control.sock"
IDLE_SECONDS = 30.0
Perform = Callable[[QueueRequest], Awaitable[Answer]]


@contextlib.asynccontextmanager
async def listening(folder: Path, perform: Perform) -> AsyncIterator[None]:
    """Take requests meanwhile. The caller holds the folder's lock, so a socket that is there is a dead one's.

    Raises `OSError` when the socket cannot be made.
    """
    server = await asyncio.start_unix_server(
        lambda reader, writer: _serve(reader, writer, perform), sock=_bound(folder), limit=LONGEST
    )
    try:
        yield
    finally:
        (folder / NAME).unlink(missing_ok=True)
        server.close()


def _bound(folder: Path) -> socket.socket:
    listener = socket.socket(socket.AF_UNIX)
    try:
        with _short(folder) as path:
            Path(path).unlink(missing_ok=True)
            listener.bind(path)
            Path(path).chmod(0o600)
    except BaseException:
        listener.close()
        raise
    return listener


@contextlib.contextmanager
def _short(folder: Path) -> Iterator[str]:
    """The socket's path by the folder's descriptor: a socket's own name may have 107 bytes only."""
    descriptor = os.open(folder, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield f"/proc/self/fd/{descriptor}/{NAME}"
    finally:
        os.close(descriptor)


def connect(folder: Path, seconds: float) -> socket.socket:
    """A connection to the terminal that runs on `folder`. Raises `OSError`."""
    client = socket.socket(socket.AF_UNIX)
    client.settimeout(seconds)
    try:
        with _short(folder) as path:
            client.connect(path)
    except BaseException:
        client.close()
        raise
    return client


async def _serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, perform: Perform) -> None:
    try:
        while line := await asyncio.wait_for(_line(reader), IDLE_SECONDS):
            writer.write(write(await _answer(line, perform)))
            await asyncio.wait_for(writer.drain(), IDLE_SECONDS)
    except (OSError, TimeoutError, ValueError):
        pass  # who does not read, or writes without an end, is gone
    finally:
        writer.close()


async def _line(reader: asyncio.StreamReader) -> bytes:
    return (await reader.readline()).strip()


async def _answer(line: bytes, perform: Perform) -> Answer:
    try:
        return await perform(read_request(line))
    except BadRequestError as error:
        return Answer(ok=False, why=f"bad request: {error}")
    except Exception:
        log.exception("a command of the control socket failed")
        return Answer(ok=False, why="failed")
