"""An attempt, a refund and a driver's settings, as the tests of payment drivers need them."""

import re
import time
from pathlib import Path
from typing import TypeVar

import msgspec

from kiosk.devices.payment import Attempt, Captured, Outcome, Refund
from kiosk.devices.secret import Secret
from kiosk.testing.simulator import Json

S = TypeVar("S", bound=msgspec.Struct)


def settings_of(cls: type[S], announced: Json, **changed: object) -> S:
    """Settings as the configuration would read them."""

    def secret(kind: type, value: object) -> object:
        assert kind is Secret
        assert isinstance(value, str)
        return Secret(value, Path("/nowhere"))

    return msgspec.convert({**announced, **changed}, cls, dec_hook=secret)


def new_attempt(**changed: object) -> Attempt:
    """An attempt at 128.40 yuan, sent now."""
    now_ms = int(time.time() * 1000)
    attempt = Attempt(
        order_no="T01A0000017",
        n=1,
        key="T01A0000017A1",
        amount_fen=12840,
        wording="燃气费",
        sent_ms=now_ms,
        show_until_ms=now_ms + 120_000,
    )
    return msgspec.structs.replace(attempt, **changed)


def new_refund(**changed: object) -> Refund:
    """All of it back."""
    refund = Refund(order_no="T01A0000017", n=1, r=1, key="T01A0000017A1R1", amount_fen=12840, reason="undelivered")
    return msgspec.structs.replace(refund, **changed)


def taken(outcome: Outcome) -> tuple[int, str]:
    """How much a payment took, and the channel's number for it, which the gas company is told."""
    assert isinstance(outcome, Captured), outcome
    assert re.fullmatch(r"[0-9A-Za-z._-]{1,64}", outcome.ref), "a gas company refuses such a number"
    return outcome.fen, outcome.ref
