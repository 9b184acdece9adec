"""Alipay by the payment code that the resident shows (付款码). Facts: opendocs.alipay.com, `alipay.trade.pay`.

The code is used once and stored nowhere: a new code is a new attempt, under a new number. What ends an attempt is what
ends one by a code on our screen, a cancellation; see `drivers.alipay.driver` for what that makes of a payment.
"""

import math
import re
import time
from collections.abc import Callable

from drivers.alipay import wire
from drivers.alipay.driver import Alipay, doubt
from drivers.alipay.settings import AlipayCodeSettings
from drivers.alipay.signing import Said
from kiosk.devices.payment import Attempt, Dead, Outcome, Progress
from kiosk.ports.http import Lost

DECLINED_KEPT = 64


class AlipayCode(Alipay):
    """See the module."""

    channel = "alipay_code"
    scans = True
    Settings = AlipayCodeSettings

    def __init__(
        self, name: str, port: str, settings: AlipayCodeSettings, now: Callable[[], float] = time.time
    ) -> None:
        super().__init__(name, port, settings, now)
        self._own = settings
        self.waits_s = settings.password_s
        self._declined: dict[str, None] = {}
        """Keys of attempts that Alipay answered with a refusal: once one is ended for good, that is why."""

    def takes(self, code: str) -> bool:
        """16 to 24 digits, of which the first two tell that it is Alipay's."""
        return re.fullmatch(r"[0-9]{16,24}", code) is not None and code[:2] in self._own.prefixes

    async def start(self, attempt: Attempt, tell: Callable[[Progress], None]) -> Outcome:
        """Ask for the money, once. Where nothing can have left, or what was shown is no payment code, it is dead."""
        code = "" if attempt.shown is None else attempt.shown.text
        if not self.takes(code):
            return Dead("refused")
        lasts_s = max(attempt.show_until_ms / 1000 - self.now(), 0) + self.settings.offer_grace_s
        answer = await self._exchange(wire.pay(attempt, code, max(1, math.ceil(lasts_s / 60))))
        if isinstance(answer, Lost) and not answer.sent:
            return Dead("never_arrived")
        if not isinstance(answer, Said):
            return doubt(answer)
        if answer.code == wire.REFUSED:
            self._remember_declined(attempt.key)
        return wire.read_paid(answer, attempt, int(self.now() * 1000))

    async def close(self, attempt: Attempt) -> Outcome:
        """See `Alipay.close`."""
        ended = await super().close(attempt)
        return Dead("refused") if ended == Dead("closed") and attempt.key in self._declined else ended

    def _lapses_s(self, attempt: Attempt) -> float:
        """When neither the request nor the code can do anything any more."""
        return attempt.sent_ms / 1000 + self._own.request_lifetime_s + self._own.code_lifetime_s

    def _remember_declined(self, key: str) -> None:
        self._declined[key] = None
        while len(self._declined) > DECLINED_KEPT:
            del self._declined[next(iter(self._declined))]
