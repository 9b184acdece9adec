"""Printing a form, from its tile to goodbye, without a screen: real typesetting and ledger, a printer of our own."""

import msgspec

from kiosk.devices.document import (
    DocumentHeld,
    DocumentNotPrinted,
    DocumentSubmitted,
    DocumentUnknown,
)
from kiosk.devices.health import NeedsAttention, Offline, Ready
from kiosk.devices.printer import NotPrinted
from kiosk.forms.catalogue import Catalogue
from kiosk.items.catalogue import read
from kiosk.journeys.notice import NOTICE
from kiosk.journeys.print_form import PRINT_FORM
from kiosk.rehearsal.demo_items import DEMO
from kiosk.services import Services
from kiosk.slips.slip import Pair, Text
from kiosk.text.catalogue import Said
from kiosk.views.common import Notice
from kiosk.views.forms import ChooseOption, EnterDate, FormOutcome, PrintingForm, ShowForm
from kiosk.views.lists import FIND, ChooseEntry, FindEntry
from kiosk.views.notice import ShowItem, TakeSlip
from kiosk.views.rating import RateService
from kiosk.views.typing import EnterText
from kiosk.views.view import View
from tests.forms.conftest import Bench
from tests.forms.resident import Resident
from tests.forms.test_typesetting import words

PRINT = (ShowForm, "print-1")
DONE = (FormOutcome, "done")


def kinds(views: list[View]) -> list[str]:
    found = [type(view).__name__ for view in views]
    return [name for place, name in enumerate(found) if place == 0 or name != found[place - 1]]


async def test_a_blank_form_on_both_sides_of_two_sheets(bench: Bench) -> None:
    resident = Resident(bench)

    seen = await resident.visits((ChooseEntry, "501"), (ShowForm, "print-2"), DONE)

    assert kinds(seen) == ["ChooseEntry", "ShowForm", "PrintingForm", "FormOutcome", "RateService"]
    (job,) = bench.documents.jobs
    assert (job.pages, job.copies, job.sides, job.mono) == (2, 2, "long_edge", True)
    assert "小餐饮经营许可申请书" in words(job.pdf)
    shown = resident.the(ShowForm)
    assert len(shown.pages) == 2
    assert (shown.most_copies, shown.pages_left) == (5, 10)
    told = resident.the(FormOutcome)
    assert (told.ending, told.sheets, told.slip_state) == ("printed", 2, "printed")
    assert resident.the(RateService).service == Said("journey.print_form.title")
    (row,) = await bench.rows()
    assert (row.number, row.filled, row.state) == ("501", False, "printed")


async def test_the_slip_says_what_to_bring_and_where_it_goes(bench: Bench) -> None:
    resident = Resident(bench)
    await resident.visits((ChooseEntry, "101"), PRINT, DONE)
    (slip,) = resident.devices.printer.slips
    assert Pair("交到", "民政养老窗口") in slip.lines
    assert Text("□ 老人的身份证原件") in slip.lines
    assert Pair("表格编号", "101", bold=True) in slip.lines


async def test_filled_in_question_by_question(bench: Bench) -> None:
    form = bench.house.find("201")
    assert form is not None
    said: list[tuple[type[View], str]] = []
    for field in form.fields:
        match field.kind:
            case "date":
                said.append((EnterDate, field.sample.replace("-", "")))
            case "choice":
                said.append((ChooseOption, field.sample))
            case _:
                said.append((EnterText, field.sample))
    resident = Resident(bench)

    seen = await resident.visits((ChooseEntry, "201"), (ShowForm, "fill"), PRINT, *said, DONE)

    asked = [view for view in seen if isinstance(view, EnterText | EnterDate | ChooseOption)]
    assert len(asked) == len(form.fields)
    assert [view.kind for view in asked if isinstance(view, EnterText)] == ["name", "id_number", "address", "phone"]
    (job,) = bench.documents.jobs
    on_paper = words(job.pdf)
    for said_text in ("张䶮", "610000199002230032", "天福和园1号楼1单元1203室", "2021年3月1日"):
        assert said_text in on_paper
    assert resident.the(ShowForm).filled
    (row,) = await bench.rows()
    assert row.filled
    journal = bench.journal()
    assert "menkou.form.printed.v1" in journal
    assert not [field.key for field in form.fields if field.kind != "choice" and field.sample in journal]


