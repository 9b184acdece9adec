"""Views of reading an identity card. What stands on a card is somebody's own: only masked values come here."""

from typing import Literal

import msgspec

from kiosk.text.bilingual import Bilingual
from kiosk.text.catalogue import Said
from kiosk.views.view import View

CardStep = Literal["waiting", "reading", "moved", "not_accepted", "still_there", "other_card"]


class OfferIdCard(View, frozen=True, kw_only=True):
    """May the identity card be read? Answers `card`, or `other`: the other way, which the button `other` names.

    `purpose` is what for; `points` say what is taken from the card and what becomes of it. All are message keys.
    """

    purpose: str
    points: tuple[str, ...]
    other: str


class PresentIdCard(View, frozen=True, kw_only=True):
    """Where to lay the card, until `until_ms` (milliseconds since 1970, UTC), and how far it is. Answers `other`, as
    the button `other` (a message key) says."""

    step: CardStep
    until_ms: int
    other: str

    @property
    def idle(self) -> bool:
        """A card is in motion, and the page has a time of its own."""
        return False


class CardLine(msgspec.Struct, frozen=True, kw_only=True):
    """Something that was taken from the card, masked."""

    label: Bilingual
    shown: Bilingual


class CheckIdCard(View, frozen=True, kw_only=True):
    """What was taken from the card, as much of it as others may see, and to take the card back. Answers `use`, or
    `other`. `remark` says what else is to know."""

    lines: tuple[CardLine, ...]
    other: str
    remark: Said | None = None
