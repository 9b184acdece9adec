"""Takes personal values that terminals sealed for this hub."""

from collections.abc import Callable

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from starlette.requests import Request

from hub.cases.case import CLOSED
from hub.portable import Portable
from hub.store import Terminal
from hub.upkeep import DAY_MS
from kiosk.protocol.sealing import Private, SealingKey, sealing_key

LONGEST_MS = 366 * DAY_MS
"""For which anything personal is kept, whatever a terminal asks for."""
_CLOSED = (
    "SELECT 1 FROM case_file JOIN matter ON matter.hall = case_file.hall AND matter.matter = case_file.matter "
    "WHERE case_file.hall = $1 AND case_file.state = $2 AND matter.body LIKE $3"
)


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
        """Keep what is not there yet, nor was there before. Of what comes once its case is closed only the place stays:
        the terminal must hear that it came."""
        longest = int(self._now() * 1000) + LONGEST_MS
        async with self._store.work() as sql:
            for row in private.rows:
                closed = await sql(_CLOSED, sender.hall, CLOSED, f'%"subject":"{row.subject}"%')
                await sql(
                    "INSERT INTO sealed VALUES ($1, $2, $3, $4) ON CONFLICT (hall, subject) DO NOTHING",
                    *(sender.hall, row.subject, min(row.expires_ms, longest), "" if closed else row.content),
                )
        return sealing_key(self._key, request.headers["content-digest"])
