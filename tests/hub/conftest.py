"""A real hub in a process of its own, that can be killed and started again; and a terminal's ledger to be sent."""

import asyncio
import itertools
import os
import re
import sqlite3
import time
from collections.abc import AsyncIterator, Callable, Iterator
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any

import aiohttp
import asyncpg
import msgspec
import pytest
from yarl import URL

from hub.command import DATABASE, store_at
from hub.commands import CommandBook
from hub.store import Store
from kiosk.ledger.ledger import Ledger
from kiosk.ports.http import HttpLine, Lost, Reply
from kiosk.protocol.pairing import CONTENT_TYPE, Paired, Pairing
from kiosk.protocol.ratings import RatingGiven
from kiosk.protocol.signing import raw, sign
from kiosk.protocol.status import DeviceStatus, Status
from kiosk.sync.identity import Identity, new_private_key
from kiosk.sync.reporting import Reporter
from kiosk.sync.sender import Sender
from kiosk.sync.settings import HubSettings
from kiosk.testing.postgres import Postgres
from tests.hub.forked import Forked, forked, said_by

HALL = "tianfu"
TERMINAL = "T1"
PASSWORD = "correct horse battery"


class Hub:
    """`python -m hub serve` on one port and one folder."""

    def __init__(self, folder: Path, database: str = "") -> None:
        self.folder = folder
        self.database = database
        self.options: list[str] = []
        self.url = ""
        self._process: Forked | None = None

    def start(self) -> None:
        """Serve; the second time where it served before."""
        port = self.url.rpartition(":")[2] or "0"
        ours, theirs = os.pipe()
        with (self.folder / "log").open("ab") as log, Path(os.devnull).open() as nothing, os.fdopen(ours) as said:
            arguments = ("--data", str(self.folder), "serve", "--port", port, *self.options)
            self._process = forked(arguments, self._named(), nothing.fileno(), theirs, log.fileno())
            os.close(theirs)
            self.url = said.readline().removeprefix("listening at ").strip()

    def kill(self) -> None:
        """As a power cut does to a process."""
        assert self._process is not None
        self._process.kill()

    def say(self, *arguments: str, said: str = "") -> str:
        """What `menkou-hub` prints, told `said`."""
        words = ("--data", str(self.folder), *arguments)
        return said_by(words, self._named(), said, self.folder / "log").strip()

    async def rows(self) -> list[tuple[int, str]]:
        """The journal that it has, by number."""
        return await self.sql("SELECT seq, body FROM event ORDER BY ledger, seq")

    async def sql(self, statement: str) -> list[tuple[Any, ...]]:
        """What its database says."""
        if self.database:
            connection = await asyncpg.connect(self.database)
            try:
                return [tuple(row) for row in await connection.fetch(statement)]
            finally:
                await connection.close()
        db = sqlite3.connect(self.folder / "hub.db")
        try:
            with db:
                return db.execute(statement).fetchall()
        finally:
            db.close()

    def _named(self) -> dict[str, str]:
        return {**os.environ, DATABASE: self.database}


async def ask(url: str, path: str, content: bytes, headers: dict[str, str]) -> Reply:
    """One request."""
    line = HttpLine((url,), timeout_s=20, connect_timeout_s=20, max_answer_bytes=1 << 20)
    line.open()
    try:
        reply = await line.ask("POST", path, content, headers)
    finally:
        await line.aclose()
    assert not isinstance(reply, Lost), reply
    return reply


async def paired(hub: Hub, code: str, hall: str = HALL, terminal: str = TERMINAL) -> Identity:
    """What a terminal keeps of its pairing."""
    identity = Identity(hub=hub.url, hall=hall, terminal=terminal, private_key=new_private_key(), hub_key="0" * 64)
    reply = await ask_to_pair(hub, identity, code)
    assert reply.status == 200, reply.body
    said = msgspec.json.decode(reply.body, type=Paired)
    assert (said.hall, said.terminal) == (hall, terminal)
    return msgspec.structs.replace(identity, hub_key=said.hub_key)


async def ask_to_pair(hub: Hub, identity: Identity, code: str) -> Reply:
    """The answer to a code."""
    public = raw(identity.key.public_key()).hex()
    content = msgspec.json.encode(Pairing(code=code, public_key=public))
    return await ask(hub.url, "/v1/pair", content, sign(identity.key, "/v1/pair", CONTENT_TYPE, content, time.time()))


def told(rows: int) -> Status:
    """How a terminal is whose printer wants paper."""
    printer = DeviceStatus(
        name="receipts", role="receipt_printer", state="needs_attention", reasons=("reason.paper_out",)
    )
    return Status(version="1.2.3", money_open=True, rows=rows, devices=(printer,))


def rating(n: int) -> RatingGiven:
    """An event of its own for each number."""
    return RatingGiven(
        matter=f"{n:024x}",
        about=f"about {n}",
        service="gas_bill",
        grade=5,
        business_date="2026-11-24",
        language="zh_CN",
        at_ms=1_795_500_000_000,
    )


