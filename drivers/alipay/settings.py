"""What the Alipay driver is told: whose money it is, whose signature to trust, and how long to wait."""

from typing import Annotated

import msgspec
from msgspec import Meta

from kiosk.devices.secret import Secret

Seconds = Annotated[float, Meta(gt=0)]
Prefix = Annotated[str, Meta(pattern=r"^[0-9]{2}\Z", description="two digits")]


class AlipaySettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One application at Alipay's open platform, in public-key mode. The gateway's base URL is the device's `port`.

    `app_key` is the application's RSA private key, `alipay_key` Alipay's public key *for this application* (not the
    application's own). Both may be PEM or, as Alipay's tools hand them out, one line of Base64.
    """

    app_id: Annotated[str, Meta(pattern=r"^[0-9]{1,32}\Z", description="up to 32 digits")]
    app_key: Secret
    alipay_key: Secret

    connect_timeout_s: Seconds = 3.0
    timeout_s: Seconds = 10.0
    """For one whole exchange, connecting included."""
    max_answer_bytes: Annotated[int, Meta(ge=1024)] = 65536

    offer_grace_s: Annotated[int, Meta(ge=0)] = 30
    """The code lapses that long after the screen stopped showing it, rounded up to a minute: Alipay counts in these."""
    cancel_tries: Annotated[int, Meta(ge=1, le=10)] = 3
    """How often a cancellation is made at once while Alipay answers `retry_flag` Y."""
    cancel_pause_s: Seconds = 1.0
    """Between these."""

    absent_after_s: Annotated[int, Meta(ge=60)] = 3600
    """Where Alipay knows no such trade even when asked to cancel it: how long after the code lapsed nothing more is
    expected of it."""
    absent_is_dead: bool = False
    """What that is then. Alipay's pages do not say that a code of which nobody made a trade is void, so the staff are
    asked; set it once Alipay has confirmed that for this merchant."""

    clock_tolerance_s: Annotated[int, Meta(gt=0)] = 300
    """Further than that away from Alipay's date, the terminal's clock is wrong."""
    probe_trade_no: Annotated[str, Meta(pattern=r"^[0-9A-Za-z]{6,64}\Z", description="6 to 64 letters or digits")] = (
        "MENKOUPROBE0"
    )
    """A number that never exists: asking for it is a signed round trip without effect."""
    status_fresh_s: Annotated[float, Meta(ge=0)] = 20.0
    """A good exchange this recent answers `status` without a probe."""


class AlipayCodeSettings(AlipaySettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The same application, for payment codes that residents show (付款码), beside a `code_scanner`."""

    prefixes: Annotated[tuple[Prefix, ...], Meta(min_length=1)] = ("25", "26", "27", "28", "29", "30")
    """How such a code begins: this tells whose it is."""
    password_s: Annotated[float, Meta(ge=15, le=600)] = 60.0
    """How long a resident may take to type the phone's password; then the payment is cancelled."""
    request_lifetime_s: Annotated[int, Meta(ge=0)] = 360
    """How long a lost request may still arrive."""
    code_lifetime_s: Annotated[int, Meta(ge=0)] = 120
    """How long a payment code may be used; after both, `absent_after_s` begins."""
