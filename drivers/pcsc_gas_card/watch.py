"""Sees cards and readers come and go, on a thread of its own, and tells the event loop."""

import asyncio
import contextlib
import threading
import time
from collections.abc import Callable
from typing import Final

from kiosk.devices.gas_card import Presence, Slot
from kiosk.ports.pcsc import PcscError, Service, SlotState
from kiosk.ports.urls import PcscAddress

_LOOK_MS: Final = 300
"""How long one question may wait for news; nobody can end it from outside."""
_AGAIN_S: Final = 0.3
_FIRST_S: Final = 2.0
_SILENT_S: Final = 5.0
_CLOSE_S: Final = 1.5


class Watch:
    """See the module. Everything but the thread's own work is for the event loop."""

    def __init__(self, address: PcscAddress, *, direct: bool = False) -> None:
        """`direct`: cards are powered by the reader's own commands, so one that says nothing by itself is none the
        worse for it."""
        self.presence = Presence("unknown")
        self._address = address
        self._direct = direct
        self._loop: asyncio.AbstractEventLoop | None = None
        self._reader = ""
        self._trouble: str | None = "nobody has looked yet"
        self._moves: int | None = None
        self._first = asyncio.Event()
        self._news = asyncio.Event()
        self._ended = asyncio.Event()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="card watch", daemon=True)
        self._beat = time.monotonic()

    @property
    def identity(self) -> str:
        """The reader's name, and what is in its slot."""
        slots = {"empty": "no card in it", "card": "a card in it", "mute": "a card in it that does not answer"}
        return f"{self._reader}, {slots[self.presence.slot]}" if self.presence.slot in slots else ""

    def start(self) -> None:
        """Begin to look."""
        if self._loop is None:
            self._loop = asyncio.get_running_loop()
            self._thread.start()

    async def aclose(self) -> None:
        """End the thread, unless the service keeps it."""
        self._stop.set()
        if self._loop is not None:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_CLOSE_S):
                    await self._ended.wait()
                    self._thread.join()  # it has nothing more to do

    async def trouble(self) -> str | None:
        """Why no card can be seen; None while all is well."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_FIRST_S):
                await self._first.wait()
        if time.monotonic() - self._beat > _SILENT_S:
            return "pcscd does not answer"
        return self._trouble

    async def changed(self, seen: Presence) -> Presence:
        """See `GasCardReader`."""
        while self.presence == seen:
            self._news.clear()
            await self._news.wait()
        return self.presence

    # -- on the event loop, called by the thread --------------------------------------------------------------------

    def _saw(self, reader: str, slot: SlotState) -> None:
        self._reader, self._trouble = reader, None
        came = slot.present and slot.moves != self._moves
        self._moves = slot.moves
        self._become("empty" if not slot.present else "mute" if slot.mute and not self._direct else "card", came=came)

    def _failed(self, why: str) -> None:
        self._trouble, self._moves = why, None
        self._become("unknown", came=False)

    def _become(self, slot: Slot, *, came: bool) -> None:
        self.presence = Presence(slot, self.presence.insertions + came)
        self._first.set()
        self._news.set()

    # -- the thread -------------------------------------------------------------------------------------------------

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self._look()
            except PcscError as error:
                self._tell(self._failed, str(error))
                self._beat = time.monotonic()
            self._stop.wait(_AGAIN_S)
        self._tell(self._ended.set)

    def _look(self) -> None:
        """Until something is wrong."""
        with Service(self._address) as service:
            reader = service.reader()
            state = service.slot(reader)
            self._tell(self._saw, reader, state)
            while not self._stop.is_set():
                self._beat = time.monotonic()
                before, state = state, service.slot(reader, state.raw, _LOOK_MS)
                if state != before:
                    self._tell(self._saw, reader, state)

    def _tell(self, what: Callable[..., None], *arguments: object) -> None:
        if self._loop is not None:
            with contextlib.suppress(RuntimeError):  # the loop has ended: nobody listens any more
                self._loop.call_soon_threadsafe(what, *arguments)
