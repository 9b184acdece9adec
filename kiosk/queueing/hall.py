"""What a terminal and its hub tell each other of the queue.

The terminal asks (`Attending`) and the hub answers when there is news, at the latest after `HOLD_S`. Down come the
tickets of the other terminals, for the screen and the estimate, and steps of the terminal's own ones that the hub
decided. Such a step is a ticket's event, recorded by the terminal as it is: the row in its journal is the answer to it.
One that does not fit any more is told back. Pure.
"""

from collections.abc import Iterable
from typing import Annotated, cast

import msgspec
from msgspec import Meta
from msgspec.structs import replace

from kiosk.protocol import tickets as ev
from kiosk.protocol.tickets import TicketEvent, TicketRow
from kiosk.queueing.rules import Business, Plan
from kiosk.queueing.wishes import Wish

PATH = "/v1/queue"
WISH_PATH = "/v1/queue/wish"
CONTENT_TYPE = "application/json"
HOLD_S = 10.0
"""How long the hub keeps a question without news."""
PRESENT_S = 25.0
"""Who has asked within this time is there: what is decided for it is given to it at once."""


class HallPlan(Plan, frozen=True, kw_only=True):
    """What a terminal queues people for, and how its hall is called."""

    hall: str = ""
    hall_en: str = ""


class Attending(msgspec.Struct, frozen=True, kw_only=True):
    """The terminal's question."""

    ledger: str
    since: Annotated[int, Meta(ge=0)] = 0
    """The `version` of the last answer; 0 for all of the day."""
    refused: Annotated[tuple[int, ...], Meta(max_length=1000)] = ()
    """Steps that did not fit."""
    plan: msgspec.Raw
    """Its `HallPlan`: raw, since a terminal of another version may have more in it."""
    nonce: Annotated[str, Meta(pattern=r"^[0-9a-f]{32}\Z")]
    """Stands in the answer: an old one is none."""


class Other(msgspec.Struct, frozen=True, kw_only=True):
    """A ticket of another ledger."""

    ledger: str
    row: TicketRow


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """What the hub decided about a ticket of this terminal."""

    n: int
    event: msgspec.Raw
    """Of a ticket, in JSON."""


class HallNews(msgspec.Struct, frozen=True, kw_only=True):
    """The hub's answer."""

    nonce: str
    version: int
    steps: tuple[Step, ...] = ()
    others: tuple[Other, ...] = ()


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a clerk's wish: the ticket, or why not in one word."""

    nonce: str
    row: TicketRow | None = None
    why: str = ""


class Wished(msgspec.Struct, frozen=True, kw_only=True):
    """A clerk's wish, said at a terminal."""

    nonce: Annotated[str, Meta(pattern=r"^[0-9a-f]{32}\Z")]
    wish: Wish


class SignedAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """An answer as it travels."""

    said: str
    """`HallNews` or `Done` in JSON: the signature is over these letters."""
    signature: str
    """By the hub's key, over `to_sign(said)`; in hexadecimal."""


class _Business(Business, frozen=True, kw_only=True, forbid_unknown_fields=False):
    """As a terminal of a later version may tell it."""


class _Plan(HallPlan, frozen=True, kw_only=True, forbid_unknown_fields=False):
    business: tuple[_Business, ...] = ()


_EVENT = msgspec.json.Decoder(
    cast(
        "type[TicketEvent]",
        ev.TicketCalled
        | ev.TicketRecalled
        | ev.TicketMissed
        | ev.TicketCameBack
        | ev.TicketTransferred
        | ev.TicketFinished,
    )
)


def to_sign(said: str) -> bytes:
    """What the hub's signature is over."""
    return f"menkou queue\n{said}".encode()


def event_in(text: bytes | str) -> TicketEvent | None:
    """A step's event; None for one that this program does not know, or that no clerk can cause."""
    try:
        return _EVENT.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def plan_in(text: bytes | str) -> HallPlan | None:
    """A terminal's plan; None for one that cannot be read here."""
    try:
        return msgspec.json.decode(text, type=_Plan)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def plan_of(plans: Iterable[HallPlan]) -> HallPlan:
    """What counts for a hall whose terminals say these: rules and names of the first, and every business as the first
    one that has it says."""
    plans = list(plans)
    if not plans:
        return HallPlan()
    business = {business.letter: business for plan in reversed(plans) for business in plan.business}
    return replace(plans[0], share="1/1", business=tuple(business[letter] for letter in sorted(business)))
