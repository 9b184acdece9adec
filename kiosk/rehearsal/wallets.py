"""The wallets that a code on the screen is paid with, as a resident's phone has them."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import msgspec

from kiosk.rehearsal.simulators import Simulators


class Wallet(msgspec.Struct, frozen=True):
    """A channel's simulator, and the name by which its hand is told a code."""

    simulator: str
    code: str


WALLETS: Mapping[str, Wallet] = MappingProxyType(
    {"wechat": Wallet("wechat_pay", "code_url"), "alipay": Wallet("alipay", "qr_code")}
)
"""By channel."""


def at_the_phone(simulators: Simulators, channel: str, deed: str, code: str, **more: object) -> dict[str, Any]:
    """Do something with a code of that channel: `scan`, `pay`, `decline`, `pay_late`."""
    wallet = WALLETS[channel]
    return simulators.do(wallet.simulator, deed, **{wallet.code: code}, **more)
