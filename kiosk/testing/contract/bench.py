"""A driver on the bench: its simulator beside it, a hand at that, and whatever it may write into the logs."""

import asyncio
import logging
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from kiosk.devices.device import Device
from kiosk.devices.health import Busy, Health, NeedsAttention, Offline, Ready, Unknown
from kiosk.rehearsal.hand import Hand, RefusedError
from kiosk.testing.simulator import Json

AnyDevice = Device[Any]
T = TypeVar("T")
LIMIT_S = 40.0
"""For anything that must come true."""
PATIENCE_S = 1.5
"""For what may never be known after a mishap."""
CLOSE_S = 2.0
PAUSE_S = 0.05
MISHAPS = ("Cut", "Garble", "Lose the answer", "Lose the request", "Silent")
"""Of the cable, by how their buttons begin; a simulator has the first two at least."""


class ContractError(AssertionError):
    """The driver breaks the contract; the message says where."""


class Bench:
    """See the module. `made` gives one more driver for the same device, as a terminal's next start would."""

    def __init__(self, cls: type[AnyDevice], port: str, settings: msgspec.Struct, hand: Hand) -> None:
        self.cls = cls
        self.hand = hand
        self._port = port
        self._settings = settings
        self._made: list[AnyDevice] = []
        self._buttons: list[Json] = hand.index()["buttons"]

    def made(self, port: str = "") -> AnyDevice:
        """A driver that was never opened, at another port than the simulator's where one is named."""
        device = self.cls("device", port or self._port, self._settings)
        self._made.append(device)
        return device

    async def opened_recorded(self, file: Path) -> AnyDevice | None:
        """One whose talk is recorded; None where the driver does not say what in it is personal, or has no port."""
        try:
            device = self.made(f"record://{self._port}?file={file}")
        except ValueError:
            return None
        await within(device.open(), "open")
        await told(device, "while it is recorded")
        return device if await asyncio.to_thread(file.exists) else None

    async def cleared_away(self) -> None:
        """Whatever was found: nothing of it disturbs the next test."""
        await asyncio.gather(*(device.aclose() for device in self._made), return_exceptions=True)

    async def opened(self) -> AnyDevice:
        """One that is well."""
        device = self.made()
        await within(device.open(), "open")
        await becomes(device, "well at its simulator", is_well)
        return device

    # -- the hand ---------------------------------------------------------------------------------------------------

    async def do(self, action: str, **more: object) -> Json:
        """An action of the simulator that checks of this role need."""
        try:
            return await asyncio.to_thread(self.hand.do, action, **more)
        except RefusedError as error:
            raise ContractError(f"the simulator cannot {action!r}, which the checks need: {error.reason}") from error

    async def may(self, action: str, **more: object) -> None:
        """An action that there may be nothing to do for now."""
        try:
            await asyncio.to_thread(self.hand.do, action, **more)
        except RefusedError:
            return

    async def books(self) -> Json:
        """What the simulator has booked."""
        return await asyncio.to_thread(self.hand.books)

    def has(self, begins: str) -> bool:
        """Whether the cable has a button whose label begins so."""
        return any(button["group"] == "Cable" and button["label"].startswith(begins) for button in self._buttons)

    def mishaps(self) -> list[str]:
        """Those of `MISHAPS` that this simulator knows."""
        return [begins for begins in MISHAPS if begins in MISHAPS[:2] or self.has(begins)]

    async def press(self, begins: str) -> None:
        """The first button of the cable whose label begins so."""
        for button in self._buttons:
            if button["group"] == "Cable" and button["label"].startswith(begins):
                if button["action"]:
                    await self.do(button["action"], **button["more"])
                else:
                    await asyncio.to_thread(self.hand.arm, button["fault"], times=button["times"], **button["more"])
                return
        raise ContractError(f"the simulator has no button {begins!r} in the group Cable")

    async def clear(self) -> None:
        """No fault is armed any more."""
        await asyncio.to_thread(self.hand.clear)


# -- what must come true -----------------------------------------------------------------------------------------------


async def told(device: AnyDevice, when: str) -> Health:
    """What `status` says: one of the healths, in time."""
    health = await within(device.status(), f"status() {when}")
    if not isinstance(health, Ready | Busy | NeedsAttention | Offline | Unknown):
        raise ContractError(f"status() says {health!r} {when}, which is no health")
    return health


def is_well(health: Health) -> bool:
    """The device answers."""
    return isinstance(health, Ready | NeedsAttention)


