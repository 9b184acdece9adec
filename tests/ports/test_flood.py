"""A device that never stops sending: its port holds a bounded part of it, and other devices are heard."""

import asyncio
import os
import select
import threading
from collections.abc import Iterator

import pytest

from kiosk.ports import port as port_module
from kiosk.ports.port import _INPUT_LIMIT
from tests.ports.test_port import Pty, opened, take

PLENTY = 16 << 20


class Flood:
    """Sends as fast as anybody takes it, until `most` bytes were sent or nobody took any for `patience` s."""

    def __init__(self) -> None:
        self.most = PLENTY
        self.patience = 60.0
        self.device = Pty()
        self.sent = 0
        self.over = threading.Event()
        self._dam = threading.Event()
        self._thread = threading.Thread(target=self._pour, daemon=True)
        os.set_blocking(self.device.master, False)

    def begin(self) -> None:
        self._thread.start()

    def end(self) -> None:
        self._dam.set()
        self._thread.join()
        self.device.pull_cable()

    def _pour(self) -> None:
        while self.sent < self.most and not self._dam.is_set():
            if not select.select([], [self.device.master], [], self.patience)[1]:
                break
            self.sent += os.write(self.device.master, b"\x12" * 4096)
        self.over.set()


@pytest.fixture
def flood() -> Iterator[Flood]:
    flood = Flood()
    yield flood
    flood.end()


@pytest.fixture
def calm_device() -> Iterator[Pty]:
    device = Pty()
    yield device
    device.pull_cable()


async def test_flood_while_the_engine_is_busy_waits_in_the_device_and_not_in_memory(flood: Flood) -> None:
    async with opened(flood.device.path):
        flood.patience = 0.3
        flood.begin()
        flood.over.wait()  # the loop does nothing else meanwhile
        assert flood.sent < PLENTY // 8


async def test_flood_that_nobody_reads_is_forgotten_but_for_the_newest_part(
    flood: Flood, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(port_module, "FLOOD_PAUSE_S", 0)
    async with opened(flood.device.path) as port:
        flood.begin()
        await asyncio.to_thread(flood.over.wait)
        assert flood.sent > 2 * _INPUT_LIMIT
        assert len(port._input) <= _INPUT_LIMIT


async def test_other_devices_are_heard_in_a_flood(flood: Flood, calm_device: Pty) -> None:
    flood.most = 1 << 50
    flood.patience = 0.3
    async with opened(flood.device.path) as noisy, opened(calm_device.path) as calm:
        flood.begin()
        for word in (b"paper", b"cover", b"ready"):
            await calm.write(b"\x10\x04\x01", 5)
            assert os.read(calm_device.master, 3) == b"\x10\x04\x01"
            os.write(calm_device.master, word)
            assert await take(calm, 5) == word
        await noisy.aclose()  # and a port can be closed in the middle of it
    assert flood.sent
