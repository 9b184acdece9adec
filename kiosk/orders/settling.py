"""What two of the staff want of one order, until its runner has come to it between two steps."""

import asyncio
from collections.abc import Callable
from typing import NamedTuple

from kiosk.protocol import events as ev
from kiosk.protocol.order.by_staff import ALREADY, no_giving_back
from kiosk.protocol.order.rows import GOODS_FINAL, Rows


class Settlement(NamedTuple):
    """What people settled: an event that the runner is to record."""

    event: ev.Event
    why_not: Callable[[Rows], str]
    """Why it cannot be, as a message key; empty where it can."""
    answer: asyncio.Future[str]

    def end(self, why: str) -> None:
        """It is recorded, or `why` not."""
        if not self.answer.done():  # whoever waited may be gone
            self.answer.set_result(why)


class Settling:
    """See the module. Belongs to the engine's loop."""

    def __init__(self, wake: Callable[[], None]) -> None:
        """`wake` has the runner look."""
        self._wake = wake
        self._waiting: list[Settlement] = []
        self._delivery_over = asyncio.Event()
        """Set while it is known what becomes of the goods, or the staff cannot change it."""
        self.unwanted = False
        """Whether the order is to be given up, if it can be."""

    async def give_up_goods(self) -> None:
        """Have the order given up, if it can be: returns once the company will not deliver it any more, or has, or
        nobody can give it up."""
        self.unwanted = True
        self._wake()
        await self._delivery_over.wait()

    async def settle(self, event: ev.Event, why_not: Callable[[Rows], str]) -> str:
        """Have an event recorded unless `why_not` then says why it cannot be: that."""
        settlement = Settlement(event, why_not, asyncio.get_running_loop().create_future())
        self._waiting.append(settlement)
        self._wake()
        return await settlement.answer

    def next(self, rows: Rows) -> Settlement | None:
        """What is to be recorded now; what cannot be is answered."""
        while self._waiting:
            settlement = self._waiting.pop(0)
            if not (why := settlement.why_not(rows)):
                return settlement
            settlement.end(why)
        return None

    def see(self, rows: Rows) -> None:
        """This is how the order stands."""
        if rows.order.state in GOODS_FINAL or no_giving_back(rows) not in ("", ALREADY):
            self._delivery_over.set()
        else:
            self._delivery_over.clear()
