"""The role `ReceiptPrinter`: turn a slip into paper, and say truthfully whether paper came out."""

from abc import abstractmethod
from typing import Literal

import msgspec

from kiosk.devices.device import Device, S_co
from kiosk.devices.health import Health, Reason
from kiosk.slips.slip import Slip

Paper = Literal["full", "low", "out", "jammed", "unknown"]


class Printed(msgspec.Struct, frozen=True, tag="printed"):
    """The printer proved that the whole slip came out."""


class NotPrinted(msgspec.Struct, frozen=True, tag="not_printed"):
    """Proof that nothing of it came out (or that it will not be printed later by itself)."""

    reason: Reason | Literal["offline"]


class PrintUnknown(msgspec.Struct, frozen=True, tag="print_unknown"):
    """The bytes went out and no proof came back. Never repeated by itself: offered as a marked reprint."""

    why: str


PrintOutcome = Printed | NotPrinted | PrintUnknown


class ReceiptPrinter(Device[S_co]):
    """See the module."""

    role = "receipt_printer"

    @abstractmethod
    async def print(self, slip: Slip) -> PrintOutcome:
        """Print one slip and wait for the proof, within the driver's own time-out."""

    @abstractmethod
    async def paper(self) -> Paper:
        """The roll as last seen by the printer's sensors."""

    @abstractmethod
    async def status(self) -> Health:
        """`paper_low` is a warning; out, jammed, cover and cutter are reasons for attention."""
