"""What journeys may use of the terminal, as one value."""

from collections.abc import Callable
from datetime import datetime, tzinfo
from typing import Protocol

import msgspec

from kiosk.devices.document import DocumentPrinter
from kiosk.devices.gas import GasCompany
from kiosk.devices.gas_card import GasCardReader
from kiosk.devices.health import Busy, Health, NeedsAttention, Offline, Ready, Unknown
from kiosk.devices.id_reader import IdReader
from kiosk.devices.payment import PaymentMethod
from kiosk.devices.printer import ReceiptPrinter
from kiosk.devices.scanner import CodeScanner
from kiosk.forms.service import Forms
from kiosk.items.catalogue import Catalogue
from kiosk.journeys.settings import (
    GasCardSettings,
    IdCardSettings,
    NoticeSettings,
    RatingSettings,
    ScanningSettings,
    SmartMeterSettings,
)
from kiosk.ledger.ledger import Ledger
from kiosk.orders.orders import Orders
from kiosk.orders.receipt import Issuer
from kiosk.tickets.desk import Desk


class Devices(Protocol):
    """The configured devices and their health as residents should see it."""

    @property
    def gas(self) -> GasCompany[msgspec.Struct]: ...

    @property
    def gas_cards(self) -> GasCardReader[msgspec.Struct]: ...

    @property
    def printer(self) -> ReceiptPrinter[msgspec.Struct]: ...

    @property
    def documents(self) -> DocumentPrinter[msgspec.Struct]: ...

    @property
    def id_reader(self) -> IdReader[msgspec.Struct]: ...

    @property
    def scanner(self) -> CodeScanner[msgspec.Struct] | None: ...

    @property
    def methods(self) -> tuple[PaymentMethod[msgspec.Struct], ...]: ...

    def health(self, name: str) -> Health: ...

    def subscribe(self, subscriber: Callable[[str, Health], None]) -> Callable[[], None]: ...


class Services(msgspec.Struct, frozen=True, kw_only=True):
    """`orders` is None while money is closed, `ledger` and `queue` while nothing can be kept. `issuer` gives the slip's
    sender in a language. Times in ms."""

    devices: Devices
    orders: Callable[[], Orders | None]
    ledger: Callable[[], Ledger | None] = lambda: None
    queue: Callable[[], Desk | None] = lambda: None
    issuer: Callable[[str], Issuer]
    now_ms: Callable[[], int]
    zone: tzinfo
    """Decides the business date."""
    journeys: tuple[str, ...] = ()
    """The services that this terminal offers."""
    smart_meter: SmartMeterSettings = SmartMeterSettings()
    gas_card: GasCardSettings = GasCardSettings()
    rating: RatingSettings = RatingSettings()
    scanning: ScanningSettings = ScanningSettings()
    forms: Forms | None = None
    """Where forms are printed; None unless that is offered."""
    items: Callable[[], Catalogue | None] = lambda: None
    """The service catalogue; None where there is none that can be read."""
    notice: NoticeSettings = NoticeSettings()
    id_card: IdCardSettings = IdCardSettings()

    def business_date(self) -> str:
        """The day as the hall's books have it now, `YYYY-MM-DD`."""
        return datetime.fromtimestamp(self.now_ms() / 1000, self.zone).date().isoformat()


def trouble(health: Health) -> str | None:
    """Why a device cannot be counted on, as a message key; None when it can."""
    match health:
        case Ready() | Busy():
            return None
        case NeedsAttention(reasons=reasons):
            return f"reason.{reasons[0]}"
        case Offline() | Unknown():
            return "reason.offline"
