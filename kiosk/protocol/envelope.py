"""What surrounds an event in the journal: where and when it was written, and which order or matter it belongs to.

The stored bytes are what the chain hashes and what travels to the hub, so a body is encoded once and kept as it is.
An envelope can be read without knowing its event's type: a reader parks what it does not know.
"""

from typing import Any, get_args

import msgspec

from kiosk.protocol.events import Event, OrderEvent
from kiosk.protocol.matter import MatterEvent
from kiosk.protocol.matters import MATTERS


class UnknownEventError(ValueError):
    """The envelope is sound but holds an event that this program does not know or cannot read."""


class Envelope(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True, gc=False):
    """One row of the journal: of an order or of a matter."""

    seq: int
    """The number of the row: from 1, without a gap."""
    ledger: str
    """The ledger's name: a terminal gets a new one when an earlier ledger had to be set aside."""
    terminal: str
    at: int
    """Wall clock, milliseconds since 1970, UTC."""
    mono: int
    """Monotonic clock of this boot, in milliseconds."""
    boot: str
    """The kernel's name for this boot."""
    type: str
    """The event's type, with its version."""
    order: str = ""
    """The number of the order that the event belongs to."""
    matter: str = ""
    """The id of the matter that it belongs to, where it is no order's."""
    data: dict[str, object]
    """The event without its type and what it belongs to."""

    def event(self) -> Event | MatterEvent:
        """The event inside. Raises `UnknownEventError`."""
        kind = _EVENTS.get(self.type)
        if kind is None:
            raise UnknownEventError(f"{self.type}: no such event is known")
        belongs = {"matter": self.matter} if self.matter else {"order_no": self.order}
        try:
            return msgspec.convert({**self.data, **belongs, "type": self.type}, kind)
        except msgspec.ValidationError as error:
            raise UnknownEventError(f"{self.type}: {error}") from error


_EVENTS: dict[str, type[Event | MatterEvent]] = {
    str(kind.__struct_config__.tag): kind
    for kind in (*get_args(Event), *(event for matter in MATTERS for event in matter.events))
}
_ENCODER = msgspec.json.Encoder()
_DECODER = msgspec.json.Decoder(Envelope)


def type_of(event: OrderEvent | MatterEvent) -> str:
    """`menkou.order.opening.v1`: the name under which the journal keeps such events."""
    return str(event.__struct_config__.tag)


def encode(
    event: OrderEvent | MatterEvent, *, seq: int, ledger: str, terminal: str, at: int, mono: int, boot: str
) -> bytes:
    """The bytes to store for `event`, in UTF-8 JSON."""
    data: dict[str, Any] = msgspec.to_builtins(event)
    kind = data.pop("type")
    return _ENCODER.encode(
        Envelope(
            seq=seq,
            ledger=ledger,
            terminal=terminal,
            at=at,
            mono=mono,
            boot=boot,
            type=kind,
            order=data.pop("order_no", ""),
            matter=data.pop("matter", ""),
            data=data,
        )
    )


def decode(body: bytes | str) -> Envelope:
    """The envelope in stored bytes. Raises `msgspec.DecodeError`."""
    try:
        return _DECODER.decode(body)
    except (UnicodeDecodeError, RecursionError) as error:  # of keys that are not UTF-8, and of a nesting without end
        raise msgspec.DecodeError(f"no JSON: {type(error).__name__}") from error
