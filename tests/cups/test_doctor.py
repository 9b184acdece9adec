"""`kiosk doctor` at a queue and the printer behind it."""

import asyncio
from pathlib import Path

import pytest

from kiosk import doctor
from kiosk.devices.health import Offline
from kiosk.doctor import DeviceFinding, examine
from tests.cups.conftest import Shop

CONFIG = """
schema = 1
[terminal]
id = "T01"
mode = "production"
[hall]
id = "tianfu"
name = "天福和园"
name_en = "Tianfu Heyuan"
phone = "028-8888 1234"
[ledger]
folder = "{folder}/ledger"
[journeys]
enabled = ["queue_ticket"]
[[queue.business]]
letter = "A"
name = "社保"
name_en = "Pensions"
windows = [1]
[[device]]
name = "documents"
role = "document_printer"
driver = "cups"
port = "{port}"
[[device]]
name = "receipts"
role = "receipt_printer"
driver = "escpos"
port = "socket://127.0.0.1:9"
"""


async def found(shop: Shop, folder: Path) -> DeviceFinding:
    """What the doctor says of the queue."""
    path = folder / "config.toml"
    path.write_text(CONFIG.format(folder=folder, port=shop.port), "utf-8")
    report = await asyncio.to_thread(examine, path, {})
    assert report.problems == ()
    return report.devices[0]


@pytest.fixture(autouse=True)
def short_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "PATIENCE", 0.2)


async def test_a_queue_that_is_well(shop: Shop, tmp_path: Path) -> None:
    finding = await found(shop, tmp_path)
    assert (finding.state, finding.detail, finding.advice) == ("ok", "ready (Example Printer)", "")
    assert finding.identity == "Example Printer"  # as ippeveprinter calls itself
    await shop.do("toner_low")
    assert (await found(shop, tmp_path)).detail == "ready, toner low (Example Printer)"


async def test_a_printer_that_needs_a_person(shop: Shop, tmp_path: Path) -> None:
    await shop.do("paper_out")
    finding = await found(shop, tmp_path)
    assert (finding.state, finding.detail, finding.advice) == (
        "todo",
        "sheets out (Example Printer)",
        "put paper into the tray",
    )


async def test_the_doctor_leaves_a_job_alone(shop: Shop, tmp_path: Path) -> None:
    driver, job = shop.driver(), shop.job(pages=6)
    printing = asyncio.create_task(shop.print(driver, job))
    await shop.until(lambda: shop.sheets(job.key) >= 1, "a sheet")
    assert (await found(shop, tmp_path)).detail == "busy (Example Printer)"
    await printing
    assert shop.sheets(job.key) == 6


async def test_a_queue_that_is_not_there(shop: Shop, tmp_path: Path) -> None:
    shop.port = shop.port.replace("/hall", "/nowhere")
    finding = await found(shop, tmp_path)
    assert finding.state == "todo"
    assert isinstance(finding.status, Offline)
    assert finding.detail == "offline: CUPS has no queue 'nowhere': it has hall"
    assert "lpadmin -p NAME" in finding.advice
