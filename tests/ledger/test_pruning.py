"""Old rows leave the journal only for an archive, never in the middle of an order; whoever has both has everything."""

import gzip
import logging
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.ledger import archive, checks, pruning
from kiosk.ledger.cli import ledger_command
from kiosk.ledger.errors import LedgerCorruptError
from kiosk.ledger.files import Files
from kiosk.ledger.reading import reading, verify
from kiosk.ledger.store import Store
from kiosk.ledger.witness import read_witness
from kiosk.protocol.matter import new_matter
from kiosk.protocol.order.rows import Rows
from kiosk.protocol.ratings import RatingGiven, RatingRow
from tests.ledger import stories

LATER_MS = stories.NOW_MS + 500 * stories.DAY_MS
OLD_MS = stories.NOW_MS + stories.DAY_MS


class Clock:
    """Days pass when a test says so."""

    def __init__(self) -> None:
        self.ms = stories.NOW_MS

    def __call__(self) -> float:
        return self.ms / 1000


@pytest.fixture(autouse=True)
def no_floor(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test's day is short."""
    monkeypatch.setattr(pruning, "NEWEST_ROWS", 0)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(tmp_path: Path, clock: Clock) -> Iterator[Store]:
    store = Store(tmp_path / "data", "T07", now=clock)
    yield store
    store.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "archive"


def paid(store: Store) -> Rows:
    rows = stories.begin(store)
    return stories.tell(store, rows, *stories.paid(rows.order.order_no))


def pruned(store: Store, folder: Path, before_ms: int = OLD_MS) -> int:
    sheaf = store.sheaf(before_ms)
    if sheaf is None:
        return 0
    archive.keep(folder, *sheaf)
    store.drop(sheaf.stretch)
    return len(sheaf.bodies)


def wrong_in(store: Store, folder: Path | None) -> list[str]:
    store.bear_witness()
    witness = read_witness(Files(store.folder).witness)
    with reading(store.folder) as db:
        return [f"{name}: {wrong}" for name, wrong in verify(db, witness, folder) if wrong]


def journal(store: Store) -> list[tuple[int, bytes]]:
    return store._db.execute("SELECT seq, CAST(body AS BLOB) FROM journal ORDER BY seq").fetchall()


def test_what_is_old_and_settled_goes_and_the_chain_goes_on(store: Store, clock: Clock, folder: Path) -> None:
    old = [paid(store), paid(store)]
    everything = journal(store)
    clock.ms = LATER_MS
    new = paid(store)
    everything = journal(store)

    gone = pruned(store, folder)

    assert [row for path in archive.kept(folder, store.ledger_id) for row in archive.rows(path)] == everything[:gone]
    assert journal(store) == everything[gone:]
    assert [store.order(rows.order.order_no) for rows in (*old, new)] == [None, None, new]
    assert wrong_in(store, folder) == []
    paid(store)
    assert wrong_in(store, folder) == []
    assert pruned(store, folder) == 0


def test_everything_goes_and_the_journal_begins_where_it_ended(store: Store, clock: Clock, folder: Path) -> None:
    last = paid(store)
    clock.ms = LATER_MS
    assert pruned(store, folder) == len(list(stories.paid(""))) + 1
    assert journal(store) == []
    assert wrong_in(store, folder) == []
    store.close()
    again = Store(store.folder, "T07", now=clock)
    assert again.quarantined is None
    fresh = paid(again)
    assert fresh.order.order_no > last.order.order_no
    assert wrong_in(again, folder) == []
    again.close()


def test_an_order_that_is_not_closed_holds_back_what_follows(store: Store, clock: Clock, folder: Path) -> None:
    first, owing = paid(store), stories.begin(store)
    paid(store)
    clock.ms = LATER_MS
    pruned(store, folder)
    assert store.order(first.order.order_no) is None
    assert store.order(owing.order.order_no) == owing
    assert pruned(store, folder) == 0
    assert wrong_in(store, folder) == []


def test_a_clock_that_is_set_forward_takes_the_newest_rows_from_nobody(
    store: Store, clock: Clock, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = paid(store)
    second = paid(store)
    monkeypatch.setattr(pruning, "NEWEST_ROWS", len(journal(store)) // 2)
    clock.ms = LATER_MS
    assert pruned(store, folder, LATER_MS) == len(journal(store))
    assert store.order(first.order.order_no) is None
    assert store.order(second.order.order_no) == second
    assert pruned(store, folder, LATER_MS) == 0


def test_late_money_holds_its_order_back(store: Store, clock: Clock, folder: Path) -> None:
    """It came after the day from which rows stay."""
    rows = stories.begin(store)
    rows = stories.tell(store, rows, *stories.left(rows.order.order_no))
    clock.ms = LATER_MS
    order_no = rows.order.order_no
    rows = stories.tell(store, rows, stories.captured(order_no, late=True), *stories.given_back(order_no))
    assert pruned(store, folder) == 0
    assert store.order(order_no) == rows


def test_a_day_that_hangs_together_goes_as_one(
    store: Store, clock: Clock, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pruning, "MOST_ROWS", (3, 1000))
    outer = stories.begin(store)
    paid(store)
    stories.tell(store, outer, *stories.left(outer.order.order_no))
    clock.ms = LATER_MS
    assert pruned(store, folder) == len(journal(store)) + 16
    assert journal(store) == []


def test_matters_go_with_their_rows(store: Store, clock: Clock, folder: Path) -> None:
    matter = new_matter()
    store.note(
        RatingGiven(
            matter=matter,
            about=new_matter(),
            service="gas_bill",
            grade=5,
            business_date="2026-11-24",
            language="zh",
            at_ms=stories.NOW_MS,
        )
    )
    clock.ms = LATER_MS
    assert pruned(store, folder) == 1
    assert store.matter(RatingRow, matter) is None
    assert wrong_in(store, folder) == []


def test_nothing_goes_that_the_archive_does_not_hold(store: Store, clock: Clock, tmp_path: Path) -> None:
    paid(store)
    clock.ms = LATER_MS
    whole = journal(store)
    in_the_way = tmp_path / "archive"
    in_the_way.write_text("not a folder")
    with pytest.raises(OSError, match="archive"):
        pruned(store, in_the_way)
    assert journal(store) == whole
    assert wrong_in(store, None) == []


def test_rows_of_another_journal_do_not_go(store: Store, clock: Clock) -> None:
    paid(store)
    clock.ms = LATER_MS
    sheaf = store.sheaf(OLD_MS)
    assert sheaf is not None
    with pytest.raises(LedgerCorruptError, match="not the one that was written"):
        pruning.drop(store._db, archive.stretch(store.ledger_id, 1, bytes(32), [b"{}"] * len(sheaf.bodies)))


@pytest.mark.parametrize("moment", ["before the file", "before the rows go", "after"])
def test_power_cut(tmp_path: Path, clock: Clock, folder: Path, moment: str) -> None:
    """Whatever was done before it, the next time takes up where the anchor is."""
    data = tmp_path / "data"
    child = os.fork()
    if child == 0:
        try:
            store = Store(data, "T07", now=clock)
            paid(store)
            clock.ms = LATER_MS
            sheaf = store.sheaf(OLD_MS)
            assert sheaf is not None
            if moment != "before the file":
                archive.keep(folder, *sheaf)
            if moment == "after":
                store.drop(sheaf.stretch)
            os.kill(os.getpid(), signal.SIGKILL)
        finally:
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
    clock.ms = LATER_MS
    store = Store(data, "T07", now=clock)
    assert store.quarantined is None
    assert wrong_in(store, None if moment == "before the file" else folder) == []
    assert pruned(store, folder) == (0 if moment == "after" else 9)
    assert wrong_in(store, folder) == []
    store.close()


@pytest.mark.parametrize("damage", ["gone", "cut", "flipped", "another row", "not gzip"])
def test_damaged_archive_is_found(store: Store, clock: Clock, folder: Path, damage: str) -> None:
    paid(store)
    clock.ms = LATER_MS
    pruned(store, folder)
    (path,) = archive.kept(folder, store.ledger_id)
    content = path.read_bytes()
    match damage:
        case "gone":
            path.unlink()
        case "cut":
            path.write_bytes(content[: len(content) // 2])
        case "flipped":
            path.write_bytes(content[:60] + bytes([content[60] ^ 1]) + content[61:])
        case "another row":
            path.write_bytes(gzip.compress(gzip.decompress(content).replace(b'"fen":15400', b'"fen":15401')))
        case _:
            path.write_bytes(b"rows")
    (wrong,) = wrong_in(store, folder)
    assert wrong.startswith("archive whole, up to the journal: ")


@pytest.mark.parametrize(
    "edit",
    [
        "UPDATE anchor SET seq = 4",
        "UPDATE anchor SET hash = zeroblob(32)",
        "UPDATE anchor SET seq = 0, hash = zeroblob(32)",
        "DELETE FROM journal WHERE seq = 10",
    ],
)
def test_an_anchor_that_was_moved_is_found(store: Store, clock: Clock, folder: Path, edit: str) -> None:
    paid(store)
    clock.ms = LATER_MS
    paid(store)
    assert pruned(store, folder) == 9
    guards = ("anchor_goes_forward", "journal_not_deleted")
    made = [store._db.execute("SELECT sql FROM sqlite_master WHERE name = ?", [name]).fetchone()[0] for name in guards]
    for statement in (*(f"DROP TRIGGER {name}" for name in guards), edit, *made):
        store._db.execute(statement)
    with reading(store.folder) as db, pytest.raises(LedgerCorruptError, match=r"row \d+ of the journal"):
        checks.check_chain(db)


def test_no_statement_of_ours_could(store: Store, clock: Clock, folder: Path) -> None:
    """The tables refuse what no step of a terminal does."""
    paid(store)
    clock.ms = LATER_MS
    paid(store)
    pruned(store, folder)
    for edit in (
        "DELETE FROM journal WHERE seq = 10",
        "UPDATE anchor SET seq = 4",
        "UPDATE anchor SET seq = 99",
        "DELETE FROM anchor",
    ):
        with pytest.raises(Exception, match=r"append-only|goes forward|has an anchor"):
            store._db.execute(edit)


def test_staff_can_still_ask_about_an_archived_order(
    store: Store, clock: Clock, folder: Path, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    order_no = paid(store).order.order_no
    with caplog.at_level(logging.ERROR):
        assert ledger_command(["show", order_no, "--data", str(store.folder)]) == 0
        before = capsys.readouterr().out
        clock.ms = LATER_MS
        pruned(store, folder)
        assert ledger_command(["show", order_no, "--data", str(store.folder), "--archive", str(folder)]) == 0
        assert capsys.readouterr().out == before
        assert ledger_command(["show", order_no, "--data", str(store.folder)]) == 1
        assert "there is no order" in capsys.readouterr().err
        assert ledger_command(["verify", "--data", str(store.folder), "--archive", str(folder)]) == 0
        assert "those before are archived" in capsys.readouterr().out
