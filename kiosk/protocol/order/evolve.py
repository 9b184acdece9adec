"""What each event makes of an order's rows. Pure; the journal replayed through it gives the projections."""

from typing import assert_never

from msgspec.structs import replace

from kiosk.protocol import events as ev
from kiosk.protocol.matter import ImpossibleEventError
from kiosk.protocol.order import evolve_jobs
from kiosk.protocol.order.rows import (
    GOODS_FINAL,
    LIVE,
    UNPROVED,
    AttemptRow,
    AttemptState,
    OrderRow,
    OrderState,
    PrintRow,
    RefundRow,
    RefundState,
    Rows,
)

AttemptEvent = (
    ev.AttemptOpened
    | ev.AttemptAuthorized
    | ev.AttemptCapturing
    | ev.AttemptClosing
    | ev.AttemptCaptured
    | ev.AttemptDead
    | ev.AttemptManual
    | ev.AttemptSettled
)


def evolve(rows: Rows | None, event: ev.Event) -> Rows:
    """The rows after `event`. Raises `ImpossibleEventError` where the order machine has no such step."""
    after = _opening(rows, event) if isinstance(event, ev.OrderOpening) else _next(rows, event)
    return replace(after, order=replace(after.order, closed=_is_closed(after)))


def _is_closed(rows: Rows) -> bool:
    """I3: closed iff the goods are final, nothing is live or for the staff, nobody is owed anything, and the company
    has heard of every write."""
    return (
        rows.order.state in GOODS_FINAL
        and rows.live is None
        and rows.manual is None
        and rows.liability_fen == 0
        and all(refund.state == "done" for refund in rows.returns)
        and rows.unreported is None
    )


def _opening(rows: Rows | None, event: ev.OrderOpening) -> Rows:
    if rows is not None:
        raise ImpossibleEventError(f"order {event.order_no} is opened twice")
    return Rows(
        order=OrderRow(
            order_no=event.order_no,
            kind=event.kind,
            state="opening",
            subject=event.subject,
            account_hash=event.account_hash,
            hash_key=event.hash_key,
            quote_id=event.quote_id,
            due_fen=event.due_fen,
            business_date=event.business_date,
            language=event.language,
            opened_ms=event.at_ms,
            card_hash=event.card_hash,
        )
    )


