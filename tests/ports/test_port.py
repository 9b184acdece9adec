"""Ports on a real pty and real TCP, and what a pulled cable does to them."""

import asyncio
import os
import pty
import socket
import threading
import tty
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from kiosk.ports import transports
from kiosk.ports.errors import PortError, WriteTimeoutError
from kiosk.ports.port import Port, open_port
from kiosk.ports.threads import in_daemon_thread


class Pty:
    """The device's end of a pseudo terminal."""

    def __init__(self) -> None:
        self.master, slave = pty.openpty()
        tty.setraw(slave)
        self.path = os.ttyname(slave)
        os.close(slave)

    def pull_cable(self) -> None:
        if self.master >= 0:
            os.close(self.master)
            self.master = -1


@pytest.fixture
def device() -> Iterator[Pty]:
    device = Pty()
    yield device
    device.pull_cable()


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Port]:
    port = await open_port(url)
    try:
        yield port
    finally:
        await port.aclose()
    assert not [thread for thread in threading.enumerate() if thread.name == f"port {url}"]


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        for _ in iter(condition, True):
            await asyncio.sleep(0)


async def take(port: Port, count: int) -> bytes:
    data = b""
    while len(data) < count:
        piece = await port.read(5)
        assert piece, f"only {data!r} came"
        data += piece
    return data


async def test_bytes_go_both_ways_over_a_pty(device: Pty) -> None:
    async with opened(device.path) as port:
        await port.write(b"\x10\x04\x01\x00\xff\r\n", 2)
        assert os.read(device.master, 100) == b"\x10\x04\x01\x00\xff\r\n"
        os.write(device.master, b"\x12\x11\x13\n")
        assert await take(port, 4) == b"\x12\x11\x13\n"


async def test_silence_is_an_empty_read(device: Pty) -> None:
    async with opened(f"serial://{device.path}?baudrate=115200") as port:
        assert await port.read(0.01) == b""


async def test_flush_forgets_what_came_before(device: Pty) -> None:
    async with opened(device.path) as port:
        os.write(device.master, b"old")
        await until(lambda: bool(port._input))
        port.flush_input()
        os.write(device.master, b"new")
        assert await take(port, 3) == b"new"


async def test_cable_pulled_while_reading(device: Pty) -> None:
    async with opened(device.path) as port:
        reading = asyncio.ensure_future(port.read(30))
        await asyncio.sleep(0)
        device.pull_cable()
        with pytest.raises(PortError, match="unplugged"):
            await reading
        with pytest.raises(PortError, match="unplugged"):
            await port.write(b"x", 1)
        assert port.lost is not None


async def test_last_words_before_the_cable_went_are_still_read(device: Pty) -> None:
    async with opened(device.path) as port:
        os.write(device.master, b"bye")
        await until(lambda: bool(port._input))
        device.pull_cable()
        await until(lambda: port.lost is not None)
        assert await port.read(1) == b"bye"
        with pytest.raises(PortError):
            await port.read(1)


async def test_nobody_reads_so_a_write_times_out(device: Pty) -> None:
    async with opened(device.path) as port:
        with pytest.raises(WriteTimeoutError) as caught:
            await port.write(bytes(1 << 20), 0.05)
        assert 0 < caught.value.written < 1 << 20
        assert port.lost is None


async def test_closing_ends_a_blocked_write_and_read(device: Pty) -> None:
    async with opened(device.path) as port:
        writing = asyncio.ensure_future(port.write(bytes(1 << 20), 60))
        reading = asyncio.ensure_future(port.read(60))
        await asyncio.sleep(0)
        await port.aclose()
        for blocked in (writing, reading):
            with pytest.raises(PortError, match="closed"):
                await blocked
        await port.aclose()


async def test_a_cancelled_write_sends_no_more(device: Pty) -> None:
    async with opened(device.path) as port:
        writing = asyncio.ensure_future(port.write(b"A" * (1 << 20), 60))
        await until(lambda: bool(port._writes and port._writes[0].written))
        writing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await writing
        await until(lambda: not port._writes)
        after = asyncio.ensure_future(port.write(b"Z", 5))
        got = b""
        while not got.endswith(b"Z"):
            got += await in_daemon_thread(lambda: os.read(device.master, 65536), "device")
        await after
        assert len(got) < 1 << 20


async def test_a_second_owner_is_refused(device: Pty) -> None:
    async with opened(device.path):
        with pytest.raises(PortError, match="lock"):
            await open_port(device.path)
    async with opened(device.path):
        pass


async def test_absent_device_is_a_port_error(tmp_path: Path) -> None:
    with pytest.raises(PortError, match="cannot open"):
        await open_port(str(tmp_path / "ttyUSB9"))


async def test_usb_without_pyusb_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "usb.core", None)
    with pytest.raises(PortError, match="pyusb"):
        await open_port("usb://04b8:0202")


async def test_tcp_peer_hangs_up_and_comes_back() -> None:
    met: asyncio.Queue[asyncio.StreamWriter] = asyncio.Queue()

    async def meet(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"hello")
        met.put_nowait(writer)

    server = await asyncio.start_server(meet, "127.0.0.1", 0)
    url = f"socket://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server:
        for _ in range(2):
            async with opened(url) as port:
                assert await take(port, 5) == b"hello"
                (await met.get()).transport.abort()
                with pytest.raises(PortError, match="unplugged"):
                    await port.read(30)


async def test_no_tcp_peer_is_a_port_error() -> None:
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        with pytest.raises(PortError, match="cannot connect"):
            await open_port(f"socket://127.0.0.1:{reserved.getsockname()[1]}")


async def test_a_spy_writes_both_directions_down(device: Pty, tmp_path: Path) -> None:
    file = tmp_path / "evidence.txt"
    async with opened(f"spy://{device.path}?file={file}") as port:
        await port.write(b"\x10\x04\x01", 1)
        assert os.read(device.master, 10) == b"\x10\x04\x01"
        os.write(device.master, b"\x12")
        assert await take(port, 1) == b"\x12"
    assert [line.split(" ", 1)[1] for line in file.read_text().splitlines()] == ["> 10 04 01", "< 12"]


async def test_a_spy_that_was_forgotten_does_not_fill_the_disk(
    device: Pty, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transports, "SPY_BYTES", 1000)
    file = tmp_path / "evidence.txt"
    async with opened(f"spy://{device.path}?file={file}") as port:
        for n in range(100):
            await port.write(bytes((n,)), 1)
            os.read(device.master, 10)
    assert 0 < file.stat().st_size < 1100
    assert 1000 < file.with_name("evidence.txt.1").stat().st_size < 1100
    assert file.read_text().splitlines()[-1].endswith("> 63")


async def test_work_on_a_thread_brings_its_value_or_its_exception() -> None:
    assert await in_daemon_thread(lambda: 42, "answer") == 42
    with pytest.raises(ZeroDivisionError):
        await in_daemon_thread(lambda: 1 // 0, "answer")
