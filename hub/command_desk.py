"""Gives terminals their commands: a question waits here until there is something to answer it with."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hub.commands import CommandBook, Commanded
from hub.store import Store, StoreBusyError, Terminal
from kiosk.protocol.commands import HOLD_S, MOST_GIVEN, Commands, Given, Poll, SignedCommand, to_sign

LOOK_S = 0.25
"""Between two looks for new commands: one look for all terminals that wait at this process."""
LISTEN_S = 2.0
"""Between two looks at whether a terminal that waits is still there."""


class CommandDesk:
    """See the module. Belongs to one event loop."""

    def __init__(self, store: Store, key: Ed25519PrivateKey, now_ms: Callable[[], int], hold_s: float = HOLD_S) -> None:
        self._store = store
        self.book = CommandBook(store)
        self._key = key
        self._now_ms = now_ms
        self._hold_s = hold_s
        self._waiting: dict[tuple[str, str], set[asyncio.Event]] = {}
        self._looking: asyncio.Task[None] | None = None

    async def answer(self, sender: Terminal, poll: Poll, gone: Callable[[], Awaitable[bool]]) -> Commands:
        """What a terminal is to do, as soon as there is something. `gone` says whether it has hung up."""
        known = {*poll.under_way, *(outcome.id for outcome in poll.outcomes)}
        if known:
            await self.book.hear(sender.hall, sender.terminal, poll, self._now_ms())
        called = asyncio.Event()
        called.set()  # look at once
        here = self._waiting.setdefault((sender.hall, sender.terminal), set())
        here.add(called)
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look())
        found: list[Commanded] = []
        until = asyncio.get_running_loop().time() + self._hold_s
        try:
            while not found and (left := until - asyncio.get_running_loop().time()) > 0 and not await gone():
                if await _within(min(LISTEN_S, left), called):
                    called.clear()
                    found = await self._for(sender, known)
        finally:
            here.discard(called)
            if not here:
                self._waiting.pop((sender.hall, sender.terminal), None)
        return Commands(commands=tuple(self._signed(sender, each) for each in found))

    async def _for(self, sender: Terminal, known: set[str]) -> list[Commanded]:
        found = await self.book.to_give(sender.hall, sender.terminal, self._now_ms(), MOST_GIVEN + len(known))
        found = [each for each in found if each.id not in known][:MOST_GIVEN]
        if found:  # it may have been revoked while it waited
            now = await self._store.terminal(sender.key_id)
            if now is None or now.revoked:
                return []
        return found

    async def _look(self) -> None:
        while self._waiting:
            await asyncio.sleep(LOOK_S)
            try:
                wanted = await self.book.waited_for(self._now_ms())
            except StoreBusyError:
                continue  # each question finds out by itself
            for terminal in wanted & self._waiting.keys():
                for called in self._waiting[terminal]:
                    called.set()

    def _signed(self, sender: Terminal, command: Commanded) -> SignedCommand:
        given = Given(
            hall=command.hall,
            terminal=command.terminal,
            key=sender.key_id,
            id=command.id,
            number=command.number,
            until=command.until_ms,
            who=command.who,
            command=msgspec.Raw(command.body.encode()),
        )
        text = msgspec.json.encode(given).decode()
        return SignedCommand(given=text, signature=self._key.sign(to_sign(text)).hex())


async def _within(seconds: float, event: asyncio.Event) -> bool:
    """Whether it happens in that time."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            return await event.wait()
    return False
