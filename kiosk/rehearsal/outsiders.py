"""Journeys from outside that are installed, for the gallery: their tile, and the samples that their package brings."""

from collections.abc import Callable, Iterator
from importlib import import_module

from kiosk.host import tile
from kiosk.journeys.installed import JourneyError, installed, is_ours, load_journey, views_of
from kiosk.rehearsal.samples import Sample
from kiosk.resources import package_of
from kiosk.views.common import Home

Samples = Callable[[], Iterator[Sample]]


def outsiders() -> list[str]:
    """The names of the journeys from outside that are installed."""
    return sorted(name for name, point in installed().items() if not is_ours(point))


def samples_of(name: str) -> Samples:
    """What the gallery shows of a journey from outside; its words and drawings are brought in. Raises `JourneyError`
    when it cannot be loaded, or its package's `samples` cannot, or does not show every view."""
    load_journey(name)
    package = package_of(installed()[name].module)
    where = f"{package.name}.samples"
    try:
        samples: Samples = import_module(where).samples
        shown = {type(sample.view) for sample in samples()}
    except Exception as error:
        raise JourneyError(f"{where} cannot be used: {type(error).__name__}: {error}") from error
    if unseen := [view.__name__ for view in views_of(package) if view not in shown]:
        raise JourneyError(f"{where} has no sample of {', '.join(unseen)}")

    def all_samples() -> Iterator[Sample]:
        yield Sample(name=f"home-{name}", view=Home(tiles=(tile(name),)))
        yield from samples()

    return all_samples
