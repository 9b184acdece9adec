"""The keyboard under a finger, in the real window."""

import gc
import weakref
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from msgspec.structs import replace
from PySide6.QtCore import QPoint, Qt
from PySide6.QtQuick import QQuickItem
from PySide6.QtTest import QTest

from kiosk.rehearsal.gallery import PANELS
from kiosk.rehearsal.samples import Sample, samples
from kiosk.rehearsal.samples_typing import ADDRESS, NAME
from kiosk.rehearsal.tree import items, place
from kiosk.stage.settings import DisplaySettings
from kiosk.text.catalogue import Said
from kiosk.views.typing import EnterText
from kiosk.views.view import Answered, Modes
from tests.stage.conftest import Rig

SAMPLES = {sample.name: sample for sample in samples()}
ASK = Sample(name="ask", view=ADDRESS, can_go_back=True)


@dataclass
class Writer:
    """A finger that types."""

    stage: Rig

    def type(self, keys: str) -> None:
        """Keys by name with blanks between them; a word of letters or digits is pressed one by one."""
        for name in keys.split():
            named = name in {"delete", "clear", "space", "digits", "symbols", "latin", "pinyin", "part", "shift"}
            for key in [name] if named or not (name.isascii() and name.isalnum()) else name:
                self.stage.finger.tap(f"key-{key}")

    def text(self) -> str:
        """What stands in the field, without letters that still wait."""
        return str(self._keyboard().property("text"))

    def waiting(self) -> str:
        """The letters that wait to become words."""
        return str(self._keyboard().property("composing"))

    def typists(self) -> int:
        """For how many keyboards something is remembered."""
        return len(self.stage.window._keyboards._typists)

    def _keyboard(self) -> QQuickItem:
        return [item for item in items(self.stage.window.root) if item.objectName() == "keyboard"][-1]


@pytest.fixture
def writer(stage: Rig) -> Writer:
    return Writer(stage)


@pytest.fixture
def narrow(rig: Callable[[DisplaySettings], Rig]) -> Writer:
    return Writer(rig(replace(PANELS["15.6-portrait"], debounce_ms=30)))


def test_a_word_is_typed_chosen_and_answered(writer: Writer) -> None:
    page = writer.stage.show(ASK)
    writer.type("tianfu")
    assert writer.waiting() == "tian'fu"
    assert "primary" not in writer.stage.finger.controls(), "letters that wait are no answer"
    writer.stage.finger.tap("pick-1")
    assert (writer.text(), writer.waiting()) == ("天府", "")
    writer.type("digits 12 栋")
    writer.stage.finger.tap("primary")
    assert writer.stage.deeds() == [Answered(page.number, "天府12栋")]


def test_all_words_stand_in_the_place_of_the_keys(writer: Writer) -> None:
    writer.stage.show(ASK)
    writer.type("yan")
    writer.stage.finger.tap("candidates-more")
    there = set(writer.stage.finger.controls())
    assert {"pick-0", "pick-20", "page-down", "candidates-less"} <= there
    assert not {"key-a", "page-up"} & there
    writer.stage.finger.tap("page-down")
    assert "pick-0" not in writer.stage.finger.controls()
    writer.stage.finger.tap("page-up")
    writer.stage.finger.tap("candidates-less")
    assert "key-a" in writer.stage.finger.controls()
    assert writer.waiting() == "yan"
    writer.stage.finger.tap("candidates-more")
    writer.stage.finger.tap("pick-20")
    assert len(writer.text()) == 1
    assert "key-a" in writer.stage.finger.controls()


def test_a_held_delete_repeats_and_stops_where_the_finger_leaves(writer: Writer) -> None:
    writer.stage.show(replace_view(text="天福和园社区科技路甲一号"))
    point = writer.stage.finger.middle("key-delete")
    writer.stage.finger.press(point)
    writer.stage.finger.until(lambda: len(writer.text()) <= 9, "three characters gone")
    writer.stage.finger.slide(point - QPoint(0, 500))
    left = writer.text()
    QTest.qWait(300)
    writer.stage.finger.release(point - QPoint(0, 500))
    assert writer.text() == left
    writer.stage.finger.tap("key-delete")
    assert writer.text() == left[:-1]


