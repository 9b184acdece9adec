"""The crash table's rows of gas cards and of payments in two phases, on the pure machine."""

import pytest
from msgspec.structs import replace

from kiosk.devices import gas, gas_card, payment
from kiosk.orders.answers import Answer
from kiosk.orders.steps import Act, Ask, Cancel, Capture, Close, Confirm, Fetch, Look, Report, Wait, Write
from kiosk.protocol import events as ev
from kiosk.protocol.matter import ImpossibleEventError
from kiosk.protocol.order.truth import advice, telling, truth
from tests.orders.card_peers import JOB, LANDED
from tests.orders.story import DUE, LOST, NO, SETTINGS, Story, effect_of, intends

SURE, DOUBT = Write(1, doubt=False), Write(1, doubt=True)
LANDS = (ev.JobLanded, ev.OrderDelivered)


def bought() -> Story:
    return Story(card="c").owed()


def free() -> Story:
    return Story(card="c", due_fen=0).owed()


def keys(story: Story) -> list[str]:
    return [line.key for line in telling(story.rows)]


def test_paid_card_is_told_of_and_then_written() -> None:
    story = Story(card="c").opened().shown().captured()
    assert effect_of(story.at_screen(card=True)) == Confirm(doubt=False)
    story.delivering().answered(Confirm(doubt=False), gas.Owed())
    assert effect_of(story.at_screen(card=True)) == Fetch()
    story.answered(Fetch(), JOB)
    assert effect_of(story.at_screen(card=True, fresh=True)) == SURE
    story.answered(SURE, LANDED)
    assert truth(story.rows) == "done"
    assert keys(story) == ["truth.goods.on_card"]
    assert not story.rows.order.closed  # the company has not heard
    assert effect_of(story.restart()) == Report(1)
    assert story.answered(Report(1), gas.Reported()).rows.order.closed


@pytest.mark.parametrize("answer", [gas_card.NoCard(), gas_card.OtherCard()])
def test_row_28_card_gone_or_swapped_is_held_for_the_same_card(answer: gas_card.JobOutcome) -> None:
    story = bought()
    assert intends(story.restart()) == [ev.OrderHeld]
    story.job().answered(SURE, answer)
    assert (story.rows.order.state, story.rows.jobs[0].state) == ("held", "absent")
    assert keys(story) == ["truth.money.received", "truth.goods.not_on_card"]
    assert advice(story.rows) == "bring_card"
    assert effect_of(story.restart()) == Ask()  # another terminal may have it
    assert isinstance(story.at_screen(), Wait)
    decision = story.at_screen(card=True)
    assert intends(decision) == [ev.OrderDelivering]
    assert effect_of(decision) == Fetch()


def test_row_28_card_that_is_not_there_proves_nothing_of_an_earlier_write() -> None:
    story = bought().job().answered(DOUBT, gas_card.NoCard()).answered(DOUBT, gas_card.OtherCard())
    assert story.rows.job is not None
    assert keys(story)[-1] == "truth.goods.card_uncertain"


def test_row_29_card_as_it_was_is_absent_and_gets_the_same_job() -> None:
    story = bought().job()
    assert effect_of(story.restart(card=True)) == DOUBT
    story.answered(DOUBT, gas_card.Absent())
    assert effect_of(story.restart(card=True)) == Fetch()
    story.delivering().answered(Fetch(), JOB)
    assert [(job.n, job.provider_job, job.state) for job in story.rows.jobs] == [(1, "J", "absent"), (2, "J", "sent")]


def test_row_30_written_by_half_is_written_again_and_never_called_off() -> None:
    story = bought().job().answered(SURE, gas_card.Absent(mixed=True))
    assert effect_of(story.restart(card=True)) == DOUBT
    story.now_ms = story.rows.order.deliver_by_ms
    assert not isinstance(effect_of(story.restart()), Cancel)
    with pytest.raises(ImpossibleEventError, match="may hold gas"):
        story.cancelling()


@pytest.mark.parametrize("effect", [SURE, DOUBT])
def test_row_31_count_has_moved_is_landed_with_the_gas_or_without(effect: Write) -> None:
    for card in (LANDED.card, replace(LANDED.card, gas_m3=LANDED.card.gas_m3 * 0)):
        story = bought().job().answered(effect, gas_card.Landed(card))
        assert story.rows.jobs[0].state == "landed"
        assert truth(story.rows) == "done"


