"""How a terminal becomes known to a hub: a code that a person carries from one to the other, once.

The terminal makes its key pair itself; only the public half leaves it. The request is signed with the private one.
"""

import msgspec

PATH = "/v1/pair"
CONTENT_TYPE = "application/json"


class Pairing(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the terminal sends."""

    code: str
    """As it was typed."""
    public_key: str
    """Ed25519, 32 bytes in hexadecimal."""


class Paired(msgspec.Struct, frozen=True, kw_only=True):
    """What the hub answers: whom the code is for, and how to know the hub."""

    hall: str
    terminal: str
    hub_key: str
    """Ed25519, 32 bytes in hexadecimal; its receipts are signed with it."""
