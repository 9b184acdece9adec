"""What this terminal and its hub have to do with each other: the journal goes up, and what the hall's staff order comes
down and is carried out here. Whether the staff closed the terminal counts without a hub, too."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable
from pathlib import Path

from kiosk.closing import Closing
from kiosk.config import Config
from kiosk.config_hub import came_up
from kiosk.devices.registry import Devices
from kiosk.host import Host
from kiosk.ledger.errors import LedgerError
from kiosk.ledger.ledger import Ledger
from kiosk.orders.by_staff import ByStaff
from kiosk.orders.till import Till
from kiosk.protocol.commands import (
    CloseTerminal,
    Configure,
    GiveBack,
    OpenTerminal,
    RenewRefund,
    Restart,
    SendLog,
    SettleOrder,
    SettlePayment,
    SettleRefund,
)
from kiosk.protocol.status import Status
from kiosk.restarting import Restarting
from kiosk.sync.carrying import Handlers
from kiosk.tickets.desk import Desk

log = logging.getLogger(__name__)

TRIAL_SECONDS = 20.0
"""How long a terminal must serve until a start counts as a good one."""


class HubLink:
    """See the module. Belongs to the engine's loop."""

    def __init__(
        self, config: Config, devices: Devices, till: Till, host: Host, *, folder: Path, now: Callable[[], float]
    ) -> None:
        """`folder` is the ledger's; `now`: seconds since 1970, UTC."""
        self._config = config
        self._folder = folder
        self._devices = devices
        self._till = till
        self._now = now
        self._recording = asyncio.Event()
        self._came_up = asyncio.Event()
        self._closing = Closing(folder, host.health_changed)
        self._restarting = Restarting(host.between_visits)
        self._by_staff = ByStaff(till.opened, lambda: int(now() * 1000))

    @property
    def closed(self) -> str:
        """Why the staff closed the terminal; empty while it is open."""
        return self._closing.reason

    async def restart_due(self) -> None:
        """Wait until the program is to be started anew."""
        await self._restarting.due.wait()

    async def come_up(self) -> None:
        """Believe in this start, and so in what the hub configured, once the terminal has served for a while with its
        ledger."""
        await self._recording.wait()
        await asyncio.sleep(TRIAL_SECONDS)
        if self._config.version:
            try:
                await asyncio.to_thread(came_up, self._folder, self._config.version)
            except OSError as error:
                log.error("the configuration stays on trial: %s", error)
                return
        self._came_up.set()

    @contextlib.asynccontextmanager
    async def talking(self, ledger: Ledger, queue: Desk | None) -> AsyncIterator[None]:
        """Talk to the hub meanwhile, where the hall has one. `queue` takes part in the hall's."""
        self._recording.set()
        talking = asyncio.create_task(self._talk(ledger, queue))
        try:
            yield
        finally:
            talking.cancel()
            await asyncio.gather(talking, return_exceptions=True)

    async def _talk(self, ledger: Ledger, queue: Desk | None) -> None:
        if not self._config.hub.url:
            return
        from kiosk.sync.hub import talk_to_hub  # here because a terminal without a hub starts sooner

        try:
            await talk_to_hub(
                ledger, self._folder, self._config, self._status, self._handlers(), queue=queue, now=self._now
            )
        except LedgerError:
            pass  # whoever opens it again talks again
        except Exception:
            log.exception("the hub is not talked to until the ledger is opened again")

    def _status(self, rows: int) -> Status:
        from kiosk.sync.telling import status_of

        return status_of(
            self._devices,
            money_open=self._till.orders is not None,
            rows=rows,
            closed=self.closed,
            configuration=self._config.version,
        )

    def _handlers(self) -> Handlers:
        """Who carries out what the staff order."""
        from kiosk.configuring import Configuring
        from kiosk.sync.asking import AtHub
        from kiosk.sync.log_sender import LogSender

        hub = AtHub(self._folder, self._config.hub, self._now)
        restart = self._restarting.when_nobody_is_here
        return {
            CloseTerminal: self._closing.close,
            OpenTerminal: self._closing.open,
            Restart: self._restarting.restart,
            SendLog: LogSender(self._folder, hub).send,
            Configure: Configuring(self._config.path, self._folder, hub, restart, self._came_up).configure,
            GiveBack: self._by_staff.give_back,
            SettleRefund: self._by_staff.settle_refund,
            RenewRefund: self._by_staff.renew_refund,
            SettlePayment: self._by_staff.settle_payment,
            SettleOrder: self._by_staff.settle_order,
        }
