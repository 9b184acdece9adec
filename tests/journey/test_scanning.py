"""A bill's barcode instead of ten digits, a ticket's code instead of its number: held under the scanner, they answer as
typing would."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.journeys.settings import RatingSettings
from kiosk.protocol.ratings import RatingRow
from kiosk.rehearsal.simulators import Simulators
from kiosk.rehearsal.ways import SCANNER
from kiosk.views.common import Goodbye
from kiosk.views.gas import ConfirmBill, EnterAccount
from kiosk.views.rating import EnterTicket, RateService
from tests.journey.conftest import Hall, joined
from tests.journey.terminal import Terminal, standing


@pytest.fixture(scope="module")
def counter(simulators: Simulators, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulators]:
    """The hall's simulators, and a scanner."""
    with joined(simulators, tmp_path_factory.mktemp("scanner"), "serial_scanner") as both:
        yield both


@pytest.fixture
def there(hall: Hall, counter: Simulators, tmp_path: Path) -> Hall:
    """A hall with a scanner, which `hall` has made whole otherwise."""
    assert hall.simulators.names
    counter.clear("serial_scanner")
    for action in ("unplug", "plug"):  # which puts out the light of the terminal before
        counter.do("serial_scanner", action)
    return Hall(counter, tmp_path)


async def _held(terminal: Terminal, text: str) -> None:
    """Hold a code there until it is read."""
    while not terminal.hall.simulators.do("serial_scanner", "show", text=text)["done"]:
        await terminal.passes()


async def test_bill_is_paid_without_a_digit_typed(there: Hall) -> None:
    there.owe(there.account)
    async with standing(there, fit=[SCANNER]) as terminal:
        terminal.person.stay(EnterAccount)
        view = await terminal.person.at(EnterAccount)
        assert view.can_scan
        await _held(terminal, there.account)
        await terminal.person.at(ConfirmBill)
        await terminal.over()
    [line] = there.books()
    assert line.delivered > 0
    assert not there.simulators.books("serial_scanner")["state"]["lit"]


async def test_other_codes_are_passed_over(there: Hall) -> None:
    there.owe(there.account)
    async with standing(there, fit=[SCANNER]) as terminal:
        terminal.person.stay(EnterAccount)
        await terminal.person.at(EnterAccount)
        for text in ("134567890123456789", "'; DROP TABLE orders; --", "0" * 4000, "١٢٣٤٥٦٧٨٩٠", f"{there.account}\t"):
            await _held(terminal, text)
        assert isinstance(terminal.person.page and terminal.person.page.view, EnterAccount)
        await _held(terminal, there.account)
        await terminal.person.at(ConfirmBill)
        await terminal.over()


async def test_scanner_unplugged_leaves_the_keypad(there: Hall) -> None:
    there.owe(there.account)
    async with standing(there, fit=[SCANNER]) as terminal:
        terminal.person.stay(EnterAccount)
        await terminal.person.at(EnterAccount)
        there.simulators.do("serial_scanner", "unplug")
        terminal.person.answer(there.account)
        terminal.person.answers.clear()
        await terminal.over()
    [line] = there.books()
    assert line.delivered > 0


HOSTILE = ("'; DROP TABLE tickets; --", "f" * 15, "f" * 17, "F" * 16, "٣" * 16, "134567890123456789", "a" * 4000)


async def test_a_ticket_is_shown_and_its_window_rated(there: Hall) -> None:
    """The code on its slip, as it stands there or in the address that a hall prints; whatever else is shown is passed
    over, and a ticket of no day of ours says so, once."""
    page = RatingSettings(url="https://hall.example/rate?n={number}&t=1")
    for rating, code in ((None, "{}"), (page, "https://hall.example/rate?n={}&t=1")):
        async with standing(there, journey="rate_service", fit=[SCANNER], rating=rating) as terminal:
            person = terminal.person
            person.stay(EnterTicket, RateService)
            view = await person.at(EnterTicket)
            assert view.can_scan
            desk = terminal.engine.counter.desk
            assert desk is not None
            ticket = await desk.give("A")
            for text in (*HOSTILE, code.format("0" * 15)):
                await _held(terminal, text)
            assert isinstance(person.page and person.page.view, EnterTicket)
            assert person.kinds.count("EnterTicket") == 1
            await _held(terminal, code.format("0" * 16))
            await person.at(EnterTicket, lambda view: view.problem == "problem.no_such_ticket")
            await _held(terminal, code.format(ticket.matter))
            await person.at(RateService)
            person.answer("5")
            await person.at(Goodbye)
            assert terminal.engine.ledger is not None
            rows = await terminal.engine.ledger.matters(RatingRow, about=ticket.matter)
            assert [row.grade for row in rows] == [5]
