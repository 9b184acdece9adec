"""The configuration and the unit of docs/deploy.md: a production terminal that fits together."""

import configparser
import shlex
from pathlib import Path

import pytest

from kiosk.__main__ import main
from kiosk.config import ConfigError, load
from tests.docs.pages import ROOT, samples

PAGE = "docs/deploy.md"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "config.toml"
    path.write_text(samples(PAGE)["config.toml"], "utf-8")
    return path


def test_its_configuration_is_right(config: Path) -> None:
    loaded = load(config)
    assert loaded.terminal.mode == "production"
    assert {device.driver for device in loaded.devices} == {"gas_company_http", "wechat_pay", "alipay", "escpos"}


def test_payment_in_clear_is_refused(config: Path) -> None:
    config.write_text(config.read_text("utf-8").replace("https://api.mch", "http://api.mch"), "utf-8")
    with pytest.raises(ConfigError, match="money is never moved in clear"):
        load(config)


def test_the_doctor_names_the_secrets_that_are_not_there(
    config: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    serial = 'driver = "escpos"\nport = "serial:///dev/serial/by-id/usb-PRINTER?baudrate=19200"'
    here = config.read_text("utf-8").replace(serial, f'driver = "escpos"\nport = "serial://{config.parent}/printer"')
    here = here.replace("/srv/menkou/ledger", str(config.parent / "ledger"))
    config.write_text(here, "utf-8")
    monkeypatch.setattr("kiosk.doctor.PATIENCE", 0.1)
    assert main(["doctor", "--config", str(config)]) == 1
    said = capsys.readouterr().out
    for secret in ("gas.key", "merchant.pem", "wechat.pem", "alipay-app.pem", "alipay.txt"):
        assert f"file:keys/{secret}: No such file or directory" in said


def test_its_unit_starts_the_terminal_where_the_page_put_it() -> None:
    unit = configparser.ConfigParser(interpolation=None)
    unit.read_string(samples(PAGE)["menkou.service"])
    compositor, _, command = unit["Service"]["execstart"].partition(" -- ")
    assert compositor == "/usr/bin/cage -d"
    program, name, option, path = shlex.split(command)
    text = (ROOT / PAGE).read_text("utf-8")
    assert f"`{path}`" in text
    assert program.removesuffix("/.venv/bin/kiosk") in text.split("git clone REPOSITORY ")[1].split("\n")[0]
    assert (name, option) == ("run", "--config")
    loaded = samples(PAGE)["config.toml"]
    assert f'folder = "{unit["Unit"]["requiresmountsfor"]}/ledger"' in loaded
