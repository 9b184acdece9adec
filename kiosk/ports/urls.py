"""Port URLs, parsed without touching any hardware.

    serial:///dev/ttyUSB0?baudrate=19200&parity=N   a UART, USB-serial or pty (a bare device path means the same)
    socket://host:port                              raw TCP
    usb://04b8:0202                                 a USB printer-class device, hexadecimal vendor and product
    spy://URL?file=PATH                             any of these, with every byte written to a file
    pcsc://NAME?socket=PATH                         a reader of chip cards whose name has NAME in it (see `pcsc`)

`spy://` takes its `file` off the end of the URL; without one the bytes go to standard error.
"""

import re
from pathlib import Path
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

import msgspec

from kiosk.ports.errors import PortUrlError


class SerialAddress(msgspec.Struct, frozen=True, tag="serial"):
    """A serial device with pyserial's own settings."""

    path: str
    baudrate: int = 9600
    bytesize: int = 8
    parity: str = "N"
    stopbits: int = 1
    xonxoff: bool = False
    rtscts: bool = False
    dsrdtr: bool = False


class SocketAddress(msgspec.Struct, frozen=True, tag="socket"):
    """A TCP peer."""

    host: str
    port: int


class UsbAddress(msgspec.Struct, frozen=True, tag="usb"):
    """A USB device by vendor and product id; its first bulk endpoints are used."""

    vendor: int
    product: int


class SpyAddress(msgspec.Struct, frozen=True, tag="spy"):
    """Another address, with its traffic written to `file` (None: standard error)."""

    inner: "SerialAddress | SocketAddress | UsbAddress"
    file: Path | None


class PcscAddress(msgspec.Struct, frozen=True, tag="pcsc"):
    """A reader of chip cards by PC/SC: the first whose name has `reader` in it, whatever the case; empty: the first of
    all. `socket` is where pcscd listens, where that is not where it always does."""

    reader: str = ""
    socket: str = ""


Address = SerialAddress | SocketAddress | UsbAddress | SpyAddress | PcscAddress

SCHEMES = ("serial", "socket", "usb", "pcsc", "spy")
_CHOICES = {"bytesize": ("5", "6", "7", "8"), "parity": ("N", "E", "O", "M", "S"), "stopbits": ("1", "2")}
_SWITCHES = ("xonxoff", "rtscts", "dsrdtr")


def parse_url(url: str) -> Address:
    """The address that `url` names. Raises `PortUrlError`, saying what is allowed, for anything else."""
    if url.startswith("spy://"):
        inner, _, file = url.removeprefix("spy://").replace("&file=", "?file=").partition("?file=")
        address = parse_url(inner)
        if isinstance(address, SpyAddress | PcscAddress):
            raise PortUrlError(f"{url}: a spy can watch neither a spy nor a reader of cards")
        return SpyAddress(address, Path(unquote(file)) if file else None)
    if url.startswith("/"):
        url = "serial://" + url
    try:
        parts = urlsplit(url)
    except ValueError as error:  # brackets that hold no address
        raise PortUrlError(f"{url}: {error}") from error
    match parts.scheme:
        case "serial":
            return _serial(url, parts.netloc + unquote(parts.path), parts.query)
        case "socket":
            return _socket(url, parts)
        case "usb":
            return _usb(url, parts.netloc)
        case "pcsc":
            return _pcsc(url, parts)
        case _:
            raise PortUrlError(
                f"{url}: a port is a device path, serial:///dev/…, socket://host:port, usb://…, pcsc://… or spy://…"
            )


def _serial(url: str, path: str, query: str) -> SerialAddress:
    if not path.startswith("/"):
        raise PortUrlError(f"{url}: a serial port needs a device path, as in serial:///dev/ttyUSB0")
    options: dict[str, object] = {}
    for key, value in parse_qsl(query, keep_blank_values=True):
        if key == "baudrate" and re.fullmatch(r"[1-9][0-9]{0,7}", value):
            options[key] = int(value)
        elif value in _CHOICES.get(key, ()):
            options[key] = value if key == "parity" else int(value)
        elif key in _SWITCHES and value in ("0", "1"):
            options[key] = value == "1"
        else:
            known = "baudrate=N, " + ", ".join(f"{name}={'|'.join(values)}" for name, values in _CHOICES.items())
            raise PortUrlError(f"{url}: {key}={value} is not one of {known}, {', '.join(_SWITCHES)}=0|1")
    return msgspec.convert({"type": "serial", "path": path, **options}, SerialAddress)


def _socket(url: str, parts: SplitResult) -> SocketAddress:
    try:
        port = parts.port
    except ValueError:
        port = None
    if not parts.hostname or not port or parts.query or parts.path not in ("", "/"):
        raise PortUrlError(f"{url}: a TCP port is socket://host:port")
    return SocketAddress(parts.hostname, port)


def _usb(url: str, netloc: str) -> UsbAddress:
    vendor, _, product = netloc.partition(":")
    try:
        return UsbAddress(int(vendor, 16), int(product, 16))
    except ValueError:
        raise PortUrlError(f"{url}: a USB port is usb://vendor:product, both hexadecimal") from None


def _pcsc(url: str, parts: SplitResult) -> PcscAddress:
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    socket = options.pop("socket", "")
    if options or parts.path not in ("", "/") or (socket and not socket.startswith("/")):
        raise PortUrlError(f"{url}: a reader of cards is pcsc://, or pcsc://NAME where there are several")
    return PcscAddress(unquote(parts.netloc), socket)
