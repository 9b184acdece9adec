"""A day's sums are what its payments come to, however they were read, on both databases."""

import asyncio
import random
from collections import Counter
from collections.abc import Iterator
from datetime import UTC
from pathlib import Path
from typing import Any

import pytest

from hub.command import store_at
from hub.orders.follower import Follower
from hub.orders.sums import CHUNK, move
from hub.portable import for_sqlite
from hub.settlement.book import Settlements, Sums
from hub.store import Store, StoreBusyError
from kiosk.protocol import events as ev
from kiosk.protocol.envelope import encode
from tests.hub.test_orders import AT, cancelled, delivered, opened, paid, sent

DAYS = ("2026-11-23", "2026-11-24", "2026-11-25")
HALLS = ("tianfu", "jinjiang")
EARLIER = (
    "INSERT INTO reading (ledger, hall, terminal, seq, fold, begun_ms, aside_ms) VALUES ($1, 'h', 'T1', 0, 3, 0, 0) "
    "ON CONFLICT (ledger) DO NOTHING RETURNING ledger"
)
"""How a version that kept no sums began to read."""
SUMMED = ("payments", "charged_fen", "refunds", "refunded_fen", "deliveries", "delivered_fen")


def free(no: str, day: str) -> list[ev.Event]:
    """Gas that was owed, which costs nothing."""
    delivering = ev.OrderDelivering(order_no=no, channel="", channel_ref="", paid_fen=0, deliver_by_ms=AT)
    return [*opened(no, 0, 1, day), delivering, *delivered(no)]


def returned(no: str, fen: int) -> list[ev.Event]:
    return [*cancelled(no, fen), ev.RefundDone(order_no=no, n=1, r=1, ref="5030", at_ms=AT + 9)]


def order(no: str, chance: random.Random) -> list[ev.Event]:
    """From its beginning to wherever it got."""
    day, fen, channel = chance.choice(DAYS), chance.randrange(1, 60_000), chance.choice(("wechat", "alipay", "card"))
    every = {
        "free": free(no, day),
        "unpaid": [*opened(no, fen, 1, day), sent(no, fen, channel)],
        "delivered": [*opened(no, fen, 1, day), *paid(no, fen, channel), *delivered(no)],
        "returned": [*opened(no, fen, 1, day), *paid(no, fen, channel), *returned(no, fen)],
    }
    events = every[chance.choice(sorted(every))]
    return events[: chance.randrange(1, len(events) + 1)] if chance.random() < 0.3 else events


def mixed(orders: list[list[ev.Event]], chance: random.Random) -> Iterator[ev.Event]:
    """The events of many orders, each in its own order."""
    while orders := [events for events in orders if events]:
        yield chance.choice(orders).pop(0)


