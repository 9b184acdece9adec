"""What left the journal: its oldest rows in files of a folder, each file a stretch of the same chain.

A file is gzipped lines: a `Stretch` as JSON, then the bodies of its rows, byte for byte as the journal had them. Its
name tells the ledger and the first and last row; whoever has all files has the whole journal.
"""

import gzip
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from kiosk.ledger.disk import write_once
from kiosk.ledger.errors import LedgerCorruptError
from kiosk.protocol.chain import GENESIS, link
from kiosk.protocol.envelope import Envelope, decode


class Stretch(msgspec.Struct, frozen=True, kw_only=True):
    """Rows `first` to `last` of a ledger's journal. Hashes in hexadecimal: of the row before, and of the last."""

    ledger: str
    first: int
    last: int
    before: str
    hash: str

    @property
    def name(self) -> str:
        """The file's name; names sort as the journal does."""
        return f"menkou-{self.ledger}-{self.first:012d}-{self.last:012d}.jsonl.gz"


def stretch(ledger: str, first: int, before: bytes, bodies: Sequence[bytes]) -> Stretch:
    """What a file of these rows says of them."""
    digest = before
    for seq, body in enumerate(bodies, start=first):
        digest = link(digest, seq, body)
    return Stretch(ledger=ledger, first=first, last=first + len(bodies) - 1, before=before.hex(), hash=digest.hex())


def keep(folder: Path, said: Stretch, bodies: Sequence[bytes]) -> Path:
    """Write a file, and read it again as whoever needs it would. Raises `OSError`, also where it does not come back
    whole; a file that is there already is written anew."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / said.name
    lines = b"".join(line + b"\n" for line in (msgspec.json.encode(said), *bodies))
    write_once(path, gzip.compress(lines, mtime=0))
    try:
        if list(rows(path)) != list(enumerate(bodies, start=said.first)):
            raise LedgerCorruptError("other rows came back")
    except LedgerCorruptError as error:
        raise OSError(f"{path} cannot be trusted: {error}") from error
    return path


def head(path: Path) -> Stretch:
    """What a file says of itself. Raises `OSError`, `LedgerCorruptError`."""
    return _read(path)[0]


def rows(path: Path) -> Iterator[tuple[int, bytes]]:
    """The rows of a file, checked against its hashes. Raises `OSError`, `LedgerCorruptError`."""
    said, bodies = _read(path)
    if stretch(said.ledger, said.first, bytes.fromhex(said.before), bodies) != said:
        raise LedgerCorruptError(f"{path.name}: its rows do not match its hash")
    return enumerate(bodies, start=said.first)


def kept(folder: Path, ledger: str) -> list[Path]:
    """The files of a ledger in a folder, in the journal's order."""
    return sorted(folder.glob(f"menkou-{ledger}-*.jsonl.gz"))


def check(folder: Path, ledger: str, last: int, digest: bytes) -> None:
    """The files of a ledger are whole and lead without a gap from its first row to row `last` with that hash.

    Raises `LedgerCorruptError` naming the first file where that is not so, `OSError`.
    """
    seq, before = 0, GENESIS
    for path in kept(folder, ledger):
        said = head(path)
        rows(path)
        if said.first > seq + 1:
            break
        if said.first == seq + 1:
            if said.before != before.hex():
                raise LedgerCorruptError(f"{path.name} does not follow row {seq}")
            seq, before = said.last, bytes.fromhex(said.hash)
        # else it was written before a power cut, and its rows were taken into a later file
    if seq < last:
        raise LedgerCorruptError(f"rows {seq + 1} to {last} are not in {folder}")
    if seq == last and before != digest:
        raise LedgerCorruptError(f"row {last} in {folder} is not the one that the journal follows")


def told(folder: Path, ledger: str, name: str) -> list[Envelope]:
    """What the files of a ledger hold of one order or matter. Raises `LedgerCorruptError`, `OSError`."""
    wanted = f'"{name}"'.encode()
    found = {seq: body for path in kept(folder, ledger) for seq, body in rows(path) if wanted in body}
    envelopes = [decode(body) for _, body in sorted(found.items())]
    return [envelope for envelope in envelopes if name in (envelope.order, envelope.matter)]


def _read(path: Path) -> tuple[Stretch, list[bytes]]:
    try:
        first, *bodies = gzip.decompress(path.read_bytes()).splitlines()
        said = msgspec.json.decode(first, type=Stretch)
        bytes.fromhex(said.before + said.hash)
    except (gzip.BadGzipFile, EOFError, zlib.error, ValueError) as error:  # msgspec's errors are ValueErrors
        raise LedgerCorruptError(f"{path.name} cannot be read: {error}") from error
    return said, bodies
