"""What looks at queue and printer amount to, where no simulator can be brought to say such things."""

import msgspec
import pytest

from drivers.cups.driver import Cups
from drivers.cups.follow import Act, Memory, Seen, Step, begin, found, leftovers, step
from drivers.cups.settings import CupsSettings
from drivers.cups.views import JobState, JobView, PeerView
from drivers.cups.words import Said, understand
from kiosk.devices.document import (
    DocumentHeld,
    DocumentJob,
    DocumentNotPrinted,
    DocumentOutcome,
    DocumentPrinted,
    DocumentPrinting,
    DocumentSubmitted,
    DocumentUnknown,
)

SETTINGS = CupsSettings()
TRUSTING = CupsSettings(queue_word_is_enough=True)
JOB = DocumentJob(key="form-7", pdf=b"", pages=3, copies=2)


def job(state: JobState, number: int = 1, **more: object) -> JobView:
    base = JobView(id=number, name="form-7", state=state, documents=1)
    return msgspec.structs.replace(base, **more)


def seen(queued: JobView | None, *at_printer: JobView, asked: bool = True, **queue: object) -> Seen:
    view = PeerView(jobs=(queued,) if queued is not None else ())
    printer = PeerView(jobs=at_printer) if asked else None
    return Seen(queue=msgspec.structs.replace(view, **queue), printer=printer, asked=asked)


def looks(
    *all_seen: Seen, every_s: float = 1.0, memory: Memory | None = None, settings: CupsSettings = SETTINGS
) -> Step:
    """Look after look; the last one's step."""
    memory = memory or begin(0, "one", JOB)
    for n, each in enumerate(all_seen, 1):
        then = step(memory, each, n * every_s, settings)
        memory = then.memory
    return then


def test_from_the_queue_to_paper() -> None:
    assert looks(seen(job("pending"))).progress == DocumentSubmitted()
    printing = seen(job("processing"), job("processing", 40, impressions=4))
    assert looks(printing).progress == DocumentPrinting(4, 6)
    assert looks(printing, seen(job("processing"), job("completed", 40, impressions=6))).outcome == DocumentPrinted(6)


def test_what_the_queue_counts_is_not_out() -> None:
    counted = job("processing", impressions=6, sheets_told=6)
    assert looks(seen(counted, job("processing", 40, impressions=0))).progress == DocumentPrinting(0, 6)


@pytest.mark.parametrize(
    ("settings", "outcome"),
    [(SETTINGS, DocumentUnknown), (TRUSTING, DocumentPrinted)],
)
@pytest.mark.parametrize("asked", [True, False])
def test_completed_by_the_queue_alone(settings: CupsSettings, outcome: type[DocumentOutcome], asked: bool) -> None:
    done = seen(job("completed", processing_since=5), asked=asked)
    assert isinstance(looks(done, settings=settings).outcome, outcome)
    assert isinstance(found(done, settings), outcome)


def test_a_printer_without_a_history() -> None:
    """It forgets a job with its last sheet."""
    first = seen(job("processing"), job("processing", 40, impressions=5))
    last = seen(job("processing"), job("processing", 40, impressions=6))
    gone = seen(job("completed", processing_since=5))
    assert looks(first, last, *[gone] * 6).outcome == DocumentPrinted(6)
    assert isinstance(looks(first, *[gone] * 6).outcome, DocumentUnknown)
    assert looks(first, *[gone] * 6, settings=TRUSTING).outcome == DocumentPrinted()
    waiting = seen(job("processing"))
    assert looks(last, *[waiting] * 6).acts == (Act("cancel_in_queue", 1),)
    assert looks(last, *[waiting] * 6, settings=TRUSTING).acts == ()


def test_completed_before_anybody_looked_and_now_the_printer_is_away() -> None:
    away = Seen(queue=PeerView(jobs=(job("completed", processing_since=5),)), printer=None)
    assert looks(*[away] * 9).outcome is None
    assert looks(*[away] * 9).progress == DocumentHeld("offline")
    assert isinstance(looks(*[away] * 9, every_s=30).outcome, DocumentUnknown)
    assert isinstance(found(away, SETTINGS), DocumentUnknown)


def test_cancelled_before_the_queue_came_to_it_while_the_printer_is_away() -> None:
    away = Seen(queue=PeerView(jobs=(job("canceled"),)), printer=None)
    assert looks(away, memory=begin(0, "one", JOB, cancelling="offline")).outcome == DocumentNotPrinted("offline", 0)
    assert found(Seen(queue=PeerView(jobs=(job("pending"),)), printer=None), SETTINGS) == DocumentHeld("offline")


def test_a_printer_that_cannot_be_asked_and_a_cancelled_job() -> None:
    never_begun = seen(job("canceled"), asked=False)
    assert looks(never_begun).outcome == DocumentNotPrinted("cancelled", 0)
    assert found(never_begun, SETTINGS) == DocumentNotPrinted("cancelled", 0)
    begun = seen(job("canceled", processing_since=5), asked=False)
    assert isinstance(looks(begun).outcome, DocumentUnknown)


