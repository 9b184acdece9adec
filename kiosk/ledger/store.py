"""The ledger's core: SQLite on the thread that opened it. `Ledger` puts it on a thread of its own."""

import contextlib
import logging
import os
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple, TypeVar

from sqlite_utils import Database

from kiosk.ledger import checks, pruning, tables
from kiosk.ledger.archive import Stretch
from kiosk.ledger.disk import take_lock, write_once
from kiosk.ledger.errors import LedgerClosedError, LedgerCorruptError, LedgerDoubtError, TakenError
from kiosk.ledger.files import Files, connect
from kiosk.ledger.numbering import check_terminal, order_number
from kiosk.ledger.opening import Ready, make_ready
from kiosk.ledger.pruning import Sheaf
from kiosk.ledger.receipts import head_of, read_receipt, write_receipt
from kiosk.ledger.schema import SCHEMA, applied_steps, steps
from kiosk.ledger.seal import HallKey, Sealed, Sealer, read_or_make_key
from kiosk.ledger.witness import Head, Witness
from kiosk.protocol.batch import Receipt
from kiosk.protocol.chain import link
from kiosk.protocol.envelope import encode
from kiosk.protocol.events import Event, OrderEvent
from kiosk.protocol.matter import MatterEvent, MatterRow
from kiosk.protocol.matters import kind_of
from kiosk.protocol.order.rows import Rows

log = logging.getLogger(__name__)

_M = TypeVar("_M", bound=MatterRow)

_TAKEN = {sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY}

_MOST_UNSENT = 1 << 20

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


