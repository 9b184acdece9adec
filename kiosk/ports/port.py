"""A port: bytes to and from one device, for one event loop.

Each port has one daemon thread which moves bytes both ways and notices at once when the cable goes; everything here
runs on the event loop and never blocks it.
"""

import asyncio
import contextlib
import threading
import time
from collections import deque
from collections.abc import Callable

from kiosk.ports.errors import PortError, WriteTimeoutError
from kiosk.ports.recording import Masking
from kiosk.ports.transports import CHUNK, Transport, open_transport
from kiosk.ports.urls import parse_url

CLOSE_S = 2.0
"""How long `aclose` waits for the thread at most."""

_INPUT_LIMIT = 1 << 20
FLOOD_PAUSE_S = 0.04
"""Between two full chunks: 100 KB/s are more than any device here has to say, and leave the processor to the others."""
_PIECE = 1 << 14
"""Bytes given out at once: to make sense of them must not keep the loop for long."""


class _Write:
    """Bytes on their way out."""

    def __init__(self, data: bytes, deadline: float, done: asyncio.Future[None]) -> None:
        self.data = data
        self.deadline = deadline
        self.done = done
        self.written = 0
        self.abandoned = False


class Port:
    """An open port. Built by `open_port`.

    Everything raises `PortError` once the device is unplugged or the port is closed; it never comes back to life:
    open another one. Writes keep their order. Not for use from other threads.
    """

    def __init__(
        self, url: str, open_timeout_s: float, loop: asyncio.AbstractEventLoop, masking: Masking | None
    ) -> None:
        self.url = url
        self._masking = masking
        self._open_timeout_s = open_timeout_s
        self._loop = loop
        self._input = bytearray()
        self._news = asyncio.Event()
        self._error: PortError | None = None
        self._opened: asyncio.Future[None] = loop.create_future()
        self._ended = asyncio.Event()
        # Shared with the thread:
        self._transport: Transport | None = None
        self._lock = threading.Lock()
        self._writes: deque[_Write] = deque()
        self._stop = False
        self._thread_error: PortError | None = None
        self._discard = False
        self._taken = threading.Event()
        """Set when the loop has what arrived last."""
        self._thread = threading.Thread(target=self._run, name=f"port {url}", daemon=True)

    @property
    def lost(self) -> PortError | None:
        """Why the port is dead; None while it lives."""
        return self._error

    async def read(self, timeout_s: float) -> bytes:
        """What has arrived (of much, a part), as soon as there is anything; `b""` when nothing came in `timeout_s`.

        What arrived before an unplug is still given out first.
        """
        deadline = self._loop.time() + timeout_s
        if self._input:
            await asyncio.sleep(0)  # a device that never stops must leave the others their turn
        while not self._input:
            if self._error is not None:
                raise self._error
            self._news.clear()
            try:
                async with asyncio.timeout_at(deadline):
                    await self._news.wait()
            except TimeoutError:
                break
        data = bytes(self._input[:_PIECE])
        del self._input[:_PIECE]
        return data

    async def write(self, data: bytes, timeout_s: float) -> None:
        """Hand all of `data` to the operating system. Raises `WriteTimeoutError` when the peer does not take it.

        After a time-out or a cancellation the rest of the bytes is dropped, and closing the port drops what the
        operating system holds too.
        """
        if self._error is not None:
            raise self._error
        write = _Write(data, time.monotonic() + timeout_s, self._loop.create_future())
        with self._lock:
            if self._thread_error is not None:  # the thread ended, and its word has not reached the loop yet
                raise self._thread_error
            self._writes.append(write)
        self._wake()
        try:
            await write.done
        except asyncio.CancelledError:
            write.abandoned = True
            self._wake()
            raise

    def flush_input(self) -> None:
        """Forget what has arrived so far."""
        self._input.clear()

    async def aclose(self) -> None:
        """Close within 2 s, ending every read and write that waits. Safe to call twice."""
        self._die(PortError("the port was closed"))
        with self._lock:
            self._stop = True
        self._wake()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_S):
                await self._ended.wait()
                self._thread.join(0.1)  # that was its last word: this takes microseconds

    # -- on the event loop, called by the thread ------------------------------------------------------------------

    def _arrived(self, data: bytes) -> None:
        self._taken.set()
        self._input += data
        if len(self._input) > _INPUT_LIMIT:  # a babbling device must not eat the memory
            del self._input[: len(self._input) - _INPUT_LIMIT]
        self._news.set()

    def _die(self, error: PortError) -> None:
        if self._error is None:
            self._error = error
        self._news.set()
        if not self._opened.done():
            self._opened.set_exception(self._error)

    def _finish(self, write: _Write, error: PortError | None) -> None:
        if write.done.done():
            return
        if error is None:
            write.done.set_result(None)
        else:
            write.done.set_exception(error)

    def _is_open(self) -> None:
        if not self._opened.done():
            self._opened.set_result(None)

    # -- the thread -------------------------------------------------------------------------------------------------

    def _wake(self) -> None:
        with self._lock:
            if self._transport is not None:
                self._transport.wake()

    def _tell(self, what: Callable[..., None], *arguments: object) -> None:
        with contextlib.suppress(RuntimeError):  # the loop has ended: nobody listens any more
            self._loop.call_soon_threadsafe(what, *arguments)

    def _run(self) -> None:
        error = PortError("the port was closed")
        try:
            transport = open_transport(parse_url(self.url), self._open_timeout_s, self._masking)
            with self._lock:
                self._transport = transport
            self._tell(self._is_open)
            self._move(transport)
        except PortError as caught:
            error = caught
            self._discard = True
        finally:
            with self._lock:
                held, self._transport = self._transport, None
                self._thread_error = error
                left = [*self._writes]
                self._writes.clear()
            if held is not None:
                held.close(self._discard or bool(left))
            self._tell(self._die, error)
            for write in left:
                self._tell(self._finish, write, error)
            self._tell(self._ended.set)

    def _move(self, transport: Transport) -> None:
        while True:
            with self._lock:
                if self._stop:
                    return
                write = self._writes[0] if self._writes else None
            transport.wait(write is not None, None if write is None else write.deadline - time.monotonic())
            if data := transport.read():
                self._hand_over(data)
            if write is not None:
                self._push(transport, write)

    def _hand_over(self, data: bytes) -> None:
        """One piece at a time: while the loop is busy, what a device floods us with waits outside, not in memory."""
        self._taken.clear()
        self._tell(self._arrived, data)
        while not self._taken.wait(1) and not self._stop and not self._loop.is_closed():
            pass
        if len(data) == CHUNK:  # and there is more of it
            time.sleep(FLOOD_PAUSE_S)

    def _push(self, transport: Transport, write: _Write) -> None:
        error: PortError | None = None
        if write.abandoned:
            self._discard = True
        else:
            write.written += transport.write(write.data[write.written :])
            if write.written < len(write.data):
                if time.monotonic() < write.deadline:
                    return
                error = WriteTimeoutError(write.written, len(write.data))
                self._discard = True
        with self._lock:
            self._writes.popleft()
        self._tell(self._finish, write, error)

    def start(self) -> None:
        """Start the thread; for `open_port` only."""
        self._thread.start()

    async def opened(self) -> None:
        """Wait until the wire is open; for `open_port` only."""
        await self._opened


async def open_port(url: str, timeout_s: float = 5.0, masking: Masking | None = None) -> Port:
    """Open the port that `url` names (see `kiosk.ports.urls`), for this program alone. `masking` is what the driver
    says of personal data in its talk (see `kiosk.ports.recording`).

    Raises `PortUrlError` for a URL that makes no sense, `PortError` when the device is absent, busy or silent for
    `timeout_s`.
    """
    parse_url(url)
    port = Port(url, timeout_s, asyncio.get_running_loop(), masking)
    port.start()
    try:
        async with asyncio.timeout(timeout_s):
            await port.opened()
    except TimeoutError:
        await port.aclose()
        raise PortError(f"{url} did not open within {timeout_s:g} s") from None
    except BaseException:
        await port.aclose()
        raise
    return port
