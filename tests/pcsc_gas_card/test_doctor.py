"""`kiosk doctor` at a reader of gas cards."""

import asyncio
from pathlib import Path

import pytest

from kiosk.devices.health import Offline
from kiosk.doctor import DeviceFinding, examine
from tests.cups.test_doctor import CONFIG
from tests.pcsc_gas_card.conftest import Hall

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture(autouse=True)
def short_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kiosk.doctor.PATIENCE", 0.2)


async def found(port: str, folder: Path) -> DeviceFinding:
    """What the doctor says of the reader."""
    table = f'[[device]]\nname = "cards"\nrole = "gas_card_reader"\ndriver = "pcsc_gas_card"\nport = "{port}"\n'
    path = folder / "config.toml"
    path.write_text(CONFIG.format(folder=folder, port="ipp://127.0.0.1:9/printers/none") + table, "utf-8")
    report = await asyncio.to_thread(examine, path, {})
    assert report.problems == ()
    return report.devices[-1]


async def test_a_reader_that_is_well_and_what_is_in_it(hall: Hall, tmp_path: Path) -> None:
    driver = await hall.driver()
    finding = await found(hall.announced["port"], tmp_path)
    assert (finding.state, finding.detail) == ("ok", "ready (Simulated Reader 00 00, no card in it)")
    await hall.insert(driver)
    assert (await found(hall.announced["port"], tmp_path)).detail == "ready (Simulated Reader 00 00, a card in it)"
    assert "this is" not in " ".join(hall.heard())  # and the card was left alone


async def test_a_reader_that_is_not_there(hall: Hall, tmp_path: Path) -> None:
    await hall.driver()
    finding = await found(hall.announced["port"].replace("Simulated", "ACR39"), tmp_path)
    assert finding.state == "todo"
    assert finding.status == Offline("no reader has 'ACR39 Reader' in its name")
    assert finding.detail.startswith(
        "offline: no reader has 'ACR39 Reader' in its name; there are Simulated Reader 00 00"
    )
    assert finding.advice == "name one of those in the configuration, like pcsc://ACR39"
