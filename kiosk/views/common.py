"""Views that no single service owns."""

from typing import Literal

import msgspec

from kiosk.slips.slip import Slip
from kiosk.text.catalogue import Said
from kiosk.views.view import View


class Tile(msgspec.Struct, frozen=True, kw_only=True):
    """A service on the home screen. `paused` is a message key that says why it cannot work now; `note` takes the place
    of the subtitle where there is something to know just now."""

    journey: str
    title: str
    subtitle: str
    icon: str
    paused: str | None = None
    note: Said | None = None


class CalledNumber(msgspec.Struct, frozen=True, kw_only=True):
    """A queue ticket that a window calls."""

    shown: str
    window: int


class Starting(View, frozen=True, kw_only=True):
    """The terminal was just switched on and does not know its services yet. Nothing to answer."""

    @property
    def idle(self) -> bool:
        """Something is in motion, or nobody is here."""
        return False


class Attract(View, frozen=True, kw_only=True):
    """Nobody is here: the hall's name, the time, what is open. Any touch answers `"start"`.

    `called` are the numbers at the windows, the newest call first; `waiting` says how many wait.
    """

    services: tuple[Tile, ...]
    called: tuple[CalledNumber, ...] = ()
    waiting: Said | None = None

    @property
    def idle(self) -> bool:
        """Something is in motion, or nobody is here."""
        return False


class Home(View, frozen=True, kw_only=True):
    """Which service? Answers a tile's `journey`. The first tile is the hall's main service."""

    tiles: tuple[Tile, ...]


class Working(View, frozen=True, kw_only=True):
    """Something is being waited for. `saying` is a message key; no answer."""

    saying: str
    amount_fen: int | None = None

    @property
    def idle(self) -> bool:
        """Something is in motion, or nobody is here."""
        return False


Picture = Literal["search", "pause", "clock", "check", "paper", "people", "meter", "phone", "card", "id_card"]


class Notice(View, frozen=True, kw_only=True):
    """Something to know before going on, or the kind end of a journey in which no money moved.

    Answers `"primary"` or `"secondary"` (when there is one). `picture` names a drawing of the screens' icon family.
    """

    picture: Picture
    title: str
    body: Said
    primary: str
    secondary: str | None = None


class OutOfService(View, frozen=True, kw_only=True):
    """The terminal cannot serve. `reason` is a message key; what the staff say who
    closed it, the `note`, stands in its place. Nothing to answer."""

    reason: str
    note: str = ""

    @property
    def idle(self) -> bool:
        """Something is in motion, or nobody is here."""
        return False


class Goodbye(View, frozen=True, kw_only=True):
    """Thank you; shown for a moment. Answers `"done"` on touch."""

    @property
    def idle(self) -> bool:
        """Something is in motion, or nobody is here."""
        return False


class StaffCalled(View, frozen=True, kw_only=True):
    """How to reach the staff: wave, or telephone. It promises nobody. Answers `"primary"` (go on where I was)."""


NextStep = Literal["none", "press_key", "take_gas_card"]
SlipState = Literal["none", "printing", "printed", "not_printed", "unknown"]


class Outcome(View, frozen=True, kw_only=True):
    """The end of a paid journey: one of three truths and no fourth.

    `truth` is `done`, `not_finished` ("do not pay again") or `no_money_kept`. `lines` say what is known of the money
    and of the goods. Answers `"done"` (goodbye), `"another"` (home) or, where `can_print`, `"print"`. `photo_code`
    is the content of the QR code to photograph when no slip came out.
    """

    truth: Literal["done", "not_finished", "no_money_kept"]
    amount_fen: int
    lines: tuple[Said, ...]
    order_no: str
    slip: Slip | None
    slip_state: SlipState
    slip_problem: str | None = None
    can_print: bool = False
    photo_code: str | None = None
    still_working: bool = False
    next_step: NextStep = "none"
    """What the resident does at home: press the key on the meter, or first of all take the gas card out."""
    take_card: bool = False
    """Whether a bank card may still be in the reader."""

    @property
    def idle(self) -> bool:
        """Not while the slip is on its way."""
        return self.slip_state != "printing"
