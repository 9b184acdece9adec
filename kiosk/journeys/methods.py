"""The ways to pay that a resident can choose, and the devices behind each.

Payment codes are one way, whatever wallet they are of: the code itself says whose it is.
"""

import msgspec

from kiosk.devices.payment import PaymentMethod
from kiosk.journeys.scanning import can_scan
from kiosk.orders.steps import Method
from kiosk.services import Services, trouble
from kiosk.views import payment as views

ANY_CODE = "pay_code"
"""What is chosen where more than one wallet's codes are taken, in the place of a channel."""


def offered(services: Services) -> tuple[views.Method, ...]:
    """Each way once, in the order of the configuration; what is paused says why."""
    by_code = _by_code(services)
    working = _working(services)
    ways: list[views.Method] = []
    for method in services.devices.methods:
        if not method.scans or by_code == [method]:
            ways.append(views.Method(channel=method.channel, paused=method_trouble(services, method.name)))
        elif method is by_code[0]:
            channel = working[0].channel if len(working) == 1 else ANY_CODE
            paused = None if working else method_trouble(services, method.name)
            ways.append(views.Method(channel=channel, paused=paused))
    return tuple(ways)


def chosen(services: Services, channel: str) -> tuple[Method, ...]:
    """The devices that take a payment by the way that was chosen: one, but for codes of any wallet. None for no way."""
    if channel == ANY_CODE:
        found = _working(services) or _by_code(services)
    else:
        found = [one for one in services.devices.methods if one.channel == channel]
    return tuple(Method(one.name, one.channel, hold=one.hold, waits_s=one.waits_s) for one in found)


def scans(services: Services, device: str) -> bool:
    """Whether a payment there begins with a code that the resident shows."""
    return any(method.scans for method in services.devices.methods if method.name == device)


def takes(services: Services, device: str, code: str) -> bool:
    """Whether that is a payment code of that device's wallet, by its form."""
    return any(method.takes(code) for method in services.devices.methods if method.name == device)


def method_trouble(services: Services, device: str) -> str | None:
    """Why a way to pay cannot be offered now, as a message key; None when it can."""
    orders = services.orders()
    if orders is not None and orders.holder(device) is not None:
        return "reason.earlier_payment_unresolved"
    if scans(services, device) and not can_scan(services):
        return "reason.no_scanner"
    return trouble(services.devices.health(device))


def _by_code(services: Services) -> list[PaymentMethod[msgspec.Struct]]:
    return [one for one in services.devices.methods if one.scans]


def _working(services: Services) -> list[PaymentMethod[msgspec.Struct]]:
    return [one for one in _by_code(services) if method_trouble(services, one.name) is None]
