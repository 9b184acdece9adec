"""What a ledger needs now and then while it is open. A ledger that fails meanwhile says so itself."""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from kiosk.ledger.errors import LedgerError
from kiosk.ledger.ledger import Ledger

log = logging.getLogger(__name__)

EVERY = timedelta(hours=1)


async def keep_up(ledger: Ledger) -> None:
    """Delete expired personal values and cut the log, until it is cancelled or the ledger fails."""
    with contextlib.suppress(LedgerError):
        while True:
            await ledger.forget_expired()
            await asyncio.sleep(EVERY.total_seconds())
            await ledger.tidy()


async def archive(ledger: Ledger, folder: Path, keep: timedelta, now: Callable[[], float]) -> None:
    """Move rows that are older than that to `folder`, until it is cancelled or the ledger fails. By itself: a folder in
    the network may hang, and nothing else waits for it. `now`: seconds since 1970, UTC."""
    with contextlib.suppress(LedgerError):
        while True:
            try:
                await ledger.prune(folder, int((now() - keep.total_seconds()) * 1000))
            except OSError as error:
                log.error("old rows of the journal cannot be archived in %s: %s", folder, error)
            await asyncio.sleep(EVERY.total_seconds())
