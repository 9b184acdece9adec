import logging
import subprocess
import sys
from pathlib import Path

import pytest

from kiosk.ledger.checks import envelopes
from kiosk.ledger.files import Files
from kiosk.ledger.reading import reading, verify
from kiosk.ledger.store import Store
from kiosk.ledger.witness import read_witness

_ROOT = Path(__file__).parents[2]


def _worker(what: str, folder: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.ledger.worker", what, str(folder)]
    return subprocess.Popen(command, cwd=_ROOT, stdout=subprocess.PIPE, text=True)


def _steps(folder: Path) -> list[str]:
    with reading(folder) as db:
        return [envelope.order for envelope in envelopes(db)]


def _all_is_well(folder: Path) -> bool:
    witness = read_witness(Files(folder).witness)
    with reading(folder) as db:
        return not any(wrong for _, wrong in verify(db, witness))


@pytest.mark.parametrize("steps", [1, 3, 8, 40])
def test_killed_in_the_middle_of_a_commit(tmp_path: Path, steps: int) -> None:
    told: list[str] = []
    for _ in range(2):
        with _worker("work", tmp_path) as terminal:
            assert terminal.stdout is not None
            assert terminal.stdout.readline() == "open\n"
            told += [terminal.stdout.readline() for _ in range(steps)]
            terminal.kill()
            told += [line for line in terminal.stdout if line.endswith("\n")]
        recorded = _steps(tmp_path)
        assert len(told) <= len(recorded) <= len(told) + 1
        told += [f"{recorded[-1]} not told\n"] * (len(recorded) - len(told))
        assert recorded == [line.split()[0] for line in told]
        assert _all_is_well(tmp_path)

    store = Store(tmp_path, "T07")
    assert store.quarantined is None
    assert all(rows.order.order_no in set(recorded) for rows in store.unclosed())
    store.close()


def test_disk_full_is_doubt_and_closes_the_ledger(tmp_path: Path) -> None:
    with _worker("fill", tmp_path) as terminal:
        assert terminal.stdout is not None
        told = terminal.stdout.read().splitlines()
    assert terminal.returncode == 0
    orders = [line.split()[0] for line in told if line.endswith(" opening")]
    assert len(orders) > 3
    assert told[len(orders)].startswith("doubt OperationalError")
    assert told[len(orders) + 1 :] == ["closed", "closed"]

    store = Store(tmp_path, "T07")

    assert store.quarantined is None
    unclosed = [rows.order.order_no for rows in store.unclosed()]
    assert unclosed[: len(orders)] == orders
    assert store.next_order_no() not in unclosed
    store.close()


def test_disk_full_at_any_write(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Wherever the disk was full: with room again the folder opens by itself, and holds all that was told to anyone."""
    caplog.set_level(logging.CRITICAL)
    with _worker("fill_at_every_write", tmp_path) as terminal:
        assert terminal.stdout is not None
        ends = dict(line.rstrip().split(" ", 1) for line in terminal.stdout)
    assert terminal.returncode == 0
    assert {end.split()[0] for end in ends.values()} == {"not", "doubt", "whole"}
    for name, end in ends.items():
        folder = tmp_path / name
        before = set(_steps(folder)) if Files(folder).database.exists() else set()
        told = [word for word in end.split() if word.startswith("T07")]
        assert before >= set(told), name

        store = Store(folder, "T07")

        assert store.quarantined is None, name
        assert store.next_order_no() not in before
        assert all(store.order(number) for number in told), name
        store.close()
        assert set(_steps(folder)) == before
        assert _all_is_well(folder), name


@pytest.mark.parametrize("begun", [False, True])
def test_folder_that_may_only_be_read(tmp_path: Path, begun: bool) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    if begun:
        Store(folder, "T07").close()
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    for path in before:
        path.chmod(0o400)
    folder.chmod(0o500)
    try:
        with _worker("open_unprivileged", folder) as terminal:
            assert terminal.stdout is not None
            assert terminal.stdout.read() == "PermissionError\n"
    finally:
        folder.chmod(0o700)
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before
