"""What goes to a scanner engine, and codes out of what comes from it. Pure.

Sources: the makers' manuals as collected by integrators (Honeywell and Datalogic: `16 54 0D`; Newland: `~` SOH `0000#`
`SCNTRG1;` ETX; Sunmi: the same words with a two's complement sum; PowerScan: single letters).
"""

import re

import msgspec

from kiosk.ports.recording import Direction, Mask

ENDS = {"cr": b"\r", "lf": b"\n", "crlf": b"\r\n", "none": b""}


class Trigger(msgspec.Struct, frozen=True):
    """What begins reading and what ends it; empty where nothing does."""

    start: bytes = b""
    stop: bytes = b""


def _sunmi(word: bytes) -> bytes:
    """A command with its sum: two bytes, so that all of it adds up to nothing."""
    return word + (-sum(word) % 65536).to_bytes(2)


TRIGGERS = {
    "continuous": Trigger(),
    "honeywell": Trigger(b"\x16T\r", b"\x16U\r"),
    "newland": Trigger(b"~\x010000#SCNTRG1;\x03", b"~\x010000#SCNTRG0;\x03"),
    "sunmi": Trigger(_sunmi(b"#SCNTRG1"), _sunmi(b"#SCNTRG0")),
    "datalogic": Trigger(b"T", b"X"),
}

_ACKS = re.compile(rb"(?:\x02\x010000[@#][^;\x03]{0,64}[\x05\x06\x15];\x03|[\x05\x06\x15])+")
"""What engines say to a command, and may glue before a code."""


class Inbox:
    """Cuts what arrives into codes. `longest` is in characters; a letter has four bytes at most."""

    def __init__(self, end: bytes, encoding: str, longest: int) -> None:
        self._end = end
        self._encoding = encoding
        self._longest = longest
        self._room = 4 * longest + len(end)
        self._held = b""
        self._too_long = False

    def reset(self) -> None:
        """Forget what came so far."""
        self._held, self._too_long = b"", False

    def feed(self, data: bytes) -> list[str]:
        """The codes that are whole by now."""
        self._held += data
        codes = []
        while self._end and self._end in self._held:
            raw, self._held = self._held.split(self._end, 1)
            before = len(raw) + len(self._end) - 1  # so much was held when its end was not there yet
            codes.append("" if self._too_long or before > self._room else self._code(raw))
            self._too_long = False
        if len(self._held) > self._room:
            self._held = self._held[-len(self._end) :] if self._end else b""
            self._too_long = True
        return list(filter(None, codes))

    def silence(self) -> list[str]:
        """Nothing more comes: without a suffix that ends a code, with one half a code is none."""
        raw, whole = self._held, not self._end and not self._too_long
        self.reset()
        code = self._code(raw) if whole else ""
        return [code] if code else []

    def _code(self, raw: bytes) -> str:
        """Its text; empty for what is none."""
        try:
            text = (
                _ACKS.sub(b"", raw, count=1).decode(self._encoding) if _ACKS.match(raw) else raw.decode(self._encoding)
            )
        except UnicodeDecodeError:
            return ""
        text = text.strip("\r\n")
        return text if len(text) <= self._longest and text.isprintable() else ""


def masking() -> Mask:
    """What may be kept of a scanner's talk: a code may be worth money, so every letter of one becomes an `x`."""

    def mask(direction: Direction, data: bytes) -> bytes:
        if direction == ">" or _ACKS.fullmatch(data):
            return data
        return bytes(byte if byte < 0x20 else 0x78 for byte in data)

    return mask
