"""A code scanner on a serial line. The light is on only while somebody waits for a code; what comes at other times, or
is no code, is dropped unseen."""

import asyncio
import contextlib
import time
from collections.abc import Callable

from drivers.serial_scanner import wire
from drivers.serial_scanner.settings import SerialScannerSettings
from kiosk.devices import health
from kiosk.devices.scanner import CodeScanner, Scanned, ScannerFailed, ScanOutcome
from kiosk.ports.errors import PortError
from kiosk.ports.port import Port, open_port

FLOOD_BYTES = 65_536
"""More than this without a code, while one is waited for, is a scanner gone mad."""


class SerialScanner(CodeScanner[SerialScannerSettings]):
    """See the module. Raises `ValueError` for a `custom` trigger without its bytes, and for bytes without that."""

    Settings = SerialScannerSettings
    port_schemes = ("serial", "socket", "spy")

    def __init__(
        self, name: str, port: str, settings: SerialScannerSettings, now: Callable[[], float] = time.time
    ) -> None:
        super().__init__(name, port, settings, now)
        if (settings.trigger == "custom") != bool(settings.start and settings.stop):
            raise ValueError(f"{name}: 'start' and 'stop' belong to the trigger 'custom', and it needs both")
        own = wire.Trigger(bytes.fromhex(settings.start), bytes.fromhex(settings.stop))
        self._trigger = wire.TRIGGERS.get(settings.trigger, own)
        self._inbox = wire.Inbox(wire.ENDS[settings.suffix], settings.encoding, settings.longest)
        self._turn = asyncio.Lock()
        self._port: Port | None = None
        self._last: tuple[str, float] = ("", float("-inf"))
        """The newest code and when it was given out: for as long as it may come a second time."""

    async def open(self) -> None:
        """Connect if the scanner is there."""
        await self.status()

    async def aclose(self) -> None:
        """See `Device`."""
        await self._hang_up()

    async def status(self) -> health.Health:
        """Whether the line can be opened: engines have no question in common."""
        if self._turn.locked():
            return health.Busy()
        async with self._turn:
            try:
                (await self._connect()).flush_input()
            except PortError as error:
                await self._hang_up()
                return health.Offline(str(error))
        return health.Ready()

    async def scan(self) -> ScanOutcome:
        """See `CodeScanner`."""
        async with self._turn:
            try:
                port = await self._connect()
                port.flush_input()
                self._inbox.reset()
                try:
                    return await self._code(port)
                finally:
                    with contextlib.suppress(PortError):
                        await self._say(port, self._trigger.stop)
                    port.flush_input()
            except PortError as error:
                await self._hang_up()
                return ScannerFailed(str(error))

    async def _code(self, port: Port) -> ScanOutcome:
        now = asyncio.get_running_loop().time
        begin_at, heard_bytes = now(), 0
        while True:
            if now() >= begin_at:
                await self._say(port, self._trigger.start)
                begin_at = now() + self.settings.again_s
            data = await port.read(self.settings.silence_s)
            heard_bytes += len(data)
            for code in self._inbox.feed(data) if data else self._inbox.silence():
                if not self._is_repeated(code, now()):
                    return Scanned(code)
                heard_bytes = 0
            if heard_bytes > FLOOD_BYTES:
                return ScannerFailed("it sends without end what is no code")

    def _is_repeated(self, code: str, at: float) -> bool:
        last, given_at = self._last
        self._last = (code, at)
        return code == last and at - given_at < self.settings.repeat_s

    async def _say(self, port: Port, command: bytes) -> None:
        if command:
            await port.write(command, self.settings.write_timeout_s)

    async def _connect(self) -> Port:
        if self._port is None or self._port.lost is not None:
            await self._hang_up()
            self._port = await open_port(self.port, self.settings.open_timeout_s, wire.masking)
        return self._port

    async def _hang_up(self) -> None:
        port, self._port = self._port, None
        if port is not None:
            await port.aclose()
