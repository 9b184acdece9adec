"""Sends the last lines of the log to the hub, when the staff ask for them."""

import asyncio
from pathlib import Path

from kiosk.logbook import last_lines
from kiosk.protocol.commands import LOG_TYPE, SendLog, log_path
from kiosk.sync.asking import AtHub, RefusedError
from kiosk.sync.carrying import End, Taken

NO_LOG = "hub.command.no_log"
_MOST_ANSWER = 65536


class LogSender:
    """See the module."""

    def __init__(self, folder: Path, hub: AtHub) -> None:
        """`folder` is the ledger's."""
        self._folder = folder
        self._hub = hub

    async def send(self, command: SendLog, taken: Taken) -> End:
        """The hub keeps one log for a command: sent twice it is the same."""
        lines = await asyncio.to_thread(last_lines, self._folder)
        if not lines:
            return End(result="refused", why=NO_LOG)
        try:
            await self._hub.ask(log_path(taken.id), lines.encode(), LOG_TYPE, _MOST_ANSWER)
        except RefusedError as error:
            return End(result="refused", why=str(error))
        return End()