class Unsent(NamedTuple):
    """Rows of the journal for the hub."""

    after: Head
    """The row before them."""
    rows: list[bytes]
    anchored: bool
    """Whether the journal has no row before them."""


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
                self._mend(ready)
                self._head = checks.head(self._db)
            except sqlite3.Error as error:
                raise OSError(f"the ledger cannot be opened: {error}") from error
            self._witness = Witness(files.witness)
            stack.callback(self._witness.close)
            self._witness.write(self._head)
            self._received = head_of(read_receipt(files.receipt), self._head.ledger_id) or checks.anchor(self._db)
            self._resources = stack.pop_all()
        self.ledger_id = self._head.ledger_id
        self._terminal = terminal
        self._now = now
        self._boot = _BOOT_ID.read_text("ascii").strip()
        self._known: dict[str, Rows] = {}
        self._unreadable: set[str] = set()
        self._shut = ""

    def record(self, *events: Event, rows: Rows, subject: Sealed | None = None) -> None:
        """One transaction, on disk when this returns: the events, what of `rows` changed, a sealed value."""
        order_no = rows.order.order_no
        if not events or any(event.order_no != order_no for event in events):
            raise ValueError(f"these are not events of order {order_no}")
        with self._sure():
            with self._transaction() as db:
                head = self._append(db, events, subject)
                tables.save(db, rows, self._known.get(order_no) or self._find(order_no))
            self._head = head
            if rows.order.closed:
                self._known.pop(order_no, None)
            else:
                self._known[order_no] = rows

    def note(self, *events: MatterEvent, subject: Sealed | None = None) -> None:
        """One transaction, on disk when this returns: events of matters, what they make of the rows, a sealed value.

        Nothing is written and the ledger goes on where it raises `TakenError` for what there may be only once, or
        `ImpossibleEventError` for an event that does not fit its matter.
        """
        rows: dict[str, MatterRow] = {}
        for event in events:
            kind = kind_of(event)
            row = rows.get(event.matter) or self.matter(kind.row, event.matter)
            rows[event.matter] = kind.evolve(row, event)
        taken = None
        with self._sure():
            try:
                with self._transaction() as db:
                    head = self._append(db, events, subject)
                    for row in rows.values():
                        tables.put(db, row)
            except sqlite3.IntegrityError as error:
                if error.sqlite_errorcode not in _TAKEN:
                    raise
                self._db.execute("ROLLBACK")
                taken = error
            else:
                self._head = head
        if taken:
            raise TakenError(str(taken)) from taken

    def matter(self, kind: type[_M], matter: str) -> _M | None:
        """One matter, or None."""
        return next(iter(self.matters(kind, matter=matter)), None)

    def matters(self, kind: type[_M], **equal: str | int) -> list[_M]:
        """The matters of a kind whose fields have these values, by id."""
        with self._sure():
            return tables.matters_where(self._db, kind, equal)

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

    def for_hub(self, most: int) -> list[Sealed]:
        """At most so many personal values that staff work with: of requests, and of who wants to be called back. One
        that this folder's key does not open stays here."""
        with self._sure():
            found = self._db.execute(
                "SELECT subject, sealed, expires_ms FROM private WHERE expires_ms > ? AND subject IN "
                "(SELECT subject FROM requests UNION SELECT subject FROM ratings) ORDER BY subject",
                [int(self._now() * 1000)],
            ).fetchall()
            values: list[Sealed] = []
            for subject, sealed, expires_ms in found:
                if len(values) == most or subject in self._unreadable:
                    continue
                value = self._sealer.unseal(subject, sealed)
                if value is None:
                    self._unreadable.add(subject)
                else:
                    values.append(Sealed(subject, value, expires_ms))
            return values

    def forget(self, subjects: Sequence[str]) -> None:
        """Delete personal values."""
        with self._sure(), self._transaction() as db:
            for subject in subjects:
                db.execute("DELETE FROM private WHERE subject = ?", [subject])

    def forget_expired(self) -> int:
        """Delete expired personal values of closed orders; returns how many."""
        with self._sure(), self._transaction() as db:
            return db.execute(
                "DELETE FROM private WHERE expires_ms <= ? "
                "AND subject NOT IN (SELECT subject FROM orders WHERE closed = 0)",
                [int(self._now() * 1000)],
            ).rowcount

    def sheaf(self, before_ms: int) -> Sheaf | None:
        """The oldest rows of the journal, if all that they tell of was settled before `before_ms`."""
        with self._sure():
            received = self._received.seq if Files(self.folder).hub.exists() else None
            return pruning.sheaf(self._db, before_ms, received)

    def drop(self, gone: Stretch) -> None:
        """Take rows out of the journal that somebody else has, and what they tell of out of the tables."""
        self.bear_witness()
        with self._sure(), self._transaction() as db:
            pruning.drop(db, gone)

    def unsent(self, most: int) -> Unsent:
        """At most so many rows that the hub does not have, of a MiB together or so."""
        with self._sure():
            anchor = checks.anchor(self._db)
            after = max(self._received, anchor, key=lambda head: head.seq)
            found = self._db.execute(
                "SELECT CAST(body AS BLOB) FROM journal WHERE seq > ? ORDER BY seq LIMIT ?", [after.seq, most]
            )
            rows: list[bytes] = []
            for (body,) in found:
                rows.append(body)
                if sum(map(len, rows)) > _MOST_UNSENT:
                    break
            return Unsent(after, rows, anchored=after == anchor)

    def waiting(self) -> int:
        """How many rows the hub does not have."""
        self._check_open()
        return self._head.seq - self._received.seq

    def acknowledge(self, receipt: Receipt) -> None:
        """Keep what the hub signed that it has of this ledger.

        A journal that has not the same row lost rows or is a copy that went its own way: it is in doubt, and set aside
        when it is opened again.
        """
        received = Head(receipt.ledger, receipt.seq, bytes.fromhex(receipt.hash))
        files = Files(self.folder)
        with self._sure():
            try:
                checks.check_receipt(self._db, received)
            except LedgerCorruptError as error:
                write_once(files.doubt, f"{error}\n".encode())
                raise
            write_receipt(files.receipt, receipt)
            self._received = received

    def send_again(self, after: Receipt) -> None:
        """Go back to where the hub, which lost rows, has the journal; as `acknowledge`."""
        self.acknowledge(after) if after.seq else self._forget_received()

    def _forget_received(self) -> None:
        with self._sure():
            Files(self.folder).receipt.unlink(missing_ok=True)
            self._received = checks.anchor(self._db)

    def tidy(self) -> None:
        """Bring what the write-ahead log holds into the database, and cut the log to nothing.

        SQLite reuses the log but never shortens it, and what was deleted from the database stands there for a while.
        What is recorded is on disk with or without this, so trouble with it is no doubt.
        """
        self._check_open()
        self._db.execute("PRAGMA busy_timeout = 0")  # whoever reads: a resident may be waiting for the next step
        try:
            busy, pages, _ = self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        except sqlite3.Error as error:
            log.warning("the write-ahead log of the ledger cannot be cut: %s", error)
        else:
            if busy:
                log.warning("the write-ahead log of the ledger cannot be cut: somebody reads it (%d pages)", pages)
        finally:
            self._db.execute("PRAGMA busy_timeout = 5000")

    def close(self) -> None:
        """Give the folder back. May be called again."""
        try:
            self.bear_witness()
        finally:
            self._shut = self._shut or "it was closed"
            self._resources.close()

    def _mend(self, ready: Ready) -> None:
        if wrong := [*ready.mend, *(matter for _, matter, _ in ready.mend_matters)]:
            log.error("the tables of %s did not say what the journal says, and were mended", ", ".join(wrong))
        with self._transaction() as db:
            for order_no, rows in ready.mend.items():
                tables.mend(db, order_no, rows)
            for kind, matter, row in ready.mend_matters:
                tables.mend_matter(db, kind, matter, row)
            # a counter that lost a bit must not give a number twice
            last = db.execute("SELECT max(CAST(substr(order_no, -7, 6) AS INTEGER)) FROM orders").fetchone()[0]
            db.execute("UPDATE ledger SET orders = ? WHERE orders < ?", [last, last])
            db.execute(
                "UPDATE ledger SET orders = (SELECT orders FROM anchor) WHERE orders < (SELECT orders FROM anchor)"
            )

    def _append(self, db: Database, events: Sequence[OrderEvent | MatterEvent], subject: Sealed | None) -> Head:
        """Write events and a sealed value into the open transaction; the head after it."""
        head = self._head
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
            db.execute("INSERT INTO journal (seq, body, hash) VALUES (?, ?, ?)", (seq, body.decode(), head.hash))
        if subject is not None:
            db.execute(
                "INSERT INTO private (subject, sealed, expires_ms) VALUES (?, ?, ?) ON CONFLICT (subject) "
                "DO UPDATE SET sealed = excluded.sealed, expires_ms = excluded.expires_ms",
                (subject.subject, self._sealer.seal(subject.subject, subject.value), subject.expires_ms),
            )
        return head

    def _find(self, order_no: str) -> Rows | None:
        found = tables.load(self._db, "WHERE order_no = ?", [order_no])
        return found[0] if found else None

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[Database]:
        # written out: sqlite-utils' atomic() begins deferred
        self._db.execute("BEGIN IMMEDIATE")
        yield self._db
        self._db.execute("COMMIT")

    def _check_open(self) -> None:
        if self._shut:
            raise LedgerClosedError(f"the ledger takes no more calls: {self._shut}")

    @contextlib.contextmanager
    def _sure(self) -> Iterator[None]:
        self._check_open()
        try:
            yield
        except BaseException as error:
            self._shut = f"{type(error).__name__}: {error}"
            log.exception("the ledger is in doubt and closed")
            with contextlib.suppress(Exception):
                self._db.rollback()
            raise LedgerDoubtError(self._shut) from error
