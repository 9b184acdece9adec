"""All that a terminal has to do with its hub while a ledger is open: its journal goes up, commands come
down, and its queue is one with that of the hall."""

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path

from kiosk.config import Config
from kiosk.devices.secret import SecretError
from kiosk.ledger.errors import LedgerError
from kiosk.ledger.ledger import Ledger
from kiosk.protocol.status import Status
from kiosk.sync.attending import Attendant, plan_of
from kiosk.sync.carrying import Carrier, Handlers
from kiosk.sync.commands import Listener
from kiosk.sync.identity import Identity, NotPairedError, identity_in
from kiosk.sync.private import PrivateSender
from kiosk.sync.reporting import Reporter
from kiosk.sync.sender import Sender
from kiosk.tickets.desk import Desk

log = logging.getLogger(__name__)

LOOK_AGAIN_S = 10.0
"""For a pairing, or for what was wrong with it."""


async def talk_to_hub(
    ledger: Ledger,
    folder: Path,
    config: Config,
    status: Callable[[int], Status],
    handlers: Handlers,
    *,
    queue: Desk | None,
    now: Callable[[], float],
) -> None:
    """Until it is cancelled; waits for a pairing first. `status` says how the terminal is, given how many rows wait;
    `handlers` carry commands out; `queue` takes part in the hall's; `now`: seconds since 1970, UTC. Raises what the
    ledger raises."""
    carrier = Carrier(ledger, handlers, lambda: int(now() * 1000))
    told = ""
    try:
        await carrier.go_on()
        while True:
            try:
                identity = identity_in(folder)
                if (identity.hall, identity.terminal) != (config.hall.id, config.terminal.id):
                    raise NotPairedError(
                        f"{identity.terminal} of {identity.hall} was paired, not this terminal: pair it"
                    )
                sender = Sender(ledger, identity, config.hub, now)
                reporter = Reporter(ledger.waiting, identity, config.hub, status, now)
                parts = [
                    sender.run(),
                    reporter.run(),
                    Listener(carrier, identity, config.hub, now, reporter.soon).run(),
                    PrivateSender(ledger, identity, config.hub, now).run(),
                ]
                if queue is not None:
                    plan = plan_of(config.queue, config.hall)
                    parts.append(Attendant(queue, identity, config.hub, plan, now=now, found=sender.hurry).run())
                await _while_paired(folder, identity, *map(asyncio.create_task, parts))
                continue  # as whom it was paired anew
            except LedgerError:
                raise
            except (NotPairedError, SecretError, ValueError, OSError) as error:
                if str(error) != told:
                    told = str(error)
                    log.error("the hub is not talked to: %s", error)
            except Exception:
                log.exception("the hub is not talked to for %g s", LOOK_AGAIN_S)
            await asyncio.sleep(LOOK_AGAIN_S)
    finally:
        await carrier.aclose()


async def _while_paired(folder: Path, identity: Identity, *tasks: "asyncio.Task[None]") -> None:
    """Until one of the tasks raises something, or the terminal is paired as somebody else."""
    try:
        while not any(task.done() for task in tasks) and identity_in(folder) == identity:
            await asyncio.wait(tasks, timeout=LOOK_AGAIN_S, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for task in tasks:
        if not task.cancelled():
            task.result()
