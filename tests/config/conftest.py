"""An outsider's package, installed as far as entry points can tell."""

import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.config.outsider import ENTRY_POINTS

Write = Callable[[str], Path]


@pytest.fixture
def outsider(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The drivers, journeys and commands of `tests.config.outsider` are installed."""
    site = tmp_path / "site"
    info = site / "outsider-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: outsider\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(ENTRY_POINTS)
    monkeypatch.syspath_prepend(site)


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a configuration and gives its path."""

    def write(text: str) -> Path:
        path = tmp_path / "config.toml"
        path.write_text(textwrap.dedent(text), "utf-8")
        return path

    return write