class Journals:
    """What a hub took in, which its followers see piece by piece."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.lengths: Counter[str] = Counter()

    async def keep(self, ledger: str, hall: str, events: list[ev.Event]) -> None:
        """A whole journal, of which nothing has arrived yet."""
        self.lengths[ledger] = len(events)
        async with self._store.work() as sql:
            await sql("INSERT INTO head VALUES ($1, $2, $3, 1, 0, '', 0)", ledger, hall, f"T{ledger}")
            for seq, event in enumerate(events, start=1):
                body = encode(event, seq=seq, ledger=ledger, terminal=f"T{ledger}", at=AT, mono=seq, boot="b").decode()
                row = (ledger, seq, b"\0", AT, str(event.__struct_config__.tag), event.order_no, body)
                await sql("INSERT INTO event VALUES ($1, $2, $3, $4, $5, $6, $7)", *row)

    async def arrive(self, ledger: str, rows: int) -> None:
        """So many more of its rows."""
        statement = "UPDATE head SET seq = CASE WHEN seq + $2 < $3 THEN seq + $2 ELSE $3 END WHERE ledger = $1"
        async with self._store.work() as sql:
            await sql(statement, ledger, rows, self.lengths[ledger])


async def read(store: Store) -> None:
    reading = Follower(store, lambda: 0)
    while await reading.read():
        pass


async def kept(store: Store) -> dict[tuple[str, ...], tuple[int, ...]]:
    """The sums of all days, as the page has them."""
    book = Settlements(store, UTC)
    return {
        (day, each.hall, each.channel): tuple(getattr(each, name) for name in SUMMED)
        for day in DAYS
        for each in await book.sums(day)
    }


async def added_up(store: Store) -> dict[tuple[str, ...], tuple[int, ...]]:
    """The same from the payments, one by one."""
    found: dict[tuple[str, ...], Counter[str]] = {}
    async with store.work() as sql:
        rows = await sql(
            "SELECT business_date, hall, channel, captured_fen, refunds, refunded_fen, delivered_fen FROM payment"
        )
    for day, hall, channel, charged_fen, refunds, refunded_fen, delivered_fen in rows:
        if charged_fen or not channel:
            one = (charged_fen > 0, charged_fen, refunds, refunded_fen, delivered_fen > 0 or not channel, delivered_fen)
            found.setdefault((day, hall, channel), Counter()).update(dict(zip(SUMMED, one, strict=True)))
    return {place: tuple(sums[name] for name in SUMMED) for place, sums in found.items()}


@pytest.mark.parametrize("seed", range(4))
async def test_whatever_comes_in_whatever_pieces(
    stores: tuple[Store, Store], monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    """Also read twice, and read anew by another version in the middle of it."""
    chance, (store, _) = random.Random(seed), stores
    journals = Journals(store)
    for n in range(4):
        orders = [order(f"T{n}{m:04d}", chance) for m in range(12)]
        await journals.keep(f"L{n}", HALLS[n % 2], list(mixed(orders, chance)))
    for _ in range(25):
        monkeypatch.setattr("hub.orders.follower.CHUNK", chance.choice((1, 4, 500)))
        ledger = chance.choice(sorted(journals.lengths))
        await journals.arrive(ledger, chance.choice((1, 7, 60)))
        if chance.random() < 0.2:
            async with store.work() as sql:
                await sql("UPDATE reading SET fold = 0 WHERE ledger = $1", ledger)
        await Follower(store, lambda: 0).read()
        assert await kept(store) == await added_up(store)
    for ledger in journals.lengths:
        await journals.arrive(ledger, journals.lengths[ledger])
    await read(store)
    whole = await kept(store)
    assert whole == await added_up(store)
    assert {channel for _, _, channel in whole} == {"wechat", "alipay", "card", ""}

    async with store.work() as sql:
        await sql("UPDATE reading SET fold = 0")
    await read(store)
    assert await kept(store) == whole


async def test_the_sums_of_a_day(stores: tuple[Store, Store]) -> None:
    """In fen; a day may have nothing but orders for which nothing was to be paid."""
    store, _ = stores
    journals, (first, day, last) = Journals(store), DAYS
    events = [
        *free("T10001", first),
        *opened("T10002", 500, 1, day),
        *paid("T10002", 500),
        *delivered("T10002"),
        *opened("T10003", 70, 1, day),
        *paid("T10003", 70),
        *returned("T10003", 70),
        *opened("T10004", 900, 1, last),
        sent("T10004", 900),
    ]
    await journals.keep("L", "tianfu", events)
    await journals.arrive("L", len(events))
    await read(store)
    book = Settlements(store, UTC)
    assert [await book.sums(each) for each in DAYS] == [
        [sums("", payments=0, charged_fen=0, refunds=0, refunded_fen=0, deliveries=1, delivered_fen=0)],
        [sums("wechat", payments=2, charged_fen=570, refunds=1, refunded_fen=70, deliveries=1, delivered_fen=500)],
        [],
    ]


def sums(channel: str, **added: int) -> Sums:
    return Sums(hall="tianfu", channel=channel, **added)


async def test_two_processes_that_read_at_once(stores: tuple[Store, Store], monkeypatch: pytest.MonkeyPatch) -> None:
    """Many journals of one hall, all of the same days: none of them is in the other's way for ever."""
    monkeypatch.setattr("hub.orders.follower.CHUNK", 20)
    chance, (store, _) = random.Random(5), stores
    journals = Journals(store)
    for n in range(12):
        orders = [order(f"T{n}{m:04d}", chance) for m in range(30)]
        await journals.keep(f"L{n}", "tianfu", list(mixed(orders, chance)))
        await journals.arrive(f"L{n}", journals.lengths[f"L{n}"])
    await asyncio.gather(*(read(each) for each in stores))
    assert await kept(store) == await added_up(store)
    assert len(await kept(store)) == 12

    async with store.work() as sql:
        await sql("UPDATE reading SET fold = 0")
    await asyncio.gather(*(read(each) for each in stores))
    assert await kept(store) == await added_up(store)


async def test_sums_change_in_the_same_order_everywhere() -> None:
    """So that two processes which change some of the same never wait for each other."""
    changed: list[tuple[Any, ...]] = []

    async def sql(_: str, *values: Any) -> list[tuple[Any, ...]]:
        changed.extend(values[n : n + 3] for n in range(0, len(values), 9))
        return []

    places = [(day, f"hall {n}", "wechat") for n in range(CHUNK) for day in DAYS]
    random.Random(7).shuffle(places)
    half = len(places) // 2
    await move(sql, dict.fromkeys(places[:half], (1,) * 6), dict.fromkeys(places[half:], (2,) * 6))
    assert changed == sorted(places)


async def test_a_hub_that_kept_no_sums_before(database: str, tmp_path: Path) -> None:
    """What was read by an earlier version counts, and that version reads no more beside this one."""
    chance = random.Random(6)
    store = store_at(database, tmp_path)
    await store.open()
    journals = Journals(store)
    await journals.keep("L", "tianfu", list(mixed([order(f"T{n:05d}", chance) for n in range(40)], chance)))
    await journals.arrive("L", journals.lengths["L"])
    await read(store)
    whole = await kept(store)
    async with store.work() as sql:  # as it was before the step
        for statement in (
            "DROP TABLE day_sum",
            "DROP INDEX payment_day",
            "CREATE INDEX payment_of_day ON payment(business_date)",
            "ALTER TABLE reading ADD COLUMN begun_ms BIGINT NOT NULL DEFAULT 0",
        ):
            await sql(statement if database else for_sqlite(statement))
        migrations = "migration" if database else "_sqlite_migrations"
        await sql(" ".join(("DELETE FROM", migrations, "WHERE name = '0035_day_sums'")))
        await sql(EARLIER, "before")
    await store.aclose()

    store = store_at(database, tmp_path)
    await store.open()
    assert await kept(store) == whole
    assert await kept(store) == await added_up(store)
    with pytest.raises(StoreBusyError, match="begun_ms"):
        async with store.work() as sql:
            await sql(EARLIER, "after")
    await store.aclose()
