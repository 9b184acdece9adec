"""One connected reader: a question, its answer, and the question again where there was none.

Answers carry no number. A reader works one question after the other, so an answer that does not look like the one to
the last question belongs to an earlier one, and is dropped.
"""

import asyncio

from drivers.sdt_id import wire
from kiosk.ports.errors import PortError, PortUrlError
from kiosk.ports.port import Port
from kiosk.ports.urls import RecordAddress, SerialAddress, SpyAddress, parse_url

_BITS_PER_BYTE = 11
_LONGEST_ANSWER = 1296
_SENSELESS_BYTES = 4 * wire.LONGEST
"""More than this after one question is no reader: even what looks like an answer among it means nothing."""


_SILENCE_S, _LEFT_OVER_S = 0.1, 1.0


class SilentError(PortError):
    """The reader does not answer, or what comes is no answer."""

    def __init__(self) -> None:
        super().__init__("it does not answer")


class BabbleError(PortError):
    """The reader sends without end what makes no sense."""

    def __init__(self) -> None:
        super().__init__("it sends without end what nobody understands")


def wire_seconds(url: str) -> float:
    """How long the longest answer takes on a serial line; nothing on any other."""
    try:
        address = parse_url(url)
    except PortUrlError:
        return 0.0
    if isinstance(address, SpyAddress | RecordAddress):
        address = address.inner
    return _LONGEST_ANSWER * _BITS_PER_BYTE / address.baudrate if isinstance(address, SerialAddress) else 0.0


class Link:
    """See the module. For one task at a time; raises `PortError` once the cable is gone."""

    def __init__(self, port: Port, tries: int, write_timeout_s: float) -> None:
        self._port = port
        self._tries = tries
        self._write_timeout_s = write_timeout_s
        self._wire_s = wire_seconds(port.url)
        self._inbox = wire.Inbox()

    @property
    def lost(self) -> bool:
        """Whether the cable is gone."""
        return self._port.lost is not None

    async def aclose(self) -> None:
        """Let go of the port."""
        await self._port.aclose()

    async def settle(self) -> None:
        """Wait until a reader that babbled has stopped. Raises `BabbleError` when it has not."""
        now = asyncio.get_running_loop().time
        until = now() + _LEFT_OVER_S
        while now() < until:
            if not await self._port.read(_SILENCE_S):
                return
        raise BabbleError

    async def ask(self, command: wire.Command, timeout_s: float) -> wire.Answer:
        """The answer to `command`. Raises `SilentError` when it does not come however often it is asked."""
        forgiven = False
        for _ in range(self._tries):
            answer = await self.ask_once(command, timeout_s)
            if answer is None or answer.status in wire.SEND_AGAIN:
                continue
            if answer.status == wire.UNKNOWN_ERROR and not forgiven:
                forgiven = True
                continue
            return answer
        raise SilentError

    async def ask_once(self, command: wire.Command, timeout_s: float) -> wire.Answer | None:
        """The answer, or None for silence and for what is none."""
        self._port.flush_input()
        self._inbox.reset()
        now = asyncio.get_running_loop().time
        await self._port.write(command.frame, self._write_timeout_s)
        until = now() + timeout_s + self._wire_s
        heard_bytes = 0
        while (left := until - now()) > 0:
            data = await self._port.read(left)
            heard_bytes += len(data)
            if heard_bytes > _SENSELESS_BYTES:
                raise BabbleError
            for heard in self._inbox.feed(data):
                if isinstance(heard, wire.Answer) and command.answered_by(heard):
                    return heard
        return None
