"""The crash and message table of the money path, row by row, on the pure machine: what a restart does next.

Rows 18 to 25 are in `test_last_sale.py`, rows 28 to 36 (the gas card) and 41 to 44 (two phases) in
`test_card_table.py`. On the wire, rows 37 to 40 (codes shown by the resident) are in
`tests/wechat_pay/test_codepay.py`, those of terminals in the network in `tests/nexo_terminal/test_payment.py`. Rows 41
to 44 are asked of the machine alone: their driver is not there yet.
"""

import msgspec
import pytest

from kiosk.devices import gas, payment
from kiosk.orders import deciding, steps
from kiosk.orders.steps import Cancel, Close, Confirm, Final, Find, GiveBack, OpenOrder, Start, Wait
from kiosk.protocol import events as ev
from kiosk.protocol.matter import ImpossibleEventError
from kiosk.protocol.order.truth import telling, truth
from tests.orders.story import (
    CLOSED,
    DUE,
    LOST,
    NO,
    NOT_SENT,
    PAY_BY_MS,
    SETTINGS,
    Story,
    effect_of,
    intends,
    intent_of,
)


def keys(story: Story) -> list[str]:
    return [line.key for line in telling(story.rows)]


def test_row_1_opening_maybe_opened_is_the_same_call_or_a_fence() -> None:
    story = Story()
    assert effect_of(story.at_screen()) == OpenOrder()
    story.answered(OpenOrder(), LOST)
    assert story.rows.order.state == "opening"
    assert effect_of(story.at_screen()) == OpenOrder()
    assert effect_of(story.restart()) == Cancel()
    assert intends(story.restart()) == [ev.OrderCancelling]
    assert truth(story.rows) == "no_money_kept"


def test_row_2_sent_and_captured_is_found() -> None:
    story = Story().opened().sent()
    assert effect_of(story.restart()) == Close(1)
    story.then(ev.AttemptClosing(order_no=NO, n=1, why="restart")).answered(Close(1), payment.Captured(DUE, "W"))
    assert effect_of(story.restart()) == Confirm(doubt=False)
    assert truth(story.rows) == "not_finished"


def test_row_3_captured_without_intent_is_delivered_else_held() -> None:
    story = Story().opened().shown().captured()
    assert intends(story.restart()) == [ev.OrderDelivering]
    story.delivering().answered(Confirm(doubt=False), NOT_SENT)
    assert story.rows.order.state == "held"
    assert intends(story.restart()) == [ev.OrderDelivering]
    assert keys(story) == ["truth.money.received", "truth.goods.not_yet"]


def test_row_4_accepted_and_answer_lost_is_asked_with_doubt_and_never_refunded() -> None:
    story = Story().opened().shown().captured().delivering()
    assert effect_of(story.restart()) == Confirm(doubt=True)
    story.answered(Confirm(doubt=True), LOST).answered(Confirm(doubt=True), NOT_SENT)
    assert story.rows.order.state == "delivering"  # in doubt it is neither held nor given back
    story.answered(Confirm(doubt=True), gas.Delivered("R"))
    assert truth(story.rows) == "done"


@pytest.mark.parametrize("reason", ["already_paid", "quote_expired", "quote_changed", "not_accepted"])
def test_row_5_confirm_refused_is_fenced_off_and_then_refunded(reason: gas.RefusalReason) -> None:
    story = Story().opened().shown().captured().delivering()
    story.answered(Confirm(doubt=False), gas.Refused(reason))
    assert effect_of(story.restart()) == Cancel()
    with pytest.raises(ImpossibleEventError):  # I6: no refund before the fence
        story.then(ev.RefundDue(order_no=NO, n=1, r=1, key="k", amount_fen=DUE, reason="undelivered", at_ms=0))
    story.answered(Cancel(), gas.Cancelled())
    assert intends(story.restart()) == [ev.RefundDue]
    elsewhere = reason == "already_paid"
    assert keys(story) == ["truth.money.returning", f"truth.goods.{'already_paid' if elsewhere else 'unpaid'}"]


