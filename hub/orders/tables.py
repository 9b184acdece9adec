"""Where the hub keeps what it read of orders. All of it follows from the journals, and can be made anew."""

from collections.abc import Sequence


class Table:
    """A table whose first columns are the identity of its rows."""

    def __init__(self, name: str, identity: int, columns: str) -> None:
        self._name = name
        self.columns: Sequence[str] = columns.split()
        self._identity = self.columns[:identity]

    def upsert(self, rows: int) -> str:
        """Insert so many rows, or replace those of the same identity; their values one after the other."""
        return self._insert(rows, "{0} = excluded.{0}")

    def add(self, rows: int) -> str:
        """The same, but numbers are added to those of the same identity."""
        return self._insert(rows, "{0} = {1}.{0} + excluded.{0}")

    def _insert(self, rows: int, change: str) -> str:
        count = len(self.columns)
        values = (f"({', '.join(f'${row * count + n}' for n in range(1, count + 1))})" for row in range(rows))
        changes = (change.format(column, self._name) for column in self.columns if column not in self._identity)
        return " ".join(
            (
                *("INSERT INTO", self._name, f"({', '.join(self.columns)}) VALUES", ", ".join(values)),
                *("ON CONFLICT", f"({', '.join(self._identity)}) DO UPDATE SET", ", ".join(changes)),
            )
        )


ORDERS = Table("orders", 2, "ledger order_no hall terminal business_date opened_ms due_fen rank body")
PAYMENTS = Table(
    "payment",
    3,
    "ledger order_no n hall business_date channel number ref paid_ms captured_fen refunded_fen refunds "
    "delivered_fen refunded_ms",
)
DAY_SUM = Table(
    "day_sum",
    3,
    "business_date hall channel payments charged_fen refunds refunded_fen deliveries delivered_fen",
)

SCHEMA = """
CREATE TABLE reading (
  ledger TEXT PRIMARY KEY,
  hall TEXT NOT NULL,
  terminal TEXT NOT NULL,
  seq BIGINT NOT NULL,
  fold BIGINT NOT NULL,
  begun_ms BIGINT NOT NULL,
  aside_ms BIGINT NOT NULL
);
CREATE INDEX reading_of_terminal ON reading(hall, terminal);
CREATE TABLE orders (
  ledger TEXT NOT NULL,
  order_no TEXT NOT NULL,
  hall TEXT NOT NULL,
  terminal TEXT NOT NULL,
  business_date TEXT NOT NULL,
  opened_ms BIGINT NOT NULL,
  due_fen BIGINT NOT NULL,
  rank BIGINT NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (ledger, order_no)
);
CREATE INDEX orders_first ON orders(rank, opened_ms, order_no);
CREATE INDEX orders_number ON orders(order_no);
CREATE INDEX orders_day ON orders(business_date, rank, opened_ms, order_no);
CREATE INDEX orders_terminal ON orders(hall, terminal, rank, opened_ms, order_no);
CREATE INDEX orders_amount ON orders(due_fen, rank, opened_ms, order_no);
CREATE TABLE payment (
  ledger TEXT NOT NULL,
  order_no TEXT NOT NULL,
  n BIGINT NOT NULL,
  hall TEXT NOT NULL,
  business_date TEXT NOT NULL,
  channel TEXT NOT NULL,
  number TEXT NOT NULL,
  ref TEXT NOT NULL,
  paid_ms BIGINT NOT NULL,
  captured_fen BIGINT NOT NULL,
  refunded_fen BIGINT NOT NULL,
  refunds BIGINT NOT NULL,
  delivered_fen BIGINT NOT NULL,
  refunded_ms BIGINT NOT NULL,
  PRIMARY KEY (ledger, order_no, n)
);
CREATE INDEX payment_number ON payment(number);
CREATE INDEX payment_ref ON payment(ref);
CREATE INDEX payment_day ON payment(business_date, hall);
CREATE INDEX payment_paid ON payment(paid_ms);
"""

SUMS = """
DROP INDEX payment_day;
CREATE INDEX payment_of_day ON payment(
  business_date, hall, channel, captured_fen, refunds, refunded_fen, delivered_fen
);
"""
"""The sums of a day were read from the index alone."""

SUMMED = """
SELECT business_date, hall, channel, sum(CASE WHEN captured_fen > 0 THEN 1 ELSE 0 END), sum(captured_fen), sum(refunds),
  sum(refunded_fen), sum(CASE WHEN delivered_fen > 0 OR channel = '' THEN 1 ELSE 0 END), sum(delivered_fen)
FROM payment WHERE (captured_fen > 0 OR channel = '')"""
"""What payments come to, as `day_sum` has it. Part of a released step: never changed, only followed."""
BY_DAY = "GROUP BY business_date, hall, channel"
FILL = f"INSERT INTO day_sum {SUMMED} {BY_DAY};"
DAY_SUMS = f"""
ALTER TABLE reading DROP COLUMN begun_ms;
CREATE TABLE day_sum (
  business_date TEXT NOT NULL,
  hall TEXT NOT NULL,
  channel TEXT NOT NULL,
  payments BIGINT NOT NULL,
  charged_fen BIGINT NOT NULL,
  refunds BIGINT NOT NULL,
  refunded_fen BIGINT NOT NULL,
  deliveries BIGINT NOT NULL,
  delivered_fen BIGINT NOT NULL,
  PRIMARY KEY (business_date, hall, channel)
);
{FILL}
DROP INDEX payment_of_day;
CREATE INDEX payment_day ON payment(business_date);
"""
"""The sums of each day are kept beside its payments. A process of an earlier version, which would move payments without
their sums, fails for want of a column that nobody needed, before it reads anything: so it reads nothing until it is
replaced."""

ASKINGS = """
CREATE TABLE asking (
  id TEXT PRIMARY KEY,
  ledger TEXT NOT NULL,
  order_no TEXT NOT NULL,
  hall TEXT NOT NULL,
  terminal TEXT NOT NULL,
  fen BIGINT NOT NULL,
  reason TEXT NOT NULL,
  body TEXT NOT NULL,
  asked_by TEXT NOT NULL,
  asked_ms BIGINT NOT NULL,
  state TEXT NOT NULL,
  second TEXT NOT NULL,
  decided_ms BIGINT NOT NULL,
  command TEXT NOT NULL
);
CREATE INDEX asking_of ON asking(ledger, order_no);
CREATE INDEX asking_state ON asking(state);
"""
"""What one person asked for and a second one decides. It follows from no journal."""
