"""Gas for cards: what it costs, what is owed, the job that puts it there, and that each lands once."""

from decimal import Decimal
from typing import Any

import pytest

from drivers.gas_company_http.driver import GasCompanyHttp
from drivers.pcsc_gas_card.demo_layout import DEMO
from kiosk.devices.gas import (
    ByLoad,
    ByMoney,
    ByVolume,
    Cancelled,
    CardAccount,
    CardLimits,
    CardQuote,
    CardWish,
    Delivered,
    Opened,
    Owed,
    OwedLoad,
    Refused,
    Reported,
    TierLine,
    Unreachable,
    WriteJob,
)
from kiosk.devices.gas_card import CardJob, Landed
from kiosk.devices.gas_card_judging import judge
from tests.gas_company_http.cards import card_image, half
from tests.gas_company_http.conftest import HERO, World

PLAIN, ROTATING, OWING, NEAR = "0200000284", "0200000292", "0200000306", "0200000314"
ORDER, OTHER = "T07K20000011", "T08K20000022"
IMAGE = card_image(PLAIN, 6)


async def quoted(gas: GasCompanyHttp, wish: CardWish, image: bytes = IMAGE) -> CardQuote:
    quote = await gas.quote_card(image, wish)
    assert isinstance(quote, CardQuote)
    return quote


async def owed(gas: GasCompanyHttp, image: bytes = IMAGE, number: str = PLAIN, order: str = ORDER) -> CardQuote:
    """Bought and paid for."""
    quote = await quoted(gas, ByVolume(Decimal(20)), image)
    assert isinstance(await gas.open_order(order, number, quote.quote_id), Opened)
    assert await gas.confirm_paid(order, "wechat", "4200001234", quote.total_fen) == Owed()
    return quote


async def job_of(gas: GasCompanyHttp, image: bytes = IMAGE, order: str = ORDER, number: str = "") -> WriteJob:
    job = await gas.write_data(order, image, number)
    assert isinstance(job, WriteJob)
    return job


def there(world: World) -> Any:
    return world.company.books()["gas_cards"]


async def test_card_is_read(gas: GasCompanyHttp) -> None:
    known = await gas.read_card(card_image(OWING, 12))
    assert isinstance(known, CardAccount)
    assert (known.account.number, known.account.holder_masked, known.account.meter_kind) == (OWING, "马**", "card")
    assert (known.card, known.count) == (OWING, 12)
    assert (known.gas_on_card_m3, known.used_this_cycle_m3) == (Decimal(0), Decimal(210))
    assert [str(load.gas_m3) for load in known.owed] == ["12.5", "30"]
    assert [load.why for load in known.owed] == ["bought", "made_up"]
    assert known.buy == CardLimits(min_m3=Decimal(1), max_m3=Decimal(300), step_m3=Decimal(1))


@pytest.mark.parametrize(
    "image",
    [
        card_image("0299999999", 6),
        card_image(PLAIN, 6)[:-1],
        half(card_image(PLAIN, 6), card_image(PLAIN, 7, 2_000)),
        b"\xff" * 256,
        b"\0",
    ],
)
async def test_cards_that_are_none_of_its_own_or_contradict_themselves(gas: GasCompanyHttp, image: bytes) -> None:
    assert await gas.read_card(image) == Refused("card_unknown")
    assert await gas.quote_card(image, ByVolume(Decimal(1))) == Refused("card_unknown")


async def test_card_that_counts_other_purchases_than_the_books(gas: GasCompanyHttp) -> None:
    await gas.read_card(IMAGE)
    for count in (5, 7):
        assert await gas.read_card(card_image(PLAIN, count)) == Refused("card_unknown")


