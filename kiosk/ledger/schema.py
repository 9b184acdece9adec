"""The tables of the ledger and how they came to be. A step that was ever released is never changed, only followed.

The statements are our own and not written by a library: an open ledger is compared with them word for word.
"""

import re
import sqlite3
from functools import cache

from sqlite_utils import Database, Migrations

from kiosk.ledger.errors import LedgerCorruptError, LedgerTooNewError

SCHEMA = Migrations("menkou.ledger")
_STEP = re.compile(r"\d{4}_\w+")


@SCHEMA(name="0001_journal")
def _journal(db: Database) -> None:
    db.executescript("""
CREATE TABLE journal (
  seq INTEGER PRIMARY KEY,
  body TEXT NOT NULL,
  hash BLOB NOT NULL,
  type TEXT GENERATED ALWAYS AS (json_extract(body, '$.type')) VIRTUAL,
  order_no TEXT GENERATED ALWAYS AS (json_extract(body, '$.order')) VIRTUAL
) STRICT;
CREATE INDEX journal_order ON journal(order_no);
CREATE TRIGGER journal_gapless BEFORE INSERT ON journal
  WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM journal)
  BEGIN SELECT raise(ABORT, 'the journal has no gaps'); END;
CREATE TRIGGER journal_not_changed BEFORE UPDATE ON journal
  BEGIN SELECT raise(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER journal_not_deleted BEFORE DELETE ON journal
  BEGIN SELECT raise(ABORT, 'the journal is append-only'); END;
CREATE TABLE ledger (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  ledger_id TEXT NOT NULL,
  created_ms INTEGER NOT NULL,
  orders INTEGER NOT NULL
) STRICT;
""")


@SCHEMA(name="0002_orders")
def _orders(db: Database) -> None:
    db.executescript("""
CREATE TABLE orders (
  order_no TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  state TEXT NOT NULL,
  subject TEXT NOT NULL,
  account_hash TEXT NOT NULL,
  hash_key TEXT NOT NULL,
  quote_id TEXT NOT NULL,
  due_fen INTEGER NOT NULL,
  business_date TEXT NOT NULL,
  language TEXT NOT NULL,
  opened_ms INTEGER NOT NULL,
  pay_by_ms INTEGER NOT NULL,
  provider_ref TEXT NOT NULL,
  paid_channel TEXT NOT NULL,
  paid_ref TEXT NOT NULL,
  paid_fen INTEGER NOT NULL,
  deliver_by_ms INTEGER NOT NULL,
  receipt_no TEXT NOT NULL,
  why TEXT NOT NULL,
  ended_ms INTEGER NOT NULL,
  closed INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX unclosed ON orders(account_hash) WHERE closed = 0;
CREATE UNIQUE INDEX one_unfinished ON orders(account_hash) WHERE state NOT IN ('refused', 'delivered', 'cancelled');
CREATE TABLE attempts (
  order_no TEXT NOT NULL,
  n INTEGER NOT NULL,
  channel TEXT NOT NULL,
  device TEXT NOT NULL,
  hold INTEGER NOT NULL,
  key TEXT NOT NULL UNIQUE,
  amount_fen INTEGER NOT NULL,
  state TEXT NOT NULL,
  sent_ms INTEGER NOT NULL,
  show_until_ms INTEGER NOT NULL,
  ended_ms INTEGER NOT NULL,
  captured_fen INTEGER NOT NULL,
  ref TEXT NOT NULL,
  predecessor TEXT NOT NULL,
  proof TEXT NOT NULL,
  why TEXT NOT NULL,
  late INTEGER NOT NULL,
  PRIMARY KEY (order_no, n)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX one_live ON attempts(order_no)
  WHERE state IN ('sent', 'open', 'authorized', 'capturing', 'closing');
CREATE UNIQUE INDEX one_hold ON attempts(device) WHERE hold = 1;
CREATE INDEX dead_attempts ON attempts(ended_ms) WHERE state = 'dead';
CREATE TABLE refunds (
  order_no TEXT NOT NULL,
  n INTEGER NOT NULL,
  r INTEGER NOT NULL,
  key TEXT NOT NULL UNIQUE,
  amount_fen INTEGER NOT NULL,
  state TEXT NOT NULL,
  reason TEXT NOT NULL,
  due_ms INTEGER NOT NULL,
  ref TEXT NOT NULL,
  why TEXT NOT NULL,
  PRIMARY KEY (order_no, n, r)
) STRICT, WITHOUT ROWID;
CREATE TABLE prints (
  order_no TEXT NOT NULL,
  p INTEGER NOT NULL,
  reprint INTEGER NOT NULL,
  truth TEXT NOT NULL,
  state TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  why TEXT NOT NULL,
  PRIMARY KEY (order_no, p)
) STRICT, WITHOUT ROWID;
""")


