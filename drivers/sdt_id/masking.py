"""What may be kept of a reader's talk. The person of a card is exchanged for an invented one, on the same kind of card,
so that a replay reads a card too; every other content of an answer (a card's serial number, the security module's)
becomes zeros, and so does whatever is no whole answer."""

from drivers.sdt_id import wire
from kiosk.ports.recording import Direction, Mask

_HEAD = len(wire.PREAMBLE) + 2
_INVENTED = ((0, "某某"), (30, "1"), (32, "01"), (36, "19900101"), (122, "110101199001010015"), (158, "某某公安局"))
_DAYS = ((188, "20200101"), (204, "20400101"))
_KIND = slice(248, 250)


def masking() -> Mask:
    """See `kiosk.ports.recording`."""
    held = b""

    def mask(direction: Direction, data: bytes) -> bytes:
        nonlocal held
        if direction == ">":
            held = b""  # the answer before was never whole
            return data
        held += data
        kept = b""
        while (part := _first_part(held)) is not None:
            kept, held = kept + _masked(part), held[len(part) :]
        return kept

    return mask


def _first_part(held: bytes) -> bytes | None:
    """The first answer, or what stands before it; None while that cannot be told."""
    start = held.find(wire.PREAMBLE)
    if start:
        noise = held[:start] if start > 0 else held[: 1 - len(wire.PREAMBLE)]
        return noise or None
    if len(held) < _HEAD:
        return None
    length = int.from_bytes(held[len(wire.PREAMBLE) : _HEAD], "big")
    if not wire.SHORTEST <= length <= wire.LONGEST:
        return held[:1]
    if len(held) < _HEAD + length:
        return None
    body = held[len(wire.PREAMBLE) : _HEAD + length]
    return held[: _HEAD + length] if wire.check(body) == 0 else held[:1]


def _masked(part: bytes) -> bytes:
    if len(part) <= _HEAD:
        return bytes(len(part))
    body, data = part[len(wire.PREAMBLE) : _HEAD + 3], part[_HEAD + 3 : -1]
    read = wire.content(data)
    body += bytes(len(data)) if read is None else data[:4] + _somebody(read.text) + bytes(len(read.photo))
    return wire.PREAMBLE + body + bytes([wire.check(body)])


def _somebody(text: bytes) -> bytes:
    invented = bytearray(" ".encode("utf-16-le") * (wire.TEXT_BYTES // 2))
    for at, words in (*_INVENTED, *_DAYS):
        invented[at : at + 2 * len(words)] = words.encode("utf-16-le")
    invented[_KIND] = text[_KIND]
    return bytes(invented)
