"""A bill's barcode instead of ten digits: held under the scanner, it answers as typing would."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from kiosk.config import load
from kiosk.rehearsal.headless import money_alone
from kiosk.rehearsal.simulators import Simulators
from kiosk.views.gas import ConfirmBill, EnterAccount
from tests.journey import terminal as engines
from tests.journey.conftest import CONFIG, Hall
from tests.journey.terminal import Terminal, standing

DEVICE = '\n[[device]]\nname = "codes"\nrole = "code_scanner"\ndriver = "serial_scanner"\nport = "sim:serial_scanner"\n'


@pytest.fixture(scope="module")
def counter(simulators: Simulators, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulators]:
    """The hall's simulators, and a scanner."""
    folder = tmp_path_factory.mktemp("scanner")
    with Simulators(folder, ("serial_scanner",)) as more:
        both = Simulators(folder, (*simulators.names, *more.names))
        both.announcements = {**simulators.announcements, **more.announcements}
        yield both


@pytest.fixture
def there(hall: Hall, counter: Simulators, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Hall:
    """A hall with a scanner, which `hall` has made whole otherwise."""
    path = tmp_path / "config.toml"
    path.write_text(CONFIG.read_text("utf-8") + DEVICE, "utf-8")
    whole = load(path)
    money = money_alone(whole)
    scanners = (device for device in whole.devices if device.role == "code_scanner")
    config = msgspec.structs.replace(money, devices=(*money.devices, *scanners))
    monkeypatch.setattr(engines, "_demo", lambda: config)
    counter.clear("serial_scanner")
    counter.do("serial_scanner", "plug")
    return Hall(counter, tmp_path)


async def _held(terminal: Terminal, text: str) -> None:
    """Hold a code there until it is read."""
    while not terminal.hall.simulators.do("serial_scanner", "show", text=text)["done"]:
        await terminal.passes()


async def test_bill_is_paid_without_a_digit_typed(there: Hall) -> None:
    there.owe(there.account)
    async with standing(there) as terminal:
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
    async with standing(there) as terminal:
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
    async with standing(there) as terminal:
        terminal.person.stay(EnterAccount)
        await terminal.person.at(EnterAccount)
        there.simulators.do("serial_scanner", "unplug")
        terminal.person.answer(there.account)
        terminal.person.answers.clear()
        await terminal.over()
    [line] = there.books()
    assert line.delivered > 0
