"""A command in the terminal's journal: that it was begun, and what came of it. What was begun is never begun again."""

from typing import Any, assert_never

from msgspec.structs import replace

from kiosk.protocol.commands import Outcome, Result
from kiosk.protocol.matter import ImpossibleEventError, Kind, MatterEvent, MatterRow
from kiosk.text.catalogue import Catalogue


class CommandTaken(MatterEvent, frozen=True, kw_only=True, tag="menkou.command.taken.v1"):
    """The hub's signature was good, and the terminal begins. The matter's id is the command's."""

    number: int
    """As the hub counts."""
    name: str
    """`close`, `restart` …; empty for one that has none."""
    who: str
    """Which of the staff ordered it."""
    body: str
    """The command in JSON: after a power cut the terminal goes on without asking."""
    at_ms: int


class CommandEnded(MatterEvent, frozen=True, kw_only=True, tag="menkou.command.ended.v1"):
    """It came to its end."""

    result: Result
    why: str = ""
    """A message key, or words."""
    at_ms: int


CommandEvent = CommandTaken | CommandEnded


class CommandRow(MatterRow, frozen=True, kw_only=True):
    """A command. `result` is empty while it is under way."""

    number: int
    name: str
    who: str
    body: str
    taken_ms: int
    result: str = ""
    why: str = ""
    ended_ms: int = 0

    @property
    def outcome(self) -> Outcome | None:
        """What the hub is told; None while it is under way."""
        match self.result:
            case "done" | "refused" | "not_understood":
                return Outcome(id=self.matter, result=self.result, why=self.why, at=self.ended_ms)
            case _:
                return None


def evolve(row: CommandRow | None, event: CommandEvent) -> CommandRow:
    """See `Kind`."""
    match event:
        case CommandTaken() if row is None:
            return CommandRow(
                matter=event.matter,
                number=event.number,
                name=event.name,
                who=event.who,
                body=event.body,
                taken_ms=event.at_ms,
            )
        case CommandEnded() if row is not None and not row.result:
            return replace(row, result=event.result, why=event.why, ended_ms=event.at_ms)
    raise ImpossibleEventError(f"command {event.matter}: {type(event).__name__} does not fit {row}")


def tell(event: CommandEvent, words: Catalogue) -> str:
    """See `Kind`."""
    match event:
        case CommandTaken():
            return words.say("matter.command.taken", who=event.who, what=words.word("matter.command", event.name))
        case CommandEnded():
            told = words.say(f"matter.command.{event.result}")
            why = words.table.get(event.why, event.why)
            return words.say("story.because", what=told, why=why) if why else told
        case _:
            assert_never(event)


COMMAND: Kind[Any, CommandRow] = Kind(
    name="command",
    table="commands",
    events=(CommandTaken, CommandEnded),
    row=CommandRow,
    evolve=evolve,
    tell=tell,
)
