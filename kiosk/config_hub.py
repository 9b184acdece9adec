"""What the hub configured here: kept beside the ledger, laid over the terminal's own file, and taken back by itself
where the terminal does not come up with it.

One file says everything, and is replaced as a whole: wherever the power fails, one whole version is in force. A new one
is on trial: each start with it counts, until it came up; after `TRIES` starts that did not the last good one is back.
"""

import shutil
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
    beneath: dict[str, str] = {}
    """By number of a form that came without a description: the SHA-256 of the terminal's own that it was tried with."""

    def is_as(self, other: "Use | None") -> bool:
        """Whether both are the same version, all of it: a program that knew less may have kept less."""
        return other is not None and msgspec.structs.replace(self, beneath={}) == msgspec.structs.replace(
            other, beneath={}
        )


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """The file."""

    good: Use | None = None
    """What the terminal came up with."""
    trial: Use | None = None
    """What it has not come up with yet."""
    tries: int = 0
    fell: int = 0
    """The last version that was taken back."""
    number: int = 0
    """Of the command that the last trial came by: an earlier one is not carried out any more."""
    begun: int = 0
    """The command whose version is looked at, …"""
    looks: int = 0
    """… and how often that was begun: what ends the program each time is not looked at for ever."""

    @property
    def in_force(self) -> Use | None:
        """What counts now; None for the terminal's own file alone."""
        return self.trial if self.trial is not None and self.tries < TRIES else self.good


def kept_in(folder: Path | None) -> Kept:
    """What is kept in a ledger's folder; nothing where that cannot be read: the terminal's own file is always there."""
    if folder is None:
        return Kept()
    try:
        return _kept_in(folder)
    except (OSError, ValueError):
        return Kept()


def _kept_in(folder: Path) -> Kept:
    try:
        return msgspec.json.decode((folder / NAME).read_bytes(), type=Kept)
    except FileNotFoundError:
        return Kept()


def count_a_start(folder: Path) -> Use | None:
    """To be called once at each start, before the configuration is read: what is in force. Raises `OSError`."""
    sweep(folder)
    for name in (FORMS, TRIED_FORMS):
        shutil.rmtree(folder / name, ignore_errors=True)
    kept = kept_in(folder)
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
        _keep(folder, Kept(good=kept.trial, number=kept.number))


def take_back(folder: Path) -> Use | None:
    """What is on trial is not good; the last good one, which is in force again. Raises `OSError`."""
    kept = kept_in(folder)
    if kept.trial is not None:
        _keep(folder, Kept(good=kept.good, fell=kept.trial.version, number=kept.number))
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


def begin_to_look(folder: Path, number: int) -> bool:
    """To be called before what the command of that number brought is looked at; False where that never came to an end,
    `TRIES` times. Raises `OSError`."""
    kept = kept_in(folder)
    looks = kept.looks + 1 if kept.begun == number else 1
    if looks > TRIES:
        return False
    _keep(folder, msgspec.structs.replace(kept, begun=number, looks=looks))
    return True


def try_out(folder: Path, use: Use, number: int = 0) -> None:
    """Put a version on trial from the next start on; it came by the command of that number. Raises `OSError`."""
    _keep(folder, Kept(good=kept_in(folder).good, trial=use, number=number))


def laid_over(source: Source, use: Use | None, folder: Path | None) -> Source:
    """The terminal's own file with what the hub sets instead. Raises `WrongConfigurationError`."""
    if use is None:
        return source
    from kiosk.protocol.configuration import tables_of

    tables = dict(source.tables)
    set_here = tables_of(use.text, Decimal)
    if use.catalogue and folder is not None:
        set_here.setdefault("notice", {})["catalogue"] = str(folder.absolute() / use.catalogue)
    if use.forms.digests and folder is not None:
        set_here.setdefault("forms", {})["given"] = str(folder.absolute() / FORMS)
    hubs: set[tuple[str, str]] = set()
    for section, values in set_here.items():
        own = tables.get(section, {})
        tables[section] = {**(own if isinstance(own, dict) else {}), **values}
        hubs |= {(section, key) for key in values}
    return source.with_others(tables, hubs)


def _keep(folder: Path, kept: Kept) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_once(folder / NAME, msgspec.json.format(msgspec.json.encode(kept)))


def sweep(folder: Path) -> None:
    """Take away what no version needs any more, when nobody writes such a file. Raises `OSError`."""
    try:
        kept = _kept_in(folder)
    except (OSError, ValueError):
        return  # who knows what is still needed
    uses = [use for use in (kept.good, kept.trial) if use is not None]
    wanted = {use.catalogue for use in uses}
    wanted |= {form_file(digest) for use in uses for digest in use.forms.digests.values()}
    for path in (*folder.glob("catalogue-*.json*"), *folder.glob("form-*.json*")):
        if path.name not in wanted:
            path.unlink(missing_ok=True)
