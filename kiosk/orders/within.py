"""Waiting for a driver, but not for ever."""

import asyncio
import inspect
from collections.abc import Coroutine
from typing import Any, TypeVar

from kiosk.devices.contain import contained

T = TypeVar("T")


async def within(seconds: float, call: Coroutine[Any, Any, T]) -> T:
    """What `call` returns or raises. Raises `TimeoutError` after `seconds`: the call is told to stop, and left behind
    where it does not, for a driver may ignore that."""
    task = asyncio.ensure_future(contained(call))
    task.add_done_callback(_seen)
    try:
        await asyncio.wait({task}, timeout=seconds)
        if task.cancelled():  # by itself, not by us
            raise RuntimeError("the call was given up by the driver")
        if task.done():
            return task.result()
        raise TimeoutError
    finally:
        task.cancel()
        if inspect.getcoroutinestate(call) == inspect.CORO_CREATED:  # we were given up before it began
            call.close()


def _seen(task: "asyncio.Task[Any]") -> None:
    if not task.cancelled():
        task.exception()
