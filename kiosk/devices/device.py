"""What every driver is, whatever its role."""

import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import ClassVar, Generic, Literal, TypeVar

import msgspec

from kiosk.devices.health import Health

Role = Literal[
    "receipt_printer",
    "payment_method",
    "gas_company",
    "gas_card_reader",
    "document_printer",
    "id_reader",
    "code_scanner",
]

S_co = TypeVar("S_co", bound=msgspec.Struct, covariant=True)


class Device(ABC, Generic[S_co]):
    """A configured driver.

    A driver class names its `role` (through the role's class) and its `Settings`, a frozen msgspec struct in which
    every protocol time and every UNSURE fact of the sheet is a field with a default. It is built by the registry
    from one `[[device]]` table and lives in the engine's event loop. It never blocks that loop, raises nothing for
    what the outside world can do (those are values of the role's closed outcomes), and keeps no personal data.
    """

    role: ClassVar[Role]
    Settings: ClassVar[type[msgspec.Struct]]
    port_schemes: ClassVar[tuple[str, ...]] = ()
    """What the port's URL may begin with (`serial`, `https`); empty: anything that `kiosk.ports` or HTTP can reach."""
    verified_on: ClassVar[tuple[str, ...]] = ()
    """The hardware at which somebody saw it work, by maker, model and firmware (docs/writing-a-driver.md says how)."""

    def __init__(self, name: str, port: str, settings: S_co, now: Callable[[], float] = time.time) -> None:
        """`name` and `port` (a URL) as configured; `now` gives the wall clock in seconds since 1970, UTC.

        Opens nothing: `config check` builds drivers too. Raises `ValueError` for a port that cannot be, with these
        settings.
        """
        self.name = name
        self.port = port
        self.settings = settings
        self.now = now

    @abstractmethod
    async def open(self) -> None:
        """Get ready to serve. Returns though the peer is away: a driver keeps trying, and `status` tells."""

    @abstractmethod
    async def aclose(self) -> None:
        """Let go of the port within 2 s; safe to call twice and during any other call."""

    @abstractmethod
    async def status(self) -> Health:
        """Ask the device how it is, within its own time-out. Never raises for an absent device."""

    @property
    def identity(self) -> str:
        """What the device said it is when it was asked last, for staff: a model, a version; "" while it has not."""
        return ""

    async def ask_identity(self) -> None:
        """Ask for the `identity` where `status` does not on its way: the doctor does, of a device that answers, and a
        terminal at work never. Within its own time-out; raises nothing, and one that does not tell is none the worse.
        """
