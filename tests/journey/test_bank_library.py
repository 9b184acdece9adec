"""Paying through a bank's own library: from the screen to the company's books, and what was lost on the way."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.rehearsal.simulators import Simulators
from kiosk.rehearsal.ways import WAYS
from kiosk.views.common import Outcome
from kiosk.views.payment import AtReader
from tests.journey.conftest import Hall, joined
from tests.journey.terminal import IMPATIENT, Terminal, standing

FIT = WAYS["vendor"].devices


@pytest.fixture(scope="module")
def bank(simulators: Simulators, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulators]:
    """The hall's simulators, and the bank with its library."""
    with joined(simulators, tmp_path_factory.mktemp("bank"), "vendor_library") as both:
        yield both


@pytest.fixture
def there(hall: Hall, bank: Simulators, tmp_path: Path) -> Hall:
    """A hall whose cards are taken by a bank's library; `hall` has made everything else whole."""
    assert hall.simulators.names
    bank.clear("vendor_library")
    return Hall(bank, tmp_path)


async def _pays(terminal: Terminal, fault: str = "") -> None:
    """As soon as the library asks for a card; the `fault` is in that very call."""
    terminal.person.channel = "card"
    terminal.person.stay(AtReader, Outcome)
    await terminal.person.at(AtReader)
    if fault:
        terminal.hall.simulators.arm("vendor_library", fault)
    while not (await asyncio.to_thread(terminal.hall.simulators.do, "vendor_library", "pay"))["done"]:
        await terminal.passes()


async def test_paid_and_accepted_by_the_company(there: Hall) -> None:
    there.owe(there.account)
    async with standing(there, fit=FIT) as terminal:
        await _pays(terminal)
        await terminal.person.told("done")
        terminal.person.answer("done")
        await terminal.settled()
    [line] = there.books()
    assert line.agrees
    assert line.charged == line.delivered > 0
    assert "银行卡" in there.slips()[-1]


async def test_library_crashes_with_the_money_taken(there: Hall) -> None:
    """Its last transaction tells: nobody pays twice, and the company is told."""
    there.owe(there.account)
    quick: dict[str, dict[str, object]] = {"vendor_library": {"answer_seconds": 1}}
    async with standing(there, fit=FIT, drivers=quick, visit=IMPATIENT) as terminal:
        await _pays(terminal, "crash")
        await terminal.person.told("done")
        terminal.person.answer("done")
        await terminal.settled()
    [line] = there.books()
    assert line.agrees
    assert line.charged == line.delivered > 0
