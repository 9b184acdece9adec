"""Those who wait at this process for news of something. One look for all of them finds what other processes did."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Awaitable, Callable, Collection, Hashable
from typing import Generic, TypeVar

from hub.store import StoreBusyError

LOOK_S = 0.25
"""Between two looks."""
LISTEN_S = 5.0
"""Between two looks at whether somebody who waits is still there."""
_K = TypeVar("_K", bound=Hashable)


class Waiting(Generic[_K]):
    """By the key of what they wait for. Belongs to one event loop."""

    def __init__(self, look: Callable[[], Awaitable[Collection[_K]]]) -> None:
        """`look` says of what there may be news; it may raise `StoreBusyError`."""
        self._look = look
        self._here: dict[_K, set[asyncio.Event]] = {}
        self._looking: asyncio.Task[None] | None = None

    def wake(self, key: _K) -> None:
        """There may be news of it."""
        for event in self._here.get(key, ()):
            event.set()

    async def turns(self, key: _K) -> AsyncGenerator[bool, None]:
        """True at once, and whenever there may be news; False each `LISTEN_S` without any."""
        news = asyncio.Event()
        news.set()
        here = self._here.setdefault(key, set())
        here.add(news)
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._keep_looking())
        try:
            while True:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(LISTEN_S):
                        await news.wait()
                come = news.is_set()
                news.clear()
                yield come
        finally:
            here.discard(news)
            if not here:
                self._here.pop(key, None)

    async def _keep_looking(self) -> None:
        while self._here:
            await asyncio.sleep(LOOK_S)
            with contextlib.suppress(StoreBusyError):  # who waits finds out by itself
                for key in await self._look():
                    self.wake(key)