@pytest.mark.parametrize("why", ["count", "data", "key", "locked"])
def test_row_32_torn_is_the_staffs_and_never_refunded(why: gas_card.TornReason) -> None:
    story = bought().job().answered(DOUBT, gas_card.Torn(why))
    assert (story.rows.order.state, advice(story.rows)) == ("manual", "staff_card")
    assert keys(story) == ["truth.money.received", "truth.goods.card_in_doubt"]
    assert effect_of(story.restart(card=True)) == Report(1)
    story.answered(Report(1), gas.Reported())
    story.now_ms += 400 * 86_400_000
    assert effect_of(story.restart(card=True)) == Ask()
    for wrong in (
        ev.OrderCancelling(order_no=NO, why="deadline"),
        ev.RefundDue(order_no=NO, n=1, r=1, key="k", amount_fen=DUE, reason="undelivered", at_ms=0),
    ):
        with pytest.raises(ImpossibleEventError):
            story.then(wrong)
    assert story.answered(Ask(), gas.Delivered("N")).rows.order.state == "delivered"  # the hall has settled it


@pytest.mark.parametrize("answer", [LOST, gas.Refused("not_now"), gas.Refused("not_accepted")])
def test_row_33_report_lost_or_refused_is_sent_again_and_nothing_is_called_off(answer: Answer) -> None:
    story = bought().job().answered(SURE, LANDED)
    for _ in range(3):
        story.now_ms += 30 * 86_400_000
        assert effect_of(story.restart()) == Report(1)
        story.answered(Report(1), answer)
    assert truth(story.rows) == "done"
    with pytest.raises(ImpossibleEventError):
        story.cancelling()


def test_row_34_card_that_never_returns_is_the_staffs() -> None:
    story = bought().job()
    assert effect_of(story.restart()) == Ask()
    story.now_ms = story.rows.jobs[0].sent_ms + SETTINGS.card_back_hours * 3_600_000
    decision = story.restart()
    assert isinstance(decision, Act)
    assert decision.effect is None
    story.then(*decision.intent)
    assert story.rows.order.state == "manual"
    assert effect_of(story.restart(card=True)) == Look(1)  # nothing is written any more
    assert story.answered(Look(1), gas_card.Absent()).rows.order.state == "manual"
    assert story.answered(Look(1), LANDED).rows.order.state == "delivered"


def test_row_34_card_that_never_came_back_unwritten_is_paid_back() -> None:
    story = bought().job().answered(SURE, gas_card.NoCard())
    story.now_ms = story.rows.order.deliver_by_ms
    assert effect_of(story.restart()) == Cancel()
    story.cancelling("deadline").answered(Cancel(), gas.Cancelled())
    assert intends(story.restart()) == [ev.RefundDue]


def test_row_35_free_load_is_delivered_without_a_payment() -> None:
    story = Story(card="c", due_fen=0).opened()
    decision = story.at_screen(card=True)
    assert intends(decision) == [ev.OrderDelivering]
    assert effect_of(story.delivering().at_screen(card=True)) == Fetch()
    story.job().answered(SURE, LANDED).answered(Report(1), gas.Reported())
    assert story.rows.order.closed
    assert keys(story) == ["truth.money.nothing", "truth.goods.on_card"]


def test_row_35_free_load_that_nobody_waits_for_is_let_go_of() -> None:
    story = free().then(ev.OrderHeld(order_no=NO, why="card"))
    assert isinstance(story.at_screen(), Wait)
    assert effect_of(story.restart()) == Cancel()
    assert truth(story.cancelling().rows) == "not_finished"  # another terminal may have loaded it
    assert truth(story.answered(Cancel(), gas.Cancelled()).rows) == "no_money_kept"


def test_row_36_loaded_at_another_terminal_is_learned_from_the_company_or_the_card() -> None:
    lost = free().job()
    assert effect_of(lost.restart()) == Ask()
    lost.answered(Ask(), gas.Delivered("N"))
    assert (lost.rows.jobs[0].state, lost.rows.order.closed) == ("landed", True)
    there = free().job().answered(DOUBT, LANDED)  # the same job, written there, its report lost
    assert there.rows.order.state == "delivered"
    assert effect_of(there.restart()) == Report(1)


def test_gas_on_the_card_is_for_the_meter_first() -> None:
    story = bought().answered(Fetch(), gas.Refused("gas_on_card"))
    assert story.rows.order.state == "held"
    assert keys(story)[-1] == "truth.goods.meter_first"
    assert story.answered(Ask(), gas.Owed()).rows.order.state == "held"


