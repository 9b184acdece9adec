"""Drivers by name, through the entry-point group `kiosk.drivers`: ours and an outsider's register alike."""

from typing import Any

import msgspec

from kiosk.devices.device import Device, Role
from kiosk.plugins import plugins

GROUP = "kiosk.drivers"
AnyDevice = Device[Any]


class DriverError(LookupError):
    """A driver is not installed, cannot be imported, or is no driver. The message is for staff."""


class DeviceConfig(msgspec.Struct, frozen=True, kw_only=True):
    """One `[[device]]` table, checked. `given` is `[device.settings]` as written; `settings` is None only while
    `port` is a simulator's (`sim:NAME`) and the launcher has not yet said where that runs."""

    name: str
    role: Role
    driver: str
    port: str
    driver_class: type[AnyDevice]
    settings: msgspec.Struct | None
    given: dict[str, object]

    @property
    def simulator(self) -> str | None:
        """The NAME of an unresolved `sim:NAME`."""
        return self.port.removeprefix("sim:") if self.port.startswith("sim:") else None


def driver_names() -> list[str]:
    """All that are installed, without importing any."""
    return sorted(plugins(GROUP).names)


def load_driver(name: str) -> type[AnyDevice]:
    """The driver's class, imported. Raises `DriverError`."""
    found = [point for point in plugins(GROUP) if point.name == name]
    if not found:
        raise DriverError(f"no driver {name} is installed")
    try:
        driver = found[0].load()
    except Exception as error:
        raise DriverError(f"driver {name} cannot be imported: {type(error).__name__}: {error}") from error
    if not (isinstance(driver, type) and issubclass(driver, Device) and issubclass(driver.Settings, msgspec.Struct)):
        raise DriverError(f"{found[0].value} is no driver")
    if lacking := driver.__abstractmethods__:
        raise DriverError(f"driver {name} lacks {', '.join(sorted(lacking))}")
    return driver
