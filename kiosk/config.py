"""`config.toml` as frozen, typed settings. Every mistake is reported at once: where, what was found, what is allowed.

Checking is static: it imports the drivers that are configured, and opens no port.
"""

import argparse
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, TypeGuard
from urllib.parse import urlsplit
from zoneinfo import available_timezones

import msgspec
from msgspec import Meta

from kiosk.config_face import Display, Hall, folder_of, timezone_exists
from kiosk.config_hub import Use, kept_in, laid_over
from kiosk.config_source import read
from kiosk.config_walk import INVALID, Key, Problem, Walk, listed, near, show
from kiosk.devices.device import Role
from kiosk.devices.drivers import AnyDevice, DeviceConfig, DriverError, driver_names, load_driver
from kiosk.devices.payment import PaymentMethod
from kiosk.devices.registry import HealthSettings, build
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
from kiosk.plugins import plugins
from kiosk.ports.errors import PortUrlError
from kiosk.ports.urls import SCHEMES, parse_url
from kiosk.protocol.configuration import WrongConfigurationError
from kiosk.resources import HOUSE, Package, package_of
from kiosk.sync.settings import HubSettings
from kiosk.tickets.settings import QueueSettings
from kiosk.visit import VisitSettings

SCHEMA = 1

QUEUES = {"queue_ticket", "rate_service"}
"""Services that go by the numbers of the queue."""
WEB = ("http", "https", "ipp", "ipps")
NAME = r"^[a-z][a-z0-9_-]{0,31}\Z"
"""Of a device: it is written into the ledger and into logs."""
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


