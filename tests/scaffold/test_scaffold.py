"""What `kiosk driver new` makes works as it is: its own tests, lint and types, the contract, the demo."""

import re
import runpy
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path
from typing import get_args

import msgspec
import pytest

from kiosk.__main__ import main
from kiosk.config import load
from kiosk.devices.device import Role
from kiosk.doctor import examine
from kiosk.rehearsal.simulators import Simulators, named_by
from kiosk.testing.scaffold import DEVICES, scaffold
from tests.docs.pages import ROOT

INSTALLED = ("payment_method", "gas_company")
"""The roles whose packages are built and installed, and their tests run there."""
LONG = "a_name_that_is_as_long_as_can_be"


def run(*command: str | Path, cwd: Path = ROOT) -> str:
    """Its output; it has to succeed."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=cwd)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture
def environment(projects: Path, tmp_path: Path) -> Path:
    """A new virtual environment with Menkou and two packages in it, built and installed without a network.

    What these depend on is not installed again: one .pth file shows it in the environment that runs this test.
    """
    environment = tmp_path / "environment"
    venv.create(environment, symlinks=True)
    site = _site(environment)
    (site / "dependencies.pth").write_text(f"import site; site.addsitedir({sysconfig.get_path('purelib')!r})\n")
    pip = (sys.executable, "-m", "pip", "--python", environment / "bin" / "python", "--disable-pip-version-check")
    built = [projects / project_of(role) for role in INSTALLED]
    run(*pip, "install", "--quiet", "--no-index", "--no-deps", "--no-build-isolation", "--editable", ROOT, *built)
    return environment


def _site(environment: Path) -> Path:
    return Path(sysconfig.get_path("purelib", vars={"base": str(environment)}))


def project_of(role: str) -> str:
    """The folder of its package."""
    return f"acme-{role}".replace("_", "-")


def test_every_role_has_a_template() -> None:
    assert set(DEVICES) == set(get_args(Role))


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize("role", sorted(DEVICES.keys() - set(INSTALLED)))
def test_it_keeps_the_contract(role: str, projects: Path) -> None:
    """By the one line in its own tests."""
    tests = runpy.run_path(str(projects / project_of(role) / "tests" / f"test_acme_{role}.py"))
    tests["test_contract"]()


def test_lint_and_types(projects: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the longest name too: no line gets too long, and none wants to be broken otherwise."""
    for role in DEVICES:
        scaffold(LONG, role, tmp_path / role)
    folders = [*map(str, projects.iterdir()), *(str(tmp_path / role) for role in DEVICES)]
    run(sys.executable, "-m", "ruff", "check", "--no-cache", "--quiet", *folders)
    run(sys.executable, "-m", "ruff", "format", "--no-cache", "--check", "--quiet", *folders)
    monkeypatch.setenv("MYPYPATH", ":".join(map(str, projects.iterdir())))
    packages = [str(package) for project in projects.iterdir() for package in project.glob("acme_*")]
    run(sys.executable, "-m", "mypy", *packages)


def test_built_installed_and_paid_with(
    environment: Path, projects: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a vendor's engineer does: pip, its own tests, the doctor, and a resident who pays at the real terminal."""
    built = [projects / project_of(role) for role in INSTALLED]
    said = run(environment / "bin" / "python", "-m", "pytest", "-p", "no:cacheprovider", "-q", *built, cwd=projects)
    assert re.search(r"\d\d\d passed", said)

    path = ROOT / "config.toml"
    opening, *tables = path.read_text("utf-8").split("[[device]]\n")
    ours = [table for table in tables if 'driver = "escpos"' in table]
    readmes = ((project / "README.md").read_text("utf-8") for project in built)
    theirs = [table for readme in readmes for table in re.findall(r"\[\[device\]\]\n(.*?)```", readme, re.DOTALL)]
    opening = re.sub(r"enabled = .*", 'enabled = ["gas_bill", "rate_service"]', opening)
    configured = tmp_path / "config.toml"
    configured.write_text("[[device]]\n".join((opening, *ours, *theirs)), "utf-8")
    toured = ("tour", "gas_bill", "--pay", "card", "--config", configured, "--out", tmp_path / "tour")
    assert "the books of all parties agree" in run(environment / "bin" / "kiosk", *toured)

    monkeypatch.syspath_prepend(_site(environment))
    monkeypatch.setenv("PYTHONPATH", str(_site(environment)))
    with Simulators(tmp_path / "books", named_by(load(configured))) as running:
        found = examine(configured, running.announcements).devices
        told, talk = tmp_path / "announced.json", tmp_path / "talk"
        told.write_bytes(msgspec.json.encode(running.announcements))
        where = ["--config", str(configured), "--announcements", str(told)]
        assert main(["doctor", *where, "--device", "card", "--record", str(talk)]) == 0
    replayed = configured.with_name("replayed.toml")
    replayed.write_text(configured.read_text("utf-8").replace("sim:acme_payment_method", f"replay://{talk}"), "utf-8")
    assert examine(replayed, {}).devices[1].detail == "ready (PAY-1 1.0)"
    assert [(device.name, device.state) for device in found] == [("receipts", "ok"), ("card", "ok"), ("gas", "ok")]
    assert [device.detail for device in found[1:]] == ["ready (PAY-1 1.0)", "ready (GAS-1 1.0)"]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("Acme", "--role", "id_reader"), "'Acme' cannot be a driver's name"),
        (("acme-reader", "--role", "id_reader"), "as in acme_reader"),
        (("a" * 33, "--role", "id_reader"), "up to 32"),
        (("json", "--role", "id_reader"), "there is a driver or a package 'json' already"),
        (("escpos", "--role", "receipt_printer"), "there is a driver or a package 'escpos' already"),
        (("acme", "--role", "toaster"), "no role 'toaster'; the roles are receipt_printer, payment_method"),
        (("taken", "--role", "id_reader"), "taken exists already"),
        (("acme", "--role", "id_reader", "--out", "a-file"), "a-file"),
    ],
)
def test_what_cannot_be_made_is_told(
    words: tuple[str, ...],
    says: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "taken").mkdir()
    (tmp_path / "a-file").touch()
    assert main(["driver", "new", *words]) == 1
    told = capsys.readouterr().err
    assert told.startswith("kiosk driver new: ")
    assert says in told
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["a-file", "taken"]


def test_it_says_what_to_do_next(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["driver", "new", "acme_reader", "--role", "id_reader", "--out", str(tmp_path)]) == 0
    project = tmp_path / "acme-reader"
    said = capsys.readouterr().out
    assert f"pip install --no-deps --no-build-isolation -e {project}\n" in said
    assert (project / "README.md").is_file()
    assert "@" not in "".join(path.read_text("utf-8") for path in project.rglob("*.md"))
