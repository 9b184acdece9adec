"""What the driver of a nexo card terminal is told: who we are to it, whose certificate it shows, how long to wait."""

from typing import Annotated

import msgspec
from msgspec import Meta

from kiosk.devices.secret import Secret

Seconds = Annotated[float, Meta(gt=0)]
Name = Annotated[str, Meta(pattern=r"^[!-~]{1,64}\Z", description="up to 64 letters, digits or marks")]


class NexoTerminalSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One card terminal in this network. Its base URL is the device's `port` (`https://10.0.0.7:8443`).

    `poi_id` is the terminal's name at its acquirer, `sale_id` this kiosk's: **it must not change while a payment is
    unresolved**, for the terminal is asked by it. `certificate` is a PEM file with the certificate that the terminal
    shows, or of whoever signs those; without it the system's count.
    """

    poi_id: Name
    sale_id: Name
    certificate: Secret | None = None
    check_name: bool = False
    """Whether the certificate must name the host of `port`. Terminals are reached by number, and their certificates
    name the model."""

    passphrase: Secret | None = None
    """Encrypts and authenticates every message, inside TLS; the terminal must have the same one, of this name and
    version. Without it messages are plain JSON inside TLS."""
    key_identifier: Name = "menkou"
    key_version: Annotated[int, Meta(ge=0)] = 0

    currency: Annotated[str, Meta(pattern=r"^[A-Z]{3}\Z", description="three letters, like CNY")] = "CNY"
    """With two decimals."""

    connect_timeout_s: Seconds = 3.0
    timeout_s: Seconds = 10.0
    """For one whole exchange other than a payment's, connecting included."""
    answer_s: Seconds = 150.0
    """For a payment's: a resident looks for a card, types, and the bank thinks. After it the terminal is asked what
    became of the payment."""
    begin_s: Seconds = 0.5
    """A payment that was not answered by then has begun: the screen points at the terminal."""
    abort_s: Seconds = 10.0
    """How long after an abort the payment's own answer is awaited before the terminal is asked."""
    request_lifetime_s: Annotated[float, Meta(ge=0)] = 180.0
    """How long a lost request may still arrive. Only after that is "not found" a proof."""
    remembers_s: Annotated[float, Meta(ge=3600)] = 172_800.0
    """How long the terminal knows a message by its number. After that "not found" is no proof of anything."""
    max_answer_bytes: Annotated[int, Meta(ge=1024)] = 262_144
    """Receipts are long."""
