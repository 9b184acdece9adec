"""Batches that arrive at the same time are taken in together, and each as if it had come alone."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import msgspec
import pytest

from hub.accept import Known, Refuse, Take, Verdict
from hub.postgres import PostgresStore
from hub.store import ForeignError, StoreBusyError, Terminal
from kiosk.protocol.batch import Batch, pack, unpack
from kiosk.testing.postgres import Postgres
from tests.hub.test_protocol import NOW, hashes, rows

SENDER = Terminal(hall="tianfu", terminal="T1", key_id="k", public_key=b"")
COUNT = 30
WAITING = "SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
CUT = "SELECT pg_terminate_backend($1)"
LEDGERS = [f"{n:020d}" for n in range(COUNT)]


@pytest.fixture
async def url(postgres: Postgres) -> str:
    return postgres.new_database()


@pytest.fixture
async def store(url: str) -> AsyncIterator[PostgresStore]:
    store = PostgresStore(url)
    await store.open()
    yield store
    await store.aclose()


def part(ledger: str, first: int, last: int) -> Batch:
    """Rows of a journal."""
    journal = rows(last, ledger)
    return unpack(pack("tianfu", hashes(journal)[first - 1], journal[first - 1 :]), "tianfu", "T1")


async def at_once(store: PostgresStore, *batches: Batch) -> list[Verdict | BaseException]:
    """What becomes of batches that arrive together."""
    asked = (store.accept(SENDER, batch, NOW * 1000) for batch in batches)
    return await asyncio.gather(*asked, return_exceptions=True)


async def known(store: PostgresStore, ledger: str, upto: int) -> None:
    assert isinstance(await store.accept(SENDER, part(ledger, 1, upto), NOW * 1000), Take)


async def waiting(database: Any) -> int:
    """Which process of the database waits for a lock, once one does."""
    async with asyncio.timeout(10):
        while True:
            if pid := await database.fetchval(WAITING):
                return int(pid)
            await asyncio.sleep(0.01)


async def kept(url: str) -> dict[str, list[int]]:
    """The rows that are there; each journal's head is at its last one."""
    database = await asyncpg.connect(url)
    try:
        there = await database.fetch("SELECT ledger, array_agg(seq ORDER BY seq) AS rows FROM event GROUP BY ledger")
        heads = dict(await database.fetch("SELECT ledger, seq FROM head"))
    finally:
        await database.close()
    found = {row["ledger"]: row["rows"] for row in there}
    assert heads == {ledger: numbers[-1] for ledger, numbers in found.items()}
    return found


async def test_many_that_come_at_once(store: PostgresStore, url: str) -> None:
    for ledger in LEDGERS:
        await known(store, ledger, 2)
    found = await at_once(store, *(part(ledger, 3, 4 + n % 3) for n, ledger in enumerate(LEDGERS)))
    assert all(isinstance(each, Take) for each in found)
    assert await kept(url) == {ledger: list(range(1, 5 + n % 3)) for n, ledger in enumerate(LEDGERS)}
    database = await asyncpg.connect(url)
    written = await database.fetchval("SELECT count(DISTINCT xmin::text) FROM event WHERE seq > 2")
    await database.close()
    assert written < COUNT / 3, "each in a transaction of its own"


async def test_each_as_if_it_had_come_alone(store: PostgresStore, url: str) -> None:
    first, second, third, foreign = LEDGERS[:4]
    for ledger in (first, second, third):
        await known(store, ledger, 2)
    other = Terminal(hall="tianfu", terminal="T2", key_id="l", public_key=b"")
    assert isinstance(await store.accept(other, part(foreign, 1, 1), NOW * 1000), Take)

    found = await at_once(
        store, part(first, 3, 5), part(first, 3, 5), part(second, 2, 4), part(third, 4, 5), part(foreign, 2, 2)
    )
    assert {type(each) for each in found[:2]} == {Take, Known}, "a request that came twice"
    assert isinstance(found[2], Take), "one that overlaps"
    assert isinstance(found[3], Refuse), "one after a gap"
    assert isinstance(found[4], ForeignError)
    assert await kept(url) == {first: [1, 2, 3, 4, 5], second: [1, 2, 3, 4], third: [1, 2], foreign: [1]}


