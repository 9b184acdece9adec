"""Blocking work off the event loop, on threads that can never keep the process from ending.

An executor's job outlives `wait_for` and holds the interpreter's exit; a daemon thread of our own does not.
"""

import asyncio
import contextlib
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Generic, TypeVar

T = TypeVar("T")


class _Delivery(Generic[T]):
    """Takes what a block of the thread yields, or its exception, to a future of the event loop."""

    def __init__(self, future: asyncio.Future[T]) -> None:
        self._future = future

    def __enter__(self) -> "_Delivery[T]":
        return self

    def give(self, value: T) -> None:
        self._on_loop(lambda: self._future.set_result(value))

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> bool:
        if error is not None:
            self._on_loop(lambda: self._future.set_exception(error))
        return True

    def _on_loop(self, settle: Callable[[], None]) -> None:
        def unless_cancelled() -> None:
            if not self._future.done():
                settle()

        with contextlib.suppress(RuntimeError):  # the loop has ended meanwhile: nobody waits
            self._future.get_loop().call_soon_threadsafe(unless_cancelled)


async def in_daemon_thread(work: Callable[[], T], name: str) -> T:
    """Run `work` on a new daemon thread and wait for its value; its exception is raised here.

    When the caller is cancelled the thread goes on by itself and its result is dropped.
    """
    future: asyncio.Future[T] = asyncio.get_running_loop().create_future()

    def run() -> None:
        with _Delivery(future) as delivery:
            delivery.give(work())

    threading.Thread(target=run, name=name, daemon=True).start()
    return await future
