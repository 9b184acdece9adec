"""A short run over every reader, and proof that a run finds what it should."""

import secrets

import pytest

from drivers.transbank_pos import wire
from tests.fuzz import lines
from tests.fuzz.campaign import Done, Failure, Lines, Target, broken, run
from tests.fuzz.mutation import minimised
from tests.fuzz.targets import TARGETS

SHORT = 4_000


@pytest.mark.parametrize("target", TARGETS, ids=[target.name for target in TARGETS])
def test_hostile_bytes(target: Target) -> None:
    found = run(target, target.short * target.costly, secrets.randbits(32))
    assert isinstance(found, Done), str(found)


def test_reader_without_check_byte_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def trusting(body: bytes, _check: int) -> wire.Message:
        function, *fields = body[:-1].decode("latin-1").split("|")
        return wire.Message(function, tuple(fields))

    monkeypatch.setattr(wire, "_read", trusting)

    failure = run(lines.TARGETS[0], SHORT, 7)

    assert isinstance(failure, Failure)
    assert "a message that nobody sent" in failure.why
    assert len(failure.data) <= 4


def test_reader_that_raises_for_foreign_letters_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    reading = wire._read

    def strict(body: bytes, check: int) -> wire.Message | wire.Damaged:
        return reading(body.decode("ascii").encode(), check)

    monkeypatch.setattr(wire, "_read", strict)

    failure = run(lines.TARGETS[0], SHORT, 7)

    assert isinstance(failure, Failure)
    assert failure.why.startswith("UnicodeDecodeError")


def test_reader_that_never_comes_back_is_found() -> None:
    def stuck(data: bytes) -> None:
        while data.startswith(b"\x02"):
            pass

    assert broken(stuck, b"\x02", Lines()).startswith("TooMuchWork")
    assert broken(stuck, b"\x03", Lines()) == ""


def test_same_seed_same_failure() -> None:
    def picky(data: bytes) -> None:
        assert b"\xff" not in data

    target = Target("picky", [b"abc"], picky)

    first, again = run(target, SHORT, 3), run(target, SHORT, 3)

    assert isinstance(first, Failure)
    assert first == again
    assert first.data == b"\xff"
    assert "SEED=3" in str(first)


def test_minimised_input_is_as_short_as_can_be() -> None:
    assert minimised(b"aaaaXbbbbYcc", lambda data: b"X" in data and b"Y" in data) == b"XY"
