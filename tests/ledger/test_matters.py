from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from kiosk.ledger import tables
from kiosk.ledger.checks import envelopes
from kiosk.ledger.errors import TakenError
from kiosk.ledger.files import Files, connect
from kiosk.ledger.reading import reading, verify
from kiosk.ledger.seal import Sealed
from kiosk.ledger.store import Store
from kiosk.protocol.matter import ImpossibleEventError
from kiosk.protocol.matters import MATTERS
from kiosk.protocol.ratings import CallBackWanted, RatingExplained, RatingGiven, RatingRow
from tests.ledger import stories

RATING = RatingGiven(
    matter="r1",
    about="T07K20000012",
    service="gas_bill",
    grade=2,
    business_date="2026-11-24",
    language="zh_CN",
    at_ms=stories.NOW_MS,
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path / "data", "T07")
    yield store
    store.close()


def problems(folder: Path) -> list[str]:
    with reading(folder) as db:
        return [wrong for _, wrong in verify(db, None) if wrong]


def test_a_matter_comes_back_after_a_restart_beside_orders(tmp_path: Path) -> None:
    store = Store(tmp_path, "T07")
    orders = stories.a_day(store)
    store.note(
        RATING,
        RatingExplained(matter="r1", reasons=("slow", "unclear")),
        CallBackWanted(matter="r1", subject="s1"),
        subject=Sealed("s1", b"13800001234", stories.NOW_MS + stories.DAY_MS),
    )
    stories.begin(store, "0000000009")
    store.close()

    again = Store(tmp_path, "T07", now=lambda: stories.NOW_MS / 1000)

    assert again.quarantined is None
    assert again.matters(RatingRow) == [again.matter(RatingRow, "r1")]
    assert again.matters(RatingRow, about="T07K20000012", grade=2)[0].reasons == "slow,unclear"
    assert again.matters(RatingRow, grade=3) == []
    assert again.private("s1") == b"13800001234"
    assert again.order(orders[0].order.order_no) == orders[0]
    assert problems(tmp_path) == []
    again.close()


def test_every_field_of_a_matter_has_a_column(store: Store) -> None:
    with connect(Files(store.folder).database) as db:
        for kind in MATTERS:
            table = tables.MATTER[kind.row]
            assert [column.name for column in db[kind.table].columns] == table.columns


def test_what_may_be_only_once_leaves_the_ledger_open(store: Store) -> None:
    store.note(RATING)

    with pytest.raises(TakenError, match="about"):
        store.note(replace(RATING, matter="r2", grade=5))
    with pytest.raises(ImpossibleEventError):
        store.note(replace(RATING, grade=5))
    with pytest.raises(ImpossibleEventError):
        store.note(RatingExplained(matter="r7", reasons=("slow",)))
    assert [row.grade for row in store.matters(RatingRow)] == [2]

    store.note(replace(RATING, matter="r3", about="T07K20000013"))
    assert len(store.matters(RatingRow)) == 2
    with reading(store.folder) as db:
        assert [envelope.matter for envelope in envelopes(db)] == ["r1", "r3"]
    assert problems(store.folder) == []


def test_a_column_that_there_is_not(store: Store) -> None:
    with pytest.raises(Exception, match="colour"):
        store.matters(RatingRow, colour="red")


def test_a_damaged_row_of_a_matter_is_found_and_mended(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    store = Store(tmp_path, "T07")
    store.note(RATING)
    store.close()
    with connect(Files(tmp_path).database) as db:
        db.execute("UPDATE ratings SET grade = 5")
        db.execute("INSERT INTO ratings SELECT 'r9', 'x', service, 1, business_date, '', '', '', 0 FROM ratings")
    assert any("r1" in problem for problem in problems(tmp_path))

    again = Store(tmp_path, "T07")

    assert [(row.matter, row.grade) for row in again.matters(RatingRow)] == [("r1", 2)]
    assert "mended" in caplog.text
    again.close()
    assert problems(tmp_path) == []


def test_the_story_of_a_rating_names_no_telephone(store: Store) -> None:
    sealed = Sealed("s1", b"13800001234", stories.NOW_MS + stories.DAY_MS)
    store.note(RATING, CallBackWanted(matter="r1", subject="s1"), subject=sealed)

    with reading(store.folder) as db:
        envelope, _ = envelopes(db)

    assert envelope.order == ""
    assert envelope.event() == RATING
    assert b"13800001234" not in Files(store.folder).database.read_bytes()
