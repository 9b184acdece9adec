"""The ledger of the state machine: what is on disk, in memory. A write may fail before or after it is there, and then
nobody knows; like the real one it refuses everything until it is opened again."""

from typing import Literal

from kiosk.ledger.errors import LedgerClosedError, LedgerDoubtError
from kiosk.ledger.seal import Sealed
from kiosk.protocol import events as ev
from kiosk.protocol.order.evolve import evolve
from kiosk.protocol.order.rows import Rows


class Disk:
    """What outlives a process."""

    def __init__(self) -> None:
        self.orders: dict[str, Rows] = {}
        self.sealed: dict[str, bytes] = {}
        self.fails: Literal["before", "after"] | None = None
        """Where the next write fails."""


class Ledger:
    """A process's hold of the disk."""

    hash_key_id = "k"

    def __init__(self, disk: Disk) -> None:
        self._disk = disk
        self.doubt = False
        """Whether a write failed: it refuses everything."""

    async def record(self, *events: ev.Event, rows: Rows, subject: Sealed | None = None) -> None:
        """As the real one; the rows must be what the events make of those on disk."""
        self._sure()
        fails, self._disk.fails = self._disk.fails, None
        self.doubt = fails is not None
        if fails == "before":
            raise LedgerDoubtError("the write failed")
        order_no = rows.order.order_no
        told = self._disk.orders.get(order_no)
        for event in events:
            told = evolve(told, event)
        assert told == rows
        self._disk.orders[order_no] = rows
        if subject is not None:
            self._disk.sealed[subject.subject] = subject.value
        if fails == "after":
            raise LedgerDoubtError("it is not known whether the write failed")

    async def next_order_no(self) -> str:
        """Eleven characters, as the real ones."""
        self._sure()
        return f"T07K{len(self._disk.orders) + 1:07}"

    def account_hash(self, number: str) -> str:
        """Not hashed."""
        return number

    async def unclosed(self) -> list[Rows]:
        """As the real one."""
        self._sure()
        return [rows for rows in self._disk.orders.values() if not rows.order.closed]

    async def watched(self, since_ms: int) -> list[Rows]:
        """As the real one."""
        self._sure()
        return [
            rows
            for rows in self._disk.orders.values()
            if rows.order.closed and any(row.state == "dead" and row.ended_ms > since_ms for row in rows.attempts)
        ]

    async def private(self, subject: str) -> bytes | None:
        """As the real one."""
        self._sure()
        return self._disk.sealed.get(subject)

    def _sure(self) -> None:
        if self.doubt:
            raise LedgerClosedError("it must be opened again")
