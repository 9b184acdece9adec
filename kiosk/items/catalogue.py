"""The catalogue of items as a terminal keeps it: one file, replaced as a whole, the one before kept beside it."""

import contextlib
import os
import stat
from collections.abc import Iterable
from pathlib import Path

import msgspec

from kiosk.items.item import Item, Listed
from kiosk.text.bilingual import Bilingual
from kiosk.text.initials import Finder, spell

SCHEMA = 1
LARGEST = 50_000_000
"""Bytes of a file that is read at all."""


class CatalogueError(ValueError):
    """A catalogue cannot be read or written; in words for the staff."""


class _File(msgspec.Struct, frozen=True, kw_only=True):
    schema: int
    items: tuple[Listed, ...]


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """The items of one department."""

    department: Bilingual
    items: tuple[Item, ...]


class Catalogue:
    """Items to look through, search and open."""

    def __init__(self, listed: Iterable[Listed]) -> None:
        self.listed = tuple(listed)
        self.items = tuple(entry.item for entry in self.listed)
        self._by_code = {item.code: item for item in self.items}
        self._finder = Finder((entry.item, entry.sought) for entry in self.listed)

    def item(self, code: str) -> Item | None:
        """The item with a code."""
        return self._by_code.get(code)

    def find(self, query: str) -> list[Item]:
        """All that fit a number, a name, pinyin or its initials, the best first."""
        return self._finder.find(query)

    @property
    def frequent(self) -> tuple[Item, ...]:
        """Those asked for most, in their order."""
        return tuple(sorted((item for item in self.items if item.frequent), key=lambda item: item.frequent))

    @property
    def groups(self) -> tuple[Group, ...]:
        """By department, in the order of the catalogue."""
        departments = {item.department.zh: item.department for item in self.items}
        return tuple(
            Group(department=department, items=tuple(item for item in self.items if item.department.zh == name))
            for name, department in departments.items()
        )


def listed(items: Iterable[Item]) -> tuple[Listed, ...]:
    """Items with their spelling. Takes half a second for the dictionary, and a millisecond for every few items."""
    return tuple(
        Listed(
            item=item,
            spelled=spell(item.name.zh),
            aliases=tuple(alias for word in item.keywords for alias in (word, spell(word))),
        )
        for item in items
    )


def previous(path: Path) -> Path:
    """Where the catalogue before this one is kept."""
    return path.with_name(f"{path.stem}.previous{path.suffix}")


def read(path: Path) -> Catalogue:
    """The catalogue in `path`. Raises `CatalogueError`."""
    content = read_file(path)
    try:
        found = msgspec.json.decode(content, type=_File)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise CatalogueError(f"{path} holds no catalogue: {error}") from error
    if found.schema != SCHEMA:
        raise CatalogueError(f"{path} is of schema {found.schema}, not {SCHEMA}")
    return Catalogue(found.items)


def encoded(entries: Iterable[Listed]) -> bytes:
    """As it is kept: one item a line."""
    lines = b",\n".join(msgspec.json.encode(entry) for entry in entries)
    return b'{"schema":%d,"items":[\n%s\n]}\n' % (SCHEMA, lines)


def write(path: Path, entries: Iterable[Listed]) -> None:
    """Replace the catalogue in one step that a power cut leaves done or not done. Raises `CatalogueError`."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            _write_through(fresh, encoded(entries))
            if path.exists():
                _keep(path)
            fresh.replace(path)
            _sync(path.parent)
        finally:
            fresh.unlink(missing_ok=True)
    except OSError as error:
        raise CatalogueError(f"{path} cannot be written: {error.strerror or error}") from error


def undo(path: Path) -> None:
    """Put the catalogue before this one back, and this one in its place. Raises `CatalogueError`."""
    before = previous(path)
    read(before)
    between = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with contextlib.suppress(FileNotFoundError):
            os.link(path, between)
        before.replace(path)
        if between.exists():
            between.replace(before)
        _sync(path.parent)
    except OSError as error:
        raise CatalogueError(f"{path} cannot be written: {error.strerror or error}") from error


def read_file(path: Path) -> bytes:
    """A file of bounded size. Raises `CatalogueError` for anything else than that."""
    try:
        # a pipe would wait for its writer
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as stream:
            if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
                raise CatalogueError(f"{path} is no file")
            content = stream.read(LARGEST + 1)
    except (OSError, ValueError) as error:
        if isinstance(error, CatalogueError):
            raise
        raise CatalogueError(f"{path} cannot be read: {getattr(error, 'strerror', None) or error}") from error
    if len(content) > LARGEST:
        raise CatalogueError(f"{path} has more than {LARGEST // 1_000_000} MB")
    return content


def _write_through(path: Path, content: bytes) -> None:
    with path.open("wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())


def _keep(path: Path) -> None:
    before = previous(path)
    before.unlink(missing_ok=True)
    os.link(path, before)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
