"""Port URLs, parsed without touching any hardware.

    serial:///dev/ttyUSB0?baudrate=19200&parity=N   a UART, USB-serial or pty (a bare device path means the same)
    socket://host:port                              raw TCP
    usb://04b8:0202                                 a USB printer-class device, hexadecimal vendor and product
    spy://URL?file=PATH                             any of these, with every byte written to a file
    record://URL?file=PATH                          any of these, recorded without personal data (see `recording`)
    replay://PATH                                   the device of a recording
    pcsc://NAME?socket=PATH                         a reader of chip cards whose name has NAME in it (see `pcsc`)

`spy://` and `record://` take their `file` off the end of the URL; a spy without one writes to standard error.
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


class RecordAddress(msgspec.Struct, frozen=True, tag="record"):
    """Another address, whose talk is recorded in `file`."""

    inner: "SerialAddress | SocketAddress | UsbAddress"
    file: Path


class ReplayAddress(msgspec.Struct, frozen=True, tag="replay"):
    """A recording, which takes the device's place."""

    file: Path


class PcscAddress(msgspec.Struct, frozen=True, tag="pcsc"):
    """A reader of chip cards by PC/SC: the first whose name has `reader` in it, whatever the case; empty: the first of
    all. `socket` is where pcscd listens, where that is not where it always does."""

    reader: str = ""
    socket: str = ""


Address = SerialAddress | SocketAddress | UsbAddress | SpyAddress | RecordAddress | ReplayAddress | PcscAddress

SCHEMES = ("serial", "socket", "usb", "pcsc", "spy", "record", "replay")
_CHOICES = {"bytesize": ("5", "6", "7", "8"), "parity": ("N", "E", "O", "M", "S"), "stopbits": ("1", "2")}
_AROUND = ("spy://", "record://")
_SWITCHES = ("xonxoff", "rtscts", "dsrdtr")


def parse_url(url: str) -> Address:
    """The address that `url` names. Raises `PortUrlError`, saying what is allowed, for anything else."""
    if url.startswith(_AROUND):
        return _around(url)
    if url.startswith("replay://"):
        if not (path := url.removeprefix("replay://")):
            raise PortUrlError(f"{url}: a recording is replay://PATH")
        return ReplayAddress(Path(unquote(path)))
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


def _around(url: str) -> SpyAddress | RecordAddress:
    scheme, inner, file = _parted(url)
    address = parse_url(inner)
    if not isinstance(address, SerialAddress | SocketAddress | UsbAddress):
        raise PortUrlError(f"{url}: {scheme} watches serial://, socket:// and usb:// alone")
    if scheme == "spy://":
        return SpyAddress(address, Path(unquote(file)) if file else None)
    if not file:
        raise PortUrlError(f"{url}: a recording needs a file: record://URL?file=PATH")
    return RecordAddress(address, Path(unquote(file)))


def _parted(url: str) -> tuple[str, str, str]:
    """The scheme of a URL around another one, that one, and the file."""
    scheme = next(scheme for scheme in _AROUND if url.startswith(scheme))
    inner, _, file = url.removeprefix(scheme).replace("&file=", "?file=").partition("?file=")
    return scheme, inner, file


def with_speed(url: str, baudrate: int) -> str:
    """The URL, with that speed where it means a serial line and names none."""
    if url.startswith(_AROUND):
        scheme, inner, file = _parted(url)
        return f"{scheme}{with_speed(inner, baudrate)}" + (f"?file={file}" if file else "")
    if not url.startswith(("serial://", "/")) or "baudrate=" in url:
        return url
    return f"{url}{'&' if '?' in url else '?'}baudrate={baudrate}"


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
