"""The tables of the hub on PostgreSQL and how they came to be."""

MIGRATIONS = {
    "0001_journals": """
CREATE TABLE code (
  hash bytea PRIMARY KEY,
  hall text NOT NULL,
  terminal text NOT NULL,
  until_ms bigint NOT NULL,
  key_id text NOT NULL DEFAULT ''
);
CREATE TABLE terminal (
  hall text NOT NULL,
  terminal text NOT NULL,
  key_id text NOT NULL UNIQUE,
  public_key bytea NOT NULL,
  paired_ms bigint NOT NULL,
  revoked boolean NOT NULL DEFAULT false,
  PRIMARY KEY (hall, terminal)
);
CREATE TABLE head (
  ledger text PRIMARY KEY,
  hall text NOT NULL,
  terminal text NOT NULL,
  first bigint NOT NULL,
  seq bigint NOT NULL,
  hash text NOT NULL,
  at_ms bigint NOT NULL
);
CREATE TABLE event (
  ledger text NOT NULL,
  seq bigint NOT NULL,
  hash bytea NOT NULL,
  at_ms bigint NOT NULL,
  type text NOT NULL,
  about text NOT NULL,
  body text NOT NULL,
  PRIMARY KEY (ledger, seq, at_ms)
) PARTITION BY RANGE (at_ms);
CREATE INDEX event_about ON event(about);
CREATE TABLE event_other PARTITION OF event DEFAULT;
""",
    "0002_status": """
CREATE TABLE status (
  hall text NOT NULL,
  terminal text NOT NULL,
  at_ms bigint NOT NULL,
  body text NOT NULL,
  PRIMARY KEY (hall, terminal)
);
""",
    "0003_staff": """
CREATE TABLE staff (name text PRIMARY KEY, role text NOT NULL, password text NOT NULL);
CREATE TABLE guess (who text PRIMARY KEY, wrong integer NOT NULL, until_ms bigint NOT NULL);
CREATE TABLE deed (
  n bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at_ms bigint NOT NULL,
  who text NOT NULL,
  what text NOT NULL,
  about text NOT NULL
);
""",
    "0004_commands": """
CREATE TABLE command (
  number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  id text NOT NULL UNIQUE,
  hall text NOT NULL,
  terminal text NOT NULL,
  who text NOT NULL,
  body text NOT NULL,
  at_ms bigint NOT NULL,
  until_ms bigint NOT NULL,
  state text NOT NULL,
  why text NOT NULL DEFAULT '',
  ended_ms bigint NOT NULL DEFAULT 0
);
CREATE INDEX command_waiting ON command(until_ms) WHERE state = 'waiting';
CREATE INDEX command_of ON command(hall, terminal, number);
""",
}
"""A step that was ever released is never changed, only followed."""
