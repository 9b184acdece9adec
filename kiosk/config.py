"""`config.toml` as frozen, typed settings. Every mistake is reported at once: where, what was found, what is allowed.

Checking is static: it imports the drivers that are configured, and opens no port.
"""

import argparse
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import available_timezones

import msgspec
from msgspec import Meta

from kiosk.config_devices import called, check_builds, check_names, check_port, check_posts, devices_in, post_of
from kiosk.config_face import Display, Hall, folder_of, timezone_exists
from kiosk.config_hub import Use, kept_in, laid_over
from kiosk.config_source import read
from kiosk.config_walk import INVALID, Key, Problem, Walk, listed, near, show
from kiosk.devices.drivers import DeviceConfig
from kiosk.devices.registry import HealthSettings
from kiosk.forms.settings import FormsSettings
from kiosk.journeys.installed import JourneyError, installed, lacking
from kiosk.journeys.installed import read as read_journey
from kiosk.journeys.settings import (
    GasCardSettings,
    IdCardSettings,
    NoticeSettings,
    RatingSettings,
    ScanningSettings,
    SmartMeterSettings,
)
from kiosk.orders.settings import OrderSettings
from kiosk.protocol.configuration import WrongConfigurationError
from kiosk.resources import HOUSE, Package, package_of
from kiosk.sync.settings import HubSettings
from kiosk.tickets.settings import QueueSettings
from kiosk.visit import VisitSettings

SCHEMA = 1

QUEUES = {"queue_ticket", "rate_service"}
"""Services that go by the numbers of the queue."""
DEFAULT_PATH = Path("config.toml")


