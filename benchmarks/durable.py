"""A durable step of an order beside a bare SQLite commit of the same bytes, on the same disk.

Three lanes take the same events in turn: the ledger's core on the thread that opened it, a bare connection that is
given the very statements and bytes which the core has just written, and the ledger as the engine awaits it.
"""

import sqlite3
import statistics
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec
from sqlite_utils import Database
from typing_extensions import override

from kiosk.ledger import tables
from kiosk.ledger.files import Files, connect_read_only
from kiosk.ledger.ledger import Ledger
from kiosk.ledger.store import Store
from kiosk.protocol.order.evolve import evolve
from kiosk.protocol.order.rows import Rows
from tests.ledger import stories

ORDERS = 12
"""In one run; each takes its nine steps from opening to the printed slip."""
WARM_UP = 2
"""More orders before, not counted."""

Statement = tuple[str, Sequence[object]]


class Durable(msgspec.Struct, frozen=True):
    """Medians of one run, ms a step."""

    core: float
    bare: float
    witness: float
    awaited: float
    """From the event loop and back to it; the witness is written afterwards, while the order goes on."""


class _Heard(Database):
    """Takes statements down instead of running them."""

    def __init__(self) -> None:
        super().__init__(memory=True)
        self.heard: list[Statement] = []

    @override
    def execute(self, sql: str, parameters: object = None) -> sqlite3.Cursor:
        if isinstance(parameters, Sequence):
            self.heard.append((sql, parameters))
        return self.conn.cursor()


class Bare:
    """SQLite and nothing else, with the ledger's tables."""

    def __init__(self, folder: Path) -> None:
        Store(folder, "T1").close()
        self.connection = sqlite3.connect(Files(folder).database, isolation_level=None)
        self.connection.execute("PRAGMA synchronous = FULL")
        mode = self.connection.execute("PRAGMA journal_mode").fetchone()[0]
        if mode != "wal":
            raise RuntimeError(f"the ledger's journal mode is {mode}")

    def commit(self, statements: Iterable[Statement]) -> None:
        """One durable transaction."""
        execute = self.connection.execute
        execute("BEGIN IMMEDIATE")
        for sql, values in statements:
            execute(sql, values)
        execute("COMMIT")


async def measure(folder: Path) -> Durable:
    """One run in a fresh `folder`."""
    store, bare = Store(folder / "core", "T1"), Bare(folder / "bare")
    ledger = await Ledger.open(folder / "awaited", "T1")
    reader = connect_read_only(Files(folder / "core").database)
    core_ms, bare_ms, witness_ms, awaited_ms = [], [], [], []
    for _ in range(WARM_UP + ORDERS):
        opening = stories.opening(store)
        before: Rows | None = None
        for event in (opening, *stories.paid(opening.order_no)):
            rows = evolve(before, event)

            begin = time.perf_counter()
            store.record(event, rows=rows)
            core_ms.append((time.perf_counter() - begin) * 1000)

            statements = _written(reader, rows, before)
            begin = time.perf_counter()
            bare.commit(statements)
            bare_ms.append((time.perf_counter() - begin) * 1000)

            begin = time.perf_counter()
            store.bear_witness()
            witness_ms.append((time.perf_counter() - begin) * 1000)

            begin = time.perf_counter()
            await ledger.record(event, rows=rows)
            awaited_ms.append((time.perf_counter() - begin) * 1000)
            await ledger.order(opening.order_no)  # comes after the witness, which must not disturb the next lane
            before = rows
    reader.close()
    bare.connection.close()
    store.close()
    await ledger.aclose()
    skip = len(core_ms) * WARM_UP // (WARM_UP + ORDERS)
    return Durable(*(statistics.median(lane[skip:]) for lane in (core_ms, bare_ms, witness_ms, awaited_ms)))


def _written(reader: Database, rows: Rows, before: Rows | None) -> list[Statement]:
    """The statements of the step that was recorded last, with their bytes."""
    query = "SELECT seq, body, hash FROM journal ORDER BY seq DESC LIMIT 1"
    heard = _Heard()
    heard.heard.append(
        ("INSERT INTO journal (seq, body, hash) VALUES (?, ?, ?)", tuple(reader.execute(query).fetchone()))
    )
    tables.save(heard, rows, before)
    return heard.heard
