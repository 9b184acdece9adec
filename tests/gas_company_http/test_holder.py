"""Accounts by the identity card of their holder: only to who has both number and name, and nowhere but in a body."""

import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from drivers.gas_company_http.driver import GasCompanyHttp
from kiosk.devices.gas import Account, Refused, Unreachable
from tests.gas_company_http.conftest import World
from tests.gas_company_http.liar import SignedLiar, terminal_for
from tests.gas_company_http.test_hostile import ACCOUNT

NUMBER, NAME = "610000196104120017", "李春生"


async def test_the_accounts_of_a_holder(gas: GasCompanyHttp) -> None:
    assert gas.finds_by_holder
    found = await gas.find_accounts(NUMBER, NAME)
    assert isinstance(found, tuple)
    (account,) = found
    assert account == await gas.read_account("0100003870")
    assert (account.holder_masked, account.arrears_fen) == ("李**", 26664)
    several = await gas.find_accounts("610000194803070021", "李秀兰")
    assert isinstance(several, tuple)
    assert [each.number for each in several] == ["0100003862", "0200000172"]


@pytest.mark.parametrize(
    ("number", "name"), [(NUMBER, "李秀兰"), ("610000198512190038", NAME), ("UTO110081080310", "X")]
)
async def test_nobody_learns_who_has_a_contract(gas: GasCompanyHttp, number: str, name: str) -> None:
    assert await gas.find_accounts(number, name) == Refused("no_such_account")


async def test_neither_stands_in_a_path_or_a_log(
    world: World, gas: GasCompanyHttp, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    await gas.find_accounts(NUMBER, NAME)
    assert ("POST", "/v1/holder-accounts") in world.company.requests
    told = (
        caplog.text
        + repr(world.company.requests)
        + repr([line["what"] for line in world.company.talk.after(0)["lines"]])
    )
    for secret in (NUMBER, NAME):
        assert secret not in told


async def test_a_company_without_it_is_not_asked(world: World) -> None:
    gas = await world.terminal(find_by_holder=False)
    assert not gas.finds_by_holder
    assert await gas.find_accounts(NUMBER, NAME) == Refused("not_accepted")
    assert world.company.requests == []


async def test_a_company_that_is_away(world: World, gas: GasCompanyHttp) -> None:
    await world.company.actions["unplug"]({})
    answer = await gas.find_accounts(NUMBER, NAME)
    assert isinstance(answer, Unreachable)
    assert NUMBER not in answer.why


@asynccontextmanager
async def lying(folder: Path, accounts: object) -> AsyncIterator[GasCompanyHttp]:
    liar = SignedLiar()
    port = await liar.start()
    liar.body = json.dumps(accounts).encode()
    gas = terminal_for(folder, port, find_by_holder=True)
    await gas.open()
    try:
        yield gas
    finally:
        await gas.aclose()
        await liar.stop()


@pytest.mark.parametrize(
    "said",
    [
        {"accounts": []},
        {"accounts": [ACCOUNT, ACCOUNT]},
        {"accounts": [ACCOUNT | {"number": "12"}]},
        {"accounts": [ACCOUNT | {"number": f"{n:010}"} for n in range(21)]},
        {"accounts": ACCOUNT},
        ACCOUNT,
        {},
    ],
    ids=["none", "twice", "short", "many", "no_list", "one", "empty"],
)
async def test_an_answer_that_cannot_be(tmp_path: Path, said: object) -> None:
    async with lying(tmp_path, said) as gas:
        assert isinstance(await gas.find_accounts(NUMBER, NAME), Unreachable)


async def test_names_are_masked_once_more(tmp_path: Path) -> None:
    async with lying(tmp_path, {"accounts": [ACCOUNT | {"holder_masked": NAME}]}) as gas:
        found = await gas.find_accounts(NUMBER, NAME)
        assert isinstance(found, tuple)
        assert isinstance(found[0], Account)
        assert found[0].holder_masked == "李**"
