"""The blocking side of a port: one small object per kind of wire, used by one thread only (but for `wake`).

A transport raises `PortError` when the wire cannot be opened or is gone, whatever the operating system called it.
"""

import contextlib
import os
import select
import socket
import struct
import sys
import termios
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

import serial

from kiosk.ports.errors import PortError
from kiosk.ports.recording import Direction, Mask, Masking, Player, Recorder
from kiosk.ports.urls import (
    Address,
    PcscAddress,
    RecordAddress,
    ReplayAddress,
    SerialAddress,
    SocketAddress,
    SpyAddress,
    UsbAddress,
)

CHUNK = 4096
"""Bytes read or written at once."""
SPY_BYTES = 16 * 1024 * 1024
"""How long a spy's file grows before it is put aside."""


class Transport(ABC):
    """One open wire."""

    @abstractmethod
    def wait(self, want_write: bool, timeout_s: float | None) -> None:
        """Sleep until there is something to read, room to write (if wanted), `wake`, or the time is over."""

    @abstractmethod
    def read(self) -> bytes:
        """What has arrived, without waiting; `b""` if nothing."""

    @abstractmethod
    def write(self, data: bytes) -> int:
        """Hand over as much as fits now, without waiting for long; how many bytes that was."""

    @abstractmethod
    def wake(self) -> None:
        """End a `wait`; the one method that another thread may call."""

    @abstractmethod
    def close(self, discard: bool) -> None:
        """Let go of the wire. `discard` drops what the operating system still holds for a peer that stopped reading."""


