"""`python -m tests.power.broken NAME …`: `kiosk chaos …` of a terminal whose ledger is less durable than it must be."""

import sqlite3
import sys

import pytest
from sqlite_utils import Database

from kiosk.ledger import files
from kiosk.ledger.witness import Witness
from kiosk.rehearsal.chaos.command import chaos_command
from kiosk.rehearsal.chaos.lane import live
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
    patch.setattr(Witness, "write", lambda *_: None)  # it would tell that rows are gone


def off(run: Run) -> None:
    synchronous("OFF")
    live(run)


def normal(run: Run) -> None:
    synchronous("NORMAL")
    live(run)


if __name__ == "__main__":
    raise SystemExit(chaos_command(sys.argv[2:], {"full": live, "normal": normal, "off": off}[sys.argv[1]]))
