"""The frame every simulator stands in: command line, durable books, faults, and a control interface.

A simulator is a program of its own that speaks a driver's wire protocol from the other side. It has two faces: the
wire, and the *hand* that scans the code, feeds the paper and pulls the cable. The hand is HTTP with JSON on loopback:

    GET  /               {"title", "actions": [...], "faults": {...}, "buttons": [see `Button`]}
    GET  /books          everything the simulator has booked; under "state" what a person before it sees, by name
    GET  /faults         {"known": {name: what it does}, "armed": [...]}
    POST /faults         {"name": ..., "times": 1, ...more of the fault's own} arms one; times -1 lasts until cleared
    POST /faults/clear   {} or {"name": ...}
    POST /do/ACTION      {...} the simulator's own actions
    GET  /talk?after=N   what passed on the wire since line N, in words (see `Talk`)

When it is ready it prints one JSON line, the *announcement*: {"port": url, "control": url, "settings": {...}}. `port`
and `settings` are what a `[[device]]` of the configuration needs to reach it.
"""

import argparse
import asyncio
import contextlib
import json
import signal
import sqlite3
import ssl
import sys
import time
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, Protocol

import msgspec
from aiohttp import web

Json = dict[str, Any]
Action = Callable[[Json], Awaitable[Json]]


class Fault(msgspec.Struct):
    """An armed fault: it strikes `times` times more (-1: until cleared). `more` are its own parameters."""

    name: str
    times: int
    more: Json


class BadRequestError(ValueError):
    """The hand asked for something that does not exist or does not fit; the message goes back to it."""


class Faults:
    """What can go wrong, and what will."""

    def __init__(self, known: Mapping[str, str]) -> None:
        """`known` maps a fault's name to one line that says what it does."""
        self.known = dict(known)
        self.armed: list[Fault] = []

    def arm(self, name: str, times: int = 1, **more: Any) -> None:
        """Let `name` strike the next `times` chances. Raises `BadRequestError` for an unknown name."""
        if name not in self.known:
            raise BadRequestError(f"no fault {name!r}; known: {', '.join(sorted(self.known))}")
        self.armed.append(Fault(name, times, more))

    def clear(self, name: str | None = None) -> None:
        """Disarm one fault, or all."""
        self.armed = [fault for fault in self.armed if name is not None and fault.name != name]

    def take(self, name: str, **match: Any) -> Fault | None:
        """The fault of that name if it strikes now (and count it). `match` narrows: a fault armed with
        `path="/x"` strikes only where the caller passes the same value for `path`."""
        for fault in self.armed:
            if fault.name != name:
                continue
            if any(fault.more.get(key) not in (None, value) for key, value in match.items()):
                continue
            if fault.times > 0:
                fault.times -= 1
                if fault.times == 0:
                    self.armed.remove(fault)
            return fault
        return None


class Button(msgspec.Struct, frozen=True, kw_only=True):
    """What a person can do with one press: an action of the hand, or a fault to arm (one of the two).

    `label` and `group` are English words for whoever draws the buttons; a group stands together, under its name.
    `more` goes with the request; a fault strikes `times` times (-1: until cleared).
    """

    label: str
    group: str
    action: str = ""
    fault: str = ""
    times: int = 1
    more: Json = {}


TALK_LINES = 2000
RAW_BYTES = 1024


class TalkLine(msgspec.Struct, frozen=True):
    """One thing that passed on the wire: `what` in words, `raw` its bytes as hex (the first `RAW_BYTES`)."""

    seq: int
    at_ms: int
    direction: Literal["heard", "said"]
    what: str
    raw: str


class Talk:
    """What passes on the wire, as the simulator itself reads it; the newest `TALK_LINES` lines.

    `what` is for a developer who watches: commands by name, text as text, amounts and states in words; no key, no
    signature, no payload in full. An answer that never goes out is told too ("nothing: the connection is dropped").
    """

    def __init__(self) -> None:
        self._lines: deque[TalkLine] = deque(maxlen=TALK_LINES)
        self._last = 0

    def heard(self, what: str, raw: bytes = b"") -> None:
        """Something came from the terminal."""
        self._add("heard", what, raw)

    def said(self, what: str, raw: bytes = b"") -> None:
        """Something went to the terminal."""
        self._add("said", what, raw)

    def _add(self, direction: Literal["heard", "said"], what: str, raw: bytes) -> None:
        self._last += 1
        at_ms = time.time_ns() // 1_000_000
        self._lines.append(TalkLine(self._last, at_ms, direction, what, bytes(raw[:RAW_BYTES]).hex()))

    def after(self, seq: int) -> Json:
        """`{"last": seq, "lines": [...]}`: the lines after line `seq` that are still kept."""
        lines = [msgspec.structs.asdict(line) for line in self._lines if line.seq > seq]
        return {"last": self._last, "lines": lines}


class Simulator(Protocol):
    """What a simulator's module builds for `main`."""

    faults: Faults
    talk: Talk
    actions: Mapping[str, Action]

    async def start(self) -> Json:
        """Listen on the wire; the announcement without `control`."""

    async def stop(self) -> None:
        """Stop listening."""

    def books(self) -> Json:
        """Everything booked, from the durable books."""

    def add_control_routes(self, app: web.Application) -> None:
        """More of the hand's own routes (a picture of the paper, say)."""


