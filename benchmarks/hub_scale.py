"""`make bench-hub-scale`: a hub whose database grows, whose terminals come back all at once or have nothing to
say, and whose pages are asked.

Client, hub and database share the machine; the database syncs to disk. What lies in it is orders as terminals tell
them, read as the hub reads them. They are laid there by COPY; what is measured goes through HTTP.
"""

import argparse
import asyncio
import itertools
import secrets
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import aiohttp
import asyncpg
import msgspec

from benchmarks.hub import BACKLOG, BATCH, TERMINALS, Hubs, ingest, know, pair, prepare, serving
from benchmarks.hub_rest import Resting
from benchmarks.processes import cpu_s
from benchmarks.terminals import answer, journal, order_events, requests
from hub.orders.reading import FOLD, order_values, payment_values, read_on
from hub.orders.tables import FILL, ORDERS, PAYMENTS
from hub.postgres import PostgresStore
from hub.postgres_intake import COLUMNS
from hub.staff import kept
from hub.store import Staff
from hub.upkeep import DAY_MS
from kiosk.protocol.batch import Receipt, Refused
from kiosk.protocol.chain import GENESIS, link
from kiosk.protocol.commands import HOLD_S
from kiosk.protocol.envelope import encode
from kiosk.sync.settings import HubSettings
from kiosk.testing.postgres import Postgres

FIRST_MS = 1_793_491_200_000
"""The first of the month in which everything lies, also what is sent: rows of one partition, as of a busy city."""
DAYS = 23
ORDERS_A_DAY = 120
"""Of one terminal: a busy one."""
PROBE_ROWS = 2_500
"""Of each of the terminals that the rate of insertion is measured with."""
PAGE_MS = 100
UNREAD = """
SELECT 1 FROM head LEFT JOIN reading USING (ledger) WHERE reading.seq IS NULL OR reading.seq < head.seq LIMIT 1
"""
RESTING, REST_S = 2_000, 60.0
"""Terminals at rest, and for how long they are watched."""
_ANSWER = msgspec.json.Decoder(Receipt | Refused)


class Order(NamedTuple):
    """One of the orders that lie in the database."""

    ledger: str
    order_no: str
    ref: str
    fen: int
    day: str


