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
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

import serial

from kiosk.ports.errors import PortError
from kiosk.ports.urls import Address, PcscAddress, SerialAddress, SocketAddress, SpyAddress, UsbAddress

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


class _Spy(Transport):
    """Another transport whose traffic is written down, one line of hexadecimal per transfer.

    A file that has grown to `SPY_BYTES` becomes FILE.1, in the place of the one before, and a new one begins: a spy
    that was forgotten must not fill the disk.
    """

    def __init__(self, inner: Transport, path: Path | None) -> None:
        """Raises `PortError` when the file cannot be written."""
        self._inner = inner
        self._path = path
        self._log = self._opened()

    def _opened(self) -> BinaryIO:
        if self._path is None:
            return sys.stderr.buffer
        try:
            return self._path.open("ab")
        except OSError as error:
            raise PortError(f"cannot write the spy's file {self._path}: {error.strerror}") from error

    def _note(self, mark: str, data: bytes) -> None:
        moment = datetime.fromtimestamp(time.time(), UTC).isoformat(timespec="milliseconds")
        with contextlib.suppress(OSError):  # a full disk is no reason to stop the device
            self._log.write(f"{moment} {mark} {data.hex(' ')}\n".encode())
            self._log.flush()
            if self._path is not None and self._log.tell() > SPY_BYTES:
                self._path.replace(self._path.with_name(f"{self._path.name}.1"))
                self._log.close()
                self._log = self._opened()

    def wait(self, want_write: bool, timeout_s: float | None) -> None:
        self._inner.wait(want_write, timeout_s)

    def read(self) -> bytes:
        data = self._inner.read()
        if data:
            self._note("<", data)
        return data

    def write(self, data: bytes) -> int:
        count = self._inner.write(data)
        if count:
            self._note(">", data[:count])
        return count

    def wake(self) -> None:
        self._inner.wake()

    def close(self, discard: bool) -> None:
        self._inner.close(discard)
        if self._log is not sys.stderr.buffer:
            self._log.close()


def open_transport(address: Address, timeout_s: float) -> Transport:
    """Open the wire, waiting at most about `timeout_s`. Raises `PortError`."""
    match address:
        case SerialAddress():
            return _Serial(address)
        case SocketAddress():
            return _Socket(address, timeout_s)
        case UsbAddress():
            from kiosk.ports.usb import UsbTransport

            return UsbTransport(address)
        case SpyAddress(inner=inner, file=file):
            transport = open_transport(inner, timeout_s)
            try:
                return _Spy(transport, file)
            except PortError:
                transport.close(discard=False)
                raise
        case PcscAddress():
            raise PortError("a reader of cards is no stream of bytes")
