"""What a gas company makes of a card: jobs in the demo's layout, by a third reading of docs/gas-cards.md."""

import hashlib
from decimal import Decimal
from typing import Any

import msgspec

from kiosk.devices.gas_card import CardJob, image_hash

POLYNOMIAL = 0x11021


def crc(data: bytes) -> bytes:
    """CRC-16/CCITT-FALSE as the polynomial division that it is."""
    length = len(data) * 8
    rest = (int.from_bytes(data, "big") << 16) ^ (0xFFFF << length if length >= 16 else 0)
    for bit in range(length + 15, 15, -1):
        if rest >> bit & 1:
            rest ^= POLYNOMIAL << (bit - 16)
    return rest.to_bytes(2, "big")


def record(count: int, gas: int, total: int, day: str = "20261128") -> bytes:
    """A purchase. Gas in hundredths of a cubic metre."""
    data = count.to_bytes(2, "big") + gas.to_bytes(4, "big") + total.to_bytes(4, "big") + bytes.fromhex(day)
    return data + crc(data)


def image(
    number: str = "0200000284", count: int = 7, gas: int = 2500, total: int = 32000, generation: int = 0
) -> bytes:
    """A whole card."""
    card = bytearray(b"\xff" * 256)
    card[0x00:0x04] = b"\xa2\x13\x10\x91"
    issue = b"MKGC\x01" + bytes.fromhex(number)
    card[0x08:0x14] = issue + crc(issue)
    card[0x20:0x40] = record(count, gas, total) * 2
    card[0x40:0x42] = bytes([generation, count % 251])
    return bytes(card)


def key(number: str, generation: int = 0, length: int = 3) -> bytes:
    """The demo company's keys."""
    return hashlib.sha256(b"menkou-demo:%s:%d" % (number.encode(), generation)).digest()[:length]


def sell(
    card: bytes, gas: int = 2500, *, new_generation: int | None = None, key_bytes: int = 3, **more: Any
) -> CardJob:
    """The job that writes `gas` on a card as it was read."""
    number = card[0x0D:0x12].hex()
    count, total = (int.from_bytes(card[a:b], "big") for a, b in ((0x20, 0x22), (0x26, 0x2A)))
    target = bytearray(card)
    target[0x20:0x40] = record(count + 1, gas, total + gas) * 2
    target[0x41] = (count + 1) % 251
    generation = card[0x40]
    target[0x40] = generation if new_generation is None else new_generation
    job = CardJob(
        order_no="T1K2000418",
        n=1,
        provider_job="J-77",
        card=number,
        count=count + 1,
        expect_gas_m3=Decimal(gas).scaleb(-2),
        old_hash=image_hash(card),
        new_image=bytes(target),
        old_key=key(number, generation, key_bytes),
        new_key=key(number, target[0x40], key_bytes),
    )
    return msgspec.structs.replace(job, **more)
