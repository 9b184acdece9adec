"""One SQLite file of the hub, and the thread that all its SQL runs on."""

import asyncio
import contextlib
import fcntl
import sqlite3
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

from sqlite_utils import Database

from hub.portable import TABLES, Sql, for_sqlite
from hub.sqlite_schema import SCHEMA
from hub.store import StoreBusyError

_T = TypeVar("_T")


def _portable(name: str) -> None:
    @SCHEMA(name=name)
    def _(db: Database) -> None:
        db.executescript(for_sqlite(TABLES[name]))


for _name in TABLES:
    _portable(_name)


class SqliteBase:
    """What every part of the store works with: one transaction after the other."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._turn = asyncio.Lock()
        self._thread = ThreadPoolExecutor(1, "hub-sqlite")
        self._db: Database | None = None

    async def open(self) -> None:
        """See `Store`."""
        await self._run(self._open)

    def _open(self) -> None:
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        db = Database(sqlite3.connect(self._path, isolation_level=None), execute_plugins=False)
        db.execute("PRAGMA busy_timeout = 5000")
        with self._path.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # a server and a command that start together would both make the tables
            db.execute("PRAGMA journal_mode = WAL")
            SCHEMA.apply(db)
        db.execute("PRAGMA synchronous = FULL")
        self._db = db

    async def aclose(self) -> None:
        """See `Store`."""
        db, self._db = self._db, None
        if db is not None:
            await asyncio.get_running_loop().run_in_executor(self._thread, db.close)
        self._thread.shutdown(wait=False)

    @contextlib.asynccontextmanager
    async def work(self) -> AsyncIterator[Sql]:
        """See `Portable`."""

        async def sql(statement: str, *values: Any) -> list[tuple[Any, ...]]:
            return await self._run(lambda: self._opened().execute(statement.replace("$", "?"), values).fetchall())

        async with self._turn:
            try:
                await sql("BEGIN IMMEDIATE")
                yield sql
                await sql("COMMIT")
            except BaseException:
                await asyncio.shield(self._run(self._opened().conn.rollback))
                raise

    def _opened(self) -> Database:
        if self._db is None:
            raise StoreBusyError("the store is closed")
        return self._db

    async def _write(self, work: Callable[[Database], _T]) -> _T:
        def write() -> _T:
            db = self._opened()
            db.execute("BEGIN IMMEDIATE")
            try:
                result = work(db)
            except BaseException:
                db.execute("ROLLBACK")
                raise
            db.execute("COMMIT")
            return result

        async with self._turn:
            return await self._run(write)

    async def _run(self, work: Callable[[], _T]) -> _T:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, work)
        except sqlite3.OperationalError as error:
            raise StoreBusyError(str(error)) from error
        except RuntimeError as error:  # the thread was shut down
            raise StoreBusyError(str(error)) from error
