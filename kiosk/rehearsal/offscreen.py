"""A display that is not there, large enough for every panel: Qt's own offscreen screen is 800×800 and loses touches."""

import json
import os
from pathlib import Path

SIDE = 1920


def use_offscreen(folder: Path) -> None:
    """Let the Qt application that is made next paint offscreen, by the software renderer; `folder` keeps a file."""
    screen = {"name": "panel", "x": 0, "y": 0, "width": SIDE, "height": SIDE, "logicalDpi": 96, "logicalBaseDpi": 96}
    described = folder / "screen.json"
    described.write_text(json.dumps({"screens": [screen | {"dpr": 1}]}), "utf-8")
    os.environ["QT_QPA_PLATFORM"] = f"offscreen:configfile={described}"
    os.environ["QT_QUICK_BACKEND"] = "software"
