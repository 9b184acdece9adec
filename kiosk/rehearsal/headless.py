"""One visit, or one restart, of the real engine without a screen, in this process. Campaigns run it in processes of
their own and cut their power at a checkpoint."""

import asyncio
import contextlib
import os
import signal
import time
from collections import Counter
from collections.abc import Callable, Collection, Coroutine, Mapping
from functools import cache, partial
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

import msgspec

from kiosk.config import Announcement, Config, Journeys, LedgerSettings, fitted, load, resolve_simulators
from kiosk.engine import Engine
from kiosk.ledger.files import Files
from kiosk.orders.settings import OrderSettings
from kiosk.protocol.order.rows import Rows
from kiosk.protocol.order.truth import needs_staff
from kiosk.rehearsal.resident import CONFIRMS, Pay, Resident
from kiosk.rehearsal.simulators import SimulatorError, Simulators
from kiosk.rehearsal.wallets import at_the_phone
from kiosk.tickets.desk import Desk, RefusedError
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


WINDOW = 1
"""Where tickets are called."""

OPEN = "open"
"""The line of a run's log that says that it takes money now."""

Deed = Literal["pays", "pays_late", "stands", "goes_back"]
"""What a resident does with a code or at a reader: `pays_late` says that they would rather not, and pays all the same;
`stands` only stands there; `goes_back` does so once the phone asks for the password."""


Paying = Callable[[Simulators, Deed, str], Coroutine[Any, Any, str | None]]


class Strike(msgspec.Struct, frozen=True, kw_only=True):
    """A fault armed, or an action done, at a simulator when a checkpoint of that name is passed for the first time."""

    at: str = ""
    party: str
    fault: str = ""
    action: str = ""
    times: int = 1
    more: Mapping[str, Any] = {}

    def __str__(self) -> str:
        more = "".join(f" {key}={value}" for key, value in self.more.items())
        return f"{self.party} {self.fault or self.action}{more}{f' x{self.times}' if self.times != 1 else ''}"

    def land(self, simulators: Simulators) -> bool:
        """Do it; False where there is nothing to do that with at this moment."""
        with contextlib.suppress(SimulatorError):
            if self.fault:
                simulators.arm(self.party, self.fault, times=self.times, **self.more)
            else:
                simulators.do(self.party, self.action, **self.more)
            return True
        return False


MONEY = frozenset({"gas_company", "payment_method", "receipt_printer"})
"""The roles that an order needs."""


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """What one process does. With no `account` nobody comes: it restarts, and ends when every order is closed."""

    config: Path
    ledger: Path
    terminal: str = ""
    """Its id, instead of the configuration's."""
    announcements: dict[str, Announcement]
    account: str | None = None
    journey: str = "gas_bill"
    devices: frozenset[str] = frozenset()
    """The names of those that stand there; empty: all that an order needs."""
    card_terminal: str = ""
    """The driver of what takes bank cards, instead of the configuration's."""
    gas_card: str = ""
    """The card that the resident has, by its name among the simulated ones."""
    buys: bool = True
    """Whether gas is bought for that card; else the resident comes for what is owed to it."""
    keeps_card: bool = False
    """Whether the resident, asked for that card once more, would rather go."""
    channel: str = "wechat"
    pays: bool = True
    deeds: Mapping[str, Deed] | None = None
    """By channel, instead of `pays`; at a channel that lacks, the resident goes back."""
    second: str = ""
    """The channel tried after the first came to nothing."""
    strikes: tuple[Strike, ...] = ()
    kill_at: int | None = None
    kill_at_boundary: int | None = None
    """As `kill_at`, but what was passed twice before does not count, nor that a channel is asked again: how often it is
    differs from run to run."""
    late_watch_hours: int = 0
    orders: OrderSettings = QUICK_ORDERS
    visit: VisitSettings = QUICK_VISIT
    drivers: Mapping[str, Mapping[str, object]] = {}
    """Settings by driver, beside `QUICK_SETTINGS`."""
    settles: bool = False
    """Whether it ends only when nothing is watched any more; orders that wait for the staff may stay."""
    seconds: float = 20
    log: Path
    """Every checkpoint and view is written here as a line, so that a killed process still tells."""


@cache
def whole(path: Path) -> Config:
    """The file's configuration. A process that many lives are forked from reads it once for all of them."""
    return load(path)


def configured(path: Path) -> Config:
    """As much of it as an order needs."""
    return money_alone(whole(path))


def money_alone(config: Config) -> Config:
    """A configuration with nothing that moves no money but what is kept with it: a campaign starts hundreds of
    terminals, and each would look at every form and every reader."""
    devices = tuple(device for device in config.devices if device.role in MONEY)
    enabled = tuple(name for name in config.journeys.enabled if name not in ("print_form", "gas_card"))
    return msgspec.structs.replace(config, devices=devices, journeys=Journeys(enabled=enabled))


