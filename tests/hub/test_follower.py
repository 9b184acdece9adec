"""Reading what was taken in comes last, and is come to all the same."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from hub.orders.follower import AT_ONCE, BEAT_S, MOST_REST_S, SILENT_S, Follower
from hub.orders.reading import FOLD
from hub.sqlite import SqliteStore
from tests.hub.test_protocol import rows


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    store = SqliteStore(tmp_path / "hub.db")
    await store.open()
    yield store
    await store.aclose()


async def put(store: SqliteStore, ledger: str, at_ms: int, body: str) -> None:
    """A journal of one row."""
    async with store.work() as sql:
        await sql("INSERT INTO head VALUES ($1, 'h', $2, 1, 1, '', $3)", ledger, f"T{ledger}", at_ms)
        await sql("INSERT INTO event VALUES ($1, 1, x'00', 0, 'menkou.order.opening.v1', '', $2)", ledger, body)


async def read(store: SqliteStore) -> list[str]:
    """The journals that were read."""
    async with store.work() as sql:
        return [ledger for (ledger,) in await sql("SELECT ledger FROM reading WHERE seq = 1")]


async def test_journals_that_cannot_be_read_keep_no_other_one_from_it(store: SqliteStore) -> None:
    for n in range(AT_ONCE):
        await put(store, f"broken {n}", n, "what no terminal says")
    await put(store, "sound", AT_ONCE, rows(1)[0].decode())
    reading = Follower(store, lambda: 0)
    while await reading.read():
        pass
    assert await read(store) == ["sound"]


async def test_what_was_read_of_a_month_that_was_taken_out_stays(store: SqliteStore) -> None:
    """Until it is back, whatever a later version reads in another way."""
    await put(store, "sound", 0, rows(1)[0].decode())
    assert await Follower(store, lambda: 0).read()
    async with store.work() as sql:
        await sql("INSERT INTO orders VALUES ('sound', 'O1', 'h', 'T1', '2026-11-24', 0, 1, 2, '{}')")
        await sql("UPDATE reading SET fold = 0")
        await sql("UPDATE event SET seq = 0")
    for there in (1, 0):
        await Follower(store, lambda: 0).read()
        async with store.work() as sql:
            assert await sql("SELECT count(*) FROM orders") == [(there,)]
            await sql("UPDATE event SET seq = 1")


async def test_a_slow_database_among_many_that_send(store: SqliteStore, monkeypatch: pytest.MonkeyPatch) -> None:
    moments = iter(range(0, 10_000, 14))
    rests: list[float] = []
    do_sleep = asyncio.sleep

    async def sleep(seconds: float) -> None:
        rests.append(seconds)
        await do_sleep(0)

    monkeypatch.setattr("hub.orders.follower.time.monotonic", lambda: next(moments))
    await put(store, "sound", 0, rows(1)[0].decode())
    reading = Follower(store, lambda: 0)
    reading.taking_in = 256
    monkeypatch.setattr("hub.orders.follower.asyncio.sleep", sleep)
    await reading.read()
    assert rests == [MOST_REST_S]


async def test_two_versions_do_not_read_against_each_other(store: SqliteStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """The newer one reads, however long that takes; once it is gone for good, the older one again."""
    now = 0.0
    monkeypatch.setattr("hub.orders.follower.time.monotonic", lambda: now)
    older, newer = Follower(store, lambda: 0), Follower(store, lambda: 1_000_000)  # whatever their clocks say
    await put(store, "sound", 0, rows(1)[0].decode())
    assert await older.read()
    for beat in range(20):
        monkeypatch.setattr("hub.orders.follower.FOLD", FOLD + 1)
        assert await newer.leads()
        assert await newer.read() == (beat == 0)
        monkeypatch.setattr("hub.orders.follower.FOLD", FOLD)
        now += BEAT_S
        assert not await older.read()
    now += SILENT_S
    assert await older.read()
    async with store.work() as sql:
        assert await sql("SELECT fold FROM reading") == [(FOLD,)]
