"""What a gas company's cards have where: a *layout*, which is a plug-in.

Layouts are trade secrets of meter makers, so a company's own comes as a package, which registers an object of the
shape of `Layout` in the entry-point group `kiosk.gas_card_layouts`; a device's setting `layout` names it. It holds no
key and does no cipher: that is the company's server's. docs/gas-cards.md describes ours, `demo`.
"""

from decimal import Decimal
from typing import Final, Literal, Protocol

import msgspec

from kiosk.devices.gas_card import WriteBack
from kiosk.plugins import plugins

GROUP: Final = "kiosk.gas_card_layouts"


class Contents(msgspec.Struct, frozen=True):
    """What a sound card says. The count is that of the purchase that a meter would take from it. `meter` is what the
    meter wrote back, where the layout has such a part and it is sound: the purchase does not depend on it."""

    number: str
    gas_m3: Decimal
    count: int
    meter: WriteBack | None = None


class Flaw(msgspec.Struct, frozen=True):
    """Why a card says nothing, in the words of `NotAGasCard` and `BadCard`; its number where that can be read."""

    why: Literal["foreign", "blank", "torn", "check"]
    number: str = ""


Stand = Literal["before", "after", "neither"]
"""Where the byte that counts stands, whatever else was written: still before a purchase, after it, or elsewhere."""


class Put(msgspec.Struct, frozen=True):
    """Bytes to write, and where."""

    address: int
    data: bytes


class ChangeKey(msgspec.Struct, frozen=True):
    """Give the card its new key now."""


Step = Put | ChangeKey


class Layout(Protocol):
    """See the module. All of it is pure, and raises for no bytes whatever; images are `size` bytes long."""

    @property
    def size(self) -> int:
        """How many bytes of a card are its image."""

    def decode(self, image: bytes) -> Contents | Flaw:
        """What the card says. Only what a meter would take is `Contents`."""

    def stand(self, image: bytes, count: int) -> Stand:
        """Of a card on which purchase number `count` was perhaps written, in part or whole."""

    def key_in_doubt(self, image: bytes) -> bool:
        """Whether its key was being changed when a write broke off, so that nobody knows which it has."""

    def key_changed(self, image: bytes, target: bytes) -> bool:
        """Whether it has the key of `target` already; of a card whose key is not in doubt."""

    def steps(self, image: bytes, target: bytes) -> tuple[Step, ...]:
        """How to make `target` of a card that is `image` now, or as far as matters: what a meter reads first, and
        last of all the one byte that makes it valid."""


class LayoutError(ValueError):
    """No such layout, or it cannot be loaded. The message is for staff."""


def load_layout(name: str) -> Layout:
    """An installed layout by its name. Raises `LayoutError`."""
    points = {point.name: point for point in plugins(GROUP)}
    if name not in points:
        raise LayoutError(f"no layout {name!r} is installed; there are {', '.join(sorted(points))}")
    try:
        layout: Layout = points[name].load()
    except Exception as error:
        raise LayoutError(f"layout {name!r} cannot be loaded: {type(error).__name__}: {error}") from error
    return layout
