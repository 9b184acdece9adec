"""What the stage is told about the panel, the hall and the machine's front. No Qt: the configuration includes these."""

from typing import Literal

import msgspec

Backend = Literal["software", "gpu"]


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

    x_mm: float
    y_mm: float


class FrontPanel(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The machine's front as the resident stands before it: where the screen is and where paper comes out."""

    width_mm: float = 420
    height_mm: float = 1500
    screen_left_mm: float = 76
    screen_top_mm: float = 160
    paper: Spot = Spot(210, 760)


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
