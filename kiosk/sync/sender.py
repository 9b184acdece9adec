"""Sends the journal to the hub: what it has not acknowledged yet, batch after batch, for as long as a ledger is open.

At least once from here and once over there: a batch whose answer was lost is sent again, and the hub knows it.
"""

import asyncio
from collections.abc import Callable
from typing import NoReturn, Protocol

import msgspec

from kiosk.ledger.store import Unsent
from kiosk.ports.http import Lost, Reply
from kiosk.protocol.batch import CONTENT_TYPE, Receipt, Refused, pack
from kiosk.sync.identity import Identity
from kiosk.sync.line import HubLine
from kiosk.sync.pausing import Pauses
from kiosk.sync.settings import HubSettings

PATH = "/v1/journal"
_ANSWER = msgspec.json.Decoder(Receipt | Refused)


class Outbox(Protocol):
    """What the sender needs of a ledger."""

    grown: asyncio.Event
    """Set whenever something was recorded."""

    async def unsent(self, most: int) -> Unsent:
        """At most so many rows that the hub does not have."""

    async def acknowledge(self, receipt: Receipt) -> None:
        """Keep what the hub signed that it has; a journal that has not the same row is in doubt."""

    async def send_again(self, after: Receipt) -> None:
        """Go back to where the hub has the journal; as `acknowledge`."""


class Sender:
    """See the module. Belongs to one event loop."""

    def __init__(self, outbox: Outbox, identity: Identity, settings: HubSettings, now: Callable[[], float]) -> None:
        """`now`: seconds since 1970, UTC."""
        self._outbox = outbox
        self._identity = identity
        self._settings = settings
        self._line = HubLine(settings, now)
        self._pauses = Pauses(settings, "the journal waits here and is sent later")

    async def run(self) -> NoReturn:
        """Until it is cancelled. Raises what the ledger raises."""
        async with self._line:
            while True:
                self._outbox.grown.clear()
                unsent = await self._outbox.unsent(self._settings.batch_rows)
                if not unsent.rows:
                    await self._outbox.grown.wait()
                elif trouble := await self._send(unsent):
                    await self._pauses.after(trouble)
                else:
                    self._pauses.over()

    def hurry(self) -> None:
        """The hub answers: what waits here need not wait longer."""
        self._pauses.hurry()

    async def _send(self, unsent: Unsent) -> str:
        """Offer rows to the hub; why it does not have them now, or nothing."""
        content = await asyncio.to_thread(
            pack, self._identity.hall, unsent.after.hash, unsent.rows, anchored=unsent.anchored
        )
        match await self._line.ask(self._identity.key, PATH, CONTENT_TYPE, content):
            case Lost() as lost:
                return f"the hub does not answer: {lost.why}"
            case Reply() as reply:
                return await self._read(reply, unsent)

    async def _read(self, reply: Reply, sent: Unsent) -> str:
        answer = read_answer(reply.body)
        if answer is None:
            return f"something that is no hub answers: HTTP {reply.status}"
        receipt = answer if isinstance(answer, Receipt) else answer.head
        if receipt is not None and not self._is_hubs(receipt, sent.after.ledger_id):
            return "somebody else than the hub that this terminal was paired with answers"
        match answer:
            case Receipt(seq=seq) if seq < sent.after.seq + len(sent.rows):
                return f"the receipt that answers is of long ago, for row {seq}"
            case Receipt():
                await self._outbox.acknowledge(answer)
                return ""
            case Refused(problem="gap", head=Receipt() as head):
                await self._outbox.send_again(head)
            case Refused(problem="fork", head=Receipt() as head):
                await self._outbox.acknowledge(head)  # which finds that it has another row
        return f"the hub refuses: {answer.problem} ({answer.detail})"

    def _is_hubs(self, receipt: Receipt, ledger: str) -> bool:
        return receipt.ledger == ledger and self._identity.is_hubs(receipt.signature, receipt.signed())


def read_answer(content: bytes) -> Receipt | Refused | None:
    """What a hub answers to rows of a journal; None for something else."""
    try:
        answer: Receipt | Refused = _ANSWER.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return answer