class Sending:
    """A ledger and its sender."""

    def __init__(self, ledger: Ledger, identity: Identity, url: str) -> None:
        self.ledger = ledger
        self.settings = HubSettings(url=url, batch_rows=7, timeout_s=1, retry_s=0.05, longest_pause_s=1)
        self.identity = identity
        self.clock = time.time
        self.told: Callable[[int], Status] = told
        self._count = itertools.count(1)
        self._task: asyncio.Task[None] | None = None
        self._reporting: asyncio.Task[None] | None = None

    def begin(self) -> Sender:
        """Send from now on."""
        sender = Sender(self.ledger, self.identity, self.settings, self.clock)
        reporter = Reporter(self.ledger.waiting, self.identity, self.settings, self.told, self.clock)
        self._task = asyncio.create_task(sender.run())
        self._reporting = asyncio.create_task(reporter.run())
        return sender

    async def end(self) -> None:
        """Send no more; raises what ended it earlier."""
        task, self._task = self._task, None
        if task is not None and self._reporting is not None:
            self._reporting.cancel()
            task.cancel()
            await asyncio.wait([task, self._reporting])
            if not task.cancelled():
                task.result()

    async def rate(self, most: int) -> None:
        """Record so many events."""
        for n in itertools.islice(self._count, most):
            await self.ledger.note(rating(n))

    async def until_sent(self) -> None:
        """Until the hub has acknowledged everything."""
        async with asyncio.timeout(40):
            while (await self.ledger.unsent(1)).rows:
                assert self._task is None or not self._task.done() or self._task.result()
                await asyncio.sleep(0.02)


class Browser:
    """One person at one browser; follows no redirection by itself."""

    def __init__(self, hub: Hub) -> None:
        self._url = hub.url
        self._web = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))

    async def get(self, path: str) -> tuple[int, str]:
        async with self._web.get(self._url + path, allow_redirects=False) as answer:
            return answer.status, await answer.text()

    async def post(self, path: str, **form: str) -> tuple[int, str]:
        headers = {"Origin": form.pop("origin", self._url)}
        async with self._web.post(self._url + path, data=form, headers=headers, allow_redirects=False) as answer:
            return answer.status, await answer.text()

    async def send(self, path: str, form: aiohttp.FormData) -> tuple[int, str]:
        """A form with a file."""
        headers = {"Origin": self._url}
        async with self._web.post(self._url + path, data=form, headers=headers, allow_redirects=False) as answer:
            return answer.status, await answer.text()

    async def enter(self, name: str, password: str = PASSWORD) -> int:
        return (await self.post("/enter", name=name, password=password))[0]

    async def word(self) -> str:
        """What comes back with every form."""
        _, page = await self.get("/")
        found = re.search('name="form" value="([0-9a-f]+)"', page)
        assert found is not None
        return found[1]

    def cookie(self) -> str:
        cookies = self._web.cookie_jar.filter_cookies(URL(self._url))
        return cookies["hub"].value

    def put_cookie(self, value: str) -> None:
        self._web.cookie_jar.update_cookies(SimpleCookie({"hub": value}), URL(self._url))

    async def news(self, of: str = "terminals") -> str:
        """The first event of a page."""
        async with self._web.get(f"{self._url}/news?of={of}") as answer:
            async for line in answer.content:
                if line.startswith(b"event:"):
                    return line.decode().strip()
        raise AssertionError("the news ended")

    async def close(self) -> None:
        await self._web.close()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    with Postgres() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgres"])
def hub(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Hub]:
    (tmp_path / "hub").mkdir()
    url = request.getfixturevalue("postgres").new_database() if request.param == "postgres" else ""
    hub = Hub(tmp_path / "hub", url)
    hub.start()
    yield hub
    hub.kill()


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest) -> str:
    """The URL of one that no hub has open; none for SQLite."""
    return request.getfixturevalue("postgres").new_database() if request.param == "postgres" else ""


@pytest.fixture
async def stores(database: str, tmp_path: Path) -> AsyncIterator[tuple[Store, Store]]:
    """What two processes of a hub have open."""
    both = store_at(database, tmp_path), store_at(database, tmp_path)
    for each in both:
        await each.open()
    yield both
    for each in both:
        await each.aclose()


@pytest.fixture
async def sending(hub: Hub, tmp_path: Path) -> AsyncIterator[Sending]:
    identity = await paired(hub, hub.say("code", HALL, TERMINAL))
    ledger = await Ledger.open(tmp_path / "ledger", TERMINAL)
    sending = Sending(ledger, identity, hub.url)
    yield sending
    await sending.end()
    await ledger.aclose()


@pytest.fixture
async def browser(hub: Hub) -> AsyncIterator[Browser]:
    browser = Browser(hub)
    yield browser
    await browser.close()


@pytest.fixture
async def store(hub: Hub) -> AsyncIterator[Store]:
    """What the hub keeps, as another process of it has it."""
    store = store_at(hub.database, hub.folder)
    await store.open()
    yield store
    await store.aclose()


@pytest.fixture
def book(store: Store) -> CommandBook:
    """The commands in it."""
    return CommandBook(store)
