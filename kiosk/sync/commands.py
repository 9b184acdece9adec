"""Asks the hub for commands and tells it what came of them."""

import asyncio
from collections.abc import Callable
from typing import Any, NoReturn

import msgspec

from kiosk.ports.http import Lost, Reply
from kiosk.protocol.batch import Refused
from kiosk.protocol.commands import CONTENT_TYPE, HOLD_S, PATH, Commands, Given, Poll, SignedCommand, to_sign
from kiosk.protocol.signing import key_id
from kiosk.sync.carrying import Carrier
from kiosk.sync.identity import Identity
from kiosk.sync.line import HubLine
from kiosk.sync.pausing import Pauses
from kiosk.sync.settings import HubSettings

_ANSWER = msgspec.json.Decoder(Commands | Refused)
_MOST_ANSWER = 1 << 18


class Listener:
    """Asks the hub for commands, for as long as it runs."""

    def __init__(
        self,
        carrier: Carrier,
        identity: Identity,
        settings: HubSettings,
        now: Callable[[], float],
        told: Callable[[], None] = lambda: None,
    ) -> None:
        """`now`: seconds since 1970, UTC; `told` is called once the hub has heard of the end of a command."""
        self._told = told
        self._carrier = carrier
        self._identity = identity
        self._key_id = key_id(identity.key.public_key())
        self._pauses = Pauses(settings, "no commands come from it")
        self._line = HubLine(settings, now, timeout_s=HOLD_S + settings.timeout_s, most_answer=_MOST_ANSWER)

    async def run(self) -> NoReturn:
        """Until it is cancelled. Raises what the ledger raises."""
        async with self._line:
            while True:
                poll = self._carrier.poll()
                trouble = await self._ask(poll)
                if trouble is None:
                    continue  # there is more to tell
                if trouble:
                    await self._pauses.after(trouble)
                else:
                    self._pauses.over()

    async def _ask(self, poll: Poll) -> str | None:
        """One question; why it was in vain, or nothing. None where it was given up for news."""
        content = msgspec.json.encode(poll)
        asking = asyncio.ensure_future(self._line.ask(self._identity.key, PATH, CONTENT_TYPE, content))
        news = asyncio.ensure_future(self._carrier.news.wait())
        try:
            either: set[asyncio.Future[Any]] = {asking, news}
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
            if not asking.done():
                return None
            reply = asking.result()
        finally:
            asking.cancel()
            news.cancel()
            await asyncio.gather(asking, news, return_exceptions=True)
        match reply:
            case Lost() as lost:
                return f"the hub does not answer: {lost.why}"
            case Reply() as reply:
                return await self._read(reply, poll)

    async def _read(self, reply: Reply, poll: Poll) -> str:
        answer = read_answer(reply.body)
        if answer is None:
            return f"something that knows no commands answers: HTTP {reply.status}"
        if isinstance(answer, Refused):
            return f"the hub refuses: {answer.problem} ({answer.detail})"
        self._carrier.heard(poll)
        if poll.outcomes:
            self._told()
        for signed in answer.commands:
            given = self._opened(signed)
            if given is None:
                return "a command came that the hub did not sign for this terminal"
            await self._carrier.take(given)
        return ""

    def _opened(self, signed: SignedCommand) -> Given | None:
        if not self._identity.is_hubs(signed.signature, to_sign(signed.given)):
            return None
        given, us = read_given(signed.given), (self._identity.hall, self._identity.terminal, self._key_id)
        return given if given is not None and (given.hall, given.terminal, given.key) == us else None


def read_answer(content: bytes) -> Commands | Refused | None:
    """What a hub answers; None for something else."""
    try:
        answer: Commands | Refused = _ANSWER.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return answer


def read_given(text: str) -> Given | None:
    """The command in what was signed; None where this program does not understand so much as that."""
    try:
        return msgspec.json.decode(text, type=Given)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
