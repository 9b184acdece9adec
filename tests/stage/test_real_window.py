"""One screen in a real X window: the same pixels as offscreen, and it can be touched."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtGui import QColor, QImage

from kiosk.rehearsal.samples import samples
from tests.stage.conftest import Rig

PAINT = Path(__file__).with_name("paint.py")


@pytest.fixture
def display(tmp_path: Path) -> Iterator[str]:
    """An X server of the default panel's size; its name."""
    program = shutil.which("Xvfb")
    assert program, "Xvfb is not installed (scripts/setup installs it)"
    reading, writing = os.pipe()
    command = [program, "-displayfd", str(writing), "-screen", "0", "1080x1920x24", "-nolisten", "tcp"]
    with (tmp_path / "xvfb.log").open("wb") as log:
        server = subprocess.Popen(command, pass_fds=[writing], stderr=log)
    os.close(writing)
    with os.fdopen(reading) as number:
        yield f":{number.readline().strip()}"
    server.terminate()
    server.wait(10)


def test_a_real_window_shows_and_feels_the_same(display: str, stage: Rig, tmp_path: Path) -> None:
    target = tmp_path / "bill.png"
    environment = {key: value for key, value in os.environ.items() if not key.startswith("QT_")}
    done = subprocess.run(
        [sys.executable, str(PAINT), "bill", str(target)],
        env=environment | {"DISPLAY": display, "QT_QPA_PLATFORM": "xcb", "PYTHONPATH": str(PAINT.parents[2])},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "xcb True\n", "")
    page = stage.page(next(sample for sample in samples() if sample.name == "bill"))
    stage.window.show(page)
    stage.finger.see("ConfirmBill")
    here, there = stage.window.grab(), QImage(str(target))
    assert there.size() == here.size()
    assert far(here, there) < 0.002


def far(one: QImage, other: QImage) -> float:
    """The share of sampled pixels whose colors differ visibly."""
    differ = total = 0
    for y in range(0, one.height(), 5):
        for x in range(0, one.width(), 5):
            a, b = QColor(one.pixel(x, y)), QColor(other.pixel(x, y))
            total += 1
            differ += max(abs(a.red() - b.red()), abs(a.green() - b.green()), abs(a.blue() - b.blue())) > 32
    return differ / total
