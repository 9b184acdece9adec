"""What the first frame waits for. A program of its own: only there nothing else has been imported before."""

import os
import subprocess
import sys
from pathlib import Path

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
    slow = {"asyncio", "sqlite3", "aiohttp", "importlib.metadata", "kiosk.engine"} & set(sys.modules)
    sys.stdout.write(f"{window.page.view.tiles[0].journey} {sorted(slow)} {'Qt' in vars(QtCore)}\\n")
    window.close()

face = glance(Path(sys.argv[1]))
window = StageWindow(face.display, face.hall, print)
window.show(first_page(face))
window.on_first_frame(look)
window.run()
"""


def test_the_first_frame_waits_for_nothing_heavy() -> None:
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run(
        [sys.executable, "-c", FIRST_FRAME, str(CONFIG)],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stdout == "gas_bill [] False\n", done.stderr
