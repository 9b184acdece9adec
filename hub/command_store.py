"""What the hub keeps of commands to terminals."""

import secrets
from collections.abc import Sequence
from typing import Any, Literal, Protocol

import msgspec

from kiosk.protocol.commands import MOST_BYTES, Command, Poll

State = Literal["waiting", "under_way", "done", "refused", "not_understood"]


class Commanded(msgspec.Struct, frozen=True, kw_only=True):
    """One command to one terminal."""

    number: int
    id: str
    hall: str
    terminal: str
    who: str
    body: str
    """The command in JSON."""
    at_ms: int
    until_ms: int
    state: State
    why: str
    """What the terminal said of its end: a message key, or words."""
    ended_ms: int


class CommandStore(Protocol):
    """Part of `Store`."""

    async def command(self, hall: str, terminal: str, command: Command, *, who: str, now_ms: int, until_ms: int) -> str:
        """Have a terminal do something, begun before `until_ms` or not at all; the command's id.

        Raises `ValueError` for a command that is too long.
        """

    async def commands(self, hall: str, terminal: str, most: int) -> list[Commanded]:
        """The last ones of a terminal, the newest first."""

    async def commanded(self, command_id: str) -> Commanded | None:
        """One command by its id."""

    async def terminals_waited_for(self, now_ms: int) -> set[tuple[str, str]]:
        """Hall and name of every terminal for which there is a command that it has not begun."""

    async def to_give(self, hall: str, terminal: str, now_ms: int, most: int) -> list[Commanded]:
        """What a terminal may begin now or has begun, in order."""

    async def hear(self, hall: str, terminal: str, poll: Poll) -> None:
        """Keep what a terminal says of its commands."""


COLUMNS = "number, id, hall, terminal, who, body, at_ms, until_ms, state, why, ended_ms"
"""Of the table `command`, in the order of `Commanded`."""


def commanded(row: Sequence[Any]) -> Commanded:
    """From a row of `COLUMNS`."""
    return Commanded(**dict(zip(Commanded.__struct_fields__, row, strict=True)))


def new_command(command: Command) -> tuple[str, str]:
    """An id that was never used, and the command in JSON. Raises `ValueError` for one that is too long."""
    body = msgspec.json.encode(command)
    if len(body) > MOST_BYTES:
        raise ValueError(f"a command of {len(body)} bytes, more than {MOST_BYTES}")
    return secrets.token_hex(12), body.decode()
