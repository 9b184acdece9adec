"""Cards for tests of the company, made from docs/gas-cards.md."""

import binascii
from decimal import Decimal

SIZE = 256


def _checked(part: bytes) -> bytes:
    return part + binascii.crc_hqx(part, 0xFFFF).to_bytes(2, "big")


def card_image(number: str, count: int, gas: int = 0, total: int = 29_500, left: int = 320) -> bytes:
    """A card that was `left` hundredths in its meter at the last visit, with `gas` hundredths on it."""
    image = bytearray(b"\xff" * SIZE)
    image[0x08:0x14] = _checked(b"MKGC\x01" + bytes.fromhex(number))
    record = count.to_bytes(2, "big") + gas.to_bytes(4, "big") + total.to_bytes(4, "big") + bytes.fromhex("20261101")
    image[0x20:0x40] = _checked(record) * 2
    image[0x40:0x42] = bytes([0, count % 251])
    image[0x50:0x60] = _checked(left.to_bytes(4, "big") + b"\0" + bytes.fromhex("20261101") + b"\xff" * 5)
    return bytes(image)


def half(old: bytes, new: bytes) -> bytes:
    """`new` over `old`, broken off after the first copy."""
    return old[:0x20] + new[0x20:0x30] + old[0x30:0x41] + b"\xff" + old[0x42:]


def m3(hundredths: int) -> Decimal:
    return Decimal(hundredths) / 100
