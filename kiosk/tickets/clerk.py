"""What a clerk asks for, by command or by page, done at the desk."""

from collections.abc import Callable

import msgspec

from kiosk.control import wire
from kiosk.protocol.tickets import TicketRow
from kiosk.tickets.board import board
from kiosk.tickets.desk import Desk, QueueClosedError, RefusedError


async def perform(desk: Desk | None, request: wire.QueueRequest, now_ms: Callable[[], int]) -> wire.Answer:
    """Do it; `why` is a word of `desk.Refused`, or `closed` while no queue is kept."""
    if desk is None:
        return wire.Answer(ok=False, why="closed")
    if isinstance(request, wire.QueueList):
        return wire.Answer(ok=True, result=msgspec.to_builtins(board(desk, now_ms())))
    try:
        row = await _done(desk, request)
    except RefusedError as refused:
        return wire.Answer(ok=False, why=refused.why)
    except QueueClosedError:
        return wire.Answer(ok=False, why="closed")
    return wire.Answer(
        ok=True,
        result={
            "shown": row.shown,
            "state": row.state,
            "window": row.window,
            "business": row.business,
            "times": row.times,
            "priority": row.priority,
        },
    )


async def _done(desk: Desk, request: wire.QueueRequest) -> TicketRow:
    match request:
        case wire.QueueNext(window=window, seen=seen):
            return await desk.next(window, seen)
        case wire.QueueRecall(window=window, seen=seen):
            return await desk.recall(window, seen)
        case wire.QueueNoShow(window=window, seen=seen):
            return await desk.no_show(window, seen)
        case wire.QueueFinish(window=window, seen=seen):
            return await desk.finish(window, seen)
        case wire.QueueTransfer(window=window, to=to, seen=seen):
            return await desk.transfer(window, to, seen)
        case wire.QueueComeBack(number=number):
            return await desk.come_back(number)
        case wire.QueueList():
            raise TypeError("a list changes nothing")
