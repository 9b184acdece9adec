"""How the residents of tours pay: what the hall needs for it beside its own devices, and what is done for it."""

from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType

import msgspec

from kiosk.rehearsal.guide import Tour, TourError
from kiosk.rehearsal.wallets import at_the_phone
from kiosk.views.payment import AtReader, ScanToPay, ShowPayCode

Table = Mapping[str, object]
SCANNER: Table = {
    "name": "codes",
    "role": "code_scanner",
    "driver": "serial_scanner",
    "port": "sim:serial_scanner",
}


class Way(msgspec.Struct, frozen=True):
    """A way to pay: the channel that is chosen on the screen, from there to the money taken, and the devices that stand
    in the hall for it; one with the post of a device of the hall's stands in its place."""

    channel: str
    pay: Callable[[Tour], None]
    devices: tuple[Table, ...] = ()


def _paying(name: str, driver: str, simulator: str) -> Table:
    return {"name": name, "role": "payment_method", "driver": driver, "port": f"sim:{simulator}"}


def _by_code(tour: Tour) -> None:
    tour.see("ScanToPay", "scan-to-pay")
    view = tour.view()
    if not isinstance(view, ScanToPay):
        raise TourError("the code to pay is gone")
    paid = at_the_phone(tour.simulators, view.channel, "pay", view.code)
    if not paid.get("paid"):
        raise TourError(f"the wallet could not pay: {paid.get('reason')}")


def _by_card(tour: Tour) -> None:
    if tour.card_reader != "transbank_pos":  # that one alone says how far it is
        _do(tour, tour.card_reader, "present_card", "pay")
        return
    for step, does in (("present_card", "insert"), ("enter_pin", "pin"), ("asking_bank", "approve")):
        _do(tour, tour.card_reader, step, does)


def _do(tour: Tour, terminal: str, step: str, does: str) -> None:
    tour.finger.until(partial(_reader_asks, tour, step), f"the reader's {step}")
    tour.see("AtReader", step.replace("_", "-"))
    tour.finger.until(lambda: bool(tour.simulators.do(terminal, does).get("done")), f"the reader to take {does!r}")


def _reader_asks(tour: Tour, step: str) -> bool:
    view = tour.view()
    return isinstance(view, AtReader) and view.step == step


def _by_own_code(wallet: str, tour: Tour) -> None:
    """The code on the phone; then the phone asks for the password."""
    tour.see("ShowPayCode", "show-code")
    tour.simulators.arm(wallet, "userpaying")
    code = tour.simulators.do(wallet, "show_code")["code"]
    tour.finger.until(lambda: bool(tour.simulators.do("serial_scanner", "show", text=code)["done"]), "the light")
    tour.finger.until(lambda: _code_step(tour) == "confirm", "the wish for the password")
    tour.see("ShowPayCode", "confirm-on-phone")
    if not tour.simulators.do(wallet, "pay").get("paid"):
        raise TourError("the wallet could not pay")


def _code_step(tour: Tour) -> str:
    view = tour.view()
    return view.step if isinstance(view, ShowPayCode) else ""


CODES = (
    SCANNER,
    _paying("wechat-code", "wechat_code", "wechat_pay"),
    _paying("alipay-code", "alipay_code", "alipay"),
)

WAYS: Mapping[str, Way] = MappingProxyType(
    {
        "wechat": Way("wechat", _by_code),
        "alipay": Way("alipay", _by_code),
        "card": Way("card", _by_card),
        "nexo": Way("card", _by_card, (_paying("card", "nexo_terminal", "nexo_terminal"),)),
        "vendor": Way("card", _by_card, (_paying("card", "vendor_library", "vendor_library"),)),
        "wechat-code": Way("pay_code", partial(_by_own_code, "wechat_pay"), CODES),
        "alipay-code": Way("pay_code", partial(_by_own_code, "alipay"), CODES),
    }
)
"""By the names that a tour is told."""
