"""The doctor looks at everything, changes nothing, and says what to do."""

import json
import os
import socket
from pathlib import Path

import pytest

from kiosk import doctor, doctor_machine
from kiosk.devices.drivers import DeviceConfig
from kiosk.devices.health import Busy, Health, NeedsAttention, Offline, Ready, Unknown
from kiosk.doctor import doctor_command, read_health
from kiosk.doctor_machine import examine_confinement, examine_display, examine_fonts, examine_ledger
from tests.config.conftest import Write
from tests.config.outsider import Printer
from tests.config.test_config import GOOD, PRINTER


@pytest.fixture(autouse=True)
def short_patience(outsider: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "PATIENCE", 0.05)
    monkeypatch.setattr(doctor, "ANSWER", 0.2)

    async def nothing(_: DeviceConfig) -> None:
        """What is wrong with a port is found out in test_doctor_ports: here nothing goes into the network."""

    monkeypatch.setattr(doctor, "find_cause", nothing)
    monkeypatch.setattr(doctor_machine, "PEER_S", 0.1)
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.setenv("KEY", "secret")


@pytest.fixture
def answer(monkeypatch: pytest.MonkeyPatch) -> list[Health | Exception]:
    """What the printer answers; the last stays."""
    answers: list[Health | Exception] = []

    async def status(self: Printer) -> Health:
        health = answers[0] if len(answers) == 1 else answers.pop(0)
        if isinstance(health, Exception):
            raise health
        return health

    monkeypatch.setattr(Printer, "status", status)
    return answers


def run(capsys: pytest.CaptureFixture[str], path: Path, *options: str) -> tuple[int, str]:
    """Exit status and what was printed."""
    status = doctor_command(["--config", str(path), *options])
    return status, capsys.readouterr().out


def test_all_is_well(write: Write, capsys: pytest.CaptureFixture[str], answer: list[Health | Exception]) -> None:
    answer.append(Ready(("paper_low",)))
    status, text = run(capsys, write(GOOD + PRINTER))
    assert status == 0
    assert "ok    receipts: ready, paper low (" in text
    assert "driver paper, port socket://10.0.0.9:9100" in text
    assert text.endswith("Nothing to do.\n")


