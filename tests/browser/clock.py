"""The time of the hall, which jumps. Only the wall clock is another one: waits take as long as they take, as on a
machine whose clock was set.

(`libfaketime` would be the usual way. Under it Python's threads waited for each other for half a minute, or for ever.)
"""

import os
import struct
import time
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

FILE = "MENKOU_HALL_CLOCK"
"""The environment variable that names the file with how many seconds the hall is ahead of the world."""


class Clock:
    """Days count from 1, which is today."""

    def __init__(self, folder: Path, zone: ZoneInfo) -> None:
        self._file = folder / "clock"
        self._zone = zone
        self._first = datetime.now(zone).date()
        self._file.write_bytes(bytes(8))

    @property
    def environment(self) -> Mapping[str, str]:
        """Of the processes that live by it."""
        return {"PYTHONPATH": str(Path(__file__).with_name("hall_time")), FILE: str(self._file)}

    def date(self, day: int) -> date:
        """In the calendar."""
        return self._first + timedelta(days=day - 1)

    def now(self) -> datetime:
        """What a clock in the hall says."""
        return datetime.fromtimestamp(time.time() + _ahead(self._file), self._zone)

    def ahead(self, day: int, hour: int, minute: int = 0, second: int = 0) -> float:
        """How far the hall must be ahead for it to be that time there."""
        of = self.date(day)
        return datetime(of.year, of.month, of.day, hour, minute, second, tzinfo=self._zone).timestamp() - time.time()

    def becomes(self, day: int, hour: int, minute: int = 0) -> None:
        """It is that time now, everywhere."""
        put(self._file, self.ahead(day, hour, minute))


def put(file: Path, ahead: float) -> None:
    """Set it, from whichever process."""
    clock = os.open(file, os.O_WRONLY)
    try:
        os.pwrite(clock, struct.pack("d", ahead), 0)
    finally:
        os.close(clock)


def _ahead(file: Path) -> float:
    return float(struct.unpack("d", file.read_bytes())[0])
