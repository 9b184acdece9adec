"""Words from letters, as a resident types them."""

from collections.abc import Iterator

import pytest

from kiosk import resources
from kiosk.keyboard.similar import similar
from kiosk.keyboard.table import Table, table
from kiosk.keyboard.typist import Typist
from tests.keyboard.typing import press, typed, typist


@pytest.mark.parametrize(
    ("keys", "word", "among"),
    [
        ("tianfu", "天府", 2),
        ("tianf", "天府", 4),
        ("zhangwei", "张伟", 1),
        ("ouyangnana", "欧阳娜娜", 1),
        ("lv", "绿", 3),
        ("lvse", "绿色", 2),
        ("nv'er", "女儿", 2),
        ("nver", "女儿", 2),
        ("lve", "略", 2),
        ("lue", "略", 2),
        ("xi'an", "西安", 1),
        ("xian", "西安", 3),
        ("xian", "先", 3),
        ("fangan", "方案", 2),
        ("fangan", "反感", 2),
        ("fan'gan", "反感", 1),
        ("fang'an", "方案", 1),
        ("sf", "身份", 12),
        ("shenfenzheng", "身份证", 1),
        ("sfz", "身份证", 12),
        ("juzhuzhengming", "居住证明", 1),
        ("zhongguorenminyinhang", "中国人民银行", 1),
    ],
)
def test_a_word_comes_for_its_letters(keys: str, word: str, among: int) -> None:
    assert word in typed(" ' ".join(keys.split("'"))).candidates[:among]


RARE = [("yan", "䶮"), ("jie", "㛃"), ("ji", "𠮷"), ("yan", "龑"), ("kun", "堃"), ("nan", "婻"), ("hong", "𬭎")]


def everything(letters: str) -> list[str]:
    """All candidates, page by page."""
    one = typist("name")
    press(one, f"{letters} more")
    found = []
    for _ in range(one.typed().pages):
        found += [cell.text for cell in one.typed().cells]
        one.press("page-down")
    return found


@pytest.mark.parametrize(("letters", "character"), RARE)
def test_rare_characters_of_names_can_be_found_and_chosen(letters: str, character: str) -> None:
    place = everything(letters).index(character)
    one = typist("name")
    press(one, f"{letters} more pick-{place}")
    assert (one.text, one.typed().composing, one.typed().cells) == (character, "", ())


def test_a_listed_character_comes_before_variants_that_nobody_is_called() -> None:
    found = everything("yan")
    assert found.index("䶮") < found.index("艷") < found.index("𤜵")
    assert found.index("䶮") < 100


@pytest.mark.parametrize(
    ("letters", "word"),
    [
        ("zangwei", "张伟"),
        ("sanxi", "山西"),
        ("lanshi", "男士"),
        ("cengdu", "成都"),
        ("senfenzen", "身份证"),
        ("huzhou", "福州"),
    ],
)
def test_who_speaks_otherwise_finds_the_word_too(letters: str, word: str) -> None:
    assert word in typed(letters).candidates[:5]


def test_what_is_spelt_exactly_comes_before_what_only_sounds_like_it() -> None:
    found = typed("fuzhou").candidates
    assert found.index("福州") < found.index("湖州")
    assert "湖州" not in typed("fu").candidates


@pytest.mark.parametrize(
    ("syllable", "others"),
    [
        ("zhang", {"zang", "zhan", "zan"}),
        ("lan", {"nan", "lang", "nang"}),
        ("ying", {"yin"}),
        ("fu", {"hu"}),
        ("er", set()),
        ("n", set()),
    ],
)
def test_which_syllables_are_not_told_apart(syllable: str, others: set[str]) -> None:
    assert set(similar(syllable, table().syllables)) - {syllable} == others