def test_a_printer_that_needs_time_to_come_up(
    write: Write, capsys: pytest.CaptureFixture[str], answer: list[Health | Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "PATIENCE", 10)
    answer += [Offline("not open yet"), Unknown(), Ready()]
    status, text = run(capsys, write(GOOD + PRINTER))
    assert (status, "receipts: ready" in text) == (0, True)


def test_paper_out_cable_out_and_a_broken_driver_are_told_together(
    write: Write, capsys: pytest.CaptureFixture[str], answer: list[Health | Exception]
) -> None:
    path = write(GOOD + PRINTER)
    for health, said, advice in (
        (NeedsAttention(("paper_out",)), "paper out", "put in a new roll"),
        (Offline("no route"), "offline: no route", "check that it is switched on, the network"),
        (ZeroDivisionError("oops"), "the driver failed: ZeroDivisionError: oops", "tell the driver's maintainer"),
    ):
        answer[:] = [health]
        status, text = run(capsys, path)
        assert status == 1
        assert f"TODO  receipts: {said}" in text
        assert f"→ {advice}" in text
        assert text.endswith("There is something to do.\n")


def test_a_driver_that_never_answers(
    write: Write, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def hang(self: Printer) -> Health:
        await self.released.wait()
        return Ready()

    monkeypatch.setattr(Printer, "status", hang)
    status, text = run(capsys, write(GOOD + PRINTER))
    assert (status, "offline: the driver gave no answer in 0.25 s" in text) == (1, True)


def test_what_a_device_says_it_is_is_letters_and_few_and_may_never_come(
    write: Write, capsys: pytest.CaptureFixture[str], answer: list[Health | Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def hang(self: Printer) -> None:
        await self.released.wait()

    answer.append(Ready())
    monkeypatch.setattr(Printer, "ask_identity", hang)
    monkeypatch.setattr(Printer, "identity", "\x1b[2JACME\n80" + "!" * 999)
    status, text = run(capsys, write(GOOD + PRINTER), "--json")
    (device,) = json.loads(text)["devices"]
    assert (status, device["detail"]) == (0, f"ready ({device['identity']})")
    assert device["identity"].rstrip("!") == "[2JACME80"
    assert len(device["identity"]) == 200


def test_a_secret_that_is_not_there(
    write: Write, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("KEY")
    status, text = run(capsys, write(GOOD + PRINTER + 'keys = {a = "file:gone.pem"}\n'))
    assert status == 1
    assert "environment variable KEY is not set; file:gone.pem: No such file or directory" in text


def test_simulators_that_are_not_running_are_no_fault(write: Write, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(GOOD + PRINTER.replace("socket://10.0.0.9:9100", "sim:paper"))
    status, text = run(capsys, path)
    assert (status, "note  receipts: simulated" in text) == (0, True)
    assert "→ start with `kiosk demo`" in text


def test_a_running_demo_is_examined(
    write: Write, capsys: pytest.CaptureFixture[str], answer: list[Health | Exception], tmp_path: Path
) -> None:
    answer.append(Busy())
    announced = {"paper": {"port": "socket://127.0.0.1:9100", "control": "http://127.0.0.1:1", "settings": {}}}
    told = tmp_path / "announced.json"
    told.write_text(json.dumps(announced))
    path = write(GOOD + PRINTER.replace("socket://10.0.0.9:9100", "sim:paper"))
    status, text = run(capsys, path, "--json", "--announcements", str(told))
    report = json.loads(text)
    assert (status, report["needs_doing"]) == (0, False)
    device = report["devices"][0]
    assert (device["port"], device["status"], device["state"]) == ("socket://127.0.0.1:9100", {"type": "busy"}, "ok")
    told.write_text("{")
    assert run(capsys, path, "--announcements", str(told))[0] == 2


def test_a_wrong_configuration_is_all_there_is_to_say(write: Write, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(GOOD.replace("028-8888 1234", "call us"))
    status, text = run(capsys, path, "--json")
    assert status == 1
    assert json.loads(text)["problems"][0].startswith(f"{path}:9: hall.phone: ")


def test_what_cannot_be_recorded(
    write: Write, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(Printer, "port_schemes", ("https",))
    path = write(GOOD + PRINTER.replace("socket://10.0.0.9:9100", "https://10.0.0.9"))
    told = {
        "receipts": "device receipts: only a serial line, socket:// and usb:// are recorded",
        "recepits": "--device names what to record, one of receipts",
    }
    for device, says in told.items():
        command = ["--config", str(path), "--device", device, "--record", str(tmp_path / "talk")]
        assert doctor_command(command) == 2
        assert capsys.readouterr().err == f"kiosk doctor: {says}\n"


@pytest.mark.parametrize("health", [Ready(), Busy()])
def test_nothing_is_advised_for_what_works(health: Health) -> None:
    assert read_health(health, "/dev/ttyUSB0")[1] == ""


def test_a_cable_is_named_where_there_is_one() -> None:
    assert "the cable" in read_health(Offline("gone"), "serial:///dev/ttyUSB0")[1]
    assert "the cable" in read_health(Offline("gone"), "/dev/ttyUSB0")[1]
    assert "the cable" in read_health(Offline("gone"), "usb://04b8:0202")[1]


def test_what_makes_forms_is_kept_from_everything_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert examine_confinement().state == "ok"
    older = tmp_path / "python"
    older.write_text("#!/bin/sh\necho 'no Landlock: Function not implemented'\n")
    older.chmod(0o755)
    monkeypatch.setattr("kiosk.doctor_machine.sys.executable", str(older))
    finding = examine_confinement()
    assert (finding.state, finding.detail) == (
        "todo",
        "what makes them has no Landlock: Function not implemented",
    )


def test_fonts_for_every_name_are_installed_here() -> None:
    assert examine_fonts().state == "ok"


def test_a_missing_font_names_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(doctor_machine.FONTS, "Noto Sans Martian", "fonts-noto-martian")
    finding = examine_fonts()
    assert (finding.state, finding.advice) == ("todo", "apt-get install fonts-noto-martian")


def test_a_machine_without_fontconfig(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert examine_fonts().advice == "apt-get install fontconfig"


def test_the_ledger_is_looked_for_and_not_made(tmp_path: Path) -> None:
    folder = tmp_path / "var" / "ledger"
    assert examine_ledger(folder).state == "note"
    assert not folder.parent.exists()
    folder.mkdir(parents=True)
    (folder / "ledger.db").touch()
    assert examine_ledger(folder).state == "ok"


def test_a_folder_that_is_a_file_and_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "var").touch()
    assert examine_ledger(tmp_path / "var" / "ledger").state == "todo"
    monkeypatch.setattr(doctor_machine, "LEAST_FREE_MB", 10**12)
    finding = examine_ledger(tmp_path)
    assert (finding.state, finding.advice) == ("todo", "make room: a full disk closes money")


def test_a_display_that_answers_and_ones_that_do_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor_machine, "X_SOCKETS", tmp_path)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(os.fspath(tmp_path / "X7"))
        server.listen()
        assert examine_display({"DISPLAY": ":7.0"}).state == "ok"
        assert examine_display({"WAYLAND_DISPLAY": "X7", "XDG_RUNTIME_DIR": str(tmp_path)}).state == "ok"
    for display in (":8", ":x", "nonsense"):
        assert examine_display({"DISPLAY": display}).state == "todo"
    assert examine_display({"WAYLAND_DISPLAY": "X8", "XDG_RUNTIME_DIR": str(tmp_path)}).state == "todo"
    assert examine_display({}).state == "note"
