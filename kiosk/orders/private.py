"""The personal values of an order: sealed in the ledger, never in the journal."""

from typing import ClassVar

import msgspec

from kiosk.devices.gas import Quote, TopUpQuote


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


Private = GasBillPrivate | TopUpPrivate
"""By the order's `kind`. Values sealed before there were kinds are a gas bill's."""


class _Untagged(msgspec.Struct):
    kind: str = GasBillPrivate.kind


def seal(private: Private) -> bytes:
    """As the ledger seals it."""
    return msgspec.json.encode(private)


def unseal(value: bytes) -> Private:
    """From what the ledger unsealed. Raises `msgspec.DecodeError`."""
    if msgspec.json.decode(value, type=_Untagged).kind == TopUpPrivate.kind:
        return msgspec.json.decode(value, type=TopUpPrivate)
    return msgspec.json.decode(value, type=GasBillPrivate)
