"""What the hub configured here: kept beside the ledger, laid over the terminal's own file, and taken back by itself
where the terminal does not come up with it.

One file says everything, and is replaced as a whole: wherever the power fails, one whole version is in force. A new one
is on trial: each start with it counts, until it came up; after `TRIES` starts that did not the last good one is back.
"""

import shutil
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from kiosk.config_source import Source
from kiosk.ledger.disk import write_once
from kiosk.protocol.form_files import FormSet

if TYPE_CHECKING:
    from kiosk.protocol.configuration import Bundle

NAME = "configuration.json"
"""In the ledger's folder."""
FORMS, TRIED_FORMS = "forms", "forms.tried"
"""The folders beside it in which the forms of a version are laid out: of the one in force, anew at each start, and of
one that is looked at."""
TRIES = 2


class Use(msgspec.Struct, frozen=True, kw_only=True):
    """A version as it is kept here."""

    version: int
    digest: str
    text: str
    catalogue: str = ""
    """The name of a file beside, where the version has a catalogue."""
    forms: FormSet = FormSet()
    """Each is a file beside (`kiosk.forms.from_hub`)."""


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """The file."""

    good: Use | None = None
    """What the terminal came up with."""
    trial: Use | None = None
    """What it has not come up with yet."""
    tries: int = 0
    fell: int = 0
    """The last version that was taken back."""

    @property
    def in_force(self) -> Use | None:
        """What counts now; None for the terminal's own file alone."""
        return self.trial if self.trial is not None and self.tries < TRIES else self.good


def kept_in(folder: Path | None) -> Kept:
    """What is kept in a ledger's folder; nothing where that cannot be read: the terminal's own file is always there."""
    if folder is None:
        return Kept()
    try:
        return msgspec.json.decode((folder / NAME).read_bytes(), type=Kept)
    except (OSError, ValueError):
        return Kept()


def count_a_start(folder: Path) -> Use | None:
    """To be called once at each start, before the configuration is read: what is in force. Raises `OSError`."""
    kept = kept_in(folder)
    _sweep(folder, kept)
    if kept.trial is not None:
        if kept.in_force is kept.trial:
            _keep(folder, msgspec.structs.replace(kept, tries=kept.tries + 1))
        else:
            return take_back(folder)
    return kept.in_force


def came_up(folder: Path, version: int) -> None:
    """The terminal came up with this version: it is good, where it was on trial and no other one has come since.
    Raises `OSError`."""
    kept = kept_in(folder)
    if kept.trial is not None and kept.trial.version == version:
        _keep(folder, Kept(good=kept.trial))


def take_back(folder: Path) -> Use | None:
    """What is on trial is not good; the last good one, which is in force again. Raises `OSError`."""
    kept = kept_in(folder)
    if kept.trial is not None:
        _keep(folder, Kept(good=kept.good, fell=kept.trial.version))
    return kept.good


def use_of(bundle: "Bundle") -> Use:
    """How a version is kept."""
    catalogue = f"catalogue-{bundle.digest[:16]}.json" if bundle.catalogue else ""
    return Use(version=bundle.version, digest=bundle.digest, text=bundle.text, catalogue=catalogue, forms=bundle.forms)


def form_file(digest: str) -> str:
    """The name of the file that a form is kept in."""
    return f"form-{digest}.json"


def keep_catalogue(folder: Path, bundle: "Bundle") -> None:
    """Write what the version has beside its text. Raises `OSError`."""
    if bundle.catalogue:
        write_once(folder / use_of(bundle).catalogue, bundle.catalogue.encode())


def try_out(folder: Path, use: Use) -> None:
    """Put a version on trial from the next start on. Raises `OSError`."""
    _keep(folder, Kept(good=kept_in(folder).good, trial=use))


def laid_over(source: Source, use: Use | None, folder: Path | None) -> Source:
    """The terminal's own file with what the hub sets instead. Raises `WrongConfigurationError`."""
    if use is None:
        return source
    from kiosk.protocol.configuration import tables_of

    tables = dict(source.tables)
    hubs: set[tuple[str, str]] = set()
    for section, values in tables_of(use.text, Decimal).items():
        own = tables.get(section, {})
        tables[section] = {**(own if isinstance(own, dict) else {}), **values}
        hubs |= {(section, key) for key in values}
    for section, key, value in _beside(use, folder) if folder is not None else ():
        own = tables.get(section, {})
        tables[section] = {**(own if isinstance(own, dict) else {}), key: str(value)}
        hubs.add((section, key))
    return source.with_others(tables, hubs)


def _beside(use: Use, folder: Path) -> Iterator[tuple[str, str, Path]]:
    """The keys that name what a version has beside its text."""
    if use.catalogue:
        yield "notice", "catalogue", folder / use.catalogue
    if use.forms.digests:
        yield "forms", "over", folder / FORMS


def _keep(folder: Path, kept: Kept) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_once(folder / NAME, msgspec.json.format(msgspec.json.encode(kept)))


def _sweep(folder: Path, kept: Kept) -> None:
    """Take away what no version needs any more: at a start, when nobody writes such a file."""
    uses = [use for use in (kept.good, kept.trial) if use is not None]
    wanted = {use.catalogue for use in uses}
    wanted |= {form_file(digest) for use in uses for digest in use.forms.digests.values()}
    for path in (*folder.glob("catalogue-*.json"), *folder.glob("form-*.json")):
        if path.name not in wanted:
            path.unlink(missing_ok=True)
    for name in (FORMS, TRIED_FORMS):
        shutil.rmtree(folder / name, ignore_errors=True)
