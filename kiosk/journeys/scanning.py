"""A scanner beside a question: what a resident holds under it answers, as typing would."""

import asyncio
import contextlib
import logging
import re
from collections.abc import AsyncIterator, Callable

import msgspec

from kiosk.devices.contain import contained
from kiosk.devices.health import usable
from kiosk.devices.scanner import CodeScanner, Scanned
from kiosk.services import Services
from kiosk.views.view import View
from kiosk.visit import Visit

log = logging.getLogger(__name__)

LONGEST = 200
"""Characters of a code that is worth reading: no bill has more, and a pattern is never let loose on more."""
PAUSE_S = 1.0
"""Between two tries of a scanner that fails."""


def can_scan(services: Services) -> bool:
    """Whether there is a scanner, and it works."""
    scanner = services.devices.scanner
    return scanner is not None and usable(services.devices.health(scanner.name))


@contextlib.asynccontextmanager
async def scanning(
    visit: Visit, services: Services, kind: type[View], meaning: Callable[[str], str | None]
) -> AsyncIterator[None]:
    """While a view of that `kind` is on the screen, a code that has a `meaning` answers it with that. Others are passed
    over, and nothing of any is kept. The light goes out at the end."""
    scanner = services.devices.scanner
    if scanner is None or not can_scan(services):
        yield
        return
    task = asyncio.create_task(_scan(visit, scanner, kind, meaning))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait({task}, timeout=PAUSE_S)  # a driver may ignore being cancelled


def account_of(services: Services, text: str) -> str | None:
    """The account that a bill's code names, if it is one."""
    if len(text) > LONGEST:
        return None
    found = re.fullmatch(services.scanning.account, text)
    account = found[1] if found else None
    least, most = services.devices.gas.account_digits
    good = account is not None and re.fullmatch(r"[0-9]+", account) and least <= len(account) <= most
    return account if good else None


async def _scan(
    visit: Visit, scanner: CodeScanner[msgspec.Struct], kind: type[View], meaning: Callable[[str], str | None]
) -> None:
    while True:
        try:
            outcome = await contained(scanner.scan())
        except Exception:
            log.exception("device %s failed at a scan", scanner.name)
            return
        if not isinstance(outcome, Scanned):
            await asyncio.sleep(PAUSE_S)
        elif (answer := meaning(outcome.text)) is not None:
            visit.answer(kind, answer)
