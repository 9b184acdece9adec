"""What somebody else's books say of a day: a channel's bill, the gas company's file. One source is one format.

A source is a `SettlementSource` in a module's top level, registered in the entry-point group `hub.settlement_sources`:

    [project.entry-points."hub.settlement_sources"]
    my_bank = "my_package.bill:MY_BANK"

It reads the bytes of one file and nothing else: no network, no clock. Personal values of the file stay behind.
"""

from collections.abc import Callable
from functools import cache
from importlib.metadata import entry_points
from typing import Literal

import msgspec

from kiosk.text.bilingual import Bilingual

GROUP = "hub.settlement_sources"
EntryKind = Literal["charge", "refund", "delivered", "cancelled"]


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that the books say happened. Money is in fen and never negative."""

    line: int
    """Where it stands in the file, from 1."""
    kind: EntryKind
    number: str
    """Of a channel: the number of our payment (`out_trade_no`). Of the gas company: the number of our order."""
    fen: int
    refund: str = ""
    """Of a refund: our number of it."""
    ref: str = ""
    """Their own number."""


class Statement(msgspec.Struct, frozen=True, kw_only=True):
    """What a file says of one day."""

    day: str
    """`YYYY-MM-DD` in China."""
    entries: tuple[Entry, ...]


class StatementError(ValueError):
    """A file that cannot be believed: `line` from 1 (0: the file as a whole), and what is wrong, as a message key below
    `hub.settlement.bad` with what it inserts; or in plain words where there is no such message."""

    def __init__(self, line: int, problem: str, **words: str) -> None:
        super().__init__(f"line {line}: {problem} {words}")
        self.line = line
        self.problem = problem
        self.words = {name: word[:80] for name, word in words.items()}


class SettlementSource(msgspec.Struct, frozen=True, kw_only=True):
    """One format of one kind of books."""

    title: Bilingual
    channels: tuple[str, ...]
    """Of which ways to pay it speaks, as the journals name them (`wechat`, `alipay`); none for the gas company's."""
    read: Callable[[bytes], Statement]
    """Raises `StatementError`, and nothing else, whatever the bytes are."""


@cache
def sources() -> dict[str, SettlementSource]:
    """Every registered source by name. Raises `TypeError` for an entry point that names something else."""
    found = {point.name: point.load() for point in sorted(entry_points(group=GROUP), key=lambda point: point.name)}
    for name, source in found.items():
        if not isinstance(source, SettlementSource):
            raise TypeError(f"{name} in {GROUP} is no SettlementSource")
    return found
