"""The protocol's own examples, byte for byte, and the four layouts of a card's text."""

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.sdt_id import wire
from kiosk.devices.id_reader import IdCard

COMMANDS = {
    "AA AA AA 96 69 00 03 10 FF EC": wire.RESET,
    "AA AA AA 96 69 00 03 11 FF ED": wire.STATUS,
    "AA AA AA 96 69 00 03 12 FF EE": wire.SAM_ID,
    "AA AA AA 96 69 00 03 20 01 22": wire.FIND,
    "AA AA AA 96 69 00 03 20 02 21": wire.SELECT,
    "AA AA AA 96 69 00 03 30 01 32": wire.READ,
    "AA AA AA 96 69 00 03 30 03 30": wire.NEWEST_ADDRESS,
}

ANSWERS = {
    "AA AA AA 96 69 00 08 00 00 9F 00 00 00 00 97": (wire.FIND, 0x9F, 4),
    "AA AA AA 96 69 00 04 00 00 80 84": (wire.FIND, 0x80, 0),
    "AA AA AA 96 69 00 0C 00 00 90 00 00 00 00 00 00 00 00 9C": (wire.SELECT, 0x90, 8),
    "AA AA AA 96 69 00 04 00 00 81 85": (wire.SELECT, 0x81, 0),
    "AA AA AA 96 69 00 04 00 00 41 45": (wire.READ, 0x41, 0),
    "AA AA AA 96 69 00 04 00 00 90 94": (wire.STATUS, 0x90, 0),
    "AA AA AA 96 69 00 04 00 00 91 95": (wire.NEWEST_ADDRESS, 0x91, 0),
    "AA AA AA 96 69 00 04 00 00 10 14": (wire.STATUS, 0x10, 0),
    "AA AA AA 96 69 00 04 00 00 60 64": (wire.STATUS, 0x60, 0),
    "AA AA AA 96 69 00 04 00 00 66 62": (wire.STATUS, 0x66, 0),
}


@pytest.mark.parametrize("frame", COMMANDS)
def test_commands_as_published(frame: str) -> None:
    assert COMMANDS[frame].frame == bytes.fromhex(frame)


@pytest.mark.parametrize("frame", ANSWERS)
def test_answers_as_published(frame: str) -> None:
    command, status, size = ANSWERS[frame]
    (answer,) = wire.Inbox().feed(bytes.fromhex(frame))
    assert isinstance(answer, wire.Answer)
    assert (answer.status, len(answer.data)) == (status, size)
    assert command.answered_by(answer)


def test_trailing_bytes_that_differ_between_readers() -> None:
    (answer,) = wire.Inbox().feed(bytes.fromhex("AAAAAA9669 0008 00009F 11223344 D3"))
    assert answer == wire.Answer(0x9F, bytes.fromhex("11223344"))


def test_the_time_out_that_some_drivers_make_up_is_no_answer() -> None:
    assert wire.Inbox().feed(bytes.fromhex("AAAAAA9669 00 05 05 05 05")) == []
    assert wire.Inbox().feed(bytes.fromhex("AAAAAA9669 00 05 05 05 05 00 01")) == [wire.Damaged("check")]


def test_a_read_with_its_lengths() -> None:
    head = bytes.fromhex("AA AA AA 96 69 05 08 00 00 90 01 00 04 00")
    frame = head + bytes(256) + b"\x07" * 1024
    (answer,) = wire.Inbox().feed(frame + bytes([wire.check(frame[5:])]))
    assert isinstance(answer, wire.Answer)
    assert len(frame) + 1 == 1295
    assert wire.content(answer.data) == wire.Content(bytes(256), b"\x07" * 1024)
    assert wire.READ.answered_by(answer)
    assert not wire.STATUS.answered_by(answer)
    assert wire.content(answer.data + b"\0") is None
    assert wire.content(b"\0\xfa\4\0" + answer.data[4:]) is None


def test_a_read_with_fingerprints_which_the_driver_never_asks_for() -> None:
    frame = bytes.fromhex("AA AA AA 96 69 09 0A 00 00 90 01 00 04 00 04 00") + bytes(256) + b"\x07" * 2048
    (answer,) = wire.Inbox().feed(frame + bytes([wire.check(frame[5:])]))
    assert isinstance(answer, wire.Answer)
    assert len(frame) + 1 == 2321
    assert wire.content(answer.data) is None


def test_the_security_modules_number() -> None:
    data = bytes.fromhex("05 00 01 00 D7 FE 32 01 01 00 00 00 02 00 00 00")
    assert wire.sam_id(data) == "05.01-20119255-0000000001-0000000002"
    assert wire.masked_sam_id(wire.sam_id(data)) == "05.01-****0002"


@pytest.mark.parametrize(
    "number", ["11010519491231002X", "440524188001010014", "110101199003071233", "810000199001010019"]
)
def test_numbers_with_the_right_check_character(number: str) -> None:
    assert wire.is_number(number)
    assert [d for d in "0123456789X" if wire.is_number(number[:17] + d)] == [number[17]]


@pytest.mark.parametrize("number", ["110101199003071230", "11010119900307123", "1101011990030712330", "", "１" * 18])
def test_numbers_that_are_none(number: str) -> None:
    assert not wire.is_number(number)


def block(**fields: str) -> bytes:
    """A card's text: `_OFFSET="words"`, UTF-16 among blanks."""
    text = bytearray("\u0020".encode("utf-16-le") * 128)
    for place, words in fields.items():
        at = int(place.removeprefix("_"))
        raw = words.encode("utf-16-le")
        text[at : at + len(raw)] = raw
    return bytes(text)


