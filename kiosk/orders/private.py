"""The personal values of an order: sealed in the ledger, never in the journal."""

from typing import ClassVar, get_args

import msgspec

from kiosk.devices.gas import CardQuote, Quote, TopUpQuote
from kiosk.ledger.seal import Sealed

DAY_MS = 86_400_000


class GasBillPrivate(msgspec.Struct, frozen=True, tag_field="kind", tag="gas_bill"):
    """What a gas bill's slip and a repeated call need of the resident. `number` is the account."""

    kind: ClassVar[str] = "gas_bill"

    number: str
    quote: Quote


class TopUpPrivate(msgspec.Struct, frozen=True, tag_field="kind", tag="smart_meter"):
    """What the slip of a smart meter's top-up and a repeated call need of the resident. `number` is the account."""

    kind: ClassVar[str] = "smart_meter"

    number: str
    quote: TopUpQuote


class CardWrite(msgspec.Struct, frozen=True, kw_only=True):
    """The images of write `n` of a card: as it was read before, as it was to be, and as it was read last afterwards, if
    it was. Keys are in none of them."""

    n: int
    before: bytes
    meant: bytes
    after: bytes | None = None

    def __repr__(self) -> str:
        return f"CardWrite(n={self.n})"


class GasCardPrivate(msgspec.Struct, frozen=True, tag_field="kind", tag="gas_card"):
    """What was bought for a gas card. `number` is the account, `card` the card's number."""

    kind: ClassVar[str] = "gas_card"

    number: str
    card: str
    quote: CardQuote
    writes: tuple[CardWrite, ...] = ()


class CardLoadPrivate(msgspec.Struct, frozen=True, tag_field="kind", tag="card_load"):
    """What the household owned already and has put onto its card, free of charge."""

    kind: ClassVar[str] = "card_load"

    number: str
    card: str
    quote: CardQuote
    writes: tuple[CardWrite, ...] = ()


CardPrivate = GasCardPrivate | CardLoadPrivate
Private = GasBillPrivate | TopUpPrivate | CardPrivate
"""By the order's `kind`. Values sealed before there were kinds are a gas bill's."""


class _Untagged(msgspec.Struct):
    kind: str = GasBillPrivate.kind


def seal(private: Private) -> bytes:
    """As the ledger seals it."""
    return msgspec.json.encode(private)


def for_days(private: Private, subject: str, begun_ms: int, days: int) -> Sealed:
    """To be forgotten so many days after the order was begun."""
    return Sealed(subject=subject, value=seal(private), expires_ms=begun_ms + days * DAY_MS)


def unseal(value: bytes) -> Private:
    """From what the ledger unsealed. Raises `msgspec.DecodeError`."""
    kind = msgspec.json.decode(value, type=_Untagged).kind
    private: type[Private] = _BY_KIND.get(kind, GasBillPrivate)
    return msgspec.json.decode(value, type=private)


_BY_KIND: dict[str, type[Private]] = {private.kind: private for private in get_args(Private)}
