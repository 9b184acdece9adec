"""`make bench-hub`: how fast a hub on PostgreSQL takes journals in, beside a bare COPY of the same rows.

Client, hub and database share the machine, by turns with the COPY. Every terminal sends over one connection: first all
that it has, in batches as it makes them after days without a hub; then small ones, as many as a hub must take at least.
The database syncs to disk.
"""

import argparse
import asyncio
import contextlib
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import asyncpg
import msgspec

from benchmarks.terminals import ROW_BYTES, Journal, answer, journal, requests
from hub.postgres import PostgresStore
from hub.postgres_intake import COLUMNS
from kiosk.protocol.batch import Receipt, Refused
from kiosk.protocol.chain import GENESIS, link
from kiosk.protocol.envelope import decode
from kiosk.protocol.signing import key_id, raw
from kiosk.sync.settings import HubSettings
from kiosk.testing.postgres import Postgres

BACKLOG = HubSettings().batch_rows
HEAD = ("ledger", "hall", "terminal", "first", "seq", "hash", "at_ms")
TERMINALS = 64
BATCH = 100
"""Rows of the batches whose time is measured."""
WORKERS = 2
COPY_ROWS = 10_000
"""In one transaction of the peer's."""
FLOOR, AIM, LEAST_PER_S, P99_MS = 0.4, 0.6, 15_000, 100


async def ingest(ports: list[int], sent: list[list[bytes]], pause_s: float = 0.0) -> tuple[float, list[float]]:
    """Seconds until everything was acknowledged, and those that each batch took, from when it was due: a terminal has
    another one every `pause_s`; without that, as soon as the last one was acknowledged."""
    took: list[float] = []
    begun = time.perf_counter()
    due = ((begun + n * pause_s / len(sent), pause_s) for n in range(len(sent)))
    lines = (_send(ports[n % len(ports)], each, took, *next(due)) for n, each in enumerate(sent))
    await asyncio.gather(*lines)
    return time.perf_counter() - begun, took


async def _send(port: int, sent: list[bytes], took: list[float], first: float, pause_s: float) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for n, request in enumerate(sent):
        begun = first + n * pause_s if pause_s else time.perf_counter()
        await asyncio.sleep(max(begun - time.perf_counter(), 0))
        writer.write(request)
        said = msgspec.json.decode(await answer(reader), type=Receipt | Refused)
        if isinstance(said, Refused):
            raise RuntimeError(f"the hub refuses: {said.problem}, {said.detail}")
        took.append(time.perf_counter() - begun)
    writer.close()
    await writer.wait_closed()


async def copy(database: Any, all_journals: list[Journal]) -> float:
    """Seconds for a bare COPY of the same rows into a table like the hub's, that nobody checks."""
    await database.execute("DROP TABLE IF EXISTS peer; CREATE TABLE peer (LIKE event INCLUDING ALL)")
    records, digest = [], GENESIS
    for each in all_journals:
        for body in each.rows:
            row = decode(body)
            digest = link(digest, row.seq, body)
            records.append((row.ledger, row.seq, digest, row.at, row.type, row.order, body.decode()))
    begun = time.perf_counter()
    for n in range(0, len(records), COPY_ROWS):
        async with database.transaction():
            await database.copy_records_to_table("peer", records=records[n : n + COPY_ROWS])
    return time.perf_counter() - begun


async def pair(database: Any, all_journals: list[Journal]) -> None:
    """Make the terminals known."""
    keys = [(each, each.key.public_key()) for each in all_journals]
    await database.copy_records_to_table(
        "terminal",
        columns=["hall", "terminal", "key_id", "public_key", "paired_ms"],
        records=[(each.hall, each.terminal, key_id(public), raw(public), 0) for each, public in keys],
    )


async def know(database: Any, journals: list[Journal]) -> None:
    """Lay the first row of each there, as if it had been sent before."""
    heads, events = [], []
    for each in journals:
        body = each.rows[0]
        row, digest = decode(body), link(GENESIS, 1, body)
        events.append((row.ledger, row.seq, digest, row.at, row.type, row.order, body.decode()))
        heads.append((row.ledger, each.hall, each.terminal, 1, row.seq, digest.hex(), row.at))
    await database.copy_records_to_table("event", columns=COLUMNS, records=events)
    await database.copy_records_to_table("head", columns=HEAD, records=heads)


