"""Paints one sample on whatever display there is: `paint.py NAME FILE`. A process of its own, for a real X window."""

import sys
from pathlib import Path

from PySide6.QtGui import QGuiApplication

from kiosk.rehearsal.samples import HALL, samples, teach
from kiosk.rehearsal.touch import Finger
from kiosk.stage.settings import DisplaySettings
from kiosk.stage.window import StageWindow
from kiosk.views.view import Answered, Input, Page

if __name__ == "__main__":
    name, target = sys.argv[1], Path(sys.argv[2])
    sample = next(sample for sample in samples() if sample.name == name)
    teach()
    given: list[Input] = []
    window = StageWindow(DisplaySettings(motion=False, debounce_ms=50), HALL, given.append)
    window.open()
    finger = Finger(window)
    window.show(Page(number=1, view=sample.view, position=sample.position, can_go_back=True, can_go_home=True))
    finger.see(type(sample.view).__name__)
    window.grab().save(str(target))
    finger.tap("primary")
    sys.stdout.write(f"{QGuiApplication.platformName()} {Answered(1, 'pay') in given}\n")
