"""Money for a smart meter: what it buys, what the account takes, and that it is credited once."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.gas_company_http.driver import GasCompanyHttp
from drivers.gas_company_http.simulator_tariff import TARIFFS, price_money, price_volume
from kiosk.devices.gas import (
    Account,
    Cancelled,
    Delivered,
    Opened,
    Refused,
    TierLine,
    TopUpLimits,
    TopUpQuote,
)
from tests.gas_company_http.conftest import HERO, World, opened

SMART, IN_DEBT, BEFORE_THE_SECOND_TIER, FULL, CARD = (
    "0200000156",
    "0200000164",
    "0200000172",
    "0200000180",
    "0200000284",
)
ORDER = "T07K20000011"


async def asked(gas: GasCompanyHttp, account: str = SMART, fen: int = 10_000) -> TopUpQuote:
    quote = await gas.quote_top_up(account, fen)
    assert isinstance(quote, TopUpQuote)
    return quote


def meter(world: World, account: str = SMART) -> Any:
    return world.company.books()["meters"][account]


async def test_account_is_read_quoted_opened_and_credited(world: World, gas: GasCompanyHttp) -> None:
    account = await gas.read_account(SMART)
    assert account == Account(
        number=SMART,
        meter_kind="remote",
        holder_masked="周**",
        address_masked="丰泽苑 ***",
        arrears_fen=0,
        balance_fen=8_650,
        top_up=TopUpLimits(min_fen=1_000, max_fen=100_000),
    )
    quote = await asked(gas)
    assert (quote.account, quote.total_fen, quote.owed_fen, quote.balance_after_fen) == (account, 10_000, 0, 18_650)
    assert await gas.open_order(ORDER, SMART, quote.quote_id) == Opened(
        pay_by_ms=round(world.clock() * 1000) + 900_000, due_fen=10_000, provider_ref="G0000000001"
    )
    assert meter(world) == {"balance_fen": 8_650, "shown_fen": 8_650, "silent": False}
    booked = await gas.confirm_paid(ORDER, "wechat", "4200001234", 10_000)
    assert booked == await gas.confirm_paid(ORDER, "wechat", "4200009999", 20_000) == Delivered("R0000000001")
    assert meter(world) == {"balance_fen": 18_650, "shown_fen": 18_650, "silent": False}


async def test_the_present_balance_buys_its_gas_first(gas: GasCompanyHttp) -> None:
    """380 m³ are used, 5.00 yuan buy 1.8182 m³ more: 18.1818 m³ are left of the first tier."""
    quote = await asked(gas, BEFORE_THE_SECOND_TIER, 20_000)
    assert quote.lines == (
        TierLine(tier=1, volume_m3=Decimal("18.1818"), unit_price=Decimal("2.75"), amount_fen=5_000),
        TierLine(tier=2, volume_m3=Decimal("45.4545"), unit_price=Decimal("3.30"), amount_fen=15_000),
    )


@pytest.mark.parametrize(("fen", "owed", "gas_fen"), [(5_000, 1_240, 3_760), (1_240, 1_240, 0), (1_000, 1_000, 0)])
async def test_a_debt_is_settled_first(gas: GasCompanyHttp, fen: int, owed: int, gas_fen: int) -> None:
    quote = await asked(gas, IN_DEBT, fen)
    assert (quote.owed_fen, sum(line.amount_fen for line in quote.lines)) == (owed, gas_fen)
    assert quote.balance_after_fen == fen - 1_240


async def test_more_paid_than_due_credits_what_was_due(world: World, gas: GasCompanyHttp) -> None:
    quote = await asked(gas)
    await gas.open_order(ORDER, SMART, quote.quote_id)
    assert await gas.confirm_paid(ORDER, "wechat", "4200001234", 9_999) == Refused("not_accepted")
    assert isinstance(await gas.confirm_paid(ORDER, "wechat", "4200001234", 10_001), Delivered)
    assert meter(world)["balance_fen"] == 18_650


async def test_confirm_lands_after_the_cancellation(world: World, gas: GasCompanyHttp) -> None:
    quote = await asked(gas)
    await gas.open_order(ORDER, SMART, quote.quote_id)
    assert await gas.cancel(ORDER, "left") == Cancelled()
    assert await gas.confirm_paid(ORDER, "wechat", "4200001234", 10_000) == Refused("not_accepted")
    assert meter(world)["balance_fen"] == 8_650


async def test_one_quote_is_good_for_one_top_up(world: World, gas: GasCompanyHttp) -> None:
    quote = await asked(gas)
    await gas.open_order(ORDER, SMART, quote.quote_id)
    await gas.confirm_paid(ORDER, "wechat", "4200001234", 10_000)
    assert await gas.open_order("T07K20000022", SMART, quote.quote_id) == Refused("quote_changed")


async def test_quote_of_another_account(gas: GasCompanyHttp) -> None:
    other = await asked(gas, IN_DEBT)
    assert await gas.open_order(ORDER, SMART, other.quote_id) == Refused("not_accepted")


@pytest.mark.parametrize(
    ("account", "fen", "reason"),
    [
        (SMART, 999, "outside_limits"),
        (SMART, 100_001, "outside_limits"),
        (FULL, 1_000, "outside_limits"),
        (HERO, 10_000, "not_accepted"),
        (CARD, 10_000, "not_accepted"),
        ("0299999999", 10_000, "no_such_account"),
        ("02", 10_000, "no_such_account"),
    ],
)
async def test_refused_amounts_and_meters(gas: GasCompanyHttp, account: str, fen: int, reason: str) -> None:
    refused = await gas.quote_top_up(account, fen)
    assert isinstance(refused, Refused)
    assert refused.reason == reason


async def test_full_account_has_no_limits(gas: GasCompanyHttp) -> None:
    account = await gas.read_account(FULL)
    assert isinstance(account, Account)
    assert account.top_up is None


async def test_limits_fall_below_a_quote(world: World, gas: GasCompanyHttp) -> None:
    quote = await asked(gas)
    world.company.faults.arm("limits_changed")
    assert await gas.open_order(ORDER, SMART, quote.quote_id) == Refused("outside_limits")


async def test_late_payment_is_still_credited_while_the_account_takes_it(world: World, gas: GasCompanyHttp) -> None:
    quote = await asked(gas)
    await gas.open_order(ORDER, SMART, quote.quote_id)
    world.clock.seconds += 901
    assert isinstance(await gas.confirm_paid(ORDER, "wechat", "4200001234", 10_000), Delivered)


async def test_late_payment_that_the_account_no_longer_takes(world: World, gas: GasCompanyHttp) -> None:
    quote = await asked(gas)
    await gas.open_order(ORDER, SMART, quote.quote_id)
    world.clock.seconds += 901
    await world.company.actions["set_limits"]({"max_fen": 5_000})
    assert await gas.confirm_paid(ORDER, "wechat", "4200001234", 10_000) == Refused("outside_limits")
    assert meter(world)["balance_fen"] == 8_650


async def test_silent_meter_hears_of_it_when_its_key_is_pressed(world: World, gas: GasCompanyHttp) -> None:
    await world.company.actions["set_meter"]({"account": SMART})
    quote = await asked(gas)
    await gas.open_order(ORDER, SMART, quote.quote_id)
    assert isinstance(await gas.confirm_paid(ORDER, "wechat", "4200001234", 10_000), Delivered)
    assert meter(world) == {"balance_fen": 18_650, "shown_fen": 8_650, "silent": True}
    assert await world.company.actions["press_key"]({"account": SMART}) == {"shown_fen": 18_650}


async def test_bill_and_top_up_do_not_mix(gas: GasCompanyHttp) -> None:
    order = await opened(gas)
    quote = await asked(gas)
    assert isinstance(await gas.open_order("T07K20000022", SMART, quote.quote_id), Opened)
    assert isinstance(await gas.confirm_paid(ORDER, "wechat", "4200001234", order.due_fen), Delivered)


@given(
    st.sampled_from(sorted(TARIFFS)),
    st.decimals(0, 2000, places=4),
    st.integers(1, 1_000_000),
    st.integers(1, 9),
)
def test_money_is_explained_to_the_fen_in_rising_tiers(tariff: str, used: Decimal, fen: int, persons: int) -> None:
    lines = price_money(tariff, persons=persons, used=used, fen=fen)
    assert sum(line.fen for line in lines) == fen
    assert [line.tier for line in lines] == sorted({line.tier for line in lines})
    assert all(abs(line.volume * line.price * 100 - line.fen) <= 1 for line in lines)
    assert all(line.volume == line.volume.quantize(Decimal("0.0001")) for line in lines)
    volume = sum((line.volume for line in lines), Decimal(0))
    back = price_volume(tariff, persons=persons, used=used, volume=volume)
    assert abs(sum(line.fen for line in back) - fen) <= len(lines)