@SCHEMA(name="0003_private")
def _private(db: Database) -> None:
    db.executescript("""
CREATE TABLE private (
  subject TEXT PRIMARY KEY,
  sealed BLOB NOT NULL,
  expires_ms INTEGER NOT NULL
) STRICT;
""")


@SCHEMA(name="0004_paid_ms")
def _paid_ms(db: Database) -> None:
    db.executescript("ALTER TABLE attempts ADD COLUMN paid_ms INTEGER NOT NULL DEFAULT 0;")


@SCHEMA(name="0005_matters")
def _matters(db: Database) -> None:
    db.executescript("""
ALTER TABLE journal ADD COLUMN matter TEXT GENERATED ALWAYS AS (json_extract(body, '$.matter')) VIRTUAL;
CREATE INDEX journal_matter ON journal(matter) WHERE matter IS NOT NULL;
CREATE TABLE ratings (
  matter TEXT PRIMARY KEY,
  about TEXT NOT NULL UNIQUE,
  service TEXT NOT NULL,
  grade INTEGER NOT NULL CHECK (grade BETWEEN 1 AND 5),
  business_date TEXT NOT NULL,
  language TEXT NOT NULL,
  reasons TEXT NOT NULL,
  subject TEXT NOT NULL,
  at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
""")


@SCHEMA(name="0006_forms")
def _forms(db: Database) -> None:
    db.executescript("""
CREATE TABLE forms (
  matter TEXT PRIMARY KEY,
  number TEXT NOT NULL,
  pages INTEGER NOT NULL CHECK (pages > 0),
  copies INTEGER NOT NULL CHECK (copies > 0),
  sheets INTEGER NOT NULL CHECK (sheets > 0),
  filled INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('intended', 'submitted', 'printed', 'not_printed', 'unknown')),
  came INTEGER NOT NULL,
  reason TEXT NOT NULL,
  business_date TEXT NOT NULL,
  language TEXT NOT NULL,
  at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX forms_state ON forms(state) WHERE state NOT IN ('printed', 'not_printed');
""")


@SCHEMA(name="0007_tickets")
def _tickets(db: Database) -> None:
    db.executescript("""
CREATE TABLE tickets (
  matter TEXT PRIMARY KEY,
  letter TEXT NOT NULL,
  number INTEGER NOT NULL,
  business_date TEXT NOT NULL,
  business TEXT NOT NULL,
  priority INTEGER NOT NULL,
  place INTEGER NOT NULL,
  state TEXT NOT NULL,
  window INTEGER NOT NULL,
  times INTEGER NOT NULL,
  turn INTEGER NOT NULL,
  history TEXT NOT NULL,
  head INTEGER NOT NULL,
  back INTEGER NOT NULL,
  given_ms INTEGER NOT NULL,
  called_ms INTEGER NOT NULL,
  ended_ms INTEGER NOT NULL,
  slips INTEGER NOT NULL,
  slip TEXT NOT NULL,
  slip_why TEXT NOT NULL,
  maybe_out INTEGER NOT NULL,
  UNIQUE (business_date, letter, number)
) STRICT, WITHOUT ROWID;
CREATE INDEX tickets_by_state ON tickets(state);
""")


@SCHEMA(name="0008_requests")
def _requests(db: Database) -> None:
    db.executescript("""
CREATE TABLE requests (
  matter TEXT PRIMARY KEY,
  number TEXT NOT NULL UNIQUE,
  item TEXT NOT NULL,
  way TEXT NOT NULL,
  subject TEXT NOT NULL,
  phone_hash TEXT NOT NULL,
  hash_key TEXT NOT NULL,
  business_date TEXT NOT NULL,
  language TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  UNIQUE (business_date, phone_hash, item, way)
) STRICT, WITHOUT ROWID;
""")


@SCHEMA(name="0009_jobs")
def _jobs(db: Database) -> None:
    db.executescript("""
ALTER TABLE orders ADD COLUMN card_hash TEXT NOT NULL DEFAULT '';
ALTER TABLE orders ADD COLUMN owed INTEGER NOT NULL DEFAULT 0;
CREATE UNIQUE INDEX one_unfinished_card ON orders(card_hash)
  WHERE card_hash <> '' AND state NOT IN ('refused', 'delivered', 'cancelled');
CREATE TABLE jobs (
  order_no TEXT NOT NULL,
  n INTEGER NOT NULL,
  provider_job TEXT NOT NULL,
  count INTEGER NOT NULL,
  gas_m3 TEXT NOT NULL,
  old_hash TEXT NOT NULL,
  new_hash TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('sent', 'landed', 'absent', 'torn')),
  sent_ms INTEGER NOT NULL,
  reported INTEGER NOT NULL,
  why TEXT NOT NULL,
  PRIMARY KEY (order_no, n)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX one_job_may_land ON jobs(order_no) WHERE state <> 'absent';
CREATE INDEX unreported_jobs ON jobs(order_no) WHERE state IN ('landed', 'torn') AND reported = 0;
""")


