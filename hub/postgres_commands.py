"""Commands to terminals, on PostgreSQL."""

from hub.command_store import COLUMNS, Commanded, commanded, new_command
from hub.postgres_base import PostgresBase
from kiosk.protocol.commands import Command, Poll


class PostgresCommands(PostgresBase):
    """See `CommandStore`."""

    async def command(self, hall: str, terminal: str, command: Command, *, who: str, now_ms: int, until_ms: int) -> str:
        """See `CommandStore`."""
        made, body = new_command(command)
        async with self._transaction() as db:
            await db.execute(
                "INSERT INTO command (id, hall, terminal, who, body, at_ms, until_ms, state) "
                "VALUES ($1, $2, $3, $4, $5, $6, $7, 'waiting')",
                *(made, hall, terminal, who, body, now_ms, until_ms),
            )
        return made

    async def commands(self, hall: str, terminal: str, most: int) -> list[Commanded]:
        """See `CommandStore`."""
        where = "WHERE hall = $1 AND terminal = $2 ORDER BY number DESC LIMIT $3"
        return await self._commands(where, hall, terminal, most)

    async def commanded(self, command_id: str) -> Commanded | None:
        """See `CommandStore`."""
        return next(iter(await self._commands("WHERE id = $1", command_id)), None)

    async def terminals_waited_for(self, now_ms: int) -> set[tuple[str, str]]:
        """See `CommandStore`."""
        async with self._connection() as db:
            sql = "SELECT DISTINCT hall, terminal FROM command WHERE state = 'waiting' AND until_ms > $1"
            return {(row["hall"], row["terminal"]) for row in await db.fetch(sql, now_ms)}

    async def to_give(self, hall: str, terminal: str, now_ms: int, most: int) -> list[Commanded]:
        """See `CommandStore`."""
        where = (
            "WHERE hall = $1 AND terminal = $2 AND state IN ('waiting', 'under_way') AND until_ms > $3 "
            "ORDER BY number LIMIT $4"
        )
        return await self._commands(where, hall, terminal, now_ms, most)

    async def hear(self, hall: str, terminal: str, poll: Poll) -> None:
        """See `CommandStore`."""
        where = "WHERE hall = $1 AND terminal = $2 AND id = $3 AND state IN ('waiting', 'under_way')"
        begun = [(hall, terminal, each) for each in sorted(poll.under_way)]
        ended = [(hall, terminal, each.id, each.result, each.why, each.at) for each in poll.outcomes]
        async with self._transaction() as db:
            await db.executemany(" ".join(("UPDATE command SET state = 'under_way'", where)), begun)
            await db.executemany(
                " ".join(("UPDATE command SET state = $4, why = $5, ended_ms = $6", where)), sorted(ended)
            )

    async def _commands(self, where: str, *parameters: str | int) -> list[Commanded]:
        sql = " ".join(("SELECT", COLUMNS, "FROM command", where))
        async with self._connection() as db:
            return [commanded(tuple(row)) for row in await db.fetch(sql, *parameters)]