class Terminal(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[terminal]`."""

    id: Annotated[str, Meta(pattern=r"^[0-9A-Z]{1,3}\Z", description="one to three digits or capital letters")]
    """Opens every order number: different on every terminal of the hall."""
    mode: Literal["demo", "production"] = "production"
    """`demo` alone may use simulators."""


class LedgerSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[ledger]`."""

    folder: Path
    """Holds the only record of residents' money: a disk of its own is best."""
    archive: Path | None = None
    """Where rows of the journal go that are older than `keep_days`, in files: a folder on another disk. Without it the
    journal keeps all."""
    keep_days: Annotated[int, Meta(ge=31, le=3650)] = 400
    """How long the journal keeps what was settled, where there is an archive."""


class Journeys(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[journeys]`."""

    enabled: Annotated[tuple[str, ...], Meta(min_length=1)]
    """The services on the home screen, in this order."""


class Config(msgspec.Struct, frozen=True, kw_only=True):
    """The whole configuration of a terminal. Paths in it are absolute or start from `path`'s folder."""

    path: Path
    version: int
    """Of what the hub set instead; 0 where it set nothing."""
    terminal: Terminal
    hall: Hall
    display: Display
    ledger: LedgerSettings
    visit: VisitSettings
    orders: OrderSettings
    health: HealthSettings
    journeys: Journeys
    id_card: IdCardSettings
    smart_meter: SmartMeterSettings
    gas_card: GasCardSettings
    rating: RatingSettings
    scanning: ScanningSettings
    notice: NoticeSettings
    queue: QueueSettings
    forms: FormsSettings
    hub: HubSettings
    devices: tuple[DeviceConfig, ...]


class Announcement(msgspec.Struct, frozen=True):
    """Where a simulator runs and what a driver needs to be told of it: the line it prints when it is ready."""

    port: str
    control: str
    settings: dict[str, Any] = {}


APART = ("path", "version", "devices")
"""What of a `Config` is no section of the file."""


class ConfigError(ValueError):
    """Everything that is wrong with a configuration; its text has one line for each problem."""

    def __init__(self, path: Path, problems: Iterable[Problem], devices: Sequence[str] = ()) -> None:
        self.path = path
        self.problems = tuple(problems)
        self.lines = tuple(_line(path, problem, devices) for problem in self.problems)
        super().__init__("\n".join(self.lines))


def load(
    path: Path, *, thorough: bool = False, use: Use | Literal["kept"] | None = "kept", folder: Path | None = None
) -> Config:
    """The configuration in `path`, with what the hub set instead: the version in force unless `use` says another one,
    or none; what belongs to it lies in the ledger's `folder`, which is the file's unless another one is said. Raises
    `ConfigError` with all problems.

    Services that cannot be loaded are problems only for a `thorough` look: a terminal leaves them out and serves on.
    """
    source = read(path)
    if isinstance(source, Problem):
        raise ConfigError(path, [source])
    folder = folder or folder_of(source, path)
    use = kept_in(folder).in_force if use == "kept" else use
    try:
        source = laid_over(source, use, folder)
    except WrongConfigurationError as error:
        raise ConfigError(path, [Problem(key=(), found=str(error), allowed="what comes from the hub")]) from error
    walk = Walk(path.absolute().parent)  # or what starts from here would start from there once more
    tables = dict(source.tables)
    schema = tables.pop("schema", None)
    if schema != SCHEMA or isinstance(schema, bool):
        walk.complain(("schema",), "nothing" if schema is None else show(schema), str(SCHEMA))
    raw_devices = tables.pop("device", [])
    sections = {name: kind for name, kind in Config.__annotations__.items() if name not in APART}
    for name in tables.keys() - sections.keys():
        known = ("schema", "device", *sections)
        walk.complain((name,), "a section that does not exist", ", ".join(sorted(known)), near(name, known))
    built: dict[str, Any] = {name: walk.struct(tables.get(name, {}), kind, (name,)) for name, kind in sections.items()}
    devices = devices_in(walk, raw_devices)
    _check_timezone(walk, tables.get("hall"))
    _check_together(walk, built, devices, raw_devices, thorough)
    if walk.problems or any(value is INVALID for value in built.values()):
        problems = [msgspec.structs.replace(problem, line=source.line_of(problem.key)) for problem in walk.problems]
        raise ConfigError(path, sorted(problems, key=lambda p: p.line or 0), called(raw_devices))
    version = use.version if use is not None else 0
    return Config(path=path, version=version, devices=tuple(device for device in devices if device), **built)


def resolve_simulators(config: Config, announcements: Mapping[str, Announcement]) -> Config:
    """The configuration with every `sim:NAME` port replaced by where simulator NAME runs.

    What the file gives in `[device.settings]` counts; the announcement fills in the rest. Raises `ConfigError`.
    """
    walk = Walk(config.path.parent)
    resolved = []
    for n, device in enumerate(config.devices):
        if device.simulator is None:
            resolved.append(device)
            continue
        announced = announcements.get(device.simulator)
        if announced is None:
            running = listed(sorted(announcements))
            walk.complain(("device", n, "port"), f"simulator {device.simulator}, which is not running", running)
            continue
        given = {**announced.settings, **device.given}
        check_port(walk, announced.port, device.driver_class, ("device", n, "port"))
        settings = walk.struct(given, device.driver_class.Settings, ("device", n, "settings"))
        if isinstance(settings, msgspec.Struct):
            ready = msgspec.structs.replace(device, port=announced.port, settings=settings, given=given)
            check_builds(walk, ready, ("device", n))
            resolved.append(ready)
    if walk.problems:
        raise ConfigError(config.path, walk.problems, [device.name for device in config.devices])
    return msgspec.structs.replace(config, devices=tuple(resolved))


def fitted(config: Config, tables: Sequence[Mapping[str, object]]) -> Config:
    """The configuration with these `[[device]]` tables as well; a device of a post that one of them has gives way.

    Raises `ConfigError`.
    """
    walk = Walk(config.path.parent)
    new = [device for device in devices_in(walk, list(tables)) if device is not None]
    posts = {post_of(device) for device in new}
    kept = [device for device in config.devices if post_of(device) not in posts]
    check_names(walk, [{"name": device.name} for device in (*kept, *new)])
    if walk.problems:
        raise ConfigError(config.path, walk.problems, called(list(tables)))
    return msgspec.structs.replace(config, devices=(*kept, *new))


def _check_timezone(walk: Walk, hall: object) -> None:
    name = hall.get("timezone") if isinstance(hall, Mapping) else None
    if isinstance(name, str) and not timezone_exists(name):
        meant = near(name, available_timezones())
        walk.complain(("hall", "timezone"), show(name), "a time zone such as Asia/Shanghai", meant)


def _check_together(
    walk: Walk, built: Mapping[str, object], devices: list[DeviceConfig | None], raw: object, thorough: bool
) -> None:
    """What no section can know by itself."""
    terminal = built["terminal"]
    if isinstance(terminal, Terminal) and terminal.mode == "production":
        _check_production(walk, devices)
        hub = built["hub"]
        if isinstance(hub, HubSettings) and hub.url.startswith("http:"):
            walk.complain(("hub", "url"), show(hub.url), "https: in production no journal travels in clear")
    check_names(walk, raw)
    check_posts(walk, devices)
    journeys = built["journeys"]
    queue = built["queue"]
    if isinstance(journeys, Journeys):
        if isinstance(queue, QueueSettings) and not queue.business:
            for name in QUEUES & set(journeys.enabled):
                walk.complain(("queue", "business"), "nothing", f"one table or more, for {name} goes by their numbers")
        _check_journeys(walk, journeys, {str(table.get("role")) for table in _tables(raw)}, thorough)


def _check_production(walk: Walk, devices: list[DeviceConfig | None]) -> None:
    for n, device in enumerate(devices):
        if device is None:
            continue
        if device.simulator is not None:
            walk.complain(("device", n, "port"), show(device.port), "a real device: terminal.mode is production")
        elif device.role == "payment_method" and device.port.lower().startswith("http:"):
            walk.complain(
                ("device", n, "port"), show(device.port), "https: in production money is never moved in clear"
            )


def _check_journeys(walk: Walk, journeys: Journeys, roles: set[str], thorough: bool) -> None:
    points = installed()
    seen: list[Package] = [HOUSE]
    for n, name in enumerate(journeys.enabled):
        key: Key = ("journeys", "enabled", n)
        if name in journeys.enabled[:n]:
            walk.complain(key, f"{show(name)} once more", "each service once")
        if name not in points:
            if thorough:
                walk.complain(key, show(name), listed(sorted(points)), near(name, points))
            continue
        try:
            needs = read_journey(points[name]).needs
        except JourneyError as error:
            if thorough:
                walk.complain(key, f"{show(name)}: {error}", "a service that can be loaded")
            continue
        for role in sorted(set(needs) - roles):
            walk.complain(("device",), f"no {role}", f"one, for {name} needs it")
        if thorough:
            package = package_of(points[name].module)
            for problem in lacking(name, package, seen):
                walk.complain(key, f"{show(name)}: {problem}", "a service whose package has all it needs")
            seen.append(package)


def _tables(raw: object) -> list[Mapping[str, object]]:
    return [table for table in raw if isinstance(table, Mapping)] if isinstance(raw, list) else []


def _line(path: Path, problem: Problem, devices: Sequence[str]) -> str:
    """`config.toml:7: display.backend: found "sofware", allowed "software" or "gpu"; did you mean "software"?`"""
    place = str(path) if problem.line is None else f"{path}:{problem.line}"
    meant = f"; did you mean {show(problem.near)}?" if problem.near else ""
    key = _dotted(problem.key, devices)
    return f"{place}: {key}{': ' if key else ''}found {problem.found}, allowed {problem.allowed}{meant}"


def _dotted(key: Key, devices: Sequence[str]) -> str:
    """A key as people write it; devices go by their names, other list items by their place from 1."""
    text = ""
    for n, part in enumerate(key):
        if isinstance(part, str):
            text += f".{part}" if text else part
        else:
            text += f"[{devices[part]}]" if n == 1 and key[0] == "device" else f"[{part + 1}]"
    return text


def config_command(argv: list[str]) -> int:
    """Check a configuration: `kiosk config check FILE` lists every mistake, and opens no device."""
    parser = argparse.ArgumentParser(prog="kiosk config", description="Check a configuration without opening a device.")
    check = parser.add_subparsers(required=True, metavar="check").add_parser("check", help="list every mistake at once")
    check.add_argument("file", type=Path, nargs="?", default=DEFAULT_PATH, help="the file (config.toml)")
    path = parser.parse_args(argv).file
    try:
        config = load(path, thorough=True)
    except ConfigError as error:
        count = len(error.lines)
        sys.stderr.write("\n".join([*error.lines, f"{count} problem{'s' if count > 1 else ''}"]) + "\n")
        return 1
    devices = ", ".join(device.name for device in config.devices)
    hubs = f"; with version {config.version} of the hub" if config.version else ""
    services = ", ".join(config.journeys.enabled)
    sys.stdout.write(f"OK: {path} ({config.terminal.mode}; services: {services}; devices: {devices}{hubs})\n")
    return 0
