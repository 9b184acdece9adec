"""What each event of a card's writing makes of the rows. Pure; a part of `evolve`."""

from msgspec.structs import replace

from kiosk.protocol import events as ev
from kiosk.protocol.matter import ImpossibleEventError
from kiosk.protocol.order.rows import JobRow, JobState, Rows

JobEvent = ev.JobSent | ev.JobLanded | ev.JobAbsent | ev.JobTorn | ev.JobReported


def evolve(rows: Rows, event: JobEvent) -> Rows:
    """The rows after `event`. Raises `ImpossibleEventError`."""
    match event:
        case ev.JobSent():
            return _sent(rows, event)
        case ev.JobLanded():
            return _ended(rows, event, "landed")
        case ev.JobAbsent():
            return _ended(rows, event, "absent", why=event.why)
        case ev.JobTorn():
            return _ended(rows, event, "torn", why=event.why)
        case ev.JobReported():
            return _changed(rows, event, {"landed", "torn"}, reported=True)


def none_sent(rows: Rows, event: ev.OrderEvent) -> None:
    """Raises `ImpossibleEventError` while it is not known whether a write landed."""
    if rows.job:
        raise ImpossibleEventError(f"{type(event).__name__} while write {rows.job.n} of {event.order_no} is in doubt")


def all_absent(rows: Rows, event: ev.OrderEvent) -> None:
    """Raises `ImpossibleEventError` unless it is proved of every write that it left nothing."""
    if any(job.state != "absent" for job in rows.jobs):
        raise ImpossibleEventError(f"{type(event).__name__} of {event.order_no}, whose card may hold gas")


def settled(rows: Rows, *, delivered: bool) -> Rows:
    """After the staff learned at the company what is on the card: it landed, or nothing of it is there; the company
    knows."""
    state: JobState = "landed" if delivered else "absent"
    return replace(
        rows,
        jobs=tuple(job if job.state == "absent" else replace(job, state=state, reported=True) for job in rows.jobs),
    )


def _sent(rows: Rows, event: ev.JobSent) -> Rows:
    order = rows.order
    if order.state != "delivering" or not order.owed or rows.captured_fen < order.due_fen:  # I7
        raise ImpossibleEventError(f"order {event.order_no} would be written onto a card while it is {order.state}")
    all_absent(rows, event)  # I5
    if event.n != len(rows.jobs) + 1:
        raise ImpossibleEventError(f"write {event.n} of order {event.order_no} is out of order")
    row = JobRow(
        order_no=event.order_no,
        n=event.n,
        provider_job=event.provider_job,
        count=event.count,
        gas_m3=event.gas_m3,
        old_hash=event.old_hash,
        new_hash=event.new_hash,
        state="sent",
        sent_ms=event.sent_ms,
    )
    return replace(rows, jobs=(*rows.jobs, row))


def _ended(rows: Rows, event: ev.JobLanded | ev.JobAbsent | ev.JobTorn, after: JobState, why: str = "") -> Rows:
    return _changed(rows, event, {"sent"}, state=after, why=why)


def _changed(rows: Rows, event: JobEvent, before: set[JobState], **changes: object) -> Rows:
    row = next((row for row in rows.jobs if row.n == event.n), None)
    if row is None or row.state not in before:
        state = row.state if row else "missing"
        raise ImpossibleEventError(f"{type(event).__name__} while write {event.n} of {event.order_no} is {state}")
    return replace(rows, jobs=tuple(replace(job, **changes) if job is row else job for job in rows.jobs))
