"""The money path: what to do next about an order. Pure.

The machines and proofs are those of the design's money path. A crash is a lost answer: at start the same function
goes on from the rows alone, with nobody at the screen.
"""

from typing import assert_never

from kiosk.orders import loading
from kiosk.orders.settings import OrderSettings
from kiosk.orders.steps import (
    Act,
    Cancel,
    Capture,
    Close,
    Confirm,
    Decision,
    Effect,
    Final,
    Find,
    FindRefund,
    GiveBack,
    Moment,
    OpenOrder,
    Prepare,
    Start,
    Wait,
)
from kiosk.protocol import events as ev
from kiosk.protocol.order.by_staff import no_giving_back
from kiosk.protocol.order.rows import AttemptRow, Rows


def decide(rows: Rows, moment: Moment, settings: OrderSettings) -> Decision:
    """The next step of an order."""
    if rows.order.state == "opening":
        return _when_due((), OpenOrder(), moment) if moment.present else _cancel(rows, "left")
    if rows.live:
        return _live(rows, rows.live, moment, settings)
    match rows.order.state:
        case "open":
            return _open(rows, moment, settings)
        case "delivering" | "held" if moment.unwanted and not no_giving_back(rows):
            return _cancel(rows, "staff")
        case "delivering" | "held" if rows.order.owed:
            return _or_look(rows, loading.load(rows, moment, settings), moment, settings)
        case "delivering" | "held" as state:
            if moment.now_ms >= rows.order.deliver_by_ms:
                return _cancel(rows, "deadline")
            intent = (loading.delivering_again(rows.order),) if state == "held" else ()
            return _or_look(rows, _when_due(intent, Confirm(moment.doubt), moment), moment, settings)
        case "manual":
            return _or_look(rows, loading.look_again(rows, moment), moment, settings)
        case "cancelling":
            return _or_look(rows, _when_due((), Cancel(), moment), moment, settings)
        case "refused" | "delivered" | "cancelled":
            return _settle_up(rows, moment, settings)
        case _:
            assert_never(rows.order.state)


def _when_due(intent: tuple[ev.Event, ...], effect: Effect, moment: Moment) -> Act | Wait:
    due_ms = moment.not_before_ms.get(effect.key, 0)
    return Act(intent, effect) if moment.now_ms >= due_ms else Wait(due_ms)


def _live(rows: Rows, attempt: AttemptRow, moment: Moment, settings: OrderSettings) -> Decision:
    if attempt.state == "closing":
        return _when_due((), Close(attempt.n), moment)
    if attempt.state == "capturing":  # by the record alone: whoever is there, the money may be taken
        return _when_due((), Capture(attempt.n), moment)
    if attempt.state == "sent":
        why = "no_answer" if moment.present else "restart"
    elif not moment.present:
        why = "left"
    elif moment.stop:
        why = "stopped"
    elif moment.shown_out or moment.now_ms >= attempt.show_until_ms:
        why = "timeout"
    elif rows.captured_fen >= rows.order.due_fen:
        why = "paid_otherwise"
    elif attempt.state == "authorized" and rows.order.card_hash and not moment.card:
        why = "card_gone"  # it could not be delivered now, so it is not taken
    elif attempt.state == "authorized":
        return Act((ev.AttemptCapturing(order_no=attempt.order_no, n=attempt.n),), Capture(attempt.n))
    else:
        find = _or_look(rows, _when_due((), Find(attempt.n), moment), moment, settings)
        return (
            Wait(min(find.until_ms or attempt.show_until_ms, attempt.show_until_ms)) if isinstance(find, Wait) else find
        )
    return Act((ev.AttemptClosing(order_no=attempt.order_no, n=attempt.n, why=why),), Close(attempt.n))


def _open(rows: Rows, moment: Moment, settings: OrderSettings) -> Decision:
    order = rows.order
    if order.due_fen == 0:
        return Act((_delivering(rows, None, moment, settings),), None)
    if paid := _covering(rows):
        return Act((_delivering(rows, paid, moment, settings),), Confirm(doubt=False))
    if rows.manual:
        return _or_look(rows, Wait(None), moment, settings)
    if rows.captured_fen:
        return _cancel(rows, "underpaid")
    if not moment.present:
        return _cancel(rows, "left")
    last_start_ms = order.pay_by_ms - int((settings.offer_seconds + settings.pay_by_margin_seconds) * 1000)
    if moment.now_ms >= last_start_ms:
        return _cancel(rows, "expired")
    if moment.wants is None:
        return _or_look(rows, Wait(last_start_ms), moment, settings)
    if moment.wants.hold and moment.predecessor is None:
        return Act((), Prepare(moment.wants.device))
    n = len(rows.attempts) + 1
    sent = ev.AttemptSent(
        order_no=order.order_no,
        n=n,
        channel=moment.wants.channel,
        device=moment.wants.device,
        hold=moment.wants.hold,
        key=f"{order.order_no}A{n}",
        amount_fen=order.due_fen,
        sent_ms=moment.now_ms,
        show_until_ms=moment.now_ms + int(min(settings.offer_seconds, moment.wants.waits_s) * 1000),
        predecessor=moment.predecessor or "",
    )
    return Act((sent,), Start(n))


