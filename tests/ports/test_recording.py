"""Recordings on a real pty: what is in the file, and a device that is only a file."""

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.escpos import wire as escpos
from drivers.sdt_id.masking import masking as sdt_id
from drivers.serial_scanner import wire as serial_scanner
from drivers.transbank_pos import wire as transbank_pos
from kiosk.ports.errors import PortError
from kiosk.ports.port import open_port
from kiosk.ports.recording import HEAD, Chunk, Direction, Mask, Masking, nothing_personal, read_recording
from kiosk.testing.cable import Cable


def names_hidden() -> Mask:
    def mask(_: Direction, data: bytes) -> bytes:
        return data.replace(b"Wang", b"xxxx")

    return mask


async def test_a_talk_is_kept_and_is_the_device_again(tmp_path: Path) -> None:
    cable, file = Cable(tmp_path / "tty"), tmp_path / "talk"
    url = cable.plug()

    def answer(asked: bytes) -> None:
        cable.send(b"I am Wang\n" if asked == b"who?" else b"what?\n")

    cable.on_data = answer
    port = await open_port(f"record://{url}?file={file}", masking=names_hidden)
    for question, expected in ((b"who?", b"I am Wang\n"), (b"how?", b"what?\n")):
        await port.write(question, 5)
        assert await port.read(5) == expected
    await port.aclose()
    cable.unplug()
    first, *lines = file.read_text("ascii").splitlines()
    assert first == HEAD
    assert [line.split()[1] for line in lines] == [">", "<", ">", "<"]
    assert b"Wang" not in b"".join(chunk.data for chunk in read_recording(file))

    replayed = await open_port(f"replay://{file}", masking=names_hidden)
    for question, expected in ((b"who?", b"I am xxxx\n"), (b"how?", b"what?\n")):
        await replayed.write(question[:2], 5)
        await replayed.write(question[2:], 5)
        assert await replayed.read(5) == expected
    with pytest.raises(PortError, match="the recording is over"):
        await replayed.write(b"who?", 5)
    await replayed.aclose()


async def test_a_driver_that_says_something_else_is_told_where(tmp_path: Path) -> None:
    file = tmp_path / "talk"
    file.write_text(f"{HEAD}\n# a reader\n0.000 > 41 42\n0.100 < 43\n")
    port = await open_port(f"replay://{file}", masking=nothing_personal)
    with pytest.raises(PortError, match="line 3 of the recording: the driver says 41 43, and it said 41 42"):
        await port.write(b"AC", 5)
    await port.aclose()


async def test_what_is_not_declared_is_not_recorded(tmp_path: Path) -> None:
    ours, theirs = os.openpty()
    file = tmp_path / "talk"
    with pytest.raises(PortError, match="does not say what in its talk is personal"):
        await open_port(f"record://{os.ttyname(theirs)}?file={file}")
    assert not file.exists()
    with pytest.raises(PortError, match="cannot write the recording"):
        await open_port(f"record://{os.ttyname(theirs)}?file={tmp_path}/no/talk", masking=nothing_personal)
    os.close(ours)
    os.close(theirs)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "is no recording"),
        ("hello", "is no recording"),
        (f"{HEAD}\n0.1 > 4", "talk:2: a line is SECONDS"),
        (f"{HEAD}\n\n0.1 ? 41", "talk:3: a line is SECONDS"),
        (f"{HEAD}\nsoon > 41", "talk:2: a line is SECONDS"),
    ],
)
def test_a_file_that_is_no_recording(text: str, says: str, tmp_path: Path) -> None:
    file = tmp_path / "talk"
    file.write_text(text)
    with pytest.raises(PortError, match=says):
        read_recording(file)


def test_the_lines_of_a_recording(tmp_path: Path) -> None:
    file = tmp_path / "talk"
    file.write_text(f"{HEAD}\n0.000 > 41 42\n# said by a person\n1.5 < 0D\n")
    assert read_recording(file) == [Chunk(2, ">", b"AB"), Chunk(4, "<", b"\r")]


@pytest.mark.parametrize("masking", [sdt_id, serial_scanner.masking, escpos.masking, transbank_pos.masking])
@given(portions=st.lists(st.tuples(st.sampled_from("><"), st.binary(max_size=40)), max_size=8))
@settings(max_examples=50, deadline=None)
def test_a_mask_takes_any_bytes(masking: Masking, portions: list[tuple[Direction, bytes]]) -> None:
    """Line noise, halves, a whole frame in the middle: it never raises, and gives out no more than it got."""
    mask = masking()
    kept = sum(len(mask(direction, data)) for direction, data in portions)
    assert kept <= sum(len(data) for _, data in portions)
