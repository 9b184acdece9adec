"""Whether the staff have closed this terminal, and what they say to residents. It outlives the power."""

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path

from kiosk.ledger.disk import write_once
from kiosk.ledger.files import Files
from kiosk.protocol.commands import CloseTerminal, OpenTerminal
from kiosk.sync.carrying import End, Taken

log = logging.getLogger(__name__)


class Closing:
    """See the module. `changed` is called after each change."""

    def __init__(self, folder: Path, changed: Callable[[], None]) -> None:
        """`folder` is the ledger's."""
        self._path = Files(folder).closed
        self._changed = changed
        self._one_by_one = asyncio.Lock()
        self.reason = self._read()
        """Empty while it is open."""

    async def close(self, command: CloseTerminal, taken: Taken) -> End:
        """Serve nobody after who is served now."""
        async with self._one_by_one:
            await asyncio.to_thread(write_once, self._path, command.reason.encode())
            self.reason = command.reason
        self._changed()
        return End()

    async def open(self, command: OpenTerminal, taken: Taken) -> End:
        """Serve again."""
        async with self._one_by_one:
            await asyncio.to_thread(self._path.unlink, missing_ok=True)
            self.reason = ""
        self._changed()
        return End()

    def _read(self) -> str:
        try:
            return self._path.read_text("utf-8", "replace")
        except FileNotFoundError:
            return ""
        except OSError as error:
            log.error("nobody knows whether the staff closed this terminal: %s", error)
            return ""
