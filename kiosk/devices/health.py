"""How a device is: a closed set. Unknown is neither fine nor broken, and is never drawn as either.

Words follow XFS4IoT where it has them (paper full, low, out, jammed, unknown).
"""

from typing import Literal

import msgspec

Reason = Literal[
    "paper_out",
    "paper_jammed",
    "cover_open",
    "cutter_error",
    "head_hot",
    "mechanical_error",
    "unrecoverable_error",
    "bad_clock",
    "bad_credentials",
    "refused_by_peer",
    "earlier_payment_unresolved",
    "sheets_out",
    "sheet_jammed",
    "tray_missing",
    "door_open",
    "toner_out",
    "output_full",
    "printer_error",
    "queue_stopped",
    "queue_closed",
    "reader_broken",
    "reader_not_authorized",
]
"""Why a device needs a person, as a message key (`reason.<key>`)."""

Warning_ = Literal["paper_low", "slow", "sheets_low", "toner_low", "output_nearly_full"]
"""What a clerk should see to soon, though the device works (`warning.<key>`)."""


class Ready(msgspec.Struct, frozen=True, tag="ready"):
    """The device works. `warnings` are for the clerk; residents need not know."""

    warnings: tuple[Warning_, ...] = ()


class Busy(msgspec.Struct, frozen=True, tag="busy"):
    """The device is at work and will be ready by itself."""


class NeedsAttention(msgspec.Struct, frozen=True, tag="needs_attention"):
    """The device answers, and says that a person must see to it."""

    reasons: tuple[Reason, ...]


class Offline(msgspec.Struct, frozen=True, tag="offline"):
    """The device cannot be reached. `detail` is for staff and logs, never for residents."""

    detail: str


class Unknown(msgspec.Struct, frozen=True, tag="unknown"):
    """The device could be asked, but its answer tells nothing (or nobody has asked yet)."""

    detail: str = ""


Health = Ready | Busy | NeedsAttention | Offline | Unknown


def usable(health: Health) -> bool:
    """Whether a journey may count on the device now."""
    return isinstance(health, Ready | Busy)
