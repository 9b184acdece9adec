"""Times of the money path, all in seconds unless the name says otherwise."""

from typing import Annotated, Literal

import msgspec

Seconds = Annotated[float, msgspec.Meta(gt=0, le=86_400)]


class OrderSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[orders]` of the configuration."""

    offer_seconds: Seconds = 120.0
    """How long a resident is shown a code to pay."""
    poll_seconds: Seconds = 2.0
    """How often a channel is asked while a resident may be paying."""
    pay_by_margin_seconds: Seconds = 30.0
    """No new attempt begins when the company holds the price for less than the offer plus this."""
    call_limit_seconds: Seconds = 60.0
    """The longest a driver may take for one call before it counts as unanswered."""
    print_limit_seconds: Seconds = 120.0
    """The longest a printer may take for one slip before nobody knows what became of it."""
    retry_first_seconds: Seconds = 2.0
    """The first wait before a call without an answer is made again; it doubles each time."""
    retry_most_seconds: Seconds = 300.0
    """The longest wait between calls about an order that is not final."""
    refund_retry_most_seconds: Seconds = 21_600.0
    """The longest wait between calls about a refund."""
    refund_alarm_hours: Annotated[int, msgspec.Meta(gt=0, le=720)] = 72
    """After this a refund that is not done is an alarm for the staff."""
    deliver_by_hours: Annotated[int, msgspec.Meta(gt=0, le=720)] = 24
    """After this a payment the company did not accept is given back (once the company has fenced it off)."""
    card_back_hours: Annotated[int, msgspec.Meta(gt=0, le=8760)] = 168
    """How long a gas card whose writing was cut off may stay away before the order is left to the staff."""
    late_watch_hours: Annotated[int, msgspec.Meta(ge=0, le=720)] = 48
    """How long closed offers are still asked about, for money that arrives late."""
    late_looks_seconds: tuple[Annotated[float, msgspec.Meta(gt=0)], ...] = (60, 600, 3600, 21_600, 86_400, 172_800)
    """When they are asked about, in seconds after their end."""
    private_days: Annotated[int, msgspec.Meta(gt=0, le=3650)] = 30
    """How long the sealed personal values of a closed order are kept, for reprints and questions."""
    without_paper: Literal["ask", "pause"] = "ask"
    """When no receipt can be printed: ask the resident whether to go on without, or take no money."""
