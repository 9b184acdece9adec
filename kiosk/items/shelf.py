"""The catalogue that residents look through: read when the terminal starts, and again when it was replaced."""

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path

from kiosk.items.catalogue import Catalogue, CatalogueError, read

log = logging.getLogger(__name__)

LOOK_SECONDS = 3.0
"""Between looks for a catalogue that was imported meanwhile."""

_Stamp = tuple[int, int, int]


class Shelf:
    """See the module. A file that is missing or damaged leaves what was read before, and is logged once."""

    def __init__(self, path: Path | None, on_change: Callable[[], None]) -> None:
        """`path` is None where nobody wants a catalogue."""
        self.looked = asyncio.Event()
        """Set after the first look."""
        self.catalogue: Catalogue | None = None
        self._path = path
        self._on_change = on_change
        self._seen: _Stamp | None = None
        self._told = ""

    async def keep_looking(self) -> None:
        """For ever."""
        while self._path is not None:
            await self.look(self._path)
            self.looked.set()
            await asyncio.sleep(LOOK_SECONDS)
        self.looked.set()

    async def look(self, path: Path) -> None:
        """Read the file if it is another one than the last time."""
        try:
            found = await asyncio.to_thread(self._read, path)
        except CatalogueError as error:
            if str(error) != self._told:
                log.error("%s", error)
            self._told = str(error)
            return
        if found is not None:
            self._told = ""
            self.catalogue = found
            log.info("the catalogue has %d items", len(found.items))
            self._on_change()

    def _read(self, path: Path) -> Catalogue | None:
        try:
            status = path.stat()
        except OSError as error:
            raise CatalogueError(f"there is no catalogue at {path}: {error.strerror}") from error
        stamp = status.st_mtime_ns, status.st_size, status.st_ino
        if stamp == self._seen:
            return None
        self._seen = stamp  # a damaged one is not read again and again
        return read(path)
