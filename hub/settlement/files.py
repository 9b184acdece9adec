"""What the formats have in common: packed files, tables of text, amounts in yuan.

Hostile bytes end in `StatementError`.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Sequence
from datetime import date

from hub.settlement.source import StatementError

MOST_BYTES = 64 << 20
"""Of an unpacked file: a day of a city."""
_YUAN = re.compile(r"(-?)(\d{1,9})(?:\.(\d{1,2}))?")


def unpacked(content: bytes, *, skip: str = "\0") -> bytes:
    """The file itself, where it came gzipped, or in a ZIP as the only one whose name has not `skip` in it."""
    if content.startswith(b"\x1f\x8b"):
        unpacking = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
        try:
            plain = unpacking.decompress(content, MOST_BYTES)
        except zlib.error as error:
            raise StatementError(0, "packed") from error
        if unpacking.unconsumed_tail or not unpacking.eof:
            raise StatementError(0, "packed")
        return plain
    if content.startswith(b"PK\x03\x04"):
        return _from_zip(content, skip)
    if len(content) > MOST_BYTES:
        raise StatementError(0, "size")
    return content


def _from_zip(content: bytes, skip: str) -> bytes:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            wanted = [member for member in packed.infolist() if skip not in _name(member)]
            if len(wanted) != 1 or wanted[0].file_size > MOST_BYTES:
                raise StatementError(0, "zip")
            with packed.open(wanted[0]) as member:
                return member.read(MOST_BYTES)
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, RuntimeError, NotImplementedError, ValueError) as error:
        if isinstance(error, StatementError):
            raise
        raise StatementError(0, "packed") from error


def _name(member: zipfile.ZipInfo) -> str:
    """As a Chinese Windows packed it, where it does not say otherwise."""
    if member.flag_bits & 0x800:
        return member.filename
    return member.filename.encode("cp437", "replace").decode("gb18030", "replace")


def lines(content: bytes) -> list[str]:
    """The lines of a text in UTF-8 or GB 18030, without their ends and without what follows the last one."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            # not splitlines(): it ends a line where no editor does, and the numbers would be others
            return [line.rstrip("\r") for line in content.decode(encoding).rstrip().split("\n")]
        except UnicodeDecodeError:
            continue
    raise StatementError(0, "encoding")


class Columns:
    """The header of a table: which cell is which."""

    def __init__(self, line: int, names: Sequence[str], needed: Sequence[str]) -> None:
        """Raises `StatementError` where one that is needed is not there."""
        self._places = {name: place for place, name in enumerate(names)}
        self.count = len(names)
        for name in needed:
            if name not in self._places:
                raise StatementError(line, "column", name=name)

    def cell(self, row: Sequence[str], *names: str) -> str:
        """The cell of the first of these columns that there is."""
        return next((row[self._places[name]].strip() for name in names if name in self._places), "")


def fen(line: int, yuan: str) -> int:
    """`154.00` as 15400, `-1.5` as -150. Raises `StatementError`."""
    found = _YUAN.fullmatch(yuan.strip())
    if found is None:
        raise StatementError(line, "amount", found=yuan)
    sign, whole, cents = found.groups()
    amount = int(whole) * 100 + int((cents or "").ljust(2, "0"))
    return -amount if sign else amount


def number(line: int, text: str) -> str:
    """One of our numbers, or a channel's. Raises `StatementError`."""
    if not re.fullmatch(r"[0-9A-Za-z_\-|*.@]{1,64}", text):
        raise StatementError(line, "number", found=text)
    return text


def one_day(days: set[str]) -> str:
    """The day of a file that may speak of one alone. Raises `StatementError`."""
    if len(days) != 1 or not is_day(next(iter(days))):
        raise StatementError(0, "days", found=", ".join(sorted(days)) or "-")
    return next(iter(days))


def is_day(text: str) -> bool:
    """Whether it is a date, `YYYY-MM-DD`."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
