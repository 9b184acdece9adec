"""A hall's table comes in as it is, and what is wrong with it is named, all at once; a bad one changes nothing."""

import csv
import io
import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.doctor import examine_items
from kiosk.items import catalogue
from kiosk.items.cli import catalogue_command
from kiosk.items.exporting import as_csv
from kiosk.items.importing import COLUMNS, FlawedError, read_items
from kiosk.items.item import Item, Material
from kiosk.rehearsal.demo_items import DEMO, demo_items, demo_json
from kiosk.text.bilingual import Bilingual

ROW = {
    "编码": "01001",
    "名称": "居住证办理 // Residence permit",
    "部门": "公安 // Police",
    "对象": "自然人、法人",
    "办理条件": "住满半年 // Half a year here|有住所",
    "材料": "居民身份证 // Identity card; 原件1; 复印件2\n居住证明；原件 1；表12\n照片",
    "办理步骤": "受理\n发证",
    "法定时限": "15 个工作日",
    "承诺时限": "当场",
    "窗口": "1 号窗口",
    "电话": "028-8888 2104",
    "投诉电话": "028-8888 2345",
    "关键词": "暂住证；落户",
    "常办": "3",
    "上门": "是",
}

Table = Callable[..., Path]


@pytest.fixture
def table(tmp_path: Path) -> Table:
    def write(*rows: dict[str, str], encoding: str = "utf-8-sig", delimiter: str = ",") -> Path:
        text = io.StringIO()
        headings = list(dict.fromkeys(heading for row in rows for heading in row))
        writer = csv.DictWriter(text, headings, delimiter=delimiter)
        writer.writeheader()
        writer.writerows(rows)
        path = tmp_path / "items.csv"
        path.write_bytes(text.getvalue().encode(encoding))
        return path

    return write


def wrong(path: Path) -> list[str]:
    with pytest.raises(FlawedError) as found:
        read_items(path)
    return [str(flaw) for flaw in found.value.flaws]


@pytest.mark.parametrize(
    ("encoding", "delimiter"), [("utf-8", ","), ("utf-8-sig", ","), ("gbk", ","), ("gb18030", "\t")]
)
def test_a_spreadsheet_as_it_saves_it(table: Table, encoding: str, delimiter: str) -> None:
    [item] = read_items(table(ROW, encoding=encoding, delimiter=delimiter))
    assert item == Item(
        code="01001",
        name=Bilingual("居住证办理", "Residence permit"),
        department=Bilingual("公安", "Police"),
        subjects=("natural", "legal"),
        conditions=(Bilingual("住满半年", "Half a year here"), Bilingual("有住所")),
        materials=(
            Material(name=Bilingual("居民身份证", "Identity card"), original=1, copies=2),
            Material(name=Bilingual("居住证明"), original=1, form="12"),
            Material(name=Bilingual("照片"), original=1),
        ),
        steps=(Bilingual("受理"), Bilingual("发证")),
        days_legal=15,
        window=Bilingual("1 号窗口"),
        phone="028-8888 2104",
        complaint_phone="028-8888 2345",
        keywords=("暂住证", "落户"),
        frequent=3,
        at_home=True,
    )


def test_rare_characters_of_gb18030_come_in(table: Table) -> None:
    [item] = read_items(table(ROW | {"名称": "䶮村宅基地𠮷"}, encoding="gb18030"))
    assert item.name.zh == "䶮村宅基地𠮷"


def test_every_mistake_is_named_with_its_line_and_column(table: Table) -> None:
    path = table(
        ROW,
        ROW | {"编码": "1.23E+11", "电话": "call us"},
        ROW | {"承诺时限": "soon", "材料": "身份证; 原件1; 三份", "上门": "maybe"},
        ROW | {"编码": "01004", "名称": "=HYPERLINK(1)", "对象": "狗"},
        ROW,
        ROW | {"编码": "01005", "承诺时限": "20"},
        ROW | {"编码": "", "窗口": ""},
        ROW | {"编码": "01006", "材料": "身份证; 原件0"},
    )
    found = "\n".join(wrong(path))
    for words in (
        "line 6, 编码 (code): found 1.23E+11",
        'line 10, 材料 (materials): found "三份" after "身份证"',
        "line 12, 名称 (name): found the formula",
        "line 16, 编码 (code): 01001 is the code of line 2 already",
        "line 20: 20 days are promised, more than the 15 of the law",
        "line 24, 编码 (code): found nothing",
        "line 24, 窗口 (window): found nothing",
        "line 28: 身份证: neither an original nor a copy",
    ):
        assert words in found
    assert "line 2," not in found


