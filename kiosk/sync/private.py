"""Sends the personal values that the hall's staff work with: who wants to be called back, who asked for a visit.

Each is sealed for the hub's own key, and deleted here once the hub has it on its disk.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import NoReturn, Protocol

import msgspec

from kiosk.ledger.seal import Sealed
from kiosk.ports.http import Reply
from kiosk.protocol.sealing import (
    CONTENT_TYPE,
    MOST_ROWS,
    PATH,
    Private,
    SealedRow,
    SealingKey,
    seal,
    to_sign,
)
from kiosk.protocol.signing import digest_of
from kiosk.sync.identity import Identity
from kiosk.sync.line import HubLine
from kiosk.sync.pausing import Pauses
from kiosk.sync.settings import HubSettings

LOOK_S = 5.0
"""Between two looks at whether there is anything to send."""


class Drawer(Protocol):
    """What is needed of a ledger."""

    async def for_hub(self, most: int) -> list[Sealed]:
        """At most so many personal values that staff work with."""

    async def forget(self, subjects: Sequence[str]) -> None:
        """Delete personal values."""


class PrivateSender:
    """See the module. Belongs to one event loop."""

    def __init__(self, drawer: Drawer, identity: Identity, settings: HubSettings, now: Callable[[], float]) -> None:
        """`now`: seconds since 1970, UTC."""
        self._drawer = drawer
        self._identity = identity
        self._pauses = Pauses(settings, "telephone numbers and addresses wait here")
        self._line = HubLine(settings, now)

    async def run(self) -> NoReturn:
        """Until it is cancelled. Raises what the ledger raises."""
        async with self._line:
            while True:
                values = await self._drawer.for_hub(MOST_ROWS)
                if not values:
                    await asyncio.sleep(LOOK_S)
                elif await self._send(values):
                    self._pauses.over()
                else:
                    await self._pauses.after("the hub takes no personal values")

    async def _send(self, values: list[Sealed]) -> bool:
        key = await self._ask(Private())
        if key is None:
            return False
        rows = [
            SealedRow(
                subject=value.subject,
                expires_ms=value.expires_ms,
                content=seal(key.public, value.subject, value.value).hex(),
            )
            for value in values
        ]
        if await self._ask(Private(rows=tuple(rows))) is None:
            return False
        await self._drawer.forget([value.subject for value in values])
        return True

    async def _ask(self, said: Private) -> SealingKey | None:
        """The key that the hub answers with; None for no answer of this terminal's own hub."""
        content = msgspec.json.encode(said)
        reply = await self._line.ask(self._identity.key, PATH, CONTENT_TYPE, content)
        if not isinstance(reply, Reply) or reply.status != 200:
            return None
        try:
            answer = msgspec.json.decode(reply.body, type=SealingKey)
        except (ValueError, RecursionError):  # msgspec's errors are ValueErrors
            return None
        genuine = self._identity.is_hubs(answer.signature, to_sign(answer.key, answer.heard))
        return answer if genuine and answer.heard == digest_of(content) else None
