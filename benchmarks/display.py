"""An X server of our own, seen and touched from outside: the same eyes and the same finger for every program on it.

Xlib, XTest and XDamage through ctypes. The server says when anything was painted; only then is the root window looked
at, in narrow columns that cross everything there is. So watching costs the programs next to nothing.
"""

import contextlib
import ctypes
import os
import select
import subprocess
import time
from collections.abc import Callable, Iterator
from ctypes import POINTER, byref, c_char_p, c_int, c_uint, c_ulong, c_void_p

WIDTH, HEIGHT = 1080, 1920
COLUMNS = tuple(range(45, WIDTH, 90))
"""Where the eyes look, px; no text, drawing or key of the screens fits between two of them."""

_Z_PIXMAP = 2
_ALL_PLANES = c_ulong(0xFFFFFFFF)
_LEFT_BUTTON = 1
_DAMAGE_NOT_EMPTY = 3
_EVENT_BYTES = 192


class NothingSeenError(RuntimeError):
    """What should have come on the screen did not come in time."""


class _Image(ctypes.Structure):
    _fields_ = (
        ("width", c_int),
        ("height", c_int),
        ("xoffset", c_int),
        ("format", c_int),
        ("data", c_void_p),
        ("byte_order", c_int),
        ("bitmap_unit", c_int),
        ("bitmap_bit_order", c_int),
        ("bitmap_pad", c_int),
        ("depth", c_int),
        ("bytes_per_line", c_int),
    )


class Display:
    """A connection to the X server `name`. Not for several threads."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._x = ctypes.CDLL("libX11.so.6")
        self._test = ctypes.CDLL("libXtst.so.6")
        self._damages = ctypes.CDLL("libXdamage.so.1")
        self._x.XOpenDisplay.argtypes, self._x.XOpenDisplay.restype = [c_char_p], c_void_p
        self._x.XDefaultRootWindow.argtypes, self._x.XDefaultRootWindow.restype = [c_void_p], c_ulong
        self._x.XGetImage.argtypes = [c_void_p, c_ulong, c_int, c_int, c_uint, c_uint, c_ulong, c_int]
        self._x.XGetImage.restype = POINTER(_Image)
        self._x.XFree.argtypes = [c_void_p]
        for simple in (self._x.XFlush, self._x.XPending, self._x.XConnectionNumber):
            simple.argtypes = [c_void_p]
        self._x.XNextEvent.argtypes = [c_void_p, c_void_p]
        self._x.XCloseDisplay.argtypes = [c_void_p]
        self._test.XTestQueryExtension.argtypes = [c_void_p, *[POINTER(c_int)] * 4]
        self._test.XTestFakeMotionEvent.argtypes = [c_void_p, c_int, c_int, c_int, c_ulong]
        self._test.XTestFakeButtonEvent.argtypes = [c_void_p, c_uint, c_int, c_ulong]
        self._damages.XDamageQueryExtension.argtypes = [c_void_p, *[POINTER(c_int)] * 2]
        self._damages.XDamageCreate.argtypes, self._damages.XDamageCreate.restype = [c_void_p, c_ulong, c_int], c_ulong
        self._damages.XDamageSubtract.argtypes = [c_void_p, c_ulong, c_ulong, c_ulong]
        self._server: int | None = self._x.XOpenDisplay(name.encode())
        if self._server is None:
            raise RuntimeError(f"no X server {name}")
        if not self._test.XTestQueryExtension(self._server, *(byref(c_int()) for _ in range(4))):
            raise RuntimeError("this X server lets nobody touch it (XTEST)")
        if not self._damages.XDamageQueryExtension(self._server, *(byref(c_int()) for _ in range(2))):
            raise RuntimeError("this X server does not tell what was painted (DAMAGE)")
        self._root: int = self._x.XDefaultRootWindow(self._server)
        self._damage: int = self._damages.XDamageCreate(self._server, self._root, _DAMAGE_NOT_EMPTY)

    def close(self) -> None:
        """End the connection."""
        self._x.XCloseDisplay(self._server)

    def look(self) -> bytes:
        """What the columns show now."""
        return b"".join(self._pixels(x, 0, 1, HEIGHT) for x in COLUMNS)

    def color(self, x: int, y: int) -> str:
        """The color of a pixel, as RRGGBB."""
        blue, green, red, _ = self._pixels(x, y, 1, 1)
        return f"{red:02x}{green:02x}{blue:02x}"

    def tap(self, x: int, y: int) -> float:
        """Press and let go; the moment of letting go (monotonic, s)."""
        self._test.XTestFakeMotionEvent(self._server, -1, x, y, 0)
        self._test.XTestFakeButtonEvent(self._server, _LEFT_BUTTON, 1, 0)
        self._x.XFlush(self._server)
        time.sleep(0.06)  # as long as a quick finger stays; the pressed look is painted meanwhile
        moment = time.monotonic()
        self._test.XTestFakeButtonEvent(self._server, _LEFT_BUTTON, 0, 0)
        self._x.XFlush(self._server)
        return moment

    def settled(self, right: Callable[[], bool], *, still_s: float, patience_s: float) -> float:
        """Watch until the screen is `right` and then stands still for `still_s`; the moment of its last change.

        Raises `NothingSeenError` after `patience_s`.
        """
        deadline = time.monotonic() + patience_s
        seen, changed = self.look(), time.monotonic()
        while True:
            if self._painted(changed + still_s - time.monotonic()):
                now = self.look()
                if now != seen:
                    seen, changed = now, time.monotonic()
            elif right():
                return changed
            else:
                self._painted(deadline - time.monotonic(), keep=True)
            if time.monotonic() > deadline:
                raise NothingSeenError(f"nothing right on the screen for {patience_s:g} s")

    def _painted(self, patience_s: float, *, keep: bool = False) -> bool:
        """Wait until something was painted; False when nothing was. `keep` leaves the news for the next call."""
        if not self._x.XPending(self._server):
            select.select([self._x.XConnectionNumber(self._server)], [], [], max(0, patience_s))
        waiting = self._x.XPending(self._server)
        if keep or not waiting:
            return bool(waiting)
        event = ctypes.create_string_buffer(_EVENT_BYTES)
        for _ in range(waiting):
            self._x.XNextEvent(self._server, event)
        self._damages.XDamageSubtract(self._server, self._damage, 0, 0)
        return True

    def _pixels(self, x: int, y: int, width: int, height: int) -> bytes:
        image = self._x.XGetImage(self._server, self._root, x, y, width, height, _ALL_PLANES, _Z_PIXMAP)
        if not image:
            raise RuntimeError("the X server shows nothing")
        try:
            return ctypes.string_at(image.contents.data, image.contents.bytes_per_line * height)
        finally:
            self._x.XFree(image.contents.data)
            self._x.XFree(image)


@contextlib.contextmanager
def x_server() -> Iterator[str]:
    """A fresh Xvfb of the default panel's size; its name."""
    reading, writing = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(writing), "-screen", "0", f"{WIDTH}x{HEIGHT}x24", "-nolisten", "tcp", "-noreset"],
        pass_fds=[writing],
        stderr=subprocess.DEVNULL,
    )
    os.close(writing)
    try:
        with os.fdopen(reading) as number:
            yield f":{number.readline().strip()}"
    finally:
        server.terminate()
        server.wait(10)
