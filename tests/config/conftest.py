"""An outsider's package, installed as far as entry points can tell."""

import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from kiosk.text.build import build
from kiosk.views.view import LANGUAGES
from tests.config.outsider import DRAWING, ENTRY_POINTS, WORDS

Write = Callable[[str], Path]


@pytest.fixture
def outsider(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The drivers, journeys and commands of `tests.config.outsider` are installed; the folder of its package."""
    site = tmp_path / "site"
    info = site / "outsider-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: outsider\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(ENTRY_POINTS)
    package = site / "outsider"
    for folder in ("i18n", "icons"):
        (package / folder).mkdir(parents=True)
    (package / "__init__.py").write_text("from tests.config.outsider import FREE, PAID\n")
    for language in LANGUAGES:
        (package / "i18n" / f"{language}.po").write_text(WORDS)
    build(package / "i18n")
    for name in ("free", "paid"):
        (package / "icons" / f"{name}.svg").write_text(DRAWING)
    monkeypatch.delitem(sys.modules, "outsider", raising=False)
    monkeypatch.syspath_prepend(site)
    return package


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a configuration and gives its path."""

    def write(text: str) -> Path:
        path = tmp_path / "config.toml"
        path.write_text(textwrap.dedent(text), "utf-8")
        return path

    return write
