"""Every view has a screen, and the screen asks for exactly what the view carries."""

import re

import msgspec
import pytest
from PySide6.QtQml import QQmlComponent

from kiosk.rehearsal.gallery import Warnings
from kiosk.rehearsal.samples import samples
from kiosk.stage.convert import property_name
from kiosk.text.catalogue import catalogue
from kiosk.views import common, gas, lists, payment
from kiosk.views.view import LANGUAGES, View
from tests.stage.conftest import Rig

VIEWS = [
    value
    for module in (common, gas, lists, payment)
    for value in vars(module).values()
    if isinstance(value, type) and issubclass(value, View) and value is not View
]


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.__name__)
def test_a_view_and_its_screen_agree(stage: Rig, view: type[View]) -> None:
    screen = QQmlComponent(stage.window.view.engine(), stage.window.screen_url(view))
    assert not screen.isError(), screen.errorString()
    with Warnings():  # its bindings complain, as they may: it is made without its properties, and Qt names each one
        made = screen.create()
    wanted = set(re.findall(r"Required property (\w+) was not initialized", screen.errorString()))
    assert wanted == {property_name(field.name) for field in msgspec.structs.fields(view)}
    assert (made is None) == bool(wanted)
    if made is not None:
        made.deleteLater()


def test_every_view_is_in_the_gallery() -> None:
    assert {type(sample.view) for sample in samples()} == set(VIEWS)


def test_every_view_has_help() -> None:
    for view in VIEWS:
        assert f"help.{view.__name__}" in catalogue(LANGUAGES[0]).table


def test_a_view_from_outside_has_its_screen_in_its_own_package(stage: Rig) -> None:
    class Weather(View, frozen=True, kw_only=True):
        pass

    assert stage.window.screen_url(Weather).endswith("/tests/screens/Weather.qml")
    assert stage.window.screen_url(common.Goodbye).endswith("/screens/Goodbye.qml")
