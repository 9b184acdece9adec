"""What the page of terminals shows, in words. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import tzinfo

import msgspec

from hub.commands import Commanded
from hub.ordered import Ordered, ordered, said_of
from hub.terminals import AWAY, Seen, State
from kiosk.protocol.status import Status
from kiosk.text.catalogue import Catalogue
from kiosk.text.numbers import exact_moment


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


def cards(
    shown: Iterable[Seen],
    commands: Mapping[tuple[str, str], Sequence[Commanded]],
    words: Catalogue,
    zone: tzinfo,
    now_ms: int,
) -> list[Card]:
    """In the order given. `commands` are by hall and terminal."""
    return [_card(seen, commands.get((seen.hall, seen.terminal), ()), words, zone, now_ms) for seen in shown]


def _card(seen: Seen, commands: Sequence[Commanded], words: Catalogue, zone: tzinfo, now_ms: int) -> Card:
    status, silence = seen.status, now_ms - seen.heard_ms
    unknown = words.say("hub.unknown")
    return Card(
        hall=seen.hall,
        terminal=seen.terminal,
        state=seen.state,
        said=words.say(f"hub.state.{seen.state}", minutes=silence // 60_000, reason=status.closed if status else ""),
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
        if device.state in AWAY:
            told.append(words.say(f"hub.device.{device.state}", name=device.name))
    return tuple(told)


def _configuration(status: Status | None, words: Catalogue) -> str:
    if status is None:
        return words.say("hub.unknown")
    if not status.configuration:
        return words.say("hub.configuration.own")
    return words.say("hub.configuration.version", version=status.configuration)
