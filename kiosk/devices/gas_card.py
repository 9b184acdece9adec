"""The role `GasCardReader`: read a meter's card, write a purchase on it, and always be able to say what is on it.

A card cannot be asked what became of an order; it can only be read. So a job names the card as it was and as it
shall be, and the card in the slot decides: the count moved, and it landed, though the meter may have taken the gas
meanwhile; the count did not move, and nothing was bought with it, though half of the data may be there; anything else
is torn, and the staff's. A card that is pulled in the middle is unknown until it comes back.

Cards have tries that run out for ever. A key is presented once a job, never again by itself, and never to a card that
has lost a try.
"""

import hashlib
from abc import abstractmethod
from decimal import Decimal
from typing import Literal

import msgspec

from kiosk.devices.device import Device, S_co
from kiosk.devices.health import Health


def image_hash(image: bytes) -> str:
    """What the journal keeps of an image: its SHA-256, in hex."""
    return hashlib.sha256(image).hexdigest()


MeterTrouble = Literal["alarm", "valve_shut", "battery_low"]
"""What a meter says is wrong with it, the gravest first. `alarm` is whatever else its company has to look at."""


class WriteBack(msgspec.Struct, frozen=True, kw_only=True):
    """What the meter wrote when the card was last in it: the gas it had then, with what it took off the card, and what
    was wrong with it."""

    left_m3: Decimal
    troubles: tuple[MeterTrouble, ...] = ()


class GasCard(msgspec.Struct, frozen=True, kw_only=True, tag="gas_card"):
    """A card as it was read.

    `gas_m3` is what waits on it for the meter: more than nothing means that it was not in the meter since the last
    purchase. `count` is how many purchases were ever written on it. `image` is every byte that was read, opaque to
    all but the gas company, and is never logged.
    """

    number: str
    gas_m3: Decimal
    count: int
    image: bytes
    meter: WriteBack | None = None
    """None on a card that was never in a meter, or whose meter writes nothing that can be read."""

    @property
    def hash(self) -> str:
        """The image's, for the journal."""
        return image_hash(self.image)

    def __repr__(self) -> str:
        return f"GasCard(count={self.count}, {len(self.image)} bytes)"


class NoCard(msgspec.Struct, frozen=True, tag="no_card"):
    """There is none in the reader; of a job: and nothing was written."""


class NotAGasCard(msgspec.Struct, frozen=True, tag="not_a_gas_card"):
    """A card that nothing can be sold for. `mute`: it does not answer, as when it is in upside down; `foreign`: of
    another kind or another company; `blank`: never issued to anybody."""

    why: Literal["mute", "foreign", "blank"]


class BadCard(msgspec.Struct, frozen=True, tag="bad_card"):
    """A gas card whose contents contradict themselves. `torn`: a write on it broke off; `check`: its check bytes do
    not fit. `number` is empty where it cannot be told. An open job may know better: `find`."""

    why: Literal["torn", "check"]
    number: str = ""

    def __repr__(self) -> str:
        return f"BadCard({self.why})"


class LockedCard(msgspec.Struct, frozen=True, tag="locked_card"):
    """A gas card that has lost tries for its key, or all of them (`tries` is what is left). It can be read and not
    written: nothing must be sold for it."""

    tries: int
    number: str = ""

    def __repr__(self) -> str:
        return f"LockedCard(tries={self.tries})"


class ReaderAway(msgspec.Struct, frozen=True, tag="reader_away"):
    """The reader cannot be reached, or does not answer. `why` is for staff and logs."""

    why: str


Reading = GasCard | NoCard | NotAGasCard | BadCard | LockedCard | ReaderAway