def _next(rows: Rows | None, event: ev.Event) -> Rows:
    if rows is None or rows.order.order_no != event.order_no:
        raise ImpossibleEventError(f"{type(event).__name__} for an order that does not exist: {event.order_no}")
    match event:
        case ev.OrderOpening():
            raise ImpossibleEventError(f"order {event.order_no} is opened twice")
        case ev.OrderOpened():
            return _order(
                rows,
                event,
                {"opening"},
                "open",
                pay_by_ms=event.pay_by_ms,
                due_fen=event.due_fen,
                provider_ref=event.provider_ref,
            )
        case ev.OrderRefused():
            return _order(rows, event, {"opening"}, "refused", why=event.reason)
        case ev.OrderDelivering():
            if rows.captured_fen < rows.order.due_fen or rows.live:  # I7
                raise ImpossibleEventError(f"order {event.order_no} would be delivered before it is paid")
            return _order(
                rows,
                event,
                {"open", "held"},
                "delivering",
                paid_channel=event.channel,
                paid_ref=event.channel_ref,
                paid_fen=event.paid_fen,
                deliver_by_ms=event.deliver_by_ms,
                owed=rows.order.owed or rows.order.due_fen == 0,  # a free load is owed before it is asked for
                why="",
            )
        case ev.OrderOwed():
            if not rows.order.card_hash:
                raise ImpossibleEventError(f"order {event.order_no} has no card to owe anything to")
            return _order(_released(rows), event, {"delivering"}, "delivering", owed=True)
        case ev.OrderDelivered():
            evolve_jobs.none_sent(rows, event)
            return _order(
                _released(rows),
                event,
                {"delivering", "held", "cancelling", "manual"},
                "delivered",
                receipt_no=event.receipt_no,
                ended_ms=event.at_ms,
                why="",
            )
        case ev.OrderHeld():
            evolve_jobs.none_sent(rows, event)
            return _order(_released(rows), event, {"delivering"}, "held", why=event.why)
        case ev.OrderManual():
            return _order(_released(rows), event, {"delivering"}, "manual", why=event.why)
        case ev.OrderCancelling():
            evolve_jobs.all_absent(rows, event)
            undelivered = rows.order.state in ("opening", "open")
            if rows.live or (rows.manual and undelivered):  # staff may yet say that it was paid
                raise ImpossibleEventError(f"order {event.order_no} is cancelled while an attempt is live")
            return _order(rows, event, {"opening", "open", "delivering", "held"}, "cancelling", why=event.why)
        case ev.OrderCancelled():
            return _order(rows, event, {"cancelling"}, "cancelled", ended_ms=event.at_ms)
        case ev.OrderSettled():
            settled = evolve_jobs.settled(_released(rows), delivered=event.delivered)
            if event.delivered:
                return _order(
                    settled, event, {"manual"}, "delivered", receipt_no=event.ref, ended_ms=event.at_ms, why=""
                )
            return _order(settled, event, {"manual"}, "cancelled", ended_ms=event.at_ms, why="staff")
        case ev.AttemptSent():
            return _sent(rows, event)
        case ev.AttemptOpened():
            return _attempt(rows, event, {"sent"}, "open")
        case ev.AttemptAuthorized():
            return _attempt(rows, event, {"sent", "open"}, "authorized")
        case ev.AttemptCapturing():
            return _attempt(rows, event, {"authorized"}, "capturing")
        case ev.AttemptClosing():
            return _attempt(rows, event, {"sent", "open", "authorized"}, "closing", why=event.why)
        case ev.AttemptCaptured():
            return _attempt(
                rows,
                event,
                UNPROVED | {"dead"},
                "captured",
                captured_fen=event.fen,
                ref=event.ref,
                ended_ms=event.at_ms,
                late=event.late,
                paid_ms=event.paid_ms,
            )
        case ev.AttemptDead():
            return _attempt(rows, event, UNPROVED, "dead", proof=event.proof, ended_ms=event.at_ms, hold=False)
        case ev.AttemptManual():
            return _attempt(rows, event, LIVE, "manual", why=event.why)
        case ev.AttemptSettled(fen=0):
            return _attempt(rows, event, {"manual"}, "dead", proof="staff", ended_ms=event.at_ms, hold=False)
        case ev.AttemptSettled():
            return _attempt(
                rows,
                event,
                {"manual"},
                "captured",
                captured_fen=event.fen,
                ref=event.ref,
                ended_ms=event.at_ms,
            )
        case ev.RefundDue():
            return _refund_due(rows, event)
        case ev.RefundSent():
            return _refund(rows, event, {"due"}, "sent")
        case ev.RefundDone():
            return _refund(_released(rows, event.n), event, {"due", "sent", "renewing"}, "done", ref=event.ref, why="")
        case ev.RefundFailed():
            return _refund(_released(rows, event.n), event, {"due", "sent", "renewing"}, "failed", why=event.why)
        case ev.RefundRenewing():
            return _refund(rows, event, {"failed"}, "renewing")
        case ev.RefundDead():
            return _refund(rows, event, {"renewing"}, "dead")
        case ev.RefundSettled():
            return _refund(rows, event, {"failed"}, "done", ref=event.ref, why=event.how)
        case ev.JobSent() | ev.JobLanded() | ev.JobAbsent() | ev.JobTorn() | ev.JobReported():
            return evolve_jobs.evolve(rows, event)
        case ev.PrintIntended():
            if event.p != len(rows.prints) + 1:
                raise ImpossibleEventError(f"print {event.p} of order {event.order_no} is out of order")
            row = PrintRow(
                order_no=event.order_no,
                p=event.p,
                reprint=event.reprint,
                truth=event.truth,
                state="intended",
                at_ms=event.at_ms,
            )
            return replace(rows, prints=(*rows.prints, row))
        case ev.PrintEnded():
            return _print_ended(rows, event)
        case _:
            assert_never(event)


