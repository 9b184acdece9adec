"""What the window needs of the system, fetched while Python still reads its modules.

To link Qt's libraries and to read fontconfig's files takes a tenth of the time to the first frame and needs no Python:
it is done by the time Qt asks for it. Nothing depends on it: what is not found here is found by Qt, a little later.
"""

import ctypes
import os
import threading
from importlib.machinery import PathFinder

LIBRARIES = (
    "lib/libQt6Core.so.6",
    "lib/libQt6Gui.so.6",
    "lib/libQt6Qml.so.6",
    "lib/libQt6Quick.so.6",
    "lib/libQt6Svg.so.6",
    "plugins/platforms/libqxcb.so",
)


def fetch() -> None:
    """Begin; returns at once."""
    spec = PathFinder.find_spec("PySide6")
    folders = spec.submodule_search_locations if spec else None
    if folders:
        threading.Thread(target=_fetch, args=(f"{next(iter(folders))}/Qt",), name="ahead", daemon=True).start()


def _fetch(qt: str) -> None:
    system = ctypes.CDLL(None)  # called through it, the linker does not hold Python's lock
    system.dlopen.argtypes, system.dlopen.restype = (ctypes.c_char_p, ctypes.c_int), ctypes.c_void_p
    for library in LIBRARIES:
        system.dlopen(os.fsencode(f"{qt}/{library}"), os.RTLD_LAZY)
    handle = system.dlopen(b"libfontconfig.so.1", os.RTLD_LAZY)
    if handle:
        ctypes.CDLL("libfontconfig.so.1", handle=handle).FcInit()
