"""Requests for a visit at the resident's home (上门), or that staff take papers to another office for them (代办).

Name, telephone, address and the wished time lie sealed beside the journal until they expire; no event tells them.
"""

from typing import Literal

import msgspec

from kiosk.protocol.matter import ImpossibleEventError, Kind, MatterEvent, MatterRow
from kiosk.text.catalogue import Catalogue

RequestWay = Literal["at_home", "on_behalf"]


class RequestPrivate(msgspec.Struct, frozen=True):
    """What staff need to come, or to act. Sealed, never in the journal."""

    name: str
    phone: str
    address: str
    wish: str
    """`2026-11-30 am`, or empty."""


class RequestMade(MatterEvent, frozen=True, tag="menkou.request.made.v1"):
    """A resident asked for it, and agreed that it is kept who they are."""

    number: str
    """What stands on the slip."""
    item: str
    """The code of the item it is about."""
    way: RequestWay
    subject: str
    """Where the sealed values lie."""
    phone_hash: str
    """Of the telephone number, with the hall's key: the same wish twice a day is one request."""
    hash_key: str
    """Which key that was."""
    business_date: str
    """The day, `YYYY-MM-DD`."""
    language: str
    at_ms: int


class RequestRow(MatterRow, frozen=True, kw_only=True):
    """A request."""

    number: str
    item: str
    way: str
    subject: str
    phone_hash: str
    hash_key: str
    business_date: str
    language: str
    at_ms: int


def evolve(row: RequestRow | None, event: RequestMade) -> RequestRow:
    """See `Kind`."""
    if row is not None:
        raise ImpossibleEventError(f"request {event.matter} is made twice")
    return RequestRow(
        matter=event.matter,
        number=event.number,
        item=event.item,
        way=event.way,
        subject=event.subject,
        phone_hash=event.phone_hash,
        hash_key=event.hash_key,
        business_date=event.business_date,
        language=event.language,
        at_ms=event.at_ms,
    )


def tell(event: RequestMade, words: Catalogue) -> str:
    """See `Kind`."""
    key = "matter.request.at_home" if event.way == "at_home" else "matter.request.on_behalf"
    return words.say(key, number=event.number, item=event.item)


REQUEST = Kind(name="request", table="requests", events=(RequestMade,), row=RequestRow, evolve=evolve, tell=tell)
