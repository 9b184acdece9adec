"""The workbench as a window on the display, or as a picture without one."""

import argparse
import os
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from time import monotonic

from PySide6.QtCore import QSocketNotifier
from PySide6.QtTest import QTest

from kiosk.rehearsal.offscreen import use_offscreen
from kiosk.rehearsal.workbench.desk import Desk

PICTURE_S = 10.0
PICTURE_SIZE = (1320, 1000)
KINDNESS = 5
"""The terminal's own process goes first on a busy machine."""


def show(controls: Mapping[str, str], options: argparse.Namespace) -> int:
    """Serve until the window is closed, the process is asked to end, or (`until_eof`) whoever started it is gone."""
    os.nice(KINDNESS)
    desk = Desk(controls, options.ledger, options.language)
    desk.show_page(options.page)
    desk.place(options.beside)
    watch = None
    if options.until_eof:
        watch = QSocketNotifier(sys.stdin.fileno(), QSocketNotifier.Type.Read)
        watch.activated.connect(desk.end)
    try:
        return desk.run()
    finally:
        desk.close()


def picture(controls: Mapping[str, str], options: argparse.Namespace) -> int:
    """Save what the window shows once everybody was looked at; 1 if somebody did not answer."""
    with tempfile.TemporaryDirectory(prefix="menkou-workbench-") as scratch:
        use_offscreen(Path(scratch))
        desk = Desk(controls, options.ledger, options.language)
        desk.show_page(options.page)
        desk.view.resize(*PICTURE_SIZE)
        desk.view.show()
        deadline = monotonic() + PICTURE_S
        while monotonic() < deadline and not desk.ready():
            QTest.qWait(50)
        QTest.qWait(100)
        ready = desk.ready()
        desk.grab().save(str(options.picture))
        desk.close()
    return 0 if ready else 1
