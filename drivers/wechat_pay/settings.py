"""What the WeChat Pay driver is told: who the merchant is, whose keys to trust, and how long to wait."""

from typing import Annotated

import msgspec
from msgspec import Meta

from kiosk.devices.secret import Secret

Id = Annotated[str, Meta(pattern=r"^[0-9A-Za-z_\-]{1,64}\Z", description="up to 64 letters, digits, - or _")]
Seconds = Annotated[float, Meta(gt=0)]
Prefix = Annotated[str, Meta(pattern=r"^[0-9]{2}\Z", description="two digits")]


class WeChatPaySettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One merchant's account at WeChat Pay. The primary base URL is the device's `port`.

    `merchant_key` is the merchant's RSA private key (PEM), `merchant_serial` its certificate's serial number.
    `platform_keys` maps the ids that WeChat names in `Wechatpay-Serial` to keys: a public key for a `PUB_KEY_ID_…`, a
    certificate (or its public key) for a platform certificate's serial; both while a merchant changes over.
    """

    appid: Annotated[str, Meta(pattern=r"^[0-9A-Za-z]{1,32}\Z", description="up to 32 letters or digits")]
    mchid: Annotated[str, Meta(pattern=r"^[0-9]{1,32}\Z", description="up to 32 digits")]
    merchant_serial: Id
    merchant_key: Secret
    platform_keys: Annotated[dict[Id, Secret], Meta(min_length=1)]
    notify_url: Annotated[
        str,
        Meta(
            pattern=r"^https://[^?#\s]+\Z",
            max_length=255,
            description="an https address of at most 255 characters, without a query",
        ),
    ]
    """WeChat requires one (HTTPS, no query); the terminal has no public address and only polls."""
    spare_url: Annotated[
        str, Meta(pattern=r"^(https?://[^/?#\s]+)?\Z", description="scheme and host of an address, or nothing")
    ] = ""
    """Asked when the primary cannot be connected; `https://api2.mch.weixin.qq.com` in production, none when empty."""

    connect_timeout_s: Seconds = 3.0
    timeout_s: Seconds = 10.0
    """For one whole exchange, connecting included."""
    max_answer_bytes: Annotated[int, Meta(ge=1024)] = 65536

    freshness_s: Annotated[int, Meta(gt=0)] = 300
    """An answer signed that long ago, or that far ahead, is not trusted."""
    request_lifetime_s: Annotated[int, Meta(ge=0)] = 360
    """How long a lost create may still arrive. WeChat refuses requests signed over 300 s ago by its own clock, by which
    this is measured; the rest is for the time between the attempt's row and the signature."""
    offer_grace_s: Annotated[int, Meta(ge=0)] = 30
    """The code lapses that long after the screen stopped showing it."""
    offer_min_s: Annotated[int, Meta(ge=60)] = 75
    """But not sooner than this: WeChat wants `time_expire` at least one minute ahead."""

    poll_s: Seconds = 2.0
    """Between two queries while a payment that was confirmed is not yet visible."""
    paid_polls: Annotated[int, Meta(ge=1)] = 4
    """How often to query after `ORDERPAID` before leaving it to the caller."""

    probe_order_no: Annotated[str, Meta(pattern=r"^[0-9A-Za-z]{6,32}\Z", description="6 to 32 letters or digits")] = (
        "MENKOUPROBE0"
    )
    """An order number that never exists: asking for it is a signed round trip without effect."""
    status_fresh_s: Annotated[float, Meta(ge=0)] = 20.0
    """A good exchange this recent answers `status` without a probe."""


class WeChatCodeSettings(WeChatPaySettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The same account, for payment codes that residents show (付款码). The device needs a `code_scanner` beside it."""

    notify_url: Annotated[str, Meta(max_length=255)] = ""
    """Payment codes have none; accepted so that both devices can be told the same."""
    store: Annotated[str, Meta(pattern=r"^[0-9A-Za-z_\-]{1,32}\Z", description="up to 32 letters, digits, - or _")] = (
        "hall"
    )
    """The hall's own number for the place, which WeChat wants to know."""
    prefixes: Annotated[tuple[Prefix, ...], Meta(min_length=1)] = ("10", "11", "12", "13", "14", "15")
    """How such a code begins: this tells whose it is."""
    password_s: Annotated[float, Meta(ge=15, le=600)] = 45.0
    """How long a resident may take to type the phone's password; then the payment is reversed."""
    reverse_after_s: Annotated[float, Meta(ge=0)] = 15.0
    """A payment is not reversed sooner than that after it was asked for."""
    code_lifetime_s: Annotated[int, Meta(ge=0)] = 120
    """How long a payment code may be used, on top of what a lost request may travel, before "no such order" is a
    proof."""
