"""The table as it is kept: made from its sources, in order, and complete."""

import re
from pathlib import Path

import pytest

from kiosk import resources
from kiosk.keyboard import build
from kiosk.keyboard.table import Table, table


def test_the_table_is_what_its_sources_make() -> None:
    for source in (build.RIME, build.UNICODE / "Unihan_OtherMappings.txt.bz2"):
        assert source.exists(), "`make test` installs the Debian packages rime-data-pinyin-simp and unicode-data"
    assert "".join(f"{line}\n" for line in build.lines()) == resources.PINYIN.read_text("utf-8")


def test_every_line_is_well_formed_and_in_order() -> None:
    lines = resources.PINYIN.read_bytes().splitlines()
    assert lines == sorted(lines)
    form = re.compile(r"([1-4])([a-z]+(?: [a-z]+)*)\t[^\d\s]+\d*(?: [^\d\s]+\d*)*")
    for line in lines:
        found = form.fullmatch(line.decode())
        assert found, line
        assert len(found[2].split(" ")) == int(found[1])


def test_every_line_is_found_by_its_own_syllables() -> None:
    known = table()
    for line in resources.PINYIN.read_text("utf-8").splitlines()[::97]:
        key, words = line[1:].split("\t")
        found = known.words(tuple((syllable,) for syllable in key.split(" ")))
        assert [word.text for word in found] == re.findall(r"[^\d\s]+", words)


def test_every_character_of_the_state_s_list_can_be_typed() -> None:
    listed = {chr(code) for code in build._unihan("OtherMappings", "kTGH")}
    known = {word.text for syllable in table().syllables for word in table().words(((syllable,),))}
    assert len(listed) == 8105
    assert listed <= known
    assert len(known) > 41_900


def test_pieces_may_be_open() -> None:
    known = table()
    assert [word.text for word in known.words((("tian",), ("f*",)))] == ["天赋", "天分", "天府"]
    both = {word.syllables[0] for word in known.words((("xiang", "zhang"), ("wei",)))}
    assert both == {"xiang", "zhang"}
    assert known.words((("b",),)) == ()


def test_a_missing_or_empty_table_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        Table(tmp_path / "none.txt")
    (tmp_path / "empty.txt").touch()
    with pytest.raises(ValueError, match="empty"):
        Table(tmp_path / "empty.txt")


def test_syllables_are_typed_without_tones() -> None:
    assert [build.plain(reading) for reading in ("lǜ", "nǚ", "zhāng", "lüè", "ê̄")] == ["lv", "nv", "zhang", "lue", "e"]
