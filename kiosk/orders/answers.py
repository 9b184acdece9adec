"""The money path: what an answer means. Pure."""

from typing import assert_never

from kiosk.devices import gas, payment
from kiosk.orders import loading_answers
from kiosk.orders.loading_answers import CardAnswer
from kiosk.orders.steps import (
    Ask,
    AttemptEffect,
    Cancel,
    Capture,
    Close,
    Confirm,
    Effect,
    Fetch,
    Find,
    FindRefund,
    GiveBack,
    Look,
    OpenOrder,
    Prepare,
    Report,
    Start,
    Write,
    WrongAnswerError,
)
from kiosk.protocol import events as ev
from kiosk.protocol.order.rows import LIVE, REFUND_CLOSED, UNPROVED, UNPROVED_RETURN, Rows

PaymentAnswer = payment.Outcome
GoodsAnswer = gas.Opened | gas.Owed | gas.Delivered | gas.Cancelled | gas.NotFound | gas.Refused | gas.Unreachable
Answer = PaymentAnswer | payment.Ready | payment.RefundOutcome | GoodsAnswer | CardAnswer


def apply(rows: Rows, effect: Effect, answer: Answer, now_ms: int) -> tuple[ev.Event, ...]:
    """What an answer adds to the journal; nothing where it leaves things as they were (ask again later)."""
    order_no = rows.order.order_no
    match effect, answer:
        case (Fetch() | Write() | Look() | Report() | Ask(), _):
            return loading_answers.apply(rows, effect, answer, now_ms)
        case (_, gas.Unreachable(sent=False, why=why)) if isinstance(effect, Confirm):
            known_untold = not effect.doubt and rows.order.state == "delivering"
            return (ev.OrderHeld(order_no=order_no, why=why),) if known_untold else ()
        case (OpenOrder() | Confirm() | Cancel(), gas.Unreachable() | gas.NotFound()):
            return ()
        case (Prepare(), payment.Ready() | payment.Unknown()):
            return ()
        case (
            Confirm() | OpenOrder(),
            gas.Refused(reason="not_now"),
        ):  # a passing no, and an earlier call may have acted
            return ()
        case (OpenOrder(), gas.Opened() as opened):
            event = ev.OrderOpened(
                order_no=order_no,
                pay_by_ms=opened.pay_by_ms,
                due_fen=opened.due_fen,
                provider_ref=opened.provider_ref,
            )
            if opened.due_fen != rows.order.due_fen:  # the resident agreed to another amount
                return (event, ev.OrderCancelling(order_no=order_no, why="quote_changed"))
            return (event,)
        case (OpenOrder(), gas.Refused(reason=reason)):
            return (ev.OrderRefused(order_no=order_no, reason=reason),)
        case (Confirm(), gas.Owed()):
            return (ev.OrderOwed(order_no=order_no),)
        case (Confirm() | Cancel(), gas.Delivered(receipt_no=receipt_no)):
            return (ev.OrderDelivered(order_no=order_no, receipt_no=receipt_no, at_ms=now_ms),)
        case (Confirm(), gas.Refused(reason=reason)):
            return (ev.OrderCancelling(order_no=order_no, why=reason),)
        case (Confirm(), gas.Cancelled()):
            return (ev.OrderCancelling(order_no=order_no, why="already_cancelled"),)
        case (Cancel(), gas.Cancelled()):
            return (ev.OrderCancelled(order_no=order_no, at_ms=now_ms),)
        case (GiveBack(n=n, r=r) | FindRefund(n=n, r=r), payment.Refunded(ref=ref)):
            return (ev.RefundDone(order_no=order_no, n=n, r=r, ref=ref, at_ms=now_ms),)
        case (GiveBack(n=n, r=r) | FindRefund(n=n, r=r), payment.RefundUnprovable()):
            return (ev.RefundFailed(order_no=order_no, n=n, r=r, why=UNPROVED_RETURN),)
        case (GiveBack(n=n, r=r) | FindRefund(n=n, r=r), payment.RefundFailed(why=why)):
            return (ev.RefundFailed(order_no=order_no, n=n, r=r, why=why),)
        case (GiveBack(n=n, r=r), payment.RefundClosed()):
            return (ev.RefundFailed(order_no=order_no, n=n, r=r, why=REFUND_CLOSED),)
        case (FindRefund(n=n, r=r), payment.RefundClosed()):
            return (ev.RefundDead(order_no=order_no, n=n, r=r, at_ms=now_ms),)
        case (GiveBack() | FindRefund(), payment.RefundPending()):
            return ()
        case (
            Start() | Find() | Close() | Capture(),
            payment.Open()
            | payment.Authorized()
            | payment.Captured()
            | payment.Dead()
            | payment.Unknown()
            | payment.Unprovable(),
        ):
            return _attempt_answer(rows, effect, answer, now_ms)
        case _:
            raise WrongAnswerError(f"{type(effect).__name__} was answered by {type(answer).__name__}")


def _attempt_answer(rows: Rows, effect: AttemptEffect, answer: PaymentAnswer, now_ms: int) -> tuple[ev.Event, ...]:
    attempt = rows.attempt(effect.n)
    match answer:
        case payment.Captured(fen=fen, ref=ref, paid_ms=paid_ms):
            if attempt.state == "captured":
                return ()
            late = attempt.state == "dead"
            return (
                ev.AttemptCaptured(
                    order_no=attempt.order_no,
                    n=attempt.n,
                    fen=fen,
                    ref=ref,
                    at_ms=now_ms,
                    late=late,
                    paid_ms=paid_ms,
                ),
            )
        case payment.Dead(proof=proof):
            if attempt.state not in UNPROVED:
                return ()
            return (ev.AttemptDead(order_no=attempt.order_no, n=attempt.n, proof=proof, at_ms=now_ms),)
        case payment.Open():
            if attempt.state != "sent" or not isinstance(effect, Start):
                return ()
            return (ev.AttemptOpened(order_no=attempt.order_no, n=attempt.n),)
        case payment.Unprovable(why=why):
            if attempt.state not in LIVE:
                return ()
            return (ev.AttemptManual(order_no=attempt.order_no, n=attempt.n, why=why),)
        case payment.Authorized():
            if attempt.state not in ("sent", "open") or isinstance(effect, Close):
                return ()
            return (ev.AttemptAuthorized(order_no=attempt.order_no, n=attempt.n),)
        case payment.Unknown():
            return ()
        case _:
            assert_never(answer)
