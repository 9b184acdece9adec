"""The hub's connections to PostgreSQL."""

import contextlib
from collections.abc import AsyncIterator, Iterator
from typing import Any

import asyncpg

from hub.portable import TABLES, Sql
from hub.postgres_schema import MIGRATIONS
from hub.store import StoreBusyError

COMMAND_S = 15.0
"""For one statement; a database that hangs must not collect requests."""
SETUP_S = 3600.0
"""For one step of the tables: it may go through all that a city paid in years."""
_SETUP_LOCK = 0x6D6E6B01


class PostgresBase:
    """What every part of the store works with."""

    def __init__(self, url: str) -> None:
        """`url` is `postgresql://…`."""
        self._url = url
        self._pool: Any = None

    async def open(self) -> None:
        """See `Store`."""
        with _busy():
            pool = await asyncpg.create_pool(
                self._url, min_size=1, max_size=8, command_timeout=COMMAND_S, reset=_leave_as_it_is
            )
        self._pool = pool
        async with self._transaction() as db:
            await db.execute("SELECT pg_advisory_xact_lock($1)", _SETUP_LOCK, timeout=SETUP_S)
            await db.execute("CREATE TABLE IF NOT EXISTS migration (name text PRIMARY KEY)")
            done = {row["name"] for row in await db.fetch("SELECT name FROM migration")}
            for name, statements in (MIGRATIONS | TABLES).items():
                if name not in done:
                    await db.execute(statements, timeout=SETUP_S)
                    await db.execute("INSERT INTO migration VALUES ($1)", name)

    async def aclose(self) -> None:
        """See `Store`."""
        pool, self._pool = self._pool, None
        if pool is not None:
            await pool.close()

    @contextlib.asynccontextmanager
    async def work(self) -> AsyncIterator[Sql]:
        """See `Portable`."""
        async with self._transaction() as db:

            async def sql(statement: str, *values: Any) -> list[tuple[Any, ...]]:
                return [tuple(row) for row in await db.fetch(statement, *values)]

            yield sql

    @contextlib.asynccontextmanager
    async def _connection(self) -> AsyncIterator[Any]:
        if self._pool is None:
            raise StoreBusyError("the store is closed")
        with _busy():
            async with self._pool.acquire(timeout=COMMAND_S) as db:
                yield db

    @contextlib.asynccontextmanager
    async def _transaction(self) -> AsyncIterator[Any]:
        async with self._connection() as db, db.transaction():
            yield db


@contextlib.contextmanager
def _busy() -> Iterator[None]:
    try:
        yield
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError) as error:
        raise StoreBusyError(f"{type(error).__name__}: {error}") from error


async def _leave_as_it_is(_: object) -> None:
    """Nothing here changes a connection beyond its transaction, so nothing is to be put right after it."""
