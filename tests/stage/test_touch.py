"""A finger on the real screens: real touch events, offscreen."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtTest import QTest

from kiosk.rehearsal.samples import Sample, samples
from kiosk.rehearsal.touch import NotThereError
from kiosk.rehearsal.tree import is_text, items
from kiosk.stage.settings import DisplaySettings
from kiosk.views.view import (
    Answered,
    CalledStaff,
    ChoseLanguage,
    ChoseModes,
    Modes,
    StillHere,
    Touched,
    WentBack,
    WentHome,
)
from tests.stage.conftest import Rig

SAMPLES = {sample.name: sample for sample in samples()}
CONTROLS = {
    "attract": {"primary"},
    "home": {"tile-gas_bill"},
    "home-paused": set(),
    "account": {*(f"key-{digit}" for digit in range(10)), "key-delete", "key-clear", "back"},
    "looking": set(),
    "bill": {"primary", "back"},
    "nothing-owed": {"primary", "secondary"},
    "choose": {"method-wechat", "back"},
    "scan": {"secondary"},
    "done": {"primary", "another"},
    "no-money-kept": {"primary", "another", "print"},
    "unfinished": {"primary", "print"},
    "notice-no-paper": {"primary", "secondary"},
    "staff-called": {"primary"},
    "out-of-service": set(),
    "goodbye": set(),
}
ANSWERS = [
    ("attract", "primary", "start"),
    ("home", "tile-gas_bill", "gas_bill"),
    ("account-typed", "primary", "0123456789"),
    ("bill", "primary", "pay"),
    ("nothing-owed", "primary", "primary"),
    ("nothing-owed", "secondary", "secondary"),
    ("choose", "method-wechat", "wechat"),
    ("scan", "secondary", "cancel"),
    ("done", "primary", "done"),
    ("done", "another", "another"),
    ("no-money-kept", "print", "print"),
    ("unfinished", "print", "print"),
    ("notice-no-paper", "secondary", "secondary"),
    ("staff-called", "primary", "primary"),
]


def texts(stage: Rig) -> str:
    return "\n".join(str(item.property("text")) for item in items(stage.window.root) if is_text(item))


@pytest.mark.parametrize("name", CONTROLS)
def test_every_control_keeps_its_name(stage: Rig, name: str) -> None:
    stage.show(SAMPLES[name])
    there = set(stage.finger.controls())
    assert {"help", "language", "mode-large", "mode-contrast", "call-staff"} <= there
    assert ("home" in there) == SAMPLES[name].can_go_home
    frame = {"help", "language", "mode-large", "mode-contrast", "call-staff", "home", "primary", "back"}
    assert CONTROLS[name] <= there
    assert there - frame == CONTROLS[name] - frame


@pytest.mark.parametrize(("name", "control", "answer"), ANSWERS)
def test_a_touch_answers(stage: Rig, name: str, control: str, answer: str) -> None:
    page = stage.show(SAMPLES[name])
    stage.finger.tap(control)
    assert stage.deeds() == [Answered(page.number, answer)]
    assert Touched() in stage.given


def test_account_number_keeps_leading_zeros_and_stops_at_its_length(stage: Rig) -> None:
    page = stage.show(SAMPLES["account"])
    stage.finger.type("0012345678")
    stage.finger.type("9")
    stage.finger.tap("primary")
    assert stage.deeds() == [Answered(page.number, "0012345678")]


def test_an_account_number_too_short_cannot_be_sent(stage: Rig) -> None:
    stage.show(SAMPLES["account"])
    stage.finger.type("123")
    with pytest.raises(NotThereError):
        stage.finger.tap("primary")


def test_delete_takes_one_digit_and_clear_takes_all(stage: Rig) -> None:
    page = stage.show(SAMPLES["account-typed"])
    stage.finger.tap("key-delete")
    stage.finger.type("1")
    stage.finger.tap("primary")
    stage.finger.tap("key-clear")
    with pytest.raises(NotThereError):
        stage.finger.find("primary")
    assert stage.deeds() == [Answered(page.number, "0123456781")]


def test_a_paused_tile_does_nothing_and_says_why(stage: Rig) -> None:
    stage.show(SAMPLES["home-paused"])
    with pytest.raises(NotThereError):
        stage.finger.find("tile-gas_bill")
    stage.finger.tap(QPoint(540, 800))
    assert stage.deeds() == []
    assert "暂时不能缴费" in texts(stage)


def test_the_frame_of_a_page_is_heard(stage: Rig) -> None:
    page = stage.show(SAMPLES["bill"])
    for control in ("back", "home", "language", "mode-large", "mode-contrast", "call-staff"):
        stage.finger.tap(control)
    assert stage.deeds() == [
        WentBack(page.number),
        WentHome(page.number),
        ChoseLanguage("en"),
        ChoseModes(Modes(large=True)),
        ChoseModes(Modes(contrast=True)),
        CalledStaff(),
    ]


def test_a_second_tap_does_nothing(rig: Callable[[DisplaySettings], Rig]) -> None:
    stage = rig(DisplaySettings(fullscreen=False, motion=False, debounce_ms=400))
    page = stage.show(SAMPLES["bill"])
    point = stage.finger.middle("primary")
    for _ in range(3):
        stage.finger.press(point)
        stage.finger.release(point)
    assert stage.deeds() == [Answered(page.number, "pay")]


def test_a_tap_meant_for_the_page_before_does_nothing(rig: Callable[[DisplaySettings], Rig]) -> None:
    stage = rig(DisplaySettings(fullscreen=False, motion=False, debounce_ms=600_000))
    page = stage.page(SAMPLES["done"])
    stage.window.show(page)
    stage.finger.until(lambda: stage.window.page is page, "the page")
    point = stage.finger.middle("primary")
    stage.finger.press(point)
    stage.finger.release(point)
    assert stage.deeds() == []


def test_a_finger_that_slides_out_changes_its_mind(stage: Rig) -> None:
    stage.show(SAMPLES["bill"])
    point = stage.finger.middle("primary")
    stage.finger.press(point)
    stage.finger.slide(point - QPoint(0, 300))
    stage.finger.release(point - QPoint(0, 300))
    assert stage.deeds() == []


def test_a_slow_press_counts_on_release(stage: Rig) -> None:
    page = stage.show(SAMPLES["bill"])
    point = stage.finger.middle("primary")
    stage.finger.press(point)
    QTest.qWait(1000)  # longer than Qt's own long press
    assert stage.deeds() == []
    stage.finger.release(point)
    assert stage.deeds() == [Answered(page.number, "pay")]


def test_a_press_shows_at_once(stage: Rig) -> None:
    stage.show(SAMPLES["bill"])
    point = stage.finger.middle("primary")
    corner = point + QPoint(0, -30)
    before = stage.finger.picture().pixelColor(corner)
    stage.finger.press(point)
    assert stage.finger.picture().pixelColor(corner) != before
    stage.finger.release(point)


def test_a_palm_that_rests_elsewhere_does_not_stop_a_finger(stage: Rig) -> None:
    page = stage.show(SAMPLES["bill"])
    point, palm = stage.finger.middle("primary"), QPoint(60, 1000)
    touch = QTest.touchEvent(stage.window.view, stage.finger.device)
    touch.press(1, palm, stage.window.view).commit()
    touch.stationary(1).press(0, point, stage.window.view).commit()
    touch.stationary(1).release(0, point, stage.window.view).commit()
    touch.release(1, palm, stage.window.view).commit()
    assert stage.deeds() == [Answered(page.number, "pay")]


def test_language_switch_keeps_the_countdown_and_the_digits(stage: Rig) -> None:
    scan = next(sample for sample in samples() if sample.name == "scan")  # its time runs from now
    page = stage.show(scan)
    screen = stage.screen()
    started = screen.property("startedAt")
    again = stage.page(scan, "en", number=page.number)
    stage.window.show(again)
    stage.finger.until(lambda: stage.window.page is again, "English")
    assert stage.screen().property("startedAt") == started
    assert "Scan with WeChat" in texts(stage)
    assert "left" in texts(stage)


def test_mode_switch_keeps_what_was_typed(stage: Rig) -> None:
    page = stage.show(SAMPLES["account"])
    stage.finger.type("42")
    again = stage.page(SAMPLES["account"], "en", Modes(large=True), number=page.number)
    stage.window.show(again)
    stage.finger.until(lambda: stage.window.page is again, "large print")
    assert stage.screen().property("digits") == "42"


def test_help_lies_over_the_page_and_goes_away(stage: Rig) -> None:
    stage.show(SAMPLES["bill"])
    primary = stage.finger.middle("primary")
    stage.finger.tap("help")
    assert "现在还没有扣钱" in texts(stage)
    stage.finger.tap("help-staff")
    assert stage.deeds() == [CalledStaff()]
    stage.finger.tap("help")
    stage.finger.tap(QPoint(primary.x(), 300))
    stage.finger.tap("help-close")
    assert "现在还没有扣钱" not in texts(stage)
    assert stage.deeds() == [CalledStaff()]


def test_still_here_counts_as_a_touch_and_nothing_else(stage: Rig) -> None:
    stage.show(SAMPLES["bill"])
    primary = stage.finger.middle("primary")
    stage.window.ask_still_here(StillHere(20))
    stage.finger.until(lambda: "still-here" in stage.finger.controls(), "the question")
    stage.given.clear()
    stage.finger.tap("still-here")
    stage.finger.tap(primary)
    assert set(map(type, stage.given)) == {Touched}
    stage.window.ask_still_here(None)
    stage.finger.until(lambda: "still-here" not in stage.finger.controls(), "the page")


def test_a_page_that_slides_settles(rig: Callable[[DisplaySettings], Rig]) -> None:
    stage = rig(DisplaySettings(fullscreen=False, debounce_ms=30))
    stage.show(SAMPLES["home"])
    stage.show(SAMPLES["account"])
    rest = [stage.page(SAMPLES[name]) for name in ("looking", "bill", "scan", "done")]
    for page in rest:  # quicker than any slide
        stage.window.show(page)
    stage.finger.until(lambda: stage.window.page is rest[-1], "the last page")
    stage.finger.see("Outcome")
    stage.finger.tap("another")
    assert stage.deeds() == [Answered(rest[-1].number, "another")]


def test_an_outcome_that_moves_on_stays_where_it_is(stage: Rig) -> None:
    stage.show(SAMPLES["done-printing"])
    screen = stage.screen()
    page = stage.show(Sample(name="", view=SAMPLES["done"].view, position=SAMPLES["done"].position))
    assert stage.screen() == screen
    assert "请取走小票" in texts(stage)
    stage.finger.tap("primary")
    assert stage.deeds() == [Answered(page.number, "done")]


@pytest.mark.parametrize(("name", "left"), [("0", "000"), ("delete", "0123456")])
def test_a_figure_counts_as_often_as_it_is_typed(rig: Callable[[DisplaySettings], Rig], name: str, left: str) -> None:
    """Three noughts in a row are no slips of the finger, as long as they take half a second in all."""
    stage = rig(DisplaySettings(fullscreen=False, motion=False))
    stage.show(SAMPLES["account-typed" if name == "delete" else "account"])
    QTest.qWait(stage.window.display.debounce_ms + 50)  # a touch right after the page changed is for the one before
    for _ in range(3):
        stage.finger.press(f"key-{name}")
        stage.finger.release(f"key-{name}")
        QTest.qWait(150)
    assert [item.property("digits") for item in items(stage.window.root) if item.property("digits")] == [left]
