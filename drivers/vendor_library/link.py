"""A vendor's library at arm's length: in a process of its own, which may crash, hang or scribble.

One call at a time. Whatever happens to the process is a `Lost` answer, and the next call begins with a fresh one.
"""

import asyncio
import contextlib
import os
import signal
import sys
from typing import NamedTuple

ROOM = 8192
"""Bytes for an answer: much more than any has, for a library that writes too far."""
_KEPT = ("PATH", "LANG", "LC_ALL", "HOME", "LD_LIBRARY_PATH", "PYTHONPATH")


class Returned(NamedTuple):
    """The function came back."""

    code: int
    answer: bytes


class Lost(NamedTuple):
    """Nobody knows what it did. `begun` is False only where it was never called."""

    why: str
    begun: bool


class Library:
    """See the module. Belongs to one event loop."""

    def __init__(self, path: str, function: str, load_seconds: float, call_seconds: float) -> None:
        self._words = (path, function, str(ROOM))
        self._load_seconds = load_seconds
        self._call_seconds = call_seconds
        self._process: asyncio.subprocess.Process | None = None
        self._turn = asyncio.Lock()
        self._closed = False

    @property
    def busy(self) -> bool:
        """Whether a call is under way."""
        return self._turn.locked()

    async def trouble(self) -> str:
        """Why it cannot be called, or nothing."""
        async with self._turn:
            return await self._loaded()

    async def call(self, request: bytes) -> Returned | Lost:
        """Call the function once. Takes as long as the library does, and no longer than its limit."""
        async with self._turn:
            if why := await self._loaded():
                return Lost(why, begun=False)
            try:
                async with asyncio.timeout(self._call_seconds):
                    return await self._exchange(request)
            except TimeoutError:
                return Lost(f"the library did not come back in {self._call_seconds:g} s", begun=True)
            finally:
                if self._process is not None and not self._between_calls:
                    await self._end()

    async def aclose(self) -> None:
        """End the process. A call under way is lost."""
        self._closed = True
        await self._end()

    _between_calls = True

    async def _exchange(self, request: bytes) -> Returned | Lost:
        process = self._process
        if process is None or process.stdin is None or process.stdout is None:
            return Lost("the library is not there", begun=False)
        self._between_calls = False
        try:
            process.stdin.write(request.hex().encode() + b"\n")
            await process.stdin.drain()
            code, _, answer = (await process.stdout.readline()).decode("ascii").partition(" ")
            returned = Returned(int(code), bytes.fromhex(answer))
        except (OSError, ValueError):  # also a line that is cut off, or too long
            return Lost(f"the library {_ending(await self._end())}", begun=True)
        self._between_calls = True
        return returned

    async def _loaded(self) -> str:
        if self._closed:
            return "it was closed"
        if self._process is not None and self._process.returncode is None:
            return ""
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-P",
            "-m",
            "drivers.vendor_library.child",
            *self._words,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env={name: value for name, value in os.environ.items() if name in _KEPT},
            limit=4 * ROOM,
        )
        self._between_calls = True
        said = b""
        with contextlib.suppress(TimeoutError, ValueError):
            async with asyncio.timeout(self._load_seconds):
                if self._process.stdout is not None:
                    said = await self._process.stdout.readline()
        if said == b"loaded\n":
            return ""
        ended = _ending(await self._end())
        return said.decode("utf-8", "replace").strip() or f"the library {ended} when it was loaded"

    async def _end(self) -> int | None:
        process, self._process = self._process, None
        if process is None:
            return None
        with contextlib.suppress(TimeoutError):  # it may be dying by itself: then that is how it ended
            async with asyncio.timeout(0.2 if not self._closed else 0):
                return await process.wait()
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
        return None


def _ending(code: int | None) -> str:
    if code is None:
        return "hung"
    if code < 0:
        with contextlib.suppress(ValueError):
            return f"crashed ({signal.Signals(-code).name})"
    return f"ended with {code}"
