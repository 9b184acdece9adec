"""What a printer says it is: told to the doctor, and never in the way of a slip."""

import asyncio
from pathlib import Path

import msgspec
import pytest

from kiosk import doctor
from kiosk.devices.health import Ready
from kiosk.devices.printer import Printed, PrintUnknown
from kiosk.doctor import examine
from tests.cups.test_doctor import CONFIG
from tests.escpos.conftest import Bench, Build
from tests.escpos.slips import CHINESE, LONG

WHOLE = "MENKOU SIM-T80VII, firmware 1.07 ESC/POS"


def asked(bench: Bench) -> int:
    """How often the printer was asked what it is."""
    return sum("what is your" in line["what"] for line in bench.printer.talk.after(0)["lines"])


async def test_the_doctor_shows_maker_model_and_firmware(
    build: Build, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "PATIENCE", 0.1)
    bench = await build()
    path = tmp_path / "config.toml"
    config = CONFIG.format(folder=tmp_path, port="ipp://127.0.0.1:9/printers/none")
    path.write_text(config.replace("socket://127.0.0.1:9", bench.driver.port), "utf-8")
    report = await asyncio.to_thread(examine, path, {})
    found = report.devices[1]
    assert (found.detail, found.identity) == (f"ready, paper full ({WHOLE})", WHOLE)
    assert b"T0K7000186" not in msgspec.json.encode(report)  # the serial number


async def test_it_is_asked_once_for_each_connection_and_by_nobody_else(build: Build, wire: list[str]) -> None:
    bench = await build(*wire)
    await bench.driver.open()
    assert await bench.driver.print(CHINESE) == Printed()
    assert (bench.driver.identity, asked(bench)) == ("", 0)
    for _ in range(2):
        await bench.driver.ask_identity()
        assert (bench.driver.identity, asked(bench)) == (WHOLE, 3)
    await bench.do("unplug")
    await bench.driver.ask_identity()
    await bench.do("plug")
    await bench.driver.ask_identity()
    assert (bench.driver.identity, asked(bench)) == (WHOLE, 6)


@pytest.mark.parametrize("fault", ["no_reply", "half_reply", "garbage_reply", "late_reply"])
async def test_what_does_not_come_whole_in_time_is_not_told_and_in_nobodys_way(
    build: Build, wire: list[str], fault: str
) -> None:
    bench = await build(*wire, reply_timeout_s=0.2)
    bench.arm(fault, kind="id", seconds=0.25)
    await bench.driver.ask_identity()
    assert (bench.driver.identity, asked(bench)) == ("", 1)
    assert await bench.driver.status() == Ready()
    assert await bench.driver.paper() == "full"
    assert await bench.driver.print(CHINESE) == Printed()
    assert (bench.slips[0][0], bench.oddities) == ("燃气缴费收据", [])


async def test_a_letter_that_comes_in_the_middle_of_a_slip_proves_nothing(build: Build, wire: list[str]) -> None:
    bench = await build(*wire, "--no-gs-h", proof="gs_r", reply_timeout_s=0.1)
    bench.arm("no_reply", kind="id")
    await bench.driver.ask_identity()
    bench.arm("slow", mm_per_s=400)
    printing = asyncio.ensure_future(bench.driver.print(LONG))
    for _ in iter(lambda: bool(bench.unfinished), True):
        await asyncio.sleep(0)
    bench.printer.send(b"_1.07 ESC/POS\0")
    assert await printing == Printed()
    assert (len(bench.slips), bench.unfinished) == (1, [])
    assert bench.driver.identity == ""


async def test_a_printer_that_takes_the_question_for_text_prints_none_of_it(build: Build) -> None:
    bench = await build("--no-gs-i", reply_timeout_s=0.1)
    await bench.driver.ask_identity()
    assert (bench.driver.identity, asked(bench)) == ("", 1)
    assert await bench.driver.print(CHINESE) == Printed()
    assert bench.slips[0][0] == "燃气缴费收据"


async def test_a_printer_that_holds_half_a_slip_is_not_asked(build: Build) -> None:
    bench = await build()
    bench.arm("paper_out_mid_slip", after_lines=5)
    assert isinstance(await bench.driver.print(LONG), PrintUnknown)
    await bench.driver.ask_identity()
    await bench.do("refill")
    await bench.driver.ask_identity()
    assert asked(bench) == 0
    assert await bench.driver.print(CHINESE) == Printed()
    await bench.driver.ask_identity()
    assert bench.driver.identity == WHOLE
