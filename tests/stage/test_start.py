"""What the first frame waits for. A program of its own: only there nothing else has been imported before."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import cast

import pytest
from PySide6.QtCore import QTimer

CONFIG = Path(__file__).parents[2] / "config.toml"

FIRST_FRAME = """
import sys
from pathlib import Path
from PySide6 import QtCore
from kiosk.__main__ import main
from kiosk.app import first_page
from kiosk.config_face import glance
from kiosk.stage.window import StageWindow

def look():
    slow = {"argparse", "asyncio", "logging", "sqlite3", "aiohttp", "importlib.metadata", "kiosk.engine"}
    slow.add("shibokensupport.signature.parser")
    many = {"Qt", "QProcess"}  # PySide builds the one where it is named, the other where it looks for any QObject
    found = sorted(slow & set(sys.modules)) + sorted(many & set(vars(QtCore)))
    sys.stdout.write(f"{type(window.page.view).__name__} {found}\\n")
    window.close()

face = glance(Path(sys.argv[1]))
window = StageWindow(face.display, face.hall, print)
window.show(first_page(face))
window.on_first_frame(look)
window.run()
"""


@pytest.mark.parametrize(("journey", "shown"), [("gas_bill", "Home"), ("of_a_package", "Starting")])
def test_the_first_frame_waits_for_nothing_heavy(tmp_path: Path, journey: str, shown: str) -> None:
    """Also where a service comes from a package of its own, which is looked for after it."""
    config = tmp_path / "config.toml"
    config.write_text(re.sub(r"enabled = .*", f'enabled = ["{journey}"]', CONFIG.read_text("utf-8")), "utf-8")
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run(
        [sys.executable, "-c", FIRST_FRAME, str(config)],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stdout == f"{shown} []\n", done.stderr


def test_a_call_that_does_not_fit_says_what_would() -> None:
    """Though set-up keeps PySide from reading its signatures at the start."""
    with pytest.raises(TypeError, match=r"QTimer\.setInterval\(str\)\nSupported signatures:\n.*\(msec: int, /\)"):
        QTimer().setInterval(cast("int", "soon"))
