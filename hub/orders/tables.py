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
        count = len(self.columns)
        values = (f"({', '.join(f'${row * count + n}' for n in range(1, count + 1))})" for row in range(rows))
        changes = (f"{column} = excluded.{column}" for column in self.columns if column not in self._identity)
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
"""The sums of a day are read from the index alone."""

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
