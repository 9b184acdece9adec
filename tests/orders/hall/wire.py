"""What carries a call to a peer and its answer back, or not."""

import asyncio
from collections.abc import Callable
from typing import Literal, TypeVar

T = TypeVar("T")
Mishap = Literal["none", "lost_request", "lost_answer", "late", "twice", "hangs", "raises"]
MISHAPS: tuple[Mishap, ...] = ("none", "lost_request", "lost_answer", "late", "twice", "hangs", "raises")
LATE_S = 20.0
"""How long a request may be on its way."""


class Wire:
    """To one peer. Its mishaps are those of the next calls."""

    def __init__(self) -> None:
        self.mishaps: list[Mishap] = []
        self.away = False
        self.breaches: list[AssertionError] = []
        """Laws that a call has broken: the runner takes what a driver raises for a defect of the driver."""

    def law(self, check: Callable[[], None]) -> None:
        """Hold a call against a law, before its first byte."""
        try:
            check()
        except AssertionError as error:
            self.breaches.append(error)
            raise

    async def carry(self, act: Callable[[], T], lost: T, unsent: T) -> T:
        """The answer of `act`, `lost` where none came, `unsent` where it cannot have left."""
        mishap = self.mishaps.pop(0) if self.mishaps else "none"
        if self.away:
            await asyncio.sleep(0.05)
            return unsent
        if mishap == "late":
            asyncio.get_running_loop().call_later(LATE_S, act)
        await asyncio.sleep(0.05)
        if mishap in ("lost_request", "late"):
            return lost
        answer = act()
        if mishap == "twice":
            asyncio.get_running_loop().call_later(LATE_S, act)
        if mishap == "hangs":
            await asyncio.sleep(10_000)
        if mishap == "raises":
            raise RuntimeError("a defect")
        return lost if mishap == "lost_answer" else answer
