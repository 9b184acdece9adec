"""Every kind of matter that the journal knows."""

from typing import Any

from kiosk.protocol.commanded import COMMAND
from kiosk.protocol.forms import FORM
from kiosk.protocol.matter import Kind, MatterEvent
from kiosk.protocol.ratings import RATING
from kiosk.protocol.requests import REQUEST
from kiosk.protocol.tickets import TICKET

MATTERS: tuple[Kind[Any, Any], ...] = (RATING, FORM, TICKET, REQUEST, COMMAND)

_BY_EVENT = {event: kind for kind in MATTERS for event in kind.events}


def kind_of(event: MatterEvent) -> Kind[Any, Any]:
    """The kind that an event belongs to."""
    return _BY_EVENT[type(event)]
