"""Books that do not agree, one way each: the campaign's reading of them finds it, and nothing else."""

from typing import Any

import pytest
from msgspec.structs import replace

from kiosk.protocol.order.rows import AttemptRow, OrderRow, RefundRow, Rows
from kiosk.rehearsal.chaos.peers import Capture, Delivery, Return, World, world
from kiosk.rehearsal.chaos.reconcile import at_a_cut, at_the_end

NO = "T1AB000001X"
ORDER = OrderRow(
    order_no=NO,
    kind="smart_meter",
    state="delivered",
    subject="",
    account_hash="",
    hash_key="",
    quote_id="",
    due_fen=5000,
    business_date="",
    language="zh_CN",
    opened_ms=0,
    paid_channel="wechat",
    paid_ref="W1",
    paid_fen=5000,
    receipt_no="R1",
    closed=True,
)
ATTEMPT = AttemptRow(
    order_no=NO,
    n=1,
    channel="wechat",
    device="wechat",
    hold=False,
    key=f"{NO}A1",
    amount_fen=5000,
    state="captured",
    sent_ms=0,
    show_until_ms=0,
    captured_fen=5000,
    ref="W1",
)
REFUND = RefundRow(
    order_no=NO, n=1, r=1, key=f"{NO}A1R1", amount_fen=5000, state="done", reason="undelivered", due_ms=0
)
DELIVERED = Rows(order=ORDER, attempts=(ATTEMPT,))
CANCELLED = Rows(order=replace(ORDER, state="cancelled", receipt_no=""), attempts=(ATTEMPT,), refunds=(REFUND,))

CAPTURE = Capture(f"{NO}A1", 5000, 0, ("W1",))
SECOND = Capture(f"{NO}A2", 5000, 0, ("W2",))
DELIVERY = Delivery(NO, 5000, 5000, "W1", "R1")
RETURN = Return(f"{NO}A1R1", 5000, "done")
WORLD = World(
    captures=(CAPTURE,),
    returns=(),
    deliveries=(DELIVERY,),
    known=frozenset({NO}),
    credited=5000,
    settled=(),
    strangers=(),
    refuses_returns=frozenset(),
)
GIVEN_BACK = replace(WORLD, captures=(replace(CAPTURE, returned=5000),), returns=(RETURN,), deliveries=(), credited=0)


def test_books_that_agree() -> None:
    for rows, booked in ((DELIVERED, WORLD), (CANCELLED, GIVEN_BACK)):
        [account], found = at_the_end([rows], booked)
        assert (found, account.owed) == ([], 0)


@pytest.mark.parametrize(
    ("rows", "world", "flaw"),
    [
        (DELIVERED, {"captures": (replace(CAPTURE, fen=5001),)}, "lost"),
        (DELIVERED, {"captures": (replace(CAPTURE, refs=("W9",)),)}, "lost"),
        (DELIVERED, {"captures": ()}, "lost"),
        (DELIVERED, {"captures": (CAPTURE, SECOND)}, "duplicated"),
        (DELIVERED, {"deliveries": (), "credited": 0}, "lost"),
        (DELIVERED, {"deliveries": (replace(DELIVERY, channel_ref="W2"),)}, "lost"),
        (DELIVERED, {"credited": 10_000}, "duplicated"),
        (DELIVERED, {"credited": 0}, "lost"),
        (DELIVERED, {"captures": (replace(CAPTURE, returned=5000),), "returns": (RETURN,)}, "duplicated"),
        (DELIVERED, {"known": frozenset({NO, "T1AB000002X"})}, "lost"),
        (replace(DELIVERED, order=replace(ORDER, closed=False)), {}, "unresolved"),
    ],
)
def test_a_delivered_order_that_is_not_right(rows: Rows, world: dict[str, Any], flaw: str) -> None:
    _, found = at_the_end([rows], replace(WORLD, **world))
    assert flaw in {finding.flaw for finding in found}


@pytest.mark.parametrize(
    ("world", "flaw"),
    [
        ({"returns": (), "captures": (CAPTURE,)}, "lost"),
        ({"returns": (replace(RETURN, key=f"{NO}A1R2"),)}, "lost"),
        ({"returns": (replace(RETURN, fen=4999),)}, "lost"),
        ({"deliveries": (DELIVERY,), "credited": 5000}, "duplicated"),
        ({"deliveries": (DELIVERY,), "credited": 5000}, "lost"),
    ],
)
def test_a_cancelled_order_that_is_not_right(world: dict[str, Any], flaw: str) -> None:
    _, found = at_the_end([CANCELLED], replace(GIVEN_BACK, **world))
    assert flaw in {finding.flaw for finding in found}


def test_an_order_with_the_staff_needs_a_reason_in_the_books() -> None:
    failed = replace(
        CANCELLED, order=replace(CANCELLED.order, closed=False), refunds=(replace(REFUND, state="failed", why="x"),)
    )
    refused = replace(GIVEN_BACK, captures=(CAPTURE,), returns=(replace(RETURN, state="never"),))
    [account], found = at_the_end([failed], refused)
    assert (account.manual, account.owed, found) == (True, 5000, [])
    _, found = at_the_end([failed], replace(refused, returns=()))
    assert [finding.flaw for finding in found] == ["unresolved"]
    unproved = replace(ATTEMPT, channel="card", state="manual", captured_fen=0, ref="")
    doubtful = Rows(order=replace(ORDER, state="open", closed=False), attempts=(unproved,))
    taken = replace(WORLD, deliveries=(), credited=0)
    _, found = at_the_end([doubtful], taken)
    assert [finding.flaw for finding in found] == ["unresolved"]
    [account], found = at_the_end([doubtful], replace(taken, strangers=("somebody rang up another sale",)))
    assert (account.manual, account.owed, found) == (True, 5000, [])


