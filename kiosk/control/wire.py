"""What goes over the control socket: one JSON object a line, a request up and an answer down."""

import msgspec

from kiosk.queueing.wishes import Request, Wish

LONGEST = 4096
"""Bytes of a request."""


class QueueList(Request, frozen=True, kw_only=True, tag="queue.list"):
    """How things stand."""


QueueRequest = Wish | QueueList


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
