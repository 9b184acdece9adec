"""Tables and statements that are the same in both databases, for all that is asked some times a second at most.

A statement names its values `$1`, `$2` …; its types are TEXT and BIGINT; times are milliseconds since 1970.
"""

import re
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol

from hub.cases import tables as cases
from hub.orders import tables as orders
from hub.settlement import tables as settlement

Sql = Callable[..., Awaitable[list[tuple[Any, ...]]]]
"""`await sql(statement, *values)`: the rows that it gives, inside one transaction."""


class Portable(Protocol):
    """A store on either database."""

    def work(self) -> AbstractAsyncContextManager[Sql]:
        """One transaction: on disk when its block ends, undone when the block raises. May raise `StoreBusyError`."""


TABLES = {
    "0010_matters": """
CREATE TABLE hall (hall TEXT PRIMARY KEY, version BIGINT NOT NULL);
CREATE TABLE followed (ledger TEXT PRIMARY KEY, seq BIGINT NOT NULL);
CREATE TABLE matter (
  hall TEXT NOT NULL,
  matter TEXT NOT NULL,
  terminal TEXT NOT NULL,
  ledger TEXT NOT NULL,
  kind TEXT NOT NULL,
  business_date TEXT NOT NULL,
  version BIGINT NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (hall, matter)
);
CREATE INDEX matter_of_day ON matter(hall, kind, business_date);
""",
    "0011_queue": """
CREATE TABLE attending (
  hall TEXT NOT NULL,
  terminal TEXT NOT NULL,
  ledger TEXT NOT NULL,
  heard_ms BIGINT NOT NULL,
  taken_over BIGINT NOT NULL,
  plan TEXT NOT NULL,
  PRIMARY KEY (hall, terminal)
);
CREATE TABLE step (
  hall TEXT NOT NULL,
  n BIGINT NOT NULL,
  terminal TEXT NOT NULL,
  matter TEXT NOT NULL,
  event TEXT NOT NULL,
  until_ms BIGINT NOT NULL,
  state TEXT NOT NULL,
  PRIMARY KEY (hall, n)
);
CREATE INDEX step_not_done ON step(hall, state);
""",
    "0012_logs": """
CREATE TABLE log (command TEXT PRIMARY KEY, at_ms BIGINT NOT NULL, content TEXT NOT NULL);
CREATE INDEX log_at ON log(at_ms);
CREATE INDEX command_at ON command(at_ms);
""",
    "0013_configuration": """
CREATE TABLE configuration (
  hall TEXT NOT NULL,
  version BIGINT NOT NULL,
  text TEXT NOT NULL,
  catalogue TEXT NOT NULL,
  who TEXT NOT NULL,
  note TEXT NOT NULL,
  at_ms BIGINT NOT NULL,
  PRIMARY KEY (hall, version)
);
""",
    "0019_head_of_terminal": "CREATE INDEX head_of_terminal ON head(hall, terminal, at_ms);",
    "0020_orders": orders.SCHEMA,
    "0021_askings": orders.ASKINGS,
    "0022_statements": settlement.STATEMENTS,
    "0023_comparisons": settlement.COMPARISONS,
    "0024_sums": orders.SUMS,
    "0030_cases": cases.CASES,
    "0031_deadlines": cases.DEADLINES,
    "0032_rated": cases.RATED,
    "0033_forms": """
ALTER TABLE configuration ADD COLUMN forms TEXT NOT NULL DEFAULT '{}';
CREATE TABLE form (
  digest TEXT PRIMARY KEY,
  number TEXT NOT NULL,
  title TEXT NOT NULL,
  title_en TEXT NOT NULL,
  official BIGINT NOT NULL,
  packed TEXT NOT NULL
);
""",
    "0034_readers": "CREATE TABLE reader (fold BIGINT PRIMARY KEY, beats BIGINT NOT NULL);",
    "0035_day_sums": orders.DAY_SUMS,
    "0036_places": "ALTER TABLE status ADD COLUMN place BIGINT NOT NULL DEFAULT 4;",  # well, until it says again
}
"""A step that was ever released is never changed, only followed."""


def for_sqlite(statements: str) -> str:
    """The same tables in SQLite's words."""
    words = statements.replace("BIGINT", "INTEGER").replace("::json", "")
    return re.sub(r"(CREATE TABLE [^;]*\));", r"\1 STRICT;", words)
