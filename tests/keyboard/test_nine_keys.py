"""Chinese on nine keys, where each stands for three or four letters."""

import pytest

from tests.keyboard.typing import press, typed, typist


def nine(keys: str) -> tuple[str, ...]:
    return typed(keys, wide=False).candidates


@pytest.mark.parametrize(
    ("digits", "word"),
    [
        ("842638", "天府"),
        ("94264934", "张伟"),
        ("7436336", "身份"),
        ("58", "绿"),
        ("94", "西"),
        ("2", "吧"),
        ("43", "和"),
    ],
)
def test_a_word_comes_for_its_keys(digits: str, word: str) -> None:
    assert word in nine(digits)


def test_the_side_says_what_the_first_syllable_may_be() -> None:
    one = typist(wide=False)
    press(one, "94264934")
    assert one.typed().sides == ("xiang", "zhang", "xia", "…")
    one.press("side-1")
    assert one.typed().composing == "zhang'wei"
    assert one.typed().candidates[0] == "张伟"
    assert one.typed().sides == ("wei", "zei")


def test_more_choices_come_round_again() -> None:
    one = typist(wide=False)
    press(one, "94264934")
    first = one.typed().sides
    seen = set(first)
    for _ in range(20):
        one.press("side-3")
        seen |= set(one.typed().sides)
        if one.typed().sides == first:
            break
    assert one.typed().sides == first
    assert {"xiang", "zhang", "zha", "yi"} <= seen


def test_a_chosen_beginning_is_still_being_typed() -> None:
    one = typist(wide=False)
    press(one, "9")
    one.press(f"side-{one.typed().sides.index('z')}")
    assert one.typed().composing == "z"
    press(one, "426")
    assert one.typed().composing.startswith("z")
    assert all(side.startswith("z") for side in one.typed().sides if side != "…")


def test_marks_stand_at_the_side_while_nothing_waits() -> None:
    one = typist("address", wide=False)
    assert one.typed().sides == ("-", "，", "、", "（")
    press(one, "842638 pick-0 side-1")
    assert one.text[-1] == "，"


def test_a_wider_panel_drops_keys_that_it_does_not_have() -> None:
    one = typist(wide=False)
    press(one, "842638")
    one.fit(one._shape, wide=True)
    assert one.typed().composing == ""
    press(one, "tianfu")
    assert "天府" in one.typed().candidates
