"""Why a device cannot be reached, or says nothing that makes sense: what the doctor finds when it looks at the port
itself. Changes nothing; what a device says meanwhile is counted and forgotten."""

import asyncio
import errno
import grp
import os
import pwd
import re
import socket
import stat
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from kiosk.devices.drivers import DeviceConfig
from kiosk.devices.health import Busy, Health, NeedsAttention, Ready
from kiosk.devices.registry import build
from kiosk.ports.errors import PortUrlError
from kiosk.ports.pcsc import PcscError, Service
from kiosk.ports.urls import PcscAddress, SerialAddress, SocketAddress, parse_url

SPEEDS = (9600, 19_200, 38_400, 57_600, 115_200)
"""Those that devices of a hall are set to."""
SPEED_S = 2.0
"""For a device to answer at one of them."""
CONNECT_S = 3.0
PORTS = ("serial/by-id/*", "ttyUSB*", "ttyACM*")
"""Serial ports that were plugged in, in /dev."""
DEV = Path("/", "dev")


class Cause(msgspec.Struct, frozen=True):
    """What is wrong, and what to do about it."""

    detail: str
    advice: str


async def find_cause(device: DeviceConfig) -> Cause | None:
    """Of a device that is away or unknown. None where the port shows nothing."""
    scheme = device.port.partition(":")[0]
    if scheme in ("http", "https", "ipp", "ipps"):
        return await asyncio.to_thread(_web, device.port, scheme)
    try:
        address = parse_url(device.port)
    except PortUrlError:  # the driver's own kind of address
        return None
    match address:
        case SerialAddress(path=path):
            return await asyncio.to_thread(look_at_serial, path) or await _talk(device)
        case SocketAddress(host=host, port=port):
            return await asyncio.to_thread(look_at_host, host, port) or await _talk(device)
        case PcscAddress():
            return await asyncio.to_thread(look_at_readers, address)
        case _:
            return None


# -- a serial line -----------------------------------------------------------------------------------------------------


def look_at_serial(path: str) -> Cause | None:
    """Whether it is there, may be used, and is free."""
    try:
        mode = Path(path).stat().st_mode
    except OSError:
        return _missing(path)
    if not stat.S_ISCHR(mode):
        return Cause(f"{path} is no serial port", "name the port in the configuration, like serial:///dev/ttyUSB0")
    if not os.access(path, os.R_OK | os.W_OK, effective_ids=True):
        return _forbidden(path)
    try:
        os.close(os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK))
    except OSError as error:
        if error.errno in (errno.EIO, errno.ENXIO, errno.ENODEV):
            return Cause(
                f"{path} is there, and nothing is at it", "check the adapter: pull it out and plug it in again"
            )
        return Cause(f"{path} cannot be opened: {error.strerror}", "stop whatever else uses it")
    if holder := _holder(os.path.realpath(path)):
        return Cause(f"{path} is used by {holder}", "stop that first: a port has one user at a time")
    return None


def _missing(path: str) -> Cause:
    there = sorted({str(port) for pattern in PORTS for port in DEV.glob(pattern)})
    if there:
        advice = (
            f"here there are {', '.join(there)}: name the right one in the configuration, best by /dev/serial/by-id"
        )
    else:
        advice = "no serial port is plugged in here at all: check the cable and the adapter (`dmesg` tells of them)"
    return Cause(f"there is no {path}", advice)


def _forbidden(path: str) -> Cause:
    user, group = pwd.getpwuid(os.geteuid()).pw_name, grp.getgrgid(Path(path).stat().st_gid).gr_name
    advice = f"`usermod -aG {group} {user}`, then start the terminal anew"
    if group == "root":  # nobody should be put into that one
        advice = f"let the system give {path} to the group dialout (udev), and `usermod -aG dialout {user}`"
    return Cause(f"user {user} may not use {path}, which belongs to group {group}", advice)


def _holder(path: str) -> str:
    """The program that has the file open, by name and process; empty where there is none that we may see."""
    for fds in Path("/proc").glob("[0-9]*/fd"):
        if fds.parent.name == str(os.getpid()):
            continue
        try:
            if any(str(fd.readlink()) == path for fd in fds.iterdir()):
                return f"{(fds.parent / 'comm').read_text().strip()} (process {fds.parent.name})"
        except OSError:
            continue
    return ""


# -- what it says ------------------------------------------------------------------------------------------------------


