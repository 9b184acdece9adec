"""The simulated reader by itself: it answers the protocol's own frames, byte for byte, those too that the driver never
sends."""

from kiosk.ports.port import Port, open_port
from tests.sdt_id.conftest import Counter

EMPTY = {
    "AA AA AA 96 69 00 03 10 FF EC": "AA AA AA 96 69 00 04 00 00 90 94",
    "AA AA AA 96 69 00 03 11 FF ED": "AA AA AA 96 69 00 04 00 00 90 94",
    "AA AA AA 96 69 00 03 20 01 22": "AA AA AA 96 69 00 04 00 00 80 84",
    "AA AA AA 96 69 00 03 20 02 21": "AA AA AA 96 69 00 04 00 00 81 85",
    "AA AA AA 96 69 00 03 30 01 32": "AA AA AA 96 69 00 04 00 00 41 45",
    "AA AA AA 96 69 00 03 30 10 23": "AA AA AA 96 69 00 04 00 00 41 45",
    "AA AA AA 96 69 00 03 60 00 63": "AA AA AA 96 69 00 04 00 00 90 94",
    "AA AA AA 96 69 00 03 60 04 67": "AA AA AA 96 69 00 04 00 00 90 94",
    "AA AA AA 96 69 00 04 61 FF 50 CA": "AA AA AA 96 69 00 04 00 00 90 94",
    "AA AA AA 96 69 00 04 61 FF 50 CB": "AA AA AA 96 69 00 04 00 00 10 14",
}
"""No card lies there. The last has a wrong check."""
LAID = {
    "AA AA AA 96 69 00 03 20 01 22": ("AA AA AA 96 69 00 08 00 00 9F 00 00 00 00 97", 15),
    "AA AA AA 96 69 00 03 20 02 21": ("AA AA AA 96 69 00 0C 00 00 90 00 00 00 00 00 00 00 00 9C", 19),
    "AA AA AA 96 69 00 03 30 03 30": ("AA AA AA 96 69 00 04 00 00 91 95", 11),
    "AA AA AA 96 69 00 03 30 01 32": ("AA AA AA 96 69 05 08 00 00 90 01 00 04 00", 1295),
    "AA AA AA 96 69 00 03 30 10 23": ("AA AA AA 96 69 09 0A 00 00 90 01 00 04 00 04 00", 2321),
}
"""One does: how each answer begins, and how long it is."""


async def asked(port: Port, question: str, size: int) -> bytes:
    """The first `size` bytes of the answer."""
    await port.write(bytes.fromhex(question), 5)
    answer = b""
    while len(answer) < size and (more := await port.read(5)):
        answer += more
    return answer


async def test_every_command_as_published(counter: Counter) -> None:
    port = await open_port(counter.announced["port"], 5)
    for question, whole in EMPTY.items():
        assert await asked(port, question, 11) == bytes.fromhex(whole), question
    await counter.lay()
    for question, (head, size) in LAID.items():
        answer = await asked(port, question, size)
        assert answer.startswith(bytes.fromhex(head)), question
        assert len(answer) == size, question
    await port.aclose()
    assert counter.oddities == []


async def test_a_command_that_no_reader_knows(counter: Counter) -> None:
    port = await open_port(counter.announced["port"], 5)
    assert (await asked(port, "AA AA AA 96 69 00 03 7F 00 7C", 11))[9] == 0x21
    await port.aclose()
    assert counter.oddities == ["command 7F00"]