class Filling:
    """Terminals whose journals grow; `more` lays more of them into the database."""

    def __init__(self, database: Any, terminals: int) -> None:
        self._database = database
        self._at = {f"F{n:019x}": (1, GENESIS) for n in range(terminals)}
        self._orders = itertools.count()
        self.rows = 0
        self.sample: list[Order] = []

    async def more(self, upto: int) -> None:
        """Until so many rows lie there."""
        ledgers = itertools.cycle(self._at)
        while self.rows < upto:
            events: list[tuple[Any, ...]] = []
            orders: list[tuple[Any, ...]] = []
            payments: list[tuple[Any, ...]] = []
            touched: dict[str, tuple[str, str]] = {}
            for ledger in itertools.islice(ledgers, 100):
                n = int(ledger[1:], 16)
                hall, terminal = f"hall-{n // 20}", f"T{n % 20:02d}"
                touched[ledger] = hall, terminal
                bodies = list(self._day_of(ledger, terminal, events))
                for order in read_on({}, bodies).values():
                    orders.append(order_values(ledger, hall, terminal, order, aside=False))
                    payments += payment_values(ledger, hall, order)
            async with self._database.transaction():
                await self._copy("event", COLUMNS, events)
                await self._copy("orders", ORDERS.columns, orders)
                await self._copy("payment", PAYMENTS.columns, payments)
                for ledger, place in touched.items():
                    seq, digest = self._at[ledger]
                    await self._stand(ledger, place, seq - 1, digest.hex())
            self.rows += len(events)
        async with self._database.transaction():
            await self._database.execute("LOCK TABLE day_sum IN EXCLUSIVE MODE")  # the hubs read what was sent
            await self._database.execute("DELETE FROM day_sum")
            await self._database.execute(FILL)

    def _day_of(self, ledger: str, terminal: str, events: list[tuple[Any, ...]]) -> Iterator[str]:
        seq, digest = self._at[ledger]
        for _ in range(ORDERS_A_DAY // 10):
            n = next(self._orders)
            no, fen = f"{terminal}{n:08d}", 100 + n * 7_919 % 59_900
            at = FIRST_MS + n % DAYS * DAY_MS
            day = time.strftime("%Y-%m-%d", time.gmtime(at / 1000))
            if n % 5_000 == 17:
                self.sample.append(Order(ledger, no, f"4200{no}", fen, day))
            for event in order_events(no, fen, at, day, fails=n % 10_000 == 7):
                body = encode(event, seq=seq, ledger=ledger, terminal=terminal, at=at, mono=seq, boot="0" * 36)
                digest = link(digest, seq, body)
                text = body.decode()
                events.append((ledger, seq, digest, at, str(event.__struct_config__.tag), no, text))
                seq += 1
                yield text
        self._at[ledger] = seq, digest

    async def _copy(self, table: str, columns: Sequence[str], rows: list[tuple[Any, ...]]) -> None:
        await self._database.copy_records_to_table(table, columns=columns, records=rows)

    async def _stand(self, ledger: str, place: tuple[str, str], seq: int, digest: str) -> None:
        await self._database.execute(
            "INSERT INTO head (ledger, hall, terminal, first, seq, hash, at_ms) VALUES ($1, $2, $3, 1, $4, $5, $6) "
            "ON CONFLICT (ledger) DO UPDATE SET seq = excluded.seq, hash = excluded.hash",
            *(ledger, *place, seq, digest, FIRST_MS),
        )
        await self._database.execute(
            "INSERT INTO reading (ledger, hall, terminal, seq, fold, aside_ms) "
            "VALUES ($1, $2, $3, $4, $5, 0) ON CONFLICT (ledger) DO UPDATE SET seq = excluded.seq",
            *(ledger, *place, seq, FOLD),
        )


class Back(msgspec.Struct):
    """What became of terminals that came back all at once."""

    took_s: list[float] = []
    """Until each of them had everything acknowledged."""
    answers: Counter[str] = msgspec.field(default_factory=Counter)


async def come_back(ports: list[int], sent: list[list[bytes]]) -> Back:
    """Send what each has to say, all at once, as a terminal does: again after a pause where the hub is busy."""
    back = Back()
    begun = time.perf_counter()

    async def one(n: int) -> None:
        settings, pause = HubSettings(), 0.0
        for request in sent[n]:
            while (answer := await _asked(ports[n % len(ports)], request, settings.timeout_s)) != "receipt":
                back.answers[answer] += 1
                pause = min(max(2 * pause, settings.retry_s), settings.longest_pause_s)
                await asyncio.sleep(pause * (50 + secrets.randbelow(51)) / 100)
            back.answers[answer] += 1
            pause = 0.0
        back.took_s.append(time.perf_counter() - begun)

    await asyncio.gather(*(one(n) for n in range(len(sent))))
    return back


async def _asked(port: int, request: bytes, timeout_s: float) -> str:
    """What a request came to: `receipt`, the hub's problem, or what went wrong on the way."""
    writer = None
    try:
        async with asyncio.timeout(timeout_s):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(request)
            said = _ANSWER.decode(await answer(reader))
        return "receipt" if isinstance(said, Receipt) else said.problem
    except (OSError, TimeoutError, asyncio.IncompleteReadError) as error:
        return type(error).__name__
    finally:
        if writer is not None:
            writer.close()


async def pages(port: int, name: str, password: str, orders: list[Order]) -> dict[str, list[float]]:
    """Milliseconds of each page, by what is asked."""
    took: dict[str, list[float]] = {}
    base = f"http://127.0.0.1:{port}"
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as browser:
        await browser.post(f"{base}/enter", data={"name": name, "password": password}, headers={"Origin": base})
        for order in orders:
            for what, path in {
                "terminals": "/",
                "orders, those to see to first": "/orders",
                "by number": f"/orders?q={order.order_no}",
                "by the channel's number": f"/orders?q={order.ref}",
                "by day": f"/orders?day={order.day}",
                "by amount": f"/orders?amount={order.fen / 100:.2f}",
                "by day and amount": f"/orders?day={order.day}&amount={order.fen / 100:.2f}",
                "an order's story": f"/orders/{order.ledger}/{order.order_no}",
                "settlement of a day": f"/settlement?day={order.day}",
            }.items():
                begun = time.perf_counter()
                async with browser.get(base + path, allow_redirects=False) as answer:
                    await answer.read()
                if answer.status not in (200, 303):  # a number leads to its order
                    raise RuntimeError(f"{path}: HTTP {answer.status}")
                took.setdefault(what, []).append((time.perf_counter() - begun) * 1000)
    return took


async def measure(folder: Path, url: str, upto: int, terminals: int) -> bool:
    """Whether everything arrived, with no answer but that or that the hub is busy, and every page was in time."""
    await prepare(url)
    store, password = PostgresStore(url), secrets.token_urlsafe()
    await store.open()
    await store.admit(Staff(name="bench", role="manager", password=kept(password)))
    await store.aclose()
    database = await asyncpg.connect(url)
    filling, numbers = Filling(database, 1_000), itertools.count(step=100_000)
    try:
        with serving(folder, url) as hubs:
            for level in (0, upto // 8, upto // 4, upto // 2, upto):
                await filling.more(level)
                await database.execute("ANALYZE")
                rate = await _probe(database, hubs.ports, next(numbers))
                size = await database.fetchval("SELECT pg_database_size(current_database())")
                _say(f"{filling.rows:>12,} rows, {size / 2**30:6.1f} GiB: {rate:8,.0f} rows/s")
            good = await _all_at_once(database, hubs.ports, next(numbers), terminals)
            _say(f"  what they told stands on the pages {await _until_read(database):.0f} s later")
            good &= await _at_rest(database, hubs, next(numbers), RESTING)
            took = await pages(hubs.ports[0], "bench", password, filling.sample[:20])
    finally:
        await database.close()
    for what, each in took.items():
        _say(f"{what:32} median {statistics.median(each):6.0f} ms, longest {max(each):6.0f} ms")
    return good and all(statistics.median(each) <= PAGE_MS for each in took.values())


async def _probe(database: Any, ports: list[int], first: int) -> float:
    """Rows a second that some terminals get in now."""
    fresh = [journal(first + n, 1 + PROBE_ROWS) for n in range(TERMINALS)]
    await pair(database, fresh)
    await know(database, fresh)
    seconds, _ = await ingest(ports, [requests(each, BACKLOG, after=1) for each in fresh])
    return len(fresh) * PROBE_ROWS / seconds


async def _all_at_once(database: Any, ports: list[int], first: int, terminals: int) -> bool:
    keys, sent = [], []
    for n in range(terminals):
        one = journal(first + n, 1 + BATCH)
        sent.append(requests(one, BATCH, after=1))
        keys.append(msgspec.structs.replace(one, rows=one.rows[:1]))
    await pair(database, keys)
    await know(database, keys)
    before = await database.fetchval("SELECT sum(seq)::bigint FROM head")
    back = await come_back(ports, sent)
    arrived = await database.fetchval("SELECT sum(seq)::bigint FROM head") - before
    last = max(back.took_s)
    _say(f"{terminals:,} terminals came back: {arrived:,} rows in {last:.0f} s, {arrived / last:,.0f} rows/s")
    _say(f"  answers: {', '.join(f'{count:,} {what}' for what, count in back.answers.most_common())}")
    return arrived == terminals * BATCH and set(back.answers) <= {"receipt", "busy"}


async def _until_read(database: Any) -> float:
    """Seconds until the hub has read all that it took in."""
    begun = time.perf_counter()
    while True:
        if not await database.fetchval(UNREAD):
            return time.perf_counter() - begun
        await asyncio.sleep(1)


async def _at_rest(database: Any, hubs: Hubs, first: int, terminals: int) -> bool:
    """Whether all of them were answered, where nothing happens at any."""
    resting = [journal(first + n, 1) for n in range(terminals)]
    await pair(database, resting)
    await know(database, resting)
    lines = Resting(hubs.ports, resting)
    await asyncio.sleep(2 * HOLD_S)  # until each has asked, and has asked again
    servers = [pid for (pid,) in await database.fetch("SELECT pid FROM pg_stat_activity")]
    begun, hub, server, lines.answers = time.perf_counter(), cpu_s(hubs.pids), cpu_s(servers), 0
    await asyncio.sleep(REST_S)
    took = time.perf_counter() - begun
    hub, server, answers = cpu_s(hubs.pids) - hub, cpu_s(servers) - server, lines.answers
    await lines.end()
    _say(f"{terminals:,} terminals at rest: {answers / took:,.0f} answers/s")
    _say(f"  hubs {hub / took:.2f} of a core, database {server / took:.2f}")
    for failure, count in Counter(lines.failures).most_common(5):
        _say(f"  {count:,} × {failure}")
    return not lines.failures


def main() -> int:
    """1 when something was lost or a page was late."""
    parser = argparse.ArgumentParser(prog="make bench-hub-scale", description=__doc__)
    parser.add_argument("--rows", type=int, default=4_000_000, help="that lie in the database in the end")
    parser.add_argument("--terminals", type=int, default=10_000, help="that come back at once")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, Postgres(durable=True) as postgres:
        good = asyncio.run(measure(Path(folder), postgres.new_database(), chosen.rows, chosen.terminals))
    return int(not good)


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
