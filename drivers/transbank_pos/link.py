"""The conversation with one connected card terminal: frames acknowledged both ways, questions and answers.

A task of the link reads all the time and acknowledges, so that an answer which comes late, twice or unasked is heard
as well; what it says goes to `on_message`.
"""

import asyncio
import contextlib
from collections.abc import Callable
from typing import Literal, TypeVar

from drivers.transbank_pos import wire
from drivers.transbank_pos.settings import TransbankPosSettings
from kiosk.ports.errors import PortError, WriteTimeoutError
from kiosk.ports.port import Port

_LISTEN_S = 3600.0
_SENSELESS_BYTES, _SENSELESS_S = 2 * wire.FRAME_LIMIT, 10.0
"""So much in that time without one whole frame is no terminal: even its acknowledgements mean nothing."""
BABBLES = "it sends without end what nobody understands"
_LEFT_OVER_S, _SILENCE_S = 1.0, 0.1
T = TypeVar("T")

Fate = Literal["accepted", "refused", "silent"]
"""What became of a frame: acknowledged; refused every time; or nobody knows, and it may well have arrived."""


async def quiet(port: Port) -> bool:
    """Whether a terminal that babbled has stopped; what is left of it on the way is dropped. Raises `PortError`."""
    now = asyncio.get_running_loop().time
    until = now() + _LEFT_OVER_S
    while now() < until:
        if not await port.read(_SILENCE_S):
            return True
    return False


class Link:
    """One connection; `send` and `ask` are for one task at a time, and raise `PortError` once it is lost."""

    def __init__(self, port: Port, settings: TransbankPosSettings, on_message: Callable[[wire.Message], None]) -> None:
        self._port = port
        self._settings = settings
        self._on_message = on_message
        self._inbox = wire.Inbox()
        self._control: asyncio.Future[bool] | None = None
        self._answer: asyncio.Future[wire.Message] | None = None
        self._wanted = ""
        self._proving: frozenset[str] = frozenset()
        self.accepted = False
        """Whether the terminal has read the frame that was sent last."""
        self._senseless = 0
        self._senseless_since = 0.0
        self.babbles = False
        """Whether it was given up because it sends without end what makes no sense."""
        self._reading = asyncio.create_task(self._read(), name="card terminal")

    @property
    def lost(self) -> bool:
        """Whether the cable is gone, or the terminal takes no bytes."""
        return self._port.lost is not None or self._reading.done()

    async def aclose(self) -> None:
        """Stop reading and let go of the port."""
        self._reading.cancel()
        await self._port.aclose()
        await asyncio.wait([self._reading])

    async def send(self, text: str, answers: frozenset[str] = frozenset()) -> Fate:
        """Send one frame, again only while the terminal says that it could not read it. One of `answers` (functions)
        coming back proves that it was read, whatever became of the acknowledgement. `WriteTimeoutError` comes of the
        first try only."""
        fate = await self._send_once(text, answers)
        for _ in range(1, self._settings.nak_tries):
            if fate != "refused":
                break
            try:
                fate = await self._send_once(text, answers)
            except WriteTimeoutError as error:
                raise PortError(str(error)) from error  # however little it took now: it may have read it before
        return fate

    async def ask(self, text: str, answer: str, timeout_s: float) -> wire.Message | None:
        """Send one frame and wait for the `answer` function; None when it does not come."""
        loop = asyncio.get_running_loop()
        self._answer, self._wanted = loop.create_future(), answer
        try:
            if await self.send(text, frozenset({answer})) == "refused":
                return None
            async with asyncio.timeout(timeout_s):
                return await self._unless_lost(self._answer)
        except TimeoutError:
            return None
        finally:
            self._answer, self._wanted = None, ""

    async def _send_once(self, text: str, answers: frozenset[str]) -> Fate:
        self._control, self._proving = asyncio.get_running_loop().create_future(), answers
        self.accepted = False
        try:
            await self._port.write(wire.frame(text), self._settings.write_timeout_s)
            async with asyncio.timeout(self._settings.ack_timeout_s):
                return "accepted" if await self._unless_lost(self._control) else "refused"
        except TimeoutError:
            return "silent"
        finally:
            self._control, self._proving = None, frozenset()

    async def _unless_lost(self, future: asyncio.Future[T]) -> T:
        both: list[asyncio.Future[T] | asyncio.Task[None]] = [future, self._reading]
        await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        if future.done():
            return future.result()
        raise self._port.lost or PortError(BABBLES if self.babbles else "the terminal takes no bytes")

    # -- the task ---------------------------------------------------------------------------------------------------

    async def _read(self) -> None:
        with contextlib.suppress(PortError):
            while True:
                inside = self._inbox.inside
                data = await self._port.read(self._settings.gap_timeout_s if inside else _LISTEN_S)
                if not data and inside:
                    self._inbox.reset()
                    await self._reply(wire.NAK)
                self._weigh(len(data))
                for heard in self._inbox.feed(data):
                    await self._hear(heard)
                if self.babbles:
                    return

    def _weigh(self, size: int) -> None:
        now = asyncio.get_running_loop().time()
        if now - self._senseless_since > _SENSELESS_S:
            self._senseless, self._senseless_since = 0, now
        self._senseless += size
        self.babbles = self._senseless > _SENSELESS_BYTES

    async def _hear(self, heard: wire.Heard) -> None:
        match heard:
            case wire.Control(accepted=accepted):
                self._settle_control(accepted=accepted)
            case wire.Damaged():
                await self._reply(wire.NAK)
            case wire.Message():
                self._senseless, self.babbles = 0, False
                if heard.function in self._proving:
                    self._settle_control(accepted=True)
                if self._answer is not None and heard.function == self._wanted and not self._answer.done():
                    self._answer.set_result(heard)
                self._on_message(heard)  # first of all: the cable may go while it is acknowledged
                await self._reply(wire.ACK)

    def _settle_control(self, *, accepted: bool) -> None:
        if self._control is not None and not self._control.done():
            self._control.set_result(accepted)
            self.accepted = accepted

    async def _reply(self, byte: bytes) -> None:
        await self._port.write(byte, self._settings.write_timeout_s)
