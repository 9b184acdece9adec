"""USB printer-class devices through pyusb, which is asked for only when a `usb://` port is opened."""

import importlib
import threading
from typing import Any

from kiosk.ports.errors import PortError
from kiosk.ports.transports import CHUNK, Transport
from kiosk.ports.urls import UsbAddress

_POLL_MS = 50
_WRITE_MS = 200


class UsbTransport(Transport):
    """The first bulk IN and OUT endpoints of the device's first interface.

    USB has no descriptor to wait on, so waiting is a bulk read of 50 ms.
    """

    def __init__(self, address: UsbAddress) -> None:
        try:
            self._core: Any = importlib.import_module("usb.core")
            self._util: Any = importlib.import_module("usb.util")
        except ImportError as error:
            raise PortError("a usb:// port needs the Python package pyusb, which is not installed") from error
        name = f"usb://{address.vendor:04x}:{address.product:04x}"
        try:
            self._device: Any = self._core.find(idVendor=address.vendor, idProduct=address.product)
            if self._device is None:
                raise PortError(f"no USB device {name}")
            if self._device.is_kernel_driver_active(0):
                self._device.detach_kernel_driver(0)
            self._device.set_configuration()
            endpoints = list(self._device.get_active_configuration()[(0, 0)])
        except self._core.NoBackendError as error:
            raise PortError("pyusb finds no libusb on this machine") from error
        except self._core.USBError as error:
            raise PortError(f"cannot open {name}: {error}") from error
        self._in = self._endpoint(endpoints, self._util.ENDPOINT_IN)
        self._out = self._endpoint(endpoints, self._util.ENDPOINT_OUT)
        self._arrived = b""
        self._woken = threading.Event()

    def _endpoint(self, endpoints: list[Any], direction: int) -> Any:
        for endpoint in endpoints:
            bulk = self._util.endpoint_type(endpoint.bmAttributes) == self._util.ENDPOINT_TYPE_BULK
            if bulk and self._util.endpoint_direction(endpoint.bEndpointAddress) == direction:
                return endpoint
        raise PortError("the USB device has no bulk endpoints: not a printer")

    def wait(self, want_write: bool, timeout_s: float | None) -> None:
        rounds = 1 if want_write else None if timeout_s is None else max(1, int(timeout_s * 1000 / _POLL_MS))
        while not self._woken.is_set() and not self._arrived and rounds != 0:
            self._arrived = self._poll()
            rounds = None if rounds is None else rounds - 1
        self._woken.clear()

    def _poll(self) -> bytes:
        try:
            return bytes(self._in.read(CHUNK, _POLL_MS))
        except self._core.USBTimeoutError:
            return b""
        except self._core.USBError as error:
            raise PortError(f"unplugged: {error}") from error

    def read(self) -> bytes:
        data, self._arrived = self._arrived, b""
        return data

    def write(self, data: bytes) -> int:
        try:
            return int(self._out.write(data[:CHUNK], _WRITE_MS))
        except self._core.USBTimeoutError:
            return 0
        except self._core.USBError as error:
            raise PortError(f"unplugged: {error}") from error

    def wake(self) -> None:
        self._woken.set()

    def close(self, discard: bool) -> None:
        self._util.dispose_resources(self._device)