def test_a_finger_that_slides_off_a_key_types_nothing(writer: Writer) -> None:
    writer.stage.show(ASK)
    point = writer.stage.finger.middle("key-a")
    writer.stage.finger.press(point)
    writer.stage.finger.slide(point - QPoint(0, 400))
    writer.stage.finger.release(point - QPoint(0, 400))
    assert writer.waiting() == ""


def test_a_pressed_key_shows_at_once(writer: Writer) -> None:
    writer.stage.show(ASK)
    corner = place(writer.stage.finger.find("key-g")).topLeft().toPoint() + QPoint(20, 20)
    before = writer.stage.finger.picture().pixelColor(corner)
    writer.stage.finger.press(writer.stage.finger.middle("key-g"))
    assert writer.stage.finger.picture().pixelColor(corner) != before
    writer.stage.finger.release(writer.stage.finger.middle("key-g"))


def test_a_touch_puts_the_caret_into_the_text(writer: Writer) -> None:
    writer.stage.show(replace_view(text="天园"))
    line = next(item for item in items(writer.stage.window.root) if item.inherits("QQuickTextEdit"))
    character = line.property("font").pixelSize()
    writer.stage.finger.tap(place(line).topLeft().toPoint() + QPoint(character, character // 2))
    writer.type("fu")
    writer.stage.finger.tap("pick-0")
    assert len(writer.text()) == 3
    assert (writer.text()[0], writer.text()[2]) == ("天", "园")


def test_modes_and_language_keep_what_was_typed(writer: Writer) -> None:
    page = writer.stage.show(ASK)
    writer.type("tianfu")
    writer.stage.finger.tap("pick-1")
    writer.type("he")
    again = writer.stage.page(ASK, "en", Modes(large=True), number=page.number)
    writer.stage.window.show(again)
    writer.stage.finger.until(lambda: writer.stage.window.page is again, "large print")
    assert (writer.text(), writer.waiting()) == ("天府", "he")
    writer.stage.finger.tap("candidates-more")
    writer.stage.finger.tap("pick-0")
    assert writer.text() == "天府和"


def test_back_brings_the_earlier_answer(writer: Writer) -> None:
    page = writer.stage.page(ASK)
    again = replace(page, previous="天福和园 3 栋")
    writer.stage.window.show(again)
    writer.stage.finger.until(lambda: writer.stage.window.page is again, "the page again")
    assert writer.text() == "天福和园 3 栋"


def test_the_next_question_has_a_keyboard_of_its_own(rig: Callable[[DisplaySettings], Rig]) -> None:
    """While one page slides away and the other comes, both keyboards are there."""
    stage = rig(DisplaySettings(fullscreen=False, motion=True, debounce_ms=30))
    writer = Writer(stage)
    stage.show(Sample(name="name", view=NAME))
    writer.type("zhangwei")
    stage.finger.tap("pick-0")
    page = stage.page(ASK)
    stage.window.show(page)
    stage.finger.until(lambda: stage.window.page is page, "the next page")
    assert writer.text() == ""
    stage.finger.see("EnterText")
    assert writer.typists() == 1
    writer.type("tianfu")
    stage.finger.tap("pick-1")
    assert writer.text() == "天府"


def test_nothing_is_remembered_when_the_page_is_gone(writer: Writer) -> None:
    writer.stage.show(ASK)
    writer.type("tianfu")
    writer.stage.finger.tap("pick-1")
    writer.type("zhangwei")
    (typist,) = writer.stage.window._keyboards._typists.values()
    traces: list[weakref.ref[object]] = [weakref.ref(typist), weakref.ref(typist._composer)]
    del typist
    gc.disable()  # gone at once, not when the collector comes by
    try:
        writer.stage.show(SAMPLES["goodbye"])
        writer.stage.finger.until(lambda: writer.typists() == 0, "the keyboard gone")
        assert [trace() for trace in traces] == [None, None]
    finally:
        gc.enable()
    assert writer.stage.window.root.property("typed") is None


def test_a_call_for_the_staff_keeps_what_was_typed(writer: Writer) -> None:
    writer.stage.show(ASK)
    writer.type("tianfu")
    writer.stage.finger.tap("pick-1")
    writer.stage.show(SAMPLES["staff-called"])
    writer.stage.finger.until(lambda: writer.typists() == 0, "the keyboard gone")
    writer.stage.show(ASK)
    assert writer.text() == "天府"
    writer.stage.show(SAMPLES["staff-called"])
    writer.stage.finger.until(lambda: writer.typists() == 0, "the keyboard gone")
    writer.stage.show(SAMPLES["attract"])  # whoever called did not come back
    writer.stage.show(ASK)
    assert writer.text() == ""


def test_a_keyboard_beside_the_screen_types_too(writer: Writer) -> None:
    """What it was at goes away with another layer, and with the words: it is never left at nothing."""
    writer.stage.show(ASK)
    view = writer.stage.window.view

    def press(name: str) -> None:
        for _ in range(60):
            item = view.activeFocusItem()
            if item is not None and item.objectName() == name:
                break
            QTest.keyClick(view, Qt.Key.Key_Tab)
        assert view.activeFocusItem().objectName() == name
        QTest.qWait(40)  # the debounce of a key
        QTest.keyClick(view, Qt.Key.Key_Return)

    press("key-y")
    press("key-i")
    press("pick-1")
    assert len(writer.text()) == 1
    assert view.activeFocusItem().objectName().startswith("key-")
    press("key-digits")
    assert view.activeFocusItem().objectName().startswith("key-")
    press("key-1")
    press("key-pinyin")
    press("key-y")
    press("candidates-more")
    assert view.activeFocusItem().objectName() == "pick-0"
    press("candidates-less")
    press("key-delete")
    press("primary")
    assert isinstance(writer.stage.deeds()[-1], Answered)


def test_nine_keys_on_a_narrow_panel(narrow: Writer) -> None:
    page = narrow.stage.show(Sample(name="name", view=NAME))
    assert "key-q" not in narrow.stage.finger.controls()
    assert {"key-side-0", "key-side-1"} <= set(narrow.stage.finger.controls())
    assert "key-side-2" not in narrow.stage.finger.controls(), "there is nothing to choose there"
    narrow.type("94264934 side-1")
    assert narrow.waiting() == "zhang'wei"
    narrow.stage.finger.tap("pick-0")
    narrow.stage.finger.tap("primary")
    assert narrow.stage.deeds() == [Answered(page.number, "张伟")]


def test_letters_on_a_narrow_panel(narrow: Writer) -> None:
    page = narrow.stage.show(Sample(name="name", view=NAME))
    narrow.type("latin l i u space y u")
    narrow.stage.finger.tap("primary")
    assert narrow.stage.deeds() == [Answered(page.number, "Liu Yu")]


def test_what_may_be_left_out_can_be_left_out(writer: Writer) -> None:
    phone = EnterText(title=Said("sample.phone"), kind="phone", most=12, optional=True)
    page = writer.stage.show(Sample(name="phone", view=phone))
    writer.stage.finger.tap("primary")
    assert writer.stage.deeds() == [Answered(page.number, "")]


def test_an_identity_number_may_end_in_x(writer: Writer) -> None:
    number = EnterText(title=Said("sample.id_number"), kind="id_number", most=18, text="11010519491231002")
    page = writer.stage.show(Sample(name="number", view=number))
    writer.stage.finger.tap("key-X")
    writer.stage.finger.tap("key-1")  # there is no room for a nineteenth
    writer.stage.finger.tap("primary")
    assert writer.stage.deeds() == [Answered(page.number, "11010519491231002X")]


def replace_view(*, text: str) -> Sample:
    """The address page with something on it."""
    return Sample(name="filled", view=replace(ADDRESS, text=text))
