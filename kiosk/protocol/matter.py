"""A matter: one ticket, printed form, rating or request, whose history stands in the journal like an order's.

It moves no money, so it needs no machine of intents and proofs: its events are said once, and one row follows from
them. Each kind is one module beside this one, with its events, its row, and what each event makes of the row;
`kiosk.protocol.matters` lists them.
"""

import re
import secrets
from collections.abc import Callable
from typing import Generic, TypeVar

import msgspec

from kiosk.text.catalogue import Catalogue


def new_matter() -> str:
    """An id that no matter of any terminal ever had, and that says nothing."""
    return secrets.token_hex(12)


def is_matter(text: str) -> bool:
    """Whether it may be such an id; a ticket's, which its code holds, is shorter."""
    return re.fullmatch("[0-9a-f]{16}([0-9a-f]{8})?", text) is not None


class MatterEvent(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Base of the events of one matter. No field holds a personal value: a `subject` points to sealed ones."""

    matter: str
    """The matter's id: unique among all matters of every terminal of the hall, and never shown to residents."""


class MatterRow(msgspec.Struct, frozen=True, kw_only=True):
    """Base of what a matter has come to: a column for each field, which is `str`, `int` or `bool`."""

    matter: str


class ImpossibleEventError(ValueError):
    """An event does not fit what it is applied to: a defect, or a journal that was tampered with."""


E = TypeVar("E", bound=MatterEvent)
R = TypeVar("R", bound=MatterRow)


class Kind(msgspec.Struct, Generic[E, R], frozen=True, kw_only=True):
    """What the ledger must know of a kind of matter."""

    name: str
    """In words for the staff: `rating`."""
    table: str
    """Where its rows are kept; a migration of the ledger makes it."""
    events: tuple[type[E], ...]
    """All its events, of every version."""
    row: type[R]
    evolve: Callable[[R | None, E], R]
    """The row after an event; raises `ImpossibleEventError`."""
    tell: Callable[[E, Catalogue], str]
    """What one event says happened, in words for the staff."""
