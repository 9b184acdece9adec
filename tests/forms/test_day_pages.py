"""Free pages by person and day, known by an identity card of which a keyed hash is kept."""

from msgspec.structs import replace

from kiosk.devices.document import DocumentNotPrinted
from kiosk.devices.health import Offline
from kiosk.views.common import Notice
from kiosk.views.forms import FormOutcome, ShowForm
from kiosk.views.id_card import CheckIdCard, OfferIdCard
from kiosk.views.lists import ChooseEntry
from kiosk.views.view import View
from tests.forms.conftest import Bench
from tests.forms.reader import SENIOR, FakeReader, laid
from tests.forms.resident import Resident
from tests.forms.test_id_card import REST, USE
from tests.forms.test_print_form import DONE, PRINT, kinds

CARD = (OfferIdCard, "card")
LEAVE = ((ShowForm, "back"), (ChooseEntry, "back"), (OfferIdCard, "back"))
OTHER = replace(SENIOR, number="61000019851219003X")


async def shown(bench: Bench, reader: FakeReader, *answers: tuple[type[View], str]) -> ShowForm:
    """What somebody sees of a form of two pages."""
    resident = Resident(bench, day_pages=5, reader=reader)
    await resident.visits(CARD, (ChooseEntry, "501"), *answers)
    return resident.the(ShowForm)


async def test_pages_are_counted_by_person_over_visits(bench: Bench) -> None:
    first = await shown(bench, laid(), (ShowForm, "print-2"), DONE)
    assert (first.pages_left, first.most_copies) == (5, 2)
    again = await shown(bench, laid(), *LEAVE)
    assert (again.pages_left, again.most_copies) == (1, 0)
    other = await shown(bench, laid(OTHER), *LEAVE)
    assert other.pages_left == 5
    (row,) = await bench.rows()
    assert row.person
    assert row.hash_key == bench.ledger.hash_key_id
    for piece in (SENIOR.number, SENIOR.name, SENIOR.number[6:14]):
        assert piece not in bench.journal()


async def test_what_did_not_come_out_does_not_count(bench: Bench) -> None:
    bench.documents.outcomes = [DocumentNotPrinted("sheet_jammed", 1)]
    await shown(bench, laid(), (ShowForm, "print-2"), DONE)
    (row,) = await bench.rows()
    assert (row.used, row.pages * row.copies) == (2, 4)


async def test_a_card_that_said_who_prints_is_not_laid_down_twice(bench: Bench) -> None:
    reader = laid()
    resident = Resident(bench, day_pages=5, reader=reader)
    seen = await resident.visits(CARD, CARD, (ChooseEntry, "101"), (ShowForm, "fill"), PRINT, USE, *REST, DONE)
    assert reader.reads == 1
    assert kinds(seen)[:3] == ["OfferIdCard", "PresentIdCard", "ChooseEntry"]
    assert len([view for view in seen if isinstance(view, OfferIdCard)]) == 2
    assert any(isinstance(view, CheckIdCard) for view in seen)


async def test_without_a_card_the_staff_print(bench: Bench) -> None:
    resident = Resident(bench, day_pages=5, reader=laid())
    await resident.visits((OfferIdCard, "other"), (Notice, "primary"))
    assert resident.the(Notice).title == "notice.no_print_without_card.title"
    assert bench.documents.jobs == []


async def test_without_a_reader_the_limit_of_the_visit_counts(bench: Bench) -> None:
    resident = Resident(bench, day_pages=5, reader=laid())
    resident.devices.healths["identity"] = Offline("unplugged")
    seen = await resident.visits((ChooseEntry, "501"), PRINT, DONE)
    assert not any(isinstance(view, OfferIdCard) for view in seen)
    assert resident.the(ShowForm).pages_left == 10
    assert resident.the(FormOutcome).ending == "printed"
