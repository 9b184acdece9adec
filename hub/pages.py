"""The staff's pages: server-rendered, usable without scripts; one script brings news."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from datetime import tzinfo
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from hub.cases.deadline_pages import DeadlinePages
from hub.cases.pages import CasePages
from hub.configuration_pages import ConfigurationPages
from hub.frame import COOKIE, HEADERS, Form, Frame, asked_language, form_of, page_of, to, typed, words
from hub.looking import Look, Looks
from hub.orders.pages import OrderPages
from hub.queue_desk import QueueDesk
from hub.queue_pages import QueuePages
from hub.settlement.pages import SettlementPages
from hub.staff import FREE_TRIES, after_a_wrong_one, is_right
from hub.store import Guesses, Staff, Store
from hub.terminal_pages import TerminalPages
from kiosk.protocol.sealing import key_to_open
from kiosk.text.numbers import exact_moment

LOOK_S = 2.0
"""How often a page that is open looks for news."""
BEAT_S = 20.0
MOST_DEEDS = 200
_HERE = Path(__file__).parent


class Pages:
    """The routes of the pages. `key` makes the cookies, and opens what terminals sealed; `now` in seconds since 1970,
    UTC."""

    def __init__(
        self, store: Store, queue_desk: QueueDesk, key: Ed25519PrivateKey, zone: tzinfo, now: Callable[[], float]
    ) -> None:
        self._store = store
        self._frame = frame = Frame(store, key.private_bytes_raw(), zone, now)
        settlement = SettlementPages(frame)
        queue = QueuePages(frame, queue_desk)
        cases = CasePages(frame, key_to_open(key))
        terminals, orders, configuration = TerminalPages(frame), OrderPages(frame), ConfigurationPages(frame)
        self._changing: Mapping[str, Look] = {
            "terminals": terminals.seen,
            "orders": orders.seen,
            "configuration": configuration.seen,
        }
        self._looks = Looks(self._changing)
        self.routes: list[BaseRoute] = [
            Route("/enter", self._enter, methods=["GET", "POST"]),
            Route("/leave", frame.deed(self._leave, "viewer"), methods=["POST"]),
            Route("/deeds", frame.page(self._deeds, "manager"), methods=["GET"]),
            Route("/news", frame.page(self._news), methods=["GET"]),
            *terminals.routes,
            *orders.routes,
            *settlement.routes,
            *queue.routes,
            *cases.routes,
            *DeadlinePages(frame).routes,
            *configuration.routes,
            Mount("/static", StaticFiles(directory=_HERE / "static")),
        ]

    async def _deeds(self, request: Request, who: Staff) -> Response:
        said = words(request)
        lines = [
            {
                "at": exact_moment(deed.at_ms, self._frame.zone),
                "who": deed.who,
                "what": said.say(deed.what, about=deed.about),
            }
            for deed in await self._store.deeds(MOST_DEEDS)
        ]
        return self._frame.say(request, "deeds", who, deeds=lines)

    async def _news(self, request: Request, who: Staff) -> Response:
        of, hall = request.query_params.get("of", ""), typed(request.query_params.get("hall", ""))
        page = of if of in self._changing else "terminals"

        async def beats() -> AsyncIterator[bytes]:
            told, beaten = await self._looks.at(page, hall), self._frame.now()
            while not await request.is_disconnected() and await self._frame.who(request):
                await asyncio.sleep(LOOK_S)
                seen = await self._looks.at(page, hall)
                if seen != told:
                    told = seen
                    yield b"event: changed\ndata:\n\n"
                elif self._frame.now() - beaten > BEAT_S:
                    beaten = self._frame.now()
                    yield b":\n\n"

        return StreamingResponse(beats(), media_type="text/event-stream", headers=HEADERS)

    async def _leave(self, request: Request, who: Staff, form: Form) -> Response:
        response = to("/enter")
        response.delete_cookie(COOKIE)
        return response

    async def _enter(self, request: Request) -> Response:
        if request.method == "GET":
            then = page_of(request.query_params.get("then", ""))
            return asked_language(request) or self._frame.say(request, "enter", None, problem="", then=then)
        form = await form_of(request)
        if form is None:
            return Response(status_code=400, headers=HEADERS)
        name, said, then = form.get("name", "")[:64], words(request), page_of(form.get("then", ""))
        # all names from one address get ten times as many tries as one name
        doors = {f"name {name}": FREE_TRIES, f"from {request.client.host if request.client else ''}": 10 * FREE_TRIES}
        guesses = {door: await self._store.guesses(door) for door in doors}
        wait_ms = max(each.wait_until_ms for each in guesses.values()) - self._frame.now_ms()
        if wait_ms > 0:
            problem = said.say("hub.wait", minutes=-(-wait_ms // 60_000))
            return self._frame.say(request, "enter", None, status=429, problem=problem, then=then)
        staff = await self._store.staff(name)
        right = await asyncio.to_thread(is_right, form.get("password", "")[:256], staff.password if staff else "")
        if staff is None or not right:
            for door, free in doors.items():
                await self._store.guessed(door, after_a_wrong_one(guesses[door], self._frame.now_ms(), free))
            if staff is not None:
                await self._frame.note(name, "wrong", "")
            return self._frame.say(request, "enter", None, status=403, problem=said.say("hub.wrong"), then=then)
        await self._store.guessed(f"name {name}", Guesses())
        await self._frame.note(name, "entered", "")
        response = to(then)
        response.set_cookie(
            COOKIE,
            self._frame.gate.cookie(staff, self._frame.now()),
            httponly=True,
            samesite="strict",
            secure=request.url.scheme == "https",
        )
        return response
