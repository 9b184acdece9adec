"""The window: paints pages, passes on touches, and does nothing else. Lives on the main thread.

The engine's thread calls `show` and `ask_still_here`; they queue frozen values and return. What the resident does goes
to `post`, on the main thread: it must only pass the input on.

Nothing here names `QtCore.Qt`: to make its hundreds of enumerations takes longer than to paint the first frame.
"""

import os
import time
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any, cast
from zoneinfo import ZoneInfo

from msgspec.structs import replace
from PySide6.QtCore import QObject, QTimer, QUrl, Signal
from PySide6.QtGui import QColor, QCursor, QFont, QGuiApplication, QImage, QPixmap
from PySide6.QtQuick import QQuickItem, QQuickView

from kiosk import resources
from kiosk.stage.clock import clock_texts
from kiosk.stage.convert import Plain, page_values
from kiosk.stage.hooks import Hooks
from kiosk.stage.metrics import px_per_mm
from kiosk.stage.pictures import provide
from kiosk.stage.settings import DisplaySettings, HallInfo
from kiosk.stage.typing import Keyboards
from kiosk.text.catalogue import catalogue
from kiosk.views.view import (
    LANGUAGES,
    Answered,
    CalledStaff,
    ChoseLanguage,
    ChoseModes,
    Input,
    Language,
    Modes,
    Page,
    StillHere,
    Touched,
    View,
    WentBack,
    WentHome,
)

FONTS = ("Noto Sans CJK SC", "HanaMinB")
"""Noto lacks most rare characters of names; Hanazono has them."""
UNBROKEN = str.maketrans({" ": "\N{NO-BREAK SPACE}", "-": "\N{NON-BREAKING HYPHEN}"})
"""A telephone number stays on one line."""
SCREENS = resources.HOUSE.screens


class _Calls(QObject):
    """What is asked of the main thread. Made there: what another thread asks is queued, what it asks itself is not.

    The slots are this object's, not plain functions, so that Qt knows the thread they belong to.
    """

    page = Signal(object, object)
    question = Signal(object)
    ending = Signal(int)

    def __init__(
        self,
        show: Callable[[Page, dict[str, Plain]], None],
        ask: Callable[[StillHere | None], None],
        end: Callable[[int], None],
    ) -> None:
        super().__init__()
        self._show, self._ask, self._end = show, ask, end
        self.page.connect(self._on_page)
        self.question.connect(self._on_question)
        self.ending.connect(self._on_ending)

    def _on_page(self, page: Page, values: dict[str, Plain]) -> None:
        self._show(page, values)

    def _on_question(self, question: StillHere | None) -> None:
        self._ask(question)

    def _on_ending(self, code: int) -> None:
        self._end(code)


