"""A true power cut, for root: the terminal's data lies alone on an ext4 file system of its own (an image, by a loop
device), which is shut down without its log being written, as a disk whose power goes would leave it."""

import ctypes
import fcntl
import os
import struct
import subprocess
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Self

_SHUTDOWN = 0x8004587D
"""EXT4_IOC_SHUTDOWN, of which the next says how."""
_NO_LOG_FLUSH = struct.pack("I", 2)
_SIZE = 64 * 1024 * 1024
_NEW_MOUNTS = 0x00020000
"""CLONE_NEWNS."""


class NoFileSystemError(Exception):
    """This machine, or whoever runs this, cannot make or mount a file system of its own. The message says why."""


class Ext4:
    """See the module. `point` is where it is mounted, in `folder`."""

    def __init__(self, folder: Path) -> None:
        self.point = folder / "disk"
        self._image = folder / "disk.img"

    def __enter__(self) -> Self:
        """Raises `NoFileSystemError`."""
        self.point.mkdir(parents=True, exist_ok=True)
        with self._image.open("wb") as image:
            image.truncate(_SIZE)
        _do("mkfs.ext4", "-q", "-F", str(self._image))
        self._mount()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        _do("umount", "--lazy", str(self.point))
        self._image.unlink()

    def cut(self) -> None:
        """The power goes and comes back. Whoever wrote there must be dead: what a living process goes on to write after
        the cut would count as lost."""
        folder = os.open(self.point, os.O_RDONLY)
        try:
            fcntl.ioctl(folder, _SHUTDOWN, _NO_LOG_FLUSH)
        except OSError as error:
            raise NoFileSystemError(f"the kernel does not shut ext4 down: {error}") from error
        finally:
            os.close(folder)
        _do("umount", str(self.point))
        self._mount()
        try:
            (self.point / "whole").touch()
        except OSError as error:
            raise NoFileSystemError(
                f"what was cut off did not end, for it is mounted elsewhere too: {error}"
            ) from error

    def _mount(self) -> None:
        _do("mount", "-t", "ext4", "-o", "loop", str(self._image), str(self.point))


def alone() -> None:
    """From now on this thread, and what it starts, has mounts of its own, which end with it. Otherwise anybody's new
    namespace has a copy of ours, and keeps a file system alive that was cut off. Raises `NoFileSystemError`."""
    if os.geteuid() != 0:
        raise NoFileSystemError("only root can mount a file system")
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(_NEW_MOUNTS) != 0:
        raise NoFileSystemError(f"no mounts of its own: {os.strerror(ctypes.get_errno())}")
    _do("mount", "--make-rprivate", "/")


def _do(*command: str) -> None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError as error:
        raise NoFileSystemError(f"{command[0]} is not installed") from error
    if done.returncode != 0:
        raise NoFileSystemError(f"{' '.join(command)}: {done.stderr.strip() or done.returncode}")


def why_not() -> str | None:
    """Why no power can be cut this way here; None where it can. Tries it once, in mounts of its own from then on."""
    with tempfile.TemporaryDirectory(prefix="menkou-ext4-") as folder:
        try:
            alone()
            with Ext4(Path(folder)) as ext4:
                kept, lost = ext4.point / "kept", ext4.point / "lost"
                with kept.open("wb") as file:
                    os.fsync(file.fileno())
                lost.write_bytes(b"not synced")
                ext4.cut()
                if lost.exists() or not kept.exists():
                    return "a file system that was shut down has not lost what was not synced"
        except NoFileSystemError as error:
            return str(error)
    return None
