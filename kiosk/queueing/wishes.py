"""What a clerk wants done: by command, at the terminal's page, at the hub's console. It comes from outside, as JSON."""

from typing import Annotated

import msgspec
from msgspec import Meta

WindowNumber = Annotated[int, Meta(ge=1, le=99)]
Shown = Annotated[str, Meta(max_length=12)]


class Request(msgspec.Struct, frozen=True, kw_only=True, tag_field="do", forbid_unknown_fields=True):
    """Base of all requests. `seen`, where there is one, is the number that the clerk sees at the window (empty: none);
    nothing is done when another one is there by now."""


class QueueNext(Request, frozen=True, kw_only=True, tag="queue.next"):
    """Finish what is at the window, and call the next."""

    window: WindowNumber
    seen: Shown | None = None


class QueueRecall(Request, frozen=True, kw_only=True, tag="queue.recall"):
    """Call once more; a number that was called often enough is skipped instead."""

    window: WindowNumber
    seen: Shown | None = None


class QueueNoShow(Request, frozen=True, kw_only=True, tag="queue.no_show"):
    """Nobody came."""

    window: WindowNumber
    seen: Shown | None = None


class QueueFinish(Request, frozen=True, kw_only=True, tag="queue.finish"):
    """Done with it, and call nobody."""

    window: WindowNumber
    seen: Shown | None = None


class QueueTransfer(Request, frozen=True, kw_only=True, tag="queue.transfer"):
    """To the head of another business, the number kept."""

    window: WindowNumber
    to: Annotated[str, Meta(pattern=r"^[A-Z]\Z")]
    seen: Shown | None = None


class QueueComeBack(Request, frozen=True, kw_only=True, tag="queue.come_back"):
    """Somebody who was skipped is here after all."""

    number: Shown


Wish = QueueNext | QueueRecall | QueueNoShow | QueueFinish | QueueTransfer | QueueComeBack
