"""A true power cut, without root: what a process did to a folder is written down as it happens (`journal.c`), and the
folder is then put into a state that a disk may be in when the power fails.

What was synced is there. Of what was written since, any 512-byte sector may be there or not; of the names that were
made, changed or removed since their folder was synced, any first few. The simplest state, and often the worst, is
that nothing of it is there. A disk that lies about syncing is beyond this.
"""

import ctypes
import os
import shutil
import struct
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec

_HEAD = struct.Struct("<IIIq")
_SOURCE = Path(__file__).with_name("journal.c")
SECTOR = 512

Below = Callable[[int], int]
"""Draws a number below another."""


def build(folder: Path) -> Path | None:
    """The library to preload; None where there is no C compiler. Raises `subprocess.CalledProcessError`."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        return None
    library = folder / "journal.so"
    command = [compiler, "-O2", "-shared", "-fPIC", "-Wall", "-Werror", "-o", str(library), str(_SOURCE), "-ldl"]
    subprocess.run(command, check=True, capture_output=True)
    return library


def watch(folder: Path, journal: Path) -> bool:
    """From now on, write down in `journal` what this process does to `folder`; False where nothing was preloaded."""
    begin = getattr(ctypes.CDLL(None), "power_begin", None)
    if begin is None:
        return False
    folder.mkdir(parents=True, exist_ok=True)
    if begin(os.fsencode(folder), os.fsencode(journal)) < 0:
        raise OSError(f"cannot write {journal}")
    return True


class Step(NamedTuple):
    """One thing that a process did: Create, Write, Truncate, Sync, Unlink or Rename a path."""

    operation: str
    path: str
    data: bytes
    offset: int


def steps(journal: Path) -> Iterator[Step]:
    """What is written down."""
    content = memoryview(journal.read_bytes()) if journal.exists() else memoryview(b"")
    at = 0
    while at + _HEAD.size <= len(content):
        operation, path, data, offset = _HEAD.unpack_from(content, at)
        at += _HEAD.size
        if at + path + data > len(content):
            return
        yield Step(
            chr(operation), os.fsdecode(bytes(content[at : at + path])), bytes(content[at + path :][:data]), offset
        )
        at += path + data


class _File(msgspec.Struct):
    """What of a file is on the disk for certain, and what was done to it since: (offset, bytes) or (size, None)."""

    synced: bytearray
    since: list[tuple[int, bytes | None]]

    def sync(self) -> None:
        for offset, data in self.since:
            _put(self.synced, offset, data)
        self.since = []

    def torn(self, below: Below) -> bytes:
        """As a disk may have it: each sector that was written since may be there or not."""
        content = bytearray(self.synced)
        for offset, data in self.since:
            if data is None:
                if below(2):
                    _put(content, offset, None)
                continue
            for start in range(offset - offset % SECTOR, offset + len(data), SECTOR):
                first, last = max(start, offset), min(start + SECTOR, offset + len(data))
                if below(2):
                    _put(content, first, data[first - offset : last - offset])
        return bytes(content)


class _Change(NamedTuple):
    """What names in a folder name from now on (None: nothing), at once."""

    folder: str
    names: dict[str, _File | None]

    def apply(self, to: dict[str, _File]) -> None:
        for name, file in self.names.items():
            if file is None:
                to.pop(name, None)
            else:
                to[name] = file


def _put(content: bytearray, offset: int, data: bytes | None) -> None:
    if data is None:
        content[:] = content[:offset].ljust(offset, b"\0")
        return
    if len(content) < offset:
        content.extend(bytes(offset - len(content)))
    content[offset : offset + len(data)] = data


class Disk:
    """A folder as it was synced at first, and what a journal says happened to it."""

    def __init__(self, folder: Path) -> None:
        """`folder` as it is now is on the disk for certain."""
        self._folder = Path(os.path.realpath(folder))
        self._synced = {
            str(path): _File(bytearray(path.read_bytes()), []) for path in self._folder.rglob("*") if path.is_file()
        }
        self._now = dict(self._synced)
        self._renamed: list[_Change] = []
        """Names since their folder was synced."""

    def play(self, journal: Path) -> None:
        """What a process did since."""
        for step in steps(journal):
            if not step.path.endswith("-shm"):  # SQLite makes that anew
                self._take(step)

    def _take(self, step: Step) -> None:
        file = self._now.get(step.path)
        match step.operation:
            case "C":
                self._name(step.path, {step.path: _File(bytearray(), [])})
            case "U":
                self._name(step.path, {step.path: None})
            case "R":
                self._name(step.path, {step.path: None, os.fsdecode(step.data): file})
            case "W" if file is not None:
                file.since.append((step.offset, step.data))
            case "T" if file is not None:
                file.since.append((step.offset, None))
            case "S" if file is not None:
                file.sync()
            case "S":
                self._sync_names(step.path)
            case _:
                raise ValueError(f"{step.operation} of {step.path}, which nobody made")

    def _name(self, path: str, names: dict[str, _File | None]) -> None:
        change = _Change(str(Path(path).parent), names)
        self._renamed.append(change)
        change.apply(self._now)

    def _sync_names(self, folder: str) -> None:
        for change in self._renamed:
            if change.folder == folder:
                change.apply(self._synced)
        self._renamed = [change for change in self._renamed if change.folder != folder]

    def cut(self, below: Below) -> None:
        """Put the folder into a state that it may be in after a power cut. `below` draws which: half of the time the
        one where nothing is left of what was not synced."""
        nothing = bool(below(2))
        names = dict(self._synced)
        for folder in dict.fromkeys(change.folder for change in self._renamed):
            changes = [change for change in self._renamed if change.folder == folder]
            for change in changes[: 0 if nothing else below(len(changes) + 1)]:
                change.apply(names)
        for old in [path for path in self._folder.rglob("*") if path.is_file()]:
            old.unlink()
        for name, file in names.items():
            Path(name).parent.mkdir(parents=True, exist_ok=True)
            Path(name).write_bytes(bytes(file.synced) if nothing else file.torn(below))
