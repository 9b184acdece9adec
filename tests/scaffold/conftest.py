"""A package of each role, as `kiosk driver new` makes it, in one folder for all tests of this run."""

import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.testing.scaffold import DEVICES, scaffold
from tests.docs.conftest import entry_points


@pytest.fixture(scope="session")
def projects(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder in which they lie, `acme-id-reader` and the others."""
    out = tmp_path_factory.mktemp("scaffold")
    for role in DEVICES:
        scaffold(f"acme_{role}", role, out)
    return out


@pytest.fixture
def installed(projects: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """All are installed, as far as imports and entry points can tell, here and in every process that is started."""
    for project in projects.iterdir():
        pyproject = (project / "pyproject.toml").read_text("utf-8")
        name = tomllib.loads(pyproject)["project"]["name"]
        info = tmp_path / f"{name.replace('-', '_')}-0.1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 0.1.0\n")
        (info / "entry_points.txt").write_text(entry_points(pyproject))
    paths = [str(tmp_path), *map(str, sorted(projects.iterdir()))]
    for path in paths:
        monkeypatch.syspath_prepend(path)
    monkeypatch.setenv("PYTHONPATH", ":".join(paths))
    yield
    for name in [name for name in sys.modules if name.startswith("acme_")]:
        del sys.modules[name]
