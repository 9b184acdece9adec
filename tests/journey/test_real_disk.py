"""A disk that is really full, or may really only be read: what a resident sees, and what becomes of the money."""

from pathlib import Path
from typing import Any, get_args

import pytest

from tests.journey.conftest import Hall
from tests.journey.small_disk import Kind, Work, do, possible

KINDS: tuple[Kind, ...] = get_args(Kind) if possible() else ("limit",)
"""A machine that forbids namespaces to everybody has only the stand-in."""
RECORDS = {
    "tmpfs": ("order.opened", "attempt.captured", "order.delivering"),
    "limit": ("attempt.sent",),
}


def works(hall: Hall, folder: Path, **work: Any) -> str:
    """What a terminal on such a disk wrote to its log, when all was as it should be."""
    place = folder / "disk"
    place.mkdir()
    done = do(
        Work(
            folder=str(place),
            announcements=hall.simulators.announcements,
            terminal=hall.terminal,
            account=hall.account,
            **work,
        )
    )
    assert (done.returncode, done.stdout) == (0, "all is well\n"), done.stderr
    return done.stderr


@pytest.mark.parametrize("kind", KINDS)
def test_disk_that_fills_up_while_a_resident_pays(hall: Hall, tmp_path: Path, kind: Kind) -> None:
    log = works(hall, tmp_path, name="filled", kind=kind, records=RECORDS[kind])
    assert log.count("the ledger is in doubt and closed") >= len(RECORDS[kind])


@pytest.mark.parametrize("kind", KINDS[:1])
def test_disk_that_is_full_before_anybody_comes(hall: Hall, tmp_path: Path, kind: Kind) -> None:
    log = works(hall, tmp_path, name="full_at_home", kind=kind)
    assert log.count("the ledger stays closed: ") == 1  # however often it is tried


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind == "tmpfs"])
def test_disk_that_came_up_read_only(hall: Hall, tmp_path: Path, kind: Kind) -> None:
    log = works(hall, tmp_path, name="read_only", kind=kind)
    assert "Read-only file system" in log
    assert log.count("the ledger stays closed: ") == 1
