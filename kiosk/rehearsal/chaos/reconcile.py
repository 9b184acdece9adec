"""Everybody's books against the terminal's rows, order by order. Pure.

It believes nobody: what a peer booked must have its row here with the same numbers, and what a row says must be in the
peer's book. `kiosk.rehearsal.books` tells people the same in fewer words.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

import msgspec

from kiosk.protocol.order.rows import AttemptRow, RefundRow, Rows
from kiosk.protocol.order.truth import needs_staff
from kiosk.rehearsal.chaos.peers import Capture, Delivery, Return, World

Flaw = Literal["lost", "duplicated", "unresolved"]


class Finding(msgspec.Struct, frozen=True):
    """Something that must never be."""

    flaw: Flaw
    order_no: str
    what: str


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """One order in all books, in fen."""

    order_no: str
    kind: str
    by_card: bool
    """Whether its goods go onto a gas card."""
    state: str
    closed: bool
    manual: bool
    captured: int
    refunded: int
    delivered: int
    captured_there: int
    refunded_there: int
    delivered_there: int

    @property
    def owed(self) -> int:
        """What the resident gave and has neither goods nor money for."""
        return self.captured_there - self.refunded_there - self.delivered_there


def at_a_cut(orders: Sequence[Rows], peers: World) -> list[Finding]:
    """I1 and I4, while the terminal is dead: nothing has reached a peer that has no row here."""
    rows = {order.order.order_no: order for order in orders}
    attempts = {attempt.key for order in orders for attempt in order.attempts}
    refunds = {refund.key: refund for order in orders for refund in order.refunds}
    found = [
        Finding("lost", capture.order_no, f"the channel knows {capture.key}, and no row here does")
        for capture in peers.captures
        if capture.key not in attempts
    ]
    for back in peers.returns:
        row = refunds.get(back.key)
        if row is None or row.state == "due":
            found.append(Finding("lost", back.key.rpartition("A")[0], f"refund {back.key} was sent before its row"))
    for capture in peers.captures:
        order = rows.get(capture.order_no)
        begun = order is not None and any(refund.state != "due" for refund in order.refunds)
        if capture.returned and not begun:
            found.append(Finding("lost", capture.order_no, f"{capture.key} was given back before a row said so"))
    for delivery in peers.deliveries:
        order = rows.get(delivery.order_no)
        may = ("delivering", "delivered", "cancelling", *(("held",) if order and order.order.card_hash else ()))
        if order is None or order.order.state not in may:
            state = order.order.state if order else "missing"
            found.append(Finding("lost", delivery.order_no, f"delivered there while the row is {state}"))
    for order_no in peers.booked:
        order = rows.get(order_no)
        if order is None or order.order.state in ("opening", "open"):
            state = order.order.state if order else "missing"
            found.append(Finding("lost", order_no, f"booked as paid there while the row is {state}"))
    found += [
        Finding("lost", order_no, "the company knows an order that has no row here")
        for order_no in peers.known
        if order_no not in rows
    ]
    return found


def at_the_end(
    orders: Sequence[Rows],
    peers: World,
    *,
    elsewhere_fen: int = 0,
    refused_returns: bool = False,
    no_card: frozenset[str] = frozenset(),
) -> tuple[list[Account], list[Finding]]:
    """Every order in all books once everything is whole again, and what must never be.

    `elsewhere_fen` came onto meters from other people; `refused_returns`: the terminal was made to refuse a reversal;
    `no_card`: orders whose gas card nothing can be written on any more.
    """
    found = at_a_cut(orders, peers)
    accounts = []
    keys: dict[str, list[Capture]] = {}
    for capture in peers.captures:
        keys.setdefault(capture.order_no, []).append(capture)
    delivered = {delivery.order_no: delivery for delivery in peers.deliveries}
    for rows in orders:
        order_no = rows.order.order_no
        captures = keys.pop(order_no, [])
        account = _account(rows, captures, delivered.get(order_no), waits=order_no in no_card)
        accounts.append(account)
        found += _order(rows, captures, delivered.get(order_no), peers)
        found += _money(account, captures)
        if account.manual:
            found += _unjustified(rows, peers, refused_returns)
        elif not account.closed:
            found.append(Finding("unresolved", order_no, f"{account.state}, and not closed"))
    for order_no, captures in keys.items():
        accounts.append(_account(None, captures, delivered.get(order_no)))
        if sum(capture.fen - capture.returned for capture in captures):
            found.append(Finding("lost", order_no, "money was taken for an order that has no row here"))
    for order_no in {*peers.settled}:
        if order_no not in delivered:
            found.append(Finding("duplicated", order_no, "bills are settled by an order that is not delivered"))
    kinds = {rows.order.order_no: rows.order.kind for rows in orders}
    due = elsewhere_fen + sum(one.fen for no, one in delivered.items() if kinds.get(no) == "smart_meter")
    if peers.credited != due:
        flaw: Flaw = "duplicated" if peers.credited > due else "lost"
        found.append(Finding(flaw, "", f"meters were credited {peers.credited} fen where {due} were due"))
    return accounts, found


def _account(
    rows: Rows | None, captures: Sequence[Capture], delivery: Delivery | None, *, waits: bool = False
) -> Account:
    order_no = rows.order.order_no if rows else captures[0].order_no
    return Account(
        order_no=order_no,
        kind=rows.order.kind if rows else "",
        by_card=rows is not None and bool(rows.order.card_hash),
        state=rows.order.state if rows else "missing",
        closed=rows is not None and rows.order.closed,
        manual=rows is not None and not rows.order.closed and (needs_staff(rows) or waits),
        captured=rows.captured_fen if rows else 0,
        refunded=rows.refunded_fen if rows else 0,
        delivered=rows.delivered_fen if rows else 0,
        captured_there=sum(capture.fen for capture in captures),
        refunded_there=sum(capture.returned for capture in captures),
        delivered_there=delivery.fen if delivery else 0,
    )


def _order(rows: Rows, captures: Sequence[Capture], delivery: Delivery | None, peers: World) -> Iterator[Finding]:
    order_no = rows.order.order_no
    booked = {capture.key: capture for capture in captures}
    for attempt in rows.attempts:
        yield from _attempt(attempt, booked.get(attempt.key))
    back = {one.key: one for one in peers.returns}
    for refund in rows.refunds:
        attempt = next(attempt for attempt in rows.attempts if attempt.n == refund.n)
        card = booked.get(attempt.key) if attempt.channel == "card" else None
        there = back.get(refund.key)
        if there is None and card:  # what reverses its last sale asks for no number
            there = Return(refund.key, card.returned, "done" if card.returned else "never")
        yield from _refund(refund, there)
    yield from _delivery(rows, delivery, order_no)


def _attempt(attempt: AttemptRow, there: Capture | None) -> Iterator[Finding]:
    fen = there.fen if there else 0
    if attempt.state == "manual":
        return
    if attempt.captured_fen != fen:
        what = f"{attempt.key} took {fen} fen, and its row ({attempt.state}) says {attempt.captured_fen}"
        yield Finding("lost", attempt.order_no, what)
    elif there and fen and attempt.ref.partition("_")[0] not in there.refs:  # "_": then comes the time
        yield Finding("lost", attempt.order_no, f"{attempt.key} was booked as {there.refs}, not as {attempt.ref!r}")
    if there and there.payable and attempt.state == "dead":
        yield Finding("unresolved", attempt.order_no, f"{attempt.key} is called dead and can still be paid")


def _refund(refund: RefundRow, there: Return | None) -> Iterator[Finding]:
    if refund.state == "done" and (there is None or there.state != "done" or there.fen != refund.amount_fen):
        yield Finding("lost", refund.order_no, f"{refund.key} is called done, and the channel has {there}")
    if refund.state in ("due", "sent", "renewing"):
        yield Finding("unresolved", refund.order_no, f"{refund.key} is still {refund.state}")


def _delivery(rows: Rows, delivery: Delivery | None, order_no: str) -> Iterator[Finding]:
    if rows.order.state == "delivered" and delivery is None:
        yield Finding("lost", order_no, "called delivered, and the company has nothing")
    if delivery is None:
        return
    if rows.order.state != "delivered":
        yield Finding("lost", order_no, f"delivered there, and called {rows.order.state} here")
    receipt_no = "" if rows.order.card_hash else delivery.receipt_no  # what a card got goes by the number of its write
    told = (rows.order.due_fen, rows.order.paid_fen, rows.order.paid_ref, rows.order.receipt_no if receipt_no else "")
    there = (delivery.fen, delivery.paid_fen, delivery.channel_ref, receipt_no)
    if rows.order.state == "delivered" and told != there:
        yield Finding("lost", order_no, f"the company booked {there}, and the row says {told}")


def _money(account: Account, captures: Sequence[Capture]) -> Iterator[Finding]:
    if account.owed < 0:
        what = f"kept {account.captured_there - account.refunded_there} fen for goods of {account.delivered_there}"
        yield Finding("duplicated", account.order_no, what)
    if account.manual:
        return
    if account.owed > 0:
        yield Finding("lost", account.order_no, f"{account.owed} fen are neither delivered nor returned")
    if sum(capture.fen > capture.returned for capture in captures) > 1:
        yield Finding("duplicated", account.order_no, "more than one payment was kept")


def _unjustified(rows: Rows, peers: World, refused_returns: bool) -> Iterator[Finding]:
    """Why an order that waits for the staff need not."""
    never = {back.key for back in peers.returns if back.state == "never"}
    keys = {attempt.n: attempt for attempt in rows.attempts}
    for refund in rows.refunds:
        card = keys[refund.n].channel == "card"
        beyond = card and (refused_returns or keys[refund.n].key in peers.refuses_returns)
        if refund.state == "failed" and refund.key not in never and not beyond:
            yield Finding(
                "unresolved", refund.order_no, f"{refund.key} waits for the staff ({refund.why}) without need"
            )
    for attempt in rows.attempts:
        if attempt.state == "manual" and not (peers.strangers or attempt.key in peers.unprovable):
            what = f"{attempt.key} waits for the staff ({attempt.why}) without need"
            yield Finding("unresolved", attempt.order_no, what)
        if attempt.state in ("sent", "open", "closing"):
            yield Finding("unresolved", attempt.order_no, f"{attempt.key} is still {attempt.state}")


def owed_fen(accounts: Iterable[Account]) -> int:
    """What all residents together are owed."""
    return sum(max(account.owed, 0) for account in accounts)
