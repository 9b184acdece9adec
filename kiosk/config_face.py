"""The part of the configuration that the first frame needs: cheap to import, and readable though the rest is wrong."""

import contextlib
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Meta

from kiosk.config_hub import kept_in, laid_over
from kiosk.config_source import Source, read
from kiosk.config_walk import Walk
from kiosk.stage.settings import Backend, DisplaySettings, HallInfo


class Display(DisplaySettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[display]`, within what panels there are."""

    diagonal_inch: Annotated[float, Meta(ge=7, le=100)] = 21.5
    """Of the lit area: measure it, for every size on the screen depends on it."""
    width: Annotated[int, Meta(ge=480, le=7680)] = 1080
    """Pixels."""
    height: Annotated[int, Meta(ge=480, le=7680)] = 1920
    """Pixels."""
    fullscreen: bool = True
    motion: bool = True
    """Whether screens slide."""
    backend: Backend = "software"
    """`gpu` where there is one."""
    debounce_ms: Annotated[int, Meta(ge=0, le=2000)] = 500
    """How long a second touch of the same control is taken for a slip of the finger."""


class Hall(HallInfo, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[hall]`."""

    id: Annotated[
        str,
        Meta(pattern=r"^[a-z0-9][a-z0-9-]{0,31}\Z", description="up to 32 small letters, digits or -"),
    ]
    """The same on all terminals of the hall; never change it."""
    name: Annotated[str, Meta(min_length=1, max_length=40)]
    """On screens and slips in Chinese."""
    name_en: Annotated[str, Meta(min_length=1, max_length=80)]
    """And in English."""
    phone: Annotated[
        str,
        Meta(
            pattern=r"^[0-9+][0-9 ()-]{2,30}\Z",
            description="a telephone number: digits, spaces, (), - and a leading +, at least 3 of them",
        ),
    ]
    """Shown and printed wherever a resident may need a person."""
    timezone: str = "Asia/Shanghai"
    """An IANA name; decides the business date."""


class Face(msgspec.Struct, frozen=True, kw_only=True):
    """What a window needs before anything else is known."""

    display: DisplaySettings
    hall: HallInfo
    journeys: tuple[str, ...] = ()
    """The services on the home screen, as named in the file."""
    ledger: Path | None = None
    """The ledger's folder, where the file names one."""
    archive: Path | None = None
    """And the folder of what left its journal."""


def timezone_exists(name: str) -> bool:
    """Whether the machine knows this IANA time zone."""
    try:
        ZoneInfo(name)
    except (ValueError, OSError, LookupError):  # a path, a folder ("Asia"), no such zone
        return False
    return True


def glance(path: Path) -> Face:
    """As much of `[display]` and `[hall]` as is right in the file, and defaults for the rest. Never raises: a terminal
    whose configuration is wrong still shows the hall's name and telephone number."""
    source = read(path)
    if isinstance(source, Source):
        folder = folder_of(source, path)
        with contextlib.suppress(ValueError):  # a version that is no configuration: then the file alone
            source = laid_over(source, kept_in(folder).in_force, folder)
    tables = source.tables if isinstance(source, Source) else {}
    display, hall = (
        Walk(path.parent).fields(table, cls) if isinstance(table := tables.get(section), dict) else {}
        for section, cls in (("display", Display), ("hall", Hall))
    )
    hall.pop("id", None)
    if not timezone_exists(str(hall.get("timezone", ""))):
        hall.pop("timezone", None)
    return Face(
        display=msgspec.structs.replace(DisplaySettings(), **display),
        hall=msgspec.structs.replace(HallInfo(name="", name_en="", phone=""), **hall),
        journeys=_journeys(tables.get("journeys")),
        ledger=_folder(tables.get("ledger"), "folder", path.parent),
        archive=_folder(tables.get("ledger"), "archive", path.parent),
    )


def folder_of(source: Source, path: Path) -> Path | None:
    """The ledger's folder, where the file at `path` names one."""
    return _folder(source.tables.get("ledger"), "folder", path.parent)


def _folder(table: object, key: str, base: Path) -> Path | None:
    folder = table.get(key) if isinstance(table, dict) else None
    return base / Path(folder).expanduser() if isinstance(folder, str) and folder else None


def _journeys(table: object) -> tuple[str, ...]:
    enabled = table.get("enabled") if isinstance(table, dict) else None
    return tuple(name for name in enabled if isinstance(name, str)) if isinstance(enabled, list) else ()
