"""The money path of goods that go onto a gas card: what an answer means. Pure; a part of `answers`."""

from kiosk.devices import gas, gas_card
from kiosk.orders.steps import Ask, CardEffect, Fetch, Look, Report, Write, WrongAnswerError
from kiosk.protocol import events as ev
from kiosk.protocol.order.rows import CARD_LOCKED, GAS_ON_CARD, JobRow, Rows

CardAnswer = gas.WriteJob | gas.Reported | gas_card.JobOutcome | gas_card.LockedCard
Events = tuple[ev.Event, ...]


def apply(rows: Rows, effect: CardEffect, answer: object, now_ms: int) -> Events:
    """What an answer adds to the journal; nothing where it leaves things as they were."""
    order_no = rows.order.order_no
    match effect, answer:
        case (Fetch() | Ask() | Report(), gas.Unreachable()) | (Fetch(), gas.Refused(reason="not_now")):
            return ()
        case (Report(), gas.Refused()):  # what is on the card is so, whatever the company says: it is told again
            return ()
        case (Fetch(), gas.WriteJob() as job):
            return (
                ev.JobSent(
                    order_no=order_no,
                    n=len(rows.jobs) + 1,
                    provider_job=job.number,
                    count=job.count,
                    gas_m3=str(job.gas_m3),
                    old_hash=job.old_hash,
                    new_hash=job.new_hash,
                    sent_ms=now_ms,
                ),
            )
        case (Fetch(), gas.Refused(reason="gas_on_card")):  # the meter must take that first
            return (ev.OrderHeld(order_no=order_no, why=GAS_ON_CARD),)
        case (Fetch(), gas_card.LockedCard()):  # the counter may unlock it: until then nothing is given up
            return (ev.OrderHeld(order_no=order_no, why=CARD_LOCKED),)
        case (Fetch(), gas.Refused(reason=reason)):
            return (ev.OrderCancelling(order_no=order_no, why=reason),)
        case (Fetch(), gas.Cancelled()):
            return (ev.OrderCancelling(order_no=order_no, why="already_cancelled"),)
        case (Fetch() | Ask(), gas.Delivered(receipt_no=receipt_no)):
            return _loaded_elsewhere(rows, receipt_no, now_ms)
        case (Ask(), gas.Opened() | gas.Owed() | gas.Cancelled() | gas.NotFound()):
            return ()
        case (Report(n=n), gas.Reported()):
            return (ev.JobReported(order_no=order_no, n=n),)
        case (Write(n=n) | Look(n=n), _):
            return _card_answer(rows, effect, rows.jobs[n - 1], answer, now_ms)
        case _:
            raise WrongAnswerError(f"{type(effect).__name__} was answered by {type(answer).__name__}")


def _card_answer(rows: Rows, effect: Write | Look, job: JobRow, answer: object, now_ms: int) -> Events:
    order_no, n = job.order_no, job.n
    if job.state != "sent":
        return ()
    match answer:
        case gas_card.Landed():
            delivered = ev.OrderDelivered(order_no=order_no, receipt_no=job.provider_job, at_ms=now_ms)
            return ev.JobLanded(order_no=order_no, n=n), delivered
        case gas_card.Torn(why=why):
            torn = ev.JobTorn(order_no=order_no, n=n, why=why)
            return (torn, ev.OrderManual(order_no=order_no, why="torn")) if rows.order.state != "manual" else (torn,)
        case gas_card.Absent(mixed=False) if isinstance(effect, Write):
            return ev.JobAbsent(order_no=order_no, n=n, why="absent"), _held(order_no)
        case gas_card.NoCard() | gas_card.OtherCard() if isinstance(effect, Write) and not effect.doubt:
            return ev.JobAbsent(order_no=order_no, n=n, why="no_card"), _held(order_no)
        case gas_card.Absent() | gas_card.NoCard() | gas_card.OtherCard() | gas_card.CardUnknown():
            return ()
        case _:
            raise WrongAnswerError(f"{type(effect).__name__} was answered by {type(answer).__name__}")


def _held(order_no: str) -> ev.OrderHeld:
    return ev.OrderHeld(order_no=order_no, why="card")


def _loaded_elsewhere(rows: Rows, receipt_no: str, now_ms: int) -> Events:
    """The company's word that another terminal wrote the card: a write of ours in doubt was the one that landed."""
    order_no = rows.order.order_no
    delivered = ev.OrderDelivered(order_no=order_no, receipt_no=receipt_no, at_ms=now_ms)
    if rows.job is None:
        return (delivered,)
    n = rows.job.n
    return ev.JobLanded(order_no=order_no, n=n), ev.JobReported(order_no=order_no, n=n), delivered
