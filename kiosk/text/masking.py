"""What of a person's data a screen or slip may show. Every function may be applied to its own result again.

The rules are this product's own (there is no national numeric rule for slips): enough for the owner to recognize,
too little for the person behind them in the queue. A character that does not print is dropped first, so that no
data can hide a letter or turn the direction of a line.
"""

import re
import unicodedata

_COMPOUND_SURNAME = re.compile(
    "欧阳|太史|上官|端木|司马|东方|独孤|南宫|万俟|闻人|夏侯|诸葛|尉迟|公羊|赫连|澹台|皇甫|宗政|濮阳|公冶|太叔|申屠|"
    "公孙|慕容|仲孙|钟离|长孙|宇文|司徒|鲜于|司空|闾丘|子车|亓官|司寇|颛孙|巫马|公西|漆雕|乐正|壤驷|公良|拓跋|夹谷|"
    "宰父|谷梁|段干|百里|东郭|南门|呼延|羊舌|微生|左丘|东门|西门|第五|令狐|轩辕|完颜|纳兰|歐陽|東方|諸葛|赫連|鍾離"
)
_MOST_STARS = 8
_LONGEST_COMMUNITY = 20

_PRINTED_AS = {"Cc": " ", "Zl": " ", "Zp": " ", "Cf": "", "Cs": ""}
_MASKED_ACCOUNT = re.compile(r"[0-9A-Za-z]{0,2}\*{4}[0-9A-Za-z]{0,4}")
_MASKED_ID_NUMBER = re.compile(r"[0-9A-Za-z]{3}\*{5,}[0-9A-Za-z]{4}|\*{4}[0-9A-Za-z]{0,2}")
_MASKED_PHONE = re.compile(r"(?:[0-9]{3})?\*{4}(?:[0-9]{4})?")

_DOOR = re.compile(
    r"""
    [\s*#＃0-9０-９A-Za-zＡ-Ｚａ-ｚ(（,，]  # a house number, a block letter, the end of the name
    | [〇零一二两三四五六七八九十百甲乙丙丁东西南北]+
      (?: 号 | 號 | 栋 | 幢 | 座 | 楼 | 单元 | 室 | 层 | 门 | 组 | 排 )  # the same in words
    """,
    re.VERBOSE,
)


def mask_name(name: str) -> str:
    """The surname and one star for each further character: `张秀兰` as `张**`, `欧阳文静` as `欧阳**`.

    Two characters are always surname and given name. No more than eight stars; an empty name is one star.
    """
    letters = _letters(name)
    if not letters:
        return "*"
    kept = 2 if len(letters) > 2 and _COMPOUND_SURNAME.fullmatch("".join(letters[:2])) else 1
    return "".join(letters[:kept]) + "*" * min(len(letters) - kept, _MOST_STARS)


def mask_account(number: str) -> str:
    """The first two and the last four digits: `0100003862` as `01****3862`.

    At least four digits stay hidden, so a shorter number shows less: eight or nine show the last four, six or
    seven the last two, fewer none. Four stars always, so the length is not told.
    """
    number = _printable(number)
    if _MASKED_ACCOUNT.fullmatch(number):
        return number
    match len(number):
        case length if length >= 10:
            return f"{number[:2]}****{number[-4:]}"
        case length if length >= 8:
            return f"****{number[-4:]}"
        case length if length >= 6:
            return f"****{number[-2:]}"
        case _:
            return "****"


def mask_address(address: str) -> str:
    """The community without building, unit and door: `天福和园3号楼2单元501` as `天福和园 ***`.

    Everything from the first house number on is dropped, so a street with a number shows only its name.
    """
    address = _printable(address)
    door = _DOOR.search(address)
    community = (address[: door.start()] if door else address)[:_LONGEST_COMMUNITY]
    return f"{community} ***" if community else "***"


def mask_phone(number: str) -> str:
    """`13812341234` as `138****1234`, with or without `+86` and separators. Other numbers of at least eight digits
    show the last four, shorter ones none."""
    if _MASKED_PHONE.fullmatch(number):
        return number
    digits = re.sub(r"[^0-9]", "", number)
    if len(digits) == 13 and digits.startswith("86"):
        digits = digits[2:]
    if len(digits) == 11 and digits.startswith("1"):
        return f"{digits[:3]}****{digits[-4:]}"
    return f"****{digits[-4:]}" if len(digits) >= 8 else "****"


def mask_id_number(number: str) -> str:
    """The first three and the last four characters: `110101199003071233` as `110***********1233`.

    One of fewer than twelve characters shows the last two, fewer than six none.
    """
    number = _printable(number)
    if _MASKED_ID_NUMBER.fullmatch(number):
        return number
    if len(number) >= 12:
        return f"{number[:3]}{'*' * (len(number) - 7)}{number[-4:]}"
    return f"****{number[-2:]}" if len(number) >= 6 else "****"


def _printable(text: str) -> str:
    """Controls and line separators as spaces, direction marks dropped. Private-use and not yet assigned characters
    stay: rare names are written with both."""
    return "".join(_PRINTED_AS.get(unicodedata.category(character), character) for character in text).strip()


def _letters(name: str) -> list[str]:
    """Characters as a reader counts them: a combining mark or variation selector belongs to the one before."""
    letters: list[str] = []
    for character in _printable(name):
        if character.isspace():
            continue
        if letters and unicodedata.category(character) in ("Mn", "Mc", "Me"):
            letters[-1] += character
        else:
            letters.append(character)
    return letters