RESIDENT = {
    "_0": "何小满",
    "_30": "2",
    "_32": "01",
    "_36": "19880719",
    "_52": "某省某市某区梧桐街道团结路东巷复兴里25号",
    "_122": "110101199003071233",
    "_158": "某市公安局",
    "_188": "20110330",
    "_204": "20210330",
}


def read(**fields: str) -> IdCard:
    card = wire.read_text(block(**fields))
    assert card is not None
    return card


def test_a_residents_card() -> None:
    card = read(**RESIDENT)
    assert (card.kind, card.name, card.sex, card.nation) == ("resident", "何小满", "female", "01")
    assert (card.born, card.number) == (date(1988, 7, 19), "110101199003071233")
    assert (card.address, card.issuer) == ("某省某市某区梧桐街道团结路东巷复兴里25号", "某市公安局")
    assert (card.valid_from, card.expires, card.long_term) == (date(2011, 3, 30), date(2021, 3, 30), False)
    assert (card.pass_number, card.nationality, card.latin_name) == ("", "", "")


def test_a_card_without_an_end_is_never_parsed_as_a_day() -> None:
    card = read(**RESIDENT | {"_204": "长期    "})
    assert (card.expires, card.long_term) == (None, True)


def test_a_residence_permit() -> None:
    card = read(
        **RESIDENT | {"_32": "  ", "_122": "810000199001010019", "_220": "H00000000", "_238": "01", "_248": "J"}
    )
    assert (card.kind, card.number, card.pass_number) == ("residence_permit", "810000199001010019", "H00000000")
    assert card.nation == ""


def test_a_foreigners_card_of_2023() -> None:
    card = read(
        _0="安娜",
        _30="2",
        _32="01",
        _36="19810803",
        _52="A" * 34 + "B",
        _122="911124198108030024",
        _188="20240101",
        _204="20340101",
        _220="CDEFGHIJKL ",
        _242="UTO",
        _248="Y",
        _250="001",
    )
    assert (card.kind, card.name, card.latin_name) == ("foreigner", "安娜", "A" * 34 + "BCDEFGHIJKL")
    assert (card.nationality, card.number, card.sex) == ("UTO", "911124198108030024", "female")
    assert (card.address, card.issuer, card.born) == ("", "", date(1981, 8, 3))


def test_a_foreigners_card_of_2017() -> None:
    fields = {
        "_0": "SAMPLE, JOHN " + "X" * 47,
        "_120": "1",
        "_122": "UTO110081080310",
        "_152": "UTO",
        "_188": "20180101",
        "_204": "20280101",
        "_220": "19810803",
        "_236": "01",
        "_240": "1500",
        "_248": "I",
    }
    card = read(**fields)
    assert (card.kind, card.name) == ("foreigner_2017", "SAMPLE, JOHN " + "X" * 47)
    assert (card.number, card.nationality, card.sex) == ("UTO110081080310", "UTO", "male")
    assert (card.born, card.expires) == (date(1981, 8, 3), date(2028, 1, 1))
    assert read(**fields | {"_158": "桑普尔"}).name == "桑普尔"


@pytest.mark.parametrize("name", ["阿依古丽·买买提", "王𠮷", "𠮷" * 7, "一二三四五六七八九十一二三四五"])
def test_names_with_dots_and_rare_characters(name: str) -> None:
    assert read(**RESIDENT | {"_0": name}).name == name


@pytest.mark.parametrize(
    "changed",
    [{"_248": "Q"}, {"_122": "110101199003071230"}, {"_0": "   "}, {"_0": "\u0020" * 3, "_122": " " * 18}],
    ids=["layout", "number", "name", "empty"],
)
def test_what_no_card_says(changed: dict[str, str]) -> None:
    assert wire.read_text(block(**RESIDENT | changed)) is None


def test_half_of_a_surrogate_pair_is_no_text() -> None:
    text = bytearray(block(**RESIDENT))
    text[0:2] = b"\x40\xd8"
    assert wire.read_text(bytes(text)) is None


@pytest.mark.parametrize(("digits", "day"), [("20240230", None), ("2024023", None), ("２０２４０２０１", None)])
def test_days_that_are_none(digits: str, day: None) -> None:
    assert read(**RESIDENT | {"_36": digits}).born is day


@given(noise=st.binary(max_size=40), cuts=st.lists(st.integers(0, 60), max_size=4))
def test_an_answer_is_found_in_noise_however_it_is_cut(noise: bytes, cuts: list[int]) -> None:
    inbox = wire.Inbox()
    data = noise.replace(wire.PREAMBLE, b"") + bytes.fromhex("AAAAAA9669 0008 00009F 00000000 97")
    places = sorted({0, *(min(cut, len(data)) for cut in cuts), len(data)})
    heard = [one for start, end in pairwise(places) for one in inbox.feed(data[start:end])]
    assert heard[-1] == wire.Answer(0x9F, bytes(4))


def test_nothing_personal_in_what_a_value_shows() -> None:
    card = read(**RESIDENT)
    answer = wire.Answer(0x90, block(**RESIDENT))
    for shown in (repr(card), str(card), f"{card}", repr([card]), repr(answer)):
        assert "何" not in shown
        assert "110101" not in shown
    assert repr(card) == "IdCard(resident)"
