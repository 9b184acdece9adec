"""Views of paying, shared by every paid journey."""

from typing import Literal

import msgspec

from kiosk.text.catalogue import Said
from kiosk.views.common import SlipState
from kiosk.views.view import View


class Method(msgspec.Struct, frozen=True, kw_only=True):
    """A way to pay. `channel` is also the message key (`channel.<channel>`); `paused` says why it cannot work."""

    channel: str
    paused: str | None = None


class ChooseMethod(View, frozen=True, kw_only=True):
    """How to pay? Answers a `channel`. `remark` says what became of the way tried before."""

    amount_fen: int
    methods: tuple[Method, ...]
    remark: Said | None = None


class ScanToPay(View, frozen=True, kw_only=True):
    """The code to scan with the wallet app of `channel`, until `until_ms` (milliseconds since 1970, UTC).

    Answers `"cancel"`. Nothing about it is stored, and it is never shown twice.
    """

    channel: str
    amount_fen: int
    code: str
    until_ms: int
    other_methods: bool = False

    @property
    def idle(self) -> bool:
        """Something is in motion, or nobody is here."""
        return False


class ShowPayCode(View, frozen=True, kw_only=True):
    """Show the payment code of `channel` to the scanner, then confirm on the phone where it asks. Answers `"cancel"`;
    a code that was read answers `"scanned"`, or `"other"` where it is none of this channel: `problem`, a message key,
    says so then."""

    channel: str
    amount_fen: int
    step: Literal["show", "confirm"]
    other_methods: bool = False
    problem: str | None = None

    @property
    def idle(self) -> bool:
        """Money may be in motion once a code was shown."""
        return self.step == "show"


ReaderStep = Literal["waiting", "present_card", "enter_pin", "asking_bank", "remove_card", "stopping"]


class AtReader(View, frozen=True, kw_only=True):
    """What to do at the payment reader now. Answers `"cancel"` where `can_stop`.

    `stopping`: the reader has to be told by its own red key, and what became of the payment is being checked.
    """

    channel: str
    amount_fen: int
    step: ReaderStep
    can_stop: bool
    other_methods: bool = False

    @property
    def idle(self) -> bool:
        """Money and a card are in motion."""
        return False


class UnfinishedOrder(View, frozen=True, kw_only=True):
    """This account has an earlier payment that is still being finished. Answers `"print"` or `"primary"` (home).

    `lines` say what is known of it, as on the outcome screen; it is never payable again from here. `saying` is what
    goes on: it is being finished, an order without money is being cancelled, or the staff must look. `photo_code` is
    the content of the QR code to photograph when no slip can come out.
    """

    order_no: str
    amount_fen: int
    lines: tuple[Said, ...]
    saying: Literal["finishing", "cancelling", "staff"] = "finishing"
    slip_state: SlipState = "none"
    slip_problem: str | None = None
    can_print: bool = False
    photo_code: str | None = None

    @property
    def idle(self) -> bool:
        """Not while the slip is on its way."""
        return self.slip_state != "printing"
