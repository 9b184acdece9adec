"""What only a database server can do: go away and come back, and serve several hubs at once."""

import asyncio
from pathlib import Path

import pytest

from kiosk.testing.postgres import Postgres
from tests.hub.conftest import Hub, Sending
from tests.hub.test_sync import journal

pytestmark = pytest.mark.parametrize("hub", ["postgres"], indirect=True)


async def test_a_database_that_is_restarted(hub: Hub, sending: Sending, postgres: Postgres, tmp_path: Path) -> None:
    await sending.rate(120)
    sending.begin()
    for _ in range(2):
        await asyncio.sleep(0.05)
        await asyncio.to_thread(postgres.stop)
        await sending.rate(5)
        await asyncio.sleep(0.2)
        await asyncio.to_thread(postgres.start)
    await sending.until_sent()

    assert await hub.rows() == journal(tmp_path / "ledger")
    assert len(await hub.rows()) == 130


async def test_two_hubs_that_are_sent_the_same(hub: Hub, sending: Sending, tmp_path: Path) -> None:
    beside = Hub(hub.folder, hub.database)
    beside.start()
    try:
        await sending.rate(100)
        other = Sending(sending.ledger, sending.identity, beside.url)
        sending.begin()
        other.begin()
        await sending.until_sent()
        await other.end()
    finally:
        beside.kill()

    assert await hub.rows() == journal(tmp_path / "ledger")


async def test_rows_stand_in_the_partition_of_their_month(hub: Hub, sending: Sending) -> None:
    await sending.rate(3)
    sending.begin()
    await sending.until_sent()
    months = await hub.sql("SELECT DISTINCT to_char(to_timestamp(at_ms / 1000), 'YYYY_MM') FROM event")

    assert [f"event_{month}" for (month,) in months] == [
        name for (name,) in await hub.sql("SELECT DISTINCT tableoid::regclass::text FROM event")
    ]
