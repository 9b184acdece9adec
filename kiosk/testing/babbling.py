"""A device whose electronics are broken: it sends without end, whatever it is asked."""

import asyncio
from collections.abc import Callable

NOISE = bytes(range(256)) * 64
"""Every byte that means anything to anybody, in no order that does."""
PAUSE_S = 0.02
"""Between two portions: far more than any cable here carries."""


class Babbling:
    """Pours noise into a wire from `begin` to `end`. `pour` takes as much as fits, and waits for nobody."""

    def __init__(self, pour: Callable[[bytes], object]) -> None:
        self._pour = pour
        self._task: asyncio.Task[None] | None = None

    def begin(self) -> None:
        """Once is enough."""
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._babble())

    def end(self) -> None:
        """Be quiet."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()

    async def _babble(self) -> None:
        while True:
            self._pour(NOISE)
            await asyncio.sleep(PAUSE_S)
