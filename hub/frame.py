"""What every page of the staff has around it: who asks, in which language, and whether a form is this hub's own.

A browser is not trusted. What changes something needs the cookie, the form's own word, and no other site as its origin.
"""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import tzinfo
from pathlib import Path
from typing import Any, get_args
from urllib.parse import parse_qs, urlencode, urlsplit

import jinja2
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from hub.staff import Gate
from hub.store import Deed, Role, Staff, Store
from hub.upload import Upload, upload_of
from kiosk.text.catalogue import Catalogue, catalogue

COOKIE = "hub"
MOST_FORM = 8192
LANGUAGES = ("zh_CN", "en")
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}
_ROLES = get_args(Role)
"""Each may do what those before it may."""
Page = Callable[[Request, Staff], Awaitable[Response]]
Form = Mapping[str, str]
UploadDeed = Callable[[Request, Staff, Upload], Awaitable[Response]]
FormDeed = Callable[[Request, Staff, Form], Awaitable[Response]]
Answer = Callable[[Request], Awaitable[Response]]


class Frame:
    """See the module. `secret` makes the cookies; `now` in seconds since 1970, UTC."""

    def __init__(self, store: Store, secret: bytes, zone: tzinfo, now: Callable[[], float]) -> None:
        self.store = store
        self.gate = Gate(secret)
        self.zone = zone
        self.now = now
        self._templates = jinja2.Environment(
            loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def page(self, page: Page, role: Role = "viewer") -> Answer:
        """Answers who may see it."""

        async def answer(request: Request) -> Response:
            who = await self.who(request)
            if who is None:
                return to(f"/enter?{urlencode({'then': here(request)})}")
            if not may(who, role):
                return _not_yours(request)
            return asked_language(request) or await page(request, who)

        return answer

    def deed(self, deed: FormDeed, role: Role, most: int = MOST_FORM) -> Answer:
        """Does what a form of ours says, of at most so many bytes, for who may do it."""

        async def answer(request: Request) -> Response:
            who, form = await self.who(request), await form_of(request, most)
            refused = self._refused(request, who, form, role)
            if refused is not None or who is None or form is None:
                return refused or Response(status_code=400, headers=HEADERS)
            return await deed(request, who, form)

        return answer

    def upload(self, deed: UploadDeed, role: Role) -> Answer:
        """The same for a form with a file, which is read only from who may send one."""

        async def answer(request: Request) -> Response:
            who = await self.who(request)
            upload = await upload_of(request) if who is not None and may(who, role) and is_ours(request) else None
            refused = self._refused(request, who, upload.fields if upload else None, role)
            if refused is not None or who is None or upload is None:
                return refused or Response(status_code=400, headers=HEADERS)
            return await deed(request, who, upload)

        return answer

    def _refused(self, request: Request, who: Staff | None, form: Form | None, role: Role) -> Response | None:
        if who is None:
            return to("/enter")
        if not may(who, role):
            return _not_yours(request)
        if form is None or not self.gate.is_form(request.cookies[COOKIE], form.get("form", "")):
            return Response(status_code=400, headers=HEADERS)
        return None

    async def who(self, request: Request) -> Staff | None:
        """Whose browser asks; None for nobody's."""
        cookie = request.cookies.get(COOKIE, "")
        name = self.gate.name_in(cookie, self.now())
        staff = await self.store.staff(name) if name is not None else None
        return staff if staff is not None and self.gate.admits(cookie, staff) else None

    async def note(self, who: str, what: str, about: str) -> None:
        """Write down what somebody did: `hub.deed.<what>`."""
        await self.store.write_down(Deed(at_ms=self.now_ms(), who=who, what=f"hub.deed.{what}", about=about))

    def say(self, request: Request, page: str, who: Staff | None, *, status: int = 200, **values: Any) -> Response:
        """The page of that name."""
        chosen = words(request)
        other = next(language for language in LANGUAGES if language != chosen.language)
        text = self._templates.get_template(f"{page}.html").render(
            say=_Say(chosen),
            other=other,
            who=who,
            may=lambda role: who is not None and may(who, role),
            in_other=f"?{request.url.include_query_params(lang=other).query}",
            here=page,
            form=self.gate.form(request.cookies[COOKIE]) if who else "",
            **values,
        )
        return Response(text, status, HEADERS, "text/html; charset=utf-8")

    def now_ms(self) -> int:
        """Milliseconds since 1970."""
        return int(self.now() * 1000)


class _Say:
    """The words of a language, as templates ask for them."""

    def __init__(self, words: Catalogue) -> None:
        self._words = words
        self.language = words.language

    def __call__(self, key: str, **words: object) -> str:
        return self._words.say(key, **words)


def _not_yours(request: Request) -> Response:
    return Response(words(request).say("hub.not_yours"), 403, HEADERS, "text/plain")


def may(who: Staff, role: Role) -> bool:
    """Whether somebody has that role, or one above it."""
    return _ROLES.index(who.role) >= _ROLES.index(role)


def words(request: Request) -> Catalogue:
    """Of the language that this browser chose."""
    chosen = request.cookies.get("lang", "")
    return catalogue(chosen if chosen in LANGUAGES else LANGUAGES[0])


def asked_language(request: Request) -> Response | None:
    """Where a language was chosen: the same page again, which remembers it."""
    language = request.query_params.get("lang")
    if language not in LANGUAGES:
        return None
    rest = request.url.remove_query_params("lang")
    response = to(f"{rest.path}?{rest.query}" if rest.query else rest.path)
    response.set_cookie("lang", language, max_age=365 * 86400, httponly=True, samesite="strict")
    return response


def to(path: str) -> RedirectResponse:
    """Go there now."""
    return RedirectResponse(path, 303, HEADERS)


def here(request: Request) -> str:
    """The page that was asked for."""
    return f"{request.url.path}?{request.url.query}" if request.url.query else request.url.path


def typed(text: str) -> str:
    """A text without what nobody can type, and no database keeps."""
    return "".join(filter(str.isprintable, text)).strip()


def page_of(text: str) -> str:
    """The page of ours that a text names; the first one where it names none."""
    return text if re.fullmatch(r"/(?![/\\])[\x21-\x7e]{0,2000}", text) else "/"


def chosen_of(halls: Sequence[str], asked: str) -> str:
    """The hall that a page is about: the one asked for, or the first; nothing where there is none."""
    return asked if asked in halls else halls[0] if halls else ""


async def form_of(request: Request, most: int = MOST_FORM) -> Form | None:
    """What a form sent; None where another site sent it, or it is none."""
    if not is_ours(request):
        return None
    content = bytearray()
    async for piece in request.stream():
        content += piece
        if len(content) > most:
            return None
    try:
        return {name: values[0] for name, values in parse_qs(content.decode(), max_num_fields=16).items()}
    except ValueError:
        return None


def is_ours(request: Request) -> bool:
    """Whether no other site sent it."""
    origin = request.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == request.headers.get("host")
