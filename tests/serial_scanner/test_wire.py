"""Codes out of bytes, however the bytes come."""

import pytest

from drivers.serial_scanner.wire import ENDS, Inbox

LONGEST = 8
ROOM = 4 * LONGEST


@pytest.mark.parametrize("end", ["cr", "lf", "crlf"])
@pytest.mark.parametrize("padding", range(ROOM - 12, ROOM + 4))
def test_what_is_too_long_is_so_in_one_piece_and_in_many(end: str, padding: int) -> None:
    other = b"\n" if end == "cr" else b"\r"
    data = b"12345678" + other * padding + ENDS[end] + b"1234" + ENDS[end]
    whole, pieces = (Inbox(ENDS[end], "ascii", LONGEST) for _ in range(2))
    codes = whole.feed(data)
    assert codes == [code for n in range(len(data)) for code in pieces.feed(data[n : n + 1])]
    assert codes in (["12345678", "1234"], ["1234"])
    assert (len(codes) == 2) == (8 + padding <= ROOM + 1)
