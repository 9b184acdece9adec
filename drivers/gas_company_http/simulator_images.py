"""The demo's cards as the simulated company reads and makes them: an independent reading of docs/gas-cards.md."""

import hashlib
from dataclasses import dataclass
from datetime import date

SIZE = 256
RECORD, COPY = 0x20, 0x30
GENERATION, MARKER = 0x40, 0x41


@dataclass(frozen=True)
class Sound:
    """A card that a meter would take. Gas in hundredths of a cubic meter."""

    number: str
    count: int
    gas: int
    total: int
    generation: int


def read(image: bytes) -> Sound | None:
    """What it says; None where it contradicts itself or is none of ours."""
    number = number_of(image)
    record, copy = image[RECORD:COPY], image[COPY:GENERATION]
    if number is None or record != copy or _check(record[:14]) != record[14:]:
        return None
    count = int.from_bytes(record[:2], "big")
    if image[MARKER] != count % 251 or image[GENERATION] == 0xFF:
        return None
    gas, total = int.from_bytes(record[2:6], "big"), int.from_bytes(record[6:10], "big")
    return Sound(number, count, gas, total, image[GENERATION])


def number_of(image: bytes) -> str | None:
    """Whose it is, also of one that was written by half."""
    owner = image[0x08:0x14]
    if len(image) != SIZE or owner[:5] != b"MKGC\x01" or _check(owner[:10]) != owner[10:]:
        return None
    return owner[5:10].hex()


def from_the_meter(image: bytes) -> tuple[int, int, str] | None:
    """What was left in the meter, its state, and the day on which it wrote that; None where it never did."""
    part = image[0x50:0x60]
    if _check(part[:14]) != part[14:]:
        return None
    return int.from_bytes(part[:4], "big"), part[4], part[5:9].hex()


def purchased(image: bytes, card: Sound, gas: int, day: date, generation: int) -> bytes:
    """The image of the next purchase."""
    total = card.total + gas
    record = (card.count + 1).to_bytes(2, "big") + gas.to_bytes(4, "big") + total.to_bytes(4, "big")
    record += bytes.fromhex(f"{day:%Y%m%d}")
    made = bytearray(image)
    made[RECORD:COPY] = made[COPY:GENERATION] = record + _check(record)
    made[GENERATION], made[MARKER] = generation, (card.count + 1) % 251
    return bytes(made)


def key_of(number: str, generation: int, length: int) -> bytes:
    """The card's key."""
    return hashlib.sha256(f"menkou-demo:{number}:{generation}".encode("ascii")).digest()[:length]


def _check(data: bytes) -> bytes:
    crc = 0xFFFF
    for byte in data:
        crc ^= byte << 8
        for _ in range(8):
            crc = ((crc << 1) ^ 0x1021 if crc & 0x8000 else crc << 1) & 0xFFFF
    return crc.to_bytes(2, "big")
