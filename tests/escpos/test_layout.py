"""Slips at 32 and 48 columns: nothing clipped, nothing lost, nothing turned into a question mark."""

import random
import string
from pathlib import Path

import pytest

from drivers.escpos import fonts
from drivers.escpos.charset import Charset, clean
from drivers.escpos.encode import encode
from drivers.escpos.layout import Laid, lay_out, wrap
from drivers.escpos.settings import Encoding, EscPosSettings
from kiosk.slips.slip import Line, Pair, Rule, Slip, Text
from tests.escpos.slips import CHINESE, ENGLISH, LONG, receipt, squeezed, wording

GB = Charset("gb18030")


def lines(columns: int, *content: Line, charset: Charset = GB) -> list[str]:
    return [piece.text for piece in lay_out(receipt(*content), columns, charset) if isinstance(piece, Laid)]


@pytest.mark.parametrize("columns", [32, 48])
def test_a_pair_reaches_both_edges(columns: int) -> None:
    (line,) = lines(columns, Pair("合计", "¥1,234.56"))
    assert line.startswith("合计 ")
    assert line.endswith(" ￥1,234.56")
    assert GB.width_of(line) == columns


def test_a_long_label_wraps_and_the_amount_stays_whole() -> None:
    content = Pair("第二阶梯 12.5 立方米 × 3.30 元", "¥1,234,567.89")
    assert lines(48, content) == ["第二阶梯 12.5 立方米 × 3.30 元   ￥1,234,567.89"]
    assert lines(32, content) == ["第二阶梯 12.5 立方米 × 3.30 元", "                  ￥1,234,567.89"]


def test_the_amount_stands_beside_the_last_line_of_its_label() -> None:
    assert lines(32, Pair("Third tier, October 2026 to November 2026", "¥8.00")) == [
        "Third tier, October 2026 to",
        "November 2026             ￥8.00",
    ]


def test_a_label_that_fills_its_line_leaves_the_amount_a_line() -> None:
    assert lines(32, Pair("x" * 30, "¥8.00")) == ["x" * 30, "                          ￥8.00"]


def test_a_value_longer_than_the_paper_wraps_at_the_right_edge() -> None:
    assert lines(32, Pair("Address", "12 Tianfu Heyuan Garden, Building 3, Flat 402")) == [
        "Address",
        "        12 Tianfu Heyuan Garden,",
        "            Building 3, Flat 402",
    ]


def test_latin_breaks_between_words_only() -> None:
    assert lines(32, Text("The gas company has accepted your payment. Nothing else to do.")) == [
        "The gas company has accepted",
        "your payment. Nothing else to",
        "do.",
    ]


def test_a_word_longer_than_the_paper_is_broken_not_lost() -> None:
    assert lines(32, Text("see " + "w" * 40)) == ["see", "w" * 32, "w" * 8]


def test_no_line_starts_with_closing_punctuation() -> None:
    assert lines(32, Text("一二三四五六七八九十一二三四五六，然后")) == ["一二三四五六七八九十一二三四五", "六，然后"]


def test_no_line_ends_with_opening_punctuation() -> None:
    assert lines(32, Text("一二三四五六七八九十一二三四五（附注）")) == ["一二三四五六七八九十一二三四五", "（附注）"]


def test_an_amount_is_never_torn_from_its_sign() -> None:
    assert lines(32, Text("一二三四五六七八九十一二三共¥154.00元")) == ["一二三四五六七八九十一二三共", "￥154.00元"]


def test_an_indent_is_kept_and_a_break_has_no_spaces() -> None:
    assert lines(32, Text("  20 m³ at the price of the first tier")) == ["  20 m³ at the price of the", "first tier"]


def test_tall_lines_have_half_the_columns() -> None:
    assert lines(32, Pair("合计", "¥2,345.67", size="tall")) == ["合计  ￥2,345.67"]


def test_a_rule_crosses_the_paper() -> None:
    assert lines(48, Rule()) == ["-" * 48]


