"""The tables of cases, and of what terminals sealed for their hub."""

CASES = """
CREATE TABLE case_file (
  hall TEXT NOT NULL,
  matter TEXT NOT NULL,
  kind TEXT NOT NULL,
  state TEXT NOT NULL,
  PRIMARY KEY (hall, matter)
);
CREATE INDEX case_state ON case_file(hall, kind, state);
CREATE TABLE case_step (
  hall TEXT NOT NULL,
  matter TEXT NOT NULL,
  n BIGINT NOT NULL,
  at_ms BIGINT NOT NULL,
  who TEXT NOT NULL,
  step TEXT NOT NULL,
  note TEXT NOT NULL,
  PRIMARY KEY (hall, matter, n)
);
CREATE TABLE sealed (
  hall TEXT NOT NULL,
  subject TEXT NOT NULL,
  expires_ms BIGINT NOT NULL,
  content TEXT NOT NULL,
  PRIMARY KEY (hall, subject)
);
CREATE INDEX sealed_until ON sealed(expires_ms);
"""

RATED = """
CREATE TABLE rated (
  hall TEXT NOT NULL,
  matter TEXT NOT NULL,
  about TEXT NOT NULL,
  PRIMARY KEY (hall, matter)
);
CREATE INDEX rated_about ON rated(hall, about);
INSERT INTO rated SELECT hall, matter, body::json ->> 'about' FROM matter WHERE kind = 'rating';
"""
"""Which ratings are about the same service: two terminals of a hall that could not ask each other may both take one."""

DEADLINES = """
CREATE TABLE deadlines (
  version BIGINT PRIMARY KEY,
  text TEXT NOT NULL,
  who TEXT NOT NULL,
  at_ms BIGINT NOT NULL
);
"""
