"""A desk on a real ledger, with a clock that the test sets."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from kiosk.ledger.ledger import Ledger
from kiosk.queueing.rules import Business
from kiosk.tickets.desk import Desk
from kiosk.tickets.settings import QueueSettings

ZONE = ZoneInfo("Asia/Shanghai")
PENSIONS = Business(letter="A", name="社保医保", name_en="Pensions", windows=(1, 2))
HOMES = Business(letter="B", name="住房", name_en="Housing", windows=(2,), quota=3, hours=("08:30-12:00",))
SETTINGS = QueueSettings(business=(PENSIONS, HOMES))


class Clock:
    """The hall's time; `set` takes it as people write it."""

    def __init__(self, text: str = "2026-11-30 09:00") -> None:
        self.ms = 0
        self.set(text)

    def set(self, text: str) -> None:
        self.ms = int(datetime.fromisoformat(text).replace(tzinfo=ZONE).timestamp() * 1000)

    def __call__(self) -> int:
        return self.ms


@asynccontextmanager
async def desk_on(
    folder: Path,
    clock: Clock,
    settings: QueueSettings = SETTINGS,
    *,
    terminal: str = "T1",
    observe: Callable[[str], None] = lambda _: None,
) -> AsyncIterator[Desk]:
    """A desk from opening to closing."""
    ledger = await Ledger.open(folder, terminal, lambda: clock.ms / 1000)
    broken = asyncio.Event()
    desk = Desk(ledger, folder, settings, zone=ZONE, now_ms=clock, on_broken=broken.set, observe=observe)
    try:
        await desk.open()
        yield desk
    finally:
        await desk.aclose()
        await ledger.aclose()