@pytest.mark.parametrize("matter", ["a NUL \0, which no text may have", secrets.token_hex(10_000)])
async def test_what_the_database_refuses_is_of_one_alone(store: PostgresStore, url: str, matter: str) -> None:
    for ledger in LEDGERS[:5]:
        await known(store, ledger, 1)
    batches = [part(ledger, 2, 3) for ledger in LEDGERS[:5]]
    row = batches[2].rows[0]
    envelope = msgspec.structs.replace(row.envelope, matter=matter)
    bad = (msgspec.structs.replace(row, envelope=envelope), *batches[2].rows[1:])
    batches[2] = msgspec.structs.replace(batches[2], rows=bad)

    found = await at_once(store, *batches)
    assert [type(each) for each in found] == [Take, Take, StoreBusyError, Take, Take]
    assert await kept(url) == {ledger: [1, 2, 3] if n != 2 else [1] for n, ledger in enumerate(LEDGERS[:5])}


async def test_a_database_that_goes_away_is_told_to_all(store: PostgresStore, url: str) -> None:
    for ledger in LEDGERS[:5]:
        await known(store, ledger, 1)
    database = await asyncpg.connect(url)
    async with database.transaction():
        await database.execute("LOCK TABLE event IN EXCLUSIVE MODE")  # so that the group is under way for a while
        asked = asyncio.create_task(at_once(store, *(part(ledger, 2, 3) for ledger in LEDGERS[:5])))
        await database.execute(CUT, await waiting(database))
        assert [type(each) for each in await asked] == [StoreBusyError] * 5
    await database.close()
    assert await kept(url) == {ledger: [1] for ledger in LEDGERS[:5]}
    assert all(isinstance(each, Take) for each in await at_once(store, *(part(each, 2, 3) for each in LEDGERS[:5])))


async def test_a_batch_that_waited_came_when_it_came(store: PostgresStore, url: str) -> None:
    """However long the groups before it were under way: a terminal's ledger of today is not the older one."""
    for ledger in LEDGERS[:2]:
        await known(store, ledger, 1)
    asked = []
    database = await asyncpg.connect(url)
    async with database.transaction():
        await database.execute("LOCK TABLE event IN EXCLUSIVE MODE")
        for later_ms, ledger in enumerate(LEDGERS[:2]):
            asked.append(asyncio.create_task(store.accept(SENDER, part(ledger, 2, 2), NOW * 1000 + later_ms)))
            await waiting(database)
    await asyncio.gather(*asked)
    found = await database.fetch("SELECT at_ms FROM head ORDER BY ledger")
    await database.close()
    assert [at_ms for (at_ms,) in found] == [NOW * 1000, NOW * 1000 + 1]


async def test_a_commit_whose_answer_is_lost(url: str, tmp_path: Path) -> None:
    """Nobody knows then what the database did: all are told to come again, and it turns out to be known."""
    there = url.partition("host=")[2]
    cut: list[bool] = []

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, up: bool) -> None:
        while data := await reader.read(1 << 16):
            if up and cut == [False] and b"COMMIT" in data:
                cut[0] = True
            elif not up and cut == [True]:
                break
            writer.write(data)
        writer.close()

    async def between(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        answers, asking = await asyncio.open_unix_connection(f"{there}/.s.PGSQL.5432")
        await asyncio.gather(carry(reader, asking, up=True), carry(answers, writer, up=False))

    async with await asyncio.start_unix_server(between, tmp_path / ".s.PGSQL.5432"):
        store = PostgresStore(url.replace(there, str(tmp_path)))
        await store.open()
        for ledger in LEDGERS[:3]:
            await known(store, ledger, 1)
        cut.append(False)
        found = await at_once(store, *(part(ledger, 2, 3) for ledger in LEDGERS[:3]))
        assert ([type(each) for each in found], cut) == ([StoreBusyError] * 3, [True])
        cut.clear()
        assert await kept(url) == {ledger: [1, 2, 3] for ledger in LEDGERS[:3]}
        again = await at_once(store, *(part(ledger, 2, 3) for ledger in LEDGERS[:3]))
        assert [type(each) for each in again] == [Known] * 3
        await store.aclose()


async def test_two_processes_that_are_sent_the_same_groups(store: PostgresStore, url: str) -> None:
    beside = PostgresStore(url)
    await beside.open()
    for ledger in LEDGERS:
        await known(store, ledger, 1)
    try:
        for last in range(2, 8):
            batches = [part(ledger, last, last) for ledger in LEDGERS]
            both = await asyncio.gather(at_once(store, *batches), at_once(beside, *reversed(batches)))
            for here, there in zip(both[0], reversed(both[1]), strict=True):
                assert {type(here), type(there)} == {Take, Known}
    finally:
        await beside.aclose()
    assert await kept(url) == {ledger: list(range(1, 8)) for ledger in LEDGERS}
