"""The money path of goods that go onto a gas card: what to do next once the company owes them. Pure.

A write that may have landed is only resolved by the card itself, or by the company where another terminal wrote the
card. Until every write is proved absent nothing is cancelled.
"""

from kiosk.orders.settings import OrderSettings
from kiosk.orders.steps import Act, Ask, Cancel, CardEffect, Fetch, Look, Moment, Report, Wait, Write
from kiosk.protocol import events as ev
from kiosk.protocol.order.rows import JobRow, OrderRow, Rows

HOUR_MS = 3_600_000


def load(rows: Rows, moment: Moment, settings: OrderSettings) -> Act | Wait:
    """The next step of an order that is `delivering` or `held`, and owed."""
    order = rows.order
    if rows.job:
        return _resolve(order, rows.job, moment, settings)
    if moment.now_ms >= order.deliver_by_ms:
        return _cancel(order, "deadline")
    if order.due_fen == 0 and not (moment.present or moment.card):
        return _cancel(order, "left")  # it is owed as before, at every terminal
    if moment.card:
        return _when_due((delivering_again(order),) if order.state == "held" else (), Fetch(), moment)
    if order.state == "delivering":
        return Act((ev.OrderHeld(order_no=order.order_no, why="card"),), None)
    return _ask(moment, order.deliver_by_ms)


def look_again(rows: Rows, moment: Moment) -> Act | Wait:
    """The next step of an order that is with the staff: nothing is written any more, but the company may learn that the
    card holds the gas, and so may we."""
    if rows.unreported:
        return _when_due((), Report(rows.unreported.n), moment)
    if rows.job and moment.card:
        return Act((), Look(rows.job.n))
    return _when_due((), Ask(), moment)


def report(rows: Rows, moment: Moment) -> Act | Wait | None:
    """Tell the company of a write that it does not know of; None when it knows of all."""
    return _when_due((), Report(rows.unreported.n), moment) if rows.unreported else None


def delivering_again(order: OrderRow) -> ev.OrderDelivering:
    """The intent of a delivery that was held."""
    return ev.OrderDelivering(
        order_no=order.order_no,
        channel=order.paid_channel,
        channel_ref=order.paid_ref,
        paid_fen=order.paid_fen,
        deliver_by_ms=order.deliver_by_ms,
    )


def _resolve(order: OrderRow, job: JobRow, moment: Moment, settings: OrderSettings) -> Act | Wait:
    if moment.card or moment.fresh:
        return Act((), Write(job.n, doubt=not moment.fresh))
    back_by_ms = job.sent_ms + settings.card_back_hours * HOUR_MS
    if moment.now_ms >= back_by_ms:
        return Act((ev.OrderManual(order_no=order.order_no, why="card_never_returned"),), None)
    return _ask(moment, back_by_ms)


def _ask(moment: Moment, until_ms: int) -> Act | Wait:
    """While nobody is here another terminal may have the card."""
    if moment.present:
        return Wait(until_ms)
    step = _when_due((), Ask(), moment)
    return step if isinstance(step, Act) else Wait(min(step.until_ms or until_ms, until_ms))


def _cancel(order: OrderRow, why: str) -> Act:
    return Act((ev.OrderCancelling(order_no=order.order_no, why=why),), Cancel())


def _when_due(intent: tuple[ev.Event, ...], effect: CardEffect, moment: Moment) -> Act | Wait:
    due_ms = moment.not_before_ms.get(effect.key, 0)
    return Act(intent, effect) if moment.now_ms >= due_ms else Wait(due_ms)
