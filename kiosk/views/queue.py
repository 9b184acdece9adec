"""Views of the queue ticket."""

import msgspec

from kiosk.slips.slip import Slip
from kiosk.text.bilingual import Bilingual
from kiosk.text.catalogue import Said
from kiosk.views.common import SlipState
from kiosk.views.view import View


class BusinessKey(msgspec.Struct, frozen=True, kw_only=True):
    """A business to touch: `letter` is the answer. `paused` says why no number is given now; otherwise `ahead` and
    `wait` say what to expect."""

    letter: str
    name: Bilingual
    ahead: Said
    wait: Said
    paused: Said | None = None


class ChooseBusiness(View, frozen=True, kw_only=True):
    """What for? Answers a `letter`, or with the priority lane chosen the letter and `!`; the ticket follows at once.

    `priority` says whether that lane is offered, `no_slip` why no slip will come out (a message key): the number is
    given all the same.
    """

    businesses: tuple[BusinessKey, ...]
    priority: bool
    no_slip: str | None = None


class YourTicket(View, frozen=True, kw_only=True):
    """The number, which counts from now on, whatever becomes of the slip. Answers `"done"` or, where `can_print`,
    `"print"`.

    `window` is the one that calls it right now, or 0. `over` says that it counts no more (it was done with, or its
    day ended).
    """

    shown: str
    business: Bilingual
    windows: str
    ahead: Said
    wait: Said
    priority: bool
    window: int = 0
    over: bool = False
    slip: Slip | None = None
    slip_state: SlipState = "none"
    slip_problem: str | None = None
    can_print: bool = False

    @property
    def idle(self) -> bool:
        """Not while the slip is on its way."""
        return self.slip_state != "printing"
