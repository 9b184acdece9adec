"""What the doctor finds at a port: on real pseudo terminals, with a real reader's protocol, at real sockets."""

import argparse
import asyncio
import os
import pty
import socket
import subprocess
import termios
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from drivers.sdt_id.driver import SdtId
from drivers.sdt_id.settings import SdtIdSettings
from drivers.sdt_id.simulator import IdCardReader, more_options
from kiosk import doctor_ports
from kiosk.devices.drivers import DeviceConfig
from kiosk.doctor_machine import examine_clock, examine_network
from kiosk.doctor_ports import Cause, find_cause, look_at_host, look_at_serial
from kiosk.testing.cable import Cable

QUICK = SdtIdSettings(open_timeout_s=0.5, status_timeout_s=0.1, tries=1)


def at(port: str) -> DeviceConfig:
    """An identity card reader as configured."""
    return DeviceConfig(
        name="identity", role="id_reader", driver="sdt_id", port=port, driver_class=SdtId, settings=QUICK, given={}
    )


async def cause(port: str) -> Cause:
    found = await find_cause(at(port))
    assert found is not None
    return found


@pytest.fixture(autouse=True)
def few_speeds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor_ports, "SPEEDS", (9600, 115_200))


@pytest.fixture
async def cable(tmp_path: Path) -> AsyncIterator[Cable]:
    yield (cable := Cable(tmp_path / "tty", 9600))
    if cable.plugged:
        cable.unplug()


async def test_the_wrong_speed(tmp_path: Path) -> None:
    """A reader at the end of a line that carries its bytes at one speed alone."""
    parser = argparse.ArgumentParser()
    more_options(parser)
    machine = IdCardReader(argparse.Namespace(books=tmp_path, **vars(parser.parse_args([]))))
    await machine.start()

    def carry(data: bytes) -> None:
        assert machine.cable._ends is not None
        if termios.tcgetattr(machine.cable._ends[0])[4] == termios.B115200:
            machine.reader.receive(data)
        else:
            machine.cable.send(b"\xfe\x80" * len(data))

    machine.cable.on_data = carry
    port = f"serial://{tmp_path}/reader.tty?baudrate=9600"
    assert await cause(port) == Cause(
        "the speed is wrong: it answers at 115200 baud", f'port = "{port.replace("9600", "115200")}"'
    )
    await machine.stop()


async def test_silence(cable: Cable) -> None:
    found = await cause(cable.plug())
    assert found.detail == "the port opens, and nothing answers, at 9600, 115200 baud neither"
    assert found.advice.startswith("check that it is switched on, the cable")


@pytest.mark.parametrize(
    ("says", "detail"),
    [
        (b"ERROR unknown command\r\n", "something answers in text that driver sdt_id does not understand, at 9600"),
        (b"\x00\xff\x80\xfe" * 4, "bytes came that driver sdt_id cannot make sense of, at 9600"),
    ],
)
async def test_another_protocol(says: bytes, detail: str, cable: Cable) -> None:
    def answer(_: bytes) -> None:
        cable.send(says)

    cable.on_data = answer
    assert detail in (await cause(cable.plug())).detail


async def test_a_network_adapter_with_nothing_behind_it() -> None:
    def hang_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    server = await asyncio.start_server(hang_up, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    assert (await cause(f"socket://127.0.0.1:{port}")).detail == "the port opens, and nothing answers"
    server.close()


def test_a_port_that_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor_ports, "DEV", tmp_path)
    assert look_at_serial("/dev/ttyUSB7") == Cause(
        "there is no /dev/ttyUSB7",
        "no serial port is plugged in here at all: check the cable and the adapter (`dmesg` tells of them)",
    )
    (tmp_path / "ttyUSB0").touch()
    found = look_at_serial("/dev/ttyUSB7")
    assert found is not None
    assert found.advice.startswith(f"here there are {tmp_path}/ttyUSB0: name the right one")
    assert look_at_serial(str(tmp_path / "ttyUSB0")) == Cause(
        f"{tmp_path}/ttyUSB0 is no serial port", "name the port in the configuration, like serial:///dev/ttyUSB0"
    )


def test_a_port_that_this_user_may_not_use() -> None:
    ours, theirs = pty.openpty()
    path = os.ttyname(theirs)
    Path(path).chmod(0)
    me = os.geteuid()
    try:
        if me == 0:
            os.seteuid(65534)
        found = look_at_serial(path)
    finally:
        os.seteuid(me)
        os.close(ours)
        os.close(theirs)
    assert found is not None
    assert "may not use" in found.detail
    assert "usermod -aG" in found.advice


def test_a_port_that_another_program_has() -> None:
    ours, theirs = pty.openpty()
    path = os.ttyname(theirs)
    with subprocess.Popen(["sleep", "60"], stdin=theirs) as other:
        os.close(theirs)
        found = look_at_serial(path)
        other.kill()
    os.close(ours)
    assert found == Cause(
        f"{path} is used by sleep (process {other.pid})", "stop that first: a port has one user at a time"
    )


def test_hosts(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        port = reserved.getsockname()[1]
        assert look_at_host("127.0.0.1", port) == Cause(
            f"127.0.0.1 is there, and nobody listens at its port {port}",
            "check the port's number, and that the service or the device's network port is switched on",
        )
        reserved.listen()
        assert look_at_host("127.0.0.1", port) is None

    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    found = look_at_host("printer.hall", 9100)
    assert found is not None
    assert found.detail == "nobody knows the name printer.hall"


@pytest.fixture
def peer() -> Iterator[Callable[[float], str]]:
    """A web server whose clock is off: `peer(seconds)` is its URL."""
    servers = []

    def serve(off_s: float) -> str:
        class Handler(BaseHTTPRequestHandler):
            def do_HEAD(self) -> None:
                self.send_response(204)
                self.end_headers()

            def date_time_string(self, timestamp: float | None = None) -> str:
                from time import time

                return super().date_time_string(int(time() + off_s))

            def log_message(self, *_: object) -> None:
                pass

        server = HTTPServer(("127.0.0.1", 0), Handler)
        servers.append(server)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return f"http://127.0.0.1:{server.server_address[1]}"

    yield serve
    for server in servers:
        server.shutdown()
        server.server_close()


def test_the_clock_by_a_peers(peer: Callable[[float], str]) -> None:
    fast = examine_clock(("socket://127.0.0.1:9", peer(-600)))
    assert fast.state == "todo"
    assert "s fast by the clock of 127.0.0.1: signatures are refused" in fast.detail
    assert "timedatectl" in fast.advice
    assert "s slow by" in examine_clock((peer(600),)).detail
    assert examine_clock((peer(0),)).detail == "within 20 s of 127.0.0.1"


def test_the_clock_of_a_machine_alone() -> None:
    assert examine_clock(()).state in ("ok", "note")


def test_the_network(tmp_path: Path) -> None:
    (tmp_path / "lo").mkdir()
    assert examine_network(tmp_path).state == "note"
    for name, carrier in (("eth0", "0\n"), ("wlan0", "")):
        (tmp_path / name / "device").mkdir(parents=True)
        if carrier:
            (tmp_path / name / "carrier").write_text(carrier)
    finding = examine_network(tmp_path)
    assert (finding.state, finding.detail) == ("todo", "no cable in eth0, wlan0")
    (tmp_path / "eth0" / "carrier").write_text("1\n")
    assert examine_network(tmp_path).detail == "eth0 connected"
