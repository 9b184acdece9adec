"""The journal in words, for the staff: what happened to this payment?"""

from datetime import datetime, tzinfo
from typing import assert_never

from kiosk.protocol import events as ev
from kiosk.protocol.matter import MatterEvent
from kiosk.protocol.matters import kind_of
from kiosk.protocol.order.rows import Rows
from kiosk.protocol.order.truth import truth
from kiosk.text.numbers import money


def moment(epoch_ms: int, zone: tzinfo) -> str:
    """`2026-11-24 10:32:05`, as the hall's clock shows it."""
    return f"{datetime.fromtimestamp(epoch_ms / 1000, zone):%Y-%m-%d %H:%M:%S}"


def step(event: ev.Event | MatterEvent, zone: tzinfo) -> str:
    """What one event says happened."""
    match event:
        case MatterEvent():
            return kind_of(event).tell(event)
        case ev.OrderOpening():
            return f"order begun ({words(event.kind)}): the gas company is asked to hold {money(event.due_fen)}"
        case ev.OrderOpened():
            return f"the gas company holds {money(event.due_fen)} until {moment(event.pay_by_ms, zone)}"
        case ev.OrderRefused():
            return _because("the gas company did not open the order", event.reason)
        case ev.OrderDelivering():
            return f"the gas company is told that {money(event.paid_fen)} were paid by {words(event.channel)}"
        case ev.OrderOwed():
            return "the gas company accepted the payment and owes the card its gas"
        case ev.OrderDelivered():
            return f"delivered, receipt {event.receipt_no}"
        case ev.OrderHeld():
            return _because("held: nothing was delivered yet", event.why)
        case ev.OrderManual():
            return _because("nobody but the staff can say what is on the card", event.why)
        case ev.OrderCancelling():
            return _because("the gas company is asked to cancel the order", event.why)
        case ev.OrderCancelled():
            return "cancelled: the gas company will not take this order any more"
        case ev.AttemptSent():
            return f"payment {event.n}: {words(event.channel)} is asked for {money(event.amount_fen)}, key {event.key}"
        case ev.AttemptOpened():
            return f"payment {event.n}: the resident can pay now"
        case ev.AttemptAuthorized():
            return f"payment {event.n}: the money is reserved and not taken yet"
        case ev.AttemptCapturing():
            return f"payment {event.n}: the channel is told to take the reserved money"
        case ev.AttemptClosing():
            return _because(f"payment {event.n}: being closed", event.why)
        case ev.AttemptCaptured():
            late = ", late: it was thought to have taken nothing" if event.late else ""
            return f"payment {event.n}: {money(event.fen)} taken, reference {event.ref}{late}"
        case ev.AttemptDead():
            return f"payment {event.n}: nothing was taken and nothing will be (proof: {words(event.proof)})"
        case ev.AttemptManual():
            return _because(f"payment {event.n}: nobody but the staff can say what became of it", event.why)
        case ev.RefundDue():
            what = f"refund {event.n}.{event.r}: {money(event.amount_fen)} must go back, key {event.key}"
            return _because(what, event.reason)
        case ev.RefundSent():
            return f"refund {event.n}.{event.r}: the channel is asked for it"
        case ev.RefundDone():
            return f"refund {event.n}.{event.r}: the channel confirmed it, reference {event.ref}"
        case ev.RefundFailed():
            return _because(f"refund {event.n}.{event.r}: the channel will not do it; two of the staff must", event.why)
        case ev.JobSent():
            what = f"{event.gas_m3} m³ as purchase {event.count}"
            return f"write {event.n}: the card is to hold {what}, job {event.provider_job}"
        case ev.JobLanded():
            return f"write {event.n}: it is on the card"
        case ev.JobAbsent():
            return _because(f"write {event.n}: nothing of it is on the card and nothing will be", event.why)
        case ev.JobTorn():
            return _because(f"write {event.n}: the card holds neither the old nor the new", event.why)
        case ev.JobReported():
            return f"write {event.n}: the gas company knows what became of it"
        case ev.PrintIntended():
            return f"slip {event.p}{' (reprint)' if event.reprint else ''}: sent to the printer"
        case ev.PrintEnded():
            return _because(f"slip {event.p}: {words(event.state)}", event.why)
        case _:
            assert_never(event)


def verdict(rows: Rows, zone: tzinfo) -> str:
    """What became of an order so far, in one line."""
    match truth(rows):
        case "done":
            return f"Done: {money(rows.order.due_fen)} delivered, nothing owed."
        case "no_money_kept":
            returned = f"{money(rows.refunded_fen)} were taken and went back" if rows.refunded_fen else "nothing taken"
            return f"No money kept: {returned}."
        case "not_finished":
            return f"Not finished: {note(rows, zone) or state(rows)}."
        case _ as never:
            assert_never(never)


def state(rows: Rows) -> str:
    """The state of an order in a word or three."""
    match rows.order.state:
        case "opening":
            return "being opened"
        case "open":
            return "waiting for money" if rows.captured_fen < rows.order.due_fen else "paid"
        case "delivering":
            return "being delivered"
        case "cancelling":
            return "being cancelled"
        case "manual":
            return "with the staff"
        case "refused" | "delivered" | "held" | "cancelled":
            return rows.order.state
        case _ as never:
            assert_never(never)


def note(rows: Rows, zone: tzinfo) -> str:
    """What is still open in an order, or what was unusual about it."""
    notes = []
    if live := rows.live:
        notes.append(f"payment {live.n} may still take {money(live.amount_fen)}")
    if manual := rows.manual:
        notes.append(f"payment {manual.n} of {money(manual.amount_fen)} in doubt: staff")
    for refund in rows.refunds:
        match refund.state:
            case "due" | "sent":
                notes.append(f"refund of {money(refund.amount_fen)} on its way since {moment(refund.due_ms, zone)}")
            case "failed":
                notes.append(f"refund of {money(refund.amount_fen)} failed: staff")
            case "done":
                pass
            case _ as never:
                assert_never(never)
    if rows.job:
        notes.append(f"write {rows.job.n} may have landed")
    if rows.unreported:
        notes.append(f"the gas company has not heard of write {rows.unreported.n}")
    if rows.order.why:
        notes.append(words(rows.order.why))
    if any(attempt.late for attempt in rows.attempts):
        notes.append("late money")
    return "; ".join(notes)


def words(key: str) -> str:
    """`wechat_pay` as `wechat pay`."""
    return key.replace("_", " ")


def _because(what: str, why: str) -> str:
    return f"{what} ({words(why)})" if why else what
