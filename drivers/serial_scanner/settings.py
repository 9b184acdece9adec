"""What differs between scanners on a serial line: how the light is switched, and where a code ends."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

Seconds = Annotated[float, Meta(gt=0, le=60)]
Bytes = Annotated[str, Meta(pattern=r"^([0-9A-Fa-f]{2}( [0-9A-Fa-f]{2})*)?\Z", description='bytes like "16 54 0D"')]


class SerialScannerSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A scanner engine that sends codes over a serial line or a USB port that acts as one. It must be set, once, to be
    switched by command (or to read for ever: `continuous`) and to end each code with the `suffix`.

    Times in seconds.
    """

    trigger: Literal["continuous", "honeywell", "newland", "sunmi", "datalogic", "custom"] = "continuous"
    """How reading begins and ends. `honeywell` is also that of Datalogic's 7000 series and of Canmax, `datalogic` that
    of PowerScan."""
    start: Bytes = ""
    """For `custom`: what begins reading …"""
    stop: Bytes = ""
    """… and what ends it."""
    suffix: Literal["cr", "lf", "crlf", "none"] = "cr"
    """What ends a code; `none`: silence does."""
    silence_s: Annotated[float, Meta(ge=0.02, le=1)] = 0.08
    """A silence this long ends a code where no suffix does, and makes half a code none where one should."""
    encoding: Literal["utf-8", "gb18030", "ascii"] = "utf-8"
    """How its bytes are letters. A code that is none in that is dropped."""
    longest: Annotated[int, Meta(ge=1, le=4296)] = 4296
    """Characters; a longer one is none. No code holds more."""
    repeat_s: Annotated[float, Meta(ge=0, le=10)] = 1.5
    """The same code again within this is the same scan."""
    again_s: Seconds = 4.0
    """Most engines put their light out by themselves after five seconds: before that, reading is begun again."""
    open_timeout_s: Seconds = 3.0
    write_timeout_s: Seconds = 1.0
