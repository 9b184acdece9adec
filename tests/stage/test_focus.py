"""A keyboard, or the twelve keys beside the screen, come to every control of every screen."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest

from kiosk.rehearsal.focus_walk import walk
from kiosk.rehearsal.gallery import PANELS, THEMES, Easel
from kiosk.rehearsal.samples import samples
from kiosk.rehearsal.tree import items
from kiosk.stage.metrics import px_per_mm
from kiosk.views.view import Answered, Touched
from tests.stage.conftest import Rig

SAMPLES = {sample.name: sample for sample in samples()}
MARKED = {
    "home-six",
    "account-typed",
    "bill-six",
    "choose",
    "done",
    "home-help",
    "account-still-here",
    "text-composing",
}
"""Screens whose focus marks are looked at: every kind of control, on every ground."""


@pytest.mark.parametrize(
    ("panel", "theme"),
    [
        ("21.5-portrait", "normal"),
        ("21.5-portrait", "large"),
        ("21.5-portrait", "contrast"),
        ("15.6-portrait", "large"),
        ("21.5-landscape", "normal"),
        ("21.5-landscape", "contrast"),
    ],
)
def test_tab_comes_to_every_control_and_leaves_it(qapp: QGuiApplication, panel: str, theme: str) -> None:
    easel = Easel(PANELS[panel])
    found = []
    for sample in samples():
        if theme == "contrast" and sample.name not in MARKED:
            continue  # its places are those of the normal theme
        shown, _ = easel.show(sample, "en", THEMES[theme])
        marks = sample.name in MARKED and theme != "large"
        problems = walk(easel.stage, shown, px_per_mm(PANELS[panel]), marks=marks)
        found += [f"{sample.name}: {problem}" for problem in problems]
    easel.stage.dispose()
    assert found == []


def test_keys_choose_a_service_and_count_as_being_here(stage: Rig) -> None:
    page = stage.show(SAMPLES["home"])
    QTest.qWait(40)  # the debounce after a new page
    view = stage.window.view
    while view.activeFocusItem().objectName() != "tile-gas_bill":
        QTest.keyClick(view, Qt.Key.Key_Down)
    assert Touched() in stage.given
    QTest.keyClick(view, Qt.Key.Key_Return)
    assert stage.deeds() == [Answered(page.number, "gas_bill")]


def test_a_held_key_chooses_once(stage: Rig) -> None:
    stage.show(SAMPLES["home"])
    QTest.qWait(40)
    QTest.keyClick(stage.window.view, Qt.Key.Key_Tab)
    for _ in range(3):
        QTest.keyClick(stage.window.view, Qt.Key.Key_Return)
    assert stage.window.root.property("helping") is True
    assert stage.deeds() == []


def test_an_unreachable_control_is_found(stage: Rig) -> None:
    stage.show(SAMPLES["home"])
    tile = next(item for item in items(stage.window.root) if item.objectName() == "tile-gas_bill")
    tile.setActiveFocusOnTab(False)
    found = list(walk(stage.window, stage.window.root, 4.0, marks=False))
    assert found == ["Tab does not come to tile-gas_bill"]


def test_a_faint_mark_is_found(stage: Rig) -> None:
    stage.show(SAMPLES["home"])
    QTest.keyClick(stage.window.view, Qt.Key.Key_Tab)
    assert list(walk(stage.window, stage.window.root, 4.0, marks=True)) == []
    for line in next(item for item in items(stage.window.root) if item.objectName() == "focus-ring").childItems():
        line.setOpacity(0.1)
    assert any("px thick" in line for line in walk(stage.window, stage.window.root, 4.0, marks=True))
