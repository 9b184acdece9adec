"""What an outsider's package brings: drivers and journeys that are registered by entry points, like ours."""

import asyncio
import contextlib
import re
import time
from abc import ABCMeta
from collections.abc import Callable
from decimal import Decimal
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from kiosk.devices.gas import GasCompany
from kiosk.devices.health import Health, Ready
from kiosk.devices.payment import PaymentMethod
from kiosk.devices.printer import NotPrinted, Paper, PrintOutcome, ReceiptPrinter
from kiosk.devices.secret import Secret
from kiosk.journeys.journey import End, Journey
from kiosk.slips.slip import Slip


class PaperSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One of every kind of setting."""

    key: Secret
    columns: Annotated[int, Meta(ge=20, le=80)] = 32
    timeout_s: Annotated[float, Meta(gt=0)] = 2.0
    surcharge: Decimal = Decimal(0)
    cut: Literal["full", "partial", "none"] = "partial"
    spare: Annotated[int, Meta(ge=1)] | None = None
    keys: dict[str, Secret] = {}
    margins: tuple[int, int] = (0, 0)
    names: Annotated[tuple[Annotated[str, Meta(min_length=1)], ...], Meta(max_length=3)] = ()
    account: str = r"[0-9]{8}"

    def __post_init__(self) -> None:
        try:
            re.compile(self.account)
        except re.error as error:
            raise ValueError(f"an account pattern that is a regular expression ({error})") from error


class Printer(ReceiptPrinter[PaperSettings]):
    """A printer whose answers a test puts into `answers`; the last one stays."""

    Settings = PaperSettings
    port_schemes = ("socket", "serial")

    def __init__(self, name: str, port: str, settings: PaperSettings, now: Callable[[], float] = time.time) -> None:
        super().__init__(name, port, settings, now)
        if "example" in port:
            raise ValueError(f"{port} is an example")
        self.answers: list[Health | Exception | None] = [Ready()]
        self.asked = 0
        self.closed = False
        self.closes = True
        self.opens: list[Exception] = []
        self.question = asyncio.Condition()
        self.released = asyncio.Event()

    async def open(self) -> None:
        if self.opens:
            raise self.opens.pop(0)

    async def aclose(self) -> None:
        self.closed = True
        if not self.closes:
            await self._hang()

    async def status(self) -> Health:
        """None among the answers hangs."""
        answer = self.answers[0] if len(self.answers) == 1 else self.answers.pop(0)
        self.asked += 1
        async with self.question:
            self.question.notify_all()
        if answer is None:
            await self._hang()
        if isinstance(answer, Exception):
            raise answer
        return answer if answer is not None else Ready()

    async def asked_times(self, times: int) -> None:
        """Wait until the device was asked that often."""
        async with asyncio.timeout(10), self.question:
            await self.question.wait_for(lambda: self.asked >= times)

    async def _hang(self) -> None:
        """However often it is cancelled, until `released`."""
        while not self.released.is_set():
            with contextlib.suppress(asyncio.CancelledError):
                await self.released.wait()

    async def print(self, slip: Slip) -> PrintOutcome:
        return NotPrinted("offline")

    async def paper(self) -> Paper:
        return "unknown"


class NotADriver:
    """Registered by mistake."""


class Unfinished(GasCompany[PaperSettings]):
    """Lacks what its role asks."""

    Settings = PaperSettings


class _Wallet(PaymentMethod[PaperSettings]):
    Settings = PaperSettings
    channel = "wechat"
    port_schemes = ("https", "http")


def _finished(name: str, cls: ABCMeta) -> type:
    """`cls` with all that its role asks; nobody calls it."""
    return type(name, (cls,), dict.fromkeys(cls.__abstractmethods__))


Company = _finished("Company", Unfinished)
Wallet = _finished("Wallet", _Wallet)


def greet_command(argv: list[str]) -> int:
    """A command of the outsider's."""
    return len(argv)


async def _nothing(*_: object) -> End:
    return "home"


FREE = Journey(name="free", paused=lambda _: None, run=_nothing)
PAID = Journey(
    name="paid", needs=("gas_company", "payment_method", "receipt_printer"), paused=lambda _: None, run=_nothing
)

WORDS = """
msgid ""
msgstr "Content-Type: text/plain; charset=UTF-8\\n"

msgid "journey.free.title"
msgstr "Free"

msgid "journey.free.subtitle"
msgstr "Costs nothing"

msgid "journey.paid.title"
msgstr "Paid"

msgid "journey.paid.subtitle"
msgstr "Costs money"
"""
DRAWING = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 48 48"/>'

ENTRY_POINTS = """
[kiosk.drivers]
paper = tests.config.outsider:Printer
company = tests.config.outsider:Company
wallet = tests.config.outsider:Wallet
broken = tests.config.no_such_module:Driver
unfinished = tests.config.outsider:Unfinished
mistaken = tests.config.outsider:NotADriver

[kiosk.simulators]
paper = tests.config.outsider
wallet = tests.config.outsider

[kiosk.journeys]
free = outsider:FREE
paid = outsider:PAID
lost = outsider.no_such_module:JOURNEY

[kiosk.commands]
greet = tests.config.outsider:greet_command
"""
