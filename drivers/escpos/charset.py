"""Which characters a printer's own font has, how wide they are, and what stands in for them."""

import unicodedata
from functools import lru_cache

from drivers.escpos.settings import Encoding

STAND_INS = {"¥": "￥", "\u00a0": " ", "\u2011": "-", "\u3000": "  ", "\t": " "}
"""Characters whose twin is in every Chinese font. The full-width yuan sign is the usual one on Chinese slips."""


def clean(text: str) -> str:
    """The text with stand-ins, and without control characters: no data of a bill may become a printer command."""
    text = "".join(STAND_INS.get(character, character) for character in unicodedata.normalize("NFC", text))
    return "".join(character for character in text if unicodedata.category(character) not in ("Cc", "Cf", "Cs"))


class Charset:
    """A printer's encoding, asked character by character."""

    def __init__(self, encoding: Encoding) -> None:
        self.encoding = encoding
        # A cache of this instance, which lives as long as the driver.
        self.bytes_of = lru_cache(maxsize=8192)(self._bytes_of)
        self.width = lru_cache(maxsize=8192)(self._width)

    def _bytes_of(self, character: str) -> bytes | None:
        """What prints `character`, or None where the printer's font lacks it."""
        if " " <= character <= "~":
            return character.encode("ascii")
        code = _two_bytes(character)
        match self.encoding:
            case "gb18030" | "gbk":
                return code
            case "gb2312":
                return code if code is not None and _in_gb2312(code) else None
            case "utf-8":
                # How wide such a printer draws an ambiguous character (×, ·) is anybody's guess: those are drawn.
                wide = unicodedata.east_asian_width(character) in "WF"
                return character.encode() if code is not None and wide else None

    def _width(self, character: str) -> int:
        """Columns of the 12-dot font: a character of the Chinese font takes two, a drawn one as Unicode says."""
        if unicodedata.combining(character):
            return 0
        code = self.bytes_of(character)
        if code is not None:
            return 1 if len(code) == 1 else 2
        return 2 if unicodedata.east_asian_width(character) in "WF" else 1

    def width_of(self, text: str) -> int:
        """Columns of a whole text."""
        return sum(map(self.width, text))

    def encode(self, text: str) -> bytes | None:
        """The bytes of a whole text, or None when any of it must be drawn."""
        codes = [self.bytes_of(character) for character in text]
        return None if None in codes else b"".join(code for code in codes if code is not None)


def _two_bytes(character: str) -> bytes | None:
    """The character in GBK where GB18030 agrees: the area that printers' fonts hold, without private use."""
    try:
        code = character.encode("gbk")
    except UnicodeEncodeError:
        return None
    return code if character.encode("gb18030") == code else None


def _in_gb2312(code: bytes) -> bool:
    # By code, since Python's codec names two punctuation marks differently in GB2312 and GBK.
    try:
        code.decode("gb2312")
    except UnicodeDecodeError:
        return False
    return True
