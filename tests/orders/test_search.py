"""The money path searched exhaustively: one order of every kind, two attempts, every message lost, late or doubled, a
crash between any two writes.

The resident pays by code or by card, changes the way after a decline or a closed code, and leaves at any moment; a sale
that is not ours may be rung up on the card terminal, the company may be paid elsewhere, and a channel may refuse for
good to give money back.
"""

import pytest

from tests.orders.card_world import CardWorld
from tests.orders.peers import Way
from tests.orders.search import explore
from tests.orders.world import World


@pytest.mark.parametrize("ways", [("wechat",), ("card",), ("card", "wechat"), ("wechat", "card")], ids=" then ".join)
def test_no_reachable_state_breaks_a_law_and_every_one_ends(ways: tuple[Way, ...]) -> None:
    assert explore(World(*ways)) > 10_000


def test_slips_say_what_is_so_and_are_marked_where_they_say_it_again() -> None:
    assert explore(World("wechat", faults=1, pays=1, slips=2, minutes=0)) > 10_000


def test_money_that_is_reserved_and_then_taken_breaks_no_law() -> None:
    assert explore(World("two_phase", faults=1)) > 10_000


@pytest.mark.parametrize("free", [False, True], ids=["bought", "owed already"])
def test_gas_comes_onto_its_card_once_whatever_befalls_card_reader_and_lines(free: bool) -> None:
    assert explore(CardWorld(free=free, faults=2)) > 10_000