async def test_price_by_volume_goes_through_the_tiers(gas: GasCompanyHttp) -> None:
    quote = await quoted(gas, ByVolume(Decimal(200)), card_image(NEAR, 250))
    assert quote.lines == (
        TierLine(tier=1, volume_m3=Decimal(10), unit_price=Decimal("2.19"), amount_fen=2_190),
        TierLine(tier=2, volume_m3=Decimal(160), unit_price=Decimal("2.63"), amount_fen=42_080),
        TierLine(tier=3, volume_m3=Decimal(30), unit_price=Decimal("3.29"), amount_fen=9_870),
    )
    assert (quote.gas_m3, quote.total_fen, quote.used_this_cycle_m3) == (Decimal(200), 54_140, Decimal(490))


async def test_money_buys_whole_steps_and_the_rest_is_not_charged(gas: GasCompanyHttp) -> None:
    """The worked case of the notice: 39 m³ for 98.17 of 100 yuan."""
    quote = await quoted(gas, ByMoney(10_000), card_image(NEAR, 250))
    assert (quote.gas_m3, quote.total_fen) == (Decimal(39), 9_817)


@pytest.mark.parametrize(
    ("image", "wish", "reason"),
    [
        (IMAGE, ByVolume(Decimal(301)), "outside_limits"),
        (IMAGE, ByVolume(Decimal("1.5")), "outside_limits"),
        (IMAGE, ByMoney(100), "outside_limits"),
        (IMAGE, ByLoad("none"), "nothing_owed"),
        (card_image(ROTATING, 3, 2_000), ByVolume(Decimal(1)), "gas_on_card"),
    ],
)
async def test_wishes_that_are_refused(gas: GasCompanyHttp, image: bytes, wish: CardWish, reason: str) -> None:
    refused = await gas.quote_card(image, wish)
    assert isinstance(refused, Refused)
    assert refused.reason == reason


async def test_bought_paid_written_reported_and_delivered_once(world: World, gas: GasCompanyHttp) -> None:
    quote = await owed(gas)
    assert await gas.query(ORDER) == Owed()
    assert await gas.confirm_paid(ORDER, "wechat", "4200009999", quote.total_fen) == Owed()
    job = await job_of(gas)
    contents = DEMO.decode(job.image)
    assert (contents.number, getattr(contents, "count", 0), getattr(contents, "gas_m3", 0)) == (PLAIN, 7, 20)
    written = CardJob(
        order_no=ORDER,
        n=1,
        provider_job=job.number,
        card=PLAIN,
        count=job.count,
        expect_gas_m3=job.gas_m3,
        old_hash=job.old_hash,
        new_image=job.image,
    )
    assert isinstance(judge(written, job.image, DEMO), Landed)
    for _ in range(2):
        assert await gas.report_write(ORDER, job.number, "landed") == Reported()
    assert isinstance(await gas.query(ORDER), Delivered)
    assert isinstance(await gas.cancel(ORDER, "deadline"), Delivered)
    assert isinstance(await gas.write_data(ORDER, job.image), Delivered)
    assert there(world)["cards"][PLAIN] == {"count": 7, "total_m3": "315", "owed_m3": "0"}
    assert there(world)["oddities"] == []
    known = await gas.read_card(card_image(PLAIN, 7, 0, 31_500))
    assert isinstance(known, CardAccount)
    assert known.used_this_cycle_m3 == 84


async def test_less_than_is_due_is_not_booked(gas: GasCompanyHttp) -> None:
    quote = await quoted(gas, ByVolume(Decimal(20)))
    await gas.open_order(ORDER, PLAIN, quote.quote_id)
    assert await gas.confirm_paid(ORDER, "wechat", "4200001234", quote.total_fen - 1) == Refused("not_accepted")
    assert await gas.write_data(ORDER, IMAGE) == Refused("not_accepted")


async def test_job_is_the_same_until_it_has_landed(world: World, gas: GasCompanyHttp) -> None:
    await owed(gas)
    job = await job_of(gas)
    await world.restart_company()
    again = await world.terminal()
    for image, number in ((IMAGE, ""), (half(IMAGE, job.image), ""), (job.image, ""), (b"", job.number)):
        assert await job_of(again, image, number=number) == job
    assert await again.write_data(ORDER, b"", "J0") == Refused("not_accepted")
    assert await again.write_data(ORDER, card_image(ROTATING, 3)) == Refused("card_unknown")