def test_card_that_is_locked_waits_for_the_counter_and_the_money_goes_back_at_the_deadline() -> None:
    """Nothing else is given up: somebody may unlock it, or load it elsewhere."""
    story = bought().answered(Fetch(), gas_card.LockedCard(0))
    assert (story.rows.order.state, advice(story.rows)) == ("held", "card_locked")
    assert keys(story) == ["truth.money.received", "truth.goods.card_locked"]
    assert effect_of(story.restart()) == Ask()
    unlocked = story.at_screen(card=True)
    assert (intends(unlocked), effect_of(unlocked)) == ([ev.OrderDelivering], Fetch())
    story.now_ms = story.rows.order.deliver_by_ms
    assert effect_of(story.restart()) == Cancel()
    story.cancelling("deadline").answered(Cancel(), gas.Cancelled())
    assert intends(story.restart()) == [ev.RefundDue]
    loading = free().answered(Fetch(), gas_card.LockedCard(0))
    assert keys(loading) == ["truth.money.nothing", "truth.goods.card_locked"]
    assert effect_of(loading.restart()) == Cancel()


def test_card_that_the_company_does_not_know_any_more_is_paid_back() -> None:
    story = bought().answered(Fetch(), gas.Refused("card_unknown"))
    assert effect_of(story.restart()) == Cancel()


@pytest.mark.parametrize("answer", [LOST, gas.Refused("not_now")])
def test_what_the_card_must_hold_is_asked_for_again(answer: gas.Unreachable | gas.Refused) -> None:
    story = bought().answered(Fetch(), answer)
    assert story.rows.jobs == ()
    assert effect_of(story.at_screen(card=True)) == Fetch()


def test_nothing_is_written_before_it_is_paid_owed_and_every_other_write_absent() -> None:
    for story in (Story(card="c").opened(), Story(card="c").opened().shown().captured().delivering(), bought().job()):
        with pytest.raises(ImpossibleEventError):
            story.job(len(story.rows.jobs) + 1)


def reserved() -> Story:
    return Story().opened().shown().then(ev.AttemptAuthorized(order_no=NO, n=1))


def capturing() -> Story:
    return reserved().then(ev.AttemptCapturing(order_no=NO, n=1))


def test_row_41_reserved_is_taken_or_let_go_of_by_the_record_alone() -> None:
    assert effect_of(reserved().restart()) == Close(1)
    assert effect_of(Story().opened().sent().restart()) == Close(1)
    for decision in (capturing().restart(), capturing().at_screen(stop=True)):
        assert effect_of(decision) == Capture(1)
    with pytest.raises(ImpossibleEventError):
        capturing().then(ev.AttemptClosing(order_no=NO, n=1, why="restart"))


def test_row_41_reserved_is_recorded_and_the_intent_before_it_is_taken() -> None:
    story = Story().opened().shown().answered(Close(1), payment.Authorized(DUE, "x"))
    assert story.rows.attempts[0].state == "open"
    decision = reserved().at_screen()
    assert intends(decision) == [ev.AttemptCapturing]
    assert effect_of(decision) == Capture(1)


def test_row_42_reserved_and_nobody_there_is_ended_and_waits_for_its_proof() -> None:
    story = reserved()
    assert effect_of(story.restart()) == Close(1)
    story.then(ev.AttemptClosing(order_no=NO, n=1, why="restart")).answered(Close(1), payment.Authorized(DUE, "x"))
    assert effect_of(story.restart()) == Close(1)
    assert effect_of(story.answered(Close(1), payment.Dead("cancelled")).restart()) == Cancel()


def test_row_43_answer_to_the_taking_lost_is_asked_until_it_is_proved_or_the_staffs() -> None:
    for answer in (payment.Unknown("lost"), payment.Authorized(DUE, "x"), payment.Open()):
        story = capturing().answered(Capture(1), answer)
        assert effect_of(story.restart()) == Capture(1)
        assert keys(story) == ["truth.money.unknown"]
    assert effect_of(capturing().answered(Capture(1), payment.Captured(DUE, "C")).restart()) == Confirm(doubt=False)
    assert effect_of(capturing().answered(Capture(1), payment.Dead("never_arrived")).restart()) == Cancel()
    assert capturing().answered(Capture(1), payment.Unprovable("another sale")).rows.manual is not None


def test_row_44_reserved_is_not_taken_and_nothing_is_delivered() -> None:
    for story in (reserved(), capturing()):
        assert story.rows.captured_fen == 0
        with pytest.raises(ImpossibleEventError):  # I7
            story.delivering()


def test_reserved_money_is_not_taken_while_the_card_is_gone() -> None:
    story = Story(card="c").opened().shown().then(ev.AttemptAuthorized(order_no=NO, n=1))
    assert effect_of(story.at_screen()) == Close(1)
    assert effect_of(story.at_screen(card=True)) == Capture(1)
