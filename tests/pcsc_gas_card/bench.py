"""A card on the bench: the chip models themselves, without pcscd between, and a session with them."""

from collections.abc import Callable
from typing import Any

import msgspec

from drivers.pcsc_gas_card.demo_layout import DEMO
from drivers.pcsc_gas_card.session import Session, Writing
from drivers.pcsc_gas_card.settings import PcscGasCardSettings
from drivers.pcsc_gas_card.simulator_chips import CHIPS, Card, Chip, Kind, PulledError, new_card
from kiosk.devices.gas_card import Absent, CardJob, JobOutcome, Reading, Torn
from kiosk.ports.pcsc import PcscError
from tests.pcsc_gas_card import company

NUMBER = "0200000284"
KEY_BYTES: dict[Kind, int] = {"sle4442": 3, "at24c": 0, "cpu": 8, "bank": 0}
Answer = Callable[[bytes], bytes]
Meddle = Callable[[bytes, Answer], bytes]
"""What becomes of a command on its way to the card."""


def direct(command: bytes, card: Answer) -> bytes:
    """Nothing."""
    return card(command)


def said(outcome: JobOutcome) -> JobOutcome:
    """An outcome without what was read of the card."""
    return msgspec.structs.replace(outcome, image=b"") if isinstance(outcome, Absent | Torn) else outcome


class Bench:
    """See the module. `tear` is how many more bytes are written before the card is pulled out; None, and it is not."""

    def __init__(self, kind: Kind = "sle4442", image: bytes | None = None, **settings: Any) -> None:
        image = company.image(count=6, gas=0, total=29500) if image is None else image
        self.card: Card = new_card("bench", kind, bytearray(image), company.key(NUMBER, 0, KEY_BYTES[kind]))
        self.settings = PcscGasCardSettings(**{"i2c_write_s": 0.006, **settings})
        self.commands: list[bytes] = []
        self.meddle: Meddle = direct
        self.tear: int | None = None

    @property
    def image(self) -> bytes:
        """What is on the card."""
        return bytes(self.card.memory)

    def sell(self, gas: int = 2500, **more: Any) -> CardJob:
        """A job for the card as it is."""
        return company.sell(self.image, gas, key_bytes=KEY_BYTES[self.card.kind], **more)

    def read(self) -> Reading:
        return self._session().read()

    def find(self, job: CardJob) -> JobOutcome:
        return said(self._session().find(job))

    def write(self, job: CardJob, writing: Writing | None = None) -> JobOutcome:
        return said(self._session().write(job, writing or Writing()))

    def presented(self) -> list[bytes]:
        """Every key that was ever presented."""
        return [command[5:] for command in self.commands if command[1] == 0x20 and len(command) > 5]

    def _session(self) -> Session:
        """The card gets power."""
        chip = CHIPS[self.card.kind](self.card, lambda: None, self._torn)
        return Session(lambda command: self._transmit(chip, command), DEMO, self.settings)

    def _transmit(self, chip: Chip, command: bytes) -> bytes:
        self.commands.append(command)
        try:
            return self.meddle(command, chip.answer)
        except PulledError:
            raise PcscError("no_card", "the card was taken out") from None

    def _torn(self) -> int | None:
        if self.tear is None:
            return None
        command = self.commands[-1]
        self.tear -= len(command) - 5
        return self.tear + len(command) - 5 if self.tear < 0 else None