async def _talk(device: DeviceConfig) -> Cause:
    """The port is fine. It may be the speed, the protocol, or nobody at the other end."""
    heard = await _heard(device)
    serial = isinstance(parse_url(device.port), SerialAddress)
    for speed in SPEEDS if serial else ():
        url = _at_speed(device.port, speed)
        if url != device.port and await _answers(msgspec.structs.replace(device, port=url)):
            return Cause(f"the speed is wrong: it answers at {speed} baud", f'port = "{url}"')
    tried = f", at {', '.join(map(str, SPEEDS))} baud neither" if serial else ""
    if not heard:
        cable = "the cable (crossed or straight, the right socket)" if serial else "that it is the right address"
        advice = (
            f"check that it is switched on, {cable}, and that its manual names the protocol of driver {device.driver}"
        )
        return Cause(f"the port opens, and nothing answers{tried}", advice)
    if _is_text(heard):
        advice = f"another device may be at this port: compare with what driver {device.driver} is for"
        return Cause(f"something answers in text that driver {device.driver} does not understand{tried}", advice)
    advice = f"check its speed, parity and protocol in its own set-up, and that driver {device.driver} is for it"
    return Cause(f"{len(heard)} bytes came that driver {device.driver} cannot make sense of{tried}", advice)


async def _heard(device: DeviceConfig) -> bytes:
    """What comes from it while it is asked; kept in memory for so long."""
    memory = os.memfd_create("heard")
    try:
        port = f"spy://{device.port}?file=/proc/self/fd/{memory}"
        await _answers(msgspec.structs.replace(device, port=port))
        lines = os.pread(memory, 1 << 16, 0).decode("ascii", "replace").splitlines()
        return b"".join(bytes.fromhex(line.partition(" < ")[2]) for line in lines if " < " in line)
    finally:
        os.close(memory)


async def _answers(device: DeviceConfig) -> bool:
    try:
        driver = build(device)
    except ValueError:  # not at such a URL
        return False

    async def ask() -> Health:
        await driver.open()
        return await driver.status()

    try:
        async with asyncio.timeout(SPEED_S):
            return isinstance(await ask(), Ready | Busy | NeedsAttention)
    except TimeoutError:
        return False
    finally:
        await driver.aclose()


def _at_speed(url: str, speed: int) -> str:
    if "baudrate=" in url:
        return re.sub(r"baudrate=\d+", f"baudrate={speed}", url)
    return f"{url}{'&' if '?' in url else '?'}baudrate={speed}"


def _is_text(heard: bytes) -> bool:
    plain = sum(byte in b"\r\n\t" or 0x20 <= byte < 0x7F for byte in heard)
    return plain > 0.9 * len(heard)


# -- the network -------------------------------------------------------------------------------------------------------


def look_at_host(host: str, port: int) -> Cause | None:
    """Whether its name is known, and somebody listens there."""
    try:
        socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError:
        return Cause(f"nobody knows the name {host}", "check the name in the configuration, and this machine's DNS")
    try:
        socket.create_connection((host, port), timeout=CONNECT_S).close()
    except ConnectionRefusedError:
        advice = "check the port's number, and that the service or the device's network port is switched on"
        return Cause(f"{host} is there, and nobody listens at its port {port}", advice)
    except OSError as error:
        why = "does not answer" if isinstance(error, TimeoutError) else f"cannot be reached ({error.strerror})"
        return Cause(f"{host} {why}", "check that it is switched on, its network cable, and its address")
    return None


def _web(url: str, scheme: str) -> Cause | None:
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or {"http": 80, "https": 443}.get(scheme, 631)
    if cause := look_at_host(host, port):
        return cause
    return look_at_queues(host, port, parts.path) if scheme in ("ipp", "ipps") else None


def look_at_queues(host: str, port: int, path: str) -> Cause | None:
    """Whether CUPS has the queue that is meant."""
    try:
        listed = subprocess.run(
            ["lpstat", "-h", f"{host}:{port}", "-e"], capture_output=True, text=True, timeout=20, check=False
        )
    except (OSError, subprocess.SubprocessError):
        return None
    queues = listed.stdout.split()
    if (queue := path.rpartition("/")[2]) in queues:
        return None
    there = f"it has {', '.join(queues)}" if queues else "it has none at all"
    advice = "make it (`lpadmin -p NAME -E -v URI -m everywhere`), or name another in the configuration"
    return Cause(f"CUPS has no queue {queue!r}: {there}", advice)


# -- readers of cards --------------------------------------------------------------------------------------------------


def look_at_readers(address: PcscAddress) -> Cause | None:
    """Whether pcscd runs, and knows the reader that is meant."""
    try:
        with Service(address) as service:
            readers = service.readers()
    except PcscError as error:
        if error.trouble != "reader":
            return Cause(str(error), "`apt-get install pcscd`, then `systemctl enable --now pcscd.socket`")
        advice = "plug it in; `pcsc_scan` lists readers, and some need a driver of their maker"
        return Cause("pcscd runs and knows no reader", advice)
    if any(address.reader.casefold() in reader.casefold() for reader in readers):
        return None
    advice = "name one of those in the configuration, like pcsc://ACR39"
    return Cause(f"no reader has {address.reader!r} in its name; there are {', '.join(readers)}", advice)
