"""The stage under test: offscreen, large enough for every panel. Any Qt or QML warning fails (see pyproject.toml)."""

import atexit
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtQuick import QQuickItem
from PySide6.QtTest import QTest

from kiosk.rehearsal.offscreen import use_offscreen
from kiosk.rehearsal.samples import HALL, Sample, teach
from kiosk.rehearsal.touch import Finger
from kiosk.rehearsal.tree import items
from kiosk.stage.settings import DisplaySettings
from kiosk.stage.window import StageWindow
from kiosk.views.view import Input, Language, Modes, Page, Touched

folder = tempfile.TemporaryDirectory(prefix="menkou-stage-")
atexit.register(folder.cleanup)
use_offscreen(Path(folder.name))  # before Qt's application, which lasts for all tests
teach()


@pytest.fixture(scope="session")
def qapp_cls() -> type[QGuiApplication]:
    return QGuiApplication


class Rig:
    """A window with a finger before it and everything the resident did behind it."""

    def __init__(self, display: DisplaySettings) -> None:
        self.given: list[Input] = []
        self.window = StageWindow(display, HALL, self._take)
        self.window.open()
        self.finger = Finger(self.window, patience_s=5)
        self._number = 0

    def page(
        self,
        sample: Sample,
        language: Language = "zh_CN",
        modes: Modes | None = None,
        number: int | None = None,
    ) -> Page:
        """`sample` as a page with the next number, or again with `number`."""
        self._number = number or self._number + 1
        return Page(
            number=self._number,
            view=sample.view,
            position=sample.position,
            can_go_back=sample.can_go_back,
            can_go_home=sample.can_go_home,
            previous=sample.previous,
            language=language,
            modes=modes or Modes(),
        )

    def show(self, sample: Sample, language: Language = "zh_CN", modes: Modes | None = None) -> Page:
        """Put `sample` on the screen and wait until it takes touches."""
        page = self.page(sample, language, modes)
        self.window.show(page)
        self.finger.until(lambda: self.window.page is page, "the page")
        self.finger.see(type(sample.view).__name__)
        return page

    def screen(self) -> QQuickItem:
        """The screen that stands there."""
        return next(item for item in items(self.window.root) if item.property("continuous") is not None)

    def deeds(self) -> list[Input]:
        """What was given but for mere touches."""
        return [given for given in self.given if not isinstance(given, Touched)]

    def _take(self, given: Input) -> None:
        self.given.append(given)


@pytest.fixture
def rig(qapp: QGuiApplication) -> Iterator[Callable[[DisplaySettings], Rig]]:
    """Makes rigs and takes them away again."""
    made: list[Rig] = []

    def make(display: DisplaySettings) -> Rig:
        made.append(Rig(display))
        return made[-1]

    yield make
    for one in made:
        one.window.dispose()
    QTest.qWait(1)


@pytest.fixture
def stage(rig: Callable[[DisplaySettings], Rig]) -> Rig:
    """The default panel, without slides and with a short debounce so that tests are quick."""
    return rig(DisplaySettings(fullscreen=False, motion=False, debounce_ms=30))
