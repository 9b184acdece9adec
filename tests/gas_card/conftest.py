"""The gas card service with everything real but wallet, printer and person: a pcscd with a card in it, the company's
simulator over HTTP, a ledger."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
import pytest_asyncio

from drivers.gas_company_http.driver import GasCompanyHttp
from drivers.gas_company_http.simulator import GasCompanySimulator
from drivers.pcsc_gas_card.simulator import CardReader
from kiosk.testing.simulator import Json
from tests.gas_card.counter import Counter
from tests.gas_company_http.conftest import settings_of
from tests.pcsc_gas_card.conftest import Hall, build


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def machine(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[CardReader, Json]]:
    """The simulated reader of a module."""
    machine = build(tmp_path_factory.mktemp("cards"))
    yield machine, await machine.start()
    await machine.stop()


@pytest_asyncio.fixture(loop_scope="module")
async def counter(machine: tuple[CardReader, Json], tmp_path: Path) -> AsyncIterator[Counter]:
    """A terminal, and cards as they were handed out."""
    simulator, announced = machine
    company = GasCompanySimulator(tmp_path / "company")
    said = await company.start()
    async with AsyncExitStack() as stack:
        hall = Hall(simulator, announced, stack)
        gas = GasCompanyHttp("gas", said["port"], settings_of(said))
        await gas.open()
        stack.push_async_callback(gas.aclose)
        counter = Counter(hall, await hall.driver(), company, gas, tmp_path / "ledger")
        await counter.begin()
        yield counter
        await counter.end()
    await company.stop()
    simulator.faults.clear()
    await simulator.actions["pull"]({})
    for card in ("household", "memory", "cpu", "unused"):
        await simulator.actions["renew"]({"card": card})
