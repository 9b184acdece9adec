"""The ledger's core: SQLite on the thread that opened it. `Ledger` puts it on a thread of its own."""

import contextlib
import logging
import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from sqlite_utils import Database

from kiosk.ledger import checks, tables
from kiosk.ledger.disk import take_lock
from kiosk.ledger.errors import LedgerClosedError, LedgerDoubtError
from kiosk.ledger.files import Files, connect
from kiosk.ledger.numbering import check_terminal, order_number
from kiosk.ledger.opening import make_ready
from kiosk.ledger.schema import SCHEMA, applied_steps, steps
from kiosk.ledger.seal import HallKey, Sealed, Sealer, read_or_make_key
from kiosk.ledger.witness import Witness
from kiosk.orders.rows import Rows
from kiosk.protocol.chain import link
from kiosk.protocol.envelope import encode
from kiosk.protocol.events import Event

log = logging.getLogger(__name__)

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


class Store:
    """One writer of one data folder. All methods belong to the thread that opened it.

    After anything unexpected nobody can say what is on disk: that call raises `LedgerDoubtError` and every later one
    `LedgerClosedError`.
    """

    def __init__(self, folder: Path, terminal: str, now: Callable[[], float] = time.time) -> None:
        """Open `folder`, making what is missing.

        `now` is the wall clock in seconds. Raises `LedgerBusyError`, `LedgerTooNewError`, `LedgerKeyError`, `OSError`,
        and `ValueError` for a terminal that is not one to five of `0-9A-Z`.
        """
        check_terminal(terminal)
        self.folder = folder
        files = Files(folder)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with contextlib.ExitStack() as stack:
            stack.callback(os.close, take_lock(files.lock))
            self.hall_key = HallKey(read_or_make_key(files.hall_key))
            self._sealer = Sealer(read_or_make_key(files.seal_key))
            ready = make_ready(files, now())
            self.quarantined = ready.quarantined
            try:
                self._db = connect(files.database)
                stack.callback(self._db.close)
                self._db.execute("PRAGMA secure_delete = ON")
                if applied_steps(self._db) != steps():
                    SCHEMA.apply(self._db)
                self._mend(ready.mend)
                self._head = checks.head(self._db)
            except sqlite3.Error as error:
                raise OSError(f"the ledger cannot be opened: {error}") from error
            self._witness = Witness(files.witness)
            stack.callback(self._witness.close)
            self._witness.write(self._head)
            self._resources = stack.pop_all()
        self.ledger_id = self._head.ledger_id
        self._terminal = terminal
        self._now = now
        self._boot = _BOOT_ID.read_text("ascii").strip()
        self._known: dict[str, Rows] = {}
        self._shut = ""

    def record(self, *events: Event, rows: Rows, subject: Sealed | None = None) -> None:
        """One transaction, on disk when this returns: the events, what of `rows` changed, a sealed value."""
        order_no = rows.order.order_no
        if not events or any(event.order_no != order_no for event in events):
            raise ValueError(f"these are not events of order {order_no}")
        with self._sure():
            head = self._head
            journal = []
            for event in events:
                seq = head.seq + 1
                body = encode(
                    event,
                    seq=seq,
                    ledger=head.ledger_id,
                    terminal=self._terminal,
                    at=int(self._now() * 1000),
                    mono=time.monotonic_ns() // 1_000_000,
                    boot=self._boot,
                )
                head = head._replace(seq=seq, hash=link(head.hash, seq, body))
                journal.append((seq, body.decode(), head.hash))
            sealed = None
            if subject is not None:
                sealed = (subject.subject, self._sealer.seal(subject.subject, subject.value), subject.expires_ms)
            with self._transaction() as db:
                for row in journal:
                    db.execute("INSERT INTO journal (seq, body, hash) VALUES (?, ?, ?)", row)
                tables.save(db, rows, self._known.get(order_no) or self._find(order_no))
                if sealed is not None:
                    db.execute(
                        "INSERT INTO private (subject, sealed, expires_ms) VALUES (?, ?, ?) ON CONFLICT (subject) "
                        "DO UPDATE SET sealed = excluded.sealed, expires_ms = excluded.expires_ms",
                        sealed,
                    )
            self._head = head
            if rows.order.closed:
                self._known.pop(order_no, None)
            else:
                self._known[order_no] = rows

    def bear_witness(self) -> None:
        """Keep the head outside SQLite too, unless it is there already."""
        if self._shut or self._witness.head == self._head:
            return
        with self._sure():
            self._witness.write(self._head)

    def next_order_no(self) -> str:
        """A number that no order of this folder ever had."""
        with self._sure():
            with self._transaction() as db:
                count = db.execute("UPDATE ledger SET orders = orders + 1 RETURNING orders").fetchone()[0]
            return order_number(self._terminal, self.ledger_id, count)

    def unclosed(self) -> list[Rows]:
        """Every order that is not closed."""
        with self._sure():
            return tables.load(self._db, "WHERE closed = 0")

    def watched(self, since_ms: int) -> list[Rows]:
        """Closed orders with an attempt that was dead only after `since_ms`: late money may come."""
        with self._sure():
            dead = "SELECT order_no FROM attempts WHERE state = 'dead' AND ended_ms > ?"
            return tables.load(self._db, f"WHERE closed = 1 AND order_no IN ({dead})", [since_ms])

    def order(self, order_no: str) -> Rows | None:
        """One order, or None."""
        with self._sure():
            return self._find(order_no)

    def unclosed_of(self, account_hash: str) -> Rows | None:
        """The order that an account has to finish before it may begin another."""
        with self._sure():
            found = tables.load(self._db, "WHERE closed = 0 AND account_hash = ?", [account_hash])
            return found[0] if found else None

    def private(self, subject: str) -> bytes | None:
        """A personal value, or None when it is gone or this folder's key does not open it."""
        with self._sure():
            row = self._db.execute("SELECT sealed FROM private WHERE subject = ?", [subject]).fetchone()
            return self._sealer.unseal(subject, row[0]) if row else None

    def forget_expired(self) -> int:
        """Delete expired personal values of closed orders; returns how many."""
        with self._sure(), self._transaction() as db:
            return db.execute(
                "DELETE FROM private WHERE expires_ms <= ? "
                "AND subject NOT IN (SELECT subject FROM orders WHERE closed = 0)",
                [int(self._now() * 1000)],
            ).rowcount

    def close(self) -> None:
        """Give the folder back. May be called again."""
        try:
            self.bear_witness()
        finally:
            self._shut = self._shut or "it was closed"
            self._resources.close()

    def _mend(self, orders: dict[str, Rows | None]) -> None:
        if orders:
            log.error("the tables of %s did not say what the journal says, and were mended", ", ".join(orders))
        with self._transaction() as db:
            for order_no, rows in orders.items():
                tables.mend(db, order_no, rows)
            # a counter that lost a bit must not give a number twice
            last = db.execute("SELECT max(CAST(substr(order_no, -7, 6) AS INTEGER)) FROM orders").fetchone()[0]
            db.execute("UPDATE ledger SET orders = ? WHERE orders < ?", [last, last])

    def _find(self, order_no: str) -> Rows | None:
        found = tables.load(self._db, "WHERE order_no = ?", [order_no])
        return found[0] if found else None

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[Database]:
        # written out: sqlite-utils' atomic() begins deferred
        self._db.execute("BEGIN IMMEDIATE")
        yield self._db
        self._db.execute("COMMIT")

    @contextlib.contextmanager
    def _sure(self) -> Iterator[None]:
        if self._shut:
            raise LedgerClosedError(f"the ledger takes no more calls: {self._shut}")
        try:
            yield
        except BaseException as error:
            self._shut = f"{type(error).__name__}: {error}"
            log.exception("the ledger is in doubt and closed")
            with contextlib.suppress(Exception):
                self._db.rollback()
            raise LedgerDoubtError(self._shut) from error
