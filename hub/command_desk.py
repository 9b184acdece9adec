"""Gives terminals their commands: a question waits here until there is something to answer it with."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hub.commands import CommandBook, Commanded
from hub.store import Store, Terminal
from hub.waiting import Waiting
from kiosk.protocol.commands import HOLD_S, MOST_GIVEN, Commands, Given, Poll, SignedCommand, to_sign


class CommandDesk:
    """See the module. Belongs to one event loop."""

    def __init__(self, store: Store, key: Ed25519PrivateKey, now_ms: Callable[[], int], hold_s: float = HOLD_S) -> None:
        self._store = store
        self.book = CommandBook(store)
        self._key = key
        self._now_ms = now_ms
        self._hold_s = hold_s
        self._waiting = Waiting(self._look)

    async def answer(self, sender: Terminal, poll: Poll, gone: Callable[[], Awaitable[bool]]) -> Commands:
        """What a terminal is to do, as soon as there is something. `gone` says whether it has hung up."""
        known = {*poll.under_way, *(outcome.id for outcome in poll.outcomes)}
        if known:
            await self.book.hear(sender.hall, sender.terminal, poll, self._now_ms())
        found: list[Commanded] = []
        until = asyncio.get_running_loop().time() + self._hold_s
        async with contextlib.aclosing(self._waiting.turns((sender.hall, sender.terminal))) as turns:
            async for news in turns:
                found = await self._for(sender, known) if news else []
                if found or asyncio.get_running_loop().time() >= until or await gone():
                    break
        return Commands(commands=tuple(self._signed(sender, each) for each in found))

    async def _for(self, sender: Terminal, known: set[str]) -> list[Commanded]:
        found = await self.book.to_give(sender.hall, sender.terminal, MOST_GIVEN + len(known))
        found = [each for each in found if each.id not in known][:MOST_GIVEN]
        if found:  # it may have been revoked while it waited
            now = await self._store.terminal(sender.key_id)
            if now is None or now.revoked:
                return []
        return found

    async def _look(self) -> set[tuple[str, str]]:
        return await self.book.waited_for(self._now_ms())

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
