"""The gallery's checks pass for every screen, and they can fail."""

from pathlib import Path

import pytest
from PySide6.QtCore import QUrl
from PySide6.QtGui import QColor, QGuiApplication
from PySide6.QtQml import QQmlComponent
from PySide6.QtQuick import QQuickItem

from kiosk.rehearsal.gallery import PANELS, survey
from kiosk.rehearsal.gallery_checks import Sight, contrast, contrasts, edges, geometry
from kiosk.rehearsal.samples import samples
from kiosk.views.view import LANGUAGES
from tests.stage.conftest import Rig

WRONG = """
import QtQuick
Item {
    width: 400; height: 400
    Text { objectName: "cut"; width: 20; text: "一二三四五"; font.pixelSize: 40 }
    Text { y: 100; text: "small"; font.pixelSize: 12 }
    Text { y: 200; text: "一"; font.pixelSize: 40 }
    Text { y: 210; text: "二"; font.pixelSize: 40 }
    Item { objectName: "tiny"; property bool touchTarget: true; y: 300; width: 40; height: 40 }
    Item { objectName: "near"; property bool touchTarget: true; x: 42; y: 300; width: 90; height: 90 }
    Item { objectName: "qr"; property int codeSide: 100 }
}
"""


@pytest.mark.parametrize("theme", ["normal", "large"])
@pytest.mark.parametrize("panel", PANELS)
def test_nothing_is_cut_crowded_small_or_pale(qapp: QGuiApplication, panel: str, theme: str) -> None:
    """On the first panel in both languages, on the others in that with the longer lines; `make gallery` draws all."""
    languages = LANGUAGES if panel == next(iter(PANELS)) else ("en",)
    assert list(survey(panel, (theme,), languages=languages)) == []


def test_nothing_is_pale_in_high_contrast(qapp: QGuiApplication) -> None:
    """Everything has the normal theme's size and place."""
    assert list(survey("21.5-portrait", ("contrast",), languages=("zh_CN",))) == []


def test_the_checks_find_what_is_wrong(stage: Rig) -> None:
    component = QQmlComponent(stage.window.view.engine())
    component.setData(WRONG.encode(), QUrl("file:///wrong.qml"))
    made = component.create()
    assert isinstance(made, QQuickItem)
    made.setParentItem(stage.window.root)
    found = "\n".join(geometry(Sight(made), 4.0))
    for words in (
        "is wider than its place",
        "3.0 mm type",
        "overlaps",
        "tiny is 10.0",
        "apart, not 3",
        "qr is 25.0 mm",
    ):
        assert words in found
    made.deleteLater()


def test_pale_words_are_found(stage: Rig) -> None:
    stage.show(next(samples()))
    picture = stage.window.grab()
    seen = Sight(stage.window.root)
    assert list(contrasts(seen, picture, 4.5)) == []
    assert list(contrasts(seen, picture, 21)) != []


PALE = """
import QtQuick
Rectangle {
    width: 400; height: 400; color: "#f7f3eb"
    Rectangle { objectName: "pale"; property bool touchTarget: true; x: 50; y: 50; width: 90; height: 90
                color: "#fffdf9"; border.color: "#c9c3b6"; border.width: 2 }
    Rectangle { objectName: "framed"; property bool touchTarget: true; x: 200; y: 50; width: 90; height: 90
                color: "#fffdf9"; border.color: "#73726a"; border.width: 2 }
    Item { objectName: "drawn"; property bool touchTarget: true; property bool bare: true; x: 50; y: 250
           width: 90; height: 90
           Rectangle { x: 40; y: 20; width: 10; height: 10; color: "#17312d" } }
    Item { objectName: "faint"; property bool touchTarget: true; property bool bare: true; x: 200; y: 250
           width: 90; height: 90
           Rectangle { x: 40; y: 20; width: 10; height: 10; color: "#c9c3b6" } }
}
"""


def test_pale_controls_are_found(stage: Rig) -> None:
    component = QQmlComponent(stage.window.view.engine())
    component.setData(PALE.encode(), QUrl("file:///pale.qml"))
    made = component.create()
    assert isinstance(made, QQuickItem)
    made.setParentItem(stage.window.root)
    found = list(edges(Sight(made), stage.window.grab(), 4.0, 3.0))
    assert [line.split()[0] for line in found] == ["pale", "faint"]
    made.deleteLater()


def test_contrast_as_wcag_computes_it() -> None:
    assert contrast(QColor("#000000"), QColor("#ffffff")) == pytest.approx(21)
    assert contrast(QColor("#767676"), QColor("#ffffff")) == pytest.approx(4.54, abs=0.01)


def test_no_screen_has_a_color_or_a_millimetre_of_its_own() -> None:
    screens = Path(__file__).parents[2] / "screens"
    for source in [*screens.glob("*.qml"), *screens.glob("components/*.qml")]:
        text = source.read_text("utf-8")
        assert '"#' not in text, source.name
        assert "mm(" not in text, source.name
