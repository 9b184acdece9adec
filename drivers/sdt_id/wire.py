"""SAM_V, the serial protocol of readers for identity cards of the second generation: frames, answers, text layouts.

Sources: the manufacturers' SAM_V papers (eastcoms.com/service/downdrive/508.html and 533.html) and the layouts of the
2017 and 2023 foreigners' cards as published readers agree on them.
"""

from datetime import date
from functools import reduce
from operator import xor
from typing import Literal, NamedTuple

import msgspec

from kiosk.devices.id_reader import CardKind, IdCard, Sex

PREAMBLE = b"\xaa\xaa\xaa\x96\x69"
SHORTEST, LONGEST = 4, 2400
"""What the length field of an answer may say."""

OK, FOUND, NOTHING_THERE, NOT_SELECTED, NOT_READ, NO_SUCH_ITEM = 0x90, 0x9F, 0x80, 0x81, 0x41, 0x91
SEND_AGAIN = frozenset({0x10, 0x11, 0x21})
"""Checksum, length, command: what the reader got was not what was sent."""
UNKNOWN_ERROR = 0x24
CARD_REFUSED = frozenset({0x31, 0x32, 0x33, 0x40})
"""Card and reader do not accept each other, what the card says is damaged, or it is another kind of card."""
SELF_TEST_FAILED, NOT_AUTHORIZED, NO_PRIVILEGE, RANDOM_FAILED = 0x60, 0x66, 0x23, 0x47

TEXT_BYTES = 256
_SAM_ID_BYTES = 16


class Answer(msgspec.Struct, frozen=True):
    """A whole answer. The first two status bytes are the card's own and decide nothing."""

    status: int
    data: bytes = b""

    def __repr__(self) -> str:
        return f"Answer(status={self.status:02X}, {len(self.data)} bytes)"


class Damaged(msgspec.Struct, frozen=True):
    """Something that began like an answer, and is none."""

    what: Literal["length", "check"]


class Command(NamedTuple):
    """A question, and what only its own answer can look like: an answer to an earlier one may still be on its way."""

    code: bytes
    own: frozenset[int]
    """Status bytes that answer this command, of those in `_TELLING`."""
    least: int = 0
    most: int = LONGEST
    """How many bytes of data come with `OK`."""

    @property
    def frame(self) -> bytes:
        """On the wire."""
        body = (len(self.code) + 1).to_bytes(2, "big") + self.code
        return PREAMBLE + body + bytes([check(body)])

    def answered_by(self, answer: Answer) -> bool:
        """Whether it can be the answer to this command."""
        if answer.status == OK and OK in self.own:
            return self.least <= len(answer.data) <= self.most
        return answer.status in self.own or answer.status not in _TELLING


_TELLING = frozenset({OK, FOUND, NOTHING_THERE, NOT_SELECTED, NOT_READ, NO_SUCH_ITEM})

RESET = Command(b"\x10\xff", frozenset({OK}), most=0)
STATUS = Command(b"\x11\xff", frozenset({OK}), most=0)
SAM_ID = Command(b"\x12\xff", frozenset({OK}), least=_SAM_ID_BYTES, most=_SAM_ID_BYTES)
FIND = Command(b"\x20\x01", frozenset({FOUND, NOTHING_THERE}))
SELECT = Command(b"\x20\x02", frozenset({OK, NOT_SELECTED}), most=_SAM_ID_BYTES - 1)
READ = Command(b"\x30\x01", frozenset({OK, NOT_READ}), least=4 + TEXT_BYTES)
NEWEST_ADDRESS = Command(b"\x30\x03", frozenset({OK, NO_SUCH_ITEM, NOT_READ}), most=TEXT_BYTES)


def check(body: bytes) -> int:
    """The check byte of length, command and data."""
    return reduce(xor, body, 0)


class Inbox:
    """Takes bytes in any portions and finds what they hold. Noise is dropped; after what only looked like an answer it
    goes on right behind that preamble."""

    def __init__(self) -> None:
        self._held = bytearray()

    def reset(self) -> None:
        """Forget what has begun."""
        self._held.clear()

    def feed(self, data: bytes) -> list[Answer | Damaged]:
        """What `data` completes."""
        self._held += data
        found: list[Answer | Damaged] = []
        while (next_ := self._take()) is not None:
            found.append(next_)
        return found

    def _take(self) -> Answer | Damaged | None:
        held = self._held
        start = held.find(PREAMBLE)
        if start < 0:
            del held[: max(0, len(held) - len(PREAMBLE) + 1)]
            return None
        del held[:start]
        head = len(PREAMBLE) + 2
        if len(held) < head:
            return None
        length = int.from_bytes(held[len(PREAMBLE) : head], "big")
        if not SHORTEST <= length <= LONGEST:
            del held[: len(PREAMBLE)]
            return Damaged("length")
        if len(held) < head + length:
            return None
        body = bytes(held[len(PREAMBLE) : head + length])
        if check(body) != 0:
            del held[: len(PREAMBLE)]
            return Damaged("check")
        del held[: head + length]
        return Answer(status=body[4], data=body[5:-1])