def test_headings_are_checked(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("编码,名字,phone,编码\n1,2,3,4\n", "utf-8")
    found = "\n".join(wrong(path))
    assert 'line 1, column 2: there is no column "名字"' in found
    assert "line 1, column 4: 编码 stands there twice" in found
    assert "column 部门 (department) is missing" in found


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is missing"),
        (b"\xff\xfe\x00", "UTF-16"),
        (b"code\n\xff\xff", "line 2: byte 0xff is neither UTF-8 nor GB18030"),
        (b'code,name\n1,"never closed\n2,x\n', "a quote is opened and never closed"),
        (b"code\n" + b"x" * 20_000, "a cell has more than 10000 characters"),
        (b"," * 1_000_000, "1000001 columns, at most 100"),
        ("编码,名称\n1,2,3,4\n".encode(), "is missing"),
        (b"code\n" * 6000, "is missing"),
        (b'"a"b,c\n', "'"),
        (b"\x00" * 50, "there is no column"),
    ],
    ids=["empty", "utf-16", "no-text", "quote", "cell", "columns", "cells", "lines", "after-quote", "nul"],
)
def test_hostile_tables_are_named(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(content)
    assert words in "\n".join(wrong(path))


def test_controls_and_long_lines_do_not_come_in(table: Table) -> None:
    found = "\n".join(wrong(table(ROW | {"名称": "居住\x00证", "窗口": "一" * 500, "办理条件": "甲\n\x07乙"})))
    assert "名称 (name)" in found
    assert "窗口 (window)" in found
    assert "办理条件 (conditions), entry 2" in found


def test_more_cells_than_headings(table: Table) -> None:
    path = table(ROW)
    path.write_bytes(path.read_bytes().rstrip() + b",1,2,3,4,5\r\n")
    assert wrong(path) == ["line 2: 20 cells, but 15 headings"]


def test_too_many_items_stop_the_reading(table: Table) -> None:
    path = table(*({**ROW, "编码": f"{n}", "材料": "照片"} for n in range(5001)))
    assert wrong(path) == ["line 10002: more than 5000 items"]


def test_a_file_of_millions_of_mistakes_names_the_first_of_them(table: Table) -> None:
    with pytest.raises(FlawedError) as found:
        read_items(table(*({**ROW, "电话": "x"} for _ in range(900))))
    assert len(found.value.flaws) == 500
    assert str(found.value).endswith("and 400 more")


@pytest.mark.parametrize("kind", ["missing", "folder", "pipe", "large"])
def test_what_is_no_file_of_bounded_size(tmp_path: Path, kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "x.csv"
    match kind:
        case "folder":
            path.mkdir()
        case "pipe":
            os.mkfifo(path)
        case "large":
            with path.open("wb") as stream:
                stream.truncate(1_000_000_000)
    assert catalogue_command(["import", "--check", str(path)]) == 1
    assert str(path) in capsys.readouterr().err


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ('{"items": [', "line 1: this is no JSON"),
        ("{\n\n\nx}", "line 4: this is no JSON"),
        ("[" * 100_000, "this is no JSON"),
        ("3", "found no list"),
        ("[]", "there is no item"),
        ("[1, {}]", "items[1]: found 1, allowed a table"),
        ('[{"code": "a b"}]', 'items[1].code: found "a b", allowed up to 40 digits'),
        ('[{"name": {"zh": 3}}]', "items[1].name.zh: found 3"),
        ('[{"materials": [{"name": {"zh": "x"}, "copies": -1}]}]', "items[1].materials[1].copies: found -1"),
        ('[{"colour": 1}]', "items[1].colour: found a key that does not exist"),
    ],
)
def test_json_is_checked_as_well(tmp_path: Path, content: str, words: str) -> None:
    path = tmp_path / "x.json"
    path.write_text(content, "utf-8")
    assert any(words in line for line in wrong(path)), wrong(path)