class _DeviceTable(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    name: Annotated[
        str,
        Meta(
            pattern=r"^[a-z][a-z0-9_-]{0,31}\Z",
            description="up to 32 small letters, digits, - or _, the first a letter",
        ),
    ]
    role: Role
    driver: str
    port: str
    settings: dict[str, Any] = {}


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


def load(path: Path, *, thorough: bool = False, use: Use | Literal["kept"] | None = "kept") -> Config:
    """The configuration in `path`, with what the hub set instead: the version in force unless `use` says another one,
    or none. Raises `ConfigError` with all problems.

    Services that cannot be loaded are problems only for a `thorough` look: a terminal leaves them out and serves on.
    """
    source = read(path)
    if isinstance(source, Problem):
        raise ConfigError(path, [source])
    folder = folder_of(source, path)
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
    devices = _devices(walk, raw_devices)
    _check_timezone(walk, tables.get("hall"))
    _check_together(walk, built, devices, raw_devices, thorough)
    if walk.problems or any(value is INVALID for value in built.values()):
        problems = [msgspec.structs.replace(problem, line=source.line_of(problem.key)) for problem in walk.problems]
        raise ConfigError(path, sorted(problems, key=lambda p: p.line or 0), _called(raw_devices))
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
        _check_port(walk, announced.port, device.driver_class, ("device", n, "port"))
        settings = walk.struct(given, device.driver_class.Settings, ("device", n, "settings"))
        if isinstance(settings, msgspec.Struct):
            ready = msgspec.structs.replace(device, port=announced.port, settings=settings, given=given)
            _check_builds(walk, ready, ("device", n))
            resolved.append(ready)
    if walk.problems:
        raise ConfigError(config.path, walk.problems, [device.name for device in config.devices])
    return msgspec.structs.replace(config, devices=tuple(resolved))


def fitted(config: Config, tables: Sequence[Mapping[str, object]]) -> Config:
    """The configuration with these `[[device]]` tables as well; a device of a post that one of them has gives way.

    Raises `ConfigError`.
    """
    walk = Walk(config.path.parent)
    new = [device for device in _devices(walk, list(tables)) if device is not None]
    posts = {_post(device) for device in new}
    kept = [device for device in config.devices if _post(device) not in posts]
    _check_names(walk, [{"name": device.name} for device in (*kept, *new)])
    if walk.problems:
        raise ConfigError(config.path, walk.problems, _called(list(tables)))
    return msgspec.structs.replace(config, devices=(*kept, *new))


def _devices(walk: Walk, raw: object) -> list[DeviceConfig | None]:
    """One entry per `[[device]]`, None for one with problems."""
    if not isinstance(raw, list):
        walk.complain(("device",), show(raw), "tables, each opened by [[device]]")
        return []
    return [_device(walk, table, ("device", n)) for n, table in enumerate(raw)]


def _device(walk: Walk, raw: object, key: Key) -> DeviceConfig | None:
    table = walk.struct(raw, _DeviceTable, key)
    driver = _driver(walk, raw, key)
    if driver is None or not isinstance(raw, Mapping):
        return None
    port, given = raw.get("port"), raw.get("settings", {})
    simulated = isinstance(port, str) and port.startswith("sim:")
    if isinstance(port, str):
        _check_port(walk, port, driver, (*key, "port"))
    settings = walk.struct(given, driver.Settings, (*key, "settings"), missing_is_fine=simulated)
    if not isinstance(table, _DeviceTable):
        return None
    if table.role != driver.role:
        walk.complain((*key, "role"), show(table.role), f"{show(driver.role)}, the role of driver {table.driver}")
        return None
    device = DeviceConfig(
        name=table.name,
        role=table.role,
        driver=table.driver,
        port=table.port,
        driver_class=driver,
        settings=settings if isinstance(settings, msgspec.Struct) else None,
        given=table.settings,
    )
    _check_builds(walk, device, key)
    return device


def _check_builds(walk: Walk, device: DeviceConfig, key: Key) -> None:
    """Let the driver itself look at its port beside its settings, when nothing else is wrong with them."""
    wrong = any(problem.key[: len(key)] == key for problem in walk.problems)
    if wrong or device.settings is None or device.simulator is not None:
        return
    try:
        build(device)
    except ValueError as error:
        walk.complain((*key, "port"), show(device.port), f"one that driver {device.driver} takes: {error}")


def _driver(walk: Walk, raw: object, key: Key) -> type[AnyDevice] | None:
    name = raw.get("driver") if isinstance(raw, Mapping) else None
    if not isinstance(name, str):
        return None
    known = driver_names()
    if name not in known:
        walk.complain((*key, "driver"), show(name), listed(known), near(name, known))
        return None
    try:
        return load_driver(name)
    except DriverError as error:
        walk.complain((*key, "driver"), str(error), "a driver that can be imported")
        return None


def _check_port(walk: Walk, port: str, driver: type[AnyDevice], key: Key) -> None:
    if port.startswith("sim:"):
        known = plugins("kiosk.simulators").names
        if (name := port.removeprefix("sim:")) not in known:
            meant = near(name, known)
            walk.complain(
                key, show(port), listed(f"sim:{simulator}" for simulator in sorted(known)), meant and f"sim:{meant}"
            )
        return
    scheme = "serial" if port.startswith("/") else port.partition(":")[0].lower()
    schemes = driver.port_schemes + (("record", "replay") if "spy" in driver.port_schemes else ())
    if schemes and scheme not in schemes:
        meant = near(scheme, driver.port_schemes)
        walk.complain(key, show(port), f"a URL with {listed(f'{name}:' for name in driver.port_schemes)}", meant)
    elif schemes and scheme not in (*SCHEMES, *WEB):
        return  # the driver's own kind of address, which it looks at itself
    elif problem := _url_problem(port, scheme):
        walk.complain(key, show(port), problem)


def _url_problem(url: str, scheme: str) -> str | None:
    """What a well-formed URL of that scheme would be, unless this is one."""
    if scheme not in WEB:
        try:
            parse_url(url)
        except PortUrlError as error:
            return str(error).removeprefix(f"{url}: ")
        return None
    try:
        parts = urlsplit(url)
        whole = bool(parts.hostname) and parts.port != 0 and not parts.query and not parts.fragment
        bare = parts.username is None and parts.password is None and not any(c.isspace() for c in url)
    except ValueError:
        return f"{scheme}://HOST[:PORT][/PATH]"
    return None if whole and bare else f"{scheme}://HOST[:PORT][/PATH]"


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
    _check_names(walk, raw)
    _check_posts(walk, devices)
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


def _check_names(walk: Walk, raw: object) -> None:
    names: set[str] = set()
    for n, table in enumerate(raw if isinstance(raw, list) else []):
        name = table.get("name") if isinstance(table, Mapping) else None
        if not isinstance(name, str):
            continue
        if name in names:
            walk.complain(("device", n, "name"), f"{show(name)} once more", "a name that no other device has")
        names.add(name)


def _check_posts(walk: Walk, devices: list[DeviceConfig | None]) -> None:
    """One device a role; for payment, one a channel."""
    posts: dict[str, str] = {}
    for n, device in enumerate(devices):
        if device is None:
            continue
        post = _post(device)
        if post in posts:
            walk.complain(("device", n), f"a second {post}", f"one only, and {show(posts[post])} is it")
        posts.setdefault(post, device.name)


def _post(device: DeviceConfig) -> str:
    return f"{device.role} for {driver.channel}" if _pays(driver := device.driver_class) else device.role


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


def _pays(driver: type[AnyDevice]) -> TypeGuard[type[PaymentMethod[Any]]]:
    return issubclass(driver, PaymentMethod)


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


def _called(raw: object) -> list[str]:
    """What to call each device in messages: its name, or its place in the file."""
    tables = raw if isinstance(raw, list) else []
    names = [table.get("name") if isinstance(table, Mapping) else None for table in tables]
    return [
        name if isinstance(name, str) and re.search(NAME, name) and names.count(name) == 1 else str(n)
        for n, name in enumerate(names, 1)
    ]


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
