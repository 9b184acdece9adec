"""The simulated printer's reading of the ESC/POS stream, written from the sheet and Epson's reference alone.

`take` cuts one command or character off the front of the receive buffer, or says that it is not whole yet, so input
may be split anywhere. It knows lengths; what a command does is the machine's business.
"""

from typing import Literal

import msgspec

Encoding = Literal["gb18030", "utf-8"]


class Glyph(msgspec.Struct, frozen=True):
    """A character to print. `wide`: from the Chinese font. `missing`: the font has nothing there."""

    character: str
    wide: bool
    missing: bool = False


class Command(msgspec.Struct, frozen=True):
    """A command by its Epson name, with its parameter bytes (for `GS v 0`: the whole rest)."""

    name: str
    data: bytes = b""


class Unknown(msgspec.Struct, frozen=True):
    """Bytes that are no command of this printer."""

    data: bytes


Item = Glyph | Command | Unknown

# How many parameter bytes follow the letter.
_ESC_FIXED = {
    **dict.fromkeys("@2<LSim", 0),
    **dict.fromkeys("!-3=?EGJMRTVadert{ ", 1),
    **dict.fromkeys("$\\c", 2),
    "p": 3,
}
_GS_FIXED = {**dict.fromkeys("!/BHIabfhrw", 1), **dict.fromkeys("$LPW\\", 2)}
_FS_FIXED = {**dict.fromkeys("&.", 0), **dict.fromkeys("!-CW", 1), "S": 2}


def take(buffer: bytes, chinese: bool, encoding: Encoding) -> tuple[Item, int] | None:
    """The first item of the buffer and how many bytes it is; None when more bytes are needed."""
    if not buffer:
        return None
    match buffer[0]:
        case 0x1B:
            return _fixed("ESC", _ESC_FIXED, buffer)
        case 0x1C:
            return _sized("FS", buffer) if buffer[1:2] == b"(" else _fixed("FS", _FS_FIXED, buffer)
        case 0x1D:
            return _group(buffer)
        case 0x10:
            return _data_link(buffer)
        case 0x0A:
            return Command("LF"), 1
        case 0x0D | 0x00:
            return Command("nothing"), 1
        case 0x09:
            return Command("HT"), 1
        case byte if byte < 0x20 or byte == 0x7F:
            return Unknown(buffer[:1]), 1
        case byte if byte < 0x80:
            return Glyph(chr(byte), wide=False), 1
        case _ if chinese:
            return _han_utf8(buffer) if encoding == "utf-8" else _han(buffer)
        case byte:
            return Glyph(bytes((byte,)).decode("cp437"), wide=False), 1


def _fixed(family: str, table: dict[str, int], buffer: bytes) -> tuple[Item, int] | None:
    if len(buffer) < 2:
        return None
    letter = chr(buffer[1])
    if letter not in table:
        return Unknown(buffer[:2]), 2
    length = 2 + table[letter]
    return None if len(buffer) < length else (Command(f"{family} {letter}", buffer[2:length]), length)


def _group(buffer: bytes) -> tuple[Item, int] | None:
    """GS commands, of which some carry their own length."""
    if len(buffer) < 3:
        return None
    letter = chr(buffer[1])
    if letter == "V":
        length = 4 if buffer[2] in (0x41, 0x42) else 3
        return None if len(buffer) < length else (Command("GS V", buffer[2:length]), length)
    if letter == "v":
        if len(buffer) < 8:
            return None
        if buffer[2] != 0x30:
            return Unknown(buffer[:3]), 3
        length = 8 + (buffer[4] + 256 * buffer[5]) * (buffer[6] + 256 * buffer[7])
        return None if len(buffer) < length else (Command("GS v 0", buffer[3:length]), length)
    if letter == "(":
        return _sized("GS", buffer)
    return _fixed("GS", _GS_FIXED, buffer)


def _sized(family: str, buffer: bytes) -> tuple[Item, int] | None:
    """Commands whose second byte is `(`: a letter, the length, and that many bytes."""
    if len(buffer) < 5:
        return None
    length = 5 + buffer[3] + 256 * buffer[4]
    return None if len(buffer) < length else (Command(f"{family} ( {chr(buffer[2])}", buffer[5:length]), length)


def _data_link(buffer: bytes) -> tuple[Item, int] | None:
    """Real-time commands: acted on when they arrived, so nothing is left to do."""
    if len(buffer) < 2:
        return None
    if buffer[1] in (0x04, 0x05):
        return None if len(buffer) < 3 else (Command("nothing"), 3)
    if buffer[1] == 0x14:
        return None if len(buffer) < 5 else (Command("nothing"), 5)
    return Unknown(buffer[:1]), 1


def _han(buffer: bytes) -> tuple[Item, int] | None:
    """GB18030 as printers have it: the two-byte area. A four-byte character prints as a hole."""
    if len(buffer) < 2:
        return None
    if 0x30 <= buffer[1] <= 0x39:
        return None if len(buffer) < 4 else (Glyph("□", wide=True, missing=True), 4)
    pair = buffer[:2]
    try:
        character = pair.decode("gbk")
    except UnicodeDecodeError:
        return Glyph("□", wide=True, missing=True), 2
    return Glyph(character, wide=True), 2


def _han_utf8(buffer: bytes) -> tuple[Item, int] | None:
    length = 2 if buffer[0] < 0xE0 else 3 if buffer[0] < 0xF0 else 4
    if len(buffer) < length:
        return None
    character = buffer[:length].decode("utf-8", "replace")[0]
    known = character.encode("gbk", "replace") != b"?"
    return Glyph(character if known else "□", wide=True, missing=not known), length


class RealTime:
    """Finds DLE EOT and DLE ENQ in what arrives, wherever they stand: even inside a picture, as printers do."""

    def __init__(self) -> None:
        self._held = b""

    def scan(self, data: bytes) -> list[tuple[Literal["EOT", "ENQ"], int, int]]:
        """What was asked, its n, and where in `data` it ended."""
        found: list[tuple[Literal["EOT", "ENQ"], int, int]] = []
        whole = self._held + data
        offset = len(self._held)
        at = 0
        while at + 2 < len(whole):
            if whole[at] == 0x10 and whole[at + 1] in (0x04, 0x05) and whole[at + 2] in (1, 2, 3, 4):
                found.append(("EOT" if whole[at + 1] == 0x04 else "ENQ", whole[at + 2], at + 3 - offset))
                at += 3
            else:
                at += 1
        self._held = whole[at:]
        return found
