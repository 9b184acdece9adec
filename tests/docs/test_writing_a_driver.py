"""docs/writing-a-driver.md: its package is made as the page says, its samples are put in, and all of it passes."""

import inspect
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from kiosk.__main__ import main
from kiosk.config import load
from kiosk.devices.drivers import driver_names
from kiosk.rehearsal.simulators import Simulators
from kiosk.testing.contract import ROLES
from kiosk.testing.scaffold import DEVICES
from tests.docs import quality
from tests.docs.conftest import Install, entry_points
from tests.docs.pages import ROOT, fenced, samples, write_samples

PAGE = "docs/writing-a-driver.md"


@pytest.fixture
def project(tmp_path: Path, install: Install, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the page's first command makes the package; it can be imported, as if the second had installed it."""
    made, installed, _ = (shlex.split(line) for line in fenced(ROOT / PAGE, "sh")[0].splitlines())
    assert installed[:4] == [".venv/bin/python", "-m", "pip", "install"]  # tests/scaffold does that
    assert main([*made[1:-1], str(tmp_path)]) == 0
    project = tmp_path / "acme-reader"
    write_samples(PAGE, project)
    install("acme-reader", entry_points((project / "pyproject.toml").read_text("utf-8")))
    monkeypatch.syspath_prepend(project)
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}:{project}")
    return project


def _run(*command: str, cwd: Path) -> str:
    ran = subprocess.run([sys.executable, "-m", *command], capture_output=True, text=True, check=False, cwd=cwd)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


def test_the_samples_pass_in_the_package(project: Path) -> None:
    names = [name for name in samples(PAGE) if name.startswith("tests/test_")]
    assert len(names) == 2
    assert "3 passed" in _run("pytest", "-q", "-p", "no:cacheprovider", *names, cwd=project)
    _run("ruff", "check", "--no-cache", "--quiet", cwd=project)
    _run("ruff", "format", "--no-cache", "--check", "--quiet", cwd=project)


def test_its_device_in_the_hall_of_the_demo(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The page's commands, at a reader that a simulator plays; it says what the page's recording says."""
    check, look, record = (
        shlex.split(line)[1:]
        for block in fenced(ROOT / PAGE, "sh")[1:]
        for line in block.splitlines()
        if line.startswith(".venv/bin/kiosk ")
    )
    monkeypatch.chdir(project.parent)
    opening, *tables = (ROOT / "config.toml").read_text("utf-8").split("[[device]]\n")
    others = [table for table in tables if 'role = "id_reader"' not in table]
    path = Path("config.toml")
    path.write_text("[[device]]\n".join((opening, *others)) + samples(PAGE)["config.toml"], "utf-8")
    device = load(path).devices[-1]
    assert (device.driver, device.driver_class.__name__) == ("acme_reader", "AcmeReader")
    assert main(check) == 0

    with Simulators(project.parent / "books", ("acme_reader",)) as running:
        path.write_text(path.read_text("utf-8").replace(device.port, running.announcements["acme_reader"].port))
        main(look)  # which finds more to do in this hall: its other devices are played by nobody
        assert "ok    identity: ready (ID-1 1.0) (" in capsys.readouterr().out
        running.do("acme_reader", "lay")
        assert main(record) == 0
    assert _said(Path("well.talk").read_text("ascii")) == _said(samples(PAGE)["tests/recordings/well.talk"])


def _said(talk: str) -> list[str]:
    """Questions and answers of a recording, each once: not when, nor with which number."""
    chunks = (line.split(" ", 2)[1:] for line in talk.splitlines()[1:])
    lines = ((way, bytes.fromhex(raw).decode().partition("\t")[2]) for way, raw in chunks)
    return list(dict.fromkeys(f"{way} {line.rpartition('*')[0]}" for way, line in lines))


def test_every_role_is_told_of() -> None:
    page = (ROOT / PAGE).read_text("utf-8")
    assert set(DEVICES) == set(ROLES)
    for role in DEVICES:
        assert f"| `{role}` | `" in page, "what its contract does by hand"


def test_what_the_contract_does_by_hand_is_what_the_page_says() -> None:
    page = (ROOT / PAGE).read_text("utf-8")
    for role, keeps in ROLES.items():
        (row,) = (line for line in page.splitlines() if line.startswith(f"| `{role}` |"))
        module = inspect.getmodule(keeps)
        assert module is not None
        for word in row.replace(",", " ").split("`")[3::2]:
            if word.isidentifier():
                assert f"`{word}" in (module.__doc__ or "") or f'"{word}"' in (module.__doc__ or ""), word


def test_the_table_of_drivers_is_as_the_facts_are() -> None:
    document = (ROOT / PAGE).read_text("utf-8")
    assert quality.rewritten(document) == document, "`make docs` writes it again"
    assert all(f"| `{name}` |" in document for name in driver_names())


def test_simulators_that_are_other_peoples_programs_start_those() -> None:
    for name, (program, _) in quality.OTHERS.items():
        sources = (ROOT / "drivers" / name).glob("simulator_*.py")
        assert any(f'"{program}"' in source.read_text("utf-8") for source in sources)


def test_levels() -> None:
    assert quality.level("", ("Acme R1, 1.0",)) == "bronze"
    assert quality.level("npm acme", ()) == "silver"
    assert quality.level("npm acme", ("Acme R1, 1.0",)) == "gold"
