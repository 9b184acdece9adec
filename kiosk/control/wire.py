"""What goes over the control socket: one JSON object a line, a request up and an answer down."""

from typing import Annotated

import msgspec
from msgspec import Meta

LONGEST = 4096
"""Bytes of a request."""

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
    """Call once more."""

    window: WindowNumber
    seen: Shown | None = None


class QueueNoShow(Request, frozen=True, kw_only=True, tag="queue.no_show"):
    """Nobody came."""

    window: WindowNumber
    seen: Shown | None = None


class QueueFinish(Request, frozen=True, kw_only=True, tag="queue.finish"):
    """Done with it."""

    window: WindowNumber
    seen: Shown | None = None


class QueueTransfer(Request, frozen=True, kw_only=True, tag="queue.transfer"):
    """To the head of another business."""

    window: WindowNumber
    to: Annotated[str, Meta(pattern=r"^[A-Z]\Z")]
    seen: Shown | None = None


class QueueComeBack(Request, frozen=True, kw_only=True, tag="queue.come_back"):
    """Somebody who was skipped is here after all."""

    number: Shown


class QueueList(Request, frozen=True, kw_only=True, tag="queue.list"):
    """How things stand."""


QueueRequest = QueueNext | QueueRecall | QueueNoShow | QueueFinish | QueueTransfer | QueueComeBack | QueueList


class Answer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`why` in one word where it was not done. `result` is what came of it."""

    ok: bool
    why: str = ""
    result: dict[str, object] = {}


class BadRequestError(ValueError):
    """A line is no request. The message says why, and does not repeat it."""


_REQUEST: msgspec.json.Decoder[QueueRequest] = msgspec.json.Decoder(QueueRequest)
_ANSWER = msgspec.json.Decoder(Answer)


def read_request(line: bytes) -> QueueRequest:
    """The request in a line. Raises `BadRequestError`."""
    if len(line) > LONGEST:
        raise BadRequestError(f"more than {LONGEST} bytes")
    try:
        return _REQUEST.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadRequestError("no request" if isinstance(error, RecursionError) else str(error)[:200]) from error


def request_of(fields: dict[str, object]) -> QueueRequest:
    """The request that these fields are. Raises `BadRequestError`."""
    try:
        request: QueueRequest = msgspec.convert(fields, QueueRequest)
    except msgspec.ValidationError as error:
        raise BadRequestError(str(error)[:200]) from error
    return request


def write(message: QueueRequest | Answer) -> bytes:
    """A message as a line."""
    return msgspec.json.encode(message) + b"\n"


def read_answer(line: bytes) -> Answer:
    """The answer in a line. Raises `msgspec.DecodeError`."""
    return _ANSWER.decode(line)
