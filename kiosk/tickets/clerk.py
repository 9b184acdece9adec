"""What a clerk asks for, by command or by page, done at the desk."""

import msgspec

from kiosk.control import wire
from kiosk.tickets.desk import Desk, QueueClosedError, RefusedError


async def perform(desk: Desk | None, request: wire.QueueRequest) -> wire.Answer:
    """Do it; `why` is a word of `RefusedError`, or `closed` while no queue is kept."""
    if desk is None:
        return wire.Answer(ok=False, why="closed")
    if isinstance(request, wire.QueueList):
        return wire.Answer(ok=True, result=msgspec.to_builtins(desk.board()))
    try:
        row = await desk.do(request)
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
