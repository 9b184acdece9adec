"""`[queue]` of the configuration."""

from typing import Annotated

import msgspec
from msgspec import Meta

from kiosk.devices.secret import Secret
from kiosk.queueing.rules import Business, QueueRules


class ClerkPage(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[queue.page]`: the page on which clerks call numbers, in the browser of their own computer."""

    pin: Secret
    """What opens it, 4 to 12 digits: named, not written here."""
    host: Annotated[str, Meta(pattern=r"^[0-9a-fA-F.:]{2,45}\Z", description="an IP address of this machine")] = (
        "127.0.0.1"
    )
    """Where it listens: `127.0.0.1` for this machine alone, its address in the hall's network, or `0.0.0.0`."""
    port: Annotated[int, Meta(ge=1024, le=65535)] = 8411


class QueueSettings(QueueRules, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[queue]` as a whole."""

    print_limit_seconds: Annotated[float, Meta(gt=0, le=600)] = 60.0
    """The longest a printer may take for one ticket before nobody knows what became of it."""
    one_per_person: bool = False
    """Whether who takes a number lays down an identity card, and has one number for each business and day at this
    terminal. Without a reader that works numbers are given all the same."""
    shown_seconds: Annotated[float, Meta(ge=5, le=300)] = 25.0
    """How long a printed ticket stays on the screen when nobody touches it."""
    business: Annotated[tuple[Business, ...], Meta(max_length=8)] = ()
    """What people queue for, one `[[queue.business]]` table each."""
    page: ClerkPage | None = None
    """The page on which clerks call numbers; there is none when left out."""

    def __post_init__(self) -> None:
        super().__post_init__()
        letters = [business.letter for business in self.business]
        for letter in letters:
            if letters.count(letter) > 1:
                raise ValueError(f"letter {letter} belongs to one business only")

    def of(self, letter: str) -> Business | None:
        """The business of a letter."""
        return next((business for business in self.business if business.letter == letter), None)

    @property
    def windows(self) -> tuple[int, ...]:
        """Every window that serves anything."""
        return tuple(sorted({window for business in self.business for window in business.windows}))

    def serves(self, window: int) -> frozenset[str]:
        """The letters of what a window serves."""
        return frozenset(business.letter for business in self.business if window in business.windows)