@SCHEMA(name="0010_anchor")
def _anchor(db: Database) -> None:
    db.executescript("""
CREATE TABLE anchor (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  seq INTEGER NOT NULL,
  hash BLOB NOT NULL,
  orders INTEGER NOT NULL
) STRICT;
INSERT INTO anchor VALUES (1, 0, zeroblob(32), 0);
DROP TRIGGER journal_gapless;
CREATE TRIGGER journal_gapless BEFORE INSERT ON journal
  WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), (SELECT seq FROM anchor)) + 1 FROM journal)
  BEGIN SELECT raise(ABORT, 'the journal has no gaps'); END;
DROP TRIGGER journal_not_deleted;
CREATE TRIGGER journal_not_deleted BEFORE DELETE ON journal
  WHEN OLD.seq > (SELECT seq FROM anchor)
  BEGIN SELECT raise(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER anchor_goes_forward BEFORE UPDATE ON anchor
  WHEN NEW.seq <= OLD.seq OR NEW.seq > (SELECT max(seq) FROM journal)
  BEGIN SELECT raise(ABORT, 'an anchor goes forward, to a row'); END;
CREATE TRIGGER anchor_stays BEFORE DELETE ON anchor
  BEGIN SELECT raise(ABORT, 'a journal has an anchor'); END;
""")


@SCHEMA(name="0011_persons")
def _persons(db: Database) -> None:
    db.executescript("""
ALTER TABLE tickets ADD COLUMN person TEXT NOT NULL DEFAULT '';
ALTER TABLE tickets ADD COLUMN hash_key TEXT NOT NULL DEFAULT '';
ALTER TABLE forms ADD COLUMN person TEXT NOT NULL DEFAULT '';
ALTER TABLE forms ADD COLUMN hash_key TEXT NOT NULL DEFAULT '';
""")


@SCHEMA(name="0012_commands")
def _commands(db: Database) -> None:
    db.executescript("""
CREATE TABLE commands (
  matter TEXT PRIMARY KEY,
  number INTEGER NOT NULL,
  name TEXT NOT NULL,
  who TEXT NOT NULL,
  body TEXT NOT NULL,
  taken_ms INTEGER NOT NULL,
  result TEXT NOT NULL CHECK (result IN ('', 'done', 'refused', 'not_understood')),
  why TEXT NOT NULL,
  ended_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX commands_under_way ON commands(result) WHERE result = '';
""")


def check_schema(db: Database) -> None:
    """Raises `LedgerTooNewError` for a schema of a later version, `LedgerCorruptError` for one that is not ours.

    Tables, indexes and triggers must be word for word what the steps make: a flipped bit in an index's condition
    would otherwise hide orders.
    """
    ours = steps()
    applied = applied_steps(db)
    foreign = [name for name in applied if name not in ours]
    if foreign and all(_STEP.fullmatch(name) and name > ours[-1] for name in foreign):
        raise LedgerTooNewError(f"a newer version wrote this ledger: it has {', '.join(foreign)}")
    if not applied or applied != ours[: len(applied)]:
        raise LedgerCorruptError("the database is not a ledger of this program")
    if _objects(db) != _made_by(len(applied)):
        raise LedgerCorruptError("tables, indexes or triggers are not those of a ledger")


@cache
def steps() -> tuple[str, ...]:
    """The names of all steps that this program knows, in order."""
    return tuple(migration.name for migration in SCHEMA.pending(Database(sqlite3.connect(":memory:"))))


def applied_steps(db: Database) -> tuple[str, ...]:
    """The names of the steps that a ledger went through. Raises `sqlite3.Error` where there is no such table."""
    # not by SCHEMA.applied, which trips over columns that we do not need
    # a damaged name may have become bytes or a number, and is then that of no step
    query = "SELECT CAST(name AS TEXT) FROM _sqlite_migrations WHERE migration_set = ? ORDER BY rowid"
    return tuple(name or "" for (name,) in db.execute(query, [SCHEMA.name]))


@cache
def _made_by(count: int) -> frozenset[tuple[str, str, str]]:
    fresh = Database(sqlite3.connect(":memory:", isolation_level=None))
    SCHEMA.apply(fresh, stop_before=steps()[count:])
    return _objects(fresh)


def _objects(db: Database) -> frozenset[tuple[str, str, str]]:
    # names with sqlite_ belong to SQLite, those with _sqlite_ to sqlite-utils
    rows = db.execute("SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
    # a damaged name may have become bytes, and is then none of ours
    return frozenset(row for row in rows if not str(row[1]).startswith(("sqlite_", "_sqlite_", "idx__sqlite_")))
