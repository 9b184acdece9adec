"""The head of the journal, kept once more outside SQLite.

One flipped bit in a committed write-ahead log silently drops every later row, while SQLite's own checks and the hash
chain stay content. A restored backup and a lost log look the same. So the head is also kept here, in two slots that
are written in turn: a power cut in the middle of one leaves the other.
"""

import os
import struct
import zlib
from pathlib import Path
from typing import NamedTuple

from kiosk.ledger.disk import write_once

_MAGIC = b"MKW1"
_SLOT = struct.Struct(">4sQQ32s20s")
_CRC = struct.Struct(">I")
_STRIDE = 4096  # a slot never shares a sector or page with the other
_SIZE = 2 * _STRIDE


class Head(NamedTuple):
    """The last row of a journal; `seq` 0 is one without rows."""

    ledger_id: str
    seq: int
    hash: bytes


class Witness:
    """The open file. Not for several threads at once."""

    def __init__(self, path: Path) -> None:
        """Makes the file when it is missing. Raises `OSError`."""
        if not path.exists():
            write_once(path, bytes(_SIZE))
        self._file = os.open(path, os.O_RDWR | os.O_CLOEXEC)
        self._count, self.head = _newest(os.pread(self._file, _SIZE, 0))

    def write(self, head: Head) -> None:
        """Keep `head`, durably. Raises `OSError`."""
        self._count += 1
        slot = _SLOT.pack(_MAGIC, self._count, head.seq, head.hash, head.ledger_id.encode())
        slot += _CRC.pack(zlib.crc32(slot))
        written = os.pwrite(self._file, slot.ljust(_STRIDE, b"\0"), self._count % 2 * _STRIDE)
        if written < _STRIDE:
            raise OSError(f"only {written} bytes of the witness could be written")
        os.fdatasync(self._file)
        self.head = head

    def close(self) -> None:
        """Give the file back."""
        os.close(self._file)


def read_witness(path: Path) -> Head | None:
    """The newest head in `path`; None when there is no file or nothing readable in it. Raises `OSError`."""
    try:
        return _newest(path.read_bytes())[1]
    except FileNotFoundError:
        return None


def _newest(content: bytes) -> tuple[int, Head | None]:
    newest: tuple[int, Head | None] = (0, None)
    for start in (0, _STRIDE):
        slot = content[start : start + _SLOT.size + _CRC.size]
        if len(slot) != _SLOT.size + _CRC.size or _CRC.unpack(slot[_SLOT.size :])[0] != zlib.crc32(slot[: _SLOT.size]):
            continue
        magic, count, seq, digest, ledger_id = _SLOT.unpack(slot[: _SLOT.size])
        if magic == _MAGIC and count > newest[0]:
            newest = (count, Head(ledger_id.decode("ascii", "replace"), seq, digest))
    return newest
