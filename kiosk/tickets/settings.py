"""`[queue]` of the configuration."""

from typing import Annotated

import msgspec
from msgspec import Meta

from kiosk.devices.secret import Secret
from kiosk.queueing.rules import Plan


class ClerkPage(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[queue.page]`: the page on which clerks call numbers, in the browser of their own computer."""

    pin: Secret
    """What opens it, 4 to 12 digits: named, not written here."""
    host: Annotated[str, Meta(pattern=r"^[0-9a-fA-F.:]{2,45}\Z", description="an IP address of this machine")] = (
        "127.0.0.1"
    )
    """Where it listens: `127.0.0.1` for this machine alone, its address in the hall's network, or `0.0.0.0`."""
    port: Annotated[int, Meta(ge=1024, le=65535)] = 8411


class QueueSettings(Plan, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[queue]` as a whole."""

    print_limit_seconds: Annotated[float, Meta(gt=0, le=600)] = 60.0
    """The longest a printer may take for one ticket before nobody knows what became of it."""
    one_per_person: bool = False
    """Whether who takes a number lays down an identity card, and has one number for each business and day at this
    terminal. Without a reader that works numbers are given all the same."""
    shown_seconds: Annotated[float, Meta(ge=5, le=300)] = 25.0
    """How long a printed ticket stays on the screen when nobody touches it."""
    page: ClerkPage | None = None
    """The page on which clerks call numbers; there is none when left out."""
