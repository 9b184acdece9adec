"""Whatever queue and printer say, in any order: what is claimed is proved by what was seen, and every job ends."""

from hypothesis import given
from hypothesis import strategies as st

from drivers.cups.follow import Memory, Seen, begin, found, step, stop
from drivers.cups.settings import CupsSettings
from drivers.cups.views import JobState, JobView, PeerView
from kiosk.devices.document import DocumentJob, DocumentNotPrinted, DocumentPrinted, DocumentUnknown

JOB = DocumentJob(key="form-7", pdf=b"", pages=2)
SETTINGS = CupsSettings()
STATES: tuple[JobState, ...] = ("pending", "held", "processing", "stopped", "canceled", "aborted", "completed")
REASONS = ("none", "media-empty-report", "cover-open-error", "cups-waiting-for-job-completed", "connecting-to-device")

queued = st.builds(
    JobView,
    id=st.just(1),
    name=st.just("form-7"),
    state=st.sampled_from(STATES),
    documents=st.sampled_from((None, 0, 1)),
    processing_since=st.sampled_from((None, 100, 107)),
)
at_printer = st.builds(
    JobView,
    id=st.integers(40, 42),
    name=st.just("form-7"),
    state=st.sampled_from(STATES),
    impressions=st.sampled_from((None, 0, 1, 2)),
)


def peers(jobs: st.SearchStrategy[JobView], most: int) -> st.SearchStrategy[PeerView | None]:
    """A queue or a printer, or its silence."""
    told = st.lists(jobs, max_size=most, unique_by=lambda job: job.id).map(
        lambda found: tuple(sorted(found, key=lambda job: job.id))
    )
    view = st.builds(
        PeerView,
        stopped=st.booleans(),
        reasons=st.lists(st.sampled_from(REASONS), max_size=2).map(tuple),
        jobs=told,
    )
    return st.none() | view


looks = st.builds(
    lambda queue, printer, asked: Seen(queue=queue, printer=printer if asked else None, asked=asked),
    peers(queued, 1),
    peers(at_printer, 2),
    st.sampled_from((True, True, True, False)),
)


def check(memory: Memory, seen: Seen, outcome: object) -> None:
    """The proof of what is claimed is in the last look."""
    match outcome:
        case DocumentPrinted(sheets=sheets):
            counted = memory.sheets == memory.of == JOB.sheets and not seen.at_printer
            assert seen.completed or counted
            assert sheets is None or sheets > 0
        case DocumentNotPrinted(sheets=sheets):
            queue_job = seen.queued
            assert seen.queue is not None
            assert queue_job is None or queue_job.final
            assert queue_job is None or queue_job.state != "completed" or seen.at_printer
            assert not seen.live
            if seen.printer is None:
                assert queue_job is not None
                assert not queue_job.processing_since
                assert sheets == 0


@given(st.lists(looks, min_size=1, max_size=12), st.sampled_from((1.0, 5.0, 60.0)), st.booleans())
def test_nothing_is_claimed_without_proof(story: list[Seen], every_s: float, cancelled: bool) -> None:
    memory = begin(0, "one", JOB)
    for n, seen in enumerate(story, 1):
        if cancelled and n == 3:
            memory = stop(memory, n * every_s)
        then = step(memory, seen, n * every_s, SETTINGS)
        memory = then.memory
        if then.outcome is not None:
            check(memory, seen, then.outcome)
            return
        if memory.cancelling is not None and seen.queued is not None and not seen.queued.final:
            assert any(act.what == "cancel_in_queue" for act in then.acts)


@given(st.lists(looks, max_size=3), looks)
def test_every_job_ends(before: list[Seen], for_ever: Seen) -> None:
    memory = begin(0, "one", JOB)
    longest = (
        SETTINGS.hold_s + SETTINGS.stall_s + SETTINGS.end_s + 3 * SETTINGS.offline_after_s + 10 * (len(before) + 2)
    )
    for n, seen in enumerate([*before, *[for_ever] * int(longest / 5)], 1):
        then = step(memory, seen, n * 5.0, SETTINGS)
        if then.outcome is not None:
            return
        memory = then.memory
    raise AssertionError("it never ends")


@given(looks)
def test_one_look_claims_no_more(seen: Seen) -> None:
    known = found(seen, SETTINGS)
    if isinstance(known, DocumentPrinted):
        assert seen.completed
    if isinstance(known, DocumentNotPrinted):
        assert not seen.live
        assert seen.queue is not None
    if not isinstance(known, DocumentPrinted | DocumentNotPrinted | DocumentUnknown):
        assert seen.live or (seen.queued is not None and not seen.queued.final)
