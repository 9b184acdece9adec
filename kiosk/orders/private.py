"""The personal values of an order: sealed in the ledger, never in the journal."""

import msgspec

from kiosk.devices.gas import Quote


class GasBillPrivate(msgspec.Struct, frozen=True):
    """What a gas bill's slip and a repeated call need of the resident. `number` is the account."""

    number: str
    quote: Quote

    def encode(self) -> bytes:
        """As the ledger seals it."""
        return msgspec.json.encode(self)

    @classmethod
    def decode(cls, value: bytes) -> "GasBillPrivate":
        """From what the ledger unsealed. Raises `msgspec.ValidationError`."""
        return msgspec.json.decode(value, type=cls)
