"""The printer's talk: lines as text, commands by name, sensors in words, whatever arrives in whichever pieces."""

import pytest

from drivers.escpos.simulator_talk import Ear, answer_in_words

SLIP = (
    b"\x1b@\x1c&\x1ba\x01" + "办好了".encode("gb18030") + b"\n" + b"\x1dv0\x00\x02\x00\x01\x00\xff\xff" + b"\x1dVB\x18"
)


@pytest.mark.parametrize("piece", [1, 3, 1000])
def test_a_slip_in_pieces(piece: int) -> None:
    heard: list[tuple[str, bytes]] = []
    ear = Ear("gb18030", lambda what, raw: heard.append((what, raw)))
    for start in range(0, len(SLIP), piece):
        ear.hear(SLIP[start : start + piece])
    assert [what for what, _ in heard] == [
        "ESC @ (reset) · FS & (Chinese on) · ESC a (center) · “办好了” · ⏎",
        "GS v 0 (picture 16×1 dots)",
        "GS V (feed 24 dots and cut)",
    ]
    assert b"".join(raw for _, raw in heard) == SLIP


@pytest.mark.parametrize(
    ("kind", "reply", "n", "words"),
    [
        ("status", b"\x12", 1, "0x12: all well"),
        ("status", b"\x36", 2, "0x36: cover open, paper out"),
        ("status", b"\x1e", 4, "0x1E: paper near its end"),
        ("proof", b"\x37\x22abcd\x00", 0, "'abcd': all is printed up to here"),
        ("roll", b"\x0c", 0, "paper out"),
        ("asb", b"\x38\x08\x0c\x00", 0, "by itself: offline, cover open, error, paper out"),
    ],
)
def test_answers_in_words(kind: str, reply: bytes, n: int, words: str) -> None:
    assert answer_in_words(kind, reply, n) == words
