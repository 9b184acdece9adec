"""Views of the gas card service."""

from decimal import Decimal
from typing import Literal

import msgspec

from kiosk.text.catalogue import Said
from kiosk.views.gas import BillLine
from kiosk.views.view import View

CardStep = Literal["insert", "mute", "foreign", "again", "other"]


class InsertCard(View, frozen=True, kw_only=True):
    """A card is waited for at the reader. `step`: the first time; one that does not answer, as when it is in the wrong
    way round; one that is no gas card; the same card once more, for what is owed to it; or another one than that.

    Answers `"later"` where the resident `can_leave` with something unfinished; else Back leads away.
    """

    step: CardStep
    can_leave: bool = False

    @property
    def idle(self) -> bool:
        """Not while something is owed to the card."""
        return not self.can_leave


class GasKey(msgspec.Struct, frozen=True, kw_only=True):
    """A volume or an amount to touch: `choice` is the answer, one of `volume` (m³) and `yuan` stands on the key."""

    choice: str
    volume: str = ""
    yuan: str = ""


class ChooseGas(View, frozen=True, kw_only=True):
    """How much gas? By volume or by money. Answers a key's `choice`, or `"other"`. `left_in_meter_m3` is what
    the meter had when the card was last in it, if it wrote that; `problem` says what was wrong with the wish before."""

    holder: str
    address: str
    account: str
    used_this_cycle_m3: Decimal
    volumes: tuple[GasKey, ...]
    amounts: tuple[GasKey, ...]
    min_m3: Decimal
    max_m3: Decimal
    left_in_meter_m3: Decimal | None = None
    problem: Said | None = None


class EnterGas(View, frozen=True, kw_only=True):
    """Any other volume, by keypad. Answers it in whole cubic meters, as typed."""

    min_m3: Decimal
    max_m3: Decimal
    problem: Said | None = None


class ConfirmGas(View, frozen=True, kw_only=True):
    """Shall this gas go onto your card? What it costs, tier by tier; `free` where it is the household's already.
    Answers `"pay"`."""

    holder: str
    address: str
    account: str
    gas_m3: Decimal
    total_fen: int
    free: bool
    lines: tuple[BillLine, ...]
    used_this_cycle_m3: Decimal
    after_m3: Decimal
    """Used this year, with this gas."""