def test_row_6_confirm_that_landed_after_the_deadline_is_delivered_by_the_fence() -> None:
    story = Story().opened().shown().captured().delivering()
    story.now_ms = story.rows.order.deliver_by_ms
    assert effect_of(story.restart()) == Cancel()
    story.cancelling("deadline").answered(Cancel(), gas.Delivered("R"))
    assert truth(story.rows) == "done"
    assert not story.rows.refunds


@pytest.mark.parametrize("fen", [DUE - 1, DUE + 1])
def test_row_7_amount_is_not_what_is_due(fen: int) -> None:
    story = Story().opened().shown().captured(fen=fen)
    if fen < DUE:
        assert effect_of(story.restart()) == Cancel()
        with pytest.raises(ImpossibleEventError):  # I7
            story.delivering()
        story.cancelled("underpaid")
        give_back = fen
    else:
        assert effect_of(story.restart()) == Confirm(doubt=False)
        story.delivered()
        give_back = fen - DUE
        assert keys(story) == ["truth.money.surplus_returning", "truth.goods.accepted"]
    decision = story.restart()
    [due] = intent_of(decision)
    assert isinstance(due, ev.RefundDue)
    assert due.amount_fen == give_back
    assert truth(story.rows) == "not_finished"


def test_row_8_refund_lost_keeps_its_number_for_days_and_a_failed_one_is_the_staffs() -> None:
    story = Story().opened().shown().captured().cancelled()
    story.then(*intent_of(story.restart()))
    [refund] = story.rows.refunds
    assert intends(story.restart()) == [ev.RefundSent]
    story.then(ev.RefundSent(order_no=NO, n=1, r=1)).answered(GiveBack(1, 1), payment.RefundPending("lost"))
    story.now_ms += 5 * 86_400_000
    assert effect_of(story.restart()) == GiveBack(1, 1)
    assert [row.key for row in story.rows.refunds] == [refund.key]
    story.answered(GiveBack(1, 1), payment.RefundFailed("ABNORMAL"))
    assert story.restart() == Wait(None)  # no second refund by itself
    assert truth(story.rows) == "not_finished"
    assert keys(story) == ["truth.money.not_returned", "truth.goods.unpaid"]


def test_row_9_slip_cut_off_is_never_printed_by_itself() -> None:
    story = Story().opened().shown().captured().delivered()
    story.then(ev.PrintIntended(order_no=NO, p=1, reprint=False, truth="done", at_ms=0))
    story.then(ev.PrintEnded(order_no=NO, p=1, state="unknown"))
    assert isinstance(story.restart(), Final)


def test_row_10_resident_pays_again_elsewhere_and_the_company_refuses_here() -> None:
    story = Story().answered(OpenOrder(), gas.Refused("account_busy"))
    assert story.rows.order.closed
    assert isinstance(story.restart(), Final)
    assert truth(story.rows) == "no_money_kept"


def test_row_11_sent_and_code_never_shown_is_closed_and_never_sent_again() -> None:
    story = Story().opened().sent()
    assert effect_of(story.restart()) == Close(1)
    assert effect_of(story.at_screen(wants=True)) == Close(1)
    story.then(ev.AttemptClosing(order_no=NO, n=1, why="no_answer")).answered(Close(1), payment.Dead("never_arrived"))
    assert effect_of(story.at_screen(wants=True)) == Start(2)
    assert effect_of(story.restart()) == Cancel()


def test_row_12_open_code_is_closed_at_restart_and_never_shown_again() -> None:
    story = Story().opened().shown()
    assert effect_of(story.at_screen()) == Find(1)
    assert effect_of(story.restart()) == Close(1)
    story.then(ev.AttemptClosing(order_no=NO, n=1, why="left")).answered(Close(1), payment.Captured(DUE, "W"))
    assert effect_of(story.restart()) == Confirm(doubt=False)


