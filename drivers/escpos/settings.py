"""What differs between receipt printers that all speak ESC/POS."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

Encoding = Literal["gb18030", "gbk", "gb2312", "utf-8"]
Seconds = Annotated[float, Meta(gt=0, le=600)]


class EscPosSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The defaults suit the common 80 mm kiosk printer with Simplified Chinese firmware. Times in seconds."""

    paper_mm: Literal[58, 80] = 80
    encoding: Encoding = "gb18030"
    """What the firmware's Chinese mode expects. Only the 2-byte area of GB18030 is used, since printers hold no
    more; a smaller font is `gb2312`. The rest of a slip is drawn."""
    proof: Literal["auto", "gs_h", "gs_r", "none"] = "auto"
    """How the printer proves that a slip came out: GS ( H (best), GS r, or not at all: then every print ends as
    unknown. `auto` asks the printer when it is connected."""
    cut: Literal["partial", "full", "none"] = "partial"
    feed_lines: Annotated[int, Meta(ge=0, le=50)] = 5
    """Lines fed before the cut, so that the last one has passed the cutter (about 15 mm above the print head)."""
    roll_sensor: Literal["standard", "presenter"] = "standard"
    """`presenter`: bit 6 of the roll status says that a slip lies in the exit, not that paper is out (PPU-231II)."""
    black_mark: bool = False
    """Bit 2 of the error status means a missing black mark rather than a mechanical error (Citizen)."""
    open_timeout_s: Seconds = 3.0
    reply_timeout_s: Seconds = 0.5
    """For one real-time status; the sheet's printers answer within some 20 ms."""
    reply_tries: Annotated[int, Meta(ge=1, le=20)] = 2
    probe_timeout_s: Seconds = 3.0
    """For the first buffered answer after connecting, which tells what proof the printer can give."""
    write_timeout_s: Seconds = 8.0
    """For one chunk: how long a printer may keep us waiting while its buffer is full."""
    send_timeout_s: Seconds = 60.0
    """For all bytes of a slip."""
    proof_timeout_s: Seconds = 25.0
    """From the last byte of the slip to the proof that it came out."""
    watch_every_s: Seconds = 0.5
    """How often the sensors are asked while a slip prints."""
    recover_every_s: Seconds = 10.0
    """How often a cutter error is cleared by command, in case the jam was removed by hand."""
    recover_wait_s: Seconds = 2.0
    """How long a cutter may take to come home after that."""
    chunk_bytes: Annotated[int, Meta(ge=16, le=65_536)] = 1024

    @property
    def columns(self) -> int:
        """Characters of the 12-dot font on a line; a Han character takes two."""
        return 48 if self.paper_mm == 80 else 32

    @property
    def dots(self) -> int:
        """Width of the print head at 203 dpi (8 dots a millimeter)."""
        return self.columns * 12