async def test_what_cannot_be_is_asked_again(bench: Bench) -> None:
    resident = Resident(bench)
    await resident.visits(
        (ChooseEntry, "301"),
        (ShowForm, "fill"),
        PRINT,
        (EnterText, "吴𠅤"),
        (EnterText, "123"),
        (EnterText, "13800000000"),
        (EnterText, "610000199002230033"),
        (EnterText, "610000199002230032"),
        (EnterText, "天福和园8号楼"),
        (ChooseOption, "public"),
        (ChooseOption, "yes"),
        (EnterDate, "20260230"),
        (EnterDate, "skip"),
        DONE,
    )
    problems = [view.problem.key for view in resident.seen if isinstance(view, EnterText) and view.problem]
    assert problems == ["problem.phone", "problem.id_number"]
    assert [view.problem for view in resident.seen if isinstance(view, EnterDate)] == [None, "problem.form.date"]
    assert "610000199002230032" in words(bench.documents.jobs[0].pdf)


async def test_back_leads_from_the_pages_to_the_list(bench: Bench) -> None:
    resident = Resident(bench)
    seen = await resident.visits((ChooseEntry, "101"), (ChooseEntry, "302"), (ShowForm, "back"), PRINT, DONE)
    assert kinds(seen)[:4] == ["ChooseEntry", "ShowForm", "ChooseEntry", "ShowForm"]
    assert [row.number for row in await bench.rows()] == ["302"]


async def test_found_by_initials(bench: Bench) -> None:
    resident = Resident(bench)
    await resident.visits(
        (ChooseEntry, "search"), (FindEntry, f"{FIND}x"), (FindEntry, f"{FIND}xse"), (FindEntry, "401"), PRINT, DONE
    )
    found = resident.the(FindEntry)
    assert [entry.number for entry in found.entries] == ["401"]
    assert [row.number for row in await bench.rows()] == ["401"]


async def test_found_by_department(bench: Bench) -> None:
    resident = Resident(bench)
    await resident.visits((ChooseEntry, "groups"), (ChooseEntry, "gas"), (ChooseEntry, "302"), PRINT, DONE)
    often, departments, gas = [view for view in resident.seen if isinstance(view, ChooseEntry)]
    assert [entry.choice for entry in departments.entries] == ["civil", "community", "gas", "medical", "market"]
    assert [entry.choice for entry in gas.entries] == ["302", "301"]
    assert len(often.entries) == 6


async def test_paper_out_and_the_resident_does_not_wait(bench: Bench) -> None:
    bench.documents.hold.clear()
    bench.documents.progress = [DocumentSubmitted(), DocumentHeld("sheets_out")]
    resident = Resident(bench)
    await resident.visits((ChooseEntry, "101"), PRINT, (PrintingForm, "cancel"), (FormOutcome, "another"))
    told = resident.the(FormOutcome)
    assert (told.ending, told.problem, told.can_repeat) == ("not_printed", "reason.cancelled", True)
    assert resident.devices.printer.slips == []
    assert [row.state for row in await bench.rows()] == ["not_printed"]


async def test_not_printed_and_printed_again_is_another_print(bench: Bench) -> None:
    bench.documents.outcomes = [DocumentNotPrinted("aborted", 0)]
    resident = Resident(bench)
    await resident.visits((ChooseEntry, "101"), PRINT, (FormOutcome, "again"), DONE)
    assert sorted(row.state for row in await bench.rows()) == ["not_printed", "printed"]
    assert len({job.key for job in bench.documents.jobs}) == 2


async def test_what_nobody_knows_is_not_printed_again(bench: Bench) -> None:
    bench.documents.outcomes = [DocumentUnknown("no answer")]
    resident = Resident(bench)
    await resident.visits((ChooseEntry, "101"), PRINT, DONE)
    told = resident.the(FormOutcome)
    assert (told.ending, told.can_repeat, told.slip_state) == ("unknown", False, "none")
    assert len(bench.documents.jobs) == 1