class _Descriptor(Transport):
    """A wire that is a file descriptor in non-blocking mode."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._wake_in, self._wake_out = os.pipe()
        os.set_blocking(self._wake_in, False)
        os.set_blocking(self._wake_out, False)

    def wait(self, want_write: bool, timeout_s: float | None) -> None:
        poll = select.poll()
        poll.register(self._descriptor, select.POLLIN | (select.POLLOUT if want_write else 0))
        poll.register(self._wake_in, select.POLLIN)
        poll.poll(None if timeout_s is None else max(0.0, timeout_s) * 1000)
        with contextlib.suppress(BlockingIOError):
            os.read(self._wake_in, CHUNK)

    def read(self) -> bytes:
        poll = select.poll()
        poll.register(self._descriptor, select.POLLIN)
        if not poll.poll(0):
            return b""
        try:
            data = os.read(self._descriptor, CHUNK)
        except BlockingIOError:
            return b""
        except OSError as error:
            raise PortError(f"unplugged: {error.strerror}") from error
        if not data:
            raise PortError("unplugged: the peer hung up")
        return data

    def write(self, data: bytes) -> int:
        try:
            return os.write(self._descriptor, data[:CHUNK])
        except BlockingIOError:
            return 0
        except OSError as error:
            raise PortError(f"unplugged: {error.strerror}") from error

    def wake(self) -> None:
        with contextlib.suppress(OSError):  # full: it will wake anyway; closed: nobody waits
            os.write(self._wake_out, b"!")

    def close(self, discard: bool) -> None:
        os.close(self._wake_out)
        os.close(self._wake_in)


class _Serial(_Descriptor):
    """A UART, USB-serial adapter or pty, set up and locked by pyserial."""

    def __init__(self, address: SerialAddress) -> None:
        try:
            self._device = serial.Serial(
                address.path,
                baudrate=address.baudrate,
                bytesize=address.bytesize,
                parity=address.parity,
                stopbits=address.stopbits,
                xonxoff=address.xonxoff,
                rtscts=address.rtscts,
                dsrdtr=address.dsrdtr,
                timeout=0,
                write_timeout=0,
                exclusive=True,
            )
        except (OSError, ValueError, termios.error) as error:  # SerialException is an OSError
            raise PortError(f"cannot open {address.path}: {error}") from error
        super().__init__(self._device.fileno())

    def close(self, discard: bool) -> None:
        if discard:
            # Or the kernel may wait 30 s for a printer that holds its flow control.
            with contextlib.suppress(OSError, termios.error):
                self._device.reset_output_buffer()
        with contextlib.suppress(OSError):
            self._device.close()
        super().close(discard)


class _Socket(_Descriptor):
    """A TCP connection."""

    def __init__(self, address: SocketAddress, timeout_s: float) -> None:
        try:
            self._socket = socket.create_connection((address.host, address.port), timeout=timeout_s)
        except OSError as error:
            raise PortError(f"cannot connect to {address.host}:{address.port}: {error}") from error
        self._socket.setblocking(False)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        super().__init__(self._socket.fileno())

    def close(self, discard: bool) -> None:
        if discard:
            with contextlib.suppress(OSError):
                self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._socket.close()
        super().close(discard)


class _Watched(Transport):
    """Another transport, whose traffic somebody notes."""

    def __init__(self, inner: Transport) -> None:
        self._inner = inner

    @abstractmethod
    def note(self, direction: Direction, data: bytes) -> None:
        """One transfer; a full disk is no reason to stop the device."""

    @abstractmethod
    def end(self) -> None:
        """There are no more."""

    def wait(self, want_write: bool, timeout_s: float | None) -> None:
        self._inner.wait(want_write, timeout_s)

    def read(self) -> bytes:
        data = self._inner.read()
        if data:
            with contextlib.suppress(OSError):
                self.note("<", data)
        return data

    def write(self, data: bytes) -> int:
        count = self._inner.write(data)
        if count:
            with contextlib.suppress(OSError):
                self.note(">", data[:count])
        return count

    def wake(self) -> None:
        self._inner.wake()

    def close(self, discard: bool) -> None:
        self._inner.close(discard)
        self.end()


class _Spied(_Watched):
    """Written down as it is, one line of hexadecimal per transfer.

    A file that has grown to `SPY_BYTES` becomes FILE.1, in the place of the one before, and a new one begins: a spy
    that was forgotten must not fill the disk.
    """

    def __init__(self, inner: Transport, path: Path | None) -> None:
        """Raises `PortError` when the file cannot be written."""
        super().__init__(inner)
        self._path = path
        self._log = self._opened()

    def _opened(self) -> BinaryIO:
        if self._path is None:
            return sys.stderr.buffer
        try:
            return self._path.open("ab")
        except OSError as error:
            raise PortError(f"cannot write the spy's file {self._path}: {error.strerror}") from error

    def note(self, direction: Direction, data: bytes) -> None:
        moment = datetime.fromtimestamp(time.time(), UTC).isoformat(timespec="milliseconds")
        self._log.write(f"{moment} {direction} {data.hex(' ')}\n".encode())
        self._log.flush()
        if self._path is not None and self._log.tell() > SPY_BYTES:
            self._path.replace(self._path.with_name(f"{self._path.name}.1"))
            self._log.close()
            self._log = self._opened()

    def end(self) -> None:
        if self._log is not sys.stderr.buffer:
            self._log.close()


class _Recorded(_Watched):
    """Written down without personal data."""

    def __init__(self, inner: Transport, recorder: Recorder) -> None:
        super().__init__(inner)
        self._recorder = recorder

    def note(self, direction: Direction, data: bytes) -> None:
        self._recorder.note(direction, data)

    def end(self) -> None:
        self._recorder.close()


class _Replayed(Transport):
    """The device of a recording."""

    def __init__(self, player: Player) -> None:
        self._player = player

    def wait(self, want_write: bool, timeout_s: float | None) -> None:
        if not want_write:
            self._player.wait(timeout_s)

    def read(self) -> bytes:
        return self._player.hear()

    def write(self, data: bytes) -> int:
        self._player.say(data)
        return len(data)

    def wake(self) -> None:
        self._player.wake()

    def close(self, discard: bool) -> None:
        pass


def open_transport(address: Address, timeout_s: float, masking: Masking | None = None) -> Transport:
    """Open the wire, waiting at most about `timeout_s`. `masking` is for recordings. Raises `PortError`."""
    match address:
        case SerialAddress():
            return _Serial(address)
        case SocketAddress():
            return _Socket(address, timeout_s)
        case UsbAddress():
            from kiosk.ports.usb import UsbTransport

            return UsbTransport(address)
        case ReplayAddress(file=file):
            return _Replayed(Player(file, _mask(masking)))
        case SpyAddress(inner=inner, file=spied):
            return _around(open_transport(inner, timeout_s), lambda wire: _Spied(wire, spied))
        case RecordAddress(inner=inner, file=file):
            mask = _mask(masking)
            return _around(open_transport(inner, timeout_s), lambda wire: _Recorded(wire, Recorder(file, mask)))
        case PcscAddress():
            raise PortError("a reader of cards is no stream of bytes")


def _around(wire: Transport, watched: Callable[[Transport], Transport]) -> Transport:
    try:
        return watched(wire)
    except PortError:
        wire.close(discard=False)
        raise


def _mask(masking: Masking | None) -> Mask:
    if masking is None:
        raise PortError("this driver does not say what in its talk is personal, so it is neither recorded nor replayed")
    return masking()
