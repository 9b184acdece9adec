"""How a terminal is, as it tells its hub now and then. Nothing of it is kept but the last."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

PATH = "/v1/status"
CONTENT_TYPE = "application/json"
State = Literal["ready", "busy", "needs_attention", "offline", "unknown"]
Short = Annotated[str, Meta(max_length=64)]


class DeviceStatus(msgspec.Struct, frozen=True, kw_only=True):
    """One device of a terminal."""

    name: Short
    role: Short
    state: State
    reasons: Annotated[tuple[Short, ...], Meta(max_length=16)] = ()
    """Message keys: what a person must see to (`reason.paper_out`), or should soon (`warning.paper_low`)."""


class Status(msgspec.Struct, frozen=True, kw_only=True):
    """What a terminal says of itself."""

    version: Short
    money_open: bool
    """Whether it takes money now."""
    rows: Annotated[int, Meta(ge=0)]
    """Of its journal that the hub does not have."""
    closed: Short = ""
    """Why the staff closed it, in their words; nothing while it is open."""
    configuration: int = 0
    """The version of what the hub configured that is in force; 0 for the terminal's own file."""
    devices: Annotated[tuple[DeviceStatus, ...], Meta(max_length=64)]


class Heard(msgspec.Struct, frozen=True, tag="heard"):
    """The hub's answer."""

    at: int
    """By its clock: milliseconds since 1970, UTC."""
