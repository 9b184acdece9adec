"""Every page of a small ledger is lost in turn. The terminal reads all the truth, or sets the files aside and says so:
it never begins with an empty ledger in silence, and never forgets an order that is owed."""

import logging
import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from kiosk.ledger import tables
from kiosk.ledger.checks import envelopes
from kiosk.ledger.errors import LedgerTooNewError
from kiosk.ledger.files import Files
from kiosk.ledger.reading import reading
from kiosk.ledger.store import Store
from tests.ledger import stories

PAGE = 4096
LOG_HEADER, FRAME = 32, 24 + PAGE


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger after a day, closed in order: all in the database."""
    folder = tmp_path_factory.mktemp("closed") / "data"
    store = Store(folder, "T07")
    stories.a_day(store)
    store.close()
    return folder


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger after a day, killed: all in the write-ahead log."""
    return stories.killed_after_a_day(tmp_path_factory.mktemp("killed"))


@pytest.fixture(autouse=True)
def quiet(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL)


def _recorded(folder: Path) -> tuple[object, object]:
    with reading(folder) as db:
        return tables.load(db), list(envelopes(db))


def _aside(folder: Path) -> list[Path]:
    quarantine = Files(folder).quarantine
    return list(quarantine.iterdir()) if quarantine.exists() else []


def _tells_the_truth(folder: Path, before: tuple[object, object]) -> str:
    """Open a damaged ledger as a terminal does, and check what it has and says; how it went."""
    damaged = {path.name: path.read_bytes() for path in folder.glob("ledger.db*") if path.suffix != ".db-shm"}
    try:
        store = Store(folder, "T07")
    except LedgerTooNewError:
        assert {name: (folder / name).read_bytes() for name in damaged} == damaged
        return "left alone"
    reason, kept = store.quarantined, store.unclosed()
    store.close()
    if reason is None:
        assert _recorded(folder) == before
        assert len(kept) == 1
        return "read"
    [aside] = _aside(folder)
    assert {name: (aside / name).read_bytes() for name in damaged} == damaged
    assert kept == []
    assert str(aside) in reason
    return "set aside"


def _damaged(folder: Path, copy: Path, name: str, change: Callable[[bytes], bytes]) -> Path:
    shutil.copytree(folder, copy)
    path = copy / name
    path.write_bytes(change(path.read_bytes()))
    return copy


def _over(at: int, with_: bytes) -> Callable[[bytes], bytes]:
    return lambda content: content[:at] + with_ + content[at + len(with_) :]


def _cut(size: int) -> Callable[[bytes], bytes]:
    return lambda content: content[:size]


@pytest.mark.parametrize("garbage", [False, True], ids=["zeros", "garbage"])
def test_page_overwritten(closed: Path, tmp_path: Path, *, garbage: bool) -> None:
    before = _recorded(closed)
    content = Files(closed).database.read_bytes()
    dice = random.Random(7)
    went = []
    for at in range(0, len(content), PAGE):
        page = dice.randbytes(PAGE) if garbage else bytes(PAGE)
        copy = _damaged(closed, tmp_path / str(at), "ledger.db", _over(at, page))
        went.append(_tells_the_truth(copy, before))
    assert went.count("set aside") > len(went) // 2


@pytest.mark.parametrize("garbage", [False, True], ids=["zeros", "garbage"])
def test_page_of_the_log_overwritten(killed: Path, tmp_path: Path, *, garbage: bool) -> None:
    """SQLite itself says ok to a log that is cut short: the witness is what knows better."""
    before = _recorded(killed)
    content = (killed / "ledger.db-wal").read_bytes()
    dice = random.Random(7)
    frames = range(LOG_HEADER, len(content), FRAME)
    went = []
    for at in (0, *dice.sample(frames, 12), frames[-1]):
        size = FRAME if at else LOG_HEADER
        junk = dice.randbytes(size) if garbage else bytes(size)
        copy = _damaged(killed, tmp_path / str(at), "ledger.db-wal", _over(at, junk))
        went.append(_tells_the_truth(copy, before))
    assert went.count("set aside") > len(went) // 2


def test_file_cut_at_every_page(closed: Path, tmp_path: Path) -> None:
    before = _recorded(closed)
    for size in range(0, Files(closed).database.stat().st_size, PAGE):
        copy = _damaged(closed, tmp_path / str(size), "ledger.db", _cut(size))
        assert _tells_the_truth(copy, before) == "set aside"


def test_log_cut_at_any_frame(killed: Path, tmp_path: Path) -> None:
    before = _recorded(killed)
    length = (killed / "ledger.db-wal").stat().st_size
    ends = range(LOG_HEADER, length, FRAME)
    for size in (0, *random.Random(7).sample(ends, 12), ends[-1]):
        copy = _damaged(killed, tmp_path / str(size), "ledger.db-wal", _cut(size))
        assert _tells_the_truth(copy, before) == "set aside"
