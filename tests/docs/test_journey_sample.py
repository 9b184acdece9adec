"""The journey of docs/adding-a-journey.md: its conversation, its words, its screen."""

import asyncio
import importlib.util
import sys
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from types import ModuleType
from typing import cast

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from PySide6.QtCore import QByteArray, QUrl
from PySide6.QtSvg import QSvgRenderer

from kiosk.engine import load_journeys
from kiosk.host import Host
from kiosk.rehearsal.gallery import Warnings
from kiosk.rehearsal.gallery_checks import geometry
from kiosk.rehearsal.samples import Sample
from kiosk.services import Services
from kiosk.stage.metrics import px_per_mm
from kiosk.stage.pictures import INK, TINT
from kiosk.text.build import check
from kiosk.text.catalogue import catalogue
from kiosk.views.common import Goodbye, Home, Notice
from kiosk.views.view import LANGUAGES, Answered, Input, Modes, Page, StillHere, View, WentBack
from kiosk.visit import VisitSettings
from tests.docs.conftest import Install, entry_points
from tests.docs.pages import ROOT, samples, write_samples
from tests.stage.conftest import Rig

PAGE = "docs/adding-a-journey.md"
MODULES = ("kiosk.views.windows", "kiosk.journeys.find_window")


@pytest.fixture
def sample(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The sample's modules where the page says they lie, and its words; the module of the journey."""
    files = write_samples(PAGE, tmp_path)
    for name in MODULES:
        spec = importlib.util.spec_from_file_location(name, files[f"{name.replace('.', '/')}.py"])
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        monkeypatch.setitem(sys.modules, name, module)
        spec.loader.exec_module(module)
    for language in LANGUAGES:
        for message in read_po(BytesIO(files[f"assets/i18n/{language}.po"].read_bytes())):
            if message.id:
                monkeypatch.setitem(catalogue(language).table, str(message.id), str(message.string))
    return module


class Person:
    """A stage that answers each view as `answers` says, one after the other; the last one stays unanswered."""

    def __init__(self, *answers: str) -> None:
        self.pages: list[Page] = []
        self._answers = list(answers)
        self.waiting = asyncio.Event()
        self.take: Callable[[Input], None] = lambda _: None

    def show(self, page: Page) -> None:
        self.pages.append(page)
        if self._answers:
            answer = self._answers.pop(0)
            given: Input = WentBack(page.number) if answer == "back" else Answered(page.number, answer)
            self.take(given)
        else:
            self.waiting.set()

    def ask_still_here(self, question: StillHere | None) -> None:
        pass

    @property
    def views(self) -> list[View]:
        return [page.view for page in self.pages]


async def visited(sample: ModuleType, *answers: str) -> Person:
    """What a person sees who gives these answers, until the screen waits for another one."""
    person = Person(*answers)
    nothing = cast("Services", None)
    host = Host(person, {"find_window": sample.FIND_WINDOW}, nothing, VisitSettings(), lambda: None)
    person.take = host.take
    task = asyncio.create_task(host.run())
    async with asyncio.timeout(10):
        await person.waiting.wait()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    return person


async def test_from_the_tile_to_goodbye(sample: ModuleType) -> None:
    person = await visited(sample, "find_window", "pension", "primary", "done")
    home, matter, where, goodbye, again = person.views
    assert isinstance(home, Home)
    assert isinstance(again, Home)
    assert type(matter).__name__ == "ChooseMatter"
    assert isinstance(where, Notice)
    assert where.body.key == "matter.pension.where"
    assert isinstance(goodbye, Goodbye)


async def test_back_asks_again_and_knows_the_answer_before(sample: ModuleType) -> None:
    person = await visited(sample, "find_window", "pension", "back", "school")
    assert [type(view).__name__ for view in person.views][1:] == [
        "ChooseMatter",
        "Notice",
        "ChooseMatter",
        "Notice",
    ]
    assert person.pages[3].previous == "pension"
    assert [page.direction for page in person.pages[2:4]] == ["forward", "back"]
    last = person.views[-1]
    assert isinstance(last, Notice)
    assert last.body.key == "matter.school.where"


def test_its_words_are_complete_and_fit_the_catalogues_of_the_house() -> None:
    ours: dict[str, Catalog] = {}
    for language in LANGUAGES:
        text = (ROOT / f"assets/i18n/{language}.po").read_text("utf-8")
        ours[language] = read_po(BytesIO((text + "\n" + samples(PAGE)[f"assets/i18n/{language}.po"]).encode()))
    assert check(ours) == []


@pytest.mark.parametrize(
    "modes", [Modes(), Modes(large=True), Modes(contrast=True)], ids=["normal", "large", "contrast"]
)
def test_its_screen_in_every_theme(sample: ModuleType, tmp_path: Path, stage: Rig, modes: Modes) -> None:
    view = sys.modules["kiosk.views.windows"].ChooseMatter
    stage.window.screen_url(view, QUrl.fromLocalFile(str(tmp_path / "screens" / "ChooseMatter.qml")).toString())
    with Warnings() as warnings:
        for language in LANGUAGES:
            shown = Sample(name="choose-matter", view=view(matters=sample.MATTERS), can_go_back=True)
            page = stage.show(shown, language, modes)
            assert list(geometry(stage.window.root, px_per_mm(stage.window.display))) == []
            stage.finger.tap("matter-pension")
            assert stage.deeds()[-1] == Answered(page.number, "pension")
        assert warnings.taken() == []


def test_its_drawing_is_one_of_the_family() -> None:
    svg = samples(PAGE)["assets/icons/find_window.svg"]
    assert INK in svg
    assert TINT in svg
    drawing = QSvgRenderer(QByteArray(svg.encode()))
    assert drawing.isValid()
    assert drawing.viewBox().width() == drawing.viewBox().height() == 48


def test_its_registration(sample: ModuleType, install: Install) -> None:
    """The entry points beside those of the house, which must go on working."""
    registered = samples(PAGE)["pyproject.toml"]
    assert 'gas_bill = "kiosk.journeys.gas_bill:GAS_BILL"' in (ROOT / "pyproject.toml").read_text()
    install("more-journeys", entry_points(registered))
    journeys = load_journeys(("gas_bill", "find_window"))
    assert list(journeys) == ["gas_bill", "find_window"]
    assert journeys["find_window"] is sample.FIND_WINDOW