def test_row_13_back_while_scanned_begins_nothing_new_before_the_first_is_dead() -> None:
    story = Story().opened().shown()
    assert effect_of(story.at_screen(stop=True, wants=True)) == Close(1)
    story.then(ev.AttemptClosing(order_no=NO, n=1, why="stopped"))
    for answer in (payment.Open(), payment.Unknown("lost"), payment.Authorized(DUE, "x")):
        story.answered(Close(1), answer)
        assert effect_of(story.at_screen(wants=True)) == Close(1)
        assert truth(story.rows) == "not_finished"
        assert keys(story) == ["truth.money.unknown"]
    story.answered(Close(1), CLOSED)
    assert effect_of(story.at_screen(wants=True)) == Start(2)


def test_row_14_not_paid_yet_is_no_proof() -> None:
    story = Story().opened().shown().answered(Find(1), payment.Open())
    assert story.rows.live is not None
    story.then(ev.AttemptClosing(order_no=NO, n=1, why="timeout")).answered(Close(1), payment.Open())
    assert story.rows.live is not None


def test_row_15_close_answer_lost_is_closed_again() -> None:
    story = Story().opened().shown().then(ev.AttemptClosing(order_no=NO, n=1, why="timeout"))
    story.answered(Close(1), payment.Unknown("lost"))
    assert effect_of(story.restart()) == Close(1)
    assert effect_of(story.answered(Close(1), CLOSED).restart()) == Cancel()


def test_row_16_paid_after_dead_goes_back_from_the_late_payment() -> None:
    story = Story().opened().shown().dead().shown(2).captured(2)
    story.then(
        ev.OrderDelivering(order_no=NO, channel="wechat", channel_ref="W2", paid_fen=DUE, deliver_by_ms=9_000_000),
        ev.OrderDelivered(order_no=NO, receipt_no="R", at_ms=0),
    )
    assert truth(story.rows) == "done"
    assert effect_of(story.restart()) == Find(1)  # it is still watched
    story.answered(Find(1), payment.Captured(DUE, "W1"))
    assert not story.rows.order.closed
    decision = story.restart()
    [due] = intent_of(decision)
    assert isinstance(due, ev.RefundDue)
    assert (due.n, due.amount_fen, due.reason) == (1, DUE, "late")
    assert keys(story) == ["truth.money.surplus_returning", "truth.goods.accepted"]


def test_row_17_refused_for_a_wrong_clock_stays_live() -> None:
    story = Story().opened().shown()
    story.answered(Find(1), payment.Unknown("answer 401 not trusted"))
    assert story.rows.live is not None
    assert keys(story) == ["truth.money.unknown"]


def test_row_26_company_down_is_held_retried_and_cancelled_at_the_deadline() -> None:
    story = Story().opened().shown().captured().delivering().answered(Confirm(doubt=False), NOT_SENT)
    assert effect_of(story.restart()) == Confirm(doubt=False)
    story.now_ms = story.rows.order.deliver_by_ms
    assert intends(story.restart()) == [ev.OrderCancelling]
    story.cancelling("deadline").answered(Cancel(), LOST)
    assert effect_of(story.restart()) == Cancel()
    assert not story.rows.refunds
    story.answered(Cancel(), gas.Cancelled())
    assert intends(story.restart()) == [ev.RefundDue]


def test_row_27_accepted_while_the_meter_is_silent_is_delivered() -> None:
    """The company's word is the proof; its meter may need hours, and the screen says so."""
    story = Story().opened().shown().captured().delivering().answered(Confirm(doubt=False), gas.Delivered("R"))
    assert story.rows.order.closed
    credited = msgspec.structs.replace(story.rows, order=msgspec.structs.replace(story.rows.order, kind="smart_meter"))
    assert [line.key for line in telling(credited)] == ["truth.goods.credited"]


def test_row_37_resident_s_code_is_never_sent_again_and_is_reversed() -> None:
    story = Story().opened().sent()
    assert effect_of(story.restart()) == Close(1)
    story.then(ev.AttemptClosing(order_no=NO, n=1, why="restart"))
    for _ in range(3):
        assert effect_of(story.restart()) == Close(1)
        assert effect_of(story.at_screen(wants=True)) == Close(1)
        story.answered(Close(1), payment.Unknown("lost"))


