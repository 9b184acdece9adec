"""What a terminal was ordered to do and what came of it, in words. Pure."""

from datetime import tzinfo
from typing import Literal

import msgspec

from hub.commands import KEEP_LOGS_MS, Commanded
from kiosk.protocol.commands import CloseTerminal, Configure, read_command
from kiosk.text.catalogue import Catalogue, MissingMessageError
from kiosk.text.numbers import exact_moment

State = Literal["waiting", "late", "under_way", "done", "refused", "not_understood"]
"""`late`: the terminal was not reached while it was meant."""


class Ordered(msgspec.Struct, frozen=True, kw_only=True):
    """All but `state` and `log` in words."""

    at: str
    who: str
    what: str
    state: State
    said: str
    why: tuple[str, ...]
    log: str
    """Where the log is that was asked for; empty where there is none."""


def ordered(command: Commanded, words: Catalogue, zone: tzinfo, now_ms: int) -> Ordered:
    """One command."""
    late = command.state == "waiting" and now_ms > command.until_ms
    state: State = "late" if late else command.state
    log = command.name == "send_log" and state == "done" and now_ms - command.ended_ms < KEEP_LOGS_MS
    return Ordered(
        at=exact_moment(command.at_ms, zone),
        who=command.who,
        what=_what(command, words),
        state=state,
        said=words.say(f"hub.ordered.{state}"),
        why=tuple(said_of(command.why, words).splitlines()),
        log=f"/logs/{command.id}" if log else "",
    )


def said_of(key: str, words: Catalogue) -> str:
    """What a terminal says by a message key, or in words; a newer one than this hub may know more keys."""
    try:
        return words.say(key)
    except MissingMessageError:
        return key


def _what(command: Commanded, words: Catalogue) -> str:
    match read_command(command.body):
        case CloseTerminal(reason=reason):
            return words.say("hub.do.close", reason=reason)
        case Configure(version=version):
            return words.say("hub.do.configure", version=version)
        case _:
            return said_of(f"hub.do.{command.name}", words)
