"""How long to wait before the hub is asked again after it could not be: twice as long each time, and never in step with
other terminals."""

import asyncio
import contextlib
import logging
import secrets

from kiosk.sync.settings import HubSettings

log = logging.getLogger(__name__)


class Pauses:
    """Of one kind of request."""

    def __init__(self, settings: HubSettings, meanwhile: str) -> None:
        """`meanwhile` ends the line of the log: what becomes of it until the hub answers."""
        self._settings = settings
        self._meanwhile = meanwhile
        self._pause = 0.0
        self._told = ""
        self._hurry = asyncio.Event()

    async def after(self, trouble: str) -> None:
        """Say what was wrong, once for each trouble, not once for each try: a hub may be away for days. And wait.

        What stands in brackets may differ each time.
        """
        kind = trouble.partition(" (")[0]
        if kind != self._told:
            log.error("%s; %s", trouble, self._meanwhile)
        self._told = kind
        self._pause = min(max(2 * self._pause, self._settings.retry_s), self._settings.longest_pause_s)
        self._hurry.clear()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._pause * (50 + secrets.randbelow(51)) / 100):
                await self._hurry.wait()

    def hurry(self) -> None:
        """End the pause: the hub answered something else."""
        self._hurry.set()

    def over(self) -> None:
        """It went well."""
        if self._told:
            log.info("the hub answers again")
        self._told, self._pause = "", 0.0
