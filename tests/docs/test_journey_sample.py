"""The package of docs/adding-a-journey.md, installed as the page says, in the real terminal and in the gallery."""

import logging
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QByteArray
from PySide6.QtGui import QGuiApplication
from PySide6.QtSvg import QSvgRenderer

from kiosk import resources
from kiosk.app import Terminal
from kiosk.config import load
from kiosk.engine import load_journeys
from kiosk.rehearsal.gallery import THEMES, Warnings
from kiosk.rehearsal.touch import Finger
from kiosk.rehearsal.tree import is_text, items
from kiosk.stage.pictures import INK, TINT
from kiosk.views.common import Home
from kiosk.views.view import LANGUAGES
from tests.docs.pages import ROOT, fenced, samples, write_samples

PAGE = "docs/adding-a-journey.md"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the package is installed, by the page's first two commands."""
    folder = tmp_path_factory.mktemp("outside")
    project = folder / "find-window"
    write_samples(PAGE, project)
    (project / "find_window" / "__init__.py").touch()
    compiled, installed, *_ = _commands(project)
    _run(compiled)
    _run([*installed, "--quiet", "--disable-pip-version-check", "--target", str(folder / "site")])
    return folder / "site"


@pytest.fixture
def brought(site: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The package can be imported, and nothing of it stays when the test is over."""
    monkeypatch.setattr(resources, "_known", [resources.HOUSE])
    monkeypatch.syspath_prepend(site)
    yield
    for name in [name for name in sys.modules if name.partition(".")[0] == "find_window"]:
        del sys.modules[name]


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A terminal without devices, with this service alone and one that is not installed."""
    tables = (ROOT / "config.toml").read_text("utf-8").partition("[[device]]")[0]
    path = tmp_path / "config.toml"
    path.write_text(re.sub(r"enabled = .*", 'enabled = ["find_window", "gone"]', tables), "utf-8")
    return path


def _commands(project: Path) -> list[list[str]]:
    """The page's commands, with this Python and the package where it is here."""
    (block,) = fenced(ROOT / PAGE, "sh")
    lines = [shlex.split(line.replace("../find-window", str(project))) for line in block.splitlines()]
    ours = {".venv/bin/python": [sys.executable], ".venv/bin/kiosk": [sys.executable, "-m", "kiosk"]}
    return [[*ours[program], *rest] for program, *rest in lines]


def _run(command: list[str], site: Path | None = None) -> str:
    environment = os.environ | ({"PYTHONPATH": str(site)} if site else {})
    ran = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT, env=environment)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


def test_its_own_test(site: Path) -> None:
    _, _, tested, _ = _commands(site.parent / "find-window")
    assert "2 passed" in _run([*tested, "-p", "no:cacheprovider"], site)


def test_its_pages_in_both_languages_and_every_theme(site: Path, tmp_path: Path) -> None:
    _, _, _, drawn = _commands(site.parent / "find-window")
    out = tmp_path / "pictures"
    assert "0 problems" in _run([*drawn[:-1], str(out)], site)
    for language in LANGUAGES:
        for theme in THEMES:
            names = [path.stem.split("-", 3)[3] for path in sorted(out.glob(f"{language}-{theme}-*.png"))]
            assert names == ["home-find_window", "matter", "matter-help", "housing", "pension", "school"]


@pytest.mark.usefixtures("brought")
def test_by_touch_in_the_real_terminal(
    config: Path, tmp_path: Path, qapp: QGuiApplication, caplog: pytest.LogCaptureFixture
) -> None:
    """Its neighbour cannot be loaded: one line says so, and this one serves."""
    terminal = Terminal(config, fullscreen=False, ledger=tmp_path / "ledger")
    finger = Finger(terminal.window)

    def words() -> list[str]:
        return [str(item.property("text")) for item in items(terminal.window.root) if is_text(item)]

    with Warnings() as warnings:
        terminal.window.open()
        finger.see("Home")
        assert terminal.window.page is not None
        assert isinstance(terminal.window.page.view, Home)
        assert [tile.journey for tile in terminal.window.page.view.tiles] == ["find_window"]
        finger.tap("tile-find_window")
        finger.see("ChooseMatter")
        assert "住房" in words()
        finger.tap("language")
        finger.until(lambda: "Housing" in words(), "English")
        finger.tap("matter-pension")
        finger.see("Notice")
        assert any("window 5" in text.replace("\n", " ").replace("\N{NO-BREAK SPACE}", " ") for text in words())
        finger.tap("primary")
        finger.see("Goodbye")
        assert terminal.close() == 0
        assert warnings.taken() == []
    left_out = [record for record in caplog.records if "left out" in record.getMessage()]
    assert [(record.levelno, record.getMessage()) for record in left_out] == [
        (logging.ERROR, "journey gone is left out: it is not installed")
    ]


@pytest.mark.usefixtures("brought")
def test_its_place_beside_the_services_of_the_house(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    enabled = samples(PAGE)["config.toml"].splitlines()[1]
    path.write_text(re.sub(r"enabled = .*", enabled, (ROOT / "config.toml").read_text("utf-8")), "utf-8")
    names = load(path, thorough=True).journeys.enabled
    assert list(load_journeys(names)) == ["gas_bill", "find_window"]


def test_its_drawing_is_one_of_the_family() -> None:
    svg = samples(PAGE)["find_window/icons/find_window.svg"]
    assert INK in svg
    assert TINT in svg
    drawing = QSvgRenderer(QByteArray(svg.encode()))
    assert drawing.isValid()
    assert drawing.viewBox().width() == drawing.viewBox().height() == 48