def test_row_38_not_known_there_while_the_request_may_travel_is_no_proof() -> None:
    story = Story().opened().sent().then(ev.AttemptClosing(order_no=NO, n=1, why="no_answer"))
    story.answered(Close(1), payment.Unknown("NOT_EXIST within the request's lifetime"))
    assert story.rows.live is not None
    assert keys(story) == ["truth.money.unknown"]


def test_row_39_reversal_lost_is_reversed_again_for_days_until_it_is_proved() -> None:
    story = Story().opened().sent().then(ev.AttemptClosing(order_no=NO, n=1, why="no_answer"))
    for _ in range(7):
        story.now_ms += 86_400_000
        story.answered(Close(1), payment.Unknown("lost"))
        assert effect_of(story.restart()) == Close(1)
    story.answered(Close(1), payment.Dead("cancelled"))
    assert effect_of(story.restart()) == Cancel()


def test_row_40_a_new_code_is_a_new_attempt_with_a_number_of_its_own() -> None:
    story = Story().opened().sent().dead()
    [sent] = intent_of(story.at_screen(wants=True))
    assert isinstance(sent, ev.AttemptSent)
    assert (sent.n, sent.key) == (2, f"{NO}A2")


def test_price_runs_out_before_another_code_would() -> None:
    story = Story().opened()
    story.now_ms = PAY_BY_MS - 149_000
    assert effect_of(story.at_screen(wants=True)) == Cancel()


def test_opened_for_another_amount_is_never_paid() -> None:
    opened = gas.Opened(pay_by_ms=PAY_BY_MS, due_fen=DUE + 1, provider_ref="G")
    story = Story().answered(OpenOrder(), opened)
    assert story.rows.order.state == "cancelling"
    assert effect_of(story.at_screen(wants=True)) == Cancel()


def test_only_one_attempt_is_ever_live() -> None:
    with pytest.raises(ImpossibleEventError):
        Story().opened().shown().sent(2)


def test_nothing_is_watched_for_ever() -> None:
    story = Story().opened().shown().dead().cancelled()
    assert effect_of(story.restart()) == Find(1)
    story.now_ms += 48 * 3_600_000 + 1
    assert isinstance(story.restart(), Final)


def test_words_of_money_that_may_still_show_in_the_wallet() -> None:
    story = Story().opened().shown().dead().cancelled()
    assert keys(story) == ["truth.money.nothing", "truth.money.if_wallet_shows", "truth.goods.unpaid"]
    never_shown = (
        Story()
        .opened()
        .sent()
        .then(
            ev.AttemptClosing(order_no=NO, n=1, why="no_answer"),
            ev.AttemptDead(order_no=NO, n=1, proof="never_arrived", at_ms=0),
        )
    )
    assert keys(never_shown) == ["truth.money.nothing", "truth.goods.unpaid"]


def test_words_of_money_that_the_end_of_the_attempt_gave_back() -> None:
    ended = ev.AttemptDead(order_no=NO, n=1, proof="reversed", at_ms=0)
    story = Story().opened().shown().then(ev.AttemptClosing(order_no=NO, n=1, why="stopped"), ended).cancelled()
    assert keys(story) == ["truth.money.reversed", "truth.goods.unpaid"]
    assert truth(story.rows) == "no_money_kept"


def test_last_look_without_an_answer_is_made_again_until_there_is_one() -> None:
    story = Story().opened().shown().dead().cancelled()
    ended_ms = story.rows.attempts[0].ended_ms
    story.now_ms = ended_ms + 49 * 3_600_000  # the watch is over
    asked = steps.Moment(now_ms=story.now_ms, looked_ms={1: ended_ms + 86_400_000}, unanswered=frozenset({1}))
    assert effect_of(deciding.decide(story.rows, asked, SETTINGS)) == Find(1)
    later_ms = story.now_ms + 300_000
    wait = msgspec.structs.replace(asked, not_before_ms={Find(1).key: later_ms})
    assert deciding.decide(story.rows, wait, SETTINGS) == Wait(later_ms)
    answered = msgspec.structs.replace(asked, looked_ms={1: story.now_ms}, unanswered=frozenset())
    assert isinstance(deciding.decide(story.rows, answered, SETTINGS), Final)
