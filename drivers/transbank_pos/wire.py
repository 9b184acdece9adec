"""The Transbank Autoservicio dialect: frames in, frames out, and what their fields say. Pure: no clock, no port.

A frame is STX, ASCII fields separated by `|` (the first is a four-digit function), ETX, and the XOR of everything
after STX. ACK or NAK, one byte, answers every frame in both directions. Facts: transbankdevelopers.cl, reference
`posautoservicio`. Whatever arrives, reading it raises nothing.
"""

import re
from functools import reduce
from operator import xor
from typing import Literal

import msgspec

from kiosk.devices.payment import Attempt, Captured, Dead, Proof
from kiosk.ports.recording import Direction, Mask

STX, ETX, ACK, NAK = b"\x02", b"\x03", b"\x06", b"\x15"
FRAME_LIMIT = 8192
"""Bytes; the longest answer holds a voucher of 40 columns."""
TICKET_LIMIT = 20
AMOUNT_LIMIT = 999_999_999

SALE, SALE_ANSWER, PROGRESS = "0200", "0210", "0900"
LAST_SALE, LAST_SALE_ANSWER = "0250", "0260"
REVERSAL, REVERSAL_ANSWER = "1200", "1210"

POLL = "0100"
ASK_LAST_SALE = "0250|0"

APPROVED, NO_SALE = "00", "11"
CANCELLED_AT_TERMINAL = "07"
ALREADY_REVERSED = "04"
NEVER_REVERSIBLE = frozenset({"05", "08", "12", "21"})
"""Answers to a reversal that no repetition changes: nothing to reverse, a debit card, not supported, not allowed."""
FINAL_REFUSALS = frozenset({"01", "02", "03", "06", "07", "09", "10", "20", "22", "93"})
"""Codes with which a last sale tells that it was not approved (and not that something else is the matter)."""

AmountUnit = Literal["fen", "yuan"]


class Message(msgspec.Struct, frozen=True):
    """A good frame: its function and the fields after it."""

    function: str
    fields: tuple[str, ...]

    def field(self, n: int) -> str:
        """Field `n` as the sheet counts them (0 is the function), without spaces around it; "" when it is missing."""
        return self.function if n == 0 else self.fields[n - 1].strip() if n <= len(self.fields) else ""

    @property
    def code(self) -> str:
        """The answer's code, two digits or whatever stands there."""
        return self.field(1)


class Control(msgspec.Struct, frozen=True):
    """A single ACK or NAK."""

    accepted: bool


class Damaged(msgspec.Struct, frozen=True):
    """A frame that cannot be read."""

    why: Literal["check", "length", "function"]


Heard = Message | Control | Damaged


class Sale(msgspec.Struct, frozen=True):
    """What a sale's answer (0210), or the last sale (0260), says of the sale."""

    code: str
    terminal: str
    ticket: str
    amount: str
    operation: str
    authorisation: str

    def named(self) -> str:
        """In few words, the same for the same sale and different for any other. No card digits."""
        if self.code == NO_SALE:
            return f"none {self.terminal}".strip()
        words = (self.terminal, self.ticket, self.amount, self.operation, self.authorisation, self.code)
        return " ".join(_word(word) or "-" for word in words)

    @property
    def tells(self) -> bool:
        """Whether it says which sale was the last, or that there is none (and not that something is the matter)."""
        if self.code == NO_SALE:
            return True
        return bool(self.ticket or self.operation) and (self.code == APPROVED or self.code in FINAL_REFUSALS)

    def same_terminal_as(self, predecessor: str) -> bool:
        """Unless both name their terminals, and differently."""
        words = predecessor.split(" ")
        named = (words[1] if len(words) > 1 else "") if words[0] == "none" else words[0].strip("-")
        return "" in (named, self.terminal) or named == self.terminal

    @property
    def ref(self) -> str:
        """The sale's number for people and companies: terminal, operation and authorisation."""
        words = (self.terminal, self.operation, self.authorisation)
        return "-".join(word for word in map(_word, words) if word) or _word(self.ticket)


def lrc(data: bytes) -> int:
    """The check byte of `data`, which ends in ETX."""
    return reduce(xor, data, 0)


def frame(text: str) -> bytes:
    """`text` on the wire. Raises `UnicodeEncodeError` for anything but ASCII."""
    body = text.encode("ascii") + ETX
    return STX + body + bytes([lrc(body)])


def sale(attempt: Attempt, unit: AmountUnit) -> str | None:
    """The request for a sale with progress and without a voucher; None when this terminal cannot be asked for it."""
    amount = amount_field(attempt.amount_fen, unit)
    if amount is None or len(attempt.key) > TICKET_LIMIT:
        return None
    return f"{SALE}|{amount}|{attempt.key}|0|1"


