"""What goes into and comes out of a bank's MIS-POS library: fixed-width text. Pure.

Source: integrators' published notes on the UnionPay (银联商务) MIS-POS library. They agree on the order of the fields
and not on every width, so widths are settings.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Literal, NamedTuple

Kind = Literal["00", "01", "02", "04"]
SALE: Kind = "00"
VOID: Kind = "01"
REFUND: Kind = "02"
LAST: Kind = "04"
"""Asks for the last transaction again."""

APPROVED = "00"

REQUEST = {
    "pos": 8,
    "operator": 8,
    "kind": 2,
    "amount": 12,
    "date": 8,
    "reference": 12,
    "voucher": 6,
    "digits": 3,
}
ANSWER = {
    "code": 2,
    "bank": 4,
    "card": 20,
    "voucher": 6,
    "amount": 12,
    "message": 40,
    "merchant": 15,
    "terminal": 8,
    "batch": 6,
    "date": 4,
    "time": 6,
    "reference": 12,
    "authorisation": 6,
    "settled": 4,
    "digits": 3,
}


_PLAIN = re.compile(r"[0-9A-Za-z]*")


class Original(NamedTuple):
    """The sale that a void or a refund is about. `date` as `YYYYMMDD`."""

    date: str
    reference: str
    voucher: str

    def __str__(self) -> str:
        return "-".join(self)

    @classmethod
    def of(cls, ref: str) -> "Original | None":
        """From how `str` wrote it."""
        parts = ref.split("-")
        return cls(*parts) if len(parts) == len(cls._fields) and all(part.isalnum() for part in parts) else None


NONE = Original("", "", "")


class Answer(NamedTuple):
    """An answer whose form is right; whose it is, `digits` must tell. The card's number is not kept."""

    code: str
    amount_fen: int
    voucher: str
    reference: str
    terminal: str
    month_day: str
    time: str
    digits: str

    def named(self) -> str:
        """The transaction in words that no other one has."""
        return "/".join((self.terminal, self.month_day, self.time, self.voucher, self.reference, str(self.amount_fen)))

    def original(self, now: datetime) -> Original:
        """How to speak of it later; an answer knows the day and not the year."""
        year = now.year - (self.month_day > f"{now:%m%d}")  # rung up before New Year, asked for after it
        return Original(f"{year:04d}{self.month_day}", self.reference, self.voucher)


class Damaged(NamedTuple):
    """What came back is no answer."""

    why: str


def request(
    widths: Mapping[str, int],
    kind: Kind,
    digits: str,
    *,
    pos: str,
    operator: str,
    amount_fen: int = 0,
    original: Original = NONE,
) -> bytes | None:
    """The request's bytes; None where a value is longer than its field."""
    values = {
        "pos": pos,
        "operator": operator,
        "kind": kind,
        "amount": str(amount_fen).rjust(widths["amount"], "0"),
        "date": original.date,
        "reference": original.reference,
        "voucher": original.voucher,
        "digits": digits,
    }
    if any(len(values[name]) > width for name, width in widths.items()):
        return None
    return "".join(values[name].ljust(width) for name, width in widths.items()).encode("ascii")


def answer(widths: Mapping[str, int], content: bytes) -> Answer | Damaged:
    """What an answer says. Never raises."""
    if len(content) < sum(widths.values()):
        return Damaged(f"{len(content)} bytes instead of {sum(widths.values())}")
    found: dict[str, str] = {}
    at = 0
    for name, width in widths.items():
        found[name] = content[at : at + width].decode("latin-1").strip(" \0")  # a message is GBK, and nobody's business
        at += width
    for name in ("code", "amount", "voucher", "terminal", "date", "time", "reference", "digits"):
        if not _PLAIN.fullmatch(found[name]):
            return Damaged(f"its {name} is not digits or letters")
    if not (found["code"] and found["amount"].isdecimal()):
        return Damaged("it has no code or no amount")
    return Answer(
        code=found["code"],
        amount_fen=int(found["amount"]),
        voucher=found["voucher"],
        reference=found["reference"],
        terminal=found["terminal"],
        month_day=found["date"],
        time=found["time"],
        digits=found["digits"],
    )
