"""A form goes to the printer once, after its record, and its end is found again."""

import asyncio

import pytest

from kiosk.devices.document import (
    DocumentHeld,
    DocumentNotPrinted,
    DocumentOutcome,
    DocumentPrinted,
    DocumentSubmitted,
    DocumentUnknown,
    DocumentWaiting,
)
from kiosk.forms.catalogue import Catalogue
from kiosk.forms.desk import Print, Wish, held_reason
from kiosk.protocol.forms import NOT_TOLD, FormIntended, FormSubmitted, FormUnknown, evolve, tell
from kiosk.protocol.matter import ImpossibleEventError
from kiosk.text.catalogue import catalogue
from tests.forms.conftest import NOW_MS, Bench


def wish(house: Catalogue, number: str = "501", *, copies: int = 1) -> Wish:
    form = house.find(number)
    assert form is not None
    return Wish(form=form, pdf=b"%PDF", pages=form.file.pages, copies=copies, filled=False, language="zh_CN")


async def ended(running: Print | None) -> DocumentOutcome:
    assert running is not None
    while running.outcome is None:
        await running.change()
    return running.outcome


async def test_the_record_comes_before_the_printer(bench: Bench) -> None:
    one = await bench.desk()

    running = await one.start(wish(bench.house, copies=3))

    assert await ended(running) == DocumentPrinted(3)  # two pages, on both sides of a sheet
    assert bench.seen.index("after record menkou.form.intended.v1") < bench.seen.index("before effect PrintForm")
    assert bench.seen[-1] == "after record menkou.form.printed.v1"
    (row,) = await bench.rows()
    assert running is not None
    assert (row.matter, row.number, row.state, row.sheets, row.came) == (running.key, "501", "printed", 3, 3)
    assert row.business_date == "2026-11-28"
    assert bench.documents.jobs[0].key == row.matter
    assert bench.documents.jobs[0].sides == "long_edge"
    assert one.printed == {"501": 3}


async def test_a_ledger_that_fails_sends_nothing(bench: Bench) -> None:
    one = await bench.desk()
    await bench.ledger.aclose()
    assert await one.start(wish(bench.house)) is None
    assert bench.documents.jobs == []


@pytest.mark.parametrize(
    ("outcome", "state", "came", "reason"),
    [
        (DocumentPrinted(None), "printed", NOT_TOLD, ""),
        (DocumentNotPrinted("sheets_out", 1), "not_printed", 1, "sheets_out"),
        (DocumentNotPrinted("aborted", None), "not_printed", NOT_TOLD, "aborted"),
        (DocumentUnknown("no answer"), "unknown", NOT_TOLD, "no answer"),
        (RuntimeError("a driver's defect"), "unknown", NOT_TOLD, "the driver raised RuntimeError"),
        (SystemExit(3), "unknown", NOT_TOLD, "the driver raised RuntimeError"),
    ],
    ids=["printed", "out of paper", "aborted", "unknown", "raises", "exits"],
)
async def test_every_end_is_kept(
    bench: Bench,
    outcome: DocumentOutcome | BaseException,
    state: str,
    came: int,
    reason: str,
) -> None:
    one = await bench.desk()
    bench.documents.outcomes = [outcome]

    await ended(await one.start(wish(bench.house)))

    (row,) = await bench.rows()
    assert (row.state, row.came, row.reason) == (state, came, reason)
    assert len(bench.documents.jobs) == 1
    assert one.printed["501"] == (1 if state == "printed" else 0)


async def test_cancelled_by_the_resident(bench: Bench) -> None:
    one = await bench.desk()
    bench.documents.hold.clear()
    bench.documents.progress = [DocumentSubmitted(), DocumentHeld("sheets_out")]
    running = await one.start(wish(bench.house))
    assert running is not None
    while held_reason(running.progress) is None:
        await running.change()
    assert held_reason(running.progress) == "reason.sheets_out"

    one.cancel(running)
    one.cancel(running)  # a second touch

    assert await ended(running) == DocumentNotPrinted("cancelled", 0)
    assert [call for call in bench.documents.calls if call.startswith("cancel")] == [f"cancel {running.key}"]
    assert [row.state for row in await bench.rows()] == ["not_printed"]


@pytest.mark.parametrize(
    ("found", "state", "calls"),
    [
        (DocumentPrinted(2), "printed", ["find", "clear"]),
        (DocumentNotPrinted("never_submitted"), "not_printed", ["find", "clear"]),
        (DocumentWaiting(DocumentSubmitted()), "not_printed", ["find", "cancel", "clear"]),
        (DocumentUnknown("forgotten"), "unknown", ["find", "clear"]),
    ],
    ids=["printed", "never submitted", "waiting", "forgotten"],
)
async def test_after_a_crash_it_is_found_and_never_printed_again(
    bench: Bench,
    found: DocumentOutcome | DocumentWaiting,
    state: str,
    calls: list[str],
) -> None:
    intended = FormIntended(
        matter="form-T1-0123456789abcdef",
        number="501",
        pages=2,
        copies=2,
        sheets=2,
        filled=True,
        business_date="2026-11-28",
        language="zh_CN",
        at_ms=NOW_MS,
    )
    await bench.ledger.note(intended, FormSubmitted(matter=intended.matter))
    bench.documents.found[intended.matter] = found

    one = await bench.desk()
    await bench.desk()  # and at the start after that

    (row,) = await bench.rows()
    assert row.state == state
    assert bench.documents.jobs == []
    assert [call.split()[0] for call in bench.documents.calls][: len(calls)] == calls
    assert one.open
    assert one.printed["501"] == (2 if state == "printed" else 0)


async def test_it_opens_only_when_the_printer_can_be_asked(bench: Bench) -> None:
    usable, opened = asyncio.Event(), asyncio.Event()
    one = bench.closed(usable.is_set, opened.set)
    recovering = asyncio.create_task(one.recover())
    await asyncio.sleep(0)
    assert await one.start(wish(bench.house)) is None
    assert bench.documents.calls == []

    usable.set()
    one.nudge()
    await opened.wait()
    await recovering
    assert one.open
    assert bench.documents.calls == ["clear"]


def test_an_end_is_an_end() -> None:
    intended = FormIntended(
        matter="m", number="1", pages=1, copies=1, sheets=1, filled=False, business_date="", language="en", at_ms=0
    )
    row = evolve(evolve(None, intended), FormUnknown(matter="m", why="?"))
    assert not row.over
    with pytest.raises(ImpossibleEventError):
        evolve(row, intended)
    with pytest.raises(ImpossibleEventError):
        evolve(None, FormSubmitted(matter="m"))
    assert tell(intended, catalogue("en")) == "form 1 is to be printed, blank: 1 sheet"