@settings(max_examples=60, deadline=None)
@given(content=st.binary(max_size=400), suffix=st.sampled_from([".csv", ".json"]), headed=st.booleans())
def test_no_bytes_break_the_reader(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, suffix: str, headed: bool
) -> None:
    path = tmp_path_factory.getbasetemp() / f"any{suffix}"
    head = ",".join(column.chinese for column in COLUMNS).encode() + b"\n" if headed else b""
    path.write_bytes(head + content)
    with pytest.raises(FlawedError):
        read_items(path)


def test_what_is_exported_comes_in_again(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    path.write_bytes(as_csv(demo_items()))
    assert read_items(path) == demo_items()


def test_the_demo_hall_has_403_items_and_its_file_is_up_to_date() -> None:
    items = demo_items()
    assert len(items) == 403
    assert sum(item.handed_down for item in items) == 51
    assert len({item.name.zh for item in items}) == 403
    assert DEMO.read_bytes() == demo_json(), "make it again: python -m kiosk.rehearsal.demo_items"
    assert all(item.materials and item.conditions and item.steps and item.basis for item in items)
    assert all(item.phone.startswith("028-8888 ") for item in items)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    demo = (Path(__file__).parents[2] / "config.toml").read_text("utf-8")
    path = tmp_path / "config.toml"
    path.write_text(demo.replace("assets/items/demo.json", "items.json"), "utf-8")
    return path


def test_queue_is_a_business_of_the_hall(config: Path, table: Table, capsys: pytest.CaptureFixture[str]) -> None:
    for letter, wrong in (
        ("D", "found queue D, allowed a business of"),
        ("AB", "allowed one capital letter, or nothing"),
    ):
        assert (
            catalogue_command(["--config", str(config), "import", "--check", str(table(ROW | {"排队": letter}))]) == 1
        )
        assert wrong in capsys.readouterr().err
    assert catalogue_command(["--config", str(config), "import", str(table(ROW | {"排队": "b"}))]) == 0
    (item,) = catalogue.read(config.with_name("items.json")).items
    assert (item.queue, item.forms) == ("B", ("12",))


def test_import_show_and_undo(config: Path, table: Table, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kept = tmp_path / "items.json"
    first, second = ROW | {"名称": "燃气过户"}, ROW
    assert catalogue_command(["--config", str(config), "check"]) == 1
    assert catalogue_command(["--config", str(config), "import", "--check", str(table(first))]) == 0
    assert not kept.exists()
    assert catalogue_command(["--config", str(config), "import", str(table(first))]) == 0
    assert catalogue_command(["--config", str(config), "import", str(table(second))]) == 0
    assert [item.name.zh for item in catalogue.read(kept).items] == ["居住证办理"]
    assert [item.name.zh for item in catalogue.read(catalogue.previous(kept)).items] == ["燃气过户"]
    before = kept.read_bytes()
    assert catalogue_command(["--config", str(config), "import", str(table(second | {"电话": "x"}))]) == 1
    assert kept.read_bytes() == before
    assert "1 mistake; nothing was changed" in capsys.readouterr().err
    assert catalogue_command(["--config", str(config), "show", "jzz"]) == 0
    assert "暂住证" in capsys.readouterr().out
    assert catalogue_command(["--config", str(config), "undo"]) == 0
    assert [item.name.zh for item in catalogue.read(kept).items] == ["燃气过户"]
    assert catalogue_command(["--config", str(config), "undo"]) == 0
    assert kept.read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "config.toml",
        "items.csv",
        "items.json",
        "items.previous.json",
    ]


def test_a_damaged_catalogue_is_no_catalogue(config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    whole = DEMO.read_bytes()
    for content in (b"", whole[:5000], whole.replace(b'"schema":1', b'"schema":9', 1), json.dumps([]).encode()):
        (tmp_path / "items.json").write_bytes(content)
        assert catalogue_command(["--config", str(config), "check"]) == 1
        assert "items.json" in capsys.readouterr().err


def test_the_doctor_says_when_there_is_nothing_to_look_up(tmp_path: Path) -> None:
    assert examine_items(DEMO).state == "ok"
    missing = examine_items(tmp_path / "items.json")
    assert (missing.state, missing.advice) == ("todo", "kiosk catalogue import FILE")
    assert "items.json" in missing.detail
