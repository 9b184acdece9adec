"""The invariants of the money path by their numbers there, over an order's rows and what its peers have booked.

The search and the state machine ask the same; `test_laws.py` breaks each once.
"""

from collections.abc import Iterable
from decimal import Decimal
from typing import Literal

import msgspec

from kiosk.orders import steps
from kiosk.protocol.order.rows import GOODS_FINAL, LIVE, Rows
from kiosk.protocol.order.truth import Truth, needs_staff, telling, truth


class BrokenLawError(AssertionError):
    """An invariant does not hold."""


class Taking(msgspec.Struct, frozen=True, kw_only=True):
    """One payment in a channel's book; fen. `returned` is by refund number."""

    key: str
    fen: int = 0
    returned: tuple[tuple[str, int], ...] = ()
    may_return: tuple[tuple[str, int], ...] = ()
    """Refunds that it took and has not made, and that may still be made."""
    late: bool = False
    """Whether it was paid after the channel had said that it was closed: only another look shows that."""

    @property
    def kept(self) -> int:
        """What did not go back."""
        return self.fen - sum(fen for _, fen in self.returned)


Goods = Literal["unknown", "open", "owed", "refused", "cancelled", "delivered"]


class Booked(msgspec.Struct, frozen=True, kw_only=True):
    """What the peers know of one order. `deliveries` counts how often what was paid for was done: by the company, or by
    whoever wrote the card."""

    takings: tuple[Taking, ...] = ()
    goods: Goods = "unknown"
    deliveries: int = 0

    @property
    def taken(self) -> int:
        """In fen, by all channels."""
        return sum(taking.fen for taking in self.takings)

    @property
    def kept(self) -> int:
        """In fen, what did not go back."""
        return sum(taking.kept for taking in self.takings)


def must(true: bool, law: str, what: str) -> None:
    """Raise `BrokenLawError` unless it is true."""
    if not true:
        raise BrokenLawError(f"{law}: {what}")


def unseen(rows: Rows, booked: Booked) -> bool:
    """Whether money came late, and the terminal has not looked since."""
    captured = {attempt.key for attempt in rows.attempts if attempt.captured_fen}
    return any(taking.late and taking.key not in captured for taking in booked.takings)


def i1_row_before_the_first_byte(rows: Rows | None, effect: steps.Effect) -> None:
    """What is about to be asked of a peer is on disk."""
    must(rows is not None, "I1", f"{effect} for an order that is not on disk")
    assert rows is not None
    order, attempts = rows.order.state, {attempt.n: attempt.state for attempt in rows.attempts}
    refunds = {(refund.n, refund.r): refund.state for refund in rows.refunds}
    jobs = {job.n: job.state for job in rows.jobs}
    match effect:
        case steps.OpenOrder():
            there = order == "opening"
        case steps.Confirm():
            there = order == "delivering"
        case steps.Cancel():
            there = order == "cancelling"
        case steps.Start(n=n):
            there = attempts.get(n) == "sent"
        case steps.Close(n=n):
            there = attempts.get(n) == "closing"
        case steps.Find(n=n):
            there = n in attempts
        case steps.GiveBack(n=n, r=r):
            there = refunds.get((n, r)) == "sent"
        case steps.FindRefund(n=n, r=r):
            there = refunds.get((n, r)) == "renewing"
        case steps.Capture(n=n):
            there = attempts.get(n) == "capturing"
        case steps.Fetch():
            there = order == "delivering" and rows.order.owed
        case steps.Write(n=n):
            there = order == "delivering" and jobs.get(n) == "sent"
        case steps.Look(n=n):
            there = n in jobs
        case steps.Report(n=n):
            there = jobs.get(n) in ("landed", "torn")
        case steps.Prepare() | steps.Ask():
            there = True
    must(there, "I1", f"{effect} is asked while the order is {order}, its attempts {attempts}, its refunds {refunds}")


def i2_one_live_attempt_and_one_hold(orders: Iterable[Rows]) -> None:
    """One live attempt per order, one hold per device."""
    held: list[str] = []
    for rows in orders:
        must(sum(attempt.state in LIVE for attempt in rows.attempts) <= 1, "I2", "two attempts are live")
        held += [attempt.device for attempt in rows.attempts if attempt.hold]
    must(len(held) == len(set(held)), "I2", f"{held} are held twice")