def _order(rows: Rows, event: ev.Event, before: set[OrderState], after: OrderState, **changes: object) -> Rows:
    if rows.order.state not in before:
        raise ImpossibleEventError(f"{type(event).__name__} while order {event.order_no} is {rows.order.state}")
    return replace(rows, order=replace(rows.order, state=after, **changes))


def _sent(rows: Rows, event: ev.AttemptSent) -> Rows:
    if rows.order.state != "open" or rows.live or rows.manual or event.n != len(rows.attempts) + 1:  # I2
        raise ImpossibleEventError(f"attempt {event.n} of order {event.order_no} does not fit")
    row = AttemptRow(
        order_no=event.order_no,
        n=event.n,
        channel=event.channel,
        device=event.device,
        hold=event.hold,
        key=event.key,
        amount_fen=event.amount_fen,
        state="sent",
        sent_ms=event.sent_ms,
        show_until_ms=event.show_until_ms,
        predecessor=event.predecessor,
    )
    return replace(rows, attempts=(*rows.attempts, row))


def _attempt(
    rows: Rows,
    event: AttemptEvent,
    before: frozenset[AttemptState] | set[AttemptState],
    after: AttemptState,
    **changes: object,
) -> Rows:
    changed = []
    for row in rows.attempts:
        if row.n != event.n:
            changed.append(row)
        elif row.state not in before:
            raise ImpossibleEventError(
                f"{type(event).__name__} while attempt {row.n} of {event.order_no} is {row.state}"
            )
        else:
            changed.append(replace(row, state=after, **changes))
    if not any(row.n == event.n for row in rows.attempts):
        raise ImpossibleEventError(f"order {event.order_no} has no attempt {event.n}")
    return replace(rows, attempts=tuple(changed))


def _released(rows: Rows, n: int | None = None) -> Rows:
    """The devices of captured attempts (or of attempt `n`) take new sales: nothing more is asked of this one."""
    attempts = tuple(
        replace(row, hold=False) if row.state == "captured" and n in (None, row.n) else row for row in rows.attempts
    )
    return replace(rows, attempts=attempts)


def _refund_due(rows: Rows, event: ev.RefundDue) -> Rows:
    if rows.order.state not in GOODS_FINAL:  # I6
        raise ImpossibleEventError(f"refund for order {event.order_no}, which is {rows.order.state}")
    captured = next((row.captured_fen for row in rows.attempts if row.n == event.n), 0)
    earlier = sum(row.amount_fen for row in rows.returns if row.n == event.n)
    if not 0 < event.amount_fen <= captured - earlier:  # I6
        raise ImpossibleEventError(f"refund {event.key} of {event.amount_fen} fen exceeds its attempt's capture")
    row = RefundRow(
        order_no=event.order_no,
        n=event.n,
        r=event.r,
        key=event.key,
        amount_fen=event.amount_fen,
        state="due",
        reason=event.reason,
        due_ms=event.at_ms,
    )
    return replace(rows, refunds=(*rows.refunds, row))


def _refund(
    rows: Rows,
    event: ev.RefundSent | ev.RefundDone | ev.RefundFailed | ev.RefundRenewing | ev.RefundDead | ev.RefundSettled,
    before: set[RefundState],
    after: RefundState,
    **changes: object,
) -> Rows:
    changed = []
    found = False
    for row in rows.refunds:
        if (row.n, row.r) != (event.n, event.r):
            changed.append(row)
        elif row.state not in before:
            raise ImpossibleEventError(f"{type(event).__name__} while refund {row.key} is {row.state}")
        else:
            found = True
            changed.append(replace(row, state=after, **changes))
    if not found:
        raise ImpossibleEventError(f"order {event.order_no} has no refund {event.n}/{event.r}")
    return replace(rows, refunds=tuple(changed))


def _print_ended(rows: Rows, event: ev.PrintEnded) -> Rows:
    states = {"printed", "not_printed", "unknown"}
    if event.state not in states or not any(row.p == event.p and row.state == "intended" for row in rows.prints):
        raise ImpossibleEventError(f"print {event.p} of order {event.order_no} cannot end as {event.state!r}")
    return replace(
        rows,
        prints=tuple(
            replace(row, state=event.state, why=event.why) if row.p == event.p else row for row in rows.prints
        ),
    )
