"""What a resident is told of an order: one of three truths, and what is known of the money and of the goods.

A total function of the record: every order has exactly one truth at every moment, and the screen and the slip both
come from here.
"""

from typing import Literal

from kiosk.orders.rows import Rows
from kiosk.text.catalogue import Said

Truth = Literal["done", "not_finished", "no_money_kept"]


def truth(rows: Rows) -> Truth:
    """Which of the three end screens is true of these rows."""
    pending = any(refund.state != "done" for refund in rows.refunds)
    if rows.live is None and rows.liability_fen == 0 and not pending:
        if rows.order.state == "delivered":
            return "done"
        if rows.order.state in ("opening", "open", "refused", "cancelling", "cancelled"):
            return "no_money_kept"
    return "not_finished"


def telling(rows: Rows) -> tuple[Said, ...]:
    """What is known, money first, as messages."""
    return (*_money(rows), *_goods(rows))


def anything_taken(rows: Rows) -> bool:
    """Whether any money moved, or may have."""
    return rows.captured_fen > 0 or rows.live is not None


def _money(rows: Rows) -> list[Said]:
    said = []
    returning = sum(refund.amount_fen for refund in rows.refunds if refund.state != "done")
    returned = rows.refunded_fen
    kept = rows.captured_fen - returned - returning
    if rows.live:
        said.append(Said("truth.money.unknown", money={"amount": rows.live.amount_fen}))
    if rows.order.state == "delivered":
        if returning:
            said.append(Said("truth.money.surplus_returning", money={"amount": returning}))
        if returned:
            said.append(_returned("truth.money.surplus_returned", returned, rows))
        return said
    if kept > 0:
        said.append(Said("truth.money.received", money={"amount": kept}))
    if returning:
        said.append(Said("truth.money.returning", money={"amount": returning}))
    if returned:
        said.append(_returned("truth.money.returned", returned, rows))
    if not said:
        said.append(Said("truth.money.nothing"))
    return said


def _returned(key: str, fen: int, rows: Rows) -> Said:
    numbers = {refund.n for refund in rows.refunds if refund.state == "done"}
    channel = next(attempt.channel for attempt in rows.attempts if attempt.n in numbers)
    return Said(key, money={"amount": fen}, keys={"channel": f"channel.{channel}"})


def _goods(rows: Rows) -> list[Said]:
    order = rows.order
    if order.state == "delivered":
        return [Said("truth.goods.accepted", money={"amount": order.due_fen})]
    if order.state in ("refused", "cancelled"):
        return [Said("truth.goods.unpaid")]
    if rows.captured_fen:
        return [Said("truth.goods.not_yet")]
    if order.state == "cancelling" or rows.live is None:
        return [Said("truth.goods.unpaid")]
    return []
