"""What the page of terminals shows, in words: those that need somebody first. Pure."""

from datetime import tzinfo
from typing import Literal

import msgspec

from hub.store import Seen
from kiosk.text.catalogue import Catalogue, MissingMessageError
from kiosk.text.numbers import exact_moment

SILENT_MS = 60_000
"""A terminal that says nothing for so long is not there: it tells how it is every 15 s."""
_ORDER = ("trouble", "silent", "new", "well", "revoked")


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """One terminal; all but `state` in words."""

    hall: str
    terminal: str
    state: Literal["trouble", "silent", "new", "well", "revoked"]
    said: str
    troubles: tuple[str, ...]
    money: str
    waiting: str
    heard: str
    version: str


def cards(terminals: list[Seen], words: Catalogue, zone: tzinfo, now_ms: int) -> list[Card]:
    """In the order in which somebody should look at them."""
    made = [_card(seen, words, zone, now_ms) for seen in terminals]
    return sorted(made, key=lambda card: (_ORDER.index(card.state), card.hall, card.terminal))


def _card(seen: Seen, words: Catalogue, zone: tzinfo, now_ms: int) -> Card:
    status, silence = seen.status, now_ms - seen.heard_ms
    troubles = _troubles(seen, words)
    if seen.revoked:
        state: Literal["trouble", "silent", "new", "well", "revoked"] = "revoked"
    elif not seen.heard_ms:
        state = "new"
    elif silence > SILENT_MS:
        state = "silent"
    else:
        state = "trouble" if troubles else "well"
    unknown = words.say("hub.unknown")
    return Card(
        hall=seen.hall,
        terminal=seen.terminal,
        state=state,
        said=words.say(f"hub.state.{state}", minutes=silence // 60_000),
        troubles=troubles,
        money=words.say("hub.money_open" if status.money_open else "hub.money_closed") if status else unknown,
        waiting=words.say("hub.rows", count=status.rows) if status else unknown,
        heard=exact_moment(seen.heard_ms, zone) if seen.heard_ms else words.say("hub.never"),
        version=status.version if status else unknown,
    )


def _troubles(seen: Seen, words: Catalogue) -> tuple[str, ...]:
    if seen.status is None:
        return ()
    told = [] if seen.status.money_open else [words.say("hub.money_trouble")]
    for device in seen.status.devices:
        told += [_reason(reason, words) for reason in device.reasons]
        if device.state in ("offline", "unknown"):
            told.append(words.say(f"hub.device.{device.state}", name=device.name))
    return tuple(told)


def _reason(key: str, words: Catalogue) -> str:
    try:
        return words.say(key)
    except MissingMessageError:  # of a terminal that is newer than this hub
        return key
