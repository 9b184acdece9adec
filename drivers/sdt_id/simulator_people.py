"""Who lays a card on the simulated reader: invented people, and the 256 bytes that each kind of card holds.

Their numbers have valid check characters, and places that no card names: a whole province or region.
"""

from typing import NamedTuple

TEXT_BYTES = 256
PHOTO_BYTES = 1024
FINGER_BYTES = 1024
FOREVER = "长期"


class Person(NamedTuple):
    """Somebody and their card. `flag` is the card's layout: blank, J, Y or I."""

    key: str
    flag: str
    name: str
    number: str
    sex: str
    birth: str
    nation: str = ""
    home: str = ""
    office: str = ""
    since: str = "20150601"
    until: str = "20350601"
    latin: str = ""
    country: str = ""
    permit: str = ""


PEOPLE = (
    Person(
        key="senior",
        flag="",
        name="李秀兰",
        number="610000194803070021",
        sex="2",
        birth="19480307",
        nation="01",
        home="陕西省某市某区天福和园3号楼2单元501室",
        office="某市公安局某分局",
        until=FOREVER,
    ),
    Person(
        key="adult",
        flag="",
        name="欧阳建国",
        number="61000019851219003X",
        sex="1",
        birth="19851219",
        nation="11",
        home="陕西省某市某区梧桐街18号1号楼1单元101室",
        office="某市公安局某分局",
    ),
    Person(
        key="householder",
        flag="",
        name="李春生",
        number="610000196104120017",
        sex="1",
        birth="19610412",
        nation="01",
        home="陕西省某市某区天福和园5号楼1单元302室",
        office="某市公安局某分局",
        until=FOREVER,
    ),
    Person(
        key="long_name",
        flag="",
        name="阿依古丽·买买提",
        number="610000197210050045",
        sex="2",
        birth="19721005",
        nation="05",
        home="陕西省某市某区团结路7号4号楼3单元902室",
        office="某市公安局某分局",
    ),
    Person(
        key="rare_name",
        flag="",
        name="王𠮷",
        number="610000199001010011",
        sex="1",
        birth="19900101",
        nation="01",
        home="陕西省某市某区天福和园5号楼1单元203室",
        office="某市公安局某分局",
    ),
    Person(
        key="hong_kong",
        flag="J",
        name="陈小明",
        number="810000199001010019",
        sex="1",
        birth="19900101",
        home="陕西省某市某区天福和园1号楼2单元1103室",
        office="某市公安局某分局",
        since="20250101",
        until="20300101",
        permit="H00000000",
    ),
    Person(
        key="foreigner",
        flag="Y",
        name="安娜",
        number="911124198108030024",
        sex="2",
        birth="19810803",
        latin="SAMPLE, ANNA MARIA ELISABETH OF THE HALLS",
        country="UTO",
        since="20240101",
        until="20340101",
    ),
    Person(
        key="foreigner_2017",
        flag="I",
        name="",
        number="UTO110081080310",
        sex="1",
        birth="19810803",
        latin="SAMPLE, JOHN",
        country="UTO",
        since="20180101",
        until="20280101",
    ),
)


def text_of(person: Person) -> bytes:
    """The card's text: fields at fixed places, UTF-16, blanks between."""
    match person.flag:
        case "I":
            fields = {
                0: (person.latin, 60),
                60: (person.sex, 1),
                61: (person.number, 15),
                76: (person.country, 3),
                79: (person.name, 15),
                94: (person.since, 8),
                102: (person.until, 8),
                110: (person.birth, 8),
                118: ("01", 2),
                120: ("1500", 4),
                124: ("I", 1),
            }
        case "Y":
            fields = {
                0: (person.name, 15),
                15: (person.sex, 1),
                16: ("01", 2),
                18: (person.birth, 8),
                26: (person.latin[:35], 35),
                61: (person.number, 18),
                94: (person.since, 8),
                102: (person.until, 8),
                110: (person.latin[35:46], 11),
                121: (person.country, 3),
                124: ("Y", 1),
            }
        case _:
            fields = {
                0: (person.name, 15),
                15: (person.sex, 1),
                16: (person.nation, 2),
                18: (person.birth, 8),
                26: (person.home, 35),
                61: (person.number, 18),
                79: (person.office, 15),
                94: (person.since, 8),
                102: (person.until, 8),
                110: (person.permit, 9),
                119: ("01" if person.flag else "", 2),
                124: (person.flag, 1),
            }
    units = bytearray(" ".encode("utf-16-le") * (TEXT_BYTES // 2))
    for place, (words, most) in fields.items():
        raw = words.encode("utf-16-le")
        if len(raw) > most * 2:
            raise ValueError(f"{person.key}: no room for {words!r}")
        units[place * 2 : place * 2 + len(raw)] = raw
    return bytes(units)


def photo_of(person: Person) -> bytes:
    """Something of a photo's size: the real format is a secret of its makers."""
    seed = sum(person.key.encode())
    return b"WLf~" + bytes((seed * n + n * n) % 256 for n in range(PHOTO_BYTES - 4))
