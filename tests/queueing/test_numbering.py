"""Numbers: per letter and day, and never the same from two terminals that know nothing of each other."""

import random
from itertools import product

import pytest

from kiosk.protocol.tickets import shown
from kiosk.queueing.numbering import Share, share_of
from tests.queueing.hall import Hall, business


def test_three_digits_and_four_after_999() -> None:
    assert [shown("A", number) for number in (1, 42, 999, 1000)] == ["A001", "A042", "A999", "A1000"]


def test_each_letter_counts_by_itself() -> None:
    hall = Hall(business("A", 1), business("B", 1))
    rows = [hall.give("A"), hall.give("A"), hall.give("B")]
    assert [row.shown for row in rows] == ["A001", "A002", "B001"]


def test_the_next_of_a_share_is_the_first_above() -> None:
    assert [Share(2, 3).after(last) for last in (0, 1, 2, 3, 50)] == [2, 2, 5, 5, 53]


@pytest.mark.parametrize("of", range(1, 6))
def test_shares_part_the_numbers_among_the_terminals(of: int) -> None:
    """Brute force: any terminals, any order of giving, each knowing only its own tickets."""
    draw = random.Random(of)
    terminals = [Hall(business("A", 1), name=f"t{n}-") for n in range(of)]
    given = []
    for _ in range(200):
        n = draw.randrange(of)
        given.append(terminals[n].give("A", share=Share(n + 1, of)).number)
    assert len(set(given)) == len(given)
    for n, terminal in enumerate(terminals):
        numbers = [row.number for row in terminal.rows.values()]
        assert numbers == [n + 1 + of * k for k in range(len(numbers))]


def test_every_interleaving_of_two_terminals() -> None:
    for order in product((1, 2), repeat=10):
        rows = {1: Hall(business("A", 1)), 2: Hall(business("A", 1))}
        numbers = [rows[n].give("A", share=Share(n, 2)).number for n in order]
        assert len(set(numbers)) == len(numbers)


def test_a_share_is_one_of_those_there_are() -> None:
    assert share_of("2/3") == Share(2, 3)
    for wrong in ("3/2", "0/1", "1", "1/0", "1/2 ", "x"):
        with pytest.raises(ValueError, match="share"):
            share_of(wrong)
