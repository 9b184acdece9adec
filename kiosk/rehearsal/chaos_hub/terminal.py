"""One terminal of the campaign between terminals and hub: `python -m kiosk.rehearsal.chaos_hub.terminal CONFIG`.

The real ledger and all that talks to the hub, without devices. It records ratings until it is
killed; with `--drain` it records nothing, and ends with 0 once the hub has all of it.
"""

import argparse
import asyncio
import contextlib
import logging
import secrets
import sys
import time
from pathlib import Path

from kiosk.config import Config, load
from kiosk.ledger.ledger import Ledger
from kiosk.protocol.ratings import RatingGiven
from kiosk.protocol.status import Status
from kiosk.sync.hub import talk_to_hub

PAUSE_MS = 30
"""Longest between two events."""


async def run(config: Config, *, skew_s: float, drain: bool) -> None:
    """Until it is killed, or has nothing more to send."""

    def now() -> float:
        return time.time() + skew_s

    folder = config.path.parent / config.ledger.folder
    ledger = await Ledger.open(folder, config.terminal.id, now)
    talking = asyncio.create_task(talk_to_hub(ledger, folder, config, _status, {}, queue=None, now=now))
    try:
        if drain:
            while (await ledger.unsent(1)).rows:
                await asyncio.wait({talking}, timeout=0.05)
                if talking.done():
                    talking.result()
        else:
            while not talking.done():
                await _rate(ledger)
                await asyncio.sleep(secrets.randbelow(PAUSE_MS) / 1000)
            talking.result()
    finally:
        talking.cancel()
        await asyncio.gather(talking, return_exceptions=True)
        await ledger.aclose()


async def _rate(ledger: Ledger) -> None:
    matter = secrets.token_hex(12)
    rating = RatingGiven(
        matter=matter,
        about=f"service {matter}",
        service="gas_bill",
        grade=5,
        business_date="2026-11-24",
        language="zh_CN",
        at_ms=int(time.time() * 1000),
    )
    await ledger.note(rating)


def _status(rows: int) -> Status:
    return Status(version="campaign", money_open=True, rows=rows, devices=())


def main() -> int:
    """See the module."""
    parser = argparse.ArgumentParser()
    parser.add_argument("config", type=Path)
    parser.add_argument("--skew-s", type=float, default=0.0)
    parser.add_argument("--drain", action="store_true")
    chosen = parser.parse_args()
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(run(load(chosen.config), skew_s=chosen.skew_s, drain=chosen.drain))
    return 0


if __name__ == "__main__":
    sys.exit(main())
