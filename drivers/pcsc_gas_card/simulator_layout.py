"""The demo's cards as the simulated world reads them, from docs/gas-cards.md: their issuer, and the meter at home."""

import hashlib
from dataclasses import dataclass

SIZE = 256
DAY = "20261101"
"""Of the issue, and of the first visit to the meter."""


@dataclass(frozen=True)
class Purchase:
    """What a meter would find. Gas in hundredths of a cubic metre."""

    number: str
    count: int
    gas: int
    total: int


@dataclass(frozen=True)
class Visit:
    """What a meter wrote on a card: hundredths of a cubic metre that it had then, and its state in words."""

    left: int
    state: tuple[str, ...]
    day: str


STATES = {0: "battery low", 1: "valve shut", 2: "alarm"}
"""By bit."""


def check(data: bytes) -> bytes:
    """CRC-16/CCITT-FALSE, bit by bit."""
    crc = 0xFFFF
    for byte in data:
        crc ^= byte << 8
        for _ in range(8):
            crc = (crc << 1) ^ (0x1021 if crc & 0x8000 else 0)
        crc &= 0xFFFF
    return bytes([crc >> 8, crc & 0xFF])


def key_of(number: str, generation: int, length: int) -> bytes:
    """The demo company's."""
    return hashlib.sha256(f"menkou-demo:{number}:{generation}".encode("ascii")).digest()[:length]


def issue(number: str, count: int, gas: int, total: int) -> bytearray:
    """A card as the company's counter hands it out; since then it was in its meter, unless gas is on it."""
    image = bytearray(b"\xff" * SIZE)
    image[0:4] = bytes.fromhex("A2131091")
    owner = b"MKGC\x01" + bytes.fromhex(number)
    image[0x08:0x14] = owner + check(owner)
    image[0x40] = 0
    image[0x41] = count % 251
    _set_record(image, count, gas, total)
    if not gas:
        _visit(image, left=320)
    return image


def key_changing(image: bytes) -> bool:
    """Whether it was left in the middle of a change of its key: nobody can say which it has."""
    return image[0x40] == 0xFF


def read(image: bytes) -> Purchase | None:
    """What is on it, if a meter would take it."""
    owner, first, second = (bytes(image[a:b]) for a, b in ((0x08, 0x14), (0x20, 0x30), (0x30, 0x40)))
    if owner[:5] != b"MKGC\x01" or check(owner[:10]) != owner[10:]:
        return None
    if first != second or check(first[:14]) != first[14:] or image[0x40] == 0xFF:
        return None
    count, gas, total = (int.from_bytes(first[a:b], "big") for a, b in ((0, 2), (2, 6), (6, 10)))
    if image[0x41] != count % 251:
        return None
    return Purchase(owner[5:10].hex(), count, gas, total)


def bought(image: bytes, gas: int) -> bytes:
    """What a card must hold after one more purchase, as the company would have it."""
    purchase = read(image)
    if purchase is None:
        raise ValueError("nothing can be bought for such a card")
    new = bytearray(image)
    _set_record(new, purchase.count + 1, gas, purchase.total + gas)
    new[0x41] = (purchase.count + 1) % 251
    return bytes(new)


def at_the_meter(image: bytearray, state: frozenset[str] = frozenset()) -> int:
    """The meter, which is in that state, takes the gas, and writes its part. How much it took; nothing from a card that
    it does not take."""
    purchase = read(bytes(image))
    if purchase is None:
        return 0
    _set_record(image, purchase.count, 0, purchase.total)
    never = image[0x50:0x54] == b"\xff" * 4
    _visit(image, left=purchase.gas + (0 if never else int.from_bytes(image[0x50:0x54], "big")), state=state)
    return purchase.gas


def last_visit(image: bytes) -> Visit | None:
    """What the meter wrote, if it ever did."""
    part = bytes(image[0x50:0x60])
    if check(part[:14]) != part[14:]:
        return None
    state = tuple(name for bit, name in STATES.items() if part[4] >> bit & 1)
    return Visit(int.from_bytes(part[:4], "big"), state, part[5:9].hex())


def _set_record(image: bytearray, count: int, gas: int, total: int) -> None:
    record = count.to_bytes(2, "big") + gas.to_bytes(4, "big") + total.to_bytes(4, "big") + bytes.fromhex(DAY)
    image[0x20:0x30] = image[0x30:0x40] = record + check(record)


def _visit(image: bytearray, left: int, state: frozenset[str] = frozenset()) -> None:
    bits = sum(1 << bit for bit, name in STATES.items() if name in state)
    part = left.to_bytes(4, "big") + bytes([bits]) + bytes.fromhex(DAY) + b"\xff" * 5
    image[0x50:0x60] = part + check(part)