def amount_field(fen: int, unit: AmountUnit) -> str | None:
    """`fen` in the terminal's unit; None when it has no such number."""
    amount, rest = (fen, 0) if unit == "fen" else divmod(fen, 100)
    return str(amount) if rest == 0 and 0 < amount <= AMOUNT_LIMIT else None


def fen_of(field: str, unit: AmountUnit) -> int | None:
    """An amount of the terminal in fen; None for what is no amount."""
    if not re.fullmatch(r"[0-9]{1,12}", field) or int(field) == 0:
        return None
    return int(field) * (1 if unit == "fen" else 100)


def read_sale(message: Message) -> Sale:
    """The fields that matter; those that are missing are empty."""
    return Sale(
        code=message.code,
        terminal=_word(message.field(3)),
        ticket=message.field(4),
        amount=message.field(6).lstrip("0"),
        operation=message.field(8),
        authorisation=message.field(5),
    )


def captured(sale: Sale, unit: AmountUnit) -> Captured | None:
    """An approved sale as money taken; None where its amount cannot be read."""
    fen = fen_of(sale.amount, unit)
    return None if fen is None else Captured(fen, sale.ref)


def refused(code: str) -> Dead:
    """A sale that was answered with another code than approved."""
    proof: Proof = "cancelled" if code == CANCELLED_AT_TERMINAL else "refused"
    return Dead(proof)


def _word(text: str) -> str:
    return re.sub(r"[^0-9A-Za-z]", "", text)[:TICKET_LIMIT]


class Inbox:
    """Takes bytes in any portions and finds what they hold. What is no frame, ACK or NAK is dropped."""

    def __init__(self) -> None:
        self._body: bytearray | None = None
        self._ended = False

    @property
    def inside(self) -> bool:
        """Whether a frame has begun and not ended."""
        return self._body is not None

    def reset(self) -> None:
        """Forget the frame that has begun: the rest of it will not come."""
        self._body = None
        self._ended = False

    def feed(self, data: bytes) -> list[Heard]:
        """What `data` completes."""
        heard = []
        for number in data:
            found = self._take(number)
            if found is not None:
                heard.append(found)
        return heard

    def _take(self, number: int) -> Heard | None:
        body = self._body
        if body is None:
            return self._outside(number)
        if self._ended:
            self.reset()
            return _read(bytes(body), number)
        if number == STX[0]:  # no data holds it: the frame before was cut off
            body.clear()
            return None
        body.append(number)
        if number == ETX[0]:
            self._ended = True
        elif len(body) > FRAME_LIMIT:
            self.reset()
            return Damaged("length")
        return None

    def _outside(self, number: int) -> Heard | None:
        if number == STX[0]:
            self._body = bytearray()
            return None
        return Control(accepted=number == ACK[0]) if number in (ACK[0], NAK[0]) else None


def _read(body: bytes, check: int) -> Message | Damaged:
    """A frame's bytes from after STX through ETX."""
    if lrc(body) != check:
        return Damaged("check")
    function, *fields = body[:-1].decode("latin-1").split("|")
    if not re.fullmatch(r"[0-9]{4}", function):
        return Damaged("function")
    return Message(function, tuple(fields))


_FRAME = re.compile(rb"\x02([^\x02\x03]*)\x03(.)", re.DOTALL)


def masking() -> Mask:
    """What may be kept of a terminal's talk: functions, codes and acknowledgements. In the other fields, which name
    cards, sales and amounts, digits become 0 and letters x; what is no whole frame is left out."""
    held = {">": b"", "<": b""}

    def mask(direction: Direction, data: bytes) -> bytes:
        heard, kept = held[direction] + data, b""
        while heard:
            whole = _FRAME.match(heard)
            if whole is not None:
                kept, heard = (
                    kept + _masked(whole[1], sound=whole[2] == bytes([lrc(whole[1] + ETX)])),
                    heard[whole.end() :],
                )
            elif heard[:1] == STX and len(heard) < FRAME_LIMIT:
                break
            else:
                kept, heard = kept + (heard[:1] if heard[:1] in (ACK, NAK) else b""), heard[1:]
        held[direction] = heard
        return kept

    return mask


def _masked(content: bytes, *, sound: bool) -> bytes:
    function, *fields = content.split(b"|")
    code = fields[:1] if function.endswith(b"10") else []
    masked = [re.sub(rb"[A-Za-z]", b"x", re.sub(rb"[0-9]", b"0", field)) for field in fields[len(code) :]]
    body = b"|".join((function, *code, *masked)) + ETX
    return STX + body + bytes([lrc(body) ^ (0 if sound else 1)])
