"""A loop whose clock is its own, and stands still but for what is waited for."""

import asyncio
import selectors

EPOCH_MS = 1_795_500_000_000


class _Selector(selectors.DefaultSelector):
    """Waits by moving the clock on."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        self.now += timeout or 0.0
        return super().select(0)


class Loop(asyncio.SelectorEventLoop):
    """See the module."""

    def __init__(self) -> None:
        self._clock = _Selector()
        super().__init__(self._clock)

    def time(self) -> float:
        """Seconds since it was made."""
        return self._clock.now

    def now_ms(self) -> int:
        """What a wall clock shows."""
        return EPOCH_MS + int(self.time() * 1000)
