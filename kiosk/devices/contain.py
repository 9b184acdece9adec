"""What a driver raises stays with the driver."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


async def contained(call: Coroutine[Any, Any, T]) -> T:
    """What `call` returns or raises; what is no `Exception` becomes `RuntimeError`.

    A vendor's library may know nothing of `Exception`, or call `sys.exit`: in a task, that would end the engine.
    """
    try:
        return await call
    except (Exception, asyncio.CancelledError, GeneratorExit, KeyboardInterrupt):
        raise
    except BaseException as error:
        raise RuntimeError(f"the driver raised {type(error).__name__}: {error}") from error
