"""Takes from this process what a hostile template or PDF could misuse: every file but those named, other programs and
processes, and whatever can be connected to. By Linux' own means (Landlock, a namespace, a filter of system calls), as
any user; what a kernel does not have is left out, and told.

https://docs.kernel.org/userspace-api/landlock.html
"""

import ctypes
import os
import signal
import sys
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path

from kiosk.forms.syscalls import refuse_calls

SYSTEM = ("/usr", "/lib", "/lib64", "/etc/ld.so.cache", "/dev/null", "/dev/urandom")
"""What Python and its libraries read of a system."""
_READ_FILE, _READ_DIR = 1 << 2, 1 << 3
_FILE_ACCESS = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 5: (1 << 16) - 1}
"""All that can be forbidden of files, by the version of Landlock from which on it can."""
_TCP = 0b11
"""Binding and connecting; from version 4 on."""
_SCOPES = 0b11
"""Sockets without a name in the file system, and signals, of processes outside; from version 6 on."""
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_PATH_BENEATH, _GIVE_VERSION = 1, 1
_NO_NEW_PRIVILEGES, _SIGNAL_AT_PARENTS_END = 38, 1
_NEW_USER, _NEW_NETWORK = 0x10000000, 0x40000000


class _Ruleset(ctypes.Structure):
    _fields_ = (("files", ctypes.c_uint64), ("network", ctypes.c_uint64), ("scopes", ctypes.c_uint64))


class _Beneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("access", ctypes.c_uint64), ("folder", ctypes.c_int32))


def confine(readable: Iterable[Path]) -> tuple[str, ...]:
    """From now on: what lies in those folders may be read, and what Python needs; nothing is written or changed, run,
    signaled or connected to, and it ends with the thread that began it. To be called while there is one thread. What
    could not be done, in words; nothing where all was."""
    kernel = ctypes.CDLL(None, use_errno=True)
    kernel.syscall.restype = ctypes.c_long
    missing = []
    if kernel.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0):
        missing.append(f"no promise to gain no privileges: {_why()}")
    if kernel.unshare(_NEW_USER | _NEW_NETWORK):
        missing.append(f"no network of its own: {_why()}")
    version = _landlock_version(kernel)
    if version < 1:
        missing.append(f"no Landlock: {_why()}")
    elif not _restrict(kernel, version, (*_of_python(), *readable)):
        missing.append(f"no files kept from it: {_why()}")
    if kernel.prctl(_SIGNAL_AT_PARENTS_END, signal.SIGKILL, 0, 0, 0):  # here, for the namespace took it back
        missing.append(f"no end with the terminal's: {_why()}")
    if not refuse_calls(kernel):  # at last, for it refuses what was needed so far
        missing.append(f"no filter of system calls: {_why()}")
    return tuple(missing)


def _landlock_version(kernel: ctypes.CDLL) -> int:
    return int(kernel.syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), _GIVE_VERSION))


def _restrict(kernel: ctypes.CDLL, version: int, readable: Iterable[Path]) -> bool:
    known = max(each for each in _FILE_ACCESS if each <= version)
    asked = _Ruleset(_FILE_ACCESS[known], _TCP if version >= 4 else 0, _SCOPES if version >= 6 else 0)
    rules = kernel.syscall(_CREATE_RULESET, ctypes.byref(asked), ctypes.c_size_t(ctypes.sizeof(asked)), 0)
    if rules < 0:
        return False
    with closing(os.fdopen(rules)):
        for path in readable:
            if path.exists():
                _allow(kernel, rules, path)
        return bool(kernel.syscall(_RESTRICT_SELF, rules, 0) == 0)


def _allow(kernel: ctypes.CDLL, rules: int, path: Path) -> None:
    folder = os.open(path, os.O_PATH | os.O_CLOEXEC)
    access = _READ_FILE | (_READ_DIR if path.is_dir() else 0)
    kernel.syscall(_ADD_RULE, rules, _PATH_BENEATH, ctypes.byref(_Beneath(access, folder)), 0)
    os.close(folder)


def _of_python() -> Iterator[Path]:
    from kiosk.resources import HOUSE

    yield from map(Path, SYSTEM)
    yield from (Path(sys.prefix), Path(sys.base_prefix), Path(__file__).parents[1], HOUSE.icons.parent)


def _why() -> str:
    return os.strerror(ctypes.get_errno())
