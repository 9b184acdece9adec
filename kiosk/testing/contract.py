"""What every driver keeps to, whatever its role, tried against its simulator: one line in anybody's tests.

    test_contract = device_contract("line_printer")

The simulator is the one registered under the same name (or `simulator`), and its hand has the buttons `Unplug`,
`Plug in`, `Cut…` and `Garble…` in the group `Cable`.
"""

import asyncio
import contextlib
import tempfile
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import msgspec

from kiosk.config import Announcement
from kiosk.config_walk import Walk
from kiosk.devices.device import Device
from kiosk.devices.drivers import load_driver
from kiosk.devices.health import Busy, Health, NeedsAttention, Offline, Ready, Unknown
from kiosk.rehearsal.hand import Hand
from kiosk.rehearsal.simulators import Simulators

AnyDevice = Device[Any]
LIMIT_S = 40.0
"""For anything that must come true."""
CLOSE_S = 2.0
NOTHING: Mapping[str, object] = MappingProxyType({})


class ContractError(AssertionError):
    """The driver breaks the contract; the message says where."""


def device_contract(
    driver: str, *, simulator: str = "", settings: Mapping[str, object] = NOTHING
) -> Callable[[], None]:
    """A test of `driver` with these settings beside the announced ones. It raises `ContractError`."""

    def test() -> None:
        name = simulator or driver
        with tempfile.TemporaryDirectory() as folder, Simulators(Path(folder), (name,)) as running:
            announced = running.announcements[name]
            asyncio.run(_keeps(driver, announced, running.hand(name), settings))

    return test


async def _keeps(driver: str, announced: Announcement, hand: Hand, settings: Mapping[str, object]) -> None:
    cls = load_driver(driver)
    walk = Walk(Path.cwd())
    chosen = walk.struct({**announced.settings, **settings}, cls.Settings, ("settings",))
    if not isinstance(chosen, msgspec.Struct):
        raise ContractError(f"the simulator announces settings that are none: {walk.problems}")

    def made() -> AnyDevice:
        return cls("device", announced.port, chosen)

    before = _running()
    never_opened = made()
    await _closes(never_opened, "before it was opened")
    device = made()
    await _within(device.open(), "open")
    await _becomes(device, "well at its simulator", lambda health: isinstance(health, Ready | NeedsAttention))
    for words in ("Cut", "Garble"):
        await _press(hand, words)
        for _ in range(3):
            await _told(device, f"after {words!r}")
        hand.clear()
        await _becomes(device, f"well again after {words!r}", lambda health: isinstance(health, Ready | NeedsAttention))
    await _press(hand, "Unplug")
    await _becomes(device, "away when it is unplugged", lambda health: isinstance(health, Offline | Unknown))
    late = made()
    await _within(late.open(), "open while the peer is away")
    await _becomes(late, "away as long as it is", lambda health: isinstance(health, Offline | Unknown))
    await _closes(late, "while the peer is away")
    await _press(hand, "Plug in")
    await _becomes(device, "back when it is plugged in", lambda health: isinstance(health, Ready | NeedsAttention))
    asking = asyncio.create_task(_told(device, "while it is closed"))
    await asyncio.sleep(0)
    await _closes(device, "during a question")
    await _within(asking, "a question that a closing interrupts")
    await _closes(device, "twice")
    await _nothing_left(before)


async def _press(hand: Hand, begins: str) -> None:
    """The first button of the cable whose label begins so."""
    for button in hand.index()["buttons"]:
        if button["group"] == "Cable" and button["label"].startswith(begins):
            if button["action"]:
                await asyncio.to_thread(hand.do, button["action"], **button["more"])
            else:
                await asyncio.to_thread(hand.arm, button["fault"], times=button["times"], **button["more"])
            return
    raise ContractError(f"the simulator has no button {begins!r} in the group Cable")


async def _told(device: AnyDevice, when: str) -> Health:
    try:
        async with asyncio.timeout(LIMIT_S):
            health = await device.status()
    except TimeoutError:
        raise ContractError(f"status() does not answer {when}") from None
    except Exception as error:
        raise ContractError(f"status() raises {type(error).__name__} {when}: {error}") from error
    if not isinstance(health, Ready | Busy | NeedsAttention | Offline | Unknown):
        raise ContractError(f"status() says {health!r} {when}, which is no health")
    return health


async def _becomes(device: AnyDevice, what: str, is_so: Callable[[Health], bool]) -> None:
    deadline = asyncio.get_running_loop().time() + LIMIT_S
    while not is_so(health := await _told(device, f"until it is {what}")):
        if asyncio.get_running_loop().time() > deadline:
            raise ContractError(f"it is never {what}: {health!r}")
        await asyncio.sleep(0.05)


async def _within(call: Any, what: str) -> None:
    try:
        async with asyncio.timeout(LIMIT_S):
            await call
    except TimeoutError:
        raise ContractError(f"{what}: it does not come back") from None
    except Exception as error:
        raise ContractError(f"{what}: it raises {type(error).__name__}: {error}") from error


async def _closes(device: AnyDevice, when: str) -> None:
    begun = asyncio.get_running_loop().time()
    await _within(device.aclose(), f"aclose {when}")
    if (took := asyncio.get_running_loop().time() - begun) > 5 * CLOSE_S:  # a busy machine is no broken driver
        raise ContractError(f"aclose {when} takes {took:.1f} s, not {CLOSE_S:g}")


class _Running(msgspec.Struct, frozen=True):
    """What this process has besides the event loop's own."""

    threads: frozenset[str]
    connections: frozenset[str]
    tasks: frozenset[str]


def _running() -> _Running:
    threads = {f"{thread.name} ({thread.ident})" for thread in threading.enumerate() if thread.is_alive()}
    sockets = set()
    for entry in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(OSError):  # the listing's own is gone
            sockets.add(str(entry.readlink()))
    return _Running(
        frozenset(name for name in threads if not name.startswith("asyncio")),
        frozenset(name for name in sockets if name.startswith("socket:")),
        frozenset(str(task) for task in asyncio.all_tasks() - {asyncio.current_task()}),
    )


async def _nothing_left(before: _Running) -> None:
    deadline = asyncio.get_running_loop().time() + LIMIT_S
    while True:
        now = _running()
        left = (now.threads - before.threads) | (now.connections - before.connections) | (now.tasks - before.tasks)
        if not left:
            return
        if asyncio.get_running_loop().time() > deadline:
            raise ContractError(f"left when it is closed: {', '.join(sorted(left))}")
        await asyncio.sleep(0.05)
