"""The rows of the crash table for a card terminal that can speak only of its last sale, on the pure machine."""

import pytest

from kiosk.devices import gas, payment
from kiosk.orders.steps import Cancel, Close, Confirm, Final, Find, GiveBack, Method, Prepare, Start, Wait
from kiosk.protocol import events as ev
from kiosk.protocol.matter import ImpossibleEventError
from kiosk.protocol.order.truth import needs_staff, telling, truth
from tests.orders.story import DUE, LOST, NO, NOT_SENT, Story, effect_of, intends, intent_of

CARD = Method("card", "card", hold=True)


def closing(story: Story) -> Story:
    return story.then(ev.AttemptClosing(order_no=NO, n=1, why="restart"))


def held(story: Story) -> bool:
    return any(row.hold for row in story.rows.attempts)


def test_nothing_is_sent_before_the_last_sale_is_known() -> None:
    story = Story().opened()
    assert effect_of(story.at_screen(wants=CARD)) == Prepare("card")
    assert story.answered(Prepare("card"), payment.Unknown("silent")).rows.attempts == ()
    decision = story.at_screen(wants=CARD, predecessor="P")
    assert effect_of(decision) == Start(1)
    [sent] = intent_of(decision)
    assert isinstance(sent, ev.AttemptSent)
    assert (sent.hold, sent.predecessor) == (True, "P")


def test_row_18_sale_maybe_running_is_held_and_asked_about_until_it_is_proved() -> None:
    story = closing(Story().opened().at_the_reader())
    for answer in (payment.Open(), payment.Unknown("too early to tell")):
        story.answered(Close(1), answer)
        assert effect_of(story.restart()) == Close(1)
        assert held(story)
        assert truth(story.rows) == "not_finished"


def test_row_19_answer_lost_and_the_last_sale_is_ours() -> None:
    story = closing(Story().opened().at_the_reader()).answered(Close(1), payment.Captured(DUE, "C1"))
    assert effect_of(story.restart()) == Confirm(doubt=False)
    assert held(story)
    assert not held(story.delivered())


def test_row_20_last_sale_is_still_the_one_before_and_that_is_final() -> None:
    story = closing(Story().opened().at_the_reader()).answered(Close(1), payment.Dead("never_arrived"))
    assert not held(story)
    assert effect_of(story.restart()) == Cancel()
    assert isinstance(story.cancelled().restart(), Final)  # the terminal has said all it will ever say


def test_row_21_another_sale_proves_nothing_and_is_the_staffs() -> None:
    story = closing(Story().opened().at_the_reader()).answered(Close(1), payment.Unprovable("another ticket"))
    assert held(story)
    assert needs_staff(story.rows)
    assert truth(story.rows) == "not_finished"
    assert [line.key for line in telling(story.rows)] == ["truth.money.unproved"]
    with pytest.raises(ImpossibleEventError):
        story.cancelling()
    with pytest.raises(ImpossibleEventError):
        story.sent(2)
    assert effect_of(story.restart()) == Find(1)  # the terminal may still come back with its memory
    story.answered(Find(1), payment.Captured(DUE, "C1"))
    assert effect_of(story.restart()) == Confirm(doubt=False)


def test_row_22_terminal_dark_for_hours_stays_held_and_in_doubt() -> None:
    story = closing(Story().opened().at_the_reader()).answered(Close(1), payment.Unknown("no answer"))
    story.now_ms += 5 * 3_600_000
    assert effect_of(story.restart()) == Close(1)
    assert held(story)
    assert truth(story.rows) == "not_finished"


def refused() -> Story:
    story = Story().opened().at_the_reader().captured().delivering()
    story.answered(Confirm(doubt=False), gas.Refused("already_paid")).answered(Cancel(), gas.Cancelled())
    return story.then(*intent_of(story.restart()))


