"""A supervisor listens: a window or an engine that freezes is noticed, and the next start loses nothing."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from kiosk.config import load
from kiosk.rehearsal.books import lay_side_by_side, ledger_rows
from kiosk.rehearsal.simulators import Simulators, named_by
from kiosk.watchdog import Heartbeat, Supervisor

CONFIG = Path(__file__).parents[2] / "config.toml"
LIMIT_S = 2.0
"""After which the supervisor gives up."""
PATIENCE_S = 20.0
"""For a terminal that lives, on a loaded machine."""

TERMINAL = """
import sys, tempfile, threading, time
from pathlib import Path
import msgspec
from kiosk.config import Announcement
from kiosk.rehearsal.offscreen import use_offscreen
config, announced, ledger, freeze = sys.argv[1:]
with tempfile.TemporaryDirectory() as folder:
    use_offscreen(Path(folder))
    from kiosk.app import Terminal
    from kiosk.rehearsal.touch import Finger
    announcements = msgspec.json.decode(Path(announced).read_bytes(), type=dict[str, Announcement])
    terminal = Terminal(Path(config), announcements=announcements, fullscreen=False, ledger=Path(ledger))
    terminal.window.open()
    finger = Finger(terminal.window)
    finger.see("Home")
    if freeze:
        finger.tap("tile-gas_bill")
        finger.see("EnterAccount")
        finger.type("0100003862")
        finger.tap("primary")
        finger.see("ConfirmBill")
        finger.tap("primary")
        finger.see("ChooseMethod")
        finger.tap("method-wechat")
        finger.see("ScanToPay")
    print("seen", flush=True)
    if freeze == "engine":
        terminal._thread.ask(lambda: time.sleep(3600))
    if freeze == "window":
        time.sleep(3600)
    finger.until(lambda: False, "the end")
"""


class Listening:
    """The supervisor's end of `NOTIFY_SOCKET`."""

    def __init__(self, folder: Path) -> None:
        self.address = str(folder / "user@1000-notify")
        self._line = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._line.bind(self.address)

    def hear(self, seconds: float) -> str:
        """The next state; empty when none came in time."""
        self._line.settimeout(seconds)
        try:
            return self._line.recv(4096).decode()
        except TimeoutError:
            return ""

    def until_silent(self) -> list[str]:
        """What is told until nothing came for as long as the supervisor waits."""
        heard = []
        while state := self.hear(LIMIT_S):
            heard.append(state)
        return heard

    def close(self) -> None:
        self._line.close()


@pytest.fixture
def listening(tmp_path: Path) -> Iterator[Listening]:
    listening = Listening(tmp_path)
    yield listening
    listening.close()


@contextlib.contextmanager
def started(folder: Path, listening: Listening, freeze: str) -> Iterator["subprocess.Popen[str]"]:
    environment = os.environ | {"NOTIFY_SOCKET": listening.address, "WATCHDOG_USEC": str(int(LIMIT_S * 1e6))}
    process = subprocess.Popen(
        [sys.executable, "-c", TERMINAL, str(CONFIG), str(folder / "announced.json"), str(folder / "ledger"), freeze],
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        if process.stdout:
            process.stdout.close()


@pytest.mark.parametrize("freeze", ["engine", "window"])
def test_a_frozen_thread_is_noticed_and_the_next_start_finishes_the_payment(
    tmp_path: Path, listening: Listening, freeze: str
) -> None:
    with Simulators(tmp_path / "books", named_by(load(CONFIG))) as simulators:
        (tmp_path / "announced.json").write_bytes(msgspec.json.encode(simulators.announcements))
        with started(tmp_path, listening, freeze) as terminal:
            assert terminal.stdout is not None
            assert terminal.stdout.readline() == "seen\n"
            heard = listening.until_silent()
            assert heard[0] == "READY=1\nWATCHDOG=1"
            assert set(heard[1:]) <= {"WATCHDOG=1"}
            assert terminal.poll() is None  # it lives, and says nothing any more
            terminal.send_signal(signal.SIGABRT)
            terminal.wait()
        simulators.do("wechat_pay", "scan")
        simulators.do("wechat_pay", "pay")
        with started(tmp_path, listening, "") as again:
            assert again.stdout is not None
            assert again.stdout.readline() == "seen\n"
            assert listening.hear(PATIENCE_S) == "READY=1\nWATCHDOG=1"
            while any(not rows.order.closed for rows in ledger_rows(tmp_path / "ledger")):
                assert listening.hear(PATIENCE_S) == "WATCHDOG=1"
        books = {name: simulators.books(name) for name in simulators.names}
        [line] = lay_side_by_side(ledger_rows(tmp_path / "ledger"), books)
    assert (line.state, line.agrees, line.owed) == ("delivered", True, 0)


def test_nobody_listens() -> None:
    Supervisor({}).tell("READY=1")


def test_a_supervisor_that_is_gone_does_no_harm(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    supervisor = Supervisor({"NOTIFY_SOCKET": str(tmp_path / "gone")})
    supervisor.tell("READY=1\nWATCHDOG=1")
    assert "cannot be told READY=1 WATCHDOG=1" in caplog.text


def test_an_abstract_address() -> None:
    name = f"menkou-{os.getpid()}-{time.monotonic_ns()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
        line.bind(f"\0{name}")
        line.settimeout(5)
        Supervisor({"NOTIFY_SOCKET": f"@{name}"}).tell("STOPPING=1")
        assert line.recv(100) == b"STOPPING=1"


@pytest.mark.parametrize(
    ("limit", "seconds"),
    [
        *(("20000000", 1.0), ("2000000", 0.5), ("", 1.0), ("soon", 1.0)),
        *(("0", 1.0), ("9" * 5000, 1.0), ("１２", 1.0), ("1", 0.05)),
    ],
)
def test_how_often_the_heart_beats(limit: str, seconds: float) -> None:
    assert Supervisor({"WATCHDOG_USEC": limit}).beat_seconds == seconds


def test_a_beat_goes_out_only_when_the_engine_answered(listening: Listening) -> None:
    asked = []
    ready = False

    def ask(call: object) -> bool:
        if ready:
            asked.append(call)
        return ready

    heartbeat = Heartbeat(Supervisor({"NOTIFY_SOCKET": listening.address}), ask)
    heartbeat.beat()
    ready = True
    heartbeat.beat()
    heartbeat.beat()
    assert len(asked) == 1  # what a frozen engine is asked does not pile up
    assert listening.hear(0.01) == ""
    heartbeat._answer()
    heartbeat.beat()
    assert listening.hear(1) == "READY=1\nWATCHDOG=1"
    heartbeat._answer()
    heartbeat.beat()
    assert listening.hear(1) == "WATCHDOG=1"