async def test_card_that_the_meter_wrote_meanwhile_gets_new_bytes_for_the_same_job(gas: GasCompanyHttp) -> None:
    await owed(gas)
    job = await job_of(gas)
    visited = card_image(PLAIN, 6, left=100)
    remade = await job_of(gas, visited)
    assert (remade.number, remade.count, remade.old_hash != job.old_hash) == (job.number, 7, True)
    assert remade.image[0x50:0x60] == visited[0x50:0x60]


async def test_gas_of_another_purchase_is_for_the_meter_first(gas: GasCompanyHttp) -> None:
    await owed(gas)
    assert await gas.write_data(ORDER, card_image(PLAIN, 6, 500)) == Refused("gas_on_card")


async def test_keys_come_with_the_job_and_change_where_the_company_changes_them(gas: GasCompanyHttp) -> None:
    """The example of docs/gas-cards.md, for another card."""
    await owed(gas)
    plain = await job_of(gas)
    assert plain.old_key == plain.new_key == bytes.fromhex("2848B4")
    image = card_image(ROTATING, 3)
    await owed(gas, image, ROTATING, OTHER)
    rotating = await job_of(gas, image, OTHER)
    assert len(rotating.old_key) == len(rotating.new_key) == 3
    assert rotating.old_key != rotating.new_key
    assert rotating.image[0x40] == 1


async def test_confirmation_after_the_fence_is_refused_and_nothing_is_owed(world: World, gas: GasCompanyHttp) -> None:
    quote = await owed(gas)
    await job_of(gas)
    assert await gas.cancel(ORDER, "deadline") == Cancelled()
    assert await gas.cancel(ORDER, "deadline") == Cancelled()
    assert await gas.confirm_paid(ORDER, "wechat", "4200001234", quote.total_fen) == Refused("not_accepted")
    assert await gas.write_data(ORDER, IMAGE) == Cancelled()
    assert there(world)["cards"][PLAIN]["owed_m3"] == "0"
    known = await gas.read_card(IMAGE)
    assert isinstance(known, CardAccount)
    assert known.used_this_cycle_m3 == 64


async def test_what_is_owed_is_loaded_for_nothing(world: World, gas: GasCompanyHttp) -> None:
    image = card_image(OWING, 12)
    known = await gas.read_card(image)
    assert isinstance(known, CardAccount)
    load = known.owed[0]
    quote = await quoted(gas, ByLoad(load.load_id), image)
    assert (quote.gas_m3, quote.total_fen, quote.lines) == (Decimal("12.5"), 0, ())
    opened = await gas.open_order(ORDER, OWING, quote.quote_id)
    assert isinstance(opened, Opened)
    assert opened.due_fen == 0
    job = await job_of(gas, image)
    assert (job.gas_m3, job.old_key) == (Decimal("12.5"), b"")
    assert await gas.report_write(ORDER, job.number, "landed") == Reported()
    assert await gas.quote_card(card_image(OWING, 13), ByLoad(load.load_id)) == Refused("nothing_owed")
    assert there(world)["cards"][OWING] == {"count": 13, "total_m3": "307.5", "owed_m3": "30"}


async def test_load_that_is_let_go_of_is_owed_as_before(world: World, gas: GasCompanyHttp) -> None:
    image = card_image(OWING, 12)
    known = await gas.read_card(image)
    assert isinstance(known, CardAccount)
    quote = await quoted(gas, ByLoad(known.owed[0].load_id), image)
    await gas.open_order(ORDER, OWING, quote.quote_id)
    await job_of(gas, image)
    assert await gas.cancel(ORDER, "left") == Cancelled()
    assert there(world)["cards"][OWING]["owed_m3"] == "42.5"
    assert await gas.read_card(image) == known


