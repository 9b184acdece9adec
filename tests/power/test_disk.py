"""The disk that forgets: what a real process wrote, with and without syncing, after a power cut."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from kiosk.rehearsal.chaos.plan import Draw
from kiosk.rehearsal.power import disk

BEGIN = "import os, sys; from pathlib import Path; from kiosk.rehearsal.power import disk; folder = Path(sys.argv[1]);"
WATCH = "assert disk.watch(folder, Path(sys.argv[2]));"


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    built = disk.build(tmp_path_factory.mktemp("library"))
    assert built is not None
    return built


def everything(most: int) -> int:
    """Draws that lose nothing that may be kept."""
    return most - 1


def after_a_cut(library: Path, tmp_path: Path, script: str, below: disk.Below | None) -> dict[str, bytes]:
    """The files of a folder in which `old` was there before a process did `script` and the power went."""
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "old").write_bytes(b"o" * 2048)
    platter = disk.Disk(folder)
    journal = tmp_path / "journal"
    command = [sys.executable, "-c", BEGIN + WATCH + script, str(folder), str(journal)]
    subprocess.run(command, env={**os.environ, "LD_PRELOAD": str(library)}, check=True, timeout=60)
    platter.play(journal)
    platter.cut(below)
    return {path.name: path.read_bytes() for path in folder.iterdir()}


OVERWRITE = "f = os.open(folder / 'old', os.O_RDWR); os.pwrite(f, b'n' * 1024, 512);"
CREATE = "g = os.open(folder / 'new', os.O_RDWR | os.O_CREAT); os.write(g, b'hello'); os.fsync(g);"
SYNC_FOLDER = "d = os.open(folder, os.O_RDONLY); os.fsync(d);"


@pytest.mark.parametrize(
    ("script", "left"),
    [
        (OVERWRITE, {"old": b"o" * 2048}),
        (OVERWRITE + "os.fdatasync(f)", {"old": b"o" * 512 + b"n" * 1024 + b"o" * 512}),
        (OVERWRITE + "os.ftruncate(f, 600); os.fsync(f)", {"old": b"o" * 512 + b"n" * 88}),
        (CREATE, {"old": b"o" * 2048}),
        (CREATE + SYNC_FOLDER, {"old": b"o" * 2048, "new": b"hello"}),
        ("os.rename(folder / 'old', folder / 'moved');", {"old": b"o" * 2048}),
        ("os.rename(folder / 'old', folder / 'moved');" + SYNC_FOLDER, {"moved": b"o" * 2048}),
        ("os.unlink(folder / 'old');", {"old": b"o" * 2048}),
        ("os.unlink(folder / 'old');" + SYNC_FOLDER, {}),
    ],
)
def test_what_was_not_synced_is_gone(library: Path, tmp_path: Path, script: str, left: dict[str, bytes]) -> None:
    assert after_a_cut(library, tmp_path, script, None) == left


def test_a_disk_may_have_written_all_of_it(library: Path, tmp_path: Path) -> None:
    left = after_a_cut(library, tmp_path, OVERWRITE + CREATE, everything)
    assert left == {"old": b"o" * 512 + b"n" * 1024 + b"o" * 512, "new": b"hello"}


def test_a_disk_may_have_written_any_sector(library: Path, tmp_path: Path) -> None:
    seen = set()
    journal = tmp_path / "journal"
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "old").write_bytes(b"o" * 2048)
    before = {n: disk.Disk(folder) for n in range(40)}
    command = [sys.executable, "-c", BEGIN + WATCH + OVERWRITE, str(folder), str(journal)]
    subprocess.run(command, env={**os.environ, "LD_PRELOAD": str(library)}, check=True, timeout=60)
    for n, platter in before.items():
        platter.play(journal)
        platter.cut(Draw(f"sectors {n}").below)
        content = (folder / "old").read_bytes()
        seen.add(bytes(content[start] for start in range(0, 2048, 512)))
    assert seen == {b"oooo", b"onoo", b"oono", b"onno"}
