"""What the hub keeps, whatever database is below: one contract, in values."""

from typing import Literal, Protocol

import msgspec

from hub.accept import Verdict
from hub.portable import Portable
from kiosk.protocol.batch import Batch, Head
from kiosk.protocol.status import Status


class Terminal(msgspec.Struct, frozen=True, kw_only=True):
    """A terminal that was paired."""

    hall: str
    terminal: str
    key_id: str
    public_key: bytes
    revoked: bool = False


Role = Literal["viewer", "clerk", "manager"]


class Staff(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who may open the pages: a `viewer` looks, a `clerk` also calls numbers and works on ratings and
    requests, a `manager` does everything."""

    name: str
    role: Role
    password: str
    """Not the password: what `hub.staff` makes of it."""


class Guesses(msgspec.Struct, frozen=True, kw_only=True):
    """Wrong passwords in a row, of a name or from an address."""

    wrong: int = 0
    wait_until_ms: int = 0
    """When the next try is heard: of the last wrong one, where it is heard at once."""


class Deed(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the audit trail."""

    at_ms: int
    who: str
    what: str
    """A message key: `hub.deed.revoked`."""
    about: str


class StoreBusyError(Exception):
    """The database cannot be asked now; nothing was changed, or what was asked for can be asked again."""


class Store(Portable, Protocol):
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

    async def report(self, sender: Terminal, status: Status, now_ms: int) -> None:
        """Keep how a terminal is, in the place of what it said before."""

    async def staff(self, name: str) -> Staff | None:
        """Somebody by name."""

    async def admit(self, staff: Staff) -> None:
        """Let somebody in from now on, in the place of who had the name."""

    async def dismiss(self, name: str) -> bool:
        """Let somebody in no more; whether there was anybody."""

    async def guesses(self, who: str) -> Guesses:
        """Wrong passwords of somebody, or from somewhere."""

    async def guessed(self, who: str, guesses: Guesses) -> None:
        """Keep how many they are now."""

    async def write_down(self, deed: Deed) -> None:
        """Add a line to the audit trail."""

    async def deeds(self, most: int) -> list[Deed]:
        """The last lines of the audit trail, the newest first."""

    async def heads(self, hall: str) -> list[tuple[str, Head]]:
        """Every ledger of a hall with its terminal."""


class ForeignError(Exception):
    """A ledger that belongs to another terminal."""
