"""`ReceiptPrinter` over ESC/POS: serial, TCP or USB printers of 58 and 80 mm.

What it claims is what it knows. Nothing of a slip is sent before the printer says that it is ready; `Printed` needs
the printer's own proof (GS ( H, else GS r with clean sensors after it); and once the first byte is out, everything
short of that proof is unknown: after paper-out a printer takes bytes and prints them after the refill.
"""

import asyncio
import contextlib
import logging
import secrets
import time
from collections.abc import Callable
from typing import Literal

from drivers.escpos import wire
from drivers.escpos.charset import Charset
from drivers.escpos.encode import encode
from drivers.escpos.link import Link, ProofKind, Silence
from drivers.escpos.settings import EscPosSettings
from kiosk.devices.health import Busy, Health, NeedsAttention, Offline, Ready, Reason, Unknown, usable
from kiosk.devices.printer import NotPrinted, Paper, Printed, PrintOutcome, PrintUnknown, ReceiptPrinter
from kiosk.ports.errors import PortError, WriteTimeoutError
from kiosk.ports.port import open_port
from kiosk.ports.threads import in_daemon_thread
from kiosk.slips.slip import Slip

log = logging.getLogger(__name__)


class EscPos(ReceiptPrinter[EscPosSettings]):
    """See the module. Status and print take turns; a status asked while a slip prints is `Busy` at once."""

    Settings = EscPosSettings
    port_schemes = ("serial", "socket", "usb", "spy")

    def __init__(self, name: str, port: str, settings: EscPosSettings, now: Callable[[], float] = time.time) -> None:
        super().__init__(name, port, settings, now)
        self._charset = Charset(settings.encoding)
        self._marks = wire.marks(secrets.randbelow(len(wire.ID_LETTERS) ** 4))
        self._lock = asyncio.Lock()
        self._link: Link | None = None
        self._sensors: wire.Sensors | None = None
        self._printing = False
        self._closed = False
        self._reachable: bool | None = None
        self._identity = ""
        self._leftovers = False
        """Whether the printer may still hold a piece of a slip that must not come out with the next one."""
        self._recovered_at = float("-inf")

    async def open(self) -> None:
        """Connect if the printer is there. Raises `fonts.FontError` where a font for rare characters is missing."""
        await in_daemon_thread(_warm_up, f"{self.name} fonts")
        await self.status()

    async def aclose(self) -> None:
        """See `Device`. A print under way ends as unknown."""
        self._closed = True
        await self._hang_up()

    @property
    def identity(self) -> str:
        """Maker, model and firmware, as far as it told; its serial number is not asked for."""
        return self._identity

    async def ask_identity(self) -> None:
        """See `Device`. Only of a printer that is ready and holds no piece of a slip."""
        if self._printing:
            return
        async with self._lock:
            if self._leftovers or not isinstance(await self._examine(), Ready) or (link := self._link) is None:
                return
            try:
                told = await link.identity()
            except PortError:
                await self._hang_up()
                return
            self._identity = wire.read_identity(told) or self._identity

    async def status(self) -> Health:
        """See `ReceiptPrinter`. A cutter error is cleared by command now and then, in case somebody freed it."""
        if self._printing:
            return Busy()
        async with self._lock:
            health = await self._examine()
            self._notice(health)
            return health

    async def paper(self) -> Paper:
        """See `ReceiptPrinter`."""
        if self._sensors is None and not self._printing:
            await self.status()
        return read_paper(self._sensors)

    async def print(self, slip: Slip) -> PrintOutcome:
        """See `ReceiptPrinter`."""
        commands = await in_daemon_thread(lambda: encode(slip, self.settings, self._charset), f"{self.name} layout")
        async with self._lock:
            self._printing = True
            try:
                outcome = await self._print(commands)
            finally:
                self._printing = False
        log.info("%s: %s: %s", self.name, slip.name, outcome)
        return outcome

    # -- connection -------------------------------------------------------------------------------------------------

    async def _connect(self) -> Link:
        """The living link, opened anew if need be. Raises `PortError`."""
        if self._link is not None and self._link.port.lost is not None:
            await self._hang_up()
        if self._link is None:
            self._refuse_when_closed()
            port = await open_port(self.port, self.settings.open_timeout_s, wire.masking)
            try:
                self._refuse_when_closed()
            except PortError:
                await port.aclose()
                raise
            self._link = Link(port, self.settings)
        return self._link

    def _refuse_when_closed(self) -> None:
        if self._closed:
            raise PortError("the driver was closed")

    async def _hang_up(self) -> None:
        link, self._link = self._link, None
        if link is not None:
            await link.port.aclose()

    def _notice(self, health: Health) -> None:
        reachable = not isinstance(health, Offline)
        if self._reachable is not False and not reachable:
            log.warning("%s lost: %s", self.name, health)
        elif self._reachable is False and reachable:
            log.info("%s is back", self.name)
        self._reachable = reachable

    # -- status -----------------------------------------------------------------------------------------------------

    async def _examine(self) -> Health:
        """Ask the sensors, over a new connection where the old one turns out to be dead."""
        self._sensors = None
        detail = ""
        for _ in range(2):
            try:
                link = await self._connect()
                sensors = await link.sensors()
                if isinstance(sensors, wire.Sensors) and sensors.cutter_error:
                    sensors = await self._free_cutter(link, sensors)
            except PortError as error:
                detail = str(error)
                if self._link is None:
                    break
                await self._hang_up()
                continue
            if isinstance(sensors, Silence):
                return Unknown("it does not answer as a printer should") if sensors.heard else Offline("no answer")
            self._sensors = sensors
            return read_health(sensors)
        return Offline(detail)

    async def _free_cutter(self, link: Link, sensors: wire.Sensors) -> wire.Sensors | Silence:
        """Tell the printer to leave its cutter error; it does once the jam is gone. Only then can it print again."""
        now = asyncio.get_running_loop().time()
        if now - self._recovered_at < self.settings.recover_every_s:
            return sensors
        self._recovered_at = now
        self._leftovers = True
        await link.write(wire.DROP_BUFFERS)
        after: wire.Sensors | Silence = sensors
        while asyncio.get_running_loop().time() < now + self.settings.recover_wait_s:
            after = await link.sensors()
            if isinstance(after, wire.Sensors) and not after.cutter_error:
                self._recovered_at = float("-inf")
                break
            await asyncio.sleep(self.settings.watch_every_s)
        return after

    # -- printing ---------------------------------------------------------------------------------------------------

    async def _print(self, commands: tuple[bytes, ...]) -> PrintOutcome:
        health = await self._examine()
        self._notice(health)
        if (reason := _reason_against(health)) is not None or (link := self._link) is None:
            return NotPrinted(reason or "offline")
        try:
            if self._leftovers:
                await self._clear_leftovers(link)
            mark = next(self._marks)
            kind = await link.find_proof(mark)
        except PortError:
            await self._hang_up()
            return NotPrinted("offline")
        return await self._send(link, commands, kind)

    async def _clear_leftovers(self, link: Link) -> None:
        """Make a printer that was left in the middle of something forget it, and cut off what it already printed:
        one resident's half slip is not another's."""
        await link.write(wire.DROP_BUFFERS)
        # A picture that broke off swallows bytes until it is whole: give it white ones. Otherwise NUL does nothing.
        await link.write(bytes(wire.RASTER_BAND_LIMIT))
        await link.write(wire.INIT + wire.feed(self.settings.feed_lines) + wire.cut(self.settings.cut))
        self._leftovers = False

    async def _send(self, link: Link, commands: tuple[bytes, ...], kind: ProofKind) -> PrintOutcome:
        loop = asyncio.get_running_loop()
        mark = next(self._marks)
        handed_over = False
        self._leftovers = True  # until it is known better, and when this task is cancelled anywhere below
        deadline = loop.time() + self.settings.send_timeout_s
        look_at = loop.time() + self.settings.watch_every_s
        try:
            for chunk in wire.chunks(commands, self.settings.chunk_bytes):
                if loop.time() >= look_at:
                    if (trouble := await self._trouble(link)) is not None:
                        await link.write(wire.DROP_BUFFERS)
                        return PrintUnknown(f"stopped: {trouble}")
                    look_at = loop.time() + self.settings.watch_every_s
                if loop.time() >= deadline:
                    await self._hang_up()
                    return PrintUnknown("it took too few bytes in time")
                await link.write(chunk)
                handed_over = True
            await link.ask_proof(kind, mark)
            return await self._await_proof(link, kind, mark)
        except PortError as error:
            await self._hang_up()
            if not handed_over and isinstance(error, WriteTimeoutError) and error.written == 0:
                self._leftovers = False
                return NotPrinted("offline")
            return PrintUnknown(f"the connection failed: {error}")

    async def _trouble(self, link: Link) -> Reason | None:
        """Why the printer stopped, if it says so twice (once may be a flicker). Silence says nothing, and being
        offline without a reason passes."""
        reasons: tuple[Reason, ...] = ()
        for _ in range(2):
            sensors = await link.sensors()
            self._sensors = sensors if isinstance(sensors, wire.Sensors) else None
            health = read_health(sensors) if isinstance(sensors, wire.Sensors) else None
            if not isinstance(health, NeedsAttention):
                return None
            reasons = health.reasons
        return reasons[0]

    async def _await_proof(self, link: Link, kind: ProofKind, mark: bytes) -> PrintOutcome:
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self.settings.proof_timeout_s
        while True:
            left = deadline - loop.time()
            proven = await link.proven(kind, mark, 0 if kind == "none" else min(self.settings.watch_every_s, left))
            link.forget_change()
            if proven and kind == "gs_h":
                return await self._proven(link)
            if (trouble := await self._trouble(link)) is not None:
                return await self._stopped(link, kind, mark, trouble)
            if proven and self._sensors is not None:
                self._leftovers = False
                return Printed()
            if kind == "none" or loop.time() >= deadline:
                # All bytes are with the printer and nothing is known to be wrong: it may well finish by itself.
                self._leftovers = False
                return PrintUnknown("this printer gives no proof" if kind == "none" else "the proof did not come")

    async def _proven(self, link: Link) -> PrintOutcome:
        """The slip is on paper, whatever happens now; look once how the roll is."""
        self._leftovers = False
        with contextlib.suppress(PortError):
            sensors = await link.sensors()
            self._sensors = sensors if isinstance(sensors, wire.Sensors) else None
        return Printed()

    async def _stopped(self, link: Link, kind: ProofKind, mark: bytes, reason: Reason) -> PrintOutcome:
        """The printer stopped in the middle. Drop what it holds, lest it prints after the refill, for whom it may;
        part of the slip may be out, so nothing but a proof that arrives right now makes this known."""
        await link.write(wire.DROP_BUFFERS)
        if kind == "gs_h" and await link.proven(kind, mark, self.settings.reply_timeout_s):
            return await self._proven(link)
        return PrintUnknown(f"stopped: {reason}")


