"""This terminal's part in the queue of its hall: what the hub tells of the other terminals, and what it decides.

While the hub answers, clerks' wishes are its to decide, and what it decides about a ticket of this terminal is recorded
here before it counts. While it does not, this terminal calls the tickets that it gave, and nobody calls them but it.
"""

import asyncio
import contextlib
import logging
import secrets
from collections.abc import Callable
from typing import NoReturn, TypeVar

import msgspec

from kiosk.config_face import Hall
from kiosk.ports.http import Reply
from kiosk.protocol.tickets import TicketRow
from kiosk.queueing.hall import (
    CONTENT_TYPE,
    HOLD_S,
    PATH,
    WISH_PATH,
    Attending,
    Done,
    HallNews,
    HallPlan,
    SignedAnswer,
    Wished,
    event_in,
    to_sign,
)
from kiosk.queueing.rules import Plan
from kiosk.queueing.wishes import Wish
from kiosk.sync.identity import Identity
from kiosk.sync.line import HubLine
from kiosk.sync.settings import HubSettings
from kiosk.tickets.desk import Desk, RefusedError

log = logging.getLogger(__name__)

_MOST_ANSWER = 4 << 20
WISH_S = 8.0
"""For a clerk's wish: longer than the hub waits for terminals, and as long as a clerk can wait."""
LONGEST_PAUSE_S = 10.0
"""Between two tries: numbers are called without the other terminals' meanwhile."""
_T = TypeVar("_T")


class Attendant:
    """See the module. Belongs to one event loop; `Desk.hall` while it runs."""

    def __init__(
        self,
        desk: Desk,
        identity: Identity,
        settings: HubSettings,
        plan: HallPlan,
        *,
        now: Callable[[], float],
        found: Callable[[], None],
    ) -> None:
        """`plan` is what the hall has to know of this terminal's settings; `now`: seconds since 1970, UTC. `found` is
        called when the hub answers again: no step counts for it before the journal has come."""
        self._desk = desk
        self._identity = identity
        self._retry_s = settings.retry_s
        self._found = found
        self._plan = msgspec.Raw(msgspec.json.encode(plan))
        self._version = self._taken = 0
        self._refused: set[int] = set()
        self._answered = False
        self._news = HubLine(settings, now, timeout_s=HOLD_S + settings.timeout_s, most_answer=_MOST_ANSWER)
        self._wishes = HubLine(settings, now, timeout_s=WISH_S, most_answer=_MOST_ANSWER)

    @property
    def answers(self) -> bool:
        """See `kiosk.tickets.desk.Hall`."""
        return self._answered

    async def do(self, wish: Wish) -> TicketRow:
        """See `kiosk.tickets.desk.Hall`."""
        nonce = secrets.token_hex(16)
        done = await self._ask(self._wishes, WISH_PATH, Wished(nonce=nonce, wish=wish), Done)
        if done is None or done.nonce != nonce:
            self._lose("it did not answer a clerk's wish")
            raise RefusedError("no_hub")
        if done.row is None or done.why:
            raise RefusedError(done.why or "no_hub")
        return done.row

    async def run(self) -> NoReturn:
        """Until it is cancelled. Raises `QueueClosedError`."""
        async with self._news, self._wishes:
            self._desk.hall = self
            pause = 0.0
            try:
                while True:
                    if await self._attend():
                        pause = 0.0
                        continue
                    pause = min(max(2 * pause, self._retry_s), LONGEST_PAUSE_S)
                    await asyncio.sleep(pause * (50 + secrets.randbelow(51)) / 100)
            finally:
                self._desk.hall = None
                self._desk.know_no_others()

    async def _attend(self) -> bool:
        """Ask once for what is new and take it in."""
        nonce, told = secrets.token_hex(16), sorted(self._refused)
        asked = Attending(
            ledger=self._desk.ledger_id, since=self._version, refused=tuple(told), plan=self._plan, nonce=nonce
        )
        news = await self._ask(self._news, PATH, asked, HallNews)
        if news is None or news.nonce != nonce:
            self._lose("it does not answer")
            return False
        if not self._answered:
            log.info("the queue is the hall's again: the hub answers")
            self._found()
        self._answered = True
        if news.version < self._taken:  # a hub that counts anew
            self._taken = 0
        self._refused.difference_update(told)
        for step in news.steps:
            if step.n > self._taken:
                event = event_in(bytes(step.event))
                if event is None or not await self._desk.obey(event):
                    self._refused.add(step.n)
                self._taken = step.n
        self._desk.know(news.others)
        self._version = news.version
        return True

    def _lose(self, why: str) -> None:
        if self._answered:
            log.warning("this terminal calls its own numbers: the hub is lost, %s", why)
        self._answered = False
        self._version = 0
        self._desk.know_no_others()

    async def _ask(self, line: HubLine, path: str, asked: msgspec.Struct, kind: type[_T]) -> _T | None:
        reply = await line.ask(self._identity.key, path, CONTENT_TYPE, msgspec.json.encode(asked))
        if not isinstance(reply, Reply) or reply.status != 200:
            return None
        with contextlib.suppress(ValueError, RecursionError):  # msgspec's errors are ValueErrors
            signed = msgspec.json.decode(reply.body, type=SignedAnswer)
            if self._identity.is_hubs(signed.signature, to_sign(signed.said)):
                return msgspec.json.decode(signed.said, type=kind)
        return None


def plan_of(settings: Plan, hall: Hall) -> HallPlan:
    """The part of the settings that the whole hall has to know."""
    said = {field.name: getattr(settings, field.name) for field in msgspec.structs.fields(Plan)}
    return HallPlan(**said, hall=hall.named("zh_CN"), hall_en=hall.named("en"))
