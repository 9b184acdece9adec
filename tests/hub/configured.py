"""A terminal that the hub configures: it ends where it would start anew, and the test starts it again."""

import asyncio
from pathlib import Path
from typing import Any

from kiosk import config_hub
from kiosk.config import Config
from kiosk.config_start import load_for_start
from kiosk.configuring import Configuring
from kiosk.ledger.ledger import Ledger
from kiosk.protocol.commands import Configure
from kiosk.sync.asking import AtHub
from kiosk.sync.carrying import Carrier, End, Handlers
from kiosk.sync.commands import Listener
from kiosk.sync.identity import keep
from tests.hub.conftest import Sending

OWN = (Path(__file__).parents[2] / "config.toml").read_text("utf-8")


class Listening:
    """A terminal's listener over a ledger."""

    def __init__(self, ledger: Ledger, sending: Sending, handlers: Handlers) -> None:
        self.carrier = Carrier(ledger, handlers, lambda: int(sending.clock() * 1000))
        self._listener = Listener(self.carrier, sending.identity, sending.settings, sending.clock)
        self._task: asyncio.Task[Any] | None = None

    async def begin(self) -> None:
        await self.carrier.go_on()
        self._task = asyncio.create_task(self._listener.run())

    async def end(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])
        await self.carrier.aclose()


class Configured:
    """See the module."""

    def __init__(self, root: Path, sending: Sending) -> None:
        self.folder = root / "ledger"
        self.config = root / "config.toml"
        self.config.write_text(OWN.replace("var/ledger", "ledger"))
        keep(self.folder, sending.identity)
        self._sending = sending
        self._restarts = asyncio.Event()
        self._came_up = asyncio.Event()
        self._listening: Listening | None = None

    def load(self) -> Config:
        """As at a start."""
        return load_for_start(self.config, self.folder)

    async def begin(self) -> None:
        """Listen to the hub."""
        self._restarts.clear()
        self._came_up.clear()
        hub = AtHub(self.folder, self._sending.settings, self._sending.clock)
        configuring = Configuring(self.config, self.folder, hub, self._restart, self._came_up)
        self._listening = Listening(self._sending.ledger, self._sending, {Configure: configuring.configure})
        await self._listening.begin()

    async def until_restart(self) -> None:
        """It has taken a version, and would start anew with it."""
        await asyncio.wait_for(self._restarts.wait(), 20)
        await self.end()

    def come_up(self, version: int) -> None:
        """It serves with that version."""
        config_hub.came_up(self.folder, version)
        self._came_up.set()

    async def end(self) -> None:
        """Power off."""
        if self._listening is not None:
            await self._listening.end()
        self._listening = None

    async def _restart(self) -> End:
        self._restarts.set()
        await asyncio.Event().wait()
        raise AssertionError
