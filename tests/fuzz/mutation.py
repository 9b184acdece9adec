"""Valid bytes made hostile: everything follows from one seeded `random.Random`."""

import json
from collections.abc import Callable, Sequence
from copy import deepcopy
from random import Random
from typing import Any, Literal

Shape = Literal["bytes", "json", "lines"]
"""What an input is made of: then also whole values of JSON are changed, or whole lines `key = value`."""

INPUT_LIMIT = 20_000
"""Bytes of one input: more than twice the longest frame of any codec; or twice the valid input, where that is more."""
SPECIAL = bytes((0x00, 0x02, 0x03, 0x06, 0x0A, 0x0D, 0x10, 0x11, 0x12, 0x13, 0x15, 0x1B, 0x1D, 0x22, 0x37, 0x5C, 0x7C))
NUMBERS = (b"0", b"-0", b"-1", b"1e400", b"0.5", b"2147483648", b"9223372036854775808", b"9" * 400)
BAD_TEXT = (b"\xff\xfe", b"\xc0\x80", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xe2\x80\xae", b"\xef\xbb\xbf")
NESTS = (b"[", b'{"a":', b"[[{", b"a.")
VALUES: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 1, 1.0, 0.5, 2**31, 2**63, 2**64, 10**12, 10**12 + 1, 10**30, -(10**30)),
    *("", "0", "-1", "1e5", "NaN", "\0", "\n", "\u202e", "１２", "Z" * 600, [], {}, [[]], {"": {}}),
)


DEEPEST = 400
"""Levels of JSON that are walked through."""
LITERALS = (
    *(b"", b'""', b"true", b"0", b"-1", b"1", b"9" * 30, b"0.5", b"nan", b"-inf", b"1e400", b"0x7f", b"1979-05-27"),
    *(b"[]", b"{}", b"[[]]", b'["a", "a"]', b"{a = 1}", b'"sim:escpos"', b'"sim:"', b'"file:/nowhere"', b'"env:"'),
    *(b'"http://[::1"', b'"https://a:99999"', b'"serial:///dev/null?baudrate=0"', b'"usb://04b8:"', b'"socket://"'),
    *(b'"\\u0000"', b'"' + b"Z" * 600 + b'"', '"１２"'.encode(), b'"../../etc"', b"'" * 3, b'"' * 3, b"[" * 200),
)
HEADS = (b"[[device]]", b"[device.settings]", b"[hall]", b"[a.b.c]", b"[[a]]", b"[", b"# \xff", b"a.b.c = 1")
"""Of TOML."""


def mutate(random: Random, corpus: Sequence[bytes], shape: Shape) -> bytes:
    """One input from the corpus."""
    data = random.choice(corpus)
    limit = max(INPUT_LIMIT, 2 * len(data))
    if shape != "bytes" and random.random() < 0.7:
        data = _mutate_json(random, data, corpus) if shape == "json" else _mutate_lines(random, data, corpus)
        if random.random() < 0.8:
            return data[:limit]
    for _ in range(random.choice((0, 1, 1, 1, 2, 3, 8))):
        data = random.choice(_STEPS)(random, data, corpus)[:limit]
    return data


def minimised(data: bytes, fails: Callable[[bytes], bool]) -> bytes:
    """A shorter input that still fails: pieces are left out, large ones first."""
    size = len(data)
    while size > 0:
        at = 0
        while at < len(data):
            shorter = data[:at] + data[at + size :]
            if fails(shorter):
                data = shorter
            else:
                at += size
        size //= 2
    return data


def _flip(random: Random, data: bytes, _: Sequence[bytes]) -> bytes:
    if not data:
        return data
    at = random.randrange(len(data))
    return data[:at] + bytes((data[at] ^ 1 << random.randrange(8),)) + data[at + 1 :]


def _cut(random: Random, data: bytes, _: Sequence[bytes]) -> bytes:
    first, last = sorted(random.randint(0, len(data)) for _ in range(2))
    return random.choice((data[:first], data[first:], data[:first] + data[last:]))


