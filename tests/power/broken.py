"""Terminals whose ledger is less durable than it must be, as lives for `kiosk chaos`.

`python -m tests.power.broken NAME …` is `kiosk chaos …` of one of them: in a process of its own, for its lives are
forked from a process that begins with the library.
"""

import sqlite3
import sys

import pytest
from sqlite_utils import Database

from kiosk.ledger import files
from kiosk.ledger.seal import Sealed
from kiosk.ledger.store import Store
from kiosk.protocol import events as ev
from kiosk.protocol.order.rows import Rows
from kiosk.rehearsal.chaos.command import chaos_command
from kiosk.rehearsal.chaos.lane import Life, live
from kiosk.rehearsal.headless import Run

patch = pytest.MonkeyPatch()
"""Never undone: a life has a process of its own."""


def synchronous(level: str) -> None:
    configured = files._configured

    def slack(connection: sqlite3.Connection) -> Database:
        db = configured(connection)
        db.execute(f"PRAGMA synchronous = {level}")
        return db

    patch.setattr(files, "_configured", slack)


def off(run: Run) -> None:
    synchronous("OFF")
    live(run)


def normal(run: Run) -> None:
    synchronous("NORMAL")
    live(run)


def intent(run: Run) -> None:
    """Syncs everything but the row that says that a payment will be asked for."""
    record = Store.record

    def slack(self: Store, *events: ev.Event, rows: Rows, subject: Sealed | None = None) -> None:
        asks = any(isinstance(event, ev.AttemptSent) for event in events)
        self._db.execute(f"PRAGMA synchronous = {'NORMAL' if asks else 'FULL'}")
        record(self, *events, rows=rows, subject=subject)

    patch.setattr(Store, "record", slack)
    live(run)


LIVES: dict[str, Life] = {"full": live, "normal": normal, "off": off, "intent": intent}

if __name__ == "__main__":
    raise SystemExit(chaos_command(sys.argv[2:], LIVES[sys.argv[1]]))
