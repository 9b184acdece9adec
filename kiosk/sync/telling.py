"""How this terminal is, in the words of the hub's protocol."""

from functools import cache
from importlib.metadata import version

import msgspec

from kiosk.devices.health import Health, NeedsAttention, Ready
from kiosk.devices.registry import Devices
from kiosk.protocol.status import DeviceStatus, State, Status

_version = cache(version)


def status_of(devices: Devices, *, money_open: bool, rows: int, closed: str, configuration: int) -> Status:
    """`rows` of the journal wait to be sent; `closed` and `configuration` as in `Status`."""
    return Status(
        version=_version("menkou"),
        money_open=money_open,
        rows=rows,
        closed=closed,
        configuration=configuration,
        devices=tuple(
            DeviceStatus(
                name=device.name,
                role=device.role,
                state=msgspec.convert(devices.health(device.name).__struct_config__.tag, State),
                reasons=_reasons(devices.health(device.name)),
            )
            for device in devices.all
        ),
    )


def _reasons(health: Health) -> tuple[str, ...]:
    match health:
        case Ready(warnings):
            return tuple(f"warning.{warning}" for warning in warnings)
        case NeedsAttention(reasons):
            return tuple(f"reason.{reason}" for reason in reasons)
        case _:
            return ()
