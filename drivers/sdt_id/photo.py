"""The photo of a card through a program of the reader's maker: its format is a secret, its decoders are closed.

The program gets the photo on its standard input, and nothing is written to a disk; one that hangs or crashes costs the
picture alone.
"""

import asyncio
import contextlib
import logging
from collections.abc import Sequence

log = logging.getLogger(__name__)

_PICTURES = (b"BM", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")
_LARGEST = 1 << 20


async def decoded(photo: bytes, program: Sequence[str], limit_s: float) -> bytes:
    """The picture file that `program` makes of `photo`; empty where it makes none in time."""
    try:
        process = await asyncio.create_subprocess_exec(
            *program, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
        )
    except OSError as error:
        log.error("the photo decoder cannot be started: %s", error.strerror)
        return b""
    try:
        async with asyncio.timeout(limit_s):
            picture, _ = await process.communicate(photo)
    except TimeoutError:
        log.error("the photo decoder took longer than %g s", limit_s)
        return b""
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    if process.returncode == 0 and len(picture) <= _LARGEST and picture.startswith(_PICTURES):
        return picture
    log.error("the photo decoder made no picture (exit status %s)", process.returncode)
    return b""
