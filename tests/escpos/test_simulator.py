"""The simulated printer against the sheet, without our driver: raw bytes in, raw bytes out."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import zxingcpp
from PIL import Image

from drivers.escpos.simulator import Printer
from drivers.escpos.simulator_stream import RealTime
from kiosk.ports.port import Port, open_port
from tests.escpos.conftest import build_printer

ROOT = Path(__file__).parents[2]


class Line:
    """A terminal's end of the cable."""

    def __init__(self, printer: Printer, port: Port, folder: Path) -> None:
        self.printer = printer
        self.port = port
        self.folder = folder

    async def ask(self, request: str, length: int) -> str:
        """Send hexadecimal, and return that many bytes of the answer."""
        await self.port.write(bytes.fromhex(request), 5)
        answer = b""
        while len(answer) < length:
            piece = await self.port.read(5)
            assert piece, f"only {answer.hex(' ')}"
            answer += piece
        return answer.hex(" ").upper()

    async def do(self, action: str) -> None:
        await self.printer.actions[action]({})

    async def settle(self) -> None:
        """Until everything sent so far is printed."""
        assert await self.ask("1D 72 01", 1) == "00"

    @property
    def texts(self) -> list[list[str]]:
        return [slip["text"] for slip in self.printer.books()["slips"]]


@pytest.fixture
async def plug(tmp_path: Path) -> AsyncIterator[Callable[..., Awaitable[Line]]]:
    async with AsyncExitStack() as stack:

        async def make(*options: str) -> Line:
            printer = build_printer(tmp_path, *options)
            announced = await printer.start()
            stack.push_async_callback(printer.stop)
            port = await open_port(announced["port"])
            stack.push_async_callback(port.aclose)
            return Line(printer, port, tmp_path)

        yield make


Plug = Callable[..., Awaitable[Line]]


@pytest.mark.parametrize(
    ("hand", "answers"),
    [
        ([], "12 12 12 12"),
        (["near_end"], "12 12 12 1E"),
        (["paper_out"], "1A 32 12 7E"),
        (["cover_open"], "1A 16 52 12"),
        (["jam_cutter"], "1A 52 1A 12"),
        (["mechanical_error"], "1A 52 16 12"),
        (["paper_out", "refill"], "12 12 12 12"),
    ],
)
async def test_status_vectors(plug: Plug, hand: list[str], answers: str) -> None:
    line = await plug()
    for action in hand:
        await line.do(action)
    assert " ".join([await line.ask(f"10 04 0{n}", 1) for n in (1, 2, 3, 4)]) == answers


async def test_a_presenter_tells_of_the_slip_in_its_exit_until_it_is_taken(plug: Plug) -> None:
    line = await plug("--presenter")
    await line.port.write(b"A\n\x1dV\x01", 5)
    await line.settle()
    assert await line.ask("10 04 04", 1) == "52"
    await line.do("tear")
    assert await line.ask("10 04 04", 1) == "12"
    await line.do("paper_out")
    assert await line.ask("10 04 04", 1) == "3E"


async def test_automatic_status_comes_at_once_and_on_each_change(plug: Plug) -> None:
    line = await plug()
    assert await line.ask("1D 61 0F", 4) == "10 00 00 00"
    for action, block in (
        ("cover_open", "38 00 00 00"),
        ("cover_close", "10 00 00 00"),
        ("paper_out", "18 00 0F 00"),
        ("refill", "10 00 00 00"),
        ("near_end", "10 00 03 00"),
        ("refill", "10 00 00 00"),
        ("jam_cutter", "18 08 00 00"),
    ):
        await line.do(action)
        assert await line.ask("", 4) == block


async def test_buffered_questions_wait_for_the_paper_and_real_time_ones_do_not(plug: Plug) -> None:
    line = await plug()
    await line.do("paper_out")
    assert await line.ask("41 0A 1D 28 48 06 00 30 30 61 62 63 64 10 04 01", 1) == "1A"
    assert await line.port.read(0.02) == b""
    await line.do("refill")
    assert await line.ask("", 7) == "37 22 61 62 63 64 00"


async def test_what_was_dropped_is_never_printed(plug: Plug) -> None:
    line = await plug()
    await line.do("cover_open")
    assert await line.ask("41 41 41 0A 10 04 01", 1) == "1A"
    assert await line.ask("10 05 02 10 04 01", 1) == "1A"
    await line.do("cover_close")
    await line.settle()
    assert line.printer.books()["unfinished"] == []


async def test_a_jam_that_is_still_there_is_not_cleared(plug: Plug) -> None:
    line = await plug()
    await line.do("jam_cutter")
    assert await line.ask("10 05 02 10 04 03", 1) == "1A"
    await line.do("free_cutter")
    assert await line.ask("10 04 03", 1) == "1A"
    assert await line.ask("10 05 02 10 04 03", 1) == "12"


async def test_input_split_anywhere_prints_the_same(plug: Plug) -> None:
    line = await plug()
    slip = (
        bytes.fromhex("1B 40 1C 26 1B 61 01 1B 45 01 1D 21 11 1C 21 0C")
        + "收费".encode("gb18030")
        + bytes.fromhex(
            "0A 1B 45 00 1D 21 00 1C 21 00 41 42 0A 1D 76 30 00 02 00 02 00 FF 0A 1B 1D 1B 64 04 1D 56 42 00"
        )
    )
    await line.port.write(slip, 5)
    for byte in slip:
        await line.port.write(bytes((byte,)), 5)
    await line.settle()
    assert line.texts == [["收费", "AB", "[picture 16x2]"]] * 2
    assert line.printer.books()["oddities"] == []
    assert (line.folder / "slip-2.bin").read_bytes() == slip
    assert (line.folder / "slip-1.png").read_bytes() == (line.folder / "slip-2.png").read_bytes()


