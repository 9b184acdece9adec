"""What a resident is told of an order: one of three truths, and what is known of the money and of the goods.

A total function of the record: every order has exactly one truth at every moment, and the screen and the slip both
come from here.
"""

from typing import Literal

from kiosk.protocol.order.rows import CARD_LOCKED, GAS_ON_CARD, GOODS_FINAL, UNPROVED_RETURN, Rows
from kiosk.text.catalogue import Said

Truth = Literal["done", "not_finished", "no_money_kept"]
Advice = Literal[
    "done",
    "not_finished",
    "bring_card",
    "card_locked",
    "staff",
    "staff_check",
    "staff_card",
    "no_money_kept",
    "already_paid",
]


def truth(rows: Rows) -> Truth:
    """Which of the three end screens is true of these rows."""
    pending = any(refund.state != "done" for refund in rows.returns)
    if rows.live is None and rows.manual is None and rows.liability_fen == 0 and not pending:
        if rows.order.state == "delivered":
            return "done"
        fenced = rows.order.state in ("refused", "cancelled")
        if fenced or (rows.order.state in ("opening", "open", "cancelling") and not _at_any_terminal(rows)):
            return "no_money_kept"
    return "not_finished"


def _at_any_terminal(rows: Rows) -> bool:
    """Whether another terminal may write the card for the company, until it has fenced this order off."""
    return bool(rows.order.card_hash) and (rows.order.owed or rows.order.due_fen == 0)


def telling(rows: Rows) -> tuple[Said, ...]:
    """What is known, money first, as messages."""
    return (*_money(rows), *_goods(rows))


def anything_taken(rows: Rows) -> bool:
    """Whether any money moved, or may have."""
    return rows.captured_fen > 0 or rows.live is not None or rows.manual is not None


def needs_staff(rows: Rows) -> bool:
    """Whether the machine cannot finish this by itself: the channel will not give money back, or can never say
    whether it took any, or the card does not say what is on it."""
    return _failed_fen(rows) > 0 or rows.manual is not None or rows.order.state == "manual"


def gist(rows: Rows) -> str:
    """All that a slip would say of money, goods and what to do, as keys: the same gist twice is a reprint."""
    return " ".join((advice(rows), *(line.key for line in telling(rows))))


def advice(rows: Rows) -> Advice:
    """What the resident should do next, as the end of a message key."""
    told = truth(rows)
    if told == "not_finished" and rows.manual:
        return "staff_check"
    if told == "not_finished" and rows.order.state == "manual":
        return "staff_card"
    if told == "not_finished" and needs_staff(rows):
        return "staff"
    if told == "not_finished" and rows.order.owed and rows.order.state in ("delivering", "held"):
        return "card_locked" if rows.order.why == CARD_LOCKED else "bring_card"
    if told == "no_money_kept" and _paid_elsewhere(rows):
        return "already_paid"
    return told


def _money(rows: Rows) -> list[Said]:
    said = []
    if rows.live:
        said.append(Said("truth.money.unknown", money={"amount": rows.live.amount_fen}))
    if rows.manual:
        said.append(Said("truth.money.unproved", money={"amount": rows.manual.amount_fen}))
    surplus = "surplus_" if rows.order.state == "delivered" else ""
    failed = _failed_fen(rows)
    unproved = sum(row.amount_fen for row in rows.refunds if row.state == "failed" and row.why == UNPROVED_RETURN)
    if rows.order.state not in GOODS_FINAL:
        if rows.captured_fen:
            said.append(Said("truth.money.received", money={"amount": rows.captured_fen}))
    elif (returning := rows.liability_fen - failed) > 0:
        said.append(Said(f"truth.money.{surplus}returning", money={"amount": returning}))
    if failed > unproved:
        said.append(Said(f"truth.money.{surplus}not_returned", money={"amount": failed - unproved}))
    if unproved:
        said.append(Said("truth.money.return_unproved", money={"amount": unproved}))
    if rows.refunded_fen:
        said.append(_returned(f"truth.money.{surplus}returned", rows.refunded_fen, rows))
    reversed_by = next((attempt.channel for attempt in rows.attempts if attempt.proof == "reversed"), None)
    if not said and not rows.captured_fen:
        if reversed_by:
            said.append(Said("truth.money.reversed", keys={"channel": f"channel.{reversed_by}"}))
        else:
            said.append(Said("truth.money.nothing"))
        if any(attempt.proof == "closed" for attempt in rows.attempts):
            said.append(Said("truth.money.if_wallet_shows"))
        if any(attempt.channel == "card" for attempt in rows.attempts):
            said.append(Said("truth.money.bank_hold"))
    return said


def _failed_fen(rows: Rows) -> int:
    return sum(refund.amount_fen for refund in rows.refunds if refund.state == "failed")


def _returned(key: str, fen: int, rows: Rows) -> Said:
    if any(refund.state == "done" and refund.why for refund in rows.refunds):
        return Said(f"{key}_by_staff", money={"amount": fen})
    numbers = {refund.n for refund in rows.refunds if refund.state == "done"}
    channel = next(attempt.channel for attempt in rows.attempts if attempt.n in numbers)
    return Said(key, money={"amount": fen}, keys={"channel": f"channel.{channel}"})


def _goods(rows: Rows) -> list[Said]:
    order = rows.order
    if order.card_hash:
        return _on_card(rows)
    if order.state == "delivered":
        key = "truth.goods.credited" if order.kind == "smart_meter" else "truth.goods.accepted"
        return [Said(key, money={"amount": order.due_fen})]
    if order.state in ("refused", "cancelled"):
        return [Said("truth.goods.already_paid") if _paid_elsewhere(rows) else _nothing(rows)]
    if rows.captured_fen:
        return [Said("truth.goods.not_yet")]
    if order.state == "cancelling" or not (rows.live or rows.manual):
        return [_nothing(rows)]
    return []


def _on_card(rows: Rows) -> list[Said]:
    order = rows.order
    match order.state:
        case "delivered":
            landed = next((job.gas_m3 for job in rows.jobs if job.state == "landed"), None)
            return [Said("truth.goods.on_card", words={"volume": landed}) if landed else Said("truth.goods.loaded")]
        case "refused" | "cancelled":
            return [Said("truth.goods.already_paid") if _paid_elsewhere(rows) else _nothing(rows)]
        case "manual":
            return [Said("truth.goods.card_in_doubt")]
        case "delivering" | "held" if rows.job:
            return [Said("truth.goods.card_uncertain")]
        case "held" if order.why == GAS_ON_CARD:
            return [Said("truth.goods.meter_first")]
        case "held" if order.why == CARD_LOCKED:
            return [Said("truth.goods.card_locked")]
        case "delivering" | "held" if order.owed:
            return [Said("truth.goods.not_on_card")]
    if rows.captured_fen or _at_any_terminal(rows):
        return [Said("truth.goods.not_yet")]
    return [_nothing(rows)] if order.state == "cancelling" or not (rows.live or rows.manual) else []


def _nothing(rows: Rows) -> Said:
    if rows.order.card_hash:
        return Said("truth.goods.card_unchanged")
    return Said("truth.goods.not_credited" if rows.order.kind == "smart_meter" else "truth.goods.unpaid")


def _paid_elsewhere(rows: Rows) -> bool:
    return rows.order.why in ("already_paid", "nothing_owed")