def read_health(sensors: wire.Sensors) -> Health:
    """The sensors as a health."""
    reasons: list[Reason] = []
    if sensors.cover_open:
        reasons.append("cover_open")
    if sensors.paper_out:
        reasons.append("paper_out")
    if sensors.cutter_error:
        reasons.append("cutter_error")
    if sensors.mechanical_error:
        reasons.append("mechanical_error")
    if sensors.unrecoverable:
        reasons.append("unrecoverable_error")
    if sensors.auto_recoverable and not sensors.cover_open:
        reasons.append("head_hot")
    if sensors.error and not reasons:
        reasons.append("mechanical_error")
    if reasons:
        return NeedsAttention(tuple(reasons))
    if sensors.feeding:
        return Busy()
    if sensors.offline:
        return Offline("the printer says that it is offline")
    return Ready(("paper_low",) if sensors.paper_low else ())


def read_paper(sensors: wire.Sensors | None) -> Paper:
    """The sensors as the state of the roll."""
    if sensors is None:
        return "unknown"
    if sensors.paper_out:
        return "out"
    if sensors.cutter_error or sensors.mechanical_error:
        return "jammed"
    return "low" if sensors.paper_low else "full"


def _reason_against(health: Health) -> Reason | Literal["offline"] | None:
    """Why not to print now."""
    if isinstance(health, NeedsAttention):
        return health.reasons[0]
    return None if usable(health) else "offline"


def _warm_up() -> None:
    """Load what a picture needs before the first resident waits for it. Raises `FontError`."""
    from drivers.escpos import fonts, raster

    raster.draw_qr("0", 384)
    for family in fonts.FAMILIES:
        fonts.load(family, 24)
