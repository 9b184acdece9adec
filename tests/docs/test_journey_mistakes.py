"""What an outsider's package can get wrong: each is named, and keeps no other service from residents."""

import logging
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kiosk import resources
from kiosk.engine import load_journeys
from kiosk.journeys.installed import JourneyError, load_journey
from kiosk.rehearsal.outsiders import samples_of
from kiosk.resources import HOUSE
from kiosk.text.build import CatalogueError, build
from kiosk.text.catalogue import catalogue
from kiosk.views.view import LANGUAGES
from tests.docs.conftest import Install, entry_points
from tests.docs.pages import write_samples
from tests.docs.test_journey_sample import PAGE

Spoil = Callable[[Path], object]


@pytest.fixture
def package(tmp_path: Path, install: Install, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The page's package, installed but not imported; its folder. Nothing of it stays."""
    monkeypatch.setattr(resources, "_known", [HOUSE])
    files = write_samples(PAGE, tmp_path)
    folder = tmp_path / "find_window"
    (folder / "__init__.py").touch()
    build(folder / "i18n", house=HOUSE.words)
    install("find-window", entry_points(files["pyproject.toml"].read_text("utf-8")))
    yield folder
    for name in [name for name in sys.modules if name.partition(".")[0] in {"find_window", "other"}]:
        del sys.modules[name]


def _replace(file: str, old: str, new: str) -> Spoil:
    def spoil(folder: Path) -> None:
        text = (folder / file).read_text("utf-8")
        assert old in text
        (folder / file).write_text(text.replace(old, new), "utf-8")
        if file.startswith("i18n/"):
            build(folder / "i18n")

    return spoil


def _rename_message(old: str, new: str) -> Spoil:
    def spoil(folder: Path) -> None:
        for language in LANGUAGES:
            path = folder / "i18n" / f"{language}.po"
            path.write_text(path.read_text("utf-8").replace(f'"{old}"', f'"{new}"'), "utf-8")
        build(folder / "i18n")

    return spoil


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda folder: (folder / "journey.py").unlink(), "cannot be imported: ModuleNotFoundError"),
        (_replace("journey.py", "import End", "import Endd"), "cannot be imported: ImportError"),
        (_replace("journey.py", '"""Which', 'Which"""'), "cannot be imported: SyntaxError"),
        (_replace("journey.py", 'name="find_window"', 'name="find"'), "calls itself find, and is registered as"),
        (_replace("journey.py", "FIND_WINDOW = Journey", "FIND_WINDOW = dict"), "is no Journey"),
        (lambda folder: (folder / "screens/ChooseMatter.qml").unlink(), "screens/ChooseMatter.qml is missing"),
        (lambda folder: (folder / "icons/find_window.svg").unlink(), "icons/find_window.svg is missing"),
        (lambda folder: (folder / "i18n/en.mo").unlink(), "i18n/en.mo is missing (made by python -m kiosk.text.build"),
        (lambda folder: (folder / "i18n/en.mo").write_bytes(b"PK"), "en.mo is damaged"),
        (lambda folder: (folder / "i18n/en.mo").write_bytes(bytes(100)), "Bad magic number"),
        (_rename_message("journey.find_window.title", "find_window.name"), "zh_CN.mo lacks journey.find_window.title"),
        (_rename_message("help.ChooseMatter", "find_window.help"), "en.mo lacks help.ChooseMatter"),
        (_rename_message("find_window.title", "screen.back"), "find_window brings screen.back, a message of kiosk"),
        (
            lambda folder: shutil.copy(HOUSE.icon("wave"), folder / "icons"),
            "icons/wave.svg is a drawing of kiosk already",
        ),
    ],
)
def test_it_is_named_and_the_others_go_on(
    package: Path, caplog: pytest.LogCaptureFixture, spoil: Spoil, said: str
) -> None:
    spoil(package)
    assert list(load_journeys(("gas_bill", "find_window"))) == ["gas_bill"]
    (line,) = caplog.messages
    assert line.startswith("journey find_window is left out: ")
    assert said in line
    assert caplog.records[0].levelno == logging.ERROR
    assert resources.packages() == (HOUSE,)
    assert "find_window.title" not in catalogue("en").table


def test_its_words_and_drawings_come_with_it(package: Path) -> None:
    before = catalogue("en")
    load_journey("find_window")
    load_journey("find_window")
    assert catalogue("en").say("find_window.housing") == "Housing"
    assert catalogue("en").say("screen.back") == before.say("screen.back")
    assert "find_window.housing" not in before.table, "whoever reads it meanwhile has a whole table"
    assert resources.icon("find_window") == package / "icons" / "find_window.svg"


def test_two_packages_may_not_say_the_same(package: Path, install: Install) -> None:
    other = package.with_name("other")
    shutil.copytree(package, other)
    _replace("journey.py", 'name="find_window"', 'name="other"')(other)
    for old in ("icons/find_window.svg", "screens/ChooseMatter.qml", "views.py"):
        (other / old).unlink()
    shutil.copy(package / "icons" / "find_window.svg", other / "icons" / "other.svg")
    _rename_message("journey.find_window.title", "journey.other.title")(other)
    _rename_message("journey.find_window.subtitle", "journey.other.subtitle")(other)
    install("other", "[kiosk.journeys]\nother = other.journey:FIND_WINDOW\n")
    load_journey("find_window")
    with pytest.raises(JourneyError, match=r"other brings find_window\.housing, a message of find_window"):
        load_journey("other")


def test_a_package_does_not_take_a_service_of_the_house(package: Path, install: Install) -> None:
    install("taker", "[kiosk.journeys]\ngas_bill = find_window.journey:FIND_WINDOW\n")
    assert load_journey("gas_bill").name == "gas_bill"


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda folder: (folder / "samples.py").unlink(), "find_window.samples cannot be used: ModuleNotFoundError"),
        (_replace("samples.py", "view=asked", "view=nothing"), "find_window.samples cannot be used: NameError"),
    ],
)
def test_a_gallery_without_all_its_pages(package: Path, spoil: Spoil, said: str) -> None:
    spoil(package)
    with pytest.raises(JourneyError, match=said):
        samples_of("find_window")


def test_a_view_that_the_gallery_would_not_show(package: Path) -> None:
    with (package / "views.py").open("a") as views:
        views.write("\n\nclass Unseen(View, frozen=True, kw_only=True):\n    pass\n")
    shutil.copy(package / "screens" / "ChooseMatter.qml", package / "screens" / "Unseen.qml")
    for language in LANGUAGES:
        with (package / "i18n" / f"{language}.po").open("a") as words:
            words.write('\nmsgid "help.Unseen"\nmsgstr "?"\n')
    build(package / "i18n")
    with pytest.raises(JourneyError, match=r"find_window\.samples has no sample of Unseen"):
        samples_of("find_window")


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda folder: (folder / "i18n/en.po").unlink(), "i18n/en.po is missing"),
        (
            lambda folder: (folder / "i18n/en.po").write_text('msgid "journey.x"\nmsgstr "X"\n'),
            "en: find_window.title has",
        ),
        (
            lambda folder: [
                path.write_text(path.read_text("utf-8").replace("find_window.title", "screen.back"), "utf-8")
                for path in folder.glob("i18n/*.po")
            ],
            "screen.back is a message of the house",
        ),
    ],
)
def test_words_that_do_not_compile(package: Path, spoil: Spoil, said: str) -> None:
    spoil(package)
    with pytest.raises(CatalogueError, match=said):
        build(package / "i18n", house=HOUSE.words)
