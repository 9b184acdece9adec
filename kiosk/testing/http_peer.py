"""What every simulator that speaks HTTP shares: faults on the wire, the talk in words, a cable that can be pulled."""

import asyncio
import json
import ssl
from collections.abc import Awaitable, Callable

from aiohttp import web

from kiosk.testing.simulator import Action, Button, Fault, Faults, Json, Server, Talk

Serve = Callable[[web.Request], Awaitable[web.Response]]
Explain = Callable[[web.Request, bytes, web.Response | None], str]
"""What a request asks (no answer yet), or what an answer says, in words for `Talk`."""

HTTP_FAULTS = {
    "lost_request": "the connection drops before the request is acted on",
    "lost_answer": "the request is acted on, then the connection drops without an answer",
    "half_answer": "the request is acted on, and the answer breaks off in the middle",
    "garbage": "the request is acted on, and the answer is bytes without meaning",
    "slow": "the answer comes after `seconds`",
    "error_500": "answers 500 without acting",
    "error_500_after": "acts, then answers 500",
    "twice": "the network delivers the request twice; the second answer goes back",
    "down": "answers 503 without acting",
}
"""Faults that any HTTP peer can have; `HttpWire` makes them real. Each may be narrowed by `path` (a prefix), and by
`asks`: a piece of the request in words."""

WIRE_BUTTONS = (
    Button(label="Unplug", group="Cable", action="unplug"),
    Button(label="Plug in", group="Cable", action="plug"),
    Button(label="Slow 5 s", group="Cable", fault="slow", more={"seconds": 5}),
    Button(label="Cut the answer", group="Cable", fault="half_answer"),
    Button(label="Garble the answer", group="Cable", fault="garbage"),
    Button(label="Lose the answer", group="Cable", fault="lost_answer"),
    Button(label="Lose the request", group="Cable", fault="lost_request"),
)
"""What a person can do to the cable of any HTTP peer."""


class HttpWire:
    """The wire of a simulator on loopback: its handler, `HTTP_FAULTS` and the talk. It may be unplugged."""

    def __init__(
        self,
        faults: Faults,
        talk: Talk,
        serve: Serve,
        explain: Explain,
        port: int = 0,
        *,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._faults = faults
        self._talk = talk
        self._serve = serve
        self._explain = explain
        self._port = port
        self._tls = tls
        self._server: Server | None = None
        self.actions: dict[str, Action] = {"unplug": self._unplug, "plug": self._plug}

    @property
    def plugged(self) -> bool:
        """Whether it listens."""
        return self._server is not None

    async def plug(self) -> str:
        """Listen; the base URL, the same each time."""
        if self._server is None:
            app = web.Application()
            app.router.add_route("*", "/{path:.*}", self._answer)
            self._server = Server(app, self._port, self._tls)
            url = await self._server.start()
            self._port = int(url.rpartition(":")[2])
        return f"{'http' if self._tls is None else 'https'}://127.0.0.1:{self._port}"

    async def unplug(self) -> None:
        """Connections are refused, and those that stand are dropped."""
        server, self._server = self._server, None
        if server is not None:
            await server.stop()

    async def _plug(self, _: Json) -> Json:
        await self.plug()
        return {"plugged": True}

    async def _unplug(self, _: Json) -> Json:
        await self.unplug()
        return {"plugged": False}

    def _strikes(self, name: str, path: str, asked: str) -> Fault | None:
        for fault in self._faults.armed:
            here, words = fault.more.get("path"), fault.more.get("asks")
            if fault.name == name and path.startswith(here or "") and (words or "") in asked:
                return self._faults.take(name, path=here, asks=words)
        return None

    def _hang_up(self, request: web.Request, when: str) -> web.Response:
        self._talk.said(f"nothing: the connection drops {when}")
        if request.transport is not None:
            request.transport.abort()
        return web.Response(status=500)

    def _refuse(self, status: int, text: str) -> web.Response:
        self._talk.said(f"{status} {text}", text.encode())
        return web.Response(status=status, text=text)

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        asked = self._explain(request, body, None)
        self._talk.heard(f"{asked} · {request.method} {request.path}", body)

        def strikes(name: str) -> Fault | None:
            return self._strikes(name, request.path, asked)

        if strikes("lost_request"):
            return self._hang_up(request, "before anything is done")
        if strikes("down"):
            return self._refuse(503, "down")
        if strikes("error_500"):
            return self._refuse(500, "error, nothing done")
        if fault := strikes("slow"):
            await asyncio.sleep(float(fault.more.get("seconds", 5)))
        response = await self._serve(request)
        if strikes("twice"):
            self._talk.heard(f"the same request a second time · {request.method} {request.path}", body)
            response = await self._serve(request)
        if strikes("error_500_after"):
            return self._refuse(500, "error, though it was done")
        if strikes("lost_answer"):
            return self._hang_up(request, "after it was done, without an answer")
        if strikes("garbage"):
            noise = b"\x00\xff<html>\x80garbage"
            self._talk.said("200 bytes without meaning, though it was done", noise)
            return web.Response(status=200, body=noise)
        said = response.body if isinstance(response.body, bytes) else b""
        if strikes("half_answer"):
            self._talk.said(f"{response.status} half an answer, then the connection drops", said[: len(said) // 2])
            half = web.StreamResponse(status=response.status, headers=response.headers)
            half.content_length = len(said) + 16
            await half.prepare(request)
            await half.write(said[: len(said) // 2])
            if request.transport is not None:
                request.transport.abort()
            return half
        self._talk.said(f"{response.status} {self._explain(request, body, response)}", said)
        return response


def json_of(body: bytes) -> Json:
    """The object in a body; empty when it is none."""
    try:
        value = json.loads(body)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def yuan_of(fen: object) -> str:
    """An amount in words for the talk: 15400 is `¥154.00`; what is no amount is shown as it is."""
    return f"¥{fen // 100}.{fen % 100:02d}" if type(fen) is int and fen >= 0 else repr(fen)