def is_away(health: Health) -> bool:
    """It does not, or nothing that could be believed."""
    return isinstance(health, Offline | Unknown)


async def becomes(device: AnyDevice, what: str, is_so: Callable[[Health], bool]) -> None:
    """Ask until it is so."""
    await comes(lambda: told(device, f"until it is {what}"), is_so, f"it is never {what}")


async def comes(
    ask: Callable[[], Awaitable[T]], is_so: Callable[[T], bool], never: str, limit_s: float | None = None
) -> T:
    """Ask until the answer is right; the answer."""
    deadline = _now() + (LIMIT_S if limit_s is None else limit_s)
    while not is_so(answer := await ask()):
        if _now() > deadline:
            raise ContractError(f"{never}: {answer!r}")
        await asyncio.sleep(PAUSE_S)
    return answer


async def within(call: Awaitable[T], what: str, limit_s: float | None = None) -> T:
    """What a call returns: it comes back, and raises nothing."""
    try:
        async with asyncio.timeout(LIMIT_S if limit_s is None else limit_s):
            return await call
    except TimeoutError:
        raise ContractError(f"{what}: it does not come back") from None
    except ContractError:
        raise
    except Exception as error:
        raise ContractError(f"{what}: it raises {type(error).__name__}: {error}") from error


async def closes(device: AnyDevice, when: str) -> None:
    """It lets go of its port in time."""
    begun = _now()
    await within(device.aclose(), f"aclose {when}")
    if (took := _now() - begun) > 5 * CLOSE_S:  # a busy machine is no broken driver
        raise ContractError(f"aclose {when} takes {took:.1f} s, not {CLOSE_S:g}")


async def ends(waiting: asyncio.Task[Any], what: str) -> None:
    """A call that is cancelled ends at once, as one that was cancelled."""
    waiting.cancel()
    done, _ = await asyncio.wait([waiting], timeout=LIMIT_S)
    if not done:
        raise ContractError(f"{what}: it does not end when it is cancelled")
    if not waiting.cancelled() and (error := waiting.exception()):
        raise ContractError(f"{what}: cancelled, it raises {type(error).__name__}: {error}")


async def stays(waiting: asyncio.Task[Any], what: str, seconds: float = 0.3) -> None:
    """A call that has no reason to end goes on."""
    done, _ = await asyncio.wait([waiting], timeout=seconds)
    if done:
        raise ContractError(f"{what}: {waiting.exception() or waiting.result()!r}")


def _now() -> float:
    return asyncio.get_running_loop().time()


def new_key() -> str:
    """One that was never used before, as an attempt's or a job's."""
    return f"K{time.time_ns():X}"


# -- what must not be left ---------------------------------------------------------------------------------------------


class Running(msgspec.Struct, frozen=True):
    """What this process has besides the event loop's own."""

    threads: frozenset[str]
    connections: frozenset[str]
    tasks: frozenset[str]


def running() -> Running:
    """It, now."""
    threads = {f"{thread.name} ({thread.ident})" for thread in threading.enumerate() if thread.is_alive()}
    sockets = set()
    for entry in Path("/proc/self/fd").iterdir():
        with suppress(OSError):  # the listing's own is gone
            sockets.add(str(entry.readlink()))
    return Running(
        frozenset(name for name in threads if not name.startswith("asyncio")),
        frozenset(name for name in sockets if name.startswith("socket:")),
        frozenset(str(task) for task in asyncio.all_tasks() - {asyncio.current_task()}),
    )


async def nothing_left(before: Running) -> None:
    """Neither a task nor a thread nor a connection that was not there `before`."""
    deadline = _now() + LIMIT_S
    while True:
        now = running()
        left = (now.threads - before.threads) | (now.connections - before.connections) | (now.tasks - before.tasks)
        if not left:
            return
        if _now() > deadline:
            raise ContractError(f"left when it is closed: {', '.join(sorted(left))}")
        await asyncio.sleep(PAUSE_S)


@contextmanager
def private(secrets: Callable[[], list[str]]) -> Iterator[None]:
    """Nothing that is logged inside holds one of the secrets, which are asked for at the end."""
    heard: list[str] = []

    class Listener(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            heard.append(self.format(record))

    root, listener = logging.getLogger(), Listener()
    level = root.level
    root.addHandler(listener)
    root.setLevel(logging.DEBUG)
    try:
        yield
    finally:
        root.removeHandler(listener)
        root.setLevel(level)
    for secret in filter(None, secrets()):
        for line in heard:
            if secret in line:
                raise ContractError(f"a person's data is logged: {line.replace(secret, '…')}")