def standing(path: Path, devices: Collection[str], journey: str, card_terminal: str = "") -> Config:
    """The file's configuration with some of its devices and one of its journeys; by `card_terminal`, bank cards are
    taken by another driver than the file's."""
    config = whole(path)
    if card_terminal:
        terminal = {"name": "card", "role": "payment_method", "driver": card_terminal, "port": f"sim:{card_terminal}"}
        config = fitted(config, [terminal])
    here = tuple(device for device in config.devices if device.name in devices)
    return msgspec.structs.replace(config, devices=here, journeys=Journeys(enabled=(journey,)))


def quick(run: Run) -> Config:
    """The configuration of a run: the file's, with short times."""
    if run.devices:
        config = standing(run.config, run.devices, run.journey, run.card_terminal)
    else:
        config = configured(run.config)
    hurried = [
        msgspec.structs.replace(
            device,
            given={**QUICK_SETTINGS.get(device.driver, {}), **run.drivers.get(device.driver, {}), **device.given},
        )
        for device in config.devices
    ]
    config = resolve_simulators(msgspec.structs.replace(config, devices=tuple(hurried)), run.announcements)
    orders = msgspec.structs.replace(run.orders, late_watch_hours=run.late_watch_hours)
    terminal = msgspec.structs.replace(config.terminal, id=run.terminal or config.terminal.id)
    ledger = LedgerSettings(folder=run.ledger)
    return msgspec.structs.replace(config, terminal=terminal, ledger=ledger, orders=orders, visit=run.visit)


def main(run: Run) -> None:
    """Do a run. The process ends with 0, or by SIGKILL at its checkpoint, or with 1 when time ran out."""
    with run.log.open("ab", buffering=0) as log:
        done = asyncio.run(_run(run, lambda line: log.write(line.encode() + b"\n")))
    os._exit(0 if done else 1)


async def _run(run: Run, note: Callable[[str], object]) -> bool:
    simulators = Simulators(run.log.parent, ())
    simulators.announcements = run.announcements
    observe = _Observer(run, simulators, note)
    deeds = (PAYS if run.pays else {}) if run.deeds is None else run.deeds
    hands: dict[str, Paying] = {**_PAY, "card": partial(_at_the_reader, run.card_terminal or "transbank_pos")}
    pay: dict[str, Pay] = {channel: partial(hands[channel], simulators, deed) for channel, deed in deeds.items()}
    for channel, wallet in PHONES.items():
        if channel in deeds:
            pay[CONFIRMS] = partial(_at_the_password, wallet, simulators, deeds[channel])
    resident = Resident(
        run.account or "",
        pay,
        journey=run.journey,
        channel=run.channel,
        second=run.second,
        buys=run.buys,
        insert=partial(_at_the_slot, simulators, run),
    )
    engine = Engine(quick(run), resident, observe=observe)
    resident.take = engine.take if run.account else lambda _: None
    task = asyncio.create_task(engine.run())
    try:
        async with asyncio.timeout(run.seconds):
            if not await _money_opens(engine, run.ledger):
                return False
            note(OPEN)
            if run.account:
                await resident.done.wait()
            if run.journey == "queue_ticket" and engine.counter.desk is not None:
                await _call(engine.counter.desk)
            await (_settled(engine) if run.settles else _until_closed(engine))
    except TimeoutError:
        return False
    finally:
        for view in resident.seen:
            note(f"view {type(view).__name__} {getattr(view, 'truth', '')}".rstrip())
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    return True


async def _money_opens(engine: Engine, ledger: Path) -> bool:
    """Whether it does; never while a damaged ledger lies aside."""
    while not engine.till.was_open.is_set():
        if Files(ledger).set_aside():
            return False
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(engine.till.was_open.wait(), 0.1)
    return True


async def _call(desk: Desk) -> None:
    """A clerk calls whoever is next, twice, and is done with them."""
    with contextlib.suppress(RefusedError):
        await desk.next(WINDOW)
        await desk.recall(WINDOW)
        await desk.finish(WINDOW)


class _Observer:
    """Notes each checkpoint, lets strike what is to strike there, and cuts the power."""

    def __init__(self, run: Run, simulators: Simulators, note: Callable[[str], object]) -> None:
        self._run = run
        self._simulators = simulators
        self._note = note
        self._passed: Counter[str] = Counter()
        self._checkpoints = 0
        self._boundaries = 0

    def __call__(self, name: str) -> None:
        self._note(f"checkpoint {self._checkpoints} {name}")
        boundary = self._passed[name] < (1 if name.endswith("effect Find") else 2)
        if self._checkpoints == self._run.kill_at or (boundary and self._boundaries == self._run.kill_at_boundary):
            os.kill(os.getpid(), signal.SIGKILL)
        self._passed[name] += 1
        self._checkpoints += 1
        self._boundaries += boundary
        if self._passed[name] == 1:
            for n, strike in enumerate(self._run.strikes):
                if strike.at == name and strike.land(self._simulators):
                    self._note(f"strike {n}")


