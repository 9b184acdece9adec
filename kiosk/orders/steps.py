"""The words of the money path: what may be known at a moment, what can be done next, and what a decision is."""

import math
from collections.abc import Mapping

import msgspec

from kiosk.devices.scanner import Scanned
from kiosk.protocol import events as ev


class Method(msgspec.Struct, frozen=True):
    """A way to pay that the resident chose: a configured device and what the ledger holds of it."""

    device: str
    channel: str
    hold: bool = False
    waits_s: float = math.inf
    """How long its channel has an attempt wait at most."""
    shown: Scanned | None = None
    """The code that the resident showed for it; in memory alone, and only until the attempt was started."""


class Moment(msgspec.Struct, frozen=True, kw_only=True):
    """What `decide` may know beside the rows. A restart forgets all of it but the time: nobody is there."""

    now_ms: int
    present: bool = False
    wants: Method | None = None
    """The way the resident chose and for which no attempt was sent yet."""
    stop: bool = False
    """The resident wants the live attempt to end (Back, another way, leaving)."""
    not_before_ms: Mapping[str, int] = {}
    """By an effect's key: when its next call may be made."""
    looked_ms: Mapping[int, int] = {}
    """By attempt: when the channel last said, since its end, what became of it."""
    unanswered: frozenset[int] = frozenset()
    """Attempts that were asked about since their end, and the channel did not answer: that look is still to be made."""
    doubt: bool = False
    """Whether an earlier confirmation may have reached the company."""
    predecessor: str | None = None
    """The last sale of the wished device, where it has `hold` and was made sure of."""
    card: bool = False
    """Whether the order's own gas card was read since the reader's last answer about it."""
    fresh: bool = False
    """Whether the write that is not resolved was never handed to the reader."""
    taken: frozenset[str] = frozenset()
    """Last-sale devices that another order is at: whatever is given back there now becomes their last transaction."""
    unwanted: bool = False
    """Two of the staff want the order given up, if it can be, and its money back."""
    shown_out: bool = False
    """Whether the live attempt was on offer as long as it may, by a clock that nobody sets."""


class OpenOrder(msgspec.Struct, frozen=True):
    """Ask the company to hold the price."""

    key: str = "open_order"


class Prepare(msgspec.Struct, frozen=True):
    """Make sure of a device that can speak only of its last sale, and learn that sale."""

    device: str
    key: str = "prepare"


class Start(msgspec.Struct, frozen=True):
    """Ask the channel for the money: once per attempt."""

    n: int
    key: str = "start"


class Find(msgspec.Struct, frozen=True):
    """Ask the channel what became of an attempt."""

    n: int

    @property
    def key(self) -> str:
        """One schedule per attempt."""
        return f"find:{self.n}"


class Close(msgspec.Struct, frozen=True):
    """Make the channel end an attempt, or learn that it was paid."""

    n: int

    @property
    def key(self) -> str:
        """One schedule per attempt."""
        return f"close:{self.n}"


class Capture(msgspec.Struct, frozen=True):
    """Make the channel take the money it reserved, or learn what became of it."""

    n: int

    @property
    def key(self) -> str:
        """One schedule per attempt."""
        return f"capture:{self.n}"


class Confirm(msgspec.Struct, frozen=True):
    """Tell the company that the order is paid. With `doubt` it may have been told before: ask first."""

    doubt: bool
    key: str = "confirm"


class Cancel(msgspec.Struct, frozen=True):
    """Make the company fence the order off, or learn that it was delivered."""

    key: str = "cancel"


class Fetch(msgspec.Struct, frozen=True):
    """Ask the company what the card must hold: the same answer until that has landed."""

    key: str = "fetch"


class Write(msgspec.Struct, frozen=True):
    """Write the card, or learn that it is written. With `doubt` it may have been before: look first."""

    n: int
    doubt: bool
    key: str = "write"


class Look(msgspec.Struct, frozen=True):
    """Read the card and learn what became of a write."""

    n: int
    key: str = "look"


class Report(msgspec.Struct, frozen=True):
    """Tell the company what became of a write."""

    n: int
    key: str = "report"


class Ask(msgspec.Struct, frozen=True):
    """Ask the company whether another terminal has written the card."""

    key: str = "ask"


class GiveBack(msgspec.Struct, frozen=True):
    """Ask the channel for a refund."""

    n: int
    r: int

    @property
    def key(self) -> str:
        """One schedule per refund."""
        return f"refund:{self.n}:{self.r}"


class FindRefund(msgspec.Struct, frozen=True):
    """Ask the channel what became of a refund that two of the staff want under another number."""

    n: int
    r: int

    @property
    def key(self) -> str:
        """One schedule per refund."""
        return f"find refund:{self.n}:{self.r}"


RefundEffect = GiveBack | FindRefund
AttemptEffect = Start | Find | Close | Capture
CardEffect = Fetch | Write | Look | Report | Ask
Effect = OpenOrder | Prepare | AttemptEffect | Confirm | Cancel | CardEffect | RefundEffect


class Act(msgspec.Struct, frozen=True):
    """Make `intent` durable (it may be empty), then perform `effect` (if any)."""

    intent: tuple[ev.Event, ...]
    effect: Effect | None


class Wait(msgspec.Struct, frozen=True):
    """Nothing to do until `until_ms` (None: until something changes)."""

    until_ms: int | None


class Final(msgspec.Struct, frozen=True):
    """The order is closed, and nothing about it is watched any more."""


Decision = Act | Wait | Final


class WrongAnswerError(TypeError):
    """An answer that its effect can never have: a defect of the runner."""
