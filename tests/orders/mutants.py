"""Money paths that are wrong in one thing each, as patches of the pure functions: the search must find every one."""

from collections.abc import Callable

import pytest
from msgspec.structs import replace

from kiosk.devices import gas, payment
from kiosk.orders import answers, deciding, prints, steps
from kiosk.orders.settings import OrderSettings
from kiosk.protocol import events as ev
from kiosk.protocol.order.rows import Rows

Patch = pytest.MonkeyPatch
Events = tuple[ev.Event, ...]
Mutant = Callable[[Patch], None]

_apply, now_decides = answers.apply, deciding.decide
Decides = Callable[[Rows, steps.Moment, OrderSettings], steps.Decision]


def answering(patch: Patch, instead: Callable[[Rows, steps.Effect, answers.Answer], answers.Answer | None]) -> None:
    """An answer is taken for another one."""

    def apply(rows: Rows, effect: steps.Effect, answer: answers.Answer, now_ms: int) -> Events:
        return _apply(rows, effect, instead(rows, effect, answer) or answer, now_ms)

    patch.setattr(answers, "apply", apply)


def deciding_instead(patch: Patch, instead: Decides) -> None:
    patch.setattr(deciding, "decide", instead)


def confirmation_assumed(patch: Patch) -> None:
    """An order whose confirmation was not answered is called delivered."""

    def assumed(_: Rows, effect: steps.Effect, answer: answers.Answer) -> answers.Answer | None:
        lost = isinstance(effect, steps.Confirm) and isinstance(answer, gas.Unreachable)
        return gas.Delivered("N") if lost else None

    answering(patch, assumed)


def refund_assumed(patch: Patch) -> None:
    """A refund that was not answered is called done."""

    def assumed(_: Rows, effect: steps.Effect, answer: answers.Answer) -> answers.Answer | None:
        return payment.Refunded("R") if isinstance(answer, payment.RefundPending) else None

    answering(patch, assumed)


def abnormal_refund_is_dead(patch: Patch) -> None:
    """A refund that may still be made by hand is asked for under another number."""
    _called_dead(patch, payment.RefundFailed)


def made_refund_is_dead(patch: Patch) -> None:
    """A refund that was made meanwhile is asked for under another number."""
    _called_dead(patch, payment.Refunded)


def _called_dead(patch: Patch, found: type[payment.RefundOutcome]) -> None:
    def closed(_: Rows, effect: steps.Effect, answer: answers.Answer) -> answers.Answer | None:
        return payment.RefundClosed() if isinstance(effect, steps.FindRefund) and isinstance(answer, found) else None

    answering(patch, closed)


def refund_renewed_unasked(patch: Patch) -> None:
    """What staff want is done without the channel's proof."""

    def trusting(rows: Rows, moment: steps.Moment, settings: OrderSettings) -> steps.Decision:
        decision = now_decides(rows, moment, settings)
        if isinstance(decision, steps.Act) and isinstance(decision.effect, steps.FindRefund):
            n, r = decision.effect.n, decision.effect.r
            return steps.Act((ev.RefundDead(order_no=rows.order.order_no, n=n, r=r, at_ms=0),), None)
        return decision

    deciding_instead(patch, trusting)


def renewed_for_ever(patch: Patch) -> None:
    """Nobody is asked about a refund that staff want under another number."""

    def idle(rows: Rows, moment: steps.Moment, settings: OrderSettings) -> steps.Decision:
        if any(refund.state == "renewing" for refund in rows.refunds):
            return steps.Wait(None)
        return now_decides(rows, moment, settings)

    deciding_instead(patch, idle)


def cancellation_assumed(patch: Patch) -> None:
    """An order is called cancelled before the company has fenced it off."""

    def assumed(_: Rows, effect: steps.Effect, answer: answers.Answer) -> answers.Answer | None:
        lost = isinstance(effect, steps.Cancel) and isinstance(answer, gas.Unreachable)
        return gas.Cancelled() if lost else None

    answering(patch, assumed)


def fence_that_says_delivered_is_not_heard(patch: Patch) -> None:
    def deaf(_: Rows, effect: steps.Effect, answer: answers.Answer) -> answers.Answer | None:
        return gas.Cancelled() if isinstance(effect, steps.Cancel) and isinstance(answer, gas.Delivered) else None

    answering(patch, deaf)


def not_paid_is_dead(patch: Patch) -> None:
    def dead(_: Rows, effect: steps.Effect, answer: answers.Answer) -> answers.Answer | None:
        return payment.Dead("closed") if isinstance(effect, steps.Find) and isinstance(answer, payment.Open) else None

    answering(patch, dead)


def silence_is_dead(patch: Patch) -> None:
    def dead(_: Rows, effect: steps.Effect, answer: answers.Answer) -> answers.Answer | None:
        lost = isinstance(effect, steps.Start | steps.Close) and isinstance(answer, payment.Unknown)
        return payment.Dead("never_arrived") if lost else None

    answering(patch, dead)


