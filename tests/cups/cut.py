"""A terminal's print desk in a process of its own, whose power goes at one of its steps.

`python -m tests.cups.cut FOLDER PORT SETTINGS PRINTS KILL_AT`: recovers; where PRINTS is 1, prints a form of three
pages; tells what stands in the ledger.
"""

import asyncio
import os
import signal
import sys
from datetime import UTC
from pathlib import Path

import msgspec

from drivers.cups.driver import Cups
from drivers.cups.settings import CupsSettings
from kiosk.forms.desk import PrintDesk, Wish
from kiosk.forms.form import Form, FormFile
from kiosk.forms.settings import HOUSE_FORMS
from kiosk.ledger.ledger import Ledger
from kiosk.protocol.forms import FormRow
from tests.cups.conftest import pdf

PAGES = 3


async def main(folder: Path, port: str, settings: CupsSettings, kill_at: int, *, prints: bool) -> None:
    """See the module."""
    passed = 0

    def observe(name: str) -> None:
        nonlocal passed
        sys.stdout.write(f"passed {name}\n")
        sys.stdout.flush()
        if passed == kill_at:
            os.kill(os.getpid(), signal.SIGKILL)
        passed += 1

    ledger = await Ledger.open(folder, "T09")
    driver = Cups("documents", port, settings)
    desk = PrintDesk(
        lambda: driver, usable=lambda: True, ledger=lambda: ledger, now_ms=lambda: 0, zone=UTC, observe=observe
    )
    await desk.recover()
    if prints:
        file = msgspec.toml.decode((HOUSE_FORMS / "101" / "form.toml").read_bytes(), type=FormFile)
        file = msgspec.structs.replace(file, pages=PAGES, sides="one")
        form = Form(file=file, folder=HOUSE_FORMS / "101", official=False)
        wish = Wish(form=form, pdf=pdf(PAGES), pages=PAGES, copies=1, filled=False, language="zh_CN")
        running = await desk.start(wish)
        while running is not None and running.outcome is None:
            await running.change()
    for row in await ledger.matters(FormRow):
        sys.stdout.write(f"row {msgspec.json.encode(row).decode()}\n")
    await desk.aclose()
    await driver.aclose()
    await ledger.aclose()


if __name__ == "__main__":
    folder, port, settings, prints, kill_at = sys.argv[1:]
    given = msgspec.json.decode(settings, type=CupsSettings)
    asyncio.run(main(Path(folder), port, given, int(kill_at), prints=prints == "1"))
