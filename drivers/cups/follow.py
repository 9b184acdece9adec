"""What becomes of one job, out of what the queue and the printer say of it. Pure.

The queue's word is not enough, as CUPS 2.4 shows (docs/decisions/026): it counts sheets that are not out, calls a job
cancelled that the printer goes on with, calls one completed that the printer has lost, and after a restart it sends
again what the printer has. So the printer's own job decides wherever the printer can be asked.
"""

from typing import Literal

import msgspec

from drivers.cups.settings import CupsSettings
from drivers.cups.views import JobView, PeerView
from drivers.cups.words import understand
from kiosk.devices.document import (
    DocumentHeld,
    DocumentJob,
    DocumentNotPrinted,
    DocumentOutcome,
    DocumentPrinted,
    DocumentPrinting,
    DocumentProgress,
    DocumentSubmitted,
    DocumentUnknown,
    NotPrintedReason,
    Sides,
)
from kiosk.devices.health import Reason

_HANDED_OVER = "cups-waiting-for-job-completed"
Trouble = Reason | Literal["offline"]


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """One look at both. None: it gave no answer. `asked`: whether there is a printer that can be asked at all."""

    queue: PeerView | None
    printer: PeerView | None
    asked: bool = True

    @property
    def queued(self) -> JobView | None:
        """The job in the queue."""
        return self.queue.jobs[-1] if self.queue is not None and self.queue.jobs else None

    @property
    def at_printer(self) -> tuple[JobView, ...]:
        """The job at the printer; more than one when the queue sent it again."""
        return self.printer.jobs if self.printer is not None else ()

    @property
    def live(self) -> tuple[JobView, ...]:
        """What the printer is not at the end of."""
        return tuple(job for job in self.at_printer if not job.final)

    @property
    def completed(self) -> tuple[JobView, ...]:
        """What the printer says has come out whole."""
        return tuple(job for job in self.at_printer if job.state == "completed")

    @property
    def ended_in_queue(self) -> bool:
        """Whether the queue answers, and will do no more about it."""
        return self.queue is not None and (self.queued is None or self.queued.final)


class Memory(msgspec.Struct, frozen=True, kw_only=True):
    """What earlier looks showed."""

    now: float
    """When the last look was, by a clock that never goes back; as all times here."""
    sides: Sides = "one"
    pages: int | None = None
    of: int | None = None
    counts: tuple[tuple[int, int | None], ...] = ()
    """Sheets by the printer's number of the job, by its own last count."""
    handed: bool = False
    began: int | None = None
    resent: bool = False
    """The queue began again with what the printer already had."""
    queue_was_away: bool = False
    """It was silent while the printer had the job: it may have started anew, and begin again."""
    cancelling: NotPrintedReason | None = None
    cancelled_at: float | None = None
    silent_since: float | None = None
    queue_silent_since: float | None = None
    missing_since: float | None = None
    held_since: float | None = None
    moved_at: float
    """When anything changed last."""
    fingerprint: tuple[object, ...] = ()
    released_at: float = float("-inf")

    @property
    def sheets(self) -> int | None:
        """What came out, over all the printer's attempts; None where it does not tell."""
        known = [count for _, count in self.counts if count is not None]
        return sum(known) if len(known) == len(self.counts) and known else None


class Act(msgspec.Struct, frozen=True):
    """Something to do before the next look."""

    what: Literal["cancel_in_queue", "cancel_at_printer", "release"]
    job: int


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """What a look amounts to: an outcome, or else the progress."""

    memory: Memory
    progress: DocumentProgress
    outcome: DocumentOutcome | None = None
    acts: tuple[Act, ...] = ()


def begin(
    now: float, sides: Sides, job: DocumentJob | None = None, cancelling: NotPrintedReason | None = None
) -> Memory:
    """Before the first look. `job` where it is known, and `cancelling` where it is to end."""
    return Memory(
        now=now,
        sides=sides,
        pages=job.pages if job is not None else None,
        of=job.sheets if job is not None else None,
        moved_at=now,
        cancelling=cancelling,
        cancelled_at=now if cancelling is not None else None,
    )


def stop(memory: Memory, now: float) -> Memory:
    """From now on, its end is wanted."""
    if memory.cancelling is not None:
        return memory
    return msgspec.structs.replace(memory, cancelling="cancelled", cancelled_at=now)


def step(memory: Memory, seen: Seen, now: float, settings: CupsSettings) -> Step:
    """One look more."""
    memory = _remember(memory, seen, now)
    trouble = _trouble(memory, seen, now, settings)
    memory = _lose_patience(memory, trouble, now, settings)
    outcome = _outcome(memory, seen, now, settings)
    acts = _acts(memory, seen, trouble, now, settings)
    if any(act.what == "release" for act in acts):
        memory = msgspec.structs.replace(memory, released_at=now)
    return Step(memory=memory, progress=_progress(memory, seen, trouble), outcome=outcome, acts=acts)