def open_books(folder: Path, name: str, schema: str) -> sqlite3.Connection:
    """Durable books: an SQLite file `folder/name.sqlite` that survives a kill at any moment."""
    folder.mkdir(parents=True, exist_ok=True)
    books = sqlite3.connect(folder / f"{name}.sqlite", isolation_level=None, check_same_thread=False)
    books.row_factory = sqlite3.Row
    books.execute("PRAGMA journal_mode = WAL")
    books.execute("PRAGMA synchronous = FULL")
    books.executescript(schema)
    return books


def _control(simulator: Simulator, title: str = "", buttons: Sequence[Button] = ()) -> web.Application:
    async def body(request: web.Request) -> Json:
        try:
            value = await request.json() if request.can_read_body else {}
        except json.JSONDecodeError as error:
            raise BadRequestError(f"the body is not JSON: {error}") from error
        if not isinstance(value, dict):
            raise BadRequestError("the body is not a JSON object")
        return value

    @web.middleware
    async def complain(
        request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        try:
            return await handler(request)
        except BadRequestError as error:
            return web.json_response({"error": str(error)}, status=400)

    async def index(_: web.Request) -> web.Response:
        return web.json_response(
            {
                "title": title,
                "actions": sorted(simulator.actions),
                "faults": simulator.faults.known,
                "buttons": [msgspec.structs.asdict(button) for button in buttons],
            }
        )

    async def books(_: web.Request) -> web.Response:
        return web.json_response(simulator.books())

    async def list_faults(_: web.Request) -> web.Response:
        armed = [msgspec.structs.asdict(fault) for fault in simulator.faults.armed]
        return web.json_response({"known": simulator.faults.known, "armed": armed})

    async def arm(request: web.Request) -> web.Response:
        asked = await body(request)
        name, times = asked.pop("name", None), asked.pop("times", 1)
        if not isinstance(name, str) or not isinstance(times, int):
            raise BadRequestError("a fault needs a 'name' (text) and may have 'times' (a whole number)")
        simulator.faults.arm(name, times, **asked)
        return await list_faults(request)

    async def clear(request: web.Request) -> web.Response:
        simulator.faults.clear((await body(request)).get("name"))
        return await list_faults(request)

    async def act(request: web.Request) -> web.Response:
        action = simulator.actions.get(request.match_info["action"])
        if action is None:
            raise BadRequestError(
                f"no action {request.match_info['action']!r}; known: {', '.join(sorted(simulator.actions))}"
            )
        return web.json_response(await action(await body(request)))

    async def talk(request: web.Request) -> web.Response:
        after = request.query.get("after", "0")
        if not after.isdecimal():
            raise BadRequestError("'after' is the number of a line")
        return web.json_response(simulator.talk.after(int(after)))

    app = web.Application(middlewares=[complain])
    app.add_routes(
        [
            web.get("/talk", talk),
            web.get("/", index),
            web.get("/books", books),
            web.get("/faults", list_faults),
            web.post("/faults", arm),
            web.post("/faults/clear", clear),
            web.post("/do/{action}", act),
        ]
    )
    simulator.add_control_routes(app)
    return app


class Server:
    """An aiohttp application on a loopback port (0: any free one), inside TLS where it has a certificate."""

    def __init__(self, app: web.Application, port: int = 0, tls: ssl.SSLContext | None = None) -> None:
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
        self._port = port
        self._tls = tls

    async def start(self) -> str:
        """Listen; the base URL."""
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._port, reuse_address=True, ssl_context=self._tls)
        await site.start()
        self._port = int(self._runner.addresses[0][1])
        return f"{'http' if self._tls is None else 'https'}://127.0.0.1:{self._port}"

    async def stop(self) -> None:
        """Stop listening and drop the connections."""
        await self._runner.cleanup()


async def serve(
    simulator: Simulator, control_port: int, until_eof: bool, title: str = "", buttons: Sequence[Button] = ()
) -> None:
    """Run until SIGTERM or SIGINT (or, with `until_eof`, until standard input ends: a dead parent)."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    if until_eof:
        reader = asyncio.StreamReader()
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
        watch = asyncio.ensure_future(reader.read())
        watch.add_done_callback(lambda _: stop.set())
    announcement = await simulator.start()
    control = Server(_control(simulator, title, buttons), control_port)
    announcement["control"] = await control.start()
    sys.stdout.write(json.dumps(announcement) + "\n")
    sys.stdout.flush()
    await stop.wait()
    await control.stop()
    await simulator.stop()


def main(
    description: str,
    build: Callable[[argparse.Namespace], Simulator],
    more_options: Callable[[argparse.ArgumentParser], None] = lambda _: None,
    buttons: Sequence[Button] = (),
) -> None:
    """A simulator's `__main__`: `build` gets the parsed options, among them `books` (a folder) and `port`.
    `buttons` are what a person can press; the order counts."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--books", type=Path, required=True, help="folder for the durable books and keys")
    parser.add_argument("--port", type=int, default=0, help="the wire's TCP port on loopback (0: any free one)")
    parser.add_argument("--control", type=int, default=0, help="the hand's HTTP port on loopback (0: any)")
    parser.add_argument("--until-eof", action="store_true", help="also end when standard input ends")
    more_options(parser)
    options = parser.parse_args()
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(build(options), options.control, options.until_eof, description, buttons))