def i3_every_fen_is_accounted_for(rows: Rows, booked: Booked) -> None:
    """captured − refunded = delivered + liability ≥ delivered; closed iff goods final, nothing live, liability 0."""
    must(rows.liability_fen >= 0, "I3", f"the record owes {rows.liability_fen} fen")
    worth = rows.order.due_fen if booked.goods == "delivered" else 0
    must(booked.kept >= worth, "I3", f"{booked.kept} fen are kept for goods of {worth}")
    ended = rows.order.state in GOODS_FINAL and not rows.live and not rows.manual
    settled = ended and rows.liability_fen == 0 and all(row.state in ("done", "dead") for row in rows.refunds)
    settled &= all(job.reported for job in rows.jobs if job.state in ("landed", "torn"))
    must(rows.order.closed == settled, "I3", f"closed={rows.order.closed}, and settled={settled}")
    if rows.order.closed and not unseen(rows, booked):
        must(booked.kept == worth, "I3", f"closed, with {booked.kept} fen kept for goods of {worth}")


def i4_every_booking_has_its_row(rows: Rows, booked: Booked) -> None:
    """Each capture, refund and delivery in a peer's book has a row here; never two."""
    attempts = {attempt.key: attempt for attempt in rows.attempts}
    refunds = {refund.key: refund for refund in rows.refunds}
    must(len(attempts) == len(rows.attempts) and len(refunds) == len(rows.refunds), "I4", "a number is used twice")
    there: dict[str, int] = {}
    for taking in booked.takings:
        attempt = attempts.get(taking.key)
        must(attempt is not None, "I4", f"{taking.key} has no row")
        assert attempt is not None
        booked_here = taking.fen if attempt.state == "captured" else 0
        must(attempt.captured_fen == booked_here, "I4", f"{taking.key} took {taking.fen}, the row {attempt}")
        for key, fen in taking.returned:
            row = refunds.get(key)
            must(
                row is not None and row.state not in ("due", "dead") and row.amount_fen == fen,
                "I4",
                f"{key} is {row} here",
            )
            there[key] = fen
    for attempt in rows.attempts:
        known = any(taking.key == attempt.key and taking.fen for taking in booked.takings)
        must(known or not attempt.captured_fen, "I4", f"{attempt.key} was never taken")
    for refund in rows.refunds:
        must(refund.state != "done" or there.get(refund.key) == refund.amount_fen, "I4", f"{refund.key} was not done")
    may_be = ("delivering", "delivered", "cancelling") + (("held", "manual") if rows.order.owed else ())
    must(booked.goods != "delivered" or rows.order.state in may_be, "I4", f"delivered while {rows.order.state}")
    must(rows.order.state != "delivered" or booked.goods == "delivered", "I4", "the company has not delivered")
    fenced = booked.goods in ("cancelled", "refused")
    must(rows.order.state != "cancelled" or fenced, "I4", f"called cancelled, and there {booked.goods}")


def i5_delivered_once(booked: Booked) -> None:
    """What was paid for happens at most once."""
    must(booked.deliveries == (booked.goods == "delivered"), "I5", f"it was delivered {booked.deliveries} times")


def i5_as_much_as_booked(rows: Rows, written_m3: Decimal, *, torn: bool, heard: bool) -> None:
    """Each job lands at most once, and the record books what is on the card. `torn`: it is written by half; `heard`:
    the company was told."""
    landed = [job for job in rows.jobs if job.state == "landed"]
    booked_m3 = sum((Decimal(job.gas_m3) for job in landed), Decimal(0))
    must(len({job.provider_job for job in rows.jobs}) <= 1, "I5", "one order has two jobs")
    must(booked_m3 <= written_m3, "I5", f"{booked_m3} m³ are booked, {written_m3} on the card")
    if rows.order.state in ("refused", "cancelled"):
        must(written_m3 == 0, "I5", f"{written_m3} m³ are on the card of an order that is {rows.order.state}")
        must(not torn, "I5", f"the card is written by half, and its order {rows.order.state}")
    if rows.order.closed and landed:
        must(booked_m3 == written_m3 and heard, "I5", f"{written_m3} m³ on the card, and the company heard: {heard}")


