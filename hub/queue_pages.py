"""The pages of a hall's queue: a window's, on which its clerk calls numbers, and the one for the hall's screen."""

import contextlib
import hmac
from collections.abc import AsyncGenerator, Awaitable, Callable
from datetime import datetime
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from hub.frame import HEADERS, Form, Frame, chosen_of, to, words
from hub.hall import Hall
from hub.queue_desk import QueueDesk, SilentTerminalError
from hub.store import Staff
from kiosk.protocol.tickets import TicketRow
from kiosk.queueing.board import Board, board
from kiosk.queueing.deciding import last_called
from kiosk.queueing.hours import is_open
from kiosk.queueing.rules import Business
from kiosk.queueing.wishes import Wish
from kiosk.text.catalogue import Catalogue, catalogue

BEAT_S = 8.0
"""Between two signs of life to a page that is open."""
MOST_WAITING = 40
"""Of a business, on a window's page."""
MOST_CALLS = 5
"""On the hall's screen."""


class QueuePages:
    """Their routes."""

    def __init__(self, frame: Frame, desk: QueueDesk) -> None:
        self._frame = frame
        self._desk = desk
        window = "/queue/{hall}/{window:int}"
        self.routes: list[BaseRoute] = [
            Route("/queue", frame.page(self._choose), methods=["GET"]),
            Route(window, frame.page(self._window), methods=["GET"]),
            Route(f"{window}/{{deed}}", frame.deed(self._deed, "clerk"), methods=["POST"]),
            Route("/queue/{hall}/take_over", frame.deed(self._take_over, "clerk"), methods=["POST"]),
            Route("/queue/{hall}/news", frame.page(self._news), methods=["GET"]),
            Route("/screen/{hall}/{key}", self._of_screen(self._screen), methods=["GET"]),
            Route("/screen/{hall}/{key}/news", self._of_screen(self._screen_news), methods=["GET"]),
        ]

    # For clerks

    async def _choose(self, request: Request, who: Staff) -> Response:
        halls = await self._desk.halls()
        name = chosen_of(halls, request.query_params.get("hall", ""))
        _, hall = await self._desk.hall(name) if name else (0, Hall((), (), (), 0))
        return self._frame.say(
            request,
            "queue",
            who,
            hall=name,
            halls=halls,
            name=_named(hall, words(request).language) or name,
            screen=self._screen_path(name),
            windows=self._board(hall).windows,
            away=hall.away,
        )

    async def _window(self, request: Request, who: Staff) -> Response:
        name, window = request.path_params["hall"], request.path_params["window"]
        if name not in await self._desk.halls():
            return to("/queue")
        _, hall = await self._desk.hall(name)
        shown = self._board(hall)
        at = next((each for each in shown.windows if each.window == window), None)
        if at is None:
            return to("/queue")
        why = request.query_params.get("not", "")
        said = words(request)
        return self._frame.say(
            request,
            "queue_window",
            who,
            hall=name,
            name=_named(hall, said.language) or name,
            names={each.letter: each.named(said.language) for each in hall.plan.business},
            most=MOST_WAITING,
            window=window,
            at=at,
            windows=shown.windows,
            lines=sorted(shown.lines, key=lambda line: line.letter not in at.letters),
            skipped=shown.skipped,
            away=hall.away,
            problem=said.say(f"clerk.why.{why}") if why in WHY else "",
            time=self._time,
        )

    async def _deed(self, request: Request, who: Staff, form: Form) -> Response:
        name, window, deed = (request.path_params[part] for part in ("hall", "window", "deed"))
        fields = {key: form[key] for key in ("seen", "to", "number") if key in form}
        place = {} if deed == "come_back" else {"window": window}
        try:
            wish = msgspec.convert({"do": f"queue.{deed}", **place, **fields}, Wish)
        except msgspec.ValidationError:
            return Response(status_code=400, headers=HEADERS)
        if name not in await self._desk.halls():
            return to("/queue")
        here = f"/queue/{name}/{window}"
        try:
            done = await self._desk.do(name, wish)
        except SilentTerminalError:
            return to(f"{here}?not=silent")
        if done.row is not None:
            await self._frame.note(who.name, f"queue.{deed}", f"{done.row.shown} · {window} · {name}")
        return to(f"{here}?not={done.why}" if done.why else here)

    async def _take_over(self, request: Request, who: Staff, form: Form) -> Response:
        name, terminal = request.path_params["hall"], form.get("terminal", "")
        if name not in await self._desk.halls():
            return to("/queue")
        _, hall = await self._desk.hall(name)
        if terminal in hall.away:
            await self._desk.take_over(name, terminal)
            await self._frame.note(who.name, "queue.take_over", f"{terminal} · {name}")
        window = form.get("window", "")
        return to(f"/queue/{name}/{window}" if window.isdecimal() else f"/queue?hall={name}")

    async def _news(self, request: Request, who: Staff) -> Response:
        async def allowed() -> bool:
            return await self._frame.who(request) is not None

        return self._stream(request, allowed)

    # For the hall's screen

    def _of_screen(self, page: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
        """Opened by its address alone: numbers are no secret, and a screen on a wall signs in nowhere."""

        async def answer(request: Request) -> Response:
            key = self._screen_key(request.path_params["hall"])
            if not hmac.compare_digest(key.encode(), request.path_params["key"].encode()):
                return Response(status_code=404, headers=HEADERS)
            return await page(request)

        return answer

    async def _screen(self, request: Request) -> Response:
        name = request.path_params["hall"]
        _, hall = await self._desk.hall(name)
        said = words(request)
        called = sorted((row for row in hall.rows if row.state == "called"), key=last_called, reverse=True)
        english = request.query_params.get("en") == "1"
        spoken = [said, catalogue("en")] if english and said.language != "en" else [said]
        return self._frame.say(
            request,
            "screen",
            None,
            hall_name=_named(hall, said.language) or name,
            called=called[:MOST_CALLS],
            newest=_call_of(called[0]) if called else "",
            spoken=[(each.language.replace("_", "-"), _spoken(each, called[0])) for each in spoken if called],
            waiting=[(each, sum(_waits(row, each) for row in hall.rows)) for each in hall.plan.business],
            away=list(hall.away),
            english=english,
            news=f"{self._screen_path(name)}/news",
            now=self._time(self._frame.now_ms()),
        )

    async def _screen_news(self, request: Request) -> Response:
        async def allowed() -> bool:
            return True

        return self._stream(request, allowed)

    # Both

    def _stream(self, request: Request, allowed: Callable[[], Awaitable[bool]]) -> Response:
        name = request.path_params["hall"]

        async def beats() -> AsyncGenerator[bytes, None]:
            told: Any = None
            beaten = self._frame.now()
            async with contextlib.aclosing(self._desk.changes(name, 0)) as changes:
                async for version in changes:
                    if await request.is_disconnected() or not await allowed():
                        return
                    seen = version, await self._desk.present(name)
                    if told not in (None, seen):
                        yield b"event: changed\ndata:\n\n"
                        beaten = self._frame.now()
                    elif told is None or self._frame.now() - beaten > BEAT_S:
                        yield b"event: beat\ndata:\n\n"
                        beaten = self._frame.now()
                    told = seen

        return StreamingResponse(beats(), media_type="text/event-stream", headers=HEADERS)

    def _board(self, hall: Hall) -> Board:
        now_ms = self._frame.now_ms()
        local = datetime.fromtimestamp(now_ms / 1000, self._frame.zone)

        def closed(business: Business) -> str | None:
            return None if is_open(business.hours, business.days, local) else "hours"

        return board(hall.rows, hall.plan, now_ms, closed)

    def _screen_path(self, hall: str) -> str:
        return f"/screen/{hall}/{self._screen_key(hall)}"

    def _screen_key(self, hall: str) -> str:
        return self._frame.gate.link(f"screen\n{hall}")

    def _time(self, at_ms: int) -> str:
        return f"{datetime.fromtimestamp(at_ms / 1000, self._frame.zone):%H:%M}"


WHY = (
    "away",
    "changed",
    "nobody_here",
    "nobody_waits",
    "no_such_business",
    "no_such_ticket",
    "no_such_window",
    "not_missed",
    "same_business",
    "silent",
    "too_late",
)
"""Why a clerk's wish was not done: the ends of message keys."""


def _named(hall: Hall, language: str) -> str:
    return hall.plan.hall if language == "zh_CN" else hall.plan.hall_en


def _waits(row: TicketRow, business: Business) -> bool:
    return row.state == "waiting" and row.business == business.letter


def _spoken(words: Catalogue, row: TicketRow) -> str:
    """A call, its number digit by digit."""
    return words.say("tv.said", number=" ".join(row.shown), window=row.window)


def _call_of(row: TicketRow) -> str:
    """Another text for each call, the first and those after it."""
    return f"{row.turn}.{row.times}"
