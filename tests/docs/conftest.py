"""What a reader of the pages has: an installed package of their own, and a window."""

import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.stage.conftest import qapp_cls, rig, stage

__all__ = ["install", "qapp_cls", "rig", "stage"]

Install = Callable[[str, str], None]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Installs a package whose code is in `tmp_path`, as far as imports and entry points can tell, here and in
    every process that is started: `install("name", entry points as of a dist-info)`."""

    def install(name: str, points: str) -> None:
        info = tmp_path / f"{name}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(points)
        monkeypatch.syspath_prepend(tmp_path)
        monkeypatch.setenv("PYTHONPATH", str(tmp_path))

    return install


def entry_points(pyproject: str) -> str:
    """The entry points of a `pyproject.toml` as a wheel carries them."""
    groups: dict[str, dict[str, str]] = tomllib.loads(pyproject)["project"]["entry-points"]
    return "".join(
        f"[{group}]\n" + "".join(f"{name} = {value}\n" for name, value in points.items())
        for group, points in groups.items()
    )
