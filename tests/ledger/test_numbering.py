from pathlib import Path

import pytest

from kiosk.ledger.numbering import ALPHABET, check_character, new_ledger_id, order_number
from kiosk.ledger.store import Store


def test_check_character_is_that_of_the_standard() -> None:
    # the Global Release Identifier Standard's own example of ISO 7064 MOD 37,36: A1-2425G-ABC1234002-M
    assert check_character("A12425GABC1234002") == "M"


def test_one_wrong_character_is_always_found() -> None:
    stem = "T07K2000418"
    for place in range(len(stem)):
        for wrong in ALPHABET.replace(stem[place], ""):
            assert check_character(stem[:place] + wrong + stem[place + 1 :]) != check_character(stem)


@pytest.mark.parametrize("terminal", ["", "t07", "T-7", "T07XYZ", "七", "T07\n"])
def test_terminal_that_would_not_fit_an_order_number(tmp_path: Path, terminal: str) -> None:
    with pytest.raises(ValueError, match="0-9 and A-Z"):
        Store(tmp_path / "data", terminal)


def test_longest_number_fits_every_slip_and_provider() -> None:
    assert len(order_number("T0007", "K2" + "0" * 18, 999_999)) == 14


def test_counter_runs_out() -> None:
    with pytest.raises(OverflowError):
        order_number("T07", "K2" + "0" * 18, 1_000_000)


def test_numbers_go_on_after_a_restart_and_a_new_terminal_name(tmp_path: Path) -> None:
    numbers = []
    for terminal in ("T07", "T07", "T08"):
        store = Store(tmp_path, terminal)
        numbers += [store.next_order_no(), store.next_order_no()]
        store.close()

    assert [int(number[-7:-1]) for number in numbers] == [1, 2, 3, 4, 5, 6]


def test_numbers_never_repeat_after_quarantine(tmp_path: Path) -> None:
    numbers = set()
    for n in range(1, 13):
        store = Store(tmp_path, "T07")
        numbers.add(store.next_order_no())
        store.close()
        (tmp_path / "ledger.db").write_bytes(b"rubbish")
        assert len(numbers) == n


def test_every_two_characters_are_used() -> None:
    used = [first + second + "0" * 18 for first in ALPHABET for second in ALPHABET]

    assert new_ledger_id(used[1:])[:2] == "00"
    with pytest.raises(RuntimeError, match="is used"):
        new_ledger_id(used)
