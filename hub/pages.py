"""The staff's pages: server-rendered, usable without scripts; one script brings news.

A browser is not trusted. What changes something needs the cookie, the form's own word, and no other site as its origin.
"""

import asyncio
import logging
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from datetime import tzinfo
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jinja2
import msgspec
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from hub.cards import cards
from hub.keys import hash_of_code, new_code
from hub.staff import FREE_TRIES, Gate, after_a_wrong_one, is_right
from hub.store import Deed, Guesses, Role, Staff, Store
from kiosk.text.catalogue import Catalogue, catalogue
from kiosk.text.numbers import exact_moment

log = logging.getLogger(__name__)

COOKIE = "hub"
CODE_S = 15 * 60
LOOK_S = 2.0
"""How often a page that is open looks for news."""
BEAT_S = 20.0
MOST_FORM = 8192
MOST_DEEDS = 200
LANGUAGES = ("zh_CN", "en")
_HERE = Path(__file__).parent
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}
Page = Callable[[Request, Staff], Awaitable[Response]]
Form = Mapping[str, str]


class Pages:
    """The routes of the pages. `secret` makes the cookies; `now` in seconds since 1970, UTC."""

    def __init__(self, store: Store, secret: bytes, zone: tzinfo, now: Callable[[], float]) -> None:
        self._store = store
        self._gate = Gate(secret)
        self._zone = zone
        self._now = now
        self._templates = jinja2.Environment(
            loader=jinja2.FileSystemLoader(_HERE / "templates"),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self.routes: list[BaseRoute] = [
            Route("/", self._page(self._terminals), methods=["GET"]),
            Route("/enter", self._enter, methods=["GET", "POST"]),
            Route("/leave", self._deed(self._leave, "viewer"), methods=["POST"]),
            Route("/code", self._deed(self._code, "manager"), methods=["POST"]),
            Route("/revoke", self._deed(self._revoke, "manager"), methods=["POST"]),
            Route("/deeds", self._page(self._deeds, "manager"), methods=["GET"]),
            Route("/news", self._page(self._news), methods=["GET"]),
            Mount("/static", StaticFiles(directory=_HERE / "static")),
        ]

    async def _terminals(
        self, request: Request, who: Staff, *, code: Mapping[str, str] | None = None, problem: str = ""
    ) -> Response:
        found = cards(await self._store.terminals(), _words(request), self._zone, self._now_ms())
        troubled = sum(card.state in ("trouble", "silent") for card in found)
        return self._say(request, "terminals", who, cards=found, troubled=troubled, code=code, problem=problem)

    async def _deeds(self, request: Request, who: Staff) -> Response:
        words = _words(request)
        lines = [
            {
                "at": exact_moment(deed.at_ms, self._zone),
                "who": deed.who,
                "what": words.say(deed.what, about=deed.about),
            }
            for deed in await self._store.deeds(MOST_DEEDS)
        ]
        return self._say(request, "deeds", who, deeds=lines)

    async def _news(self, request: Request, who: Staff) -> Response:
        async def beats() -> AsyncIterator[bytes]:
            told, beaten = await self._seen(), self._now()
            while not await request.is_disconnected() and await self._who(request):
                await asyncio.sleep(LOOK_S)
                seen = await self._seen()
                if seen != told:
                    told = seen
                    yield b"event: changed\ndata:\n\n"
                elif self._now() - beaten > BEAT_S:
                    beaten = self._now()
                    yield b":\n\n"

        return StreamingResponse(beats(), media_type="text/event-stream", headers=_HEADERS)

    async def _seen(self) -> list[object]:
        """What the page would show, but for the passing of time between two minutes."""
        found = cards(await self._store.terminals(), catalogue("en"), self._zone, self._now_ms())
        return [msgspec.structs.replace(card, heard="") for card in found]

    async def _code(self, request: Request, who: Staff, form: Form) -> Response:
        hall, terminal = form.get("hall", ""), form.get("terminal", "")
        if not (re.fullmatch("[a-z0-9][a-z0-9-]{0,31}", hall) and re.fullmatch("[0-9A-Z]{1,3}", terminal)):
            return await self._terminals(request, who, problem=_words(request).say("hub.bad_ids"))
        code = new_code()
        await self._store.offer(hash_of_code(code), hall, terminal, self._now_ms() + CODE_S * 1000)
        await self._note(who.name, "code", f"{hall} {terminal}")
        return await self._terminals(request, who, code={"hall": hall, "terminal": terminal, "code": code})

    async def _revoke(self, request: Request, who: Staff, form: Form) -> Response:
        hall, terminal = form.get("hall", ""), form.get("terminal", "")
        if await self._store.revoke(hall, terminal):
            await self._note(who.name, "revoked", f"{hall} {terminal}")
        return _to("/")

    async def _leave(self, request: Request, who: Staff, form: Form) -> Response:
        response = _to("/enter")
        response.delete_cookie(COOKIE)
        return response

    async def _enter(self, request: Request) -> Response:
        if request.method == "GET":
            return _asked_language(request) or self._say(request, "enter", None, problem="")
        form = await _form(request)
        if form is None:
            return Response(status_code=400, headers=_HEADERS)
        name, words = form.get("name", "")[:64], _words(request)
        # all names from one address get ten times as many tries as one name
        doors = {f"name {name}": FREE_TRIES, f"from {request.client.host if request.client else ''}": 10 * FREE_TRIES}
        guesses = {door: await self._store.guesses(door) for door in doors}
        wait_ms = max(each.wait_until_ms for each in guesses.values()) - self._now_ms()
        if wait_ms > 0:
            problem = words.say("hub.wait", minutes=-(-wait_ms // 60_000))
            return self._say(request, "enter", None, status=429, problem=problem)
        staff = await self._store.staff(name)
        right = await asyncio.to_thread(is_right, form.get("password", "")[:256], staff.password if staff else "")
        if staff is None or not right:
            for door, free in doors.items():
                await self._store.guessed(door, after_a_wrong_one(guesses[door], self._now_ms(), free))
            if staff is not None:
                await self._note(name, "wrong", "")
            return self._say(request, "enter", None, status=403, problem=words.say("hub.wrong"))
        await self._store.guessed(f"name {name}", Guesses())
        await self._note(name, "entered", "")
        response = _to("/")
        response.set_cookie(
            COOKIE,
            self._gate.cookie(staff, self._now()),
            httponly=True,
            samesite="strict",
            secure=request.url.scheme == "https",
        )
        return response

    def _page(self, page: Page, role: Role = "viewer") -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            who = await self._who(request)
            if who is None:
                return _to("/enter")
            if not _may(who, role):
                return Response(_words(request).say("hub.not_yours"), 403, _HEADERS, "text/plain")
            return _asked_language(request) or await page(request, who)

        return answer

    def _deed(
        self, deed: Callable[[Request, Staff, Form], Awaitable[Response]], role: Role
    ) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            who, form = await self._who(request), await _form(request)
            if who is None:
                return _to("/enter")
            if form is None or not self._gate.is_form(request.cookies[COOKIE], form.get("form", "")):
                return Response(status_code=400, headers=_HEADERS)
            if not _may(who, role):
                return Response(_words(request).say("hub.not_yours"), 403, _HEADERS, "text/plain")
            return await deed(request, who, form)

        return answer

    async def _who(self, request: Request) -> Staff | None:
        cookie = request.cookies.get(COOKIE, "")
        name = self._gate.name_in(cookie, self._now())
        staff = await self._store.staff(name) if name is not None else None
        return staff if staff is not None and self._gate.admits(cookie, staff) else None

    async def _note(self, who: str, what: str, about: str) -> None:
        await self._store.write_down(Deed(at_ms=self._now_ms(), who=who, what=f"hub.deed.{what}", about=about))

    def _say(self, request: Request, page: str, who: Staff | None, *, status: int = 200, **values: Any) -> Response:
        words = _words(request)
        text = self._templates.get_template(f"{page}.html").render(
            say=_Say(words),
            other=next(language for language in LANGUAGES if language != words.language),
            who=who,
            here=page,
            form=self._gate.form(request.cookies[COOKIE]) if who else "",
            **values,
        )
        return Response(text, status, _HEADERS, "text/html; charset=utf-8")

    def _now_ms(self) -> int:
        return int(self._now() * 1000)


class _Say:
    """The words of a language, as templates ask for them."""

    def __init__(self, words: Catalogue) -> None:
        self._words = words
        self.language = words.language

    def __call__(self, key: str, **words: object) -> str:
        return self._words.say(key, **words)


def _may(who: Staff, role: Role) -> bool:
    return role in ("viewer", who.role)


def _words(request: Request) -> Catalogue:
    chosen = request.cookies.get("lang", "")
    return catalogue(chosen if chosen in LANGUAGES else LANGUAGES[0])


def _asked_language(request: Request) -> Response | None:
    """Where a language was chosen: the same page again, which remembers it."""
    language = request.query_params.get("lang")
    if language not in LANGUAGES:
        return None
    response = _to(request.url.path)
    response.set_cookie("lang", language, max_age=365 * 86400, httponly=True, samesite="strict")
    return response


def _to(path: str) -> RedirectResponse:
    return RedirectResponse(path, 303, _HEADERS)


async def _form(request: Request) -> Form | None:
    """What a form sent; None where another site sent it, or it is none."""
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != request.headers.get("host"):
        return None
    content = bytearray()
    async for piece in request.stream():
        content += piece
        if len(content) > MOST_FORM:
            return None
    try:
        return {name: values[0] for name, values in parse_qs(content.decode(), max_num_fields=16).items()}
    except ValueError:
        return None
