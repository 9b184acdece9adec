"""The role `CodeScanner`: what a code says that a resident holds under a scanner.

A code is data and nothing else, whoever made it. It may be worth money (the payment code on a phone is), so no value
shows it by itself, and a driver keeps nothing of it: what is read while nobody asks is dropped.
"""

from abc import abstractmethod

import msgspec

from kiosk.devices.device import Device, S_co


class Scanned(msgspec.Struct, frozen=True, tag="scanned", eq=False):
    """A code was read: its text, printable, without what the scanner adds. Its `repr` tells only how long it is."""

    text: str

    def __repr__(self) -> str:
        return f"Scanned({len(self.text)} characters)"


class ScannerFailed(msgspec.Struct, frozen=True, tag="failed"):
    """The scanner cannot read now. `why` is for staff and logs."""

    why: str


ScanOutcome = Scanned | ScannerFailed


class CodeScanner(Device[S_co]):
    """See the module."""

    role = "code_scanner"

    @abstractmethod
    async def scan(self) -> ScanOutcome:
        """Light up and wait until a code is read, as long as it takes. One at a time.

        What was read before this was asked does not count. Cancelling it puts the light out. Raises nothing for what a
        code, a scanner or a cable can do.
        """
