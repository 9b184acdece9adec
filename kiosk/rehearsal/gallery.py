"""`kiosk gallery --out DIR`: every screen in every language and theme as a picture, and what a program finds wrong.

The screens of installed journeys from outside are drawn too, or with `--journey NAME` alone.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Self, cast

from PySide6.QtCore import Q_ARG, QMessageLogContext, QMetaObject, QRect, Qt, QtMsgType, qInstallMessageHandler
from PySide6.QtGui import QImage, QPainter
from PySide6.QtQuick import QQuickItem
from PySide6.QtTest import QTest

from kiosk.journeys.installed import JourneyError
from kiosk.rehearsal.gallery_checks import Sight, contrasts, edges, geometry
from kiosk.rehearsal.offscreen import use_offscreen
from kiosk.rehearsal.outsiders import Samples, outsiders, samples_of
from kiosk.rehearsal.samples import HALL, Sample, samples, teach
from kiosk.rehearsal.tree import items
from kiosk.stage.metrics import px_per_mm
from kiosk.stage.settings import DisplaySettings
from kiosk.stage.window import StageWindow
from kiosk.views.view import LANGUAGES, Language, Modes, Page, StillHere

PANELS = {
    "21.5-portrait": DisplaySettings(fullscreen=False, motion=False),
    "15.6-portrait": DisplaySettings(diagonal_inch=15.6, width=768, height=1366, fullscreen=False, motion=False),
    "21.5-landscape": DisplaySettings(width=1920, height=1080, fullscreen=False, motion=False),
}
THEMES = {"normal": Modes(), "large": Modes(large=True), "contrast": Modes(contrast=True)}
THUMB = 270
LEAST = 4.5
LEAST_CONTRAST = 7.0
LEAST_EDGE = 3.0


class Warnings:
    """While entered, what Qt and QML complain about: a missing message, a binding loop, a lost picture."""

    def __enter__(self) -> Self:
        self.lines: list[str] = []
        self._before = qInstallMessageHandler(self._take)
        return self

    def __exit__(self, *_: object) -> None:
        qInstallMessageHandler(self._before)

    def taken(self) -> list[str]:
        """What came since the last call."""
        lines, self.lines = self.lines, []
        return lines

    def _take(self, kind: QtMsgType, context: QMessageLogContext, message: str) -> None:
        if kind not in {QtMsgType.QtDebugMsg, QtMsgType.QtInfoMsg}:
            self.lines.append(message)


class Easel:
    """Shows samples on one panel."""

    def __init__(self, display: DisplaySettings) -> None:
        self.stage = StageWindow(display, HALL, lambda _: None)
        self.stage.open()
        self._px = px_per_mm(display)
        self._number = 0

    def show(self, sample: Sample, language: Language, modes: Modes) -> tuple[QQuickItem, QImage]:
        """Show `sample`; what is to be looked at, the window or what lies over it, and the picture of all."""
        self._number += 1
        self.stage.ask_still_here(None)
        self.stage.show(
            Page(
                number=self._number,
                view=sample.view,
                direction="none",
                position=sample.position,
                can_go_back=sample.can_go_back,
                can_go_home=sample.can_go_home,
                previous=sample.previous,
                language=language,
                modes=modes,
            )
        )
        QTest.qWait(1)
        if sample.keys:
            keyboard = next(item for item in items(self.stage.root) if item.objectName() == "keyboard")
            QMetaObject.invokeMethod(keyboard, "feed", Q_ARG("QString", sample.keys))
        if sample.over == "help":
            self.stage.root.setProperty("helping", True)
        elif sample.over == "still_here":
            self.stage.ask_still_here(StillHere(20))
        QTest.qWait(1)
        picture = self.stage.grab()  # lays the page out, too
        return self._top(), picture

    def problems(self, shown: QQuickItem, modes: Modes, picture: QImage | None) -> Iterator[str]:
        """Everything wrong with what is shown; contrast only where there is a `picture` of it."""
        seen = Sight(shown)
        yield from geometry(seen, self._px)
        if picture is not None:
            yield from contrasts(seen, picture, LEAST_CONTRAST if modes.contrast else LEAST)
            yield from edges(seen, picture, self._px, LEAST_EDGE)

    def _top(self) -> QQuickItem:
        over = [item for item in items(self.stage.root) if item.property("overlay") is True]
        return over[-1] if over else self.stage.root


def survey(
    panel: str,
    themes: tuple[str, ...] = tuple(THEMES),
    out: Path | None = None,
    shows: Sequence[Samples] = (samples,),
    languages: tuple[Language, ...] = LANGUAGES,
) -> Iterator[str]:
    """Look at every sample on `panel`; lines of what is wrong. With `out`, the pictures go there."""
    easel = Easel(PANELS[panel])
    with Warnings() as warnings:
        for language in languages:
            for theme in themes:
                thumbs: list[tuple[str, QImage]] = []
                for number, sample in enumerate(chain.from_iterable(show() for show in shows), start=1):
                    shown, picture = easel.show(sample, language, THEMES[theme])
                    where = f"{panel} {language} {theme} {sample.name}"
                    for problem in [*easel.problems(shown, THEMES[theme], picture), *warnings.taken()]:
                        yield f"{where}: {problem}"
                    if out is not None:
                        picture.save(str(out / f"{language}-{theme}-{number:02d}-{sample.name}.png"))
                        thumbs.append((sample.name, picture.scaledToWidth(THUMB, _smooth())))
                if out is not None:
                    _sheet(thumbs).save(str(out / f"{language}-{theme}.png"))
    easel.stage.dispose()


def gallery_command(argv: list[str]) -> int:
    """Draw the gallery; 1 when something is wrong, which is printed line by line."""
    parser = argparse.ArgumentParser(prog="kiosk gallery", description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="folder for the pictures; made if missing")
    parser.add_argument("--journey", choices=outsiders(), help="only this one, of those in packages of their own")
    options = parser.parse_args(argv)
    out = cast("Path", options.out)
    out.mkdir(parents=True, exist_ok=True)
    for old in out.glob("*.png"):
        old.unlink()
    shows: list[Samples] = [] if options.journey else [samples]
    found = 0
    for name in [options.journey] if options.journey else outsiders():
        try:
            shows.append(samples_of(name))
        except JourneyError as error:
            sys.stdout.write(f"journey {name}: {error}\n")
            found += 1
    teach()
    with TemporaryDirectory() as folder:
        use_offscreen(Path(folder))
        for panel in PANELS if shows else ():
            for problem in survey(panel, out=out if panel == next(iter(PANELS)) else None, shows=shows):
                sys.stdout.write(f"{problem}\n")
                found += 1
    pictures = len(list(out.glob("*.png")))
    sys.stdout.write(f"gallery: {pictures} pictures in {out}, {found} problems\n")
    return 1 if found else 0


def _sheet(thumbs: list[tuple[str, QImage]]) -> QImage:
    columns = 7
    height = max(image.height() for _, image in thumbs) + 40
    sheet = QImage(columns * (THUMB + 20) + 20, -(-len(thumbs) // columns) * height + 20, QImage.Format.Format_RGB32)
    sheet.fill(Qt.GlobalColor.lightGray)
    painter = QPainter(sheet)
    for place, (name, image) in enumerate(thumbs):
        x, y = 20 + place % columns * (THUMB + 20), 10 + place // columns * height
        painter.drawImage(x, y, image)
        painter.drawText(QRect(x, y + image.height(), THUMB, 30), Qt.AlignmentFlag.AlignCenter, name)
    painter.end()
    return sheet


def _smooth() -> Qt.TransformationMode:
    return Qt.TransformationMode.SmoothTransformation
