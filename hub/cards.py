"""What the page of terminals shows, in words: those that need somebody first. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import tzinfo
from typing import Literal, get_args

import msgspec

from hub.commands import Commanded
from hub.ordered import Ordered, ordered, said_of
from hub.store import Seen
from kiosk.protocol.status import Status
from kiosk.text.catalogue import Catalogue
from kiosk.text.numbers import exact_moment

SILENT_MS = 60_000
"""A terminal that says nothing for so long is not there: it tells how it is every 15 s."""
_AWAY = ("offline", "unknown")
State = Literal["trouble", "silent", "closed", "new", "well", "revoked"]


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """One terminal; all but `state` in words."""

    hall: str
    terminal: str
    state: State
    said: str
    troubles: tuple[str, ...]
    money: str
    waiting: str
    heard: str
    version: str
    configuration: str
    closed: bool
    """Whether the staff closed it."""
    ordered: tuple[Ordered, ...]
    """What it was ordered to do of late, the newest first."""


def standing(terminals: Iterable[Seen], now_ms: int) -> list[tuple[State, Seen]]:
    """How each terminal is, in the order in which somebody should look at them."""
    found = [(_state(seen, now_ms), seen) for seen in terminals]
    return sorted(found, key=lambda each: (get_args(State).index(each[0]), each[1].hall, each[1].terminal))


def cards(
    shown: Iterable[tuple[State, Seen]],
    commands: Mapping[tuple[str, str], Sequence[Commanded]],
    words: Catalogue,
    zone: tzinfo,
    now_ms: int,
) -> list[Card]:
    """In the order given. `commands` are by hall and terminal."""
    return [_card(each, commands.get((each[1].hall, each[1].terminal), ()), words, zone, now_ms) for each in shown]


def _state(seen: Seen, now_ms: int) -> State:
    if seen.revoked:
        return "revoked"
    if not seen.heard_ms:
        return "new"
    if now_ms - seen.heard_ms > SILENT_MS:
        return "silent"
    if seen.status is not None and seen.status.closed:
        return "closed"
    return "trouble" if _is_troubled(seen.status) else "well"


def _is_troubled(status: Status | None) -> bool:
    if status is None:
        return False
    return not status.money_open or any(each.reasons or each.state in _AWAY for each in status.devices)


def _card(
    shown: tuple[State, Seen], commands: Sequence[Commanded], words: Catalogue, zone: tzinfo, now_ms: int
) -> Card:
    state, seen = shown
    status, silence = seen.status, now_ms - seen.heard_ms
    unknown = words.say("hub.unknown")
    return Card(
        hall=seen.hall,
        terminal=seen.terminal,
        state=state,
        said=words.say(f"hub.state.{state}", minutes=silence // 60_000, reason=status.closed if status else ""),
        troubles=_troubles(status, words),
        money=words.say("hub.money_open" if status.money_open else "hub.money_closed") if status else unknown,
        waiting=words.say("hub.rows", count=status.rows) if status else unknown,
        heard=exact_moment(seen.heard_ms, zone) if seen.heard_ms else words.say("hub.never"),
        version=status.version if status else unknown,
        configuration=_configuration(status, words),
        closed=status is not None and bool(status.closed),
        ordered=tuple(ordered(command, words, zone, now_ms) for command in commands),
    )


def _troubles(status: Status | None, words: Catalogue) -> tuple[str, ...]:
    if status is None:
        return ()
    told = [] if status.money_open else [words.say("hub.money_trouble")]
    for device in status.devices:
        told += [said_of(reason, words) for reason in device.reasons]
        if device.state in _AWAY:
            told.append(words.say(f"hub.device.{device.state}", name=device.name))
    return tuple(told)


def _configuration(status: Status | None, words: Catalogue) -> str:
    if status is None:
        return words.say("hub.unknown")
    if not status.configuration:
        return words.say("hub.configuration.own")
    return words.say("hub.configuration.version", version=status.configuration)
