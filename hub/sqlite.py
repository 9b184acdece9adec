"""The hub's store on SQLite: one file, one process, nothing to install."""

import msgspec
from sqlite_utils import Database

from hub.accept import Take, Verdict, verdict
from hub.sqlite_base import SqliteBase
from hub.store import Deed, ForeignError, Guesses, Staff, Terminal
from hub.terminals import place_of
from kiosk.protocol.batch import Batch, Head
from kiosk.protocol.status import Status


class SqliteStore(SqliteBase):
    """See `Store`."""

    async def offer(self, code: bytes, hall: str, terminal: str, until_ms: int) -> None:
        """See `Store`."""
        sql = "INSERT INTO code (hash, hall, terminal, until_ms) VALUES (?, ?, ?, ?)"
        await self._write(lambda db: db.execute(sql, (code, hall, terminal, until_ms)))

    async def pair(self, code: bytes, key_id: str, public_key: bytes, now_ms: int) -> Terminal | None:
        """See `Store`."""

        def pair(db: Database) -> Terminal | None:
            found = db.execute("SELECT hall, terminal, until_ms, key_id FROM code WHERE hash = ?", [code]).fetchone()
            if found is None:
                return None
            hall, terminal, until_ms, used_by = found
            known = _terminal(db, key_id)
            if used_by or known is not None:
                return known if used_by == key_id else None
            if now_ms > until_ms:
                return None
            db.execute("UPDATE code SET key_id = ? WHERE hash = ?", [key_id, code])
            db.execute(
                "INSERT INTO terminal (hall, terminal, key_id, public_key, paired_ms) VALUES (?, ?, ?, ?, ?) "
                "ON CONFLICT (hall, terminal) DO UPDATE SET key_id = excluded.key_id, revoked = 0, "
                "public_key = excluded.public_key, paired_ms = excluded.paired_ms",
                (hall, terminal, key_id, public_key, now_ms),
            )
            return _terminal(db, key_id)

        return await self._write(pair)

    async def terminal(self, key_id: str) -> Terminal | None:
        """See `Store`."""
        return await self._run(lambda: _terminal(self._opened(), key_id))

    async def revoke(self, hall: str, terminal: str) -> bool:
        """See `Store`."""
        sql = "UPDATE terminal SET revoked = 1 WHERE hall = ? AND terminal = ?"
        return await self._write(lambda db: db.execute(sql, (hall, terminal)).rowcount > 0)

    async def accept(self, sender: Terminal, batch: Batch, now_ms: int) -> Verdict:
        """See `Store`."""

        def accept(db: Database) -> Verdict:
            row = db.execute("SELECT hall, terminal, seq, hash FROM head WHERE ledger = ?", [batch.ledger]).fetchone()
            if row is not None and (row[0], row[1]) != (sender.hall, sender.terminal):
                raise ForeignError(batch.ledger)
            head = None if row is None else Head(ledger=batch.ledger, seq=row[2], hash=row[3])
            kept = db.execute("SELECT hash FROM event WHERE ledger = ? AND seq = ?", [batch.ledger, batch.last])
            found = verdict(head, batch, next((digest for (digest,) in kept), None))
            if isinstance(found, Take):
                _insert(db, batch, found.after)
                db.execute(
                    "INSERT INTO head (ledger, hall, terminal, first, seq, hash, at_ms) VALUES (?, ?, ?, ?, ?, ?, ?) "
                    "ON CONFLICT (ledger) "
                    "DO UPDATE SET seq = excluded.seq, hash = excluded.hash, at_ms = excluded.at_ms",
                    (
                        *(batch.ledger, sender.hall, sender.terminal, batch.first),
                        *(found.then.seq, found.then.hash, now_ms),
                    ),
                )
            return found

        return await self._write(accept)

    async def report(self, sender: Terminal, status: Status, now_ms: int) -> None:
        """See `Store`."""
        sql = (
            "INSERT INTO status (hall, terminal, at_ms, body, place) VALUES (?, ?, ?, ?, ?) ON CONFLICT "
            "(hall, terminal) DO UPDATE SET at_ms = excluded.at_ms, body = excluded.body, place = excluded.place"
        )
        row = (sender.hall, sender.terminal, now_ms, msgspec.json.encode(status).decode(), place_of(status))
        await self._write(lambda db: db.execute(sql, row))

    async def staff(self, name: str) -> Staff | None:
        """See `Store`."""
        sql = "SELECT name, role, password FROM staff WHERE name = ?"
        row = await self._run(lambda: self._opened().execute(sql, [name]).fetchone())
        return row and Staff(name=row[0], role=row[1], password=row[2])

    async def admit(self, staff: Staff) -> None:
        """See `Store`."""
        sql = "INSERT OR REPLACE INTO staff (name, role, password) VALUES (?, ?, ?)"
        await self._write(lambda db: db.execute(sql, (staff.name, staff.role, staff.password)))

    async def dismiss(self, name: str) -> bool:
        """See `Store`."""
        return await self._write(lambda db: db.execute("DELETE FROM staff WHERE name = ?", [name]).rowcount > 0)

    async def guesses(self, who: str) -> Guesses:
        """See `Store`."""
        sql = "SELECT wrong, until_ms FROM guess WHERE who = ?"
        row = await self._run(lambda: self._opened().execute(sql, [who]).fetchone())
        return Guesses() if row is None else Guesses(wrong=row[0], wait_until_ms=row[1])

    async def guessed(self, who: str, guesses: Guesses) -> None:
        """See `Store`."""
        sql = "INSERT OR REPLACE INTO guess (who, wrong, until_ms) VALUES (?, ?, ?)"
        await self._write(lambda db: db.execute(sql, (who, guesses.wrong, guesses.wait_until_ms)))

    async def write_down(self, deed: Deed) -> None:
        """See `Store`."""
        sql = "INSERT INTO deed (at_ms, who, what, about) VALUES (?, ?, ?, ?)"
        await self._write(lambda db: db.execute(sql, (deed.at_ms, deed.who, deed.what, deed.about)))

    async def deeds(self, most: int) -> list[Deed]:
        """See `Store`."""
        sql = "SELECT at_ms, who, what, about FROM deed ORDER BY n DESC LIMIT ?"
        found = await self._run(lambda: self._opened().execute(sql, [most]).fetchall())
        return [Deed(at_ms=at_ms, who=who, what=what, about=about) for at_ms, who, what, about in found]

    async def heads(self, hall: str) -> list[tuple[str, Head]]:
        """See `Store`."""
        sql = "SELECT terminal, ledger, seq, hash FROM head WHERE hall = ? ORDER BY terminal, at_ms"
        found = await self._run(lambda: self._opened().execute(sql, [hall]).fetchall())
        return [(terminal, Head(ledger=ledger, seq=seq, hash=digest)) for terminal, ledger, seq, digest in found]


def _terminal(db: Database, key_id: str) -> Terminal | None:
    sql = "SELECT hall, terminal, key_id, public_key, revoked FROM terminal WHERE key_id = ?"
    row = db.execute(sql, [key_id]).fetchone()
    return row and Terminal(hall=row[0], terminal=row[1], key_id=row[2], public_key=row[3], revoked=bool(row[4]))


def _insert(db: Database, batch: Batch, after: int) -> None:
    rows = [
        (
            batch.ledger,
            envelope.seq,
            row.hash,
            envelope.at,
            envelope.type,
            envelope.order or envelope.matter,
            row.body.decode(),
        )
        for row in batch.rows
        if (envelope := row.envelope).seq > after
    ]
    sql = "INSERT INTO event (ledger, seq, hash, at_ms, type, about, body) VALUES (?, ?, ?, ?, ?, ?, ?)"
    db.conn.executemany(sql, rows)
