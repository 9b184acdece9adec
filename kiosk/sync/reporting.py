"""Tells the hub how this terminal is, now and then. A report that is lost is not told again: the next one is newer."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import NoReturn

import msgspec

from kiosk.protocol.status import CONTENT_TYPE, PATH, Status
from kiosk.sync.identity import Identity
from kiosk.sync.line import HubLine
from kiosk.sync.settings import HubSettings


class Reporter:
    """See the module. Belongs to one event loop."""

    def __init__(
        self,
        waiting: Callable[[], Awaitable[int]],
        identity: Identity,
        settings: HubSettings,
        status: Callable[[int], Status],
        now: Callable[[], float],
    ) -> None:
        """`waiting` says how many rows of the journal the hub does not have, `status` how the terminal is, given that;
        `now`: seconds since 1970, UTC."""
        self._waiting = waiting
        self._identity = identity
        self._every_s = settings.report_s
        self._status = status
        self._line = HubLine(settings, now)
        self._soon = asyncio.Event()

    def soon(self) -> None:
        """How the terminal is has changed."""
        self._soon.set()

    async def run(self) -> NoReturn:
        """Until it is cancelled. Raises what the ledger raises."""
        async with self._line:
            while True:
                self._soon.clear()
                content = msgspec.json.encode(self._status(await self._waiting()))
                await self._line.ask(self._identity.key, PATH, CONTENT_TYPE, content)
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(self._every_s):
                        await self._soon.wait()
