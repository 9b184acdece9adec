"""What the stage is told about the panel, the hall and the machine's front. No Qt: the configuration includes these."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

Backend = Literal["software", "gpu"]
Mm = Annotated[float, Meta(ge=0, le=4000)]


class DisplaySettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The panel. Sizes on the screen are millimetres, computed from `diagonal_inch` and the resolution in pixels.

    `motion` false turns slides off. `debounce_ms` is how long a second touch of the same control, or a touch right
    after the page changed, is taken for a slip of the finger.
    """

    diagonal_inch: float = 21.5
    width: int = 1080
    height: int = 1920
    fullscreen: bool = True
    motion: bool = True
    backend: Backend = "software"
    debounce_ms: int = 500


class Spot(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A place on the machine's front, in mm from its top left corner."""

    x_mm: Mm
    y_mm: Mm


class FrontPanel(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The machine's front as the resident stands before it: screen, paper slot and readers."""

    width_mm: Mm = 420
    height_mm: Mm = 1500
    screen_left_mm: Mm = 76
    """From the front's left edge to the lit area's."""
    screen_top_mm: Mm = 160
    """From the front's top edge to the lit area's."""
    paper: Spot = Spot(210, 760)
    """The middle of the slot that paper comes out of."""
    reader: Spot = Spot(345, 720)
    """The middle of the card reader."""
    sheets: Spot = Spot(210, 1010)
    """The middle of the slot that A4 sheets come out of."""
    identity: Spot = Spot(75, 720)
    """The middle of the reader of identity cards."""
    scanner: Spot = Spot(210, 700)
    """The middle of the code scanner's window."""


class HallInfo(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The hall the terminal stands in: what it is called, whom to telephone, and its time zone (an IANA name)."""

    name: str
    name_en: str
    phone: str
    timezone: str = "Asia/Shanghai"
    front: FrontPanel = FrontPanel()

    def named(self, language: str) -> str:
        """The hall's name in `language`."""
        return self.name if language == "zh_CN" else self.name_en
