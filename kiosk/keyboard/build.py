"""Make the pinyin table: `python -m kiosk.keyboard.build`. See `assets/pinyin/NOTICE` for where its facts come from.

It needs two Debian packages that no terminal needs, `rime-data-pinyin-simp` and `unicode-data`, and pypinyin. Words
and frequencies are Rime's; pypinyin has the characters that Rime lacks. What the state lists as in general use
(通用规范汉字表; its third part is for names) comes before variants that Rime hardly met, and then fewer strokes first.
"""

import bz2
import sys
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from kiosk import resources
from kiosk.keyboard.table import LONGEST

RIME = Path("/usr/share/rime-data/pinyin_simp.dict.yaml")
UNICODE = Path("/usr/share/unicode")
NOT_SPELT = frozenset({"m", "n", "ng", "hm", "hng", "din", "len", "bong", "wong"})
"""Sounds that the sources write as syllables; the keyboard reads them as the beginning of others."""
SAME = {"lve": "lue", "nve": "nue"}
"""Spellings of one syllable; Rime has the second."""
RUDE = frozenset(
    {"他妈", "他妈的", "妈的", "傻逼", "牛逼", "婊子", "屁眼", "狗日", "狗日的", "狗屎", "骚货", "贱货", "贱人"}
    | {"鸡巴", "杂种", "王八蛋", "混蛋", "滚蛋", "淫水", "淫荡", "放屁"}
)
"""Words that a public terminal does not suggest to somebody who types another."""
MORE = {"𠮷": "ji"}
"""Characters of people's names that no source knows how to read."""
LISTED = 10
"""The least frequency of a listed character under its own reading."""


def lines() -> Iterator[str]:
    """Every line of the table, in order."""
    words: dict[tuple[str, ...], dict[str, int]] = defaultdict(dict)
    for word, syllables, weight in _rime():
        words[syllables][word] = max(weight, words[syllables].get(word, 0))
    listed, strokes = _unihan("OtherMappings", "kTGH"), _unihan("IRGSources", "kTotalStrokes")
    for character, syllable, own in _characters():
        weight = words[(syllable,)].get(character, 0)
        words[(syllable,)][character] = max(weight, LISTED) if own and ord(character) in listed else weight

    def rank(item: tuple[str, int]) -> tuple[int, bool, int, str]:
        word, weight = item
        one = ord(word) if len(word) == 1 else 0
        return -weight, one not in listed, int(strokes.get(one, "99").split()[0]), word

    for syllables in sorted(words, key=lambda key: (len(key), " ".join(key) + "\t")):
        ranked = sorted(words[syllables].items(), key=rank)
        yield f"{len(syllables)}{' '.join(syllables)}\t" + " ".join(f"{word}{weight or ''}" for word, weight in ranked)


def _rime() -> Iterator[tuple[str, tuple[str, ...], int]]:
    for line in RIME.read_text("utf-8").splitlines():
        word, _, rest = line.partition("\t")
        reading, _, weight = rest.partition("\t")
        syllables = tuple(reading.split())
        if (
            weight.isdigit()
            and len(syllables) <= LONGEST
            and not NOT_SPELT.intersection(syllables)
            and word not in RUDE
        ):
            yield word, syllables, int(weight)


def _characters() -> Iterator[tuple[str, str, bool]]:
    """Characters, each reading, and whether that is the character's own."""
    from pypinyin.pinyin_dict import pinyin_dict

    for code, readings in pinyin_dict.items():
        for number, reading in enumerate(readings.split(",")):
            syllable = plain(reading)
            if syllable not in NOT_SPELT:
                yield chr(code), syllable, number == 0
    for character, syllable in MORE.items():
        yield character, syllable, True


def plain(reading: str) -> str:
    """A syllable as it is typed: `lǜ` is `lv`."""
    letters = unicodedata.normalize("NFD", reading.lower()).replace("u\N{COMBINING DIAERESIS}", "v")
    typed = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return SAME.get(typed, typed)


def _unihan(part: str, name: str) -> dict[int, str]:
    with bz2.open(UNICODE / f"Unihan_{part}.txt.bz2", "rt", encoding="utf-8") as file:
        rows = (line.rstrip("\n").split("\t") for line in file if f"\t{name}\t" in line)
        return {int(code.replace("U+", "0x"), 0): value for code, _, value in rows}


def main() -> None:
    """Write the table."""
    resources.PINYIN.write_text("".join(f"{line}\n" for line in lines()), "utf-8")
    sys.stdout.write(f"{resources.PINYIN}\n")


if __name__ == "__main__":
    main()
