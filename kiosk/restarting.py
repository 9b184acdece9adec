"""Starts the program anew when the staff order it: between two visits, and once."""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable

from kiosk.protocol.commands import Restart
from kiosk.sync.carrying import End, Taken

AGAIN = 64
"""Exit code of a window whose program is to be started anew."""


class Restarting:
    """See the module."""

    def __init__(self, between_visits: Callable[[], Awaitable[None]]) -> None:
        self._between_visits = between_visits
        self._asked: set[str] = set()
        self.due = asyncio.Event()
        """Set once it is time."""

    async def restart(self, command: Restart, taken: Taken) -> End:
        """Ends in the next process: that one knows that it was started anew."""
        if taken.again and taken.id not in self._asked:
            return End()
        self._asked.add(taken.id)
        return await self.when_nobody_is_here()

    async def when_nobody_is_here(self) -> End:
        """Have the program started anew; does not return."""
        await self._between_visits()
        self.due.set()
        ends: asyncio.Future[End] = asyncio.get_running_loop().create_future()
        return await ends


def start_anew() -> int:
    """Run this command from its beginning in this process; or end it where a supervisor starts it again."""
    if "NOTIFY_SOCKET" not in os.environ:
        os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])
    return 0
