"""Port URLs: what they mean, and what is refused at configuration time."""

import re
from pathlib import Path

import pytest

from kiosk.ports.errors import PortUrlError
from kiosk.ports.urls import (
    Address,
    PcscAddress,
    RecordAddress,
    ReplayAddress,
    SerialAddress,
    SocketAddress,
    SpyAddress,
    UsbAddress,
    parse_url,
    with_speed,
)


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("/dev/ttyS0", SerialAddress("/dev/ttyS0")),
        (
            "serial:///dev/ttyUSB0?baudrate=19200&parity=E&rtscts=1",
            SerialAddress("/dev/ttyUSB0", 19200, 8, "E", rtscts=True),
        ),
        ("socket://127.0.0.1:9100", SocketAddress("127.0.0.1", 9100)),
        ("socket://[::1]:9100", SocketAddress("::1", 9100)),
        ("usb://04b8:0e15", UsbAddress(0x04B8, 0x0E15)),
        ("pcsc://", PcscAddress()),
        ("pcsc://ACR39", PcscAddress("ACR39")),
        ("pcsc://ACS%20ACR39U?socket=/run/x/pcscd.comm", PcscAddress("ACS ACR39U", "/run/x/pcscd.comm")),
        ("spy:///dev/ttyS0", SpyAddress(SerialAddress("/dev/ttyS0"), None)),
        (
            "spy://serial:///dev/ttyS0?baudrate=38400&file=/var/log/a%20b",
            SpyAddress(SerialAddress("/dev/ttyS0", 38400), Path("/var/log/a b")),
        ),
        ("spy://socket://h:1?file=/x", SpyAddress(SocketAddress("h", 1), Path("/x"))),
        (
            "record:///dev/ttyS0?baudrate=19200?file=/a%20b",
            RecordAddress(SerialAddress("/dev/ttyS0", baudrate=19200), Path("/a b")),
        ),
        ("replay:///a%20b", ReplayAddress(Path("/a b"))),
    ],
)
def test_what_a_url_means(url: str, address: Address) -> None:
    assert parse_url(url) == address


@pytest.mark.parametrize(
    "url",
    [
        "ttyUSB0",
        "serial://",
        "serial:///dev/ttyS0?baudrate=fast",
        "serial:///dev/ttyS0?baudrate=0",
        "serial:///dev/ttyS0?baudrate=" + "1" * 5000,
        "serial:///dev/ttyS0?parity=X",
        "serial:///dev/ttyS0?colour=red",
        "socket://127.0.0.1",
        "socket://127.0.0.1:99999",
        "socket://:9100",
        "usb://epson:printer",
        "pcsc://ACR39/slot",
        "pcsc://ACR39?slot=1",
        "pcsc://?socket=pcscd.comm",
        "spy://pcsc://ACR39",
        "http://127.0.0.1:80",
        "spy://spy:///dev/ttyS0",
        "record://pcsc://ACR39?file=/talk",
        "record:///dev/ttyS0",
        "replay://",
        "socket://[::1:9100",
        "t://[",
    ],
)
def test_a_url_that_makes_no_sense_is_refused(url: str) -> None:
    with pytest.raises(PortUrlError, match=re.escape(url)):
        parse_url(url)


@pytest.mark.parametrize(
    ("port", "opened"),
    [
        ("serial:///dev/ttyUSB0", "serial:///dev/ttyUSB0?baudrate=19200"),
        ("/dev/ttyUSB0", "/dev/ttyUSB0?baudrate=19200"),
        ("serial:///dev/ttyUSB0?parity=N", "serial:///dev/ttyUSB0?parity=N&baudrate=19200"),
        ("serial:///dev/ttyACM0?baudrate=115200", "serial:///dev/ttyACM0?baudrate=115200"),
        ("socket://10.0.0.9:4001", "socket://10.0.0.9:4001"),
        ("spy:///dev/ttyS0", "spy:///dev/ttyS0?baudrate=19200"),
        ("record:///dev/ttyS0?file=/talk", "record:///dev/ttyS0?baudrate=19200?file=/talk"),
    ],
)
def test_the_speed_of_a_port_that_names_none(port: str, opened: str) -> None:
    assert with_speed(port, 19200) == opened