def sam_id(data: bytes) -> str:
    """The reader's security module in its printed form: `05.01-20119255-0000000001-0000000002`."""
    numbers = (int.from_bytes(data[at : at + 4], "little") for at in (4, 8, 12))
    made, first, last = numbers
    return f"{data[0]:02}.{data[2]:02}-{made:08}-{first:010}-{last:010}"


def masked_sam_id(text: str) -> str:
    """The first six and the last four of it."""
    return f"{text[:6]}****{text[-4:]}"


class Content(NamedTuple):
    """What a read brought, in the card's own formats."""

    text: bytes
    photo: bytes


def content(data: bytes) -> Content | None:
    """The parts of a read, by the lengths that it states itself; None where these are not its lengths."""
    text_bytes, photo_bytes = int.from_bytes(data[:2], "big"), int.from_bytes(data[2:4], "big")
    if text_bytes != TEXT_BYTES or len(data) != 4 + text_bytes + photo_bytes:
        return None
    return Content(data[4 : 4 + text_bytes], data[4 + text_bytes :])


_FLAGS: dict[str, CardKind] = {"": "resident", "J": "residence_permit", "Y": "foreigner", "I": "foreigner_2017"}
_SEXES: dict[str, Sex] = {"1": "male", "2": "female"}
LONG_TERM = "长期"


def read_text(text: bytes) -> IdCard | None:
    """The text of a card; None for one of no layout that is known, or whose number contradicts itself."""
    try:
        kind = _FLAGS.get(_field(text, 248, 2))
        card = None if kind is None else _with_validity(_READERS[kind](text), text)
    except UnicodeDecodeError:
        return None
    if card is None or not card.name or not card.number:
        return None
    own_rule = card.kind in ("resident", "residence_permit")
    return card if not own_rule or is_number(card.number) else None


def _resident(text: bytes) -> IdCard:
    return IdCard(
        kind="resident",
        name=_field(text, 0, 30),
        sex=_sex(text, 30),
        nation=_field(text, 32, 4),
        born=_day(_field(text, 36, 16)),
        address=_field(text, 52, 70),
        number=_field(text, 122, 36),
        issuer=_field(text, 158, 30),
    )


def _residence_permit(text: bytes) -> IdCard:
    return IdCard(
        kind="residence_permit",
        name=_field(text, 0, 30),
        sex=_sex(text, 30),
        born=_day(_field(text, 36, 16)),
        address=_field(text, 52, 70),
        number=_field(text, 122, 36),
        issuer=_field(text, 158, 30),
        pass_number=_field(text, 220, 18),
    )


def _foreigner(text: bytes) -> IdCard:
    latin = (_decoded(text, 52, 70) + _decoded(text, 220, 22)).strip(_PADDING)
    return IdCard(
        kind="foreigner",
        name=_field(text, 0, 30) or latin,
        latin_name=latin,
        sex=_sex(text, 30),
        born=_day(_field(text, 36, 16)),
        number=_field(text, 122, 36),
        nationality=_field(text, 242, 6),
    )


def _foreigner_2017(text: bytes) -> IdCard:
    latin = _field(text, 0, 120)
    return IdCard(
        kind="foreigner_2017",
        name=_field(text, 158, 30) or latin,
        latin_name=latin,
        sex=_sex(text, 120),
        born=_day(_field(text, 220, 16)),
        number=_field(text, 122, 30),
        nationality=_field(text, 152, 6),
    )


_READERS = {
    "resident": _resident,
    "residence_permit": _residence_permit,
    "foreigner": _foreigner,
    "foreigner_2017": _foreigner_2017,
}


def _with_validity(card: IdCard, text: bytes) -> IdCard:
    last = _field(text, 204, 16)
    return msgspec.structs.replace(
        card, valid_from=_day(_field(text, 188, 16)), expires=_day(last), long_term=last == LONG_TERM
    )


def is_number(number: str) -> bool:
    """Whether an 18-character number ends in the check character of GB 11643."""
    digits, last = number[:17], number[17:]
    if len(digits) != 17 or not (digits.isascii() and digits.isdigit()):
        return False
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(weight * int(digit) for weight, digit in zip(weights, digits, strict=True))
    return last == "10X98765432"[total % 11]


_PADDING = " \x00\u3000"


def _decoded(text: bytes, at: int, size: int) -> str:
    return text[at : at + size].decode("utf-16-le")


def _field(text: bytes, at: int, size: int) -> str:
    return _decoded(text, at, size).strip(_PADDING)


def _sex(text: bytes, at: int) -> Sex:
    return _SEXES.get(_field(text, at, 2), "unknown")


def _day(digits: str) -> date | None:
    if len(digits) != 8 or not (digits.isascii() and digits.isdigit()):
        return None
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return None
