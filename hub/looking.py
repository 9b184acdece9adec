"""Whether a page that browsers have open would show something else. One look for all of them, whoever asks next."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

FRESH_S = 1.0
"""How long a look is good."""
Look = Callable[[str], Awaitable[object]]
"""`await look(hall)`: another value whenever the page of that hall, or of all where it is empty, would show something
else."""


class Looks:
    """Of one process. Belongs to one event loop."""

    def __init__(self, looks: Mapping[str, Look]) -> None:
        """By the name of the page."""
        self._looks = looks
        self._kept: dict[tuple[str, str], tuple[float, asyncio.Task[Any]]] = {}

    async def at(self, page: str, hall: str) -> object:
        """What a page shows, or showed a moment ago. Raises what its look raises, and `KeyError` for no page."""
        now, look = time.monotonic(), self._looks[page]
        self._kept = {key: kept for key, kept in self._kept.items() if now - kept[0] < FRESH_S}
        if (page, hall) not in self._kept:
            self._kept[page, hall] = now, asyncio.create_task(_made(look, hall))
        return await asyncio.shield(self._kept[page, hall][1])  # who goes away takes it from nobody


async def _made(look: Look, hall: str) -> object:
    return await look(hall)
