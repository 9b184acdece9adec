"""Journeys as they are installed: found by entry point, imported, and held against what their package must bring."""

from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import EntryPoint
from pathlib import Path
from sys import modules

from kiosk.journeys.journey import Journey
from kiosk.plugins import plugins
from kiosk.resources import HOUSE, Package, bring, package_of, packages
from kiosk.text.catalogue import messages
from kiosk.views.view import LANGUAGES, View

GROUP = "kiosk.journeys"


class JourneyError(ValueError):
    """A journey cannot be offered. The message names the import, file or key that is wrong; several go by `; `."""


def installed() -> Mapping[str, EntryPoint]:
    """Every journey that a configuration can enable, by name. A package cannot take the name of one of ours."""
    points = sorted(plugins(GROUP), key=is_ours)  # a later one counts
    return {point.name: point for point in points}


def is_ours(point: EntryPoint) -> bool:
    """Whether it is a journey of the house."""
    return point.module.partition(".")[0] == HOUSE.name


def load_journey(name: str) -> Journey:
    """A journey ready to be offered: imported, and its package's words and drawings brought in. Raises
    `JourneyError`, and then nothing was brought in."""
    points = installed()
    if name not in points:
        raise JourneyError("it is not installed")
    journey = read(points[name])
    package = package_of(points[name].module)
    if problems := lacking(name, package, packages()):
        raise JourneyError("; ".join(problems))
    bring(package)
    return journey


def read(point: EntryPoint) -> Journey:
    """Import a journey. Raises `JourneyError`."""
    try:
        journey: object = point.load()
        package_of(point.module)
    except Exception as error:
        raise JourneyError(f"{point.value} cannot be imported: {type(error).__name__}: {error}") from error
    if not isinstance(journey, Journey):
        raise JourneyError(f"{point.value} is no Journey")
    if journey.name != point.name:
        raise JourneyError(f"{point.value} calls itself {journey.name}, and is registered as {point.name}")
    return journey


def lacking(name: str, package: Package, others: Sequence[Package]) -> list[str]:
    """What an imported journey's package lacks, or takes from the house or from one of `others`; ours lacks nothing,
    which tests hold."""
    if package == HOUSE:
        return []
    others = [other for other in others if other != package]
    views = [view.__name__ for view in views_of(package)]
    drawn = (package.icon(name), HOUSE.icon(name))
    files = [package.screen(view) for view in views] + ([] if any(map(Path.exists, drawn)) else [drawn[0]])
    needed = [f"journey.{name}.title", f"journey.{name}.subtitle", *(f"help.{view}" for view in views)]
    return [
        *(f"{path} is missing" for path in files if not path.exists()),
        *_words(package, needed, others),
        *(
            f"{path} is a drawing of {other.name} already"
            for path in sorted(package.icons.glob("*.svg"))
            for other in others
            if other.icon(path.stem).exists()
        ),
    ]


def views_of(package: Package) -> list[type[View]]:
    """The views that a package defines, as far as it is imported; one whose name begins with `_` is for others to
    build on, and has no screen."""
    return [
        value
        for name in sorted(modules)
        if name.partition(".")[0] == package.name
        for value in vars(modules[name]).values()
        if isinstance(value, type) and issubclass(value, View)
        if value.__module__ == name and not value.__name__.startswith("_")
    ]


def _words(package: Package, needed: Sequence[str], others: Sequence[Package]) -> Iterator[str]:
    tables = {}
    for language in LANGUAGES:
        path = package.messages(language)
        try:
            tables[path] = messages(path)
        except FileNotFoundError:
            yield f"{path} is missing (made by python -m kiosk.text.build {package.words})"
        except OSError as error:
            yield str(error)
    keys = set().union(*tables.values())
    for path, table in tables.items():
        yield from (f"{path} lacks {key}" for key in sorted(keys.union(needed) - table.keys()))
    for other in others if tables else ():
        taken = keys & messages(other.messages(LANGUAGES[0])).keys()
        yield from (f"{package.name} brings {key}, a message of {other.name}" for key in sorted(taken))
