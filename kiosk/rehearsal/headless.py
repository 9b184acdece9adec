"""One visit, or one restart, of the real engine without a screen, in this process. Campaigns run it in processes of
their own and cut their power at a checkpoint."""

import asyncio
import os
import signal
from collections.abc import Callable
from pathlib import Path

import msgspec

from kiosk.config import Announcement, Config, LedgerSettings, load, resolve_simulators
from kiosk.engine import Engine
from kiosk.orders.settings import OrderSettings
from kiosk.rehearsal.resident import Resident
from kiosk.rehearsal.simulators import Simulators
from kiosk.visit import VisitSettings

QUICK_ORDERS = OrderSettings(
    offer_seconds=4,
    poll_seconds=0.05,
    retry_first_seconds=0.05,
    retry_most_seconds=0.5,
    refund_retry_most_seconds=0.5,
    pay_by_margin_seconds=1,
)
QUICK_VISIT = VisitSettings(goodbye_seconds=0.1, working_at_least_seconds=0, patience_seconds=5)

QUICK_SETTINGS: dict[str, dict[str, object]] = {
    "wechat_pay": {"request_lifetime_s": 1},
    "transbank_pos": {"answer_seconds": 0.8, "ack_timeout_s": 0.3, "reply_timeout_s": 1, "reversal_timeout_s": 1},
}
"""Of drivers: a request that a killed process did not send must be given up in a test's time."""


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """What one process does. With no `account` nobody comes: it restarts, and ends when every order is closed."""

    config: Path
    ledger: Path
    announcements: dict[str, Announcement]
    account: str | None = None
    journey: str = "gas_bill"
    channel: str = "wechat"
    pays: bool = True
    kill_at: int | None = None
    late_watch_hours: int = 0
    seconds: float = 20
    log: Path
    """Every checkpoint and view is written here as a line, so that a killed process still tells."""


def quick(run: Run) -> Config:
    """The configuration of a run: the file's, with short times."""
    config = load(run.config)
    hurried = [
        msgspec.structs.replace(device, given={**QUICK_SETTINGS.get(device.driver, {}), **device.given})
        for device in config.devices
    ]
    config = resolve_simulators(msgspec.structs.replace(config, devices=tuple(hurried)), run.announcements)
    orders = msgspec.structs.replace(QUICK_ORDERS, late_watch_hours=run.late_watch_hours)
    return msgspec.structs.replace(config, ledger=LedgerSettings(folder=run.ledger), orders=orders, visit=QUICK_VISIT)


def main(run: Run) -> None:
    """Do a run. The process ends with 0, or by SIGKILL at its checkpoint, or with 1 when time ran out."""
    with run.log.open("ab", buffering=0) as log:
        done = asyncio.run(_run(run, lambda line: log.write(line.encode() + b"\n")))
    os._exit(0 if done else 1)


async def _run(run: Run, note: Callable[[str], object]) -> bool:
    checkpoints = 0

    def observe(name: str) -> None:
        nonlocal checkpoints
        note(f"checkpoint {checkpoints} {name}")
        if checkpoints == run.kill_at:
            os.kill(os.getpid(), signal.SIGKILL)
        checkpoints += 1

    simulators = Simulators(run.log.parent, ())
    simulators.announcements = run.announcements

    async def scan(code: str) -> None:
        await asyncio.to_thread(simulators.do, "wechat_pay", "pay", code_url=code)

    async def present_card(_: str) -> None:
        await asyncio.to_thread(simulators.do, "transbank_pos", "pay")

    pay = {"wechat": scan, "card": present_card} if run.pays else {}
    resident = Resident(run.account or "", pay, journey=run.journey, channel=run.channel)
    engine = Engine(quick(run), resident, observe=observe)
    resident.take = engine.take if run.account else lambda _: None
    task = asyncio.create_task(engine.run())
    try:
        async with asyncio.timeout(run.seconds):
            if run.account:
                await resident.done.wait()
            await _until_closed(engine)
    except TimeoutError:
        return False
    finally:
        for view in resident.seen:
            note(f"view {type(view).__name__} {getattr(view, 'truth', '')}".rstrip())
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    return True


async def _until_closed(engine: Engine) -> None:
    await engine.money_open.wait()
    if engine.orders is not None:
        await engine.orders.all_closed()
