"""Where the hub keeps what other books say. A file that comes again takes the place of the one before."""

STATEMENTS = """
CREATE TABLE statement (
  source TEXT NOT NULL,
  day TEXT NOT NULL,
  name TEXT NOT NULL,
  who TEXT NOT NULL,
  at_ms BIGINT NOT NULL,
  entries BIGINT NOT NULL,
  PRIMARY KEY (source, day)
);
CREATE INDEX statement_day ON statement(day);
CREATE TABLE statement_entry (
  source TEXT NOT NULL,
  day TEXT NOT NULL,
  line BIGINT NOT NULL,
  kind TEXT NOT NULL,
  number TEXT NOT NULL,
  refund TEXT NOT NULL,
  ref TEXT NOT NULL,
  fen BIGINT NOT NULL,
  PRIMARY KEY (source, day, line)
);
CREATE INDEX statement_entry_number ON statement_entry(number);
CREATE INDEX statement_entry_day ON statement_entry(day);
"""
COMPARISONS = """
CREATE TABLE comparison (
  day TEXT PRIMARY KEY,
  at_ms BIGINT NOT NULL,
  body TEXT NOT NULL
);
"""
"""What came of comparing a day the last time: a city's day takes seconds, and a page does not wait."""
