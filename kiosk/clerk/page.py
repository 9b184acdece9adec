"""The page on which clerks call numbers: served by the terminal, opened by a PIN, live.

A browser is not trusted: every request must name this machine by its address (another name may be another site's
trick), everything that changes something needs the session's cookie, the form's own word and no other site as its
origin. There is no encryption: over a network that others share, listen on 127.0.0.1 alone.
"""

import asyncio
import contextlib
import ipaddress
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import tzinfo
from pathlib import Path
from urllib.parse import urlsplit

from aiohttp import hdrs, web

from kiosk.clerk import html
from kiosk.clerk.gate import Gate, Session
from kiosk.control import wire
from kiosk.text.catalogue import Catalogue, catalogue
from kiosk.tickets.clerk import perform
from kiosk.tickets.desk import Desk
from kiosk.tickets.settings import ClerkPage

log = logging.getLogger(__name__)

COOKIE = "clerk"
MOST_LISTENERS = 60
BEAT_SECONDS = 20.0
_STATIC = Path(__file__).with_name("static")
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",  # with less, browsers hide where a form came from
    "Cache-Control": "no-store",
}
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class PageError(ValueError):
    """The page cannot be opened as it is configured."""


@contextlib.asynccontextmanager
async def serving(settings: ClerkPage, desk: Desk, *, hall: Callable[[str], str], zone: tzinfo) -> AsyncIterator[int]:
    """Serve the page meanwhile; gives the port. `hall` is its name in a language. Raises `OSError`, `PageError`,
    and `SecretError` when there is no PIN."""
    pin = settings.pin.read().decode("ascii", "replace").strip()
    if not (pin.isascii() and pin.isdigit() and 4 <= len(pin) <= 12):
        raise PageError("the PIN is not 4 to 12 digits")
    page = _Page(Gate(pin, time.monotonic), desk, hall=hall, zone=zone)
    runner = web.AppRunner(page.application(), access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    unsubscribe = desk.subscribe(page.changed)
    try:
        site = web.TCPSite(runner, settings.host, settings.port)
        await site.start()
        yield runner.addresses[0][1]
    finally:
        unsubscribe()
        page.end()
        await runner.cleanup()


class _Page:
    def __init__(self, gate: Gate, desk: Desk, *, hall: Callable[[str], str], zone: tzinfo) -> None:
        self._gate = gate
        self._desk = desk
        self._hall = hall
        self._zone = zone
        self._listeners: set[asyncio.Event] = set()
        self._ended = False

    def application(self) -> web.Application:
        application = web.Application(middlewares=[_guarded], client_max_size=4096)
        application.router.add_get("/", self._windows)
        application.router.add_get("/login", self._ask_pin)
        application.router.add_post("/login", self._enter)
        application.router.add_post("/logout", self._leave)
        application.router.add_get("/news", self._news)
        application.router.add_get(r"/window/{window:\d{1,2}}", self._window)
        application.router.add_post(r"/window/{window:\d{1,2}}/{deed:[a-z_]+}", self._deed)
        for name, kind in (("clerk.css", "text/css"), ("clerk.js", "text/javascript")):
            application.router.add_get(f"/{name}", _file(_STATIC / name, kind))
        return application

    def changed(self) -> None:
        """Something changed: whoever listens fetches it."""
        for listener in self._listeners:
            listener.set()

    def end(self) -> None:
        """Let go of whoever listens."""
        self._ended = True
        self.changed()

    # Who is there

    def _session(self, request: web.Request) -> Session | None:
        return self._gate.session(request.cookies.get(COOKIE, ""))

    async def _posted(self, request: web.Request) -> tuple[Session, dict[str, str]]:
        """What a clerk's own form sent. Raises `HTTPSeeOther` to the PIN, `HTTPForbidden` for another's form."""
        session = self._session(request)
        if session is None:
            raise web.HTTPSeeOther("/login")
        fields = {name: value for name, value in (await request.post()).items() if isinstance(value, str)}
        if fields.get("form") != session.form:
            raise web.HTTPForbidden
        return session, fields

    async def _ask_pin(self, request: web.Request) -> web.Response:
        return self._login(request, "")

    async def _enter(self, request: web.Request) -> web.Response:
        words = _words(request)
        place = request.remote or ""
        fields = await request.post()
        session = self._gate.enter(str(fields.get("pin", "")), place)
        if session is None:
            seconds = self._gate.wait_seconds(place)
            if seconds:
                log.warning("wrong PINs at the clerks' page: none is taken from there for %.0f s", seconds)
                return self._login(request, words.say("clerk.wait", seconds=int(seconds) + 1), status=429)
            return self._login(request, words.say("clerk.wrong_pin"), status=403)
        response = web.Response(status=303, headers={hdrs.LOCATION: "/"})
        response.set_cookie(COOKIE, session.token, httponly=True, samesite="Strict", path="/")
        return response

    def _login(self, request: web.Request, problem: str, status: int = 200) -> web.Response:
        words = _words(request)
        return _page(html.document(words, html.login(words, problem), hall=self._hall(words.language)), status)

    async def _leave(self, request: web.Request) -> web.Response:
        session, _ = await self._posted(request)
        self._gate.leave(session.token)
        raise web.HTTPSeeOther("/login")

    # The queue

    async def _windows(self, request: web.Request) -> web.Response:
        if self._session(request) is None:
            raise web.HTTPSeeOther("/login")
        words = _words(request)
        body = html.choose(words, self._desk.board())
        return _page(html.document(words, body, hall=self._hall(words.language)))

    async def _window(self, request: web.Request) -> web.Response:
        session = self._session(request)
        if session is None:
            raise web.HTTPSeeOther("/login")
        window = self._number(request)
        words = _words(request)
        why = request.query.get("not", "")
        said = words.table.get(f"clerk.why.{why}", "") if why else ""
        now = self._desk.board()
        body = html.desk(words, now, window, form=session.form, said=said, zone=self._zone)
        return _page(html.document(words, body, hall=self._hall(words.language), window=window, live=True))

    async def _deed(self, request: web.Request) -> web.Response:
        _, fields = await self._posted(request)
        window = self._number(request)
        wish = {"do": f"queue.{request.match_info['deed']}", "window": window, **fields}
        del wish["form"]
        if "number" in wish:
            del wish["window"]
        try:
            asked = wire.request_of(wish)
        except wire.BadRequestError as error:
            raise web.HTTPBadRequest from error
        answer = await perform(self._desk, asked)
        raise web.HTTPSeeOther(f"/window/{window}" if answer.ok else f"/window/{window}?not={answer.why}")

    def _number(self, request: web.Request) -> int:
        window = int(request.match_info["window"])
        if window not in self._desk.settings.windows:
            raise web.HTTPNotFound
        return window

    async def _news(self, request: web.Request) -> web.StreamResponse:
        """Server-sent events: one word whenever something changed, and a beat in between."""
        if self._session(request) is None:
            raise web.HTTPForbidden
        if len(self._listeners) >= MOST_LISTENERS:
            raise web.HTTPServiceUnavailable
        listener = asyncio.Event()
        self._listeners.add(listener)
        response = web.StreamResponse(headers={hdrs.CONTENT_TYPE: "text/event-stream", **_HEADERS})
        try:
            await response.prepare(request)
            with contextlib.suppress(ConnectionError):  # the browser has gone
                await self._tell(response, listener, request)
        finally:
            self._listeners.discard(listener)
        return response

    async def _tell(self, response: web.StreamResponse, listener: asyncio.Event, request: web.Request) -> None:
        while not self._ended and self._session(request) is not None:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(BEAT_SECONDS):
                    await listener.wait()
            news = listener.is_set()
            listener.clear()
            await response.write(b"event: changed\ndata:\n\n" if news else b": still here\n\n")


@web.middleware
async def _guarded(request: web.Request, handler: Handler) -> web.StreamResponse:
    """No other name than this machine's address, no other site's forms; and the headers of every page."""
    try:
        if not _addressed(request.host) or not _own(request):
            raise web.HTTPForbidden
        response = await handler(request)
    except web.HTTPException as answer:
        answer.headers.update(_HEADERS)
        raise
    if not response.prepared:
        response.headers.update(_HEADERS)
    return response


def _addressed(host: str) -> bool:
    name = urlsplit(f"//{host}").hostname or ""
    if name == "localhost":
        return True
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _own(request: web.Request) -> bool:
    if request.method in ("GET", "HEAD"):
        return True
    origin = request.headers.get(hdrs.ORIGIN)
    return origin is None or origin == f"http://{request.host}"


def _words(request: web.Request) -> Catalogue:
    """In the browser's language: Chinese, unless it asks for English first."""
    wanted = request.headers.get(hdrs.ACCEPT_LANGUAGE, "")
    return catalogue("en" if wanted.lower().startswith("en") else "zh_CN")


def _page(text: str, status: int = 200) -> web.Response:
    return web.Response(text=text, content_type="text/html", status=status)


def _file(path: Path, kind: str) -> Callable[[web.Request], Awaitable[web.Response]]:
    content = path.read_text("utf-8")

    async def give(_: web.Request) -> web.Response:
        return web.Response(text=content, content_type=kind)

    return give
