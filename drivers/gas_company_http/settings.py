"""Settings of one gas company. Times are this product's own defaults; nobody publishes such numbers."""

from typing import Annotated

import msgspec

from kiosk.devices.secret import Secret

Seconds = Annotated[float, msgspec.Meta(gt=0, le=120)]


class GasCompanyHttpSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The table `[device.settings]`."""

    terminal: Annotated[
        str, msgspec.Meta(pattern=r"^[0-9A-Za-z-]{1,32}\Z", description="up to 32 letters, digits or -")
    ]
    """The name under which the company knows this terminal and its key."""

    key: Secret
    """The key shared with the company, at least 32 bytes; used as it stands, without the line end."""

    account_digits: tuple[int, int] = (10, 10)
    """The fewest and the most digits of an account number. There is no national format; leading zeros count."""

    find_by_holder: bool = False
    """Whether the company answers which accounts are a holder's, who is known by an identity card."""

    connect_timeout_s: Seconds = 5
    ping_timeout_s: Seconds = 5
    lookup_timeout_s: Seconds = 10
    """For account, quote and query, which a resident waits for and nothing depends on."""

    order_timeout_s: Seconds = 15
    """For opening and cancelling an order."""

    confirm_timeout_s: Seconds = 30
    """For the booking of a payment, which some companies pass on to a second system."""

    freshness_s: Annotated[float, msgspec.Meta(gt=0, le=3600)] = 300
    """How far the company's clock may be from ours."""

    slow_s: Seconds = 3
    """A ping slower than this is a warning for the clerk."""

    plain_http: bool = False
    """Allow `http://` to a host other than this machine: only inside a private line or tunnel."""

    def __post_init__(self) -> None:
        fewest, most = self.account_digits
        if not 1 <= fewest <= most <= 20:
            raise ValueError("account_digits must be two numbers, 1 to 20, the smaller first")
