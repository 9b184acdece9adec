"""The money path searched exhaustively: one order of every kind, two attempts, every message lost, late or doubled, a
crash between any two writes.

The resident pays by code or by card, changes the way after a decline or a closed code, and leaves at any moment; a sale
that is not ours may be rung up on the card terminal, the company may be paid elsewhere, and a channel may refuse for
good to give money back.
"""

import os
from typing import get_args

import pytest

from tests.orders.card_world import CardWorld
from tests.orders.peers import Way
from tests.orders.search import explore
from tests.orders.world import World

FAULTS = 2 if os.environ.get("EVERY_STATE") else 1
"""Messages that go wrong in worlds which differ from the first two in one thing; `make search` takes as many there."""


@pytest.mark.parametrize("way", get_args(Way))
def test_no_reachable_state_breaks_a_law_and_every_one_ends(way: Way) -> None:
    assert explore(World(way, faults=FAULTS if way == "two_phase" else 2)) > 10_000


@pytest.mark.parametrize("ways", [("card", "wechat"), ("wechat", "card")], ids=" then ".join)
def test_who_changes_the_way_to_pay_breaks_no_law_either(ways: tuple[Way, ...]) -> None:
    assert explore(World(*ways, faults=FAULTS)) > 5_000


def test_slips_say_what_is_so_and_are_marked_where_they_say_it_again() -> None:
    assert explore(World("wechat", faults=1, pays=1, slips=FAULTS, minutes=0)) > 5_000


def test_a_refund_under_another_number_never_returns_the_money_twice() -> None:
    """The channel closes a number, cannot make the refund, or makes it late or by hand; staff want another number for
    each that failed, whatever it failed for."""
    assert explore(World("wechat", faults=2 * FAULTS, pays=1, minutes=0, renewals=2)) > 2_000


@pytest.mark.parametrize("free", [False, True], ids=["bought", "owed already"])
def test_gas_comes_onto_its_card_once_whatever_befalls_card_reader_and_lines(free: bool) -> None:
    assert explore(CardWorld(free=free, faults=FAULTS)) > 2_000
