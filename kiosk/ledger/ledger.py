"""The ledger as the engine uses it: awaitable, with all SQLite work on one thread of its own."""

import asyncio
import contextlib
import queue
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Generic, TypeVar

from kiosk.ledger.archive import keep
from kiosk.ledger.errors import LedgerClosedError, LedgerDoubtError
from kiosk.ledger.seal import Sealed
from kiosk.ledger.store import Store, Unsent
from kiosk.protocol.batch import Receipt
from kiosk.protocol.events import Event
from kiosk.protocol.matter import MatterEvent, MatterRow
from kiosk.protocol.order.rows import Rows

_T = TypeVar("_T")
_M = TypeVar("_M", bound=MatterRow)


class Ledger:
    """The one writer of a data folder. Open it with `open`; every other call belongs to the same loop.

    A call that finds anything unexpected raises `LedgerDoubtError`, and from then on all raise `LedgerClosedError`
    until the folder is opened again. A call that is cancelled is done all the same.
    """

    def __init__(self, store: Store, thread: "_Thread") -> None:
        """For `open`."""
        self._store = store
        self._thread = thread
        self.ledger_id = store.ledger_id
        self.quarantined = store.quarantined
        """Why an earlier ledger was set aside when this one was opened, in words for the staff; mostly None."""
        self.hash_key_id = store.hall_key.id
        self.failed = asyncio.Event()
        """Set once a call was in doubt, or by who uses the ledger and cannot go on: it must be opened again."""
        thread.on_doubt = self.failed.set
        self.grown = asyncio.Event()
        """Set whenever something was recorded; who waits for it clears it."""

    @classmethod
    async def open(cls, folder: Path, terminal: str, now: Callable[[], float] = time.time) -> "Ledger":
        """Open `folder`, making what is missing; `terminal` is one to five of `0-9A-Z`, `now` in seconds.

        Raises `LedgerBusyError`, `LedgerTooNewError`, `LedgerKeyError`, `OSError`.
        """
        thread = _Thread()
        try:
            store = await thread.call(lambda: Store(folder, terminal, now))
        except BaseException:
            thread.stop()
            raise
        thread.afterwards = store.bear_witness
        return cls(store, thread)

    def account_hash(self, number: str) -> str:
        """A keyed hash of an account number, the same on every terminal of the hall."""
        return self._store.hall_key.account_hash(number)

    def person_hash(self, purpose: str, day: str, number: str) -> str:
        """A keyed hash of an identity number for one purpose on one day, the same on every terminal of the hall."""
        return self._store.hall_key.person_hash(purpose, day, number)

    async def record(self, *events: Event, rows: Rows, subject: Sealed | None = None) -> None:
        """Make `events` of one order, its `rows` and a sealed value durable in one step."""
        await self._thread.call(lambda: self._store.record(*events, rows=rows, subject=subject))
        self.grown.set()

    async def note(self, *events: MatterEvent, subject: Sealed | None = None) -> None:
        """Make events of matters, what they make of the rows, and a sealed value durable in one step.

        Nothing is written and the ledger goes on where it raises `TakenError` for what there may be only once, or
        `ImpossibleEventError` for an event that does not fit its matter.
        """
        await self._thread.call(lambda: self._store.note(*events, subject=subject))
        self.grown.set()

    async def matter(self, kind: type[_M], matter: str) -> _M | None:
        """One matter, or None."""
        return await self._thread.call(lambda: self._store.matter(kind, matter))

    async def matters(self, kind: type[_M], **equal: str | int) -> list[_M]:
        """The matters of a kind whose fields have these values, by id."""
        return await self._thread.call(lambda: self._store.matters(kind, **equal))

    async def next_order_no(self) -> str:
        """A number that no order of this folder ever had."""
        return await self._thread.call(self._store.next_order_no)

    async def unclosed(self) -> list[Rows]:
        """Every order that is not closed."""
        return await self._thread.call(self._store.unclosed)

    async def watched(self, since_ms: int) -> list[Rows]:
        """Closed orders with an attempt that was dead only after `since_ms`: late money may come."""
        return await self._thread.call(lambda: self._store.watched(since_ms))

    async def order(self, order_no: str) -> Rows | None:
        """One order, or None."""
        return await self._thread.call(lambda: self._store.order(order_no))

    async def unclosed_of(self, account_hash: str) -> Rows | None:
        """The order that an account has to finish before it may begin another."""
        return await self._thread.call(lambda: self._store.unclosed_of(account_hash))

    async def private(self, subject: str) -> bytes | None:
        """A personal value, or None when it is gone or this folder's key does not open it."""
        return await self._thread.call(lambda: self._store.private(subject))

    async def for_hub(self, most: int) -> list[Sealed]:
        """At most so many personal values that staff at the hub work with."""
        return await self._thread.call(lambda: self._store.for_hub(most))

    async def forget(self, subjects: Sequence[str]) -> None:
        """Delete personal values."""
        await self._thread.call(lambda: self._store.forget(subjects))

    async def forget_expired(self) -> int:
        """Delete expired personal values of closed orders; returns how many."""
        return await self._thread.call(self._store.forget_expired)

    async def prune(self, archive: Path, before_ms: int) -> int:
        """Move the oldest rows of the journal into files in `archive`, where all that they tell of was settled before
        `before_ms`; how many went. Raises `OSError` when they cannot be kept there: then they stay."""
        sheaf = await self._thread.call(lambda: self._store.sheaf(before_ms))
        if sheaf is None:
            return 0
        await asyncio.to_thread(keep, archive, *sheaf)  # nobody waits for that disk
        await self._thread.call(lambda: self._store.drop(sheaf.stretch))
        return len(sheaf.bodies)

    async def unsent(self, most: int) -> Unsent:
        """At most so many rows that the hub does not have."""
        return await self._thread.call(lambda: self._store.unsent(most))

    async def waiting(self) -> int:
        """How many rows the hub does not have."""
        return await self._thread.call(self._store.waiting)

    async def acknowledge(self, receipt: Receipt) -> None:
        """Keep what the hub signed that it has of this ledger. A journal that has not the same row is in doubt."""
        await self._thread.call(lambda: self._store.acknowledge(receipt))

    async def send_again(self, after: Receipt) -> None:
        """Go back to where the hub, which lost rows, has the journal; as `acknowledge`."""
        await self._thread.call(lambda: self._store.send_again(after))

    async def tidy(self) -> None:
        """Cut the write-ahead log: it never shortens by itself."""
        await self._thread.call(self._store.tidy)

    async def aclose(self) -> None:
        """Finish what was asked for and give the folder back. May be called again."""
        try:
            with contextlib.suppress(LedgerClosedError):
                await self._thread.call(self._store.close)
        finally:
            self._thread.stop()


