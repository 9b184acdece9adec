"""Feed one reader of outside bytes with hostile inputs until one breaks a promise.

Inputs that reach a line of Kiosk's or a driver's code which none reached before join the corpus, so that the next ones
start from there. Watching lines is slow: all of the first inputs are watched, later one in fifty.
"""

import logging
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random
from types import CodeType, FrameType
from typing import Any

import msgspec

from tests.fuzz.mutation import Shape, minimised, mutate

WATCHED_FIRST = 300
"""So many of the first inputs are watched line by line."""
WATCHED_EVERY = 50
LINES_PER_BYTE, LINES_FREE = 200, 200_000
"""Lines of Python that one input may cost before it counts as a hang."""
CPU_SECONDS = 5.0
"""What any input may cost of the processor, whatever it is spent on."""
KEPT = 300
"""Inputs for new lines, at most; none is much longer than the valid ones, or the run would get slower and slower."""
SHOWN = 2_000
"""Bytes of a failing input."""
MIB = 1024 * 1024
GROWTH_MIB = 24
"""More than this from a quarter of the run to its end is a leak."""
LOOKS = 40
"""At memory, over a run."""

_ROOT = Path(__file__).parents[2]
_OURS = tuple(str(_ROOT / part) for part in ("kiosk", "drivers", "hub"))


class Target(msgspec.Struct, frozen=True):
    """One reader: its valid inputs, and what must hold for any bytes (`check` raises where it does not)."""

    name: str
    corpus: Sequence[bytes]
    check: Callable[[bytes], None]
    shape: Shape = "bytes"
    costly: int = 1
    """How many times fewer inputs than asked for, since each takes so much longer."""
    short: int = 2_000
    """How many inputs are a short run."""


class Failure(msgspec.Struct, frozen=True):
    """An input that broke a promise."""

    target: str
    seed: int
    number: int
    asked: int
    data: bytes
    why: str

    def __str__(self) -> str:
        again = f"make fuzz ONLY={self.target} SEED={self.seed} INPUTS={self.asked}"
        shown = self.data.hex() if len(self.data) <= SHOWN else f"{len(self.data)} bytes"
        return f"{self.target}: input {self.number} of seed {self.seed}: {self.why}\n{shown}\n{again}"


class Done(msgspec.Struct, frozen=True):
    """A run in which every promise held."""

    inputs: int
    kept: int
    """Inputs that reached new lines."""
    lines: int
    """Lines of ours that were reached by those that were watched."""
    memory_mib: tuple[float, ...]
    """What the process weighed, over the run."""

    @property
    def grew_mib(self) -> float:
        """From a quarter of the run, when all is warm, to the end."""
        return self.memory_mib[-1] - self.memory_mib[len(self.memory_mib) // 4]


class TooMuchWork(BaseException):
    """An input cost more than its length allows. Not an `Exception`: what is under test must not catch it."""


def run(target: Target, inputs: int, seed: int, progress: Callable[[int], None] = lambda _: None) -> Failure | Done:
    """The first failure among `inputs` inputs, made small; or that there was none."""
    level = logging.root.manager.disable
    logging.disable()
    try:
        return _run(target, inputs // target.costly, seed, progress)
    finally:
        logging.disable(level)


def _run(target: Target, inputs: int, seed: int, progress: Callable[[int], None]) -> Failure | Done:
    random = Random(f"{target.name} {seed}")
    corpus, reached = list(target.corpus), Lines()
    for data in corpus:
        reached.watch(target.check, data)
    kept, longest = 0, 2 * max(map(len, corpus)) + 64
    memory = [weight_mib()]
    for number in range(inputs):
        data = mutate(random, corpus, target.shape)
        before = len(reached)
        watch = number < WATCHED_FIRST or number % WATCHED_EVERY == 0
        why = broken(target.check, data, reached if watch else None)
        if why:
            small = minimised(data, lambda shorter: bool(broken(target.check, shorter, Lines())))
            why = broken(target.check, small, Lines()) or why
            return Failure(target.name, seed, number, (number + 1) * target.costly, small, why)
        if len(reached) > before and kept < KEPT and len(data) <= longest:
            corpus.append(data)
            kept += 1
        if (number + 1) % max(1, inputs // LOOKS) == 0:
            memory.append(weight_mib())
        progress(number + 1)
    return Done(inputs, kept, len(reached), tuple(memory))


def broken(check: Callable[[bytes], None], data: bytes, lines: "Lines | None") -> str:
    """Which promise `data` breaks; empty for none. With `lines` its steps are watched."""
    fall = _Fall()
    with fall:
        before = signal.signal(signal.SIGPROF, _too_slow)
        signal.setitimer(signal.ITIMER_PROF, CPU_SECONDS)
        try:
            if lines is None:
                check(data)
            else:
                lines.watch(check, data)
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
            signal.signal(signal.SIGPROF, before)
    return fall.why


def _too_slow(_number: int, _frame: FrameType | None) -> None:
    raise TooMuchWork(f"more than {CPU_SECONDS:g} s of the processor")


def weight_mib() -> float:
    """Memory of this process."""
    return int(Path("/proc/self/statm").read_text("ascii").split()[1]) * 4096 / MIB


class _Fall:
    """Keeps what was raised, whatever it was, and lets nobody else see it; only a person may end the run."""

    def __init__(self) -> None:
        self.why = ""

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> bool:
        if kind is None or kind is KeyboardInterrupt:
            return False
        self.why = f"{kind.__name__}: {error}"[:300]
        return True


class Lines:
    """The lines of our own code that were reached so far."""

    def __init__(self) -> None:
        self._seen: set[tuple[CodeType, int]] = set()

    def __len__(self) -> int:
        return len(self._seen)

    def watch(self, check: Callable[[bytes], None], data: bytes) -> None:
        """`check(data)`. Raises `TooMuchWork` where it runs through too many lines."""
        limit = left = LINES_FREE + LINES_PER_BYTE * len(data)
        seen = self._seen

        def ours(frame: FrameType, _event: str, _: object) -> Any:
            seen.add((frame.f_code, frame.f_lineno))
            return others(frame, _event, _)

        def others(frame: FrameType, _event: str, _: object) -> Any:
            nonlocal left
            left -= 1
            if left < 0:
                raise TooMuchWork(f"more than {limit} lines for {len(data)} bytes")
            return ours if frame.f_code.co_filename.startswith(_OURS) else others

        before = sys.gettrace()
        sys.settrace(others)
        try:
            check(data)
        finally:
            sys.settrace(before)
