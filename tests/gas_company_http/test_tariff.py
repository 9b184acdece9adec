"""Worked cases and edges of the simulated company's prices, checked by hand."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.gas_company_http.driver import GasCompanyHttp
from drivers.gas_company_http.simulator_tariff import TARIFFS, price_volume
from kiosk.devices.gas import Account, Refused
from tests.gas_company_http.conftest import World, quoted


def priced(tariff: str, used: str, volume: str, persons: int = 4) -> list[tuple[int, str, str, int]]:
    lines = price_volume(tariff, persons=persons, used=Decimal(used), volume=Decimal(volume))
    return [(line.tier, str(line.volume), str(line.price), line.fen) for line in lines]


@pytest.mark.parametrize(
    ("tariff", "used", "volume", "persons", "lines"),
    [
        ("T2", "480", "200", 4, [(1, "20", "2.19", 4380), (2, "160", "2.63", 42080), (3, "20", "3.29", 6580)]),
        ("T1", "380", "50", 4, [(1, "20", "2.75", 5500), (2, "30", "3.30", 9900)]),
        ("T1", "380", "50", 5, [(1, "50", "2.75", 13750)]),
        ("T2", "490", "39", 4, [(1, "10", "2.19", 2190), (2, "29", "2.63", 7627)]),
        # the boundary itself belongs to the lower tier, the next cubic meter to the upper
        ("T1", "390", "10", 4, [(1, "10", "2.75", 2750)]),
        ("T1", "400", "1", 4, [(2, "1", "3.30", 330)]),
        ("T1", "1000", "3", 4, [(3, "3", "4.125", 1238)]),
        ("T2", "660", "1", 4, [(3, "1", "3.29", 329)]),
        ("T2", "0", "500", 4, [(1, "500", "2.19", 109500)]),
        ("T2", "600", "1", 5, [(2, "1", "2.63", 263)]),
        # half a fen goes up
        ("T1", "1000", "1", 4, [(3, "1", "4.125", 413)]),
        ("T1", "399.9999", "0.0002", 4, [(1, "0.0001", "2.75", 0), (2, "0.0001", "3.30", 0)]),
        ("T1", "0", "0", 4, []),
    ],
)
def test_worked_case(tariff: str, used: str, volume: str, persons: int, lines: list[tuple[int, str, str, int]]) -> None:
    assert priced(tariff, used, volume, persons) == lines


def test_for_a_hundred_yuan_the_next_cubic_meter_is_too_much() -> None:
    bought = [sum(fen for *_, fen in priced("T2", "490", volume)) for volume in ("39", "40")]
    assert bought == [9817, 10080]


@given(
    st.sampled_from(sorted(TARIFFS)),
    st.decimals(0, 2000, places=4),
    st.decimals(0, 2000, places=4),
    st.integers(1, 9),
)
def test_lines_cover_the_volume_in_rising_tiers(tariff: str, used: Decimal, volume: Decimal, persons: int) -> None:
    lines = price_volume(tariff, persons=persons, used=used, volume=volume)
    assert sum(line.volume for line in lines) == volume
    assert [line.tier for line in lines] == sorted({line.tier for line in lines})
    assert all(abs(line.volume * line.price * 100 - line.fen) <= Decimal("0.5") for line in lines)


@pytest.mark.parametrize(
    ("account", "total", "periods", "used"),
    [
        ("0100003862", 15400, 1, "430"),
        ("0100003870", 26664, 2, "430"),
        ("0100004711", 3300, 1, "108"),
        ("0100005208", 53040, 1, "680"),
        ("0100007127", 4950, 1, "138"),
        ("0100007135", 6050, 1, "155"),
        ("0100009018", 13750, 1, "430"),
        ("1000009425", 1238, 1, "1053"),
    ],
)
async def test_demo_household_owes(gas: GasCompanyHttp, account: str, total: int, periods: int, used: str) -> None:
    quote = await quoted(gas, account)
    assert (quote.total_fen, len(quote.periods), quote.used_this_cycle_m3) == (total, periods, Decimal(used))
    assert quote.account.arrears_fen == total


async def test_old_debt_fills_several_pages(gas: GasCompanyHttp) -> None:
    quote = await quoted(gas, "0100008390")
    assert len(quote.periods) == 15
    assert sum(period.late_fee_fen > 0 for period in quote.periods) == 15
    assert [period.first_month for period in quote.periods] == sorted(period.first_month for period in quote.periods)


@pytest.mark.parametrize(("account", "holder"), [("0100007127", "䶮**"), ("0100007135", "𠮷**")])
async def test_rare_surname_arrives(gas: GasCompanyHttp, account: str, holder: str) -> None:
    assert (await quoted(gas, account)).account.holder_masked == holder


@pytest.mark.parametrize(("account", "kind", "balance"), [("0200000156", "remote", 8650), ("0200000284", "card", 0)])
async def test_other_meters_are_read_but_have_no_bill(
    gas: GasCompanyHttp, account: str, kind: str, balance: int
) -> None:
    read = await gas.read_account(account)
    assert isinstance(read, Account)
    assert (read.meter_kind, read.balance_fen, read.arrears_fen) == (kind, balance, 0)
    assert await gas.quote(account) == Refused("not_accepted")


async def test_account_that_owes_nothing(gas: GasCompanyHttp) -> None:
    assert await gas.quote("0100006013") == Refused("nothing_owed")


async def test_new_year_begins_at_the_first_tier(world: World, gas: GasCompanyHttp) -> None:
    await world.company.actions["add_debt"](
        {"account": "1000009425", "first_month": "2027-01", "last_month": "2027-02", "volume_m3": "10"}
    )
    quote = await quoted(gas, "1000009425")
    assert [[line.tier for line in period.lines] for period in quote.periods] == [[3], [1]]
    assert quote.used_this_cycle_m3 == 10
