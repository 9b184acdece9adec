"""What stands in the field: where the next character goes, how much has room, what a kind lets through."""

from itertools import pairwise

import pytest

from kiosk.keyboard.layouts import LAYERS, Kind, first_layer, layout
from kiosk.keyboard.typist import Shape
from tests.keyboard.typing import press, typed, typist

KINDS: tuple[Kind, ...] = ("name", "address", "phone", "id_number", "free")


def test_the_caret_goes_where_it_is_put() -> None:
    one = typist(text="天府园")
    press(one, "caret-2 he pick-0")
    assert one.text == "天府和园"
    assert (one.typed().before, one.typed().after) == ("天府和", "园")
    press(one, "delete caret-99 delete")
    assert one.text == "天府"
    press(one, "caret-0 delete")
    assert one.text == "天府"


@pytest.mark.parametrize(
    ("kind", "text", "shown"),
    [
        ("phone", "13800138000", "138 0013 8000"),
        ("phone", "138", "138"),
        ("phone", "1380", "138 0"),
        ("phone", "02988888888", "029 8888 8888"),
        ("phone", "057188888888", "0571 8888 8888"),
        ("id_number", "11010519491231002X", "110105 19491231 002X"),
        ("name", "𠮷䶮", "𠮷䶮"),
    ],
)
def test_long_numbers_are_shown_in_groups(kind: Kind, text: str, shown: str) -> None:
    one = typist(kind, text=text)
    assert one.typed().before == shown
    assert one.typed().text == text
    for place in range(len(shown) + 1):
        one.press(f"caret-{place}")
        now = one.typed()
        assert now.before + now.after == shown
        assert len(now.before.replace(" ", "")) == len(shown[:place].replace(" ", ""))


def test_what_has_no_room_is_not_begun() -> None:
    one = typist(most=3, text="天府")
    press(one, "zhangwei pick-0")
    shown = one.typed()
    assert (one.text, shown.full, shown.composing) == ("天府", True, "zhang'wei")
    press(one, "delete " * 8 + "he pick-0")
    assert (one.text, one.typed().left) == ("天府和", 0)


def test_a_rare_character_counts_as_one() -> None:
    one = typist(most=2, text="𠮷𠮷𠮷")
    assert one.text == "𠮷𠮷"
    press(one, "delete")
    assert one.text == "𠮷"


def test_a_name_in_letters_begins_with_capitals() -> None:
    assert typed("latin j e a n - l u c space l i u", "name").before == "Jean-Luc Liu"
    assert typed("latin a shift b c", "free").before == "aBc"
    for wide in (True, False):
        one = typist("name", wide=wide)
        press(one, "latin o pinyin symbols")
        one.press("'")
        press(one, "latin n e i l")
        assert one.text == "O'Neil"


@pytest.mark.parametrize(("kind", "text"), [("phone", "13800138000"), ("id_number", "11010519491231002X")])
def test_a_number_lets_only_its_own_characters_through(kind: Kind, text: str) -> None:
    one = typist(kind, text=f"a {text}·", most=18)
    assert one.text == text
    press(one, "clear" if kind == "phone" else "delete delete delete")
    press(one, "a 中 - x 7")
    assert one.text.endswith("7")
    assert one.text.isdigit()


@pytest.mark.parametrize("wide", [True, False])
@pytest.mark.parametrize("kind", KINDS)
def test_every_layer_can_be_left_and_every_key_does_something(kind: Kind, wide: bool) -> None:
    for layer in LAYERS:
        keys = layout(kind, layer, wide=wide).keys
        names = [key.name for key in keys]
        assert len(names) == len(set(names))
        assert "delete" in names
        for name in names:
            one = typist(kind, wide=wide, text="12")
            if kind not in ("phone", "id_number"):
                press(one, f"pinyin {layer}")
            before = one.typed()
            one.press(name)
            blank = name.startswith("side-") and int(name[-1]) >= len(before.sides)
            if name != "part" and not blank:  # it parts letters, and there are none
                assert one.typed() != before, (layer, name)


@pytest.mark.parametrize("wide", [True, False])
@pytest.mark.parametrize("kind", KINDS)
def test_keys_stand_beside_each_other_within_the_layout(kind: Kind, wide: bool) -> None:
    for layer in LAYERS:
        there = layout(kind, layer, wide=wide)
        assert {key.row for key in there.keys} == set(range(there.rows))
        for before, after in pairwise(there.keys):
            if after.row == before.row:
                assert after.left == before.left + before.width
        assert all(0 <= key.left <= there.columns - key.width for key in there.keys)


def test_who_reads_english_begins_with_letters() -> None:
    assert first_layer("name", "en") == "latin"
    assert first_layer("name", "zh_CN") == "pinyin"
    assert first_layer("phone", "zh_CN") == "digits"


def test_all_candidates_are_laid_out_once_and_no_row_is_wider_than_the_grid() -> None:
    one = typist()
    one.fit(Shape(columns=5, rows=4, cell=2), wide=True)
    press(one, "zhongguorenminyinhang more")
    seen: list[int] = []
    for page in range(one.typed().pages):
        shown = one.typed()
        assert shown.page == page
        places = [(cell.row, cell.column + more) for cell in shown.cells for more in range(cell.span)]
        assert len(places) == len(set(places))
        assert all(row < 4 and column < 5 for row, column in places)
        assert all(len(cell.text) <= 2 * cell.span or cell.span == 5 for cell in shown.cells)
        seen += [cell.index for cell in shown.cells]
        one.press("page-down")
    assert seen == list(range(len(seen)))
    one.press("less")
    assert one.typed().cells == ()
