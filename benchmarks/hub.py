"""`make bench-hub`: how fast a hub on PostgreSQL takes journals in, beside a bare COPY of the same rows.

Client, hub and database share the machine, by turns with the COPY. Every terminal sends over one connection, batch
after batch, each when the last one was acknowledged. The database syncs to disk.
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
from typing import Any

import asyncpg
import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hub.postgres import PostgresStore
from kiosk.protocol.batch import CONTENT_TYPE, Receipt, pack
from kiosk.protocol.chain import GENESIS, link
from kiosk.protocol.envelope import decode, encode
from kiosk.protocol.events import OrderOpening
from kiosk.protocol.signing import key_id, raw, sign
from kiosk.testing.postgres import Postgres

BATCH = 100
WORKERS = 2
COPY_ROWS = 10_000
"""In one transaction of the peer's."""
BODY_BYTES = 905
FLOOR, AIM, LEAST_PER_S, P99_MS = 0.4, 0.6, 15_000, 100


class Journal(msgspec.Struct):
    """What one terminal has to send."""

    hall: str
    terminal: str
    key: Ed25519PrivateKey
    rows: list[bytes]


def journal(n: int, rows: int) -> Journal:
    """That of terminal number `n`: real events, padded by their reason to the size that the average one has."""
    terminal = f"T{n % 100:02d}"
    bodies = [_row(f"{n:020d}", terminal, seq) for seq in range(1, rows + 1)]
    return Journal(f"bench-{n // 100}", terminal, Ed25519PrivateKey.generate(), bodies)


def _row(ledger: str, terminal: str, seq: int) -> bytes:
    event = OrderOpening(
        order_no=f"{terminal}{seq:07d}",
        kind="gas_bill",
        subject=f"{seq:024x}",
        account_hash=f"{seq:032x}",
        hash_key="0badc0de",
        quote_id="q" * (BODY_BYTES - 375),
        due_fen=15_400,
        business_date="2026-11-24",
        language="zh_CN",
        at_ms=1_795_500_000_000 + seq,
    )
    at = 1_795_500_000_000 + seq
    return encode(event, seq=seq, ledger=ledger, terminal=terminal, at=at, mono=seq, boot="0" * 36)


def requests(journal: Journal) -> list[bytes]:
    """Everything that a terminal will say, as bytes on the wire; signed now, so good for five minutes."""
    made, digest = [], GENESIS
    for part in (journal.rows[n : n + BATCH] for n in range(0, len(journal.rows), BATCH)):
        content = pack(journal.hall, digest, part)
        headers = sign(journal.key, "/v1/journal", CONTENT_TYPE, content, time.time())
        lines = [f"{name}: {value}" for name, value in headers.items()]
        head = "\r\n".join(["POST /v1/journal HTTP/1.1", "Host: 127.0.0.1", f"Content-Length: {len(content)}", *lines])
        made.append(head.encode() + b"\r\n\r\n" + content)
        for body in part:
            digest = link(digest, decode(body).seq, body)
    return made


async def ingest(ports: list[int], sent: list[list[bytes]]) -> tuple[float, list[float]]:
    """Seconds until everything was acknowledged, and those that each batch took."""
    took: list[float] = []
    begun = time.perf_counter()
    await asyncio.gather(*(_send(ports[n % len(ports)], each, took) for n, each in enumerate(sent)))
    return time.perf_counter() - begun, took


async def _send(port: int, sent: list[bytes], took: list[float]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for request in sent:
        begun = time.perf_counter()
        writer.write(request)
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        length = int(head.partition(b"content-length: ")[2].partition(b"\r")[0])
        msgspec.json.decode(await reader.readexactly(length), type=Receipt)
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


async def prepare(url: str) -> None:
    """Make the hub's tables."""
    store = PostgresStore(url)
    await store.open()
    await store.aclose()


@contextlib.contextmanager
def serving(folder: Path, url: str) -> Iterator[list[int]]:
    """Hub processes; their ports."""
    hubs = [_served(folder, url) for _ in range(WORKERS)]
    try:
        yield [port for _, port in hubs]
    finally:
        for process, _ in hubs:
            process.kill()
            process.communicate()


def _served(folder: Path, url: str) -> tuple["subprocess.Popen[str]", int]:
    command = [sys.executable, "-m", "hub", "--data", str(folder), "--database", url, "serve", "--port", "0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    said = process.stdout.readline() if process.stdout else ""
    return process, int(said.rpartition(":")[2])


async def measure(folder: Path, postgres: Postgres, terminals: int, rows: int) -> tuple[float, float, list[float]]:
    """Rows a second at the hub, and by COPY, in this run; and the seconds of each batch."""
    url = postgres.new_database()
    await prepare(url)
    all_journals = [journal(n, rows) for n in range(terminals)]
    database = await asyncpg.connect(url)
    try:
        await pair(database, all_journals)
        with serving(folder, url) as ports:
            seconds, took = await ingest(ports, [requests(each) for each in all_journals])
        kept = await database.fetchval("SELECT count(*) FROM event")
        if kept != terminals * rows:
            raise RuntimeError(f"{kept} rows arrived, not {terminals * rows}")
        peer = await copy(database, all_journals)
    finally:
        await database.close()
    return kept / seconds, kept / peer, took


def main() -> int:
    """1 when the floor is not met."""
    parser = argparse.ArgumentParser(prog="make bench-hub", description=__doc__)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--terminals", type=int, default=16)
    parser.add_argument("--rows", type=int, default=5_000, help="of each terminal")
    chosen = parser.parse_args()
    ratios, ours, peers, p99 = [], [], [], []
    with tempfile.TemporaryDirectory() as folder, Postgres(durable=True) as postgres:
        for run in range(chosen.runs):
            mine, copied, took = asyncio.run(measure(Path(folder), postgres, chosen.terminals, chosen.rows))
            worst = statistics.quantiles(took, n=100)[-1] * 1000
            _say(f"run {run + 1}: {mine:,.0f} rows/s, COPY {copied:,.0f} rows/s, p99 {worst:.0f} ms")
            ratios.append(mine / copied)
            ours.append(mine)
            peers.append(copied)
            p99.append(worst)
    size = len(_row("0" * 20, "T00", 1))
    ratio, rate, last = statistics.median(ratios), statistics.median(ours), statistics.median(p99)
    _say(f"rows of {size} bytes, batches of {BATCH}, {chosen.terminals} terminals, {WORKERS} hub processes")
    copied = statistics.median(peers)
    _say(f"ingest {rate:,.0f} rows/s beside COPY {copied:,.0f} rows/s: {ratio:.2f}× (floor {FLOOR}, aim {AIM})")
    _say(f"rows a second at least {LEAST_PER_S:,}; p99 of an acknowledged batch {last:.0f} ms (ceiling {P99_MS})")
    return int(ratio < FLOOR or rate < LEAST_PER_S or last > P99_MS)


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
