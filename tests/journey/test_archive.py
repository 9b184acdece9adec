"""A running terminal moves what is old and settled into its archive by itself, and says when it cannot."""

import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from kiosk.engine import Engine
from kiosk.ledger import archive, pruning
from kiosk.ledger.reading import reading, verify
from kiosk.ledger.store import Store
from tests.journey.conftest import Hall
from tests.journey.terminal import standing
from tests.ledger import stories


def long_ago() -> float:
    return time.time() - timedelta(days=100).total_seconds()


def archiving(folder: Path) -> Callable[[Engine], None]:
    def change(engine: Engine) -> None:
        ledger = msgspec.structs.replace(engine._config.ledger, archive=folder, keep_days=31)
        engine._config = msgspec.structs.replace(engine._config, ledger=ledger)

    return change


@pytest.fixture(autouse=True)
def no_floor(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test's day is short."""
    monkeypatch.setattr(pruning, "NEWEST_ROWS", 0)


@pytest.fixture
def old(hall: Hall) -> str:
    """The number of an order that was paid and delivered a hundred days ago."""
    store = Store(hall.ledger, hall.terminal, now=long_ago)
    rows = stories.begin(store)
    stories.tell(store, rows, *stories.paid(rows.order.order_no))
    store.close()
    return rows.order.order_no


async def test_it_goes_into_the_archive(hall: Hall, old: str, tmp_path: Path) -> None:
    folder = tmp_path / "archive"
    async with standing(hall, change=archiving(folder)) as terminal:
        await terminal.engine.till.was_open.wait()
        assert terminal.engine.ledger is not None
        while await terminal.engine.ledger.order(old):
            await terminal.passes()
        name = terminal.engine.ledger.ledger_id
    assert archive.told(folder, name, old)[0].type == "menkou.order.opening.v1"
    with reading(hall.ledger) as db:
        assert [wrong for _, wrong in verify(db, None, folder) if wrong] == []


async def test_a_folder_that_cannot_be_written_is_told_and_nothing_goes(
    hall: Hall, old: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = tmp_path / "archive"
    folder.write_text("not a folder")
    async with standing(hall, change=archiving(folder)) as terminal:
        await terminal.engine.till.was_open.wait()
        while "cannot be archived" not in caplog.text:
            await terminal.passes()
        assert terminal.engine.ledger is not None
        assert await terminal.engine.ledger.order(old) is not None
