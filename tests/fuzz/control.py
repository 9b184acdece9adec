"""What comes through the control socket."""

from kiosk.control.wire import LONGEST, BadRequestError, QueueList, QueueRequest, read_request, write
from kiosk.queueing.wishes import (
    QueueComeBack,
    QueueFinish,
    QueueNext,
    QueueNoShow,
    QueueRecall,
    QueueTransfer,
)
from tests.fuzz.campaign import Target

REQUESTS: tuple[QueueRequest, ...] = (
    QueueNext(window=2, seen="A005"),
    QueueNext(window=99),
    QueueRecall(window=2, seen=""),
    QueueNoShow(window=1),
    QueueFinish(window=1, seen="B1012"),
    QueueTransfer(window=3, to="B", seen="A001"),
    QueueComeBack(number="A001"),
    QueueList(),
)
CORPUS = tuple(map(write, REQUESTS))


def check(line: bytes) -> None:
    """A request that is written the way it was read, or a word of why it is none, which does not repeat all of it."""
    try:
        request = read_request(line)
    except BadRequestError as error:
        why = str(error)
    else:
        why = ""
        assert len(line) <= LONGEST
        assert read_request(write(request)) == request, "a request that changes by being written"
        if not isinstance(request, QueueComeBack | QueueList):
            assert 1 <= request.window <= 99, "a window that there is not"
    assert len(why) <= 200, "a reason as long as the line"


TARGETS = (Target("control", CORPUS, check, shape="json"),)
