"""The role `IdReader`: what an identity card laid on a reader says of its holder.

What is read belongs to the visit that asked for it: the driver keeps nothing of it, and no value shows it by itself. A
card is read once each time that it is laid down, so that a card left lying is never the next resident's.
"""

from abc import abstractmethod
from collections.abc import Callable
from datetime import date
from typing import Literal

import msgspec

from kiosk.devices.device import Device, S_co

CardKind = Literal["resident", "residence_permit", "foreigner", "foreigner_2017"]
"""A resident's card, the residence permit for Hong Kong, Macao and Taiwan residents, and a foreigner's permanent
residence card in its layouts of 2023 and 2017."""
Sex = Literal["male", "female", "unknown"]


class IdCard(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """What a card says. Its `repr` tells only its kind, so that no log and no traceback shows more.

    `nation` and `nationality` are the card's own codes (GB/T 3304, ISO 3166); `expires` is None for a card without an
    end (长期) and for a day that cannot be read, which `long_term` tells apart.
    """

    kind: CardKind
    name: str
    """As the hall writes it: in Chinese where the card has that."""
    latin_name: str = ""
    sex: Sex = "unknown"
    nation: str = ""
    nationality: str = ""
    born: date | None = None
    address: str = ""
    number: str
    pass_number: str = ""
    issuer: str = ""
    valid_from: date | None = None
    expires: date | None = None
    long_term: bool = False
    photo: bytes = b""
    """As the card holds it, in a format of its own (WLT)."""
    picture: bytes = b""
    """The photo as a picture file, where the reader has a decoder for it."""

    def __repr__(self) -> str:
        return f"IdCard({self.kind})"


class Waiting(msgspec.Struct, frozen=True, tag="waiting"):
    """No card lies there that was not read before."""


class Reading(msgspec.Struct, frozen=True, tag="reading"):
    """A card was found; it must lie still."""


Again = Literal["moved", "not_accepted", "still_there", "other_card"]
"""Why a card has to be lifted and laid down again: it was taken away too soon; reader and card do not accept one
another, or what it says is damaged; it has been read before; its text is of no layout that is known. Message keys,
`problem.id_card.<again>`."""


class LayAgain(msgspec.Struct, frozen=True, tag="lay_again"):
    """The card must be lifted and laid down again."""

    why: Again


IdProgress = Waiting | Reading | LayAgain
OnIdProgress = Callable[[IdProgress], None]


class CardRead(msgspec.Struct, frozen=True, tag="read"):
    """A card was read whole."""

    card: IdCard


class ReaderFailed(msgspec.Struct, frozen=True, tag="failed"):
    """The reader cannot read now; no card is to blame. `why` is for staff and logs."""

    why: str


IdOutcome = CardRead | ReaderFailed


class IdReader(Device[S_co]):
    """See the module."""

    role = "id_reader"

    @abstractmethod
    async def read(self, on_progress: OnIdProgress) -> IdOutcome:
        """Wait until a card is laid down, as long as it takes, and read it. One at a time.

        `on_progress` is told what is new, in the event loop. Cancelling this ends the wait at once, and nothing of a
        card that was being read is kept. Raises nothing for what a card, a reader or a cable can do.
        """