class _Thread:
    """Runs one call after another. A daemon: a disk that hangs must not keep the process from ending."""

    def __init__(self) -> None:
        self._calls: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._stopped = False
        self.on_doubt: Callable[[], None] = lambda: None
        """Called in the loop that waits for an answer which is nothing but doubt."""
        self.afterwards: Callable[[], None] | None = None
        threading.Thread(target=self._run, name="ledger", daemon=True).start()

    async def call(self, work: Callable[[], _T]) -> _T:
        """What `work` returns or raises, on the thread."""
        if self._stopped:
            raise LedgerClosedError("the ledger was closed")
        loop = asyncio.get_running_loop()
        answer = _Answer[_T](loop)

        def run() -> None:
            with answer:
                answer.give(work())

        self._calls.put(run)
        try:
            return await answer.future
        except LedgerDoubtError:
            self.on_doubt()
            raise

    def stop(self) -> None:
        """End the thread after the calls it has."""
        self._stopped = True
        self._calls.put(None)

    def _run(self) -> None:
        while (call := self._calls.get()) is not None:
            call()
            if self.afterwards is not None:
                # the caller goes on meanwhile; what fails here shows in the next call
                with contextlib.suppress(Exception):
                    self.afterwards()


class _Answer(Generic[_T]):
    """Carries what a call returns or raises from the ledger's thread to the loop that waits for it."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self.future: asyncio.Future[_T] = loop.create_future()

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> bool:
        if error is not None:
            self._tell(lambda: self.future.set_exception(error))
        return True

    def give(self, result: _T) -> None:
        self._tell(lambda: self.future.set_result(result))

    def _tell(self, tell: Callable[[], None]) -> None:
        def unless_cancelled() -> None:
            if not self.future.done():
                tell()

        with contextlib.suppress(RuntimeError):  # the loop is gone, and nobody waits
            self._loop.call_soon_threadsafe(unless_cancelled)
