"""The window as the engine's thread and the operating system meet it."""

import os
import signal
import sys
import threading
from collections.abc import Callable
from typing import Any, cast

import msgspec
import pytest
import zxingcpp
from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QFont, QFontInfo, QFontMetrics, QGuiApplication, QImage

from kiosk.rehearsal.samples import samples
from kiosk.stage.hooks import BROKEN
from kiosk.stage.metrics import px_per_mm
from kiosk.stage.settings import DisplaySettings
from tests.stage.conftest import Rig

SAMPLES = {sample.name: sample for sample in samples()}


class Emitter(QObject):
    happened = Signal(object)


def test_signals_do_not_wear_out_true(qapp: QGuiApplication) -> None:
    # PySide6 6.12.0 drops a reference to True with each emit and aborts Python 3.11 after some 600 of them.
    emitter = Emitter()
    heard: list[object] = []
    emitter.happened.connect(heard.append)
    before = sys.getrefcount(True)
    for _ in range(200):
        emitter.happened.emit(True)
    assert heard == [True] * 200
    heard.clear()
    assert sys.getrefcount(True) >= before - 20


def test_pages_come_from_another_thread_in_order(stage: Rig) -> None:
    pages = [stage.page(SAMPLES[name]) for name in ("home", "account", "looking", "bill", "scan") * 10]

    def engine() -> None:
        for page in pages:
            stage.window.show(page)

    thread = threading.Thread(target=engine)
    thread.start()
    stage.finger.until(lambda: stage.window.page is pages[-1], "the last page")
    thread.join()
    assert stage.window.root.property("shownNumber") == pages[-1].number


def test_the_wallet_code_can_be_scanned(stage: Rig) -> None:
    stage.show(SAMPLES["scan"])
    image = stage.window.grab().convertToFormat(QImage.Format.Format_Grayscale8)
    pixels = memoryview(image.constBits()).cast("B", shape=[image.height(), image.bytesPerLine()])
    found = zxingcpp.read_barcode(pixels)
    assert found is not None
    assert found.text == "weixin://wxpay/bizpayurl?pr=p4lpSuKzz"


def test_the_clock_is_told_when_nothing_moves(rig: Callable[[DisplaySettings], Rig]) -> None:
    """A slide would wait for Python, which may be busy."""
    stage = rig(DisplaySettings(fullscreen=False))
    stage.show(SAMPLES["home"])
    root = stage.window.root
    clock = next(found for found in root.findChildren(QObject) if found.objectName() == "clock")
    told: list[object] = []
    cast("Any", root).minutePassed.connect(lambda: told.append(root.property("settled")))
    clock.setProperty("interval", 5)
    stage.finger.until(lambda: told == [True], "the time")
    clock.setProperty("told", 0)
    stage.window.show(msgspec.structs.replace(stage.page(SAMPLES["account"]), direction="forward"))
    stage.finger.until(lambda: root.property("settled") is False, "a slide")
    assert clock.property("running") is False
    stage.finger.until(lambda: told == [True, True], "the time after the slide")


def test_a_rare_character_of_a_name_has_a_glyph(stage: Rig) -> None:
    font = QFont(QGuiApplication.font())
    assert font.families() == ["Noto Sans CJK SC", "HanaMinB"]
    assert QFontInfo(font).family() == "Noto Sans CJK SC"
    assert QFontMetrics(font).inFontUcs4(ord("张"))
    assert QFontMetrics(QFont("HanaMinB")).inFontUcs4(0x2A6D6)  # the end of Extension B, which Noto lacks


def test_figures_of_amounts_are_equally_wide(stage: Rig) -> None:
    font = QFont(QGuiApplication.font())
    font.setBold(True)
    assert len({QFontMetrics(font).horizontalAdvance(digit) for digit in "0123456789"}) == 1


@pytest.mark.parametrize(
    ("display", "expected"),
    [
        (DisplaySettings(), 4.034),
        (DisplaySettings(diagonal_inch=15.6, width=768, height=1366), 3.955),
        (DisplaySettings(diagonal_inch=15.6, width=1080, height=1920), 5.560),
    ],
)
def test_a_millimetre_comes_from_the_panel_not_from_the_system(display: DisplaySettings, expected: float) -> None:
    assert px_per_mm(display) == pytest.approx(expected, abs=0.001)


def run_and(rig: Callable[[DisplaySettings], Rig], deed: Callable[[], None]) -> int:
    stage = rig(DisplaySettings(fullscreen=False, motion=False))
    QTimer.singleShot(0, deed)
    return stage.window.run()


def test_sigterm_ends_the_window(rig: Callable[[DisplaySettings], Rig]) -> None:
    assert run_and(rig, lambda: os.kill(os.getpid(), signal.SIGTERM)) == 0
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


def test_an_exception_in_another_thread_ends_the_window(
    rig: Callable[[DisplaySettings], Rig], capfd: pytest.CaptureFixture[str]
) -> None:
    def engine() -> None:
        raise RuntimeError("the engine is gone")

    assert run_and(rig, threading.Thread(target=engine).start) == BROKEN
    assert "the engine is gone" in capfd.readouterr().err


def test_close_is_heard_from_another_thread(rig: Callable[[DisplaySettings], Rig]) -> None:
    stage = rig(DisplaySettings(fullscreen=False, motion=False))
    threading.Timer(0, stage.window.close, [3]).start()
    assert stage.window.run() == 3