@pytest.mark.parametrize(
    ("letters", "name"),
    [
        ("wangxiuying", "王秀英"),
        ("lijianguo", "李建国"),
        ("lvxiulan", "吕秀兰"),
        ("zhaoyan", "赵燕"),
        ("simaguang", "司马光"),
        ("zhouenlai", "周恩来"),
    ],
)
def test_where_a_name_is_asked_for_a_name_comes_first(letters: str, name: str) -> None:
    assert typed(letters, "name").candidates[0] == name


def test_a_family_name_comes_first_and_a_given_name_after_it() -> None:
    one = typist("name")
    press(one, "li")
    assert one.typed().candidates[0] == "李"
    press(one, "pick-0 wei")
    assert one.typed().candidates[0] == "伟"
    assert typed("wei", "free").candidates[0] != "伟"


def test_a_chosen_word_takes_its_own_letters() -> None:
    one = typist()
    press(one, "tianfuheyuan")
    shown = one.typed().candidates
    one.press(f"pick-{shown.index('天府')}")
    assert (one.text, one.typed().composing) == ("天府", "he'yuan")
    one.press("pick-0")
    assert one.typed().composing == ""
    assert one.text.startswith("天府")
    assert len(one.text) == 4


def test_what_is_typed_is_shown_cut_into_syllables() -> None:
    assert typed("zhangwei").composing == "zhang'wei"
    assert typed("lvse").composing == "lü'se"
    assert typed("tf").composing == "t'f"
    assert typed("xi ' an").composing == "xi'an"
    assert typed("xi '").composing == "xi'"


def test_letters_that_spell_nothing_stay_and_can_be_taken_back() -> None:
    one = typist()
    press(one, "vvu")
    assert one.typed().candidates == ()
    assert one.typed().composing == "vvu"
    press(one, "space")
    assert (one.text, one.typed().composing) == ("", "")
    press(one, "wouu")
    assert one.typed().candidates[0] == "我"
    assert one.typed().composing == "wo'uu"
    press(one, "delete delete delete delete")
    assert (one.text, one.typed().composing) == ("", "")


def test_delete_takes_a_letter_and_then_a_character() -> None:
    one = typist(text="天府")
    press(one, "he delete delete delete")
    assert one.text == "天"


def test_space_takes_the_first_word_and_is_a_space_only_between_words() -> None:
    one = typist()
    press(one, "space zhangwei space space space")
    assert one.text == "张伟 "


def test_a_mark_takes_the_first_word_too() -> None:
    one = typist()
    press(one, "fangan ，")
    assert one.text == "方案，"


def test_going_to_another_layer_takes_the_first_word() -> None:
    one = typist("address")
    press(one, "gaoxinqu digits 12 栋 3 单元 latin A")
    assert one.text == "高新区12栋3单元"


def test_nothing_is_learned() -> None:
    before = typed("li").candidates
    one = typist()
    press(one, f"li pick-{len(before) - 1}")
    for _ in range(50):
        press(one, f"li pick-{len(before) - 1}")
    assert typed("li").candidates == before
    press(one, "clear li")
    assert one.typed().candidates == before


@pytest.mark.parametrize(
    ("keys", "wide"),
    [("sichuanshengchengdoushiwuhouqu", True), ("sssssss", True), ("shishishishi", True), ("74447444744474447", False)],
)
def test_a_key_reads_no_more_of_the_table_than_a_frame_has_time_for(
    monkeypatch: pytest.MonkeyPatch, keys: str, wide: bool
) -> None:
    """Lines, not milliseconds: a loaded machine says nothing. A thousand take about 2 ms."""
    fresh, read = Table(resources.PINYIN), 0
    lines = fresh._lines

    def counted(literal: bytes, pattern: bytes) -> Iterator[tuple[bytes, bytes]]:
        nonlocal read
        for line in lines(literal, pattern):
            read += 1
            yield line

    monkeypatch.setattr(fresh, "_lines", counted)
    one = Typist(fresh, "free", most=60, wide=wide)
    most = 0
    for key in keys:
        read = 0
        one.press(key)
        most = max(most, read)
    assert 0 < most < 3000