def test_a_question_split_in_three_is_still_a_question() -> None:
    scanner = RealTime()
    assert scanner.scan(b"A\x10") == []
    assert scanner.scan(b"\x04") == []
    assert scanner.scan(b"\x02\x10\x05\x02") == [("EOT", 2, 1), ("ENQ", 2, 4)]


async def test_the_printers_own_code(plug: Plug) -> None:
    line = await plug("--paper-mm", "58")
    store = b"T07K20004186"
    await line.port.write(
        bytes.fromhex("1B 61 01 1D 28 6B 04 00 31 41 32 00 1D 28 6B 03 00 31 43 08 1D 28 6B")
        + bytes((len(store) + 3, 0, 0x31, 0x50, 0x30))
        + store
        + bytes.fromhex("1D 28 6B 03 00 31 51 30 1D 56 41 10"),
        5,
    )
    await line.settle()
    assert line.texts == [["[qr T07K20004186]"]]
    with Image.open(line.folder / "slip-1.png") as picture:
        assert [code.text for code in zxingcpp.read_barcodes(picture)] == ["T07K20004186"]


async def test_what_no_sensible_terminal_sends_is_noted(plug: Plug) -> None:
    line = await plug("--paper-mm", "58")
    await line.port.write(b"\x1b\x01" + b"x" * 33 + b"\n" + "𠮷".encode("gb18030") + b"\n", 5)
    await line.settle()
    assert line.printer.books()["unfinished"] == ["x" * 32, "x", "□"]
    assert line.printer.books()["oddities"] == [
        "unknown command 1b 01",
        "a line longer than the paper is wide",
        "a character that the printer's font lacks",
    ]


async def test_commands_with_a_length_of_their_own_print_nothing(plug: Plug) -> None:
    line = await plug()
    await line.port.write(b"\x1c(A\x02\x000\x00" + b"A\n" + b"\x1d(Z\x03\x00xyz" + b"B\n", 5)
    await line.settle()
    assert line.printer.books()["unfinished"] == ["A", "B"]
    assert line.printer.books()["oddities"] == []


async def test_a_cut_without_a_feed_goes_through_the_text(plug: Plug) -> None:
    line = await plug()
    await line.port.write(b"A\n\x1dV\x00" + b"B\n\x1bd\x05\x1dV\x00", 5)
    await line.settle()
    assert line.texts == [["A"], ["B"]]
    with Image.open(line.folder / "slip-1.png") as first, Image.open(line.folder / "slip-2.png") as second:
        assert first.convert("L").crop((0, 0, first.width, first.height - 1)).getextrema() == (255, 255)
        assert second.convert("L").crop((0, 0, second.width, 120)).getextrema()[0] == 0


async def test_slips_survive_the_simulators_end(plug: Plug) -> None:
    line = await plug()
    await line.port.write(b"A\n\x1dV\x01", 5)
    await line.settle()
    await line.printer.stop()
    again = build_printer(line.folder)
    port = await open_port((await again.start())["port"])
    await port.write(b"B\n\x1dV\x01\x1dr\x01", 5)
    assert await port.read(5) == b"\x00"
    await port.aclose()
    assert [slip["n"] for slip in again.books()["slips"]] == [1, 2]
    await again.stop()


async def test_the_hand_over_http(tmp_path: Path) -> None:
    program = await asyncio.create_subprocess_exec(
        *(
            sys.executable,
            "-m",
            "drivers.escpos.simulator",
            "--books",
            str(tmp_path),
            "--until-eof",
            "--mm-per-s",
            "9999",
        ),
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert program.stdout is not None
    assert program.stdin is not None
    announced: dict[str, Any] = json.loads(await program.stdout.readline())
    assert announced["settings"] == {"paper_mm": 80, "encoding": "gb18030"}
    port = await open_port(announced["port"])
    await port.write("收据\n".encode("gb18030") + b"\x1bd\x05\x1dV\x01\x1dr\x01", 5)
    assert await port.read(5) == b"\x00"
    async with aiohttp.ClientSession(announced["control"]) as hand:
        async with hand.get("/slips") as answer:
            (slip,) = await answer.json()
            assert slip["text"] == ["收据"]
        for path, kind, start in (
            ("/paper.png", "image/png", b"\x89PNG"),
            ("/slips/1.png", "image/png", b"\x89PNG"),
            ("/slips/1.bin", "application/octet-stream", b"\xca\xd5"),
        ):
            async with hand.get(path) as answer:
                assert answer.content_type == kind
                assert (await answer.read()).startswith(start)
        async with hand.get("/slips/7.png") as answer:
            assert answer.status == 400
        async with hand.post("/do/paper_out") as answer:
            assert (await answer.json())["offline"] is True
    await port.aclose()
    program.stdin.close()
    assert await program.wait() == 0


async def test_python_escpos_reads_our_status_and_prints(plug: Plug) -> None:
    line = await plug()
    await line.port.aclose()
    client = """
import sys
from escpos.printer import Network
printer = Network("127.0.0.1", port=int(sys.argv[1]), timeout=5)
print(printer.is_online(), printer.paper_status())
printer.text("hello\\n")
printer.cut()
printer.close()
"""
    port = line.port.url.rsplit(":", 1)[1]
    environment = {**os.environ, "TMPDIR": str(line.folder)}  # it leaves a folder behind

    async def run() -> str:
        program = await asyncio.create_subprocess_exec(
            sys.executable, "-c", client, port, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment
        )
        out, _ = await program.communicate()
        assert program.returncode == 0
        return out.decode().strip()

    assert await run() == "True 2"
    await line.do("near_end")
    assert await run() == "True 1"
    assert line.texts == [["hello"]] * 2
    await line.do("paper_out")
    assert await run() == "False 0"