async def test_the_free_pages_of_a_visit_are_counted(bench: Bench) -> None:
    resident = Resident(bench, free_pages=3)
    await resident.visits(
        (ChooseEntry, "501"), (ShowForm, "print-5"), (ShowForm, "back"), (FormOutcome, "another"), (ChooseEntry, "back")
    )
    assert bench.documents.jobs[0].copies == 1
    assert resident.the(ShowForm).most_copies == 1

    again = Resident(bench, free_pages=1)
    await again.visits((ChooseEntry, "501"), (ChooseEntry, "back"), (ShowForm, "back"))
    assert again.the(ShowForm).most_copies == 0


async def test_without_a_receipt_the_form_comes_all_the_same(bench: Bench) -> None:
    resident = Resident(bench)
    resident.devices.printer.outcome = NotPrinted("paper_out")
    await resident.visits((ChooseEntry, "101"), PRINT, DONE)
    assert resident.the(FormOutcome).slip_state == "not_printed"
    resident = Resident(bench)
    resident.devices.healths["receipts"] = Offline("unplugged")
    await resident.visits((ChooseEntry, "101"), PRINT, DONE)
    assert resident.the(FormOutcome).slip_state == "not_printed"
    assert resident.devices.printer.slips == []


async def test_a_ledger_that_fails_meanwhile_prints_nothing(bench: Bench) -> None:
    resident = Resident(bench)
    services = await resident.services()
    await bench.ledger.aclose()
    await resident.visits((ChooseEntry, "101"), PRINT, (Notice, "primary"), services=services)
    assert resident.the(Notice).title == "notice.form_not_made.title"
    assert bench.documents.jobs == []


async def test_the_tile_says_why_it_is_paused(bench: Bench, house: Catalogue) -> None:
    resident = Resident(bench)
    services: Services = await resident.services()
    paused = PRINT_FORM.paused
    assert paused(services) is None
    resident.devices.healths["documents"] = NeedsAttention(("sheets_out",))
    assert paused(services) == "reason.sheets_out"
    resident.devices.healths["documents"] = Offline("")
    assert paused(services) == "reason.offline"
    resident.devices.healths.clear()
    assert services.forms is not None
    services.forms.catalogue = None
    assert paused(services) == "reason.forms_preparing"
    services.forms.catalogue = Catalogue()
    assert paused(services) == "reason.no_forms"


async def test_an_item_leads_to_its_form_and_back(bench: Bench) -> None:
    """The yearly review needs form 101: looked at, back to the item, and printed after all."""
    resident = Resident(bench)
    both = msgspec.structs.replace(
        await resident.services(), items=lambda: read(DEMO), journeys=("notice", "print_form")
    )
    resident.answers = {ChooseEntry: ["01001", "form"], ShowItem: ["more", "form"], ShowForm: ["back", "print-1"]}
    seen = await resident.visits(DONE, services=both, journey=NOTICE)
    assert kinds(seen) == [
        *("ChooseEntry", "ShowItem", "ChooseEntry", "ShowForm"),
        *("ChooseEntry", "ShowForm", "PrintingForm", "FormOutcome", "RateService"),
    ]
    offers = [view for view in seen if isinstance(view, ChooseEntry)][1]
    assert [entry.choice for entry in offers.entries] == ["form", "at_home", "on_behalf"]
    (job,) = bench.documents.jobs
    assert "老龄补贴年审表" in words(job.pdf)
    assert resident.the(RateService).service == Said("journey.print_form.title")


async def test_an_item_offers_no_form_that_cannot_be_printed_now(bench: Bench) -> None:
    for journeys, health in ((("notice",), Ready()), (("notice", "print_form"), Offline("no cable"))):
        resident = Resident(bench)
        resident.devices.healths["documents"] = health
        hall = msgspec.structs.replace(await resident.services(), items=lambda: read(DEMO), journeys=journeys)
        resident.answers = {ChooseEntry: ["01001"], ShowItem: ["form"]}
        await resident.visits((TakeSlip, "done"), services=hall, journey=NOTICE)
        shown = resident.the(ShowItem)
        assert (shown.form, shown.queue) == (False, False)
        assert kinds(resident.seen) == ["ChooseEntry", "ShowItem", "TakeSlip", "RateService"]  # whatever was answered
