"""Commands to terminals, on SQLite."""

from sqlite_utils import Database

from hub.command_store import COLUMNS, Commanded, commanded, new_command
from hub.sqlite_base import SqliteBase
from kiosk.protocol.commands import Command, Poll


class SqliteCommands(SqliteBase):
    """See `CommandStore`."""

    async def command(self, hall: str, terminal: str, command: Command, *, who: str, now_ms: int, until_ms: int) -> str:
        """See `CommandStore`."""
        made, body = new_command(command)
        sql = (
            "INSERT INTO command (id, hall, terminal, who, body, at_ms, until_ms, state) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, 'waiting')"
        )
        await self._write(lambda db: db.execute(sql, (made, hall, terminal, who, body, now_ms, until_ms)))
        return made

    async def commands(self, hall: str, terminal: str, most: int) -> list[Commanded]:
        """See `CommandStore`."""
        where = "WHERE hall = ? AND terminal = ? ORDER BY number DESC LIMIT ?"
        return await self._commands(where, hall, terminal, most)

    async def commanded(self, command_id: str) -> Commanded | None:
        """See `CommandStore`."""
        return next(iter(await self._commands("WHERE id = ?", command_id)), None)

    async def terminals_waited_for(self, now_ms: int) -> set[tuple[str, str]]:
        """See `CommandStore`."""
        sql = "SELECT DISTINCT hall, terminal FROM command WHERE state = 'waiting' AND until_ms > ?"
        return set(await self._run(lambda: self._opened().execute(sql, [now_ms]).fetchall()))

    async def to_give(self, hall: str, terminal: str, now_ms: int, most: int) -> list[Commanded]:
        """See `CommandStore`."""
        where = (
            "WHERE hall = ? AND terminal = ? AND state IN ('waiting', 'under_way') AND until_ms > ? "
            "ORDER BY number LIMIT ?"
        )
        return await self._commands(where, hall, terminal, now_ms, most)

    async def hear(self, hall: str, terminal: str, poll: Poll) -> None:
        """See `CommandStore`."""
        begun = [(hall, terminal, each) for each in poll.under_way]
        ended = [(each.result, each.why, each.at, hall, terminal, each.id) for each in poll.outcomes]

        def hear(db: Database) -> None:
            where = "WHERE hall = ? AND terminal = ? AND id = ? AND state IN ('waiting', 'under_way')"
            db.conn.executemany(" ".join(("UPDATE command SET state = 'under_way'", where)), begun)
            db.conn.executemany(" ".join(("UPDATE command SET state = ?, why = ?, ended_ms = ?", where)), ended)

        await self._write(hear)

    async def _commands(self, where: str, *parameters: str | int) -> list[Commanded]:
        sql = " ".join(("SELECT", COLUMNS, "FROM command", where))
        found = await self._run(lambda: self._opened().execute(sql, parameters).fetchall())
        return [commanded(row) for row in found]
