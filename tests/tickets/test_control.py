"""Calling numbers through the control socket, as the command line does."""

import asyncio
import socket
import stat
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from kiosk.control.client import NoTerminalError, ask
from kiosk.control.server import NAME, connect, listening
from kiosk.control.wire import LONGEST, Answer, QueueList, read_answer
from kiosk.queueing.wishes import QueueNext
from kiosk.tickets.clerk import perform
from kiosk.tickets.cli import queue_command
from kiosk.tickets.desk import Desk
from tests.tickets.hall import Clock, desk_on


@asynccontextmanager
async def standing(folder: Path, clock: Clock | None = None) -> AsyncIterator[Desk]:
    clock = clock or Clock()
    async with desk_on(folder, clock) as desk, listening(folder, lambda request: perform(desk, request)):
        yield desk


async def kiosk_queue(folder: Path, *words: str) -> int:
    return await asyncio.to_thread(queue_command, [*words, "--data", str(folder)])


async def test_a_day_at_the_windows(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    async with standing(tmp_path) as desk:
        for letter in "AAB":
            await desk.give(letter, priority=letter == "B")
        steps = [
            ("next", "--window", "1"),
            ("recall", "--window", "1"),
            ("no-show", "--window", "1"),
            ("back", "a001"),
            ("next", "--window", "2"),
            ("transfer", "--window", "2", "--to", "A"),
            ("next", "--window", "1"),
            ("finish", "--window", "1"),
        ]
        for step in steps:
            assert await kiosk_queue(tmp_path, *step) == 0
    assert capsys.readouterr().out.splitlines() == [
        "A001 to window 1",
        "A001 to window 1, called 2 times",
        "A001 is skipped",
        "A001 waits for business A",
        "B001 to window 2 (priority)",
        "B001 waits for business A",
        "B001 to window 1 (priority)",
        "B001 is done",
    ]


async def test_the_list_says_how_things_stand(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    async with standing(tmp_path) as desk:
        for letter in "AAAB":
            await desk.give(letter, priority=letter == "B")
        await desk.next(1)
        await desk.no_show(1)
        await desk.next(1)
        assert await kiosk_queue(tmp_path, "list") == 0
    assert capsys.readouterr().out.splitlines() == [
        "window 1 (A): A002 since 09:00, called 1×; 1 wait",
        "window 2 (A, B): nobody; 2 wait",
        "A 社保医保: 1 wait",
        "  A003 since 09:00, no slip known",
        "B 住房: 1 wait",
        "  B001 since 09:00, priority, no slip known",
        "skipped: A001, counts until 09:30",
    ]


async def test_what_cannot_be_done_is_said_in_words(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    async with standing(tmp_path):
        assert await kiosk_queue(tmp_path, "next", "--window", "1") == 1
        assert await kiosk_queue(tmp_path, "next", "--window", "9") == 1
        assert await kiosk_queue(tmp_path, "back", "A009") == 1
    assert capsys.readouterr().err.splitlines() == [
        "kiosk queue: nobody waits for this window",
        "kiosk queue: no business names this window",
        "kiosk queue: no such number was given today",
    ]


def test_without_a_terminal_there_is_no_queue(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(NoTerminalError, match="no terminal"):
        ask(tmp_path, QueueList())
    assert queue_command(["list", "--data", str(tmp_path)]) == 2
    assert "no terminal with a queue runs on" in capsys.readouterr().err


async def test_the_socket_is_its_owners_alone_and_goes_with_the_terminal(tmp_path: Path) -> None:
    folder = tmp_path / ("a folder whose name is far too long for a socket's own name, which has 107 bytes " * 2)
    async with standing(folder):
        mode = (folder / NAME).lstat().st_mode
        assert stat.S_ISSOCK(mode)
        assert stat.S_IMODE(mode) == 0o600
        assert (await asyncio.to_thread(ask, folder, QueueList())).ok
    assert not (folder / NAME).exists()


async def test_a_socket_that_a_power_cut_left_is_replaced(tmp_path: Path) -> None:
    left = socket.socket(socket.AF_UNIX)
    left.bind(str(tmp_path / NAME))
    left.close()
    async with standing(tmp_path) as desk:
        await desk.give("A")
        answer = await asyncio.to_thread(ask, tmp_path, QueueNext(window=1))
        assert answer.result["shown"] == "A001"


async def test_a_bad_line_is_answered_and_the_next_one_served(tmp_path: Path) -> None:
    def talk() -> list[Answer]:
        with connect(tmp_path, 5) as client, client.makefile("rwb") as lines:
            lines.write(b'{"do": "queue.fire"}\nnot json\n{"do": "queue.next", "window": 1, "force": true}\n')
            lines.write(b'{"do": "queue.list"}\n')
            lines.flush()
            return [read_answer(lines.readline()) for _ in range(4)]

    async with standing(tmp_path):
        answers = await asyncio.to_thread(talk)
    assert [answer.ok for answer in answers] == [False, False, False, True]


async def test_a_line_without_end_is_cut_off(tmp_path: Path) -> None:
    def flood() -> bytes:
        with connect(tmp_path, 5) as client:
            try:
                client.sendall(b"x" * LONGEST * 40)
                return client.recv(100)
            except OSError:
                return b""

    async with standing(tmp_path):
        assert await asyncio.to_thread(flood) == b""
        assert (await asyncio.to_thread(ask, tmp_path, QueueList())).ok
