"""Every view has a screen, and the screen asks for exactly what the view carries."""

import re
from importlib import import_module
from pkgutil import iter_modules

import msgspec
import pytest
from PySide6.QtQml import QQmlComponent

import kiosk.views
from kiosk.journeys.installed import views_of
from kiosk.rehearsal.gallery import Warnings
from kiosk.rehearsal.samples import samples
from kiosk.resources import HOUSE
from kiosk.stage.convert import property_name
from kiosk.text.catalogue import catalogue
from kiosk.views.common import Goodbye
from kiosk.views.view import LANGUAGES, View
from tests.stage.conftest import Rig

for module in iter_modules(kiosk.views.__path__, "kiosk.views."):
    import_module(module.name)
VIEWS = [view for view in views_of(HOUSE) if view is not View]


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
    assert stage.window.screen_url(Goodbye).endswith("/screens/Goodbye.qml")