def another_sale_is_dead(patch: Patch) -> None:
    def dead(_: Rows, effect: steps.Effect, answer: answers.Answer) -> answers.Answer | None:
        return payment.Dead("never_arrived") if isinstance(answer, payment.Unprovable) else None

    answering(patch, dead)


def amount_taken_for_due(patch: Patch) -> None:
    """What was captured is booked as what was asked for."""

    def as_due(rows: Rows, _: steps.Effect, answer: answers.Answer) -> answers.Answer | None:
        return replace(answer, fen=rows.order.due_fen) if isinstance(answer, payment.Captured) else None

    answering(patch, as_due)


def doubt_forgotten(patch: Patch) -> None:
    """A confirmation that may have arrived is held as if it had not left."""

    def sure(_: Rows, effect: steps.Effect, answer: answers.Answer) -> answers.Answer | None:
        return replace(answer, sent=False) if isinstance(answer, gas.Unreachable) else None

    answering(patch, sure)


def late_money_ignored(patch: Patch) -> None:
    patch.setattr(deciding, "next_look_ms", lambda *_: None)


def late_money_kept(patch: Patch) -> None:
    def never(*_: object) -> Events:
        return ()

    patch.setattr(deciding, "refunds_due", never)


def surplus_given_back_twice(patch: Patch) -> None:
    due = deciding.refunds_due

    def again(rows: Rows, now_ms: int) -> Events:
        return due(replace(rows, refunds=tuple(row for row in rows.refunds if row.state != "done")), now_ms)

    patch.setattr(deciding, "refunds_due", again)


def live_attempt_given_up_at_a_restart(patch: Patch) -> None:
    def forgets(rows: Rows, moment: steps.Moment, settings: OrderSettings) -> steps.Decision:
        if rows.live and not moment.present:
            return steps.Wait(None)
        return now_decides(rows, moment, settings)

    deciding_instead(patch, forgets)


def sent_again_at_a_restart(patch: Patch) -> None:
    def again(rows: Rows, moment: steps.Moment, settings: OrderSettings) -> steps.Decision:
        if rows.live and rows.live.state == "sent" and not moment.present:
            return steps.Act((), steps.Start(rows.live.n))
        return now_decides(rows, moment, settings)

    deciding_instead(patch, again)


def asked_before_it_is_recorded(patch: Patch) -> None:
    """The refund is asked for, and then recorded as asked for."""

    def early(rows: Rows, moment: steps.Moment, settings: OrderSettings) -> steps.Decision:
        decision = now_decides(rows, moment, settings)
        if isinstance(decision, steps.Act) and isinstance(decision.effect, steps.GiveBack):
            return replace(decision, intent=())
        return decision

    deciding_instead(patch, early)


def nothing_is_cancelled_after_a_restart(patch: Patch) -> None:

    def straight(rows: Rows, moment: steps.Moment, settings: OrderSettings) -> steps.Decision:
        decision = now_decides(rows, moment, settings)
        if isinstance(decision, steps.Act) and isinstance(decision.effect, steps.Cancel) and not moment.present:
            return steps.Wait(None)
        return decision

    deciding_instead(patch, straight)


def restart_of_a_delivery_gives_the_money_back(patch: Patch) -> None:
    """Refund before query."""

    def despairs(rows: Rows, moment: steps.Moment, settings: OrderSettings) -> steps.Decision:
        decision = now_decides(rows, moment, settings)
        if isinstance(decision, steps.Act) and isinstance(decision.effect, steps.Confirm) and moment.doubt:
            order_no = rows.order.order_no
            cancelled = ev.OrderCancelled(order_no=order_no, at_ms=0)
            return steps.Act((ev.OrderCancelling(order_no=order_no, why="not_accepted"), cancelled), None)
        return decision

    deciding_instead(patch, despairs)


def reader_not_prepared(patch: Patch) -> None:
    """A sale is rung up without knowing which one was the last."""

    def at_once(rows: Rows, moment: steps.Moment, settings: OrderSettings) -> steps.Decision:
        if moment.wants and moment.wants.hold and moment.predecessor is None:
            moment = replace(moment, predecessor="other")
        return now_decides(rows, moment, settings)

    deciding_instead(patch, at_once)


def slips_never_marked(patch: Patch) -> None:
    intended = prints.intended

    def unmarked(rows: Rows, now_ms: int) -> ev.PrintIntended:
        return replace(intended(rows, now_ms), reprint=False)

    patch.setattr(prints, "intended", unmarked)


def lost_slip_never_came_out(patch: Patch) -> None:
    lost = prints.lost

    def surely(rows: Rows) -> tuple[ev.PrintEnded, ...]:
        return tuple(replace(ended, state="not_printed") for ended in lost(rows))

    patch.setattr(prints, "lost", surely)
