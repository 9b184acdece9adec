"""What two of the staff may have a terminal do with an order, and why not. Pure: the hub asks before it offers it, the
terminal before it does it.
"""

from kiosk.protocol.order.rows import REFUND_CLOSED, RefundRow, Rows

ALREADY = "by_staff.already"
"""It is done, or as good as: what was ordered twice comes to the same."""


def no_giving_back(rows: Rows) -> str:
    """Why this order cannot be given up so that its money goes back, as a message key; empty where it can."""
    order = rows.order
    if order.state == "delivered":
        return "by_staff.delivered"
    if order.state in ("refused", "cancelling", "cancelled"):
        return ALREADY
    if not rows.captured_fen:
        return "by_staff.nothing_taken"
    if order.state not in ("delivering", "held") or rows.live:
        return "by_staff.under_way" if order.state != "manual" else "by_staff.card"
    if any(job.state != "absent" for job in rows.jobs):  # I5
        return "by_staff.card"
    return ""


def no_settling(rows: Rows, n: int, r: int) -> str:
    """Why people cannot have returned this refund, as a message key; empty where they can."""
    match refund_of(rows, n, r):
        case None:
            return "by_staff.no_such_refund"
        case RefundRow(state="failed"):
            return ""
        case RefundRow(state="done"):
            return ALREADY
        case RefundRow(state="dead"):
            return "by_staff.refund_dead"
        case _:
            return "by_staff.refund_under_way"


def no_renewing(rows: Rows, n: int, r: int) -> str:
    """Why this refund cannot be asked for under another number, as a message key; empty where it can. Only a number
    that the channel has closed may be left: under any other one the money may still go back."""
    match refund_of(rows, n, r):
        case None:
            return "by_staff.no_such_refund"
        case RefundRow(state="failed", why=why):
            return "" if why == REFUND_CLOSED else "by_staff.refund_not_closed"
        case RefundRow(state="renewing" | "dead" | "done"):
            return ALREADY
        case _:
            return "by_staff.refund_under_way"


def no_settling_payment(rows: Rows, n: int, *, taken: bool) -> str:
    """Why people cannot say that this payment took its money, or nothing; empty where they can."""
    state = next((attempt.state for attempt in rows.attempts if attempt.n == n), "")
    if state == "manual":
        return ""
    if state in ("captured", "dead"):
        return ALREADY if (state == "captured") is taken else "by_staff.other_way"
    return "by_staff.not_in_doubt"


def no_settling_order(rows: Rows, *, delivered: bool) -> str:
    """Why people cannot say that the gas is on the card, or is not; empty where they can."""
    state = rows.order.state
    if state == "manual":
        return ""
    if state in ("delivered", "cancelled"):
        return ALREADY if (state == "delivered") is delivered else "by_staff.other_way"
    return "by_staff.not_in_doubt"


def refund_of(rows: Rows, n: int, r: int) -> RefundRow | None:
    """One refund, if there is such a one."""
    return next((refund for refund in rows.refunds if (refund.n, refund.r) == (n, r)), None)
