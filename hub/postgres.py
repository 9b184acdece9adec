"""The hub's store on PostgreSQL: any number of hub processes on one database, rows in a partition for each month."""

import asyncio
import contextlib
from datetime import UTC, datetime
from typing import Any

import asyncpg
import msgspec

from hub.accept import Take, Verdict, verdict
from hub.postgres_base import PostgresBase
from hub.postgres_intake import Intake, copy, values
from hub.store import Deed, ForeignError, Guesses, Staff, Terminal
from hub.terminals import place_of
from hub.upkeep import DAY_MS
from kiosk.protocol.batch import Batch, Head
from kiosk.protocol.status import Status

MONTHS = range(-120, 25)
"""From the present one: rows of these have a partition each. Whatever a wrong clock wrote stands in one beside."""
_MONTH_LOCK = 0x6D6E6B02

TURNS = 2
"""Batches that one process looks at closer at a time: more of them only wait for each other in the database."""


class PostgresStore(PostgresBase):
    """See `Store`."""

    def __init__(self, url: str) -> None:
        """`url` is `postgresql://…`."""
        super().__init__(url)
        self._months: set[int] = set()
        self._turns = asyncio.Semaphore(TURNS)
        self._intake = Intake(self._transaction)

    async def offer(self, code: bytes, hall: str, terminal: str, until_ms: int) -> None:
        """See `Store`."""
        async with self._transaction() as db:
            sql = "INSERT INTO code (hash, hall, terminal, until_ms) VALUES ($1, $2, $3, $4)"
            await db.execute(sql, code, hall, terminal, until_ms)

    async def pair(self, code: bytes, key_id: str, public_key: bytes, now_ms: int) -> Terminal | None:
        """See `Store`."""
        async with self._transaction() as db:
            found = await db.fetchrow("SELECT * FROM code WHERE hash = $1 FOR UPDATE", code)
            if found is None:
                return None
            known = await _terminal(db, key_id)
            if found["key_id"] or known is not None:
                return known if found["key_id"] == key_id else None
            if now_ms > found["until_ms"]:
                return None
            await db.execute("UPDATE code SET key_id = $1 WHERE hash = $2", key_id, code)
            await db.execute(
                "INSERT INTO terminal (hall, terminal, key_id, public_key, paired_ms) VALUES ($1, $2, $3, $4, $5) "
                "ON CONFLICT (hall, terminal) DO UPDATE SET key_id = excluded.key_id, revoked = false, "
                "public_key = excluded.public_key, paired_ms = excluded.paired_ms",
                *(found["hall"], found["terminal"], key_id, public_key, now_ms),
            )
            return await _terminal(db, key_id)

    async def terminal(self, key_id: str) -> Terminal | None:
        """See `Store`."""
        async with self._connection() as db:
            return await _terminal(db, key_id)

    async def revoke(self, hall: str, terminal: str) -> bool:
        """See `Store`."""
        async with self._transaction() as db:
            sql = "UPDATE terminal SET revoked = true WHERE hall = $1 AND terminal = $2 RETURNING 1"
            return await db.fetchval(sql, hall, terminal) is not None

    async def accept(self, sender: Terminal, batch: Batch, now_ms: int) -> Verdict:
        """See `Store`."""
        days = {row.envelope.at // DAY_MS for row in batch.rows}
        await self._prepare({_month(day * DAY_MS) for day in days}, _month(now_ms))
        then = Head(ledger=batch.ledger, seq=batch.last, hash=batch.hash_of(batch.last).hex())
        if await self._intake.take(sender, batch, then, now_ms):  # as nearly every batch does
            return Take(batch.first - 1, then)
        async with self._turns, self._transaction() as db:
            row = await _locked(db, batch.ledger)
            if row is not None and (row["hall"], row["terminal"]) != (sender.hall, sender.terminal):
                raise ForeignError(batch.ledger)
            head = None if row is None else Head(ledger=batch.ledger, seq=row["seq"], hash=row["hash"])
            sql = "SELECT hash FROM event WHERE ledger = $1 AND seq = $2"
            kept = await db.fetchval(sql, batch.ledger, batch.last) if head and batch.last <= head.seq else None
            found = verdict(head, batch, kept)
            if isinstance(found, Take):
                await copy(db, values(batch, found.after))
                await db.execute(
                    "INSERT INTO head (ledger, hall, terminal, first, seq, hash, at_ms) "
                    "VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (ledger) "
                    "DO UPDATE SET seq = excluded.seq, hash = excluded.hash, at_ms = excluded.at_ms",
                    *(batch.ledger, sender.hall, sender.terminal, batch.first),
                    *(found.then.seq, found.then.hash, now_ms),
                )
            return found

    async def report(self, sender: Terminal, status: Status, now_ms: int) -> None:
        """See `Store`."""
        async with self._transaction() as db:
            await db.execute(
                "INSERT INTO status (hall, terminal, at_ms, body, place) VALUES ($1, $2, $3, $4, $5) ON CONFLICT "
                "(hall, terminal) DO UPDATE SET at_ms = excluded.at_ms, body = excluded.body, place = excluded.place",
                *(sender.hall, sender.terminal, now_ms, msgspec.json.encode(status).decode(), place_of(status)),
            )

    async def staff(self, name: str) -> Staff | None:
        """See `Store`."""
        async with self._connection() as db:
            row = await db.fetchrow("SELECT name, role, password FROM staff WHERE name = $1", name)
        return row and Staff(**dict(row))

    async def admit(self, staff: Staff) -> None:
        """See `Store`."""
        async with self._transaction() as db:
            await db.execute(
                "INSERT INTO staff (name, role, password) VALUES ($1, $2, $3) ON CONFLICT (name) "
                "DO UPDATE SET role = excluded.role, password = excluded.password",
                *(staff.name, staff.role, staff.password),
            )

    async def dismiss(self, name: str) -> bool:
        """See `Store`."""
        async with self._transaction() as db:
            return await db.fetchval("DELETE FROM staff WHERE name = $1 RETURNING 1", name) is not None

    async def guesses(self, who: str) -> Guesses:
        """See `Store`."""
        async with self._connection() as db:
            row = await db.fetchrow("SELECT wrong, until_ms FROM guess WHERE who = $1", who)
        return Guesses() if row is None else Guesses(wrong=row["wrong"], wait_until_ms=row["until_ms"])

    async def guessed(self, who: str, guesses: Guesses) -> None:
        """See `Store`."""
        async with self._transaction() as db:
            await db.execute(
                "INSERT INTO guess (who, wrong, until_ms) VALUES ($1, $2, $3) ON CONFLICT (who) "
                "DO UPDATE SET wrong = excluded.wrong, until_ms = excluded.until_ms",
                *(who, guesses.wrong, guesses.wait_until_ms),
            )

    async def write_down(self, deed: Deed) -> None:
        """See `Store`."""
        async with self._transaction() as db:
            sql = "INSERT INTO deed (at_ms, who, what, about) VALUES ($1, $2, $3, $4)"
            await db.execute(sql, deed.at_ms, deed.who, deed.what, deed.about)

    async def deeds(self, most: int) -> list[Deed]:
        """See `Store`."""
        async with self._connection() as db:
            found = await db.fetch("SELECT at_ms, who, what, about FROM deed ORDER BY n DESC LIMIT $1", most)
        return [Deed(**dict(row)) for row in found]

    async def heads(self, hall: str) -> list[tuple[str, Head]]:
        """See `Store`."""
        async with self._connection() as db:
            sql = "SELECT terminal, ledger, seq, hash FROM head WHERE hall = $1 ORDER BY terminal, at_ms"
            rows = await db.fetch(sql, hall)
        return [(row["terminal"], Head(ledger=row["ledger"], seq=row["seq"], hash=row["hash"])) for row in rows]

    async def _prepare(self, months: set[int], now: int) -> None:
        """Make the partitions that rows of these months go into."""
        missing = {month for month in months - self._months if month - now in MONTHS}
        for month in sorted(missing):
            async with self._transaction() as db:
                # one at a time: two that make the same table at once would meet
                await db.execute("SELECT pg_advisory_xact_lock($1)", _MONTH_LOCK)
                name, first, end = f"event_{month // 12}_{month % 12 + 1:02d}", _begins(month), _begins(month + 1)
                if await db.fetchval("SELECT to_regclass($1)", name) is None:
                    with contextlib.suppress(asyncpg.CheckViolationError):  # rows of it stand in the one beside already
                        async with db.transaction():
                            await db.execute(
                                f"CREATE TABLE {name} PARTITION OF event FOR VALUES FROM ({first}) TO ({end})"
                            )
            self._months.add(month)


async def _locked(db: Any, ledger: str) -> Any:
    """The head of a ledger, which nobody else changes before this transaction ends; None for one that has none."""
    sql = "SELECT hall, terminal, seq, hash FROM head WHERE ledger = $1 FOR UPDATE"
    row = await db.fetchrow(sql, ledger)
    if row is None:  # what is not there cannot be locked
        await db.execute("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", ledger)
        row = await db.fetchrow(sql, ledger)
    return row


async def _terminal(db: Any, key_id: str) -> Terminal | None:
    sql = "SELECT hall, terminal, key_id, public_key, revoked FROM terminal WHERE key_id = $1"
    row = await db.fetchrow(sql, key_id)
    return row and Terminal(**dict(row))


def _month(at_ms: int) -> int:
    """Months since the year 0, UTC; what no calendar has is far away."""
    try:
        at = datetime.fromtimestamp(at_ms / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return -1
    return at.year * 12 + at.month - 1


def _begins(month: int) -> int:
    return int(datetime(month // 12, month % 12 + 1, 1, tzinfo=UTC).timestamp()) * 1000
