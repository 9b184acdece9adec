"""Read a configuration file as TOML, and know on which line each key stands."""

import os
import re
import stat
import tomllib
from collections.abc import Collection
from decimal import Decimal
from pathlib import Path

from kiosk.config_walk import Key, Problem
from kiosk.text.toml import toml_in

LARGEST = 1_000_000
"""Bytes; nobody writes more by hand."""

_NAME = r"""(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')"""
_DOTTED = rf"{_NAME}(?:\s*\.\s*{_NAME})*"
_HEADER = re.compile(rf"\s*(\[\[?)\s*({_DOTTED})\s*\]")
_ASSIGNED = re.compile(rf"\s*({_DOTTED})\s*=")
_AT_LINE = re.compile(r"\s*\(at line (\d+), column \d+\)")


class Source:
    """A parsed file: its tables, and the lines of its keys."""

    def __init__(self, tables: dict[str, object], text: str, elsewhere: Collection[Key] = ()) -> None:
        """What stands at the keys `elsewhere`, of a section and a name, is not in this file."""
        self.tables = tables
        self._text = text
        self._lines = _lines(text)
        self._elsewhere = elsewhere

    def with_others(self, tables: dict[str, object], elsewhere: Collection[Key]) -> "Source":
        """The same file with these tables."""
        return Source(tables, self._text, elsewhere)

    def line_of(self, key: Key) -> int | None:
        """The line (from 1) of `key`, or of the nearest table around it."""
        if key[:2] in self._elsewhere:
            return None
        for length in range(len(key), 0, -1):
            if key[:length] in self._lines:
                return self._lines[key[:length]]
        return None


def read(path: Path) -> Source | Problem:
    """The file at `path`, or why it is no configuration at all."""
    try:
        # a pipe would wait for its writer
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as stream:
            if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
                return _unreadable("something else than a file", "a file")
            content = stream.read(LARGEST + 1)
    except IsADirectoryError:
        return _unreadable("a folder", "a file")
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        return _unreadable(getattr(error, "strerror", None) or str(error), "a file that can be read")
    if len(content) > LARGEST:
        return _unreadable("a file of more than 1 MB", "a configuration written by hand")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        return _unreadable(f"a byte that is not UTF-8 (0x{content[error.start]:02x})", "TOML in UTF-8", line)
    try:
        return Source(toml_in(text, Decimal), text)
    except tomllib.TOMLDecodeError as error:
        at = _AT_LINE.search(str(error))
        why = _AT_LINE.sub("", str(error))
        return _unreadable(f"something that TOML cannot read ({why})", "TOML", int(at[1]) if at else None)
    except (ValueError, ArithmeticError, RecursionError):
        return _unreadable("a number or a nesting beyond all measure", "TOML")


def _unreadable(found: str, allowed: str, line: int | None = None) -> Problem:
    return Problem(key=(), found=found, allowed=allowed, line=line)


def _parts(dotted: str) -> list[str]:
    return [part.strip("\"'") for part in re.findall(_NAME, dotted)]


def _lines(text: str) -> dict[Key, int]:
    """Good enough for messages: inline tables and lists count as their first line."""
    lines: dict[Key, int] = {}
    counts: dict[Key, int] = {}
    table: Key = ()
    quote = ""
    for number, line in enumerate(text.splitlines(), 1):
        inside, quote = bool(quote), _open_quote(line, quote)
        if inside:
            continue
        if header := _HEADER.match(line):
            table = ()
            *outer, last = _parts(header[2])
            for part in outer:
                table = (*table, part)
                if table in counts:
                    table = (*table, counts[table] - 1)
            table = (*table, last)
            if header[1] == "[[":
                lines.setdefault(table, number)
                counts[table] = counts.get(table, 0) + 1
                table = (*table, counts[table] - 1)
            lines.setdefault(table, number)
        elif assigned := _ASSIGNED.match(line):
            key: Key = (*table, *_parts(assigned[1]))
            lines.setdefault(key, number)
    return lines


def _open_quote(line: str, quote: str) -> str:
    """The multi-line quote that is open after `line`, when `quote` was open before it."""
    for mark in re.findall(r'"""|\'\'\'', line):
        if not quote:
            quote = mark
        elif quote == mark:
            quote = ""
    return quote
