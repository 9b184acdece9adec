"""The terminal's side of the typesetting process: ended with the visit, and every answer in time. What it answers is
held against what can be true: a form may have taken it over.
"""

import asyncio
import contextlib
import logging
import os
import sys
from collections.abc import AsyncIterator, Iterable, Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

import msgspec

from kiosk.forms.catalogue import FormError
from kiosk.forms.form import Form
from kiosk.forms.paper import MOST_PAGES
from kiosk.forms.wire import (
    ANSWERS,
    LARGEST,
    LENGTH,
    Answer,
    Begun,
    Failed,
    Hall,
    Request,
    Sheets,
    Spell,
    Spelled,
    Typeset,
    frame,
)

log = logging.getLogger(__name__)

BLANK: Mapping[str, str] = MappingProxyType({})
MOST_ASKED = 20
"""Of one process; then another begins: its processor time is for a visit, not for looking at a hall's hundred forms."""
MOST_WORDS = 500
"""Characters of what it says of a failure."""


_ENDED = (OSError, EOFError, msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""What its end is seen by, and an answer that is none."""


class UnconfinedError(FormError):
    """A form of the hub is not made, for what makes it could reach more than it may."""

    def __init__(self, missing: tuple[str, ...]) -> None:
        super().__init__(f"forms of the hub are not made here: what makes forms has {'; '.join(missing)}")


class Typesetter:
    """Makes forms into PDFs and pictures. A process begins with the first wish; `aclose` forgets all by ending it."""

    def __init__(
        self,
        hall: Hall,
        width: int,
        seconds: float,
        folders: Iterable[Path],
        given: Path | None = None,
    ) -> None:
        """Pictures are `width` px wide; a form that takes longer than `seconds` is given up. Forms lie in `folders`:
        the process reads no others. Those in `given` are the hub's, and made where it is wholly confined, or not at
        all."""
        self._folders = tuple(str(folder.absolute()) for folder in folders)
        self._hall = hall
        self._width = width
        self._seconds = seconds
        self._given = given
        self._process: asyncio.subprocess.Process | None = None
        self._missing: tuple[str, ...] | None = None
        """None until the process has told."""
        self._asked = 0
        self._turn = asyncio.Lock()

    async def warm(self) -> None:
        """Begin now what the first form would wait for."""
        async with self._turn:
            await self._started()

    async def sheets(self, form: Form, answers: Mapping[str, str] = BLANK) -> Sheets:
        """The form, blank or filled in. Raises `FormError`, whose words quote no answer; `UnconfinedError`."""
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
        answer = await self._ask(wish, given=self._given is not None and form.folder.is_relative_to(self._given))
        if isinstance(answer, Sheets) and self._could_be(answer):
            return answer
        raise FormError(f"form {form.number}: {_why(answer) or 'no sheets came'}")

    async def spelled(self, titles: tuple[str, ...]) -> tuple[str, ...]:
        """Their pinyin. Raises `FormError`."""
        answer = await self._ask(Spell(titles=titles))
        if isinstance(answer, Spelled) and len(answer.spelled) == len(titles):
            return answer.spelled
        raise FormError(_why(answer) or "no pinyin came")

    async def aclose(self) -> None:
        """End the process; what it knew is gone."""
        process, self._process = self._process, None
        if process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()

    def _could_be(self, made: Sheets) -> bool:
        """Whether these are pages of A4, as many as a form may have: the terminal keeps all of them in memory."""
        sizes = [(picture.width, picture.height) for picture in made.pictures]
        fit = all(width <= self._width + 1 and height <= 1.5 * self._width for width, height in sizes)
        return fit and 1 <= len(sizes) <= MOST_PAGES

    async def _ask(self, request: Request, *, given: bool = False) -> Answer:
        async with self._turn:
            try:
                async with asyncio.timeout(self._seconds):
                    return await self._exchange(request, given=given)
            except TimeoutError:
                why = f"it takes longer than {self._seconds:g} s"
            except _ENDED:
                why = "the process that makes it ended"
            except asyncio.CancelledError:
                await self.aclose()  # its answer would be taken for the next one's
                raise
            await self.aclose()
            return Failed(why=why)

    async def _exchange(self, request: Request, *, given: bool) -> Answer:
        if self._asked >= MOST_ASKED:
            await self.aclose()
        process = await self._started()
        self._asked += 1
        if self._missing is None:
            self._missing = await _begun(process)
        if given and self._missing:
            raise UnconfinedError(self._missing)
        if process.stdin is None:
            raise EOFError
        process.stdin.write(frame(request))
        await process.stdin.drain()
        return await _answer(process)

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
            self._missing, self._asked = None, 0
        return self._process


async def _begun(process: asyncio.subprocess.Process) -> tuple[str, ...]:
    """What keeps it not wholly confined."""
    first = await _answer(process)
    if not isinstance(first, Begun):
        raise EOFError
    if first.missing:
        _tell(first.missing)
    return first.missing


@cache  # once, however many visits there are
def _tell(missing: tuple[str, ...]) -> None:
    log.error("what makes forms has %s: forms of the hub are neither made nor offered", "; ".join(missing))


async def _answer(process: asyncio.subprocess.Process) -> Answer:
    if process.stdout is None:
        raise EOFError
    (length,) = LENGTH.unpack(await process.stdout.readexactly(LENGTH.size))
    if length > LARGEST:
        raise EOFError
    return ANSWERS.decode(await process.stdout.readexactly(length))


def _why(answer: Answer) -> str:
    """Its words for a log: on one line, and not more of them than can be read."""
    words = " ".join(answer.why.split()) if isinstance(answer, Failed) else ""
    return "".join(filter(str.isprintable, words))[:MOST_WORDS]


@contextlib.asynccontextmanager
async def typesetter(
    hall: Hall,
    width: int,
    seconds: float,
    folders: Iterable[Path],
    given: Path | None = None,
) -> AsyncIterator[Typesetter]:
    """One that is ended at the end, whatever happens."""
    made = Typesetter(hall, width, seconds, folders, given)
    try:
        yield made
    finally:
        await made.aclose()
