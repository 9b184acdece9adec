"""The layout of the demo's cards, as docs/gas-cards.md has it.

A purchase is one record, kept twice. A single byte, the marker, says whether the record counts, so that there is one
moment, the last, before which nothing was bought and after which all was.
"""

import binascii
import struct
from decimal import Decimal
from typing import Final

from kiosk.devices.gas_card import MeterTrouble, WriteBack
from kiosk.devices.gas_card_layout import ChangeKey, Contents, Flaw, Put, Stand, Step

SIZE: Final = 256
_ISSUE: Final = slice(0x08, 0x14)
_MAGIC: Final = b"MKGC\x01"
_RECORD: Final = slice(0x20, 0x30)
_BACKUP: Final = slice(0x30, 0x40)
_KEY: Final = 0x40
_MARKER: Final = 0x41
_MARKERS: Final = 251
"""The marker is the count modulo this, so it is never FF, which is what a byte is while it is being written."""
_METER: Final = slice(0x50, 0x60)
_TROUBLES: Final[tuple[tuple[int, MeterTrouble], ...]] = ((0xFC, "alarm"), (0x02, "valve_shut"), (0x01, "battery_low"))
_ERASED: Final = 0xFF
_HUNDREDTHS: Final = 2


class DemoLayout:
    """See the module; a `Layout`."""

    size = SIZE

    def decode(self, image: bytes) -> Contents | Flaw:
        """See `Layout`."""
        issue = image[_ISSUE]
        if len(image) < SIZE or not issue.startswith(_MAGIC):
            return Flaw("foreign" if issue.strip(b"\xff") else "blank")
        if not _sound(issue) or not (number := issue[5:10].hex()).isdecimal():
            return Flaw("check")
        record, backup = image[_RECORD], image[_BACKUP]
        if record != backup or _marker(record) != image[_MARKER] or image[_KEY] == _ERASED:
            return Flaw("torn", number)
        if not _sound(record):
            return Flaw("check", number)
        return Contents(number, _volume(record[2:6]), _count(record), _write_back(image[_METER]))

    def stand(self, image: bytes, count: int) -> Stand:
        """See `Layout`. A record that is sound and of another purchase altogether gives it away."""
        counts = {_count(record) for record in (image[_RECORD], image[_BACKUP]) if _sound(record)}
        if len(image) < SIZE or counts - {count, count - 1}:
            return "neither"
        if image[_MARKER] == count % _MARKERS:
            return "after"
        return "before" if image[_MARKER] in ((count - 1) % _MARKERS, _ERASED) else "neither"

    def key_in_doubt(self, image: bytes) -> bool:
        """See `Layout`. The generation is FF from before the key changes until after."""
        return image[_KEY : _KEY + 1] == bytes([_ERASED])

    def key_changed(self, image: bytes, target: bytes) -> bool:
        """See `Layout`."""
        return image[_KEY : _KEY + 1] == target[_KEY : _KEY + 1]

    def steps(self, image: bytes, target: bytes) -> tuple[Step, ...]:
        """See `Layout`. What the meter wrote stays as it is."""
        data: list[Step] = [Put(part.start, target[part]) for part in (_RECORD, _BACKUP)]
        if image[_KEY] != target[_KEY]:
            data += [Put(_KEY, bytes([_ERASED])), ChangeKey(), Put(_KEY, target[_KEY : _KEY + 1])]
        return (*data, Put(_MARKER, target[_MARKER : _MARKER + 1]))


DEMO: Final = DemoLayout()


def _sound(part: bytes) -> bool:
    """Whether its last two bytes are the check of the others (CRC-16/CCITT-FALSE)."""
    return len(part) > 2 and struct.pack(">H", binascii.crc_hqx(part[:-2], 0xFFFF)) == part[-2:]


def _volume(hundredths: bytes) -> Decimal:
    return Decimal(int.from_bytes(hundredths, "big")).scaleb(-_HUNDREDTHS)


def _write_back(part: bytes) -> WriteBack | None:
    """What the meter wrote, if that is whole: a card that was pulled out of it is a sound card all the same."""
    if not _sound(part):
        return None
    troubles = tuple(trouble for bits, trouble in _TROUBLES if part[4] & bits)
    return WriteBack(left_m3=_volume(part[:4]), troubles=troubles)


def _count(record: bytes) -> int:
    return int.from_bytes(record[:2], "big")


def _marker(record: bytes) -> int:
    return _count(record) % _MARKERS