def test_the_trouble_of_a_printer_that_cannot_be_asked_is_the_queues_word() -> None:
    held = seen(job("processing"), asked=False, reasons=("media-empty-error",))
    assert looks(held).progress == DocumentHeld("sheets_out")
    dead = seen(job("processing"), asked=False, reasons=("media-empty-error", "connecting-to-device"))
    assert looks(dead).progress == DocumentHeld("offline")


def test_a_second_time_at_the_printer_is_cancelled_there() -> None:
    both = seen(job("processing"), job("processing", 40), job("pending", 41))
    assert looks(both).acts == (Act("cancel_at_printer", 41),)
    after = seen(job("processing"), job("completed", 40, impressions=6), job("pending", 41))
    assert (looks(after).outcome, looks(after).acts) == (DocumentPrinted(), (Act("cancel_at_printer", 41),))


def test_what_began_again_in_the_queue_is_cancelled_there_and_goes_on_at_the_printer() -> None:
    first = seen(job("processing", processing_since=100), job("processing", 40, impressions=1))
    again = seen(job("processing", processing_since=107), job("processing", 40, impressions=2))
    then = looks(first, again)
    assert (then.outcome, then.acts) == (None, (Act("cancel_in_queue", 1),))
    ended = seen(job("canceled"), job("completed", 40, impressions=6))
    assert looks(first, again, ended).outcome == DocumentPrinted(6)


def test_what_the_queue_holds_is_released_now_and_then() -> None:
    held = seen(job("held"))
    assert looks(held).acts == (Act("release", 1),)
    assert looks(held, held).acts == ()
    assert looks(held, held, every_s=6).acts == (Act("release", 1),)
    assert looks(seen(job("held", documents=0))).acts == ()
    out = Seen(queue=held.queue, printer=PeerView(reasons=("media-empty",)))
    assert looks(out).acts == ()


def test_paused_by_the_staff_after_it_was_sent() -> None:
    assert looks(seen(job("pending"), stopped=True)).progress == DocumentHeld("queue_stopped")


def test_one_empty_tray_of_several() -> None:
    settings = CupsSettings(ignored_reasons=("media-empty-report",))
    going = Seen(queue=PeerView(jobs=(job("processing"),)), printer=PeerView(reasons=("media-empty-report",)))
    assert looks(going, settings=settings).progress == DocumentSubmitted()
    assert looks(going).progress == DocumentHeld("sheets_out")


def test_patience_begins_anew_with_every_sheet() -> None:
    def stuck(sheets: int) -> Seen:
        there = job("processing", 40, impressions=sheets)
        return Seen(
            queue=PeerView(jobs=(job("processing"),)), printer=PeerView(reasons=("toner-empty",), jobs=(there,))
        )

    moving = looks(*map(stuck, range(1, 6)), every_s=100)
    assert moving.memory.cancelling is None
    still = looks(*map(stuck, (1, 1, 1, 1)), every_s=100)
    assert (still.memory.cancelling, still.acts) == (
        "toner_out",
        (Act("cancel_in_queue", 1), Act("cancel_at_printer", 40)),
    )


def test_a_cancelled_job_whose_end_nobody_confirms() -> None:
    memory = begin(0, "one", JOB, cancelling="cancelled")
    going = seen(job("processing"), job("processing", 40))
    assert looks(*[going] * 40, memory=memory).outcome is None
    assert isinstance(looks(*[going] * 50, memory=memory).outcome, DocumentUnknown)


def test_after_the_last_sheet_the_queue_gets_time_to_hear_of_it() -> None:
    memory = looks(seen(job("processing"), job("completed", 40))).memory
    late = seen(job("processing"), job("completed", 40))
    assert leftovers(memory, late, 10.0, 1.0, SETTINGS)[1] == []
    assert leftovers(memory, late, 30.0, 1.0, SETTINGS)[1] == [Act("cancel_in_queue", 1)]
    away = Seen(queue=None, printer=PeerView(jobs=(job("completed", 40),)))
    memory, _ = leftovers(memory, away, 11.0, 1.0, SETTINGS)
    assert leftovers(memory, late, 12.0, 1.0, SETTINGS)[1] == [Act("cancel_in_queue", 1)]


def test_sheets_of_both_sides() -> None:
    three_pages = [job("completed", impressions=n).sheets("long_edge", 3) for n in range(7)]
    assert three_pages == [0, 1, 1, 2, 3, 3, 4]
    assert job("completed", impressions=4).sheets("long_edge", None) is None
    assert job("completed", impressions=4, sheets_told=3).sheets("long_edge", None) == 3


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("none",), Said()),
        (("media-empty-error", "media-needed-error"), Said(reasons=("sheets_out",))),
        (("toner-low-warning", "media-low"), Said(warnings=("toner_low", "sheets_low"))),
        (("other-warning", "cups-waiting-for-job-completed"), Said()),
        (("other-error",), Said(reasons=("printer_error",))),
        (("connecting-to-device",), Said(unreachable=True)),
        (("com.example-strange-error",), Said()),
    ],
)
def test_words_of_a_printer(words: tuple[str, ...], said: Said) -> None:
    assert understand(words) == said


@pytest.mark.parametrize("port", ["ipp://localhost", "http://localhost/printers/a", "ipp:///printers/a"])
def test_a_port_that_is_no_queue(port: str) -> None:
    with pytest.raises(ValueError, match="ipp://"):
        Cups("documents", port, SETTINGS)
