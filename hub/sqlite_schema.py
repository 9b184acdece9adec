"""The tables of the hub on SQLite and how they came to be.

A step that was ever released is never changed, only followed.
"""

from sqlite_utils import Database, Migrations

SCHEMA = Migrations("menkou.hub")


@SCHEMA(name="0001_journals")
def _journals(db: Database) -> None:
    db.executescript("""
CREATE TABLE code (
  hash BLOB PRIMARY KEY,
  hall TEXT NOT NULL,
  terminal TEXT NOT NULL,
  until_ms INTEGER NOT NULL,
  key_id TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE TABLE terminal (
  hall TEXT NOT NULL,
  terminal TEXT NOT NULL,
  key_id TEXT NOT NULL UNIQUE,
  public_key BLOB NOT NULL,
  paired_ms INTEGER NOT NULL,
  revoked INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (hall, terminal)
) STRICT;
CREATE TABLE head (
  ledger TEXT PRIMARY KEY,
  hall TEXT NOT NULL,
  terminal TEXT NOT NULL,
  first INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  hash TEXT NOT NULL,
  at_ms INTEGER NOT NULL
) STRICT;
CREATE TABLE event (
  ledger TEXT NOT NULL,
  seq INTEGER NOT NULL,
  hash BLOB NOT NULL,
  at_ms INTEGER NOT NULL,
  type TEXT NOT NULL,
  about TEXT NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (ledger, seq)
) STRICT;
CREATE INDEX event_about ON event(about);
""")


@SCHEMA(name="0002_status")
def _status(db: Database) -> None:
    db.executescript("""
CREATE TABLE status (
  hall TEXT NOT NULL,
  terminal TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (hall, terminal)
) STRICT;
""")


@SCHEMA(name="0003_staff")
def _staff(db: Database) -> None:
    db.executescript("""
CREATE TABLE staff (name TEXT PRIMARY KEY, role TEXT NOT NULL, password TEXT NOT NULL) STRICT;
CREATE TABLE guess (who TEXT PRIMARY KEY, wrong INTEGER NOT NULL, until_ms INTEGER NOT NULL) STRICT;
CREATE TABLE deed (
  n INTEGER PRIMARY KEY,
  at_ms INTEGER NOT NULL,
  who TEXT NOT NULL,
  what TEXT NOT NULL,
  about TEXT NOT NULL
) STRICT;
""")


@SCHEMA(name="0004_commands")
def _commands(db: Database) -> None:
    db.executescript("""
CREATE TABLE command (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  hall TEXT NOT NULL,
  terminal TEXT NOT NULL,
  who TEXT NOT NULL,
  body TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  until_ms INTEGER NOT NULL,
  state TEXT NOT NULL,
  why TEXT NOT NULL DEFAULT '',
  ended_ms INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX command_waiting ON command(until_ms) WHERE state = 'waiting';
CREATE INDEX command_of ON command(hall, terminal, number);
""")
