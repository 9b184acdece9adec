"""The terminal's side of the typesetting process: one process a visit, ended with it, and every answer in time."""

import asyncio
import contextlib
import os
import sys
from collections.abc import AsyncIterator, Iterable, Mapping
from pathlib import Path
from types import MappingProxyType

import msgspec

from kiosk.forms.catalogue import FormError
from kiosk.forms.form import Form
from kiosk.forms.wire import (
    ANSWERS,
    LARGEST,
    LENGTH,
    Answer,
    Failed,
    Hall,
    Request,
    Sheets,
    Spell,
    Spelled,
    Typeset,
    frame,
)

BLANK: Mapping[str, str] = MappingProxyType({})


class Typesetter:
    """Makes forms into PDFs and pictures. A process begins with the first wish; `aclose` forgets all by ending it."""

    def __init__(self, hall: Hall, width: int, seconds: float, folders: Iterable[Path]) -> None:
        """Pictures are `width` px wide; a form that takes longer than `seconds` is given up. Forms lie in `folders`:
        the process reads no others."""
        self._folders = tuple(str(folder.absolute()) for folder in folders)
        self._hall = hall
        self._width = width
        self._seconds = seconds
        self._process: asyncio.subprocess.Process | None = None
        self._turn = asyncio.Lock()

    async def warm(self) -> None:
        """Begin now what the first form would wait for."""
        async with self._turn:
            await self._started()

    async def sheets(self, form: Form, answers: Mapping[str, str] = BLANK) -> Sheets:
        """The form, blank or filled in. Raises `FormError`, whose words quote no answer."""
        wish = Typeset(
            folder=str(form.folder.absolute()),
            number=form.number,
            title=form.file.title,
            official=form.official,
            mono=form.file.mono,
            fields=form.fields,
            answers=dict(answers),
            hall=self._hall,
            width=self._width,
        )
        answer = await self._ask(wish)
        if isinstance(answer, Sheets):
            return answer
        raise FormError(f"form {form.number}: {answer.why if isinstance(answer, Failed) else 'no sheets came'}")

    async def spelled(self, titles: tuple[str, ...]) -> tuple[str, ...]:
        """Their pinyin. Raises `FormError`."""
        answer = await self._ask(Spell(titles=titles))
        if isinstance(answer, Spelled):
            return answer.spelled
        raise FormError(answer.why if isinstance(answer, Failed) else "no pinyin came")

    async def aclose(self) -> None:
        """End the process; what it knew is gone."""
        process, self._process = self._process, None
        if process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()

    async def _ask(self, request: Request) -> Answer:
        async with self._turn:
            try:
                async with asyncio.timeout(self._seconds):
                    return await self._exchange(request)
            except TimeoutError:
                why = f"it takes longer than {self._seconds:g} s"
            except (OSError, EOFError, msgspec.DecodeError, asyncio.IncompleteReadError):
                why = "the process that makes it ended"
            except asyncio.CancelledError:
                await self.aclose()  # its answer would be taken for the next one's
                raise
            await self.aclose()
            return Failed(why=why)

    async def _exchange(self, request: Request) -> Answer:
        process = await self._started()
        if process.stdin is None or process.stdout is None:
            raise EOFError
        process.stdin.write(frame(request))
        await process.stdin.drain()
        (length,) = LENGTH.unpack(await process.stdout.readexactly(LENGTH.size))
        if length > LARGEST:
            raise EOFError
        return ANSWERS.decode(await process.stdout.readexactly(length))

    async def _started(self) -> asyncio.subprocess.Process:
        if self._process is None or self._process.returncode is not None:
            kept = {name: value for name, value in os.environ.items() if name in ("PATH", "LANG", "PYTHONPATH")}
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-P",
                "-m",
                "kiosk.forms.worker",
                *self._folders,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                env=kept,
                limit=1 << 20,
            )
        return self._process


@contextlib.asynccontextmanager
async def typesetter(hall: Hall, width: int, seconds: float, folders: Iterable[Path]) -> AsyncIterator[Typesetter]:
    """One that is ended at the end, whatever happens."""
    made = Typesetter(hall, width, seconds, folders)
    try:
        yield made
    finally:
        await made.aclose()