def test_a_code_that_can_still_be_paid_is_not_dead() -> None:
    dead = Rows(
        order=replace(ORDER, state="cancelled"), attempts=(replace(ATTEMPT, state="dead", captured_fen=0, ref=""),)
    )
    open_code = replace(WORLD, captures=(Capture(f"{NO}A1", 0, 0, (), payable=True),), deliveries=(), credited=0)
    _, found = at_the_end([dead], open_code)
    assert [finding.flaw for finding in found] == ["unresolved"]


def test_at_a_cut_everything_sent_has_its_row() -> None:
    delivering = replace(DELIVERED, order=replace(ORDER, state="delivering", closed=False))
    assert at_a_cut([delivering], WORLD) == []
    for early in ("open", "held", "cancelled"):
        rows = replace(DELIVERED, order=replace(ORDER, state=early, closed=False))
        assert [finding.flaw for finding in at_a_cut([rows], WORLD)] == ["lost"]
    due = replace(CANCELLED, refunds=(replace(REFUND, state="due"),))
    assert {finding.flaw for finding in at_a_cut([due], GIVEN_BACK)} == {"lost"}
    assert {finding.flaw for finding in at_a_cut([], WORLD)} == {"lost"}


BEFORE: dict[str, dict[str, Any]] = {
    "gas_company_http": {"orders": {}, "meters": {}, "accounts": {}},
    "alipay": {"trades": {}},
    "vendor_library": {"sales": [], "last": 0, "state": {}},
}


def test_what_an_earlier_terminal_had_sent_and_is_only_heard_now_is_not_of_this_time() -> None:
    trade = {"state": "CLOSED", "paid_fen": 0, "reversed_fen": 0, "refunded_fen": 0}
    late = {"trade_no": "1", "refunds": [], "refused": [], **trade}
    after = {**BEFORE, "alipay": {"trades": {f"T{n:03d}AB0000017A1": late for n in (59, 60, 61)}}}
    keys = [capture.key for capture in world(BEFORE, after, terminal="T060").captures]
    assert keys == ["T060AB0000017A1", "T061AB0000017A1"]


@pytest.mark.parametrize(
    ("at", "stands", "later", "beyond"),
    [("1", "1", False, False), ("1", "2", False, True), ("2", "2", False, True), ("1", "1", True, True)],
)
def test_a_card_terminal_gives_back_its_own_last_sale_alone(at: str, stands: str, later: bool, beyond: bool) -> None:
    """Also one that was put there while the sale was under way is another terminal."""
    common = {
        "approved": True,
        "kind": "credit",
        "fen": 5000,
        "reversed": False,
        "operation": "7",
        "authorisation": "8",
    }
    own = {**common, "n": 1, "ticket": CARD.key, "terminal": at, "rung_up_by": "register"}
    other = {**common, "n": 2, "ticket": "", "terminal": at, "rung_up_by": "somebody"}
    before: dict[str, Any] = {"sales": [], "batches": [], "state": {"terminal": "1"}}
    after = {**before, "sales": [own, other] if later else [own], "state": {"terminal": stands}}
    found = world({**BEFORE, "transbank_pos": before}, {**BEFORE, "transbank_pos": after})
    assert (CARD.key in found.refuses_returns) is beyond


def sale(n: int, fen: int = 5000, **more: Any) -> dict[str, Any]:
    """In the book of a bank behind a library."""
    at = "2026-11-29T09:00:00+08:00"
    known = {"n": n, "voucher": f"{n:06d}", "fen": fen, "approved": True, "returned_fen": 0, "at": at}
    return {"rung_up_by": "register", **known, **more}


def sold(*sales: dict[str, Any], by: AttemptRow, lost: bool = True) -> World:
    """A bank's sales, the last of them its last transaction, where this attempt was made."""
    bank: dict[str, Any] = {"sales": list(sales), "last": sales[-1]["n"] if sales else 0, "state": {}}
    orders = [Rows(order=ORDER, attempts=(by,))]
    return world(BEFORE, {**BEFORE, "vendor_library": bank}, by_library=orders, answers_lost=lost)


CARD = replace(ATTEMPT, channel="card", device="card", state="manual", captured_fen=0, ref="")


def test_a_banks_sale_is_the_attempts_that_names_it_or_that_may_have_asked_for_it() -> None:
    named = replace(CARD, state="captured", ref="20261129-000000000007-000007")
    for attempt in (named, CARD, replace(CARD, state="dead")):
        assert [capture.key for capture in sold(sale(7), by=attempt).captures] == [CARD.key]
    assert [capture.order_no for capture in sold(sale(7), sale(8), by=named).captures] == [NO, ""]
    assert sold(sale(7, rung_up_by="somebody"), by=CARD).strangers == ("somebody rang up another sale",)


@pytest.mark.parametrize(
    ("sales", "lost", "unprovable"),
    [
        ((), True, True),
        ((), False, False),
        ((sale(7),), True, False),
        ((sale(7, fen=5001),), True, True),
        ((sale(7), sale(8, rung_up_by="somebody")), True, True),
    ],
)
def test_the_staff_need_not_look_at_what_the_banks_last_transaction_shows(
    sales: tuple[dict[str, Any], ...], lost: bool, unprovable: bool
) -> None:
    assert (CARD.key in sold(*sales, by=CARD, lost=lost).unprovable) is unprovable