def i6_refund_only_after_the_fence(rows: Rows, booked: Booked) -> None:
    """Refund only after `cancelled`, or surplus or late; at most what its attempt captured."""
    for taking in booked.takings:
        must(taking.kept >= 0, "I6", f"{taking.key} gave back more than it took")
        alive = sum(fen for _, fen in taking.may_return)
        must(taking.kept >= alive, "I6", f"{taking.key} may give back more than it took: {taking.may_return} are alive")
        for key, _ in taking.returned:
            reasons = {refund.reason for refund in rows.refunds if refund.key == key}
            must(booked.goods in ("refused", "cancelled", "delivered"), "I6", f"{key} while goods are {booked.goods}")
            fenced = booked.goods != "delivered"
            must(fenced or not reasons & {"undelivered"}, "I6", f"{key} for goods that were delivered")


def i7_paid_before_delivered(rows: Rows, booked: Booked) -> None:
    """Never deliver before captured ≥ due."""
    must(booked.goods != "delivered" or booked.taken >= rows.order.due_fen, "I7", f"{booked.taken} fen were taken")


def i8_it_ends(rows: Rows, *, beyond_the_machine: bool) -> None:
    """Peers healed: every order closes, or is with the staff for a reason in the peers' books."""
    if rows.order.closed:
        return
    must(needs_staff(rows), "I8", f"it is {rows.order.state} and does not end")
    must(
        rows.live is None and all(row.state in ("done", "failed", "dead") for row in rows.refunds),
        "I8",
        "it stands still",
    )
    must(rows.unreported is None, "I8", "the company never hears what is on the card")
    must(beyond_the_machine, "I8", "it is with the staff without need")


def no_screen_lies(rows: Rows, booked: Booked) -> None:
    """Screen and slip say of money and goods what the peers' books say, or that it is not known."""
    late = unseen(rows, booked)
    delivered = booked.goods == "delivered"
    told: Truth = truth(rows)
    if told == "done":
        must(delivered and (late or booked.kept == rows.order.due_fen), "screen", f"done, and there {booked}")
    elif told == "no_money_kept":
        must(not delivered and (late or booked.kept == 0), "screen", f"no money kept, and there {booked}")
    else:
        must(not rows.order.closed, "screen", "not finished, and closed")
    returned = booked.taken - booked.kept
    for line in telling(rows):
        fen = sum(line.money.values())
        match line.key.removeprefix("truth.").replace("surplus_", ""):
            case "money.nothing" | "money.reversed":
                true = late or booked.taken == 0
            case "money.received":
                true = fen == rows.captured_fen <= booked.taken
            case "money.returned":
                true = fen == rows.refunded_fen <= returned
            case "money.returning" | "money.not_returned" | "money.return_unproved":
                true = 0 < fen <= rows.liability_fen <= booked.taken
            case "money.unknown":
                true = rows.live is not None and fen == rows.live.amount_fen
            case "money.unproved":
                true = rows.manual is not None and fen == rows.manual.amount_fen
            case "goods.accepted" | "goods.credited":
                true = delivered and fen == rows.order.due_fen
            case "goods.unpaid" | "goods.not_credited" | "goods.already_paid":
                true = not delivered
            case "goods.not_yet":
                true = rows.order.state not in GOODS_FINAL
            case "goods.on_card" | "goods.loaded":
                true = delivered
            case "goods.card_unchanged":
                true = not delivered
            case "goods.not_on_card" | "goods.meter_first" | "goods.card_uncertain" | "goods.card_in_doubt":
                true = rows.order.state in ("delivering", "held", "manual")
            case "goods.card_locked":
                true = rows.order.state == "held" and all(job.state == "absent" for job in rows.jobs)
            case "money.bank_hold" | "money.if_wallet_shows":
                true = booked.taken == 0 or late
            case _:
                true = False
        must(true, "screen", f"{line.key} {fen}, and there {booked}")


def after_every_step(rows: Rows, booked: Booked) -> None:
    """All that must hold of one order whenever somebody looks (I1, I2 and I8 speak of more than one moment)."""
    i3_every_fen_is_accounted_for(rows, booked)
    i4_every_booking_has_its_row(rows, booked)
    i5_delivered_once(booked)
    i6_refund_only_after_the_fence(rows, booked)
    i7_paid_before_delivered(rows, booked)
    no_screen_lies(rows, booked)