async def _at_the_wallet(channel: str, simulators: Simulators, deed: Deed, code: str) -> str | None:
    match deed:
        case "pays":
            await asyncio.to_thread(at_the_phone, simulators, channel, "pay", code)
        case "pays_late":
            await asyncio.to_thread(at_the_phone, simulators, channel, "pay_late", code, seconds=LATE_S)
        case "stands":
            return None
    return "cancel" if deed == "pays_late" else None


async def _with_a_code(wallet: str, simulators: Simulators, _deed: Deed, _: str) -> str | None:
    """The phone shows its code, and whoever holds it waits for the scanner's light."""
    code = (await asyncio.to_thread(simulators.do, wallet, "show_code"))["code"]
    for _turn in range(SHOWN_AGAIN):
        if (await asyncio.to_thread(simulators.do, "serial_scanner", "show", text=code))["done"]:
            return None
        await asyncio.sleep(0.05)
    return "cancel"


async def _at_the_password(wallet: str, simulators: Simulators, deed: Deed, _: str) -> str | None:
    """The phone asks for the password."""
    match deed:
        case "pays":
            await asyncio.to_thread(simulators.do, wallet, "pay")
        case "pays_late":
            loop = asyncio.get_running_loop()
            loop.call_later(TYPES_S, lambda: loop.run_in_executor(None, simulators.do, wallet, "pay"))
        case "goes_back" | "stands":
            pass
    return "cancel" if deed in ("pays_late", "goes_back") else None


async def _at_the_slot(simulators: Simulators, run: Run, *, again: bool) -> str | None:
    """Put the card in, unless it is. `again`: it was in, and something is owed to it."""
    if again and run.keeps_card:
        return "later"
    state = (await asyncio.to_thread(simulators.books, CARDS))["state"]
    if state["card"] != run.gas_card:
        await asyncio.to_thread(simulators.do, CARDS, "insert", card=run.gas_card)
    return None


async def _at_the_reader(terminal: str, simulators: Simulators, deed: Deed, _: str) -> str | None:
    if deed == "pays_late":
        loop = asyncio.get_running_loop()
        loop.run_in_executor(None, _pay_there, simulators, terminal)
        return "cancel"
    if deed == "pays":
        await asyncio.to_thread(_pay_there, simulators, terminal)
    return None


def _pay_there(simulators: Simulators, terminal: str) -> None:
    """A bank's library does not say when the card terminal behind it waits for a card: whoever has one looks."""
    for _ in range(SHOWN_AGAIN if terminal == "vendor_library" else 1):
        if simulators.do(terminal, "pay").get("done", True):
            return
        time.sleep(0.05)


PAYS: Mapping[str, Deed] = MappingProxyType(dict.fromkeys(("wechat", "alipay", "card"), "pays"))

PHONES: Mapping[str, str] = MappingProxyType({"wechat_code": "wechat_pay", "alipay_code": "alipay"})
"""By channel: the simulator whose phone shows a payment code for it."""

CARDS = "pcsc_gas_card"
"""The simulator of gas cards and their reader."""

SHOWN_AGAIN = 40
"""How often a payment code is held under a scanner that is dark, or a card to a reader that does not wait for one."""

TYPES_S = 0.1
"""How long after going back somebody has typed the phone's password all the same."""

LATE_S = 0.3
"""How long after the closing of its code a late payment comes."""

_PAY: dict[str, Paying] = {
    "wechat": partial(_at_the_wallet, "wechat"),
    "alipay": partial(_at_the_wallet, "alipay"),
    **{channel: partial(_with_a_code, wallet) for channel, wallet in PHONES.items()},
}


async def _until_closed(engine: Engine) -> None:
    if engine.till.orders is not None:
        await engine.till.orders.all_closed()


async def _settled(engine: Engine) -> None:
    """Everything closed and no attempt watched any more, but for orders that only the staff, or who has the gas card,
    can go on with: those had a moment to prove otherwise."""
    quiet = 0
    while quiet < 10:
        await asyncio.sleep(0.03)
        orders = engine.till.orders
        if orders is None:
            raise TimeoutError
        waiting = {rows.order.order_no for rows in await orders.ledger.unclosed() if _waits_for_somebody(rows)}
        names = {task.get_name() for task in asyncio.all_tasks()}
        busy = {name for name in names if name.startswith("order ")} - {f"order {order_no}" for order_no in waiting}
        quiet = 0 if busy else quiet + 1 if waiting else 10


def _waits_for_somebody(rows: Rows) -> bool:
    for_card = rows.order.owed and rows.order.state in ("delivering", "held")
    for_staff = needs_staff(rows) and all(row.state in ("done", "failed") for row in rows.returns)
    return rows.live is None and (for_card or for_staff)