class StageWindow:
    """The terminal's window. One a process; made and used on the main thread, except where a method says otherwise."""

    def __init__(
        self, display: DisplaySettings, hall: HallInfo, post: Callable[[Input], None], *, fit: bool = False
    ) -> None:
        """Load what frames every screen; nothing is visible before `open`. Raises `RuntimeError` if it cannot.

        With `fit` the panel is drawn smaller, in proportion, where this desktop's screen is smaller than the panel.
        """
        _set_out(display)
        running = QGuiApplication.instance()
        self._app = running if isinstance(running, QGuiApplication) else QGuiApplication(["kiosk"])
        font = QFont()
        font.setFamilies(FONTS)
        QGuiApplication.setFont(font)
        self.display = _fitted(display) if fit else display
        self.hall = hall
        self.page: Page | None = None
        """The page on the screen."""
        self.language: Language = LANGUAGES[0]
        self._post = post
        self._catalogue = catalogue(self.language)
        self._code = 0
        self._calls = _Calls(self._show, self._ask, self._end)
        self.view = QQuickView()
        self.root = self._load()

    def screen_url(self, view: type[View]) -> str:
        """Where the QML of `view` is: ours, or in the package of the journey from outside that defines it."""
        return QUrl.fromLocalFile(str(resources.screen(view))).toString()

    def show(self, page: Page) -> None:
        """Put a page on the screen. Any thread. Values become text on the caller's: there a missing message raises."""
        self._calls.page.emit(page, page_values(page, self.screen_url(type(page.view))))

    def ask_still_here(self, question: StillHere | None) -> None:
        """Lay the question over the page, or take it away. Any thread."""
        self._calls.question.emit(question)

    def close(self, code: int = 0) -> None:
        """Let `run` return `code`. Any thread."""
        self._calls.ending.emit(code)

    def open(self) -> None:
        """Make the window visible."""
        if self.display.fullscreen:
            nothing = QPixmap(1, 1)
            nothing.fill(QColor(0, 0, 0, 0))
            self.view.setCursor(QCursor(nothing))
            self.view.showFullScreen()
        else:
            self.view.show()

    def on_first_frame(self, then: Callable[[], None]) -> None:
        """Call `then` on the main thread when the first frame is on the screen."""

        def once() -> None:
            self.view.frameSwapped.disconnect(once)
            then()

        self.view.frameSwapped.connect(once)

    def every(self, seconds: float, call: Callable[[], None]) -> None:
        """Call it on the main thread again and again, until `dispose`."""
        timer = QTimer(self._calls)
        timer.timeout.connect(partial(call))  # somebody's method alone would be held only weakly
        timer.start(max(1, round(seconds * 1000)))

    def run(self) -> int:
        """Open the window and paint until `close`, SIGTERM or SIGINT; the exit code (see `hooks.BROKEN`)."""
        with Hooks(self.close):
            self.open()
            self._app.exec()
        return self._code

    def grab(self) -> QImage:
        """What is on the screen now."""
        return self.view.grabWindow()

    def dispose(self) -> None:
        """Take the window and its screens out of memory, before the process or a test ends."""
        for timer in self._calls.findChildren(QTimer):
            timer.stop()
        self.view.close()
        self.view.deleteLater()

    def _load(self) -> QQuickItem:
        engine = self.view.engine()
        engine.addImportPath(str(SCREENS.parent))
        provide(engine)
        self.view.setTitle("Menkou")
        self.view.setResizeMode(QQuickView.ResizeMode.SizeRootObjectToView)
        self.view.resize(self.display.width, self.display.height)
        self.view.setInitialProperties({"panel": self._panel(), "words": self._words(), "hall": self._hall()})
        self.view.setSource(QUrl.fromLocalFile(str(SCREENS / "Main.qml")))
        root = self.view.rootObject()
        if not isinstance(root, QQuickItem):
            raise RuntimeError("; ".join(error.toString() for error in self.view.errors()))
        self._listen(root)
        self._keyboards = Keyboards(root)
        return root

    def _panel(self) -> dict[str, Plain]:
        return {
            "pxPerMm": px_per_mm(self.display),
            "motion": self.display.motion,
            "debounce": self.display.debounce_ms,
            "panelWidth": self.display.width,
            "panelHeight": self.display.height,
        }

    def _words(self) -> dict[str, Plain]:
        return {"language": self.language, "table": {**self._catalogue.table}}

    def _hall(self) -> dict[str, Plain]:
        named = {"name": self.hall.named(self.language), "phone": self.hall.phone.translate(UNBROKEN)}
        return {**named, "front": self._front(), **self._time()}

    def _front(self) -> dict[str, Plain]:
        front = self.hall.front
        mm = 1 / px_per_mm(self.display)
        return {
            "width": front.width_mm,
            "height": front.height_mm,
            "screenX": front.screen_left_mm,
            "screenY": front.screen_top_mm,
            "screenWidth": self.display.width * mm,
            "screenHeight": self.display.height * mm,
            "paperX": front.paper.x_mm,
            "paperY": front.paper.y_mm,
            "readerX": front.reader.x_mm,
            "readerY": front.reader.y_mm,
            "scannerX": front.scanner.x_mm,
            "scannerY": front.scanner.y_mm,
            "identityX": front.identity.x_mm,
            "identityY": front.identity.y_mm,
            "sheetsX": front.sheets.x_mm,
            "sheetsY": front.sheets.y_mm,
        }

    def _listen(self, root: QQuickItem) -> None:
        heard = cast("Any", root)  # signals that QML declares are unknown to Python's types
        heard.answered.connect(lambda number, value: self._post(Answered(number, value)))
        heard.wentBack.connect(lambda number: self._post(WentBack(number)))
        heard.wentHome.connect(lambda number: self._post(WentHome(number)))
        heard.touched.connect(lambda: self._post(Touched()))
        heard.choseLanguage.connect(self._chose_language)
        heard.choseModes.connect(lambda large, contrast: self._post(ChoseModes(Modes(large=large, contrast=contrast))))
        heard.minutePassed.connect(self._tell_time)
        heard.calledStaff.connect(lambda: self._post(CalledStaff()))

    def _chose_language(self) -> None:
        following = LANGUAGES[(LANGUAGES.index(self.language) + 1) % len(LANGUAGES)]
        self._post(ChoseLanguage(following))

    def _show(self, page: Page, values: dict[str, Plain]) -> None:
        self.page = page
        if catalogue(page.language) is not self._catalogue:  # another language, or words that a journey brought
            self._speak(page.language)
        self._keyboards.turn(page.view)
        self.root.setProperty("page", values)

    def _ask(self, question: StillHere | None) -> None:
        self.root.setProperty("stillHere", 0 if question is None else question.seconds)

    def _end(self, code: int) -> None:
        self._code = self._code or code
        QTimer.singleShot(0, self._app.quit)  # also when the loop has not begun

    def _speak(self, language: Language) -> None:
        self.language = language
        self._catalogue = catalogue(language)
        self.root.setProperty("words", self._words())
        self.root.setProperty("hall", self._hall())

    def _tell_time(self) -> None:
        self.root.setProperty("hall", self._time())

    def _time(self) -> dict[str, Plain]:
        """Now, as the screens show it."""
        now = datetime.fromtimestamp(time.time(), ZoneInfo(self.hall.timezone))
        clock, date = clock_texts(now, self._catalogue)
        return {"time": clock, "date": date}


def _set_out(display: DisplaySettings) -> None:
    """Say what Qt reads from the environment when it starts."""
    if display.backend == "software":
        os.environ["QT_QUICK_BACKEND"] = "software"
    os.environ.setdefault("FONTCONFIG_FILE", str(resources.FONTS))
    os.environ.setdefault("DBUS_SESSION_BUS_ADDRESS", "disabled:")  # where no desktop is, Qt would start a bus for one


def _fitted(display: DisplaySettings) -> DisplaySettings:
    room = QGuiApplication.primaryScreen().availableSize()
    title_bar = 40  # px, of the desktop's own
    scale = min(1.0, room.width() / display.width, (room.height() - title_bar) / display.height)
    return replace(display, width=int(display.width * scale), height=int(display.height * scale))
