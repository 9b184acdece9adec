"""A card under power: recognise it, read it, find a job on it, write one.

Everything blocks, on a thread of its own, and reaches the card by `transmit`. What that raises goes through: the driver
knows what it means, and `Writing` how far a write had come.
"""

import threading
from collections.abc import Callable
from functools import partial
from typing import NamedTuple, TypeVar

from drivers.pcsc_gas_card.chips import KINDS, Chip, Transmit
from drivers.pcsc_gas_card.settings import ChipName, PcscGasCardSettings
from drivers.pcsc_gas_card.wire import GarbledError, RefusedError
from kiosk.devices.gas_card import (
    Absent,
    BadCard,
    CardJob,
    CardUnknown,
    JobOutcome,
    Landed,
    LockedCard,
    NotAGasCard,
    OtherCard,
    Reading,
    Torn,
)
from kiosk.devices.gas_card_judging import gas_card, judge
from kiosk.devices.gas_card_layout import ChangeKey, Contents, Flaw, Layout, Put, Step

T = TypeVar("T")


class Writing:
    """How far a write has come, told across threads."""

    def __init__(self) -> None:
        self.began = False
        """Whether the first byte may have been written."""
        self.stop = threading.Event()
        """Nothing more is begun once it is set."""


class _Card(NamedTuple):
    chip: Chip
    image: bytes
    said: Contents | Flaw


class Session:
    """See the module. Raises `GarbledError` where the reader talks nonsense, and no byte was written."""

    def __init__(self, transmit: Transmit, layout: Layout, settings: PcscGasCardSettings) -> None:
        self._transmit = transmit
        self._layout = layout
        self._settings = settings

    def read(self) -> Reading:
        """See `GasCardReader`."""
        card = self._recognise()
        if card is None:
            return NotAGasCard("foreign")
        if isinstance(card.said, Contents):
            tries = card.chip.tries()
            return gas_card(card.said, card.image) if tries is None else LockedCard(tries, card.said.number)
        match card.said.why:
            case "foreign" | "blank" as why:
                return NotAGasCard(why)
            case "torn" | "check" as why:
                return BadCard(why, card.said.number)

    def find(self, job: CardJob) -> JobOutcome:
        """See `GasCardReader`."""
        card = self._recognise()
        return OtherCard() if card is None else self._judged(job, card.chip, card.image)

    def write(self, job: CardJob, writing: Writing) -> JobOutcome:
        """See `GasCardReader`."""
        card = self._recognise()
        if card is None:
            return OtherCard()
        outcome = self._judged(job, card.chip, card.image)
        if not isinstance(outcome, Absent):
            return outcome
        if closed := self._open(card, job):
            return closed
        self._carry_out(card, job, writing)
        try:
            return self._read_back(card.chip, job)
        except (RefusedError, GarbledError) as error:
            return CardUnknown(f"it could not be read back: {error}")

    def _recognise(self) -> _Card | None:
        """The card as the first kind of chip as which it is one of the company's; else a blank or a foreign one."""
        found: _Card | None = None
        garbled: GarbledError | None = None
        for kind in self._settings.chips:
            try:
                card = _twice(partial(self._try, kind))
            except RefusedError:
                continue
            except GarbledError as error:
                garbled = error
                continue
            if isinstance(card.said, Contents) or card.said.why in ("torn", "check"):
                return card
            if found is None or card.said.why == "blank":
                found = card
        if garbled is not None:
            raise garbled
        return found

    def _try(self, kind: ChipName) -> _Card:
        chip = KINDS[kind](self._transmit, self._settings)
        image = chip.read(self._layout.size)
        return _Card(chip, image, self._layout.decode(image))

    def _judged(self, job: CardJob, chip: Chip, image: bytes, *, written: bool = False) -> JobOutcome:
        """What the card says. That it is torn, only where another reading is the same: nothing ever heals that, and a
        bit may have flipped on the way. `written`: just now, so that everything must be there."""
        outcome = self._said(job, image, written)
        if not isinstance(outcome, Torn):
            return outcome
        again = _twice(partial(chip.read, self._layout.size))
        if again == image:
            return outcome
        second = self._said(job, again, written)
        return CardUnknown("no two readings are the same") if isinstance(second, Torn) else second

    def _said(self, job: CardJob, image: bytes, written: bool) -> JobOutcome:
        outcome = judge(job, image, self._layout)
        if not (written and isinstance(outcome, Landed)):
            return outcome
        same = all(_is_done(step, image) for step in self._layout.steps(image, job.new_image))
        return outcome if same else Torn("data", image)

    def _open(self, card: _Card, job: CardJob) -> Torn | None:
        """Present the key, unless a try was lost before: once, for nothing brings a card back that is out of tries."""
        if not card.chip.has_key:
            return None
        if card.chip.tries() is not None:
            return Torn("locked", card.image)
        changed = self._layout.key_changed(card.image, job.new_image)
        return None if card.chip.open(job.new_key if changed else job.old_key) else Torn("key", card.image)

    def _carry_out(self, card: _Card, job: CardJob, writing: Writing) -> None:
        """As far as it goes: what came of it is read from the card. What makes the data valid is written only after
        the data were read back."""
        *data, valid = self._layout.steps(card.image, job.new_image)
        try:
            for step in data:
                self._step(card.chip, step, job, writing)
            image = _twice(partial(card.chip.read, self._layout.size))
            if all(_is_done(step, image) for step in self._layout.steps(image, job.new_image)[:-1]):
                self._step(card.chip, valid, job, writing)
        except (RefusedError, GarbledError, _StoppedError):
            return

    def _step(self, chip: Chip, step: Step, job: CardJob, writing: Writing) -> None:
        if writing.stop.is_set():
            raise _StoppedError
        writing.began = True
        match step:
            case Put(address=address, data=data):
                chip.put(address, data)
            case ChangeKey():
                chip.change_key(job.new_key)

    def _read_back(self, chip: Chip, job: CardJob) -> JobOutcome:
        return self._judged(job, chip, _twice(partial(chip.read, self._layout.size)), written=True)


class _StoppedError(Exception):
    """Nothing more is to be begun."""


def _is_done(step: Step, image: bytes) -> bool:
    """Of a step that is still to be done, when asked of the image: whether it would change nothing."""
    return isinstance(step, Put) and image[step.address : step.address + len(step.data)] == step.data


def _twice(read: Callable[[], T]) -> T:
    """What only reads may be asked again, when noise came for an answer."""
    try:
        return read()
    except GarbledError:
        return read()
