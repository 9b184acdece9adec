"""Feed one reader of outside bytes with hostile inputs until one breaks a promise."""

import sys
from collections.abc import Callable, Sequence
from random import Random
from types import FrameType
from typing import Any

import msgspec

from tests.fuzz.mutation import minimised, mutate

COUNT_EVERY = 50
LINES_PER_BYTE, LINES_FREE = 200, 200_000
"""Lines of Python that one input may cost before it counts as a hang."""


class Target(msgspec.Struct, frozen=True):
    """One reader: its valid inputs, and what must hold for any bytes (`check` raises where it does not)."""

    name: str
    corpus: Sequence[bytes]
    check: Callable[[bytes], None]
    structured: bool = False
    costly: int = 1
    """How many times fewer inputs than asked for, since each takes so much longer."""


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
        return f"{self.target}: input {self.number} of seed {self.seed}: {self.why}\n{self.data.hex()}\n{again}"


class TooMuchWork(Exception):
    """An input cost more steps than its length allows."""


def run(target: Target, inputs: int, seed: int, progress: Callable[[int], None] = lambda _: None) -> Failure | None:
    """The first failure among `inputs` inputs (fewer for a costly target), made small."""
    for data in target.corpus:
        target.check(data)
    random = Random(f"{target.name} {seed}")
    for number in range(inputs // target.costly):
        data = mutate(random, target.corpus, structured=target.structured)
        why = broken(target.check, data, counted=number % COUNT_EVERY == 0)
        if why:
            small = minimised(data, lambda shorter: bool(broken(target.check, shorter, counted=True)))
            why = broken(target.check, small, counted=True) or why
            return Failure(target.name, seed, number, (number + 1) * target.costly, small, why)
        progress(number + 1)
    return None


def broken(check: Callable[[bytes], None], data: bytes, *, counted: bool) -> str:
    """Which promise `data` breaks; empty for none."""
    fall = _Fall()
    with fall:
        if counted:
            _within(check, data, LINES_FREE + LINES_PER_BYTE * len(data))
        else:
            check(data)
    return fall.why


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


def _within(check: Callable[[bytes], None], data: bytes, limit: int) -> None:
    left = limit

    def trace(frame: FrameType, event: str, arg: object) -> Any:
        nonlocal left
        left -= 1
        if left < 0:
            raise TooMuchWork(f"more than {limit} lines for {len(data)} bytes")
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        check(data)
    finally:
        sys.settrace(before)