def test_every_wrap_fits_and_loses_nothing() -> None:
    dice = random.Random(7)
    letters = string.ascii_letters + string.digits + "，。（）《》、 ,.:;-/()" + "燃气缴费户号地址张三䶮㐂𠮷³×·"
    for _ in range(500):
        text = clean("".join(dice.choices(letters, k=dice.randint(0, 90))))
        room = dice.choice((6, 16, 32, 48))
        wrapped = wrap(text, room, GB)
        assert squeezed("".join(wrapped)) == squeezed(text)
        assert all(GB.width_of(line) <= room for line in wrapped if line.strip(",.:;-/() ，。（）《》、"))


@pytest.mark.parametrize("slip", [CHINESE, ENGLISH, LONG])
@pytest.mark.parametrize("columns", [32, 48])
def test_a_receipt_says_everything_within_its_width(slip: Slip, columns: int) -> None:
    laid = [piece for piece in lay_out(slip, columns, GB) if isinstance(piece, Laid)]
    assert all(GB.width_of(piece.text) * piece.magnify <= columns for piece in laid)
    said = "".join(piece.text for piece in laid if set(piece.text) != {"-"})
    assert squeezed(said) == wording(slip)


@pytest.mark.parametrize(
    ("encoding", "character", "code"),
    [
        ("gb18030", "收", "CA D5"),
        ("gb18030", "，", "A3 AC"),
        ("gb18030", "×", "A1 C1"),
        ("gb18030", "·", "A1 A4"),
        ("gb18030", "￥", "A3 A4"),
        ("gb18030", "A", "41"),
        ("gb18030", "䶮", None),
        ("gb18030", "㐂", None),
        ("gb18030", "𠮷", None),
        ("gb18030", "³", None),
        ("gb18030", "镕", "E9 46"),
        ("gb2312", "镕", None),
        ("gb2312", "收", "CA D5"),
        ("gb2312", "·", "A1 A4"),
        ("gb2312", "—", "A1 AA"),
        ("utf-8", "收", "E6 94 B6"),
        ("utf-8", "×", None),
        ("utf-8", "𠮷", None),
    ],
)
def test_what_the_printers_own_font_can_do(encoding: Encoding, character: str, code: str | None) -> None:
    assert Charset(encoding).bytes_of(character) == (None if code is None else bytes.fromhex(code))


def test_vector_of_the_sheet_with_chinese_mode_on() -> None:
    sent = b"".join(encode(receipt(Text("收费凭证")), EscPosSettings(), GB))
    assert bytes.fromhex("CA D5 B7 D1 C6 BE D6 A4 0A") in sent
    assert sent.startswith(bytes.fromhex("1B 40 1C 26"))
    assert sent.endswith(bytes.fromhex("1D 56 01"))
    assert bytes.fromhex("A3 A4 31 32 2E 30 30") in b"".join(encode(receipt(Text("¥12.00")), EscPosSettings(), GB))


def test_no_name_can_smuggle_a_printer_command() -> None:
    evil = "张\x1b@\x1dV\x00三\x10\x05\x02\u202e"
    assert clean(evil) == "张@V三"


@pytest.mark.parametrize("name", ["䶮", "㐂", "𠮷", "𫍯", "m³"])
def test_a_rare_character_is_drawn_and_never_a_question_mark(name: str) -> None:
    sent = b"".join(encode(receipt(Pair("户名", name)), EscPosSettings(), GB))
    assert b"?" not in sent.split(b"\x1dv0")[0]
    assert sent.count(b"\x1dv0\x00") == 1


def test_rare_characters_have_a_font() -> None:
    assert fonts.family_for("张") == "Noto Sans Mono CJK SC"
    assert fonts.family_for("䶮") == "Noto Sans Mono CJK SC"
    assert fonts.family_for("\U0002a6b0") == "HanaMinB"


def test_a_missing_font_is_said_by_name(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    fonts.find.cache_clear()
    with pytest.raises(fonts.FontError, match=r"HanaMinB is not installed .*fonts-hanazono"):
        fonts.find("HanaMinB")
    monkeypatch.undo()
    with pytest.raises(fonts.FontError, match="font No Such Font is not installed"):
        fonts.find("No Such Font")
