"""What a resident types finds what they mean."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.text.initials import Finder, Sought, spell

NAMES = {
    "011": "高龄补贴年审",
    "012": "居住证办理",
    "120": "城乡居民基本医疗保险参保登记",
    "121": "重度残疾人护理补贴",
    "300": "燃气过户",
    "301": "女职工生育津贴",
}
ENTRIES = [
    (
        number,
        Sought(
            number=f"TF-{number}",
            name=name,
            english="Transfer of a gas account" if number == "300" else "",
            spelled=spell(name),
            aliases=("老人钱", spell("老人钱")) if number == "011" else (),
        ),
    )
    for number, name in NAMES.items()
]
FINDER = Finder(ENTRIES)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("gl", ["011"]),  # initials
        ("gaoling", ["011"]),  # in full
        ("GaoLBT", ["011"]),  # half and half
        ("nians", ["011"]),  # from the middle
        ("lrq", ["011"]),  # the initials of another word for it
        ("老人", ["011"]),
        ("高 补贴", ["011"]),  # characters that are left out between
        ("补贴", ["011", "121"]),
        ("zongdu", ["121"]),  # as who speaks without zh says it
        ("nv", ["301"]),
        ("nü", ["301"]),
        ("nu", ["301"]),
        ("tf-012", ["012"]),
        ("TF012", ["012"]),
        ("12", ["012", "120", "121"]),  # digits anywhere in a number
        ("gas", ["300"]),
        ("account of", []),
        ("xyz", []),
        ("", []),
        ("-' 。", []),
    ],
)
def test_a_query_finds(query: str, found: list[str]) -> None:
    assert FINDER.find(query) == found


def test_whoever_tells_zh_from_z_comes_first() -> None:
    finder = Finder(
        [
            ("zi", Sought(number="1", name="资格", spelled="zi ge")),
            ("zhi", Sought(number="2", name="职高", spelled="zhi gao")),
        ]
    )
    assert finder.find("zhg") == ["zhi", "zi"]
    assert finder.find("zg") == ["zi", "zhi"]


def test_the_beginning_of_a_name_comes_before_its_middle() -> None:
    entries = [(name, Sought(number=name, name=name, spelled=spell(name))) for name in ("医疗救助", "基本医疗")]
    assert Finder(entries).find("yl") == ["医疗救助", "基本医疗"]
    assert Finder(reversed(entries)).find("医疗") == ["医疗救助", "基本医疗"]


def test_letters_and_rare_characters_have_a_spelling() -> None:
    assert spell("T1 卡（USB）") == "t 1 ka u s b"
    assert spell("䶮") == "yan"


@given(st.text(max_size=80))
def test_nothing_typed_breaks_it(query: str) -> None:
    assert set(FINDER.find(query)) <= set(NAMES)


def test_four_hundred_entries_are_searched_within_a_frame() -> None:
    many = Finder(ENTRIES * 68)
    queries = ("g", "gl", "gaolbt", "zongdu", "12", "补贴", "gas", "nothing like it")
    spent = []
    for query in queries:
        began = time.process_time()
        many.find(query)
        spent.append(time.process_time() - began)
    assert sorted(spent)[len(spent) // 2] < 1 / 60
