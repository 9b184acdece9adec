"""What the hub keeps, whatever database is below: one contract, in values."""

from typing import Protocol

import msgspec

from hub.accept import Verdict
from kiosk.protocol.batch import Batch, Head


class Terminal(msgspec.Struct, frozen=True, kw_only=True):
    """A terminal that was paired."""

    hall: str
    terminal: str
    key_id: str
    public_key: bytes
    revoked: bool = False


class StoreBusyError(Exception):
    """The database cannot be asked now; nothing was changed, or what was asked for can be asked again."""


class Store(Protocol):
    """Safe to call from many tasks, and from many processes on one database. All times in milliseconds since 1970.

    Every call may raise `StoreBusyError`.
    """

    async def open(self) -> None:
        """Connect, and bring the tables up to this version."""

    async def aclose(self) -> None:
        """Disconnect. May be called again."""

    async def offer(self, code: bytes, hall: str, terminal: str, until_ms: int) -> None:
        """Keep the hash of a code that pairs this terminal, once and until then."""

    async def pair(self, code: bytes, key_id: str, public_key: bytes, now_ms: int) -> Terminal | None:
        """The terminal that the code is for, from now on known by this key and no earlier one; None for a code that is
        not, or no longer, good. The same key may come again with the same code: an answer was lost."""

    async def terminal(self, key_id: str) -> Terminal | None:
        """The terminal with that key."""

    async def revoke(self, hall: str, terminal: str) -> bool:
        """Trust this terminal's key no more; whether there was one."""

    async def accept(self, sender: Terminal, batch: Batch, now_ms: int) -> Verdict:
        """Decide about a batch and keep what is new of it, in one transaction that is on disk when this returns.

        Raises `ForeignError`.
        """

    async def heads(self, hall: str) -> list[tuple[str, Head]]:
        """Every ledger of a hall with its terminal."""


class ForeignError(Exception):
    """A ledger that belongs to another terminal."""
