"""Takes personal values that terminals sealed for this hub, and forgets them in time."""

import asyncio
import contextlib
import logging
from collections.abc import Callable

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from starlette.requests import Request

from hub.portable import Portable
from hub.store import StoreBusyError, Terminal
from kiosk.protocol.sealing import Private, SealingKey, sealing_key

log = logging.getLogger(__name__)

UPKEEP_S = 3600.0


class Drawer:
    """See the module. What is kept stays sealed: only a page that somebody may see opens it.

    Raises `StoreBusyError`.
    """

    def __init__(self, store: Portable, key: Ed25519PrivateKey, now: Callable[[], float]) -> None:
        """`now` in seconds since 1970."""
        self._store = store
        self._key = key
        self._now = now

    async def take(self, request: Request, sender: Terminal, private: Private) -> SealingKey:
        """Keep what is not there yet, nor was there before."""
        async with self._store.work() as sql:
            for row in private.rows:
                await sql(
                    "INSERT INTO sealed VALUES ($1, $2, $3, $4) ON CONFLICT (hall, subject) DO NOTHING",
                    *(sender.hall, row.subject, row.expires_ms, row.content),
                )
        return sealing_key(self._key, request.headers["content-digest"])

    async def keep_forgetting(self) -> None:
        """Delete what has expired, for ever."""
        while True:
            with contextlib.suppress(StoreBusyError):
                await self.forget()
            await asyncio.sleep(UPKEEP_S)

    async def forget(self) -> None:
        """Delete what has expired."""
        async with self._store.work() as sql:
            gone = await sql("DELETE FROM sealed WHERE expires_ms <= $1 RETURNING hall", int(self._now() * 1000))
        if gone:
            log.info("%d personal values have expired and are deleted", len(gone))