def leftovers(memory: Memory, seen: Seen, now: float, since: float, settings: CupsSettings) -> tuple[Memory, list[Act]]:
    """After the printer said "completed": what must end so that nothing comes out a second time."""
    memory = _remember(memory, seen, now)
    acts = [Act("cancel_at_printer", job.id) for job in seen.live]
    queued = seen.queued
    overdue = memory.resent or memory.queue_was_away or bool(seen.live) or now - since > settings.settle_s
    if queued is not None and not queued.final and overdue:
        acts.append(Act("cancel_in_queue", queued.id))
    return memory, acts


def _remember(memory: Memory, seen: Seen, now: float) -> Memory:
    queued, queue, printer = seen.queued, seen.queue, seen.printer
    counts = dict(memory.counts) | {job.id: job.sheets(memory.sides, memory.pages) for job in seen.at_printer}
    handed, began, resent = memory.handed or bool(counts), memory.began, memory.resent
    if queued is not None and queue is not None:
        if queued.state == "processing" and _HANDED_OVER in queue.reasons:
            handed = True
        if began is None:
            began = queued.processing_since or None
        elif counts and (queued.state == "pending" or queued.processing_since not in (None, began)):
            resent = True
    fingerprint = (queued, seen.at_printer, queue is None, printer is None)
    missing = bool(counts) and printer is not None and not seen.at_printer
    return msgspec.structs.replace(
        memory,
        now=now,
        counts=tuple(counts.items()),
        handed=handed,
        began=began,
        resent=resent,
        queue_was_away=memory.queue_was_away or (bool(counts) and queue is None),
        silent_since=_since(memory.silent_since, seen.asked and printer is None, now),
        queue_silent_since=_since(memory.queue_silent_since, queue is None, now),
        missing_since=_since(memory.missing_since, missing, now),
        fingerprint=fingerprint,
        moved_at=now if fingerprint != memory.fingerprint else memory.moved_at,
    )


def _since(before: float | None, holds: bool, now: float) -> float | None:
    if not holds:
        return None
    return now if before is None else before


def _for(since: float | None, seconds: float, now: float) -> bool:
    return since is not None and now - since >= seconds


def _trouble(memory: Memory, seen: Seen, now: float, settings: CupsSettings) -> Trouble | None:
    if _for(memory.silent_since, settings.offline_after_s, now):
        return "offline"
    if _for(memory.queue_silent_since, settings.offline_after_s, now) and not seen.live:
        return "offline"
    teller = seen.printer if seen.asked else seen.queue
    if teller is None:
        return None
    said = understand(teller.reasons, settings.ignored_reasons)
    if said.unreachable:
        return "offline"
    if said.reasons:
        return said.reasons[0]
    if teller.stopped:
        return "printer_error" if seen.asked else "queue_stopped"
    waits = seen.queued is not None and seen.queued.state in ("pending", "stopped") and not seen.live
    return "queue_stopped" if waits and seen.queue is not None and seen.queue.stopped else None


def _lose_patience(memory: Memory, trouble: Trouble | None, now: float, settings: CupsSettings) -> Memory:
    moved = memory.moved_at == now
    held_since = _since(None if moved else memory.held_since, trouble is not None, now)
    memory = msgspec.structs.replace(memory, held_since=held_since)
    if memory.cancelling is not None:
        return memory
    if trouble is not None and _for(held_since, settings.hold_s, now):
        return msgspec.structs.replace(memory, cancelling=trouble, cancelled_at=now)
    if trouble is None and now - memory.moved_at >= settings.stall_s:
        return msgspec.structs.replace(memory, cancelling="too_slow", cancelled_at=now)
    return memory


def _progress(memory: Memory, seen: Seen, trouble: Trouble | None) -> DocumentProgress:
    if trouble is not None:
        return DocumentHeld(trouble)
    if seen.live or memory.counts:
        return DocumentPrinting(memory.sheets, memory.of)
    return DocumentSubmitted()


def _acts(memory: Memory, seen: Seen, trouble: Trouble | None, now: float, settings: CupsSettings) -> tuple[Act, ...]:
    acts: list[Act] = []
    queued = seen.queued
    gone_at_printer = bool(memory.counts) and not seen.live and seen.printer is not None and not seen.completed
    if queued is not None and not queued.final:
        missing = not settings.queue_word_is_enough and _for(memory.missing_since, settings.offline_after_s, now)
        lost = gone_at_printer and (bool(seen.at_printer) or missing)
        if memory.cancelling is not None or memory.resent or lost:
            acts.append(Act("cancel_in_queue", queued.id))
        elif queued.state == "held" and not queued.empty and trouble is None and _release_due(memory, now, settings):
            acts.append(Act("release", queued.id))
    unwanted = seen.live if memory.cancelling is not None or seen.completed else seen.live[1:]
    acts.extend(Act("cancel_at_printer", job.id) for job in unwanted)
    return tuple(acts)


