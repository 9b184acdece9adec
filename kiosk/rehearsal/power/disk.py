"""A true power cut, without root: what a process did to a folder is written down as it happens (`journal.c`), and the
folder is then put into a state that a disk may be in when the power fails.

What was synced is there. Of what was written since, any 512-byte sector may be there or not; of the names that were
made, changed or removed since their folder was synced, any first few. The simplest state, and often the worst, is
that nothing of it is there. A rename between folders counts as synced with the folder that it left. A disk that lies
about syncing, and a file system that loses what it called synced, are beyond this.
"""

import contextlib
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
_NOBODYS = ("-shm", " (deleted)")
"""Of paths: what SQLite makes anew, and what has no name any more."""
SECTOR = 512

Below = Callable[[int], int]
"""Draws a number below another."""


def build(folder: Path) -> Path | None:
    """The library to preload, made in `folder`; None where no C compiler, or not what it needs, is installed."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        return None
    library = folder / "journal.so"
    command = [compiler, "-O2", "-shared", "-fPIC", "-Wall", "-Werror", "-o", str(library), str(_SOURCE), "-ldl"]
    done = subprocess.run(command, capture_output=True, check=False)
    return library if done.returncode == 0 else None


@contextlib.contextmanager
def preloading(library: Path | None) -> Iterator[None]:
    """Processes that are started meanwhile have the library, if there is one."""
    before = os.environ.get("LD_PRELOAD")
    if library is not None:
        os.environ["LD_PRELOAD"] = f"{library} {before or ''}".strip()
    try:
        yield
    finally:
        os.environ.pop("LD_PRELOAD", None)
        if before is not None:
            os.environ["LD_PRELOAD"] = before


def watch(folder: Path, journal: Path) -> bool:
    """From now on, write down in `journal` what this process does to `folder`; False where nothing was preloaded."""
    begin = getattr(ctypes.CDLL(None), "power_begin", None)
    if begin is None:
        return False
    folder.mkdir(parents=True, exist_ok=True)
    if begin(os.fsencode(folder), os.fsencode(journal)) < 0:
        raise OSError(f"cannot write {journal}")
    return True


SENT = "X"


class Step(NamedTuple):
    """One thing that a process did: Create, Write, Truncate, Sync, Unlink or Rename a path, or send bytes (`SENT`; to
    whom is not said)."""

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

    def written(self) -> bytes:
        """As whoever reads it sees it while there is power."""
        content = bytearray(self.synced)
        for offset, data in self.since:
            _put(content, offset, data)
        return bytes(content)

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
        self.folder = Path(os.path.realpath(folder))
        self._synced = {
            str(path): _File(bytearray(path.read_bytes()), [])
            for path in self.folder.rglob("*")
            if path.is_file() and not path.name.endswith(_NOBODYS)
        }
        self._now = dict(self._synced)
        self._renamed: list[_Change] = []
        """Names since their folder was synced."""

    def play(self, journal: Path) -> None:
        """All that a process did since."""
        for step in steps(journal):
            self.take(step)

    def take(self, step: Step) -> None:
        """One thing that it did. Raises `ValueError` for what cannot have happened to what is known."""
        if step.operation == SENT or step.path.endswith(_NOBODYS):
            return
        file = self._now.get(step.path)
        match step.operation:
            case "C":
                self._name(step.path, {step.path: _File(bytearray(), [])})
            case "U":
                self._name(step.path, {step.path: None})
            case "R" if file is not None:
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

    def now(self) -> dict[Path, bytes]:
        """The files as that process last saw them."""
        return {Path(name): file.written() for name, file in self._now.items()}

    def left(self, below: Below | None) -> dict[Path, bytes]:
        """The files that are there after a power cut now. `below` draws which of the states that may be; None: the
        one where nothing is left of what was not synced."""
        names = dict(self._synced)
        for folder in dict.fromkeys(change.folder for change in self._renamed):
            changes = [change for change in self._renamed if change.folder == folder]
            for change in changes[: below(len(changes) + 1) if below else 0]:
                change.apply(names)
        return {Path(name): file.torn(below) if below else bytes(file.synced) for name, file in names.items()}

    def cut(self, below: Below | None) -> None:
        """Put the folder into that state."""
        for old in [path for path in self.folder.rglob("*") if path.is_file()]:
            old.unlink()
        for path, content in self.left(below).items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
