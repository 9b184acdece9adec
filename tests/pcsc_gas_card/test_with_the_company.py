"""The company, over HTTP, and a card, in a real pcscd: what is bought is on the card once, and the books agree."""

from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path

import pytest
import pytest_asyncio

from drivers.gas_company_http.driver import GasCompanyHttp
from drivers.pcsc_gas_card.driver import PcscGasCard
from kiosk.devices.gas import (
    ByVolume,
    CardAccount,
    CardQuote,
    Delivered,
    Opened,
    Owed,
    Refused,
    Reported,
    WriteJob,
)
from kiosk.devices.gas_card import Absent, CardJob, CardUnknown, GasCard, Landed
from tests.gas_company_http.conftest import World
from tests.pcsc_gas_card.bench import said
from tests.pcsc_gas_card.conftest import Hall

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(loop_scope="module")
async def world(tmp_path: Path) -> AsyncIterator[World]:
    world = World(tmp_path)
    await world.start()
    yield world
    await world.stop()


async def read(reader: PcscGasCard) -> GasCard:
    card = await reader.read()
    assert isinstance(card, GasCard)
    return card


async def bought(gas: GasCompanyHttp, card: GasCard, order: str, volume: int = 20) -> CardJob:
    """Paid for, and the bytes that put it there."""
    quote = await gas.quote_card(card.image, ByVolume(Decimal(volume)))
    assert isinstance(quote, CardQuote)
    assert isinstance(await gas.open_order(order, card.number, quote.quote_id), Opened)
    assert await gas.confirm_paid(order, "wechat", "4200001234", quote.total_fen) == Owed()
    job = await gas.write_data(order, card.image)
    assert isinstance(job, WriteJob)
    return CardJob(
        order_no=order,
        n=1,
        provider_job=job.number,
        card=card.number,
        count=job.count,
        expect_gas_m3=job.gas_m3,
        old_hash=card.hash,
        new_image=job.image,
        old_key=job.old_key,
        new_key=job.new_key,
    )


@pytest.mark.parametrize("name", ["household", "unused", "memory", "cpu"])
async def test_bought_pulled_out_written_taken_by_the_meter_and_bought_again(
    hall: Hall, world: World, name: str
) -> None:
    """Each purchase of `unused` changes its key."""
    gas, reader = await world.terminal(), await hall.driver()
    landed = len(hall.landed)
    await hall.hand("meter", card=name)
    await hall.insert(reader, name)
    first = await read(reader)
    assert isinstance(await gas.read_card(first.image), CardAccount)
    for n, order in enumerate(("T07K20000011", "T07K20000022"), 1):
        card = await read(reader)
        job = await bought(gas, card, order)
        hall.arm("pull_mid_write", after=1, bytes=3)
        assert isinstance(await reader.write(job), CardUnknown)
        await hall.insert(reader, name)
        assert said(await reader.find(job)) == Absent(mixed=True)
        assert isinstance(await reader.write(job), Landed)
        assert await gas.report_write(order, job.provider_job, "landed") == Reported()
        assert isinstance(await gas.query(order), Delivered)
        assert isinstance(refused := await gas.quote_card((await read(reader)).image, ByVolume(Decimal(1))), Refused)
        assert refused.reason == "gas_on_card"
        await hall.hand("meter", card=name)
        await hall.insert(reader, name)
        assert (await read(reader)).count == first.count + n
    assert [entry["count"] for entry in hall.landed[landed:]] == [first.count + 1, first.count + 2]
    assert {entry["gas_m3"] for entry in hall.landed[landed:]} == {"20.00"}
    assert [card["tries"] for card in hall.machine.books()["cards"] if card["name"] == name] == [3]