def _release_due(memory: Memory, now: float, settings: CupsSettings) -> bool:
    return now - memory.released_at >= settings.release_every_s


def _outcome(memory: Memory, seen: Seen, now: float, settings: CupsSettings) -> DocumentOutcome | None:
    if seen.completed:
        return DocumentPrinted(memory.sheets or None)
    if seen.ended_in_queue:
        if not seen.asked:
            return _by_the_queue(memory, seen, settings)
        if seen.printer is not None and not seen.live:
            return _by_both(memory, seen, now, settings)
        if seen.printer is None and _never_begun(memory, seen):
            return _refused(memory, seen, 0)
        if memory.cancelling is not None and _for(memory.silent_since, settings.offline_after_s, now):
            return DocumentUnknown("the printer does not answer, and may hold the job")
    if _for(memory.cancelled_at, settings.end_s, now):
        return DocumentUnknown("nobody confirmed the end of the cancelled job")
    return None


def _by_both(memory: Memory, seen: Seen, now: float, settings: CupsSettings) -> DocumentOutcome | None:
    """The queue is at its end, and the printer answers and is at none of it."""
    if seen.at_printer:
        return _refused(memory, seen, memory.sheets)
    queued = seen.queued
    if queued is not None and queued.state == "completed" and settings.queue_word_is_enough:
        return DocumentPrinted()
    if memory.counts:
        if not _for(memory.missing_since, settings.offline_after_s, now):
            return None
        if memory.sheets is not None and memory.sheets == memory.of:
            return DocumentPrinted(memory.sheets)  # it counted the last sheet, and keeps no history
        return DocumentUnknown("the printer lost the job")
    if queued is None:
        return DocumentUnknown("the queue lost the job")
    if queued.state == "completed":
        return DocumentUnknown("the queue calls it completed, the printer knows nothing of it")
    return _refused(memory, seen, 0 if _never_begun(memory, seen) else None)


def _never_begun(memory: Memory, seen: Seen) -> bool:
    """Whether the queue never came to send any of it."""
    queued = seen.queued
    return not memory.handed and queued is not None and queued.state != "completed" and not queued.processing_since


def _by_the_queue(memory: Memory, seen: Seen, settings: CupsSettings) -> DocumentOutcome:
    queued = seen.queued
    if queued is None:
        return DocumentUnknown("the queue lost the job")
    if queued.state == "completed":
        if settings.queue_word_is_enough:
            return DocumentPrinted()
        return DocumentUnknown("the queue calls it completed, and the printer cannot be asked")
    if not _never_begun(memory, seen):
        return DocumentUnknown("it was cancelled on its way, and the printer cannot be asked")
    return _refused(memory, seen, 0)


def _refused(memory: Memory, seen: Seen, sheets: int | None) -> DocumentNotPrinted:
    if memory.cancelling is not None:
        return DocumentNotPrinted(memory.cancelling, sheets)
    states = [job.state for job in (*seen.at_printer, *((seen.queued,) if seen.queued is not None else ()))]
    return DocumentNotPrinted("aborted" if "aborted" in states else "cancelled", sheets)


def found(seen: Seen, settings: CupsSettings) -> DocumentOutcome | DocumentProgress:
    """What one look alone can say, without any memory: the progress of what is still coming, or how it ended."""
    queued = seen.queued
    sides: Sides = queued.sides if queued is not None else "one"
    memory = _remember(begin(0, sides), seen, 0)
    if seen.completed:
        return DocumentPrinted(memory.sheets or None)
    silent = seen.asked and seen.printer is None
    coming = _progress(memory, seen, "offline" if silent else _trouble(memory, seen, 0, settings))
    if seen.live:
        return coming
    if seen.queue is None:
        return DocumentUnknown("the queue does not answer")
    if queued is None:
        return _unheard_of(memory, seen, settings)
    if queued.empty:
        return DocumentNotPrinted("never_submitted")
    if not queued.final:
        return coming
    if seen.asked and seen.at_printer:
        return _refused(memory, seen, memory.sheets)
    if _never_begun(memory, seen):
        return _refused(memory, seen, 0)
    if queued.state == "completed" and settings.queue_word_is_enough:
        return DocumentPrinted()
    return DocumentUnknown(f"the queue calls it {queued.state}, and the printer does not tell")


def _unheard_of(memory: Memory, seen: Seen, settings: CupsSettings) -> DocumentOutcome:
    if seen.at_printer:
        return _refused(memory, seen, memory.sheets)
    if settings.queue_remembers:
        return DocumentNotPrinted("never_submitted")
    return DocumentUnknown("the queue does not know the job, and may have forgotten it")
