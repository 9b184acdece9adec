"""When an order's next try of each effect is due, by a clock that nobody sets. A restart forgets it: all is asked at
once."""

import asyncio
import math
from collections.abc import Mapping

from kiosk.devices import payment
from kiosk.orders import answers, steps
from kiosk.orders.world import World
from kiosk.protocol.order.rows import AttemptRow, Rows


class Schedule:
    """See the module. Times are kept in seconds of the loop's clock: the wall clock may be set while we wait."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._not_before: dict[str, float] = {}
        """By an effect's key."""
        self._tries: dict[str, int] = {}
        self._show_ends: dict[int, float] = {}
        """By attempt that this process began."""
        self._decided = 0
        """The attempt of which the channel said during a call that it is decided, or 0."""
        self.looked_ms: dict[int, int] = {}
        """See `steps.Moment`."""
        self.unanswered: set[int] = set()
        """See `steps.Moment`."""

    @property
    def not_before_ms(self) -> Mapping[str, int]:
        """See `steps.Moment`."""
        now_ms, clock = self._world.now_ms(), _clock()
        return {key: now_ms + math.ceil((due - clock) * 1000) for key, due in self._not_before.items()}

    def show_left(self, attempt: AttemptRow) -> float:
        """Seconds that an attempt is still on offer; never longer than it was to be, whatever the clock was set to."""
        by_the_wall = (attempt.show_until_ms - self._world.now_ms()) / 1000
        return min(by_the_wall, self._show_ends.get(attempt.n, math.inf) - _clock())

    def starts(self, attempt: AttemptRow) -> None:
        """It is on offer from here on."""
        self._show_ends[attempt.n] = _clock() + (attempt.show_until_ms - attempt.sent_ms) / 1000

    def hurry(self) -> None:
        """Everything is due."""
        self._not_before.clear()

    def decided(self, n: int) -> None:
        """The channel says that an attempt is decided: whoever asks now learns how."""
        self._decided = n
        self._ask_at_once(n)

    def answered(self, rows: Rows, effect: steps.Effect, answer: answers.Answer) -> None:
        """`rows` is what the answer made of the order: when is this effect tried again?"""
        settings = self._world.settings
        if isinstance(effect, steps.AttemptEffect) and self._is_known(rows.attempt(effect.n), effect, answer):
            return
        tries = self._tries[effect.key] = self._tries.get(effect.key, 0) + 1
        refund = isinstance(effect, steps.RefundEffect)
        most = settings.refund_retry_most_seconds if refund else settings.retry_most_seconds
        wait = min(settings.retry_first_seconds * 2 ** min(tries - 1, 20), most)
        self._not_before[effect.key] = _clock() + wait

    def _is_known(self, attempt: AttemptRow, effect: steps.AttemptEffect, answer: answers.Answer) -> bool:
        """Whether the channel said something, so that it is not asked ever more seldom."""
        n = attempt.n
        if self._decided == n:  # while the call was under way
            self._decided = 0
            self._ask_at_once(n)
            return True
        if attempt.state == "dead" and not isinstance(answer, payment.Unknown):
            self.looked_ms[n] = self._world.now_ms()
            self.unanswered.discard(n)
            self._tries.pop(effect.key, None)
            self._ask_at_once(n)  # when the next look is due
            return True
        if attempt.state == "dead":
            self.unanswered.add(n)
        if attempt.state == "open" and isinstance(effect, steps.Find | steps.Start):
            self._not_before[steps.Find(n).key] = _clock() + self._world.settings.poll_seconds
            return True
        return False

    def _ask_at_once(self, n: int) -> None:
        for effect in (steps.Find(n), steps.Close(n), steps.Capture(n)):
            self._not_before.pop(effect.key, None)


def _clock() -> float:
    return asyncio.get_running_loop().time()