async def prepare(url: str) -> None:
    """Make the hub's tables."""
    store = PostgresStore(url)
    await store.open()
    await store.aclose()


class Hubs(NamedTuple):
    """Those that serve."""

    ports: list[int]
    pids: list[int]


@contextlib.contextmanager
def serving(folder: Path, url: str) -> Iterator[Hubs]:
    """Hub processes."""
    hubs = [_served(folder, url) for _ in range(WORKERS)]
    try:
        yield Hubs([port for _, port in hubs], [process.pid for process, _ in hubs])
    finally:
        for process, _ in hubs:
            process.kill()
            process.communicate()


def _served(folder: Path, url: str) -> tuple["subprocess.Popen[str]", int]:
    command = [sys.executable, "-m", "hub", "--data", str(folder), "--database", url, "serve", "--port", "0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    said = process.stdout.readline() if process.stdout else ""
    return process, int(said.rpartition(":")[2])


class Run(NamedTuple):
    """Rows a second: as fast as they come, and by COPY. Milliseconds in which 99 of 100 batches of `BATCH` rows are
    acknowledged where no more come than a hub must take."""

    ours: float
    copied: float
    p99: float


async def measure(folder: Path, postgres: Postgres, terminals: int, rows: int) -> Run:
    """In a new database."""
    url = postgres.new_database()
    await prepare(url)
    flood, stream = ([journal(first + n, 1 + rows) for n in range(terminals)] for first in (0, 1_000))
    database = await asyncpg.connect(url)
    try:
        await pair(database, [*flood, *stream])
        await know(database, [*flood, *stream])
        with serving(folder, url) as hubs:
            seconds, _ = await ingest(hubs.ports, [requests(each, BACKLOG, after=1) for each in flood])
            small = [requests(each, BATCH, after=1) for each in stream]
            _, paced = await ingest(hubs.ports, small, terminals * BATCH / LEAST_PER_S)
        kept = await database.fetchval("SELECT count(*) FROM event")
        if kept != 2 * terminals * (1 + rows):
            raise RuntimeError(f"{kept} rows arrived, not {2 * terminals * (1 + rows)}")
        copied = await copy(database, flood)
    finally:
        await database.close()
    p99 = statistics.quantiles(paced, n=100)[-1] * 1000
    return Run(terminals * rows / seconds, terminals * (1 + rows) / copied, p99)


def main() -> int:
    """1 when a floor or the ceiling is not met."""
    parser = argparse.ArgumentParser(prog="make bench-hub", description=__doc__)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--terminals", type=int, default=TERMINALS)
    parser.add_argument("--rows", type=int, default=2_500, help="of each terminal")
    chosen = parser.parse_args()
    _say(f"rows of {ROW_BYTES} bytes, {chosen.terminals} terminals, {WORKERS} hub processes")
    runs = []
    with tempfile.TemporaryDirectory() as folder, Postgres(durable=True) as postgres:
        for n in range(1, chosen.runs + 1):
            run = asyncio.run(measure(Path(folder), postgres, chosen.terminals, chosen.rows))
            _say(f"run {n}: {run.ours:,.0f} rows/s, COPY {run.copied:,.0f} rows/s, p99 {run.p99:.0f} ms")
            runs.append(run)
    middle = Run(*(statistics.median(each) for each in zip(*runs, strict=True)))
    ratio = statistics.median(run.ours / run.copied for run in runs)
    _say(f"ingest {middle.ours:,.0f} rows/s in batches of {BACKLOG} (at least {LEAST_PER_S:,})")
    _say(
        f"COPY, {COPY_ROWS:,} rows a transaction: {middle.copied:,.0f} rows/s, {ratio:.2f}× (floor {FLOOR}, aim {AIM})"
    )
    _say(f"p99 of a batch of {BATCH} at {LEAST_PER_S:,} rows/s: {middle.p99:.0f} ms (ceiling {P99_MS})")
    return int(ratio < FLOOR or middle.ours < LEAST_PER_S or middle.p99 > P99_MS)


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