def _delivering(rows: Rows, paid: AttemptRow | None, moment: Moment, settings: OrderSettings) -> ev.OrderDelivering:
    return ev.OrderDelivering(
        order_no=rows.order.order_no,
        channel=paid.channel if paid else "",
        channel_ref=paid.ref if paid else "",
        paid_fen=paid.captured_fen if paid else 0,
        deliver_by_ms=moment.now_ms + settings.deliver_by_hours * 3_600_000,
    )


def _covering(rows: Rows) -> AttemptRow | None:
    """The payment that the company is told of: one that covers the order alone. Whatever else came goes back."""
    return next((row for row in reversed(rows.attempts) if row.captured_fen >= rows.order.due_fen), None)


def _cancel(rows: Rows, why: str) -> Act:
    return Act((ev.OrderCancelling(order_no=rows.order.order_no, why=why),), Cancel())


def _settle_up(rows: Rows, moment: Moment, settings: OrderSettings) -> Decision:
    if due := refunds_due(rows, moment.now_ms):
        return Act(due, None)
    waits: list[int] = []
    match loading.report(rows, moment):
        case Act() as telling:
            return telling
        case Wait(until_ms=until_ms):
            waits.append(until_ms or 0)
        case None:
            pass
    for refund in rows.refunds:
        if refund.state not in ("due", "sent", "renewing") or rows.attempt(refund.n).device in moment.taken:
            continue
        intent = (ev.RefundSent(order_no=refund.order_no, n=refund.n, r=refund.r),) if refund.state == "due" else ()
        asked = FindRefund if refund.state == "renewing" else GiveBack
        step = _when_due(intent, asked(refund.n, refund.r), moment)
        if isinstance(step, Act):
            return step
        waits.append(step.until_ms or 0)
    step_after: Decision = Wait(min(waits)) if waits else (Final() if rows.order.closed else Wait(None))
    return _or_look(rows, step_after, moment, settings)


def refunds_due(rows: Rows, now_ms: int) -> tuple[ev.Event, ...]:
    """The refunds that a final order still needs rows for: never more than an attempt took, and the payment that the
    company was told of stands as long as another can give back."""
    excess = rows.captured_fen - rows.delivered_fen - sum(refund.amount_fen for refund in rows.returns)
    events: list[ev.Event] = []
    for attempt in sorted(rows.attempts, key=lambda attempt: attempt.ref == rows.order.paid_ref):
        earlier = sum(refund.amount_fen for refund in rows.returns if refund.n == attempt.n)
        amount = min(excess, attempt.captured_fen - earlier)
        if amount <= 0:
            continue
        excess -= amount
        r = 1 + sum(refund.n == attempt.n for refund in rows.refunds)
        reason = "undelivered" if rows.order.state != "delivered" else "late" if attempt.late else "surplus"
        events.append(
            ev.RefundDue(
                order_no=attempt.order_no,
                n=attempt.n,
                r=r,
                key=f"{attempt.key}R{r}",
                amount_fen=amount,
                reason=reason,
                at_ms=now_ms,
            )
        )
    return tuple(events)


def _or_look(rows: Rows, decision: Decision, moment: Moment, settings: OrderSettings) -> Decision:
    """Before idling: look again at attempts that are with the staff, and at dead ones whose money may come late."""
    if isinstance(decision, Act):
        return decision
    until_ms = decision.until_ms if isinstance(decision, Wait) else None
    watching = False
    for attempt in rows.attempts:
        if attempt.state == "manual":
            look_ms: int | None = moment.now_ms
        else:
            look_ms = next_look_ms(attempt, moment, settings)
        if look_ms is None:
            continue
        look_ms = max(look_ms, moment.not_before_ms.get(Find(attempt.n).key, 0))
        if moment.now_ms >= look_ms:
            return Act((), Find(attempt.n))
        watching = True
        until_ms = look_ms if until_ms is None else min(until_ms, look_ms)
    return Wait(until_ms) if watching or isinstance(decision, Wait) else decision


def next_look_ms(attempt: AttemptRow, moment: Moment, settings: OrderSettings) -> int | None:
    """When a dead attempt is next asked about; None when it is watched no more.

    A device that speaks only of its last sale has said all it will ever say.
    """
    if attempt.state != "dead" or attempt.predecessor:
        return None
    if attempt.ended_ms > moment.now_ms:  # the clock is behind
        return attempt.ended_ms
    watch_ms = settings.late_watch_hours * 3_600_000
    if attempt.n in moment.unanswered:  # as long again, and no longer: nothing is watched for ever
        return moment.now_ms if moment.now_ms <= attempt.ended_ms + 2 * watch_ms else None
    looked_ms = moment.looked_ms.get(attempt.n)
    if looked_ms is None and moment.now_ms <= attempt.ended_ms + watch_ms:
        return moment.now_ms  # after a restart: at once
    since_ms = moment.now_ms if looked_ms is None else looked_ms
    for seconds in settings.late_looks_seconds:
        look_ms = attempt.ended_ms + int(seconds * 1000)
        if seconds <= settings.late_watch_hours * 3600 and look_ms > since_ms:
            return look_ms
    return None