async def two_terminals(world: World, gas: GasCompanyHttp) -> WriteJob:
    """One has paid and has a job in doubt; at the other one the card is loaded for nothing."""
    await owed(gas)
    job = await job_of(gas)
    world.clock.seconds += 901  # the first no longer keeps the account busy
    known = await gas.read_card(IMAGE)
    assert isinstance(known, CardAccount)
    assert known.owed == (OwedLoad(load_id=f"P{ORDER}", gas_m3=Decimal(20), why="bought"),)
    quote = await quoted(gas, ByLoad(known.owed[0].load_id))
    assert isinstance(await gas.open_order(OTHER, PLAIN, quote.quote_id), Opened)
    assert await job_of(gas, order=OTHER) == job
    return job


async def test_what_one_terminal_is_owed_another_loads_and_both_are_delivered(
    world: World, gas: GasCompanyHttp
) -> None:
    job = await two_terminals(world, gas)
    assert await gas.report_write(OTHER, job.number, "landed") == Reported()
    assert isinstance(await gas.query(ORDER), Delivered)
    assert isinstance(await gas.query(OTHER), Delivered)
    assert there(world)["cards"][PLAIN]["count"] == 7


async def test_no_order_is_called_off_while_another_terminal_may_have_written_its_card(
    world: World, gas: GasCompanyHttp
) -> None:
    job = await two_terminals(world, gas)
    assert isinstance(await gas.cancel(ORDER, "deadline"), Unreachable)
    assert await job_of(gas, order=OTHER, number=job.number) == job
    assert await gas.cancel(OTHER, "left") == Cancelled()
    assert await gas.cancel(ORDER, "deadline") == Cancelled()
    assert there(world)["oddities"] == []


async def test_what_another_terminal_lets_go_of_is_still_the_first_one_s(world: World, gas: GasCompanyHttp) -> None:
    job = await two_terminals(world, gas)
    assert await gas.cancel(OTHER, "left") == Cancelled()
    assert await gas.report_write(ORDER, job.number, "landed") == Reported()
    assert isinstance(await gas.query(ORDER), Delivered)
    assert await gas.query(OTHER) == Cancelled()


async def test_torn_card_takes_nothing_else_until_the_hall_has_settled_it(world: World, gas: GasCompanyHttp) -> None:
    await owed(gas)
    job = await job_of(gas)
    assert await gas.report_write(ORDER, job.number, "torn") == Reported()
    assert await gas.query(ORDER) == Owed()
    assert await gas.quote_card(IMAGE, ByVolume(Decimal(1))) == Refused("account_busy")
    assert await world.company.actions["load_elsewhere"]({}) == {"order": ORDER}
    assert isinstance(await gas.query(ORDER), Delivered)


@pytest.mark.parametrize("kind", ["total", "line", "volume"])
async def test_quote_that_does_not_add_up(world: World, gas: GasCompanyHttp, kind: str) -> None:
    world.company.faults.arm("inconsistent_card", kind=kind)
    assert isinstance(await gas.quote_card(IMAGE, ByVolume(Decimal(20))), Unreachable)


async def test_limits_that_contradict_themselves(world: World, gas: GasCompanyHttp) -> None:
    world.company.faults.arm("inconsistent_card")
    assert isinstance(await gas.read_card(IMAGE), Unreachable)


async def test_other_volume_and_other_bytes_can_be_sent(world: World, gas: GasCompanyHttp) -> None:
    await owed(gas)
    world.company.faults.arm("other_volume")
    assert (await job_of(gas)).gas_m3 == 21
    job = await job_of(gas)
    world.company.faults.arm("other_bytes")
    assert (await job_of(gas, number=job.number)).image == IMAGE


async def test_gas_is_owed_by_hand(world: World, gas: GasCompanyHttp) -> None:
    await gas.read_card(IMAGE)
    await world.company.actions["owe_card"]({"gas_m3": "20"})
    known = await gas.read_card(IMAGE)
    assert isinstance(known, CardAccount)
    assert [(str(load.gas_m3), load.why) for load in known.owed] == [("20", "made_up")]


async def test_meter_without_a_card_has_none(gas: GasCompanyHttp) -> None:
    quote = await quoted(gas, ByVolume(Decimal(20)))
    assert await gas.open_order(ORDER, HERO, quote.quote_id) == Refused("not_accepted")
