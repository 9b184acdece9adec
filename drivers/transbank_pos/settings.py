"""What differs between card terminals that speak the Transbank Autoservicio dialect, and how long to wait."""

from typing import Annotated

import msgspec
from msgspec import Meta

from drivers.transbank_pos.wire import AmountUnit
from kiosk.devices.payment import StepKey

Seconds = Annotated[float, Meta(gt=0, le=600)]
Code = Annotated[str, Meta(pattern=r"^[0-9]{2}\Z", description="two digits")]

STEPS: dict[Code, StepKey] = {"78": "present_card", "84": "present_card", "81": "enter_pin", "82": "asking_bank"}
"""The other progress codes of the sheet (confirm the amount, choose instalments) are questions on the terminal's own
screen."""


class TransbankPosSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Times in seconds. The defaults are those of the published protocol and its own libraries."""

    amount_unit: AmountUnit = "fen"
    """What one unit of the terminal's amount is. With `yuan`, amounts with fen cannot be paid by card."""
    steps: dict[Code, StepKey] = msgspec.field(default_factory=lambda: dict(STEPS))
    """What the resident is told for each progress code: 78 and 84 `present_card`, 81 `enter_pin`, 82 `asking_bank`; a
    code that is not here changes nothing on the screen."""
    open_timeout_s: Seconds = 3.0
    ack_timeout_s: Seconds = 2.0
    """For the one byte that acknowledges a frame."""
    nak_tries: Annotated[int, Meta(ge=1, le=10)] = 3
    """How often a frame is sent that the terminal says it could not read."""
    ask_tries: Annotated[int, Meta(ge=1, le=10)] = 2
    """How often a question without effect (poll, last sale) is asked that the terminal does not answer."""
    reply_timeout_s: Seconds = 10.0
    """For the last sale, from its acknowledgement."""
    reversal_timeout_s: Seconds = 40.0
    """For a reversal, which goes to the bank; shorter than the terminal's own limit for one call."""
    answer_seconds: Annotated[float, Meta(gt=0, le=3600)] = 150.0
    """For a sale, from its request. Before that much time has passed, a terminal that does not name the sale proves
    nothing: the sale may still be coming."""
    gap_timeout_s: Seconds = 0.5
    """A frame whose next byte takes longer is broken off."""
    write_timeout_s: Seconds = 3.0
    trouble_s: Annotated[float, Meta(gt=0, le=86_400)] = 600.0
    """How long the terminal counts as in need of a person after it said so (no paper, close the batch, load the keys);
    its poll does not tell, so after this it is tried again, and at once when it was reconnected."""
