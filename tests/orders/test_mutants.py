"""The search can fail: it finds every money path that is wrong in one thing, by the law that this breaks."""

import pytest

from kiosk.protocol.matter import ImpossibleEventError
from tests.orders import card_mutants, mutants
from tests.orders.card_world import CardWorld
from tests.orders.mutants import Mutant
from tests.orders.peers import Way
from tests.orders.search import explore
from tests.orders.world import World

FOUND: dict[Mutant, tuple[Way, str]] = {
    mutants.confirmation_assumed: ("wechat", "I3"),
    mutants.refund_assumed: ("wechat", "I3"),
    mutants.cancellation_assumed: ("wechat", "I4"),
    mutants.fence_that_says_delivered_is_not_heard: ("wechat", "I3"),
    mutants.not_paid_is_dead: ("wechat", "screen"),
    mutants.silence_is_dead: ("wechat", "screen"),
    mutants.another_sale_is_dead: ("card", "I3"),
    mutants.amount_taken_for_due: ("wechat", "I3"),
    mutants.doubt_forgotten: ("wechat", "I4"),
    mutants.late_money_ignored: ("wechat", "I8"),
    mutants.late_money_kept: ("wechat", "I8"),
    mutants.surplus_given_back_twice: ("wechat", "exceeds its attempt's capture"),
    mutants.live_attempt_given_up_at_a_restart: ("card", "I8"),
    mutants.sent_again_at_a_restart: ("wechat", "I1"),
    mutants.asked_before_it_is_recorded: ("wechat", "I1"),
    mutants.nothing_is_cancelled_after_a_restart: ("wechat", "I8"),
    mutants.restart_of_a_delivery_gives_the_money_back: ("wechat", "I3"),
    mutants.reader_not_prepared: ("card", "I8"),
    mutants.slips_never_marked: ("wechat", "screen"),
    mutants.lost_slip_never_came_out: ("wechat", "screen"),
}


@pytest.mark.parametrize("mutant", FOUND, ids=lambda mutant: mutant.__name__.replace("_", " "))
def test_a_wrong_money_path_is_found(mutant: Mutant, monkeypatch: pytest.MonkeyPatch) -> None:
    way, law = FOUND[mutant]
    slips = 2 if "slip" in mutant.__name__ else 0
    mutant(monkeypatch)
    with pytest.raises((AssertionError, ImpossibleEventError), match=law):
        explore(
            World(way, faults=2 if way == "card" else 1, slips=slips, pays=1 if slips else 2, minutes=0 if slips else 2)
        )


RENEWAL_FOUND: dict[Mutant, str] = {
    mutants.abnormal_refund_is_dead: "I6",
    mutants.made_refund_is_dead: "I[346]",
    mutants.refund_renewed_unasked: "I[346]",
    mutants.renewed_for_ever: "I8",
}


@pytest.mark.parametrize("mutant", RENEWAL_FOUND, ids=lambda mutant: mutant.__name__.replace("_", " "))
def test_a_wrong_way_to_another_number_is_found(mutant: Mutant, monkeypatch: pytest.MonkeyPatch) -> None:
    mutant(monkeypatch)
    with pytest.raises((AssertionError, ImpossibleEventError), match=RENEWAL_FOUND[mutant]):
        explore(World("wechat", faults=2, pays=1, minutes=0, renewals=1))


CARD_FOUND: dict[Mutant, tuple[bool, str]] = {
    card_mutants.write_assumed: (False, "I3|I4|I5"),
    card_mutants.silence_leaves_the_card_as_it_was: (False, "I3|I4|I5"),
    card_mutants.half_written_is_as_it_was: (True, "I3|I4|I5"),
    card_mutants.torn_is_as_it_was: (False, "I8"),
    card_mutants.no_card_in_doubt_is_as_it_was: (False, "I3|I4|I5"),
    card_mutants.every_write_is_the_first: (True, "I4|I5"),
    card_mutants.written_again_while_it_is_with_the_staff: (False, "I1"),
    card_mutants.cancelled_while_it_may_have_landed: (False, "whose card may hold gas"),
    card_mutants.card_given_up_at_once: (True, "I8"),
    card_mutants.company_never_hears: (True, "I3"),
    card_mutants.report_assumed: (True, "I5"),
    card_mutants.other_terminal_is_not_heard: (False, "I8"),
    card_mutants.owed_is_delivered: (False, "I3"),
}


@pytest.mark.parametrize("mutant", CARD_FOUND, ids=lambda mutant: mutant.__name__.replace("_", " "))
def test_a_wrong_way_to_the_card_is_found(mutant: Mutant, monkeypatch: pytest.MonkeyPatch) -> None:
    free, law = CARD_FOUND[mutant]
    mutant(monkeypatch)
    with pytest.raises((AssertionError, ImpossibleEventError), match=law):
        explore(CardWorld(free=free, faults=2))


TWO_PHASE_FOUND: dict[Mutant, str] = {
    card_mutants.reserved_is_taken: "I3|I4",
    card_mutants.capturing_is_closed_at_a_restart: "while attempt 1 .* is capturing",
    card_mutants.taken_before_it_is_recorded: "I1",
}


@pytest.mark.parametrize("mutant", TWO_PHASE_FOUND, ids=lambda mutant: mutant.__name__.replace("_", " "))
def test_a_wrong_second_phase_is_found(mutant: Mutant, monkeypatch: pytest.MonkeyPatch) -> None:
    mutant(monkeypatch)
    with pytest.raises((AssertionError, ImpossibleEventError), match=TWO_PHASE_FOUND[mutant]):
        explore(World("two_phase", faults=1, pays=1))
