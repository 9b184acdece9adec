"""The driver of docs/architecture.md: configured, healthy, printing, and out of paper, over real bytes."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from kiosk.config import Config, load, resolve_simulators
from kiosk.devices.health import NeedsAttention, Offline, Ready
from kiosk.devices.printer import NotPrinted, Printed, PrintUnknown, ReceiptPrinter
from kiosk.devices.registry import build
from kiosk.doctor import examine
from kiosk.rehearsal.simulators import Simulators, named_by
from kiosk.slips.slip import Gap, Pair, Qr, Rule, Slip, Text
from tests.docs.conftest import Install, entry_points
from tests.docs.pages import ROOT, samples, write_samples

PAGE = "docs/architecture.md"
SLIP = Slip(
    name="receipt",
    language="zh-CN",
    lines=(Text("燃气费"), Gap(), Pair("合计", "¥154.00"), Rule(), Qr("T07K20004186")),
)


@pytest.fixture
def configured(tmp_path: Path, install: Install, monkeypatch: pytest.MonkeyPatch) -> Config:
    """The demo's configuration with the sample's printer in the place of ours."""
    folder = tmp_path / "line_printer"
    write_samples(PAGE, tmp_path)
    (folder / "__init__.py").touch()
    for name in ("line_printer", "line_printer.driver"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    install("line-printer", entry_points((folder / "pyproject.toml").read_text()))
    tables = (ROOT / "config.toml").read_text("utf-8").split("[[device]]\n")
    ours = next(table for table in tables if "receipt_printer" in table and table.startswith("name"))
    theirs = samples(PAGE)["line_printer/config.toml"].removeprefix("[[device]]\n")
    path = tmp_path / "config.toml"
    path.write_text("[[device]]\n".join(theirs if table is ours else table for table in tables), "utf-8")
    return load(path)


@pytest.fixture
def simulators(configured: Config, tmp_path: Path) -> Iterator[Simulators]:
    with Simulators(tmp_path / "books", ("line_printer",)) as running:
        yield running


@pytest.fixture
def printer(configured: Config, simulators: Simulators) -> ReceiptPrinter[msgspec.Struct]:
    only = tuple(device for device in configured.devices if device.driver == "line_printer")
    config = resolve_simulators(msgspec.structs.replace(configured, devices=only), simulators.announcements)
    driver = build(msgspec.structs.replace(config.devices[0], settings=_hurried(config.devices[0].settings)))
    assert isinstance(driver, ReceiptPrinter)
    return driver


def _hurried(settings: msgspec.Struct | None) -> msgspec.Struct:
    assert settings is not None
    return msgspec.structs.replace(settings, answer_s=0.3)


async def test_a_slip_on_paper(printer: ReceiptPrinter[msgspec.Struct], simulators: Simulators) -> None:
    await printer.open()
    assert await printer.status() == Ready()
    assert await printer.print(SLIP) == Printed()
    text, gap, pair, rule, code = simulators.books("line_printer")["paper"]
    assert (text, gap, code) == ("燃气费", "", "T07K20004186")
    assert re.fullmatch(r"合计 +¥154\.00", pair)
    assert set(rule) == {"-"}
    await printer.aclose()
    await printer.aclose()


async def test_paper_out_before_a_slip(printer: ReceiptPrinter[msgspec.Struct], simulators: Simulators) -> None:
    await printer.open()
    simulators.arm("line_printer", "paper_out", times=2)
    assert await printer.status() == NeedsAttention(("paper_out",))
    assert await printer.print(SLIP) == NotPrinted("paper_out")
    assert simulators.books("line_printer")["paper"] == []
    await printer.aclose()


async def test_no_proof_of_a_slip(printer: ReceiptPrinter[msgspec.Struct], simulators: Simulators) -> None:
    await printer.open()
    simulators.arm("line_printer", "mute")
    assert isinstance(await printer.print(SLIP), PrintUnknown)
    await printer.aclose()


async def test_switched_off_and_on_again(printer: ReceiptPrinter[msgspec.Struct], simulators: Simulators) -> None:
    await printer.open()
    assert await printer.status() == Ready()
    simulators.stop()
    assert isinstance(await printer.status(), Offline)
    assert await printer.print(SLIP) == NotPrinted("offline")
    await printer.aclose()


def test_a_wrong_setting_of_the_sample_is_named(configured: Config) -> None:
    wrong = configured.path.with_name("wrong.toml")
    wrong.write_text(configured.path.read_text("utf-8").replace("columns = 48", "colums = 48"), "utf-8")
    with pytest.raises(ValueError, match=r"colums.*did you mean \"columns\""):
        load(wrong)


def test_the_doctor_asks_the_sample(configured: Config, tmp_path: Path) -> None:
    """Its simulator is started as the demo starts it: by name, among the others."""
    with Simulators(tmp_path / "demo", named_by(configured)) as running:
        report = examine(configured.path, running.announcements)
    assert not report.problems
    found = next(device for device in report.devices if device.driver == "line_printer")
    assert (found.detail, found.advice) == ("ready", "")