def test_row_23_company_refuses_and_the_sale_is_reversed_while_it_is_held() -> None:
    story = refused()
    assert held(story)
    assert effect_of(story.restart()) == GiveBack(1, 1)
    story.then(ev.RefundSent(order_no=NO, n=1, r=1)).answered(GiveBack(1, 1), payment.Refunded("1210"))
    assert not held(story)
    assert story.rows.order.closed
    assert truth(story.rows) == "no_money_kept"


def test_row_23_reversal_refused_for_good_is_the_staffs_and_frees_the_terminal() -> None:
    story = refused().then(ev.RefundSent(order_no=NO, n=1, r=1))
    story.answered(GiveBack(1, 1), payment.RefundFailed("debit cannot be reversed"))
    assert not held(story)
    assert needs_staff(story.rows)
    assert story.restart() == Wait(None)


def test_row_24_reversal_answer_lost_is_asked_again_under_hold() -> None:
    story = refused().then(ev.RefundSent(order_no=NO, n=1, r=1))
    story.answered(GiveBack(1, 1), payment.RefundPending("lost"))
    assert held(story)
    assert effect_of(story.restart()) == GiveBack(1, 1)


def test_row_25_answer_twice_is_booked_once() -> None:
    story = Story().opened().at_the_reader()
    story.answered(Find(1), payment.Captured(DUE, "C1")).answered(Find(1), payment.Captured(DUE, "C1"))
    assert story.rows.captured_fen == DUE


def test_company_down_frees_the_terminal_and_in_doubt_it_stays_held() -> None:
    story = Story().opened().at_the_reader().captured().delivering()
    assert held(story.answered(Confirm(doubt=True), LOST))
    assert not held(story.answered(Confirm(doubt=False), NOT_SENT))
    assert intends(story.restart()) == [ev.OrderDelivering]


def test_paid_twice_is_told_to_the_company_by_the_payment_that_covers_it() -> None:
    story = Story().opened().shown().dead().at_the_reader(2).captured(2).captured(1, late=True)
    [delivering] = intent_of(story.restart())
    assert isinstance(delivering, ev.OrderDelivering)
    assert (delivering.channel, delivering.channel_ref, delivering.paid_fen) == ("card", "W2", DUE)


def test_late_money_is_delivered_beside_a_payment_in_doubt_and_may_still_be_refused() -> None:
    """Once goods were paid for, a doubt about another payment does not keep the order from being cancelled."""
    story = Story().opened().shown().dead().at_the_reader(2)
    story.then(ev.AttemptClosing(order_no=NO, n=2, why="left")).answered(Close(2), payment.Unprovable("another ticket"))
    story.captured(1, late=True)
    assert intends(story.restart()) == [ev.OrderDelivering]
    story.then(*intent_of(story.restart()))
    story.answered(Confirm(doubt=False), gas.Refused("quote_expired")).answered(Cancel(), gas.Cancelled())
    [due] = intent_of(story.restart())
    assert isinstance(due, ev.RefundDue)
    assert due.n == 1
    story.then(due, ev.RefundSent(order_no=NO, n=1, r=1)).answered(GiveBack(1, 1), payment.Refunded("W1"))
    assert not story.rows.order.closed  # the doubt remains
    assert needs_staff(story.rows)


def test_reversal_that_may_have_been_done_is_in_doubt_and_not_refused() -> None:
    story = refused().then(ev.RefundSent(order_no=NO, n=1, r=1))
    story.answered(GiveBack(1, 1), payment.RefundUnprovable("another sale came after it"))
    assert needs_staff(story.rows)
    assert telling(story.rows)[0].key == "truth.money.return_unproved"


def test_clock_behind_the_records_looks_at_nothing_before_its_time() -> None:
    story = Story().opened().shown().dead().cancelled()
    ended_ms = story.rows.attempts[0].ended_ms
    story.now_ms = ended_ms - 5_000
    assert story.restart() == Wait(ended_ms)
