"""What the hub has of journals, as it was sent."""

from collections.abc import AsyncIterator

from hub.portable import Portable

AT_ONCE = 1000
_LEDGERS = "SELECT ledger FROM head WHERE hall = $1 AND terminal = $2 ORDER BY at_ms, ledger"
_ROWS = "SELECT seq, body FROM event WHERE ledger = $1 AND seq > $2 ORDER BY seq LIMIT $3"


async def bodies(store: Portable, hall: str, terminal: str) -> AsyncIterator[str]:
    """The rows of every ledger of a terminal, the one that it sends now last."""
    async with store.work() as sql:
        ledgers = await sql(_LEDGERS, hall, terminal)
    for (ledger,) in ledgers:
        last, rows = 0, [(0, "")]
        while rows:
            async with store.work() as sql:
                rows = await sql(_ROWS, ledger, last, AT_ONCE)
            for seq, body in rows:
                last = seq
                yield body
