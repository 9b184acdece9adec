"""Answers terminals that ask for the news of their hall's queue. What is said is signed."""

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from starlette.requests import Request

from hub.queue_desk import QueueDesk, SilentTerminalError
from hub.store import Terminal
from kiosk.queueing.hall import HOLD_S, Attending, Done, SignedAnswer, Wished, to_sign


class Attendance:
    """See the module."""

    def __init__(self, desk: QueueDesk, key: Ed25519PrivateKey) -> None:
        self._desk = desk
        self._key = key

    async def attend(self, request: Request, sender: Terminal, asked: Attending) -> SignedAnswer:
        """What is new, as soon as anything is."""
        return self._signed(
            await self._desk.attend(sender.hall, sender.terminal, asked, request.is_disconnected, HOLD_S)
        )

    async def wish(self, _: Request, sender: Terminal, asked: Wished) -> SignedAnswer:
        """Do what a clerk wants who works at a terminal."""
        try:
            done = await self._desk.do(sender.hall, asked.wish)
        except SilentTerminalError:
            done = Done(nonce="", why="silent")
        return self._signed(msgspec.structs.replace(done, nonce=asked.nonce))

    def _signed(self, said: msgspec.Struct) -> SignedAnswer:
        text = msgspec.json.encode(said).decode()
        return SignedAnswer(said=text, signature=self._key.sign(to_sign(text)).hex())