class CardJob(msgspec.Struct, frozen=True, kw_only=True):
    """One purchase to be written on one card: the ledger's row, and the bytes that the company gave for it.

    `count` and `expect_gas_m3` are what the card has once the job has landed. `old_hash` is that of the image for
    which the company made `new_image`, which is empty where the card is only to be looked at. The keys are the card's,
    before and after, as the company gives them; equal where they do not change, empty where the card needs none.
    Neither they nor the image are ever logged.
    """

    order_no: str
    n: int
    provider_job: str
    card: str
    """The card's number."""
    count: int
    expect_gas_m3: Decimal
    old_hash: str
    new_image: bytes
    old_key: bytes = b""
    new_key: bytes = b""

    @property
    def new_hash(self) -> str:
        """That of the image to write."""
        return image_hash(self.new_image)

    def __repr__(self) -> str:
        return f"CardJob({self.order_no}, n={self.n}, provider_job={self.provider_job!r}, count={self.count})"


class Landed(msgspec.Struct, frozen=True, tag="landed"):
    """Proof that the purchase came onto the card: its count is the job's, and the gas is there or in the meter.
    `card` is how it was read after that."""

    card: GasCard


class Absent(msgspec.Struct, frozen=True, tag="absent"):
    """Proof that the purchase is not on the card: its count is still the one before.

    With `mixed`, some of the job's bytes are. No meter takes such a card, and the same job may be written again; the
    order must not be called off for it. `image` is what was read of it, where the reader gives that.
    """

    mixed: bool = False
    image: bytes = b""

    def __repr__(self) -> str:
        return f"Absent(mixed={self.mixed})"


TornReason = Literal["count", "data", "key", "locked"]
"""`count`: neither the job's nor the one before; `data`: the job's count with other contents, or contents that
contradict themselves; `key`: the key was refused or changed by half; `locked`: no try may be risked any more."""


class Torn(msgspec.Struct, frozen=True, tag="torn"):
    """The card says neither yes nor no, and never will: the staff's. `image` is what was read of it, where the reader
    gives that."""

    why: TornReason
    image: bytes = b""

    def __repr__(self) -> str:
        return f"Torn({self.why})"


class OtherCard(msgspec.Struct, frozen=True, tag="other_card"):
    """Another card than the job's is in the reader, and was left as it was. None: no gas card at all, or one that does
    not answer."""

    card: GasCard | None = None


class CardUnknown(msgspec.Struct, frozen=True, tag="card_unknown"):
    """It may have been written, in part or whole: `find` tells when the card is there again. `why` is for staff."""

    why: str


JobOutcome = Landed | Absent | Torn | OtherCard | NoCard | CardUnknown


Slot = Literal["empty", "card", "mute", "unknown"]


class Presence(msgspec.Struct, frozen=True):
    """What is in the slot. `insertions` grows with every card that comes, so that a card swapped between two looks
    is another presence. `mute`: there is one that does not answer."""

    slot: Slot
    insertions: int = 0


class GasCardReader(Device[S_co]):
    """See the module. Calls take turns; nothing here raises for what a reader or a card can do.

    A call that is cancelled leaves a write that has begun to its end: `find` tells what came of it.
    """

    role = "gas_card_reader"

    @abstractmethod
    def presence(self) -> Presence:
        """What was last seen in the slot; asks nobody."""

    @abstractmethod
    async def changed(self, seen: Presence) -> Presence:
        """Wait until the slot is not as it was `seen`, and say how it is: within half a second of the hand."""

    @abstractmethod
    async def read(self) -> Reading:
        """Read all of the card in the slot. Presents no key, writes nothing."""

    @abstractmethod
    async def write(self, job: CardJob) -> JobOutcome:
        """Put the job on its card, once: read afresh, write data first and what makes them valid last, read back.

        A card on which the job has landed is left alone. May be repeated with the same job after `Absent`, `NoCard`
        or `OtherCard`. `CardUnknown` before the first byte too, where the reader did not answer.
        """

    @abstractmethod
    async def find(self, job: CardJob) -> JobOutcome:
        """What became of the job, by the card in the slot. Reads only; may be asked at any time, for ever."""

    @abstractmethod
    async def status(self) -> Health:
        """How the reader is; a slot without a card is as well as one with it."""
