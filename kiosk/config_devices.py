"""The `[[device]]` tables of `config.toml`: each held against its driver, and all against one another."""

import re
from collections.abc import Mapping
from typing import Annotated, Any, TypeGuard
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta

from kiosk.config_walk import Key, Walk, listed, near, show
from kiosk.devices.device import Role
from kiosk.devices.drivers import AnyDevice, DeviceConfig, DriverError, driver_names, load_driver
from kiosk.devices.payment import PaymentMethod
from kiosk.devices.registry import build
from kiosk.plugins import plugins
from kiosk.ports.errors import PortUrlError
from kiosk.ports.urls import SCHEMES, parse_url

WEB = ("http", "https", "ipp", "ipps")
NAME = r"^[a-z][a-z0-9_-]{0,31}\Z"
"""Of a device: it is written into the ledger and into logs."""


class _DeviceTable(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    name: Annotated[
        str,
        Meta(
            pattern=NAME,
            description="up to 32 small letters, digits, - or _, the first a letter",
        ),
    ]
    role: Role
    driver: str
    port: str
    settings: dict[str, Any] = {}


def devices_in(walk: Walk, raw: object) -> list[DeviceConfig | None]:
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
        check_port(walk, port, driver, (*key, "port"))
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
    check_builds(walk, device, key)
    return device


def check_builds(walk: Walk, device: DeviceConfig, key: Key) -> None:
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


def check_port(walk: Walk, port: str, driver: type[AnyDevice], key: Key) -> None:
    """Hold an address against what the driver takes."""
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


def check_names(walk: Walk, raw: object) -> None:
    """Each has a name of its own."""
    names: set[str] = set()
    for n, table in enumerate(raw if isinstance(raw, list) else []):
        name = table.get("name") if isinstance(table, Mapping) else None
        if not isinstance(name, str):
            continue
        if name in names:
            walk.complain(("device", n, "name"), f"{show(name)} once more", "a name that no other device has")
        names.add(name)


def check_posts(walk: Walk, devices: list[DeviceConfig | None]) -> None:
    """One device a role; for payment, one a channel."""
    posts: dict[str, str] = {}
    for n, device in enumerate(devices):
        if device is None:
            continue
        post = post_of(device)
        if post in posts:
            walk.complain(("device", n), f"a second {post}", f"one only, and {show(posts[post])} is it")
        posts.setdefault(post, device.name)


def post_of(device: DeviceConfig) -> str:
    """What it is there for, as people call it."""
    return f"{device.role} for {driver.channel}" if _pays(driver := device.driver_class) else device.role


def _pays(driver: type[AnyDevice]) -> TypeGuard[type[PaymentMethod[Any]]]:
    return issubclass(driver, PaymentMethod)


def called(raw: object) -> list[str]:
    """What to call each device in messages: its name, or its place in the file."""
    tables = raw if isinstance(raw, list) else []
    names = [table.get("name") if isinstance(table, Mapping) else None for table in tables]
    return [
        name if isinstance(name, str) and re.search(NAME, name) and names.count(name) == 1 else str(n)
        for n, name in enumerate(names, 1)
    ]