def _splice(random: Random, data: bytes, corpus: Sequence[bytes]) -> bytes:
    other = random.choice(corpus)
    return data[: random.randint(0, len(data))] + other[random.randint(0, len(other)) :]


def _repeat(random: Random, data: bytes, _: Sequence[bytes]) -> bytes:
    first, last = sorted(random.randint(0, len(data)) for _ in range(2))
    return data[:last] + data[first:last] * random.choice((1, 2, 9)) + data[last:]


def _insert(random: Random, data: bytes, corpus: Sequence[bytes]) -> bytes:
    at = random.randint(0, len(data))
    match random.randrange(6):
        case 0:
            piece = random.choice(corpus)
        case 1:
            piece = random.choice(NUMBERS)
        case 2:
            piece = random.choice(BAD_TEXT)
        case 3 if random.random() < 0.05:
            piece = random.choice(NESTS) * random.choice((50, 1_200, 6_000))
        case 4 if random.random() < 0.05:
            piece = bytes((random.choice(SPECIAL),)) * random.choice((255, 8_190, 8_193))
        case _:
            piece = bytes(random.choice(SPECIAL) for _ in range(random.randint(1, 4)))
    return data[:at] + piece + data[at + random.choice((0, 0, len(piece))) :]


def _noise(random: Random, data: bytes, _: Sequence[bytes]) -> bytes:
    at = random.randint(0, len(data))
    return data[:at] + random.randbytes(random.randint(1, 12)) + data[at:]


_STEPS = (_flip, _cut, _splice, _repeat, _insert, _noise)


def _mutate_json(random: Random, data: bytes, corpus: Sequence[bytes]) -> bytes:
    tree = _tree(data)
    for _ in range(random.choice((1, 1, 2, 3))):
        places = list(_places(tree))
        if not places:
            break
        holder, key = random.choice(places)
        match random.randrange(6):
            case 0:
                del holder[key]
            case 1:
                other, elsewhere = random.choice(places)
                holder[key] = json.loads(json.dumps(other[elsewhere]))
            case 2:
                holder[key] = random.choice(({"a": holder[key]}, [holder[key]], str(holder[key])[:600]))
            case 3:
                others = list(_places(_tree(random.choice(corpus))))
                if others:
                    other, elsewhere = random.choice(others)
                    holder[key] = other[elsewhere]
            case 4 if isinstance(holder[key], int):
                holder[key] += random.choice((-1, 1, 100, -100))
            case _:
                holder[key] = deepcopy(
                    random.choice(VALUES)
                )  # or a later change would change the choice, even into a ring
    return json.dumps(tree, ensure_ascii=random.random() < 0.5).encode("utf-8", "surrogatepass")


def _tree(data: bytes) -> Any:
    """`data` as JSON; nothing where it is none, or too deep."""
    try:
        return json.loads(data) if data.count(b"[") + data.count(b"{") < DEEPEST else None
    except ValueError:
        return None


def _places(tree: Any) -> Any:
    match tree:
        case dict():
            keys: Any = list(tree)
        case list():
            keys = range(len(tree))
        case _:
            return
    for key in keys:
        yield tree, key
        yield from _places(tree[key])


def _mutate_lines(random: Random, data: bytes, corpus: Sequence[bytes]) -> bytes:
    lines = data.split(b"\n")
    for _ in range(random.choice((1, 1, 2, 3))):
        at = random.randrange(len(lines))
        key, equals, value = lines[at].partition(b"=")
        match random.randrange(8):
            case 0:
                del lines[at : at + random.choice((1, 1, 4))]
                lines = lines or [b""]
            case 1:
                lines.insert(random.randint(0, len(lines)), lines[at])
            case 2:
                other = random.choice(random.choice(corpus).split(b"\n"))
                lines[at] = key + b"=" + other.partition(b"=")[2] if b"=" in other else other
            case 3:
                lines[at] = random.choice(_STEPS)(random, key, corpus)[:200] + equals + value
            case _:
                lines[at] = key + b"= " + random.choice(LITERALS) if equals else random.choice(HEADS)
    return b"\n".join(lines)
