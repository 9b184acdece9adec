"""Where money is taken: open while a ledger can be trusted with it, and closed while an earlier one that could not be
waits for the staff."""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from datetime import tzinfo
from pathlib import Path

from kiosk.ledger.files import Files
from kiosk.ledger.ledger import Ledger
from kiosk.orders.orders import Orders
from kiosk.orders.world import World

log = logging.getLogger(__name__)

LOOK_SECONDS = 10.0
"""Between looks at whether the staff settled what an earlier ledger owes."""


class Till:
    """See the module. Belongs to the engine's loop."""

    def __init__(
        self, folder: Path, world: Callable[[Ledger], World], zone: tzinfo, changed: Callable[[], None]
    ) -> None:
        """`folder` is the ledger's; `world` is what the orders of a ledger need; `changed` is called when it is known
        whether money is open."""
        self._folder = folder
        self._world = world
        self._zone = zone
        self._changed = changed
        self._open = asyncio.Event()
        self.orders: Orders | None = None
        """None while money is closed."""
        self.was_open = asyncio.Event()
        """Set once money was open for the first time."""

    async def opened(self) -> Orders:
        """Once money is open."""
        while self.orders is None:
            await self._open.wait()
        return self.orders

    async def keep_open(self, ledger: Ledger) -> None:
        """Until the ledger fails. Raises what the ledger raises, `OSError`."""
        if not await self._trusted(ledger):
            return
        orders = Orders(ledger, self._world(ledger), self._zone, on_broken=ledger.failed.set)
        try:
            unclosed = await orders.recover()
            if unclosed:
                log.info("going on with %d orders that are not finished", unclosed)
            self.orders = orders
            self.was_open.set()
            self._open.set()
            self._changed()
            await ledger.failed.wait()
        finally:
            self.orders = None
            self._open.clear()
            await orders.aclose()

    async def _trusted(self, ledger: Ledger) -> bool:
        """Wait for the staff where they have to settle something first: whoever is owed it stands in a ledger that was
        set aside. False where this ledger fails meanwhile."""
        told = False
        while aside := await asyncio.to_thread(Files(self._folder).set_aside):
            if not told:
                newest, why = aside[-1]
                log.error("money stays closed until %s was settled and moved elsewhere: %s", newest, why)
                told = True
            self._changed()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK_SECONDS):
                    await ledger.failed.wait()
                    return False
        return True
