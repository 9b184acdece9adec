"""WeChat Pay by the payment code that the resident shows (付款码). Facts: pay.weixin.qq.com, API v3, codepay, reverse.

The code is used once and stored nowhere: a new code is a new attempt, under a new number. An attempt is ended by
reversing it, which closes it or gives back what it took. So a payment that is seen after a reversal may have left is
not believed until the reversal itself is answered, or WeChat refuses all reversals because it is too late.
"""

import asyncio
import re
import time
from collections.abc import Callable

from drivers.wechat_pay import wire
from drivers.wechat_pay.driver import WeChatPay, doubt
from drivers.wechat_pay.settings import WeChatCodeSettings
from drivers.wechat_pay.signing import Signed
from kiosk.devices.payment import Attempt, Captured, Dead, Open, Outcome, Progress, Unknown, Unprovable
from kiosk.ports.http import Lost

REVERSIBLE_S = 7 * 86_400
"""After the payment: later than that WeChat reverses nothing."""


class WeChatCode(WeChatPay):
    """See the module."""

    channel = "wechat_code"
    scans = True
    Settings = WeChatCodeSettings

    def __init__(
        self, name: str, port: str, settings: WeChatCodeSettings, now: Callable[[], float] = time.time
    ) -> None:
        super().__init__(name, port, settings, now)
        self._own = settings
        self.waits_s = settings.password_s

    def takes(self, code: str) -> bool:
        """18 digits, of which the first two tell that it is WeChat's."""
        return re.fullmatch(r"[0-9]{18}", code) is not None and code[:2] in self._own.prefixes

    async def start(self, attempt: Attempt, tell: Callable[[Progress], None]) -> Outcome:
        """Ask for the money, once. Where nothing can have left, or what was shown is no payment code, it is dead."""
        code = "" if attempt.shown is None else attempt.shown.text
        if not self.takes(code):
            return Dead("refused")
        answer = await self._exchange(wire.codepay(self._merchant, attempt, code, self._own.store))
        if isinstance(answer, Lost) and not answer.sent:
            return Dead("never_arrived")
        return wire.read_codepay(answer, self._merchant, attempt) if isinstance(answer, Signed) else doubt(answer)

    async def find(self, attempt: Attempt) -> Outcome:
        """Query by our number."""
        answer = await self._exchange(wire.query(self._merchant, attempt.key))
        if isinstance(answer, Signed) and wire.has_failed(answer, self._merchant, attempt):
            return Dead("refused")
        lifetime_s = self._own.request_lifetime_s + self._own.code_lifetime_s
        return (
            wire.read_trade(answer, self._merchant, attempt, lifetime_s)
            if isinstance(answer, Signed)
            else doubt(answer)
        )

    async def close(self, attempt: Attempt) -> Outcome:
        """Query, reverse, query. See the module for why a payment counts only as long as no reversal has left."""
        before = await self.find(attempt)
        if isinstance(before, Dead) or (isinstance(before, Captured) and not attempt.close_asked):
            return before
        early_s = attempt.sent_ms / 1000 + self._own.reverse_after_s - self.now()
        await asyncio.sleep(min(max(early_s, 0), self._own.reverse_after_s))
        answer = await self._exchange(wire.reverse(self._merchant, attempt.key))
        after = await self.find(attempt)
        if isinstance(after, Dead):
            return after
        if not isinstance(answer, Signed):
            return doubt(answer)
        if wire.is_reversed(answer):
            return Dead("closed")
        if answer.at_s - attempt.sent_ms / 1000 >= REVERSIBLE_S + self._own.request_lifetime_s:
            return Unprovable("it can be reversed no more, and is not paid") if isinstance(after, Open) else after
        return Unknown(f"not reversed: {wire.error_code(answer)}")
