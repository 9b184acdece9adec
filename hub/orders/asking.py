"""What moves money by hand takes two people: one asks, another one agrees, and then the terminal is told to do it."""

import secrets
from collections.abc import Sequence
from typing import Any, Literal

import msgspec

from hub.commands import CommandBook
from hub.orders.reading import CLOSED
from hub.portable import Portable, Sql
from hub.upkeep import DAY_MS
from kiosk.protocol.commands import Command, Line, OrderCommand, OrderNo

WAIT_MS = 7 * DAY_MS
"""How long an order may wait for its terminal to be reached."""
State = Literal["asked", "approved", "rejected"]


class ByHand(Command, frozen=True, tag="by_hand"):
    """What no terminal can do any more, since it set the order's journal aside: people did it, and the hub is told."""

    order_no: OrderNo
    reason: Line
    """What they did, and what proves it."""
    asked_by: Line


AnyWish = OrderCommand | ByHand
BY_HAND = "by_hand"
"""In the place of a command's id."""


class Asking(msgspec.Struct, frozen=True, kw_only=True):
    """One request."""

    id: str
    ledger: str
    order_no: str
    hall: str
    terminal: str
    fen: int
    reason: str
    body: str
    """In JSON: the command that the terminal gets once a second person has agreed, or what people did."""
    asked_by: str
    asked_ms: int
    state: State = "asked"
    second: str = ""
    """Who agreed or refused; who asked may take it back."""
    decided_ms: int = 0
    command: str = ""
    """The command's id, once it was given."""

    @property
    def wish(self) -> AnyWish | None:
        """What is to be done."""
        try:
            wish: AnyWish = msgspec.json.decode(self.body, type=AnyWish)
        except msgspec.DecodeError:  # of a later version
            return None
        return wish


_COLUMNS = ", ".join(Asking.__struct_fields__)
_VALUES = ", ".join(f"${n}" for n in range(1, len(Asking.__struct_fields__) + 1))
_SELECT = " ".join(("SELECT", _COLUMNS, "FROM asking"))
_INSERT = " ".join(("INSERT INTO asking (", _COLUMNS, ") VALUES (", _VALUES, ")"))
_HOLD = "UPDATE reading SET seq = seq WHERE ledger = $1 RETURNING seq"
_BEFORE = (
    "SELECT 1 FROM asking LEFT JOIN command ON command.id = asking.command "
    "WHERE asking.ledger = $1 AND asking.order_no = $2 AND (asking.state = 'asked' OR asking.state = 'approved' "
    "AND asking.decided_ms > $3 AND (asking.command = '' OR command.state IN ('waiting', 'under_way')))"
)


class Askings:
    """Of one hub."""

    def __init__(self, store: Portable) -> None:
        self._store = store
        self._commands = CommandBook(store)

    async def ask(self, asking: Asking) -> bool:
        """Keep a request, unless `may_ask` says no."""
        by_hand = isinstance(asking.wish, ByHand)
        async with self._store.work() as sql:
            await sql(_HOLD, asking.ledger)  # two who ask at the same time
            if await _has_another(sql, asking.ledger, asking.order_no, asking.asked_ms, aside=by_hand):
                return False
            await sql(_INSERT, *msgspec.structs.astuple(asking))
        return True

    async def may_ask(self, ledger: str, order_no: str, now_ms: int, *, aside: bool) -> bool:
        """Whether nothing else about this order waits for a second person, nor for its terminal to do it: money that
        one way may still move is not moved another way. A journal that was set aside has no terminal."""
        async with self._store.work() as sql:
            return not await _has_another(sql, ledger, order_no, now_ms, aside=aside)

    async def of_order(self, ledger: str, order_no: str) -> list[Asking]:
        """Every request about an order, the newest first."""
        async with self._store.work() as sql:
            rows = await sql(f"{_SELECT} WHERE ledger = $1 AND order_no = $2 ORDER BY asked_ms DESC", ledger, order_no)
        return _read(rows)

    async def waiting(self) -> list[Asking]:
        """Every request that waits for a second person, the oldest first."""
        async with self._store.work() as sql:
            return _read(await sql(f"{_SELECT} WHERE state = 'asked' ORDER BY asked_ms LIMIT 100"))

    async def reject(self, asking_id: str, who: str, now_ms: int) -> Asking | None:
        """Do not do it, or take it back; None where it does not wait any more."""
        async with self._store.work() as sql:
            return await _decide(sql, asking_id, "rejected", who, now_ms)

    async def approve(self, asking_id: str, who: str, now_ms: int) -> Asking | None:
        """Agree, and tell the terminal; None for who asked, and where it does not wait any more.

        Where the hub was stopped in between, who agreed may agree again: what is ordered twice is done once.
        """
        async with self._store.work() as sql:
            found = await _one(sql, asking_id)
            if found is None or found.asked_by == who or found.wish is None:
                return None
            again = (found.state, found.second, found.command) == ("approved", who, "")
            if not again and await _decide(sql, asking_id, "approved", who, now_ms) is None:
                return None
            if isinstance(found.wish, ByHand):
                await sql("UPDATE asking SET command = $2 WHERE id = $1", asking_id, BY_HAND)
                await close_by_hand(sql, found.ledger)
                return found
        command = await self._commands.order(
            found.hall, found.terminal, found.wish, who=who, now_ms=now_ms, until_ms=now_ms + WAIT_MS
        )
        async with self._store.work() as sql:
            await sql("UPDATE asking SET command = $2 WHERE id = $1", asking_id, command.id)
        return found

    async def version(self) -> tuple[Any, ...]:
        """Another one whenever a request or what came of it changed."""
        async with self._store.work() as sql:
            [(asked, decided)] = await sql("SELECT count(*), coalesce(sum(decided_ms), 0) FROM asking")
            [(ended,)] = await sql(
                "SELECT count(*) FROM asking JOIN command ON command.id = asking.command WHERE command.ended_ms > 0"
            )
        return asked, int(decided), ended


async def close_by_hand(sql: Sql, ledger: str) -> None:
    """What two of the staff settled by hand waits for nobody."""
    await sql(
        "UPDATE orders SET rank = $2 WHERE ledger = $1 AND order_no IN "
        "(SELECT order_no FROM asking WHERE ledger = $1 AND state = 'approved' AND command = $3)",
        *(ledger, CLOSED, BY_HAND),
    )


def new_id() -> str:
    """Of a request that there never was."""
    return secrets.token_hex(12)


async def _has_another(sql: Sql, ledger: str, order_no: str, now_ms: int, *, aside: bool) -> bool:
    return bool(await sql(_BEFORE, ledger, order_no, now_ms if aside else now_ms - WAIT_MS))


async def _decide(sql: Sql, asking_id: str, state: State, who: str, now_ms: int) -> Asking | None:
    changed = await sql(
        "UPDATE asking SET state = $2, second = $3, decided_ms = $4 WHERE id = $1 AND state = 'asked' RETURNING id",
        *(asking_id, state, who, now_ms),
    )
    return await _one(sql, asking_id) if changed else None


async def _one(sql: Sql, asking_id: str) -> Asking | None:
    return next(iter(_read(await sql(f"{_SELECT} WHERE id = $1", asking_id))), None)


def _read(rows: Sequence[Sequence[Any]]) -> list[Asking]:
    return [Asking(**dict(zip(Asking.__struct_fields__, row, strict=True))) for row in rows]
