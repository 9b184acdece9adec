"""`make browser`: a hub, two terminals of one hall with their windows, and the staff in a real Chromium, for two days.

Residents pay and take numbers by touch; clerks call them in a browser, and the hall's screen and the terminals' follow;
an order's story is read; money that the company does not take is given back by two managers; then the line to the hub
is broken from one afternoon to the next, over a midnight; and when it is whole again all books agree. A form is put in
at the hub, both terminals start anew with it, and residents print it. What was seen is in pictures.
"""

import argparse
import asyncio
import contextlib
import os
import shutil
import sys
import tempfile
from pathlib import Path
from zoneinfo import ZoneInfo

from tests.browser.chromium import chromium
from tests.browser.clock import Clock
from tests.browser.days import Days
from tests.browser.hall import Hub, Terminal, town
from tests.browser.relay import relay
from tests.browser.staff import Staff

ZONE = ZoneInfo("Asia/Shanghai")


async def run(pictures: Path) -> None:
    """Two days, with pictures of them."""
    with tempfile.TemporaryDirectory(prefix="menkou-browser-") as scratch:
        folder = Path(scratch)
        clock = Clock(folder, ZONE)
        clock.becomes(1, 9)
        os.environ.update(clock.environment)  # of all that is started from here on
        try:
            await _go_by(clock, folder, pictures)
        except BaseException:
            for name in ("hub", "T1", "T2"):
                sys.stderr.write(f"{name}:\n{(folder / name / 'log').read_text()[-3000:]}\n")
            raise


async def _go_by(clock: Clock, folder: Path, pictures: Path) -> None:
    hub = Hub(folder / "hub")
    one, two = terminals = (
        Terminal("T1", folder / "T1", "1/2", "zh", pictures),
        Terminal("T2", folder / "T2", "2/2", "en", pictures),
    )
    async with contextlib.AsyncExitStack() as stack:
        stack.enter_context(hub.serving())
        shared, machines = stack.enter_context(town(folder, one.name, two.name))
        line = await stack.enter_async_context(relay(hub.url))
        for terminal, its in zip(terminals, machines, strict=True):
            await stack.enter_async_context(terminal.standing(hub, line.url, its.announcements))
        browser = await stack.enter_async_context(chromium())
        staff = Staff(browser, hub, pictures)
        days = Days(
            clock=clock,
            hub=hub,
            line=line,
            town=shared,
            machines=machines,
            terminals=terminals,
            staff=staff,
            scratch=folder,
        )
        try:
            await days.go_by()
        except BaseException:
            await staff.all_seen("wrong")
            raise


def main() -> int:
    """See the module."""
    parser = argparse.ArgumentParser(prog="make browser", description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("build/browser"), help="what was there is deleted")
    chosen = parser.parse_args()
    shutil.rmtree(chosen.out, ignore_errors=True)
    chosen.out.mkdir(parents=True)
    asyncio.run(run(chosen.out.absolute()))
    sys.stdout.write(f"pictures in {chosen.out}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
