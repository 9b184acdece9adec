"""Terminals and hubs of different versions, and of different clocks: nothing is lost, and nobody is let in."""

import asyncio
import logging
import time
from pathlib import Path

import aiohttp
import msgspec
import pytest
from aiohttp import web

from hub.commands import CommandBook
from kiosk.protocol import commands, configuration
from kiosk.protocol.batch import CONTENT_TYPE, Receipt, Refused, pack
from kiosk.protocol.chain import GENESIS
from kiosk.protocol.commands import Commands, OpenTerminal, Poll
from kiosk.protocol.envelope import encode
from kiosk.protocol.events import OrderEvent
from kiosk.protocol.matter import MatterEvent
from kiosk.protocol.signing import MAX_AGE_S, sign
from kiosk.protocol.status import PATH as STATUS
from kiosk.sync.carrying import Carrier, End, Taken
from kiosk.sync.commands import Listener
from kiosk.testing.http_peer import HTTP_FAULTS, HttpWire
from kiosk.testing.simulator import Faults, Talk
from tests.hub.conftest import HALL, PASSWORD, TERMINAL, Browser, Hub, Sending, ask, paired, told
from tests.hub.test_sync import journal

pytestmark = pytest.mark.parametrize("hub", ["sqlite"], indirect=True)
JSON = "application/json"


class TicketWaved(MatterEvent, frozen=True, tag="menkou.ticket.waved.v1"):
    """An event of tomorrow, of a kind that the hub reads."""


class OrderBlessed(OrderEvent, frozen=True, tag="menkou.order.blessed.v1"):
    """Another."""


async def opened(book: CommandBook) -> str:
    """A command that waits."""
    now = int(time.time() * 1000)
    made = await book.order(HALL, TERMINAL, OpenTerminal(), who="chen", now_ms=now, until_ms=now + 60_000)
    return made.id


async def test_a_terminal_of_tomorrow(hub: Hub, book: CommandBook, sending: Sending, browser: Browser) -> None:
    """It says more than this hub understands: all of it is kept, and the rest goes on."""
    key = sending.identity.key

    async def say(path: str, content: bytes, kind: str = JSON) -> tuple[int, bytes]:
        reply = await ask(hub.url, path, content, sign(key, path, kind, content, time.time()))
        return reply.status, reply.body

    events: tuple[MatterEvent | OrderEvent, ...] = (
        TicketWaved(matter="0" * 24),
        OrderBlessed(order_no="T10A1B2C000017"),
    )
    rows = [
        encode(event, seq=seq, ledger=sending.ledger.ledger_id, terminal=TERMINAL, at=1, mono=1, boot="b")
        for seq, event in enumerate(events, start=1)
    ]
    status, body = await say("/v1/journal", pack(HALL, GENESIS, rows), CONTENT_TYPE)
    assert (status, msgspec.json.decode(body, type=Receipt).seq) == (200, 2)
    assert [row for _, row in await hub.rows()] == [row.decode() for row in rows]
    more = msgspec.to_builtins(told(0)) | {"mood": "good"}
    assert (await say(STATUS, msgspec.json.encode(more)))[0] == 200
    command = await opened(book)
    status, body = await say(commands.PATH, msgspec.json.encode({"under_way": [], "outcomes": [], "mood": "good"}))
    assert (status, len(msgspec.json.decode(body, type=Commands).commands)) == (200, 1)
    outcome = {"id": command, "result": "done", "at": 1, "took_ms": 7}
    await opened(book)  # or it would wait for one
    assert (await say(commands.PATH, msgspec.json.encode({"outcomes": [outcome]})))[0] == 200
    found = await book.command(command)
    assert found is not None
    assert found.state == "done"

    hub.say("admit", "chen", "--role", "manager", said=PASSWORD)
    await browser.enter("chen")
    assert [(await browser.get(path))[0] for path in ("/", "/orders", f"/configuration/{HALL}")] == [200, 200, 200]


async def test_a_hub_of_yesterday(hub: Hub, sending: Sending, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """It knows nothing of commands: the journal goes up all the same, and that is said once."""
    async with aiohttp.ClientSession(auto_decompress=False) as session:

        async def pass_on(request: web.Request) -> web.Response:
            if request.path == commands.PATH:
                return web.Response(text="Not Found", status=404)
            headers = {name: value for name, value in request.headers.items() if name.lower() != "host"}
            async with session.post(hub.url + request.path, data=await request.read(), headers=headers) as reply:
                return web.Response(body=await reply.read(), status=reply.status)

        before = HttpWire(Faults(HTTP_FAULTS), Talk(), pass_on, lambda *_: "")
        sending.settings = msgspec.structs.replace(sending.settings, url=await before.plug(), longest_pause_s=1)
        carrier = Carrier(sending.ledger, {}, lambda: 0)
        listening = asyncio.create_task(Listener(carrier, sending.identity, sending.settings, time.time).run())
        await sending.rate(30)
        sending.begin()
        await sending.until_sent()
        assert await hub.rows() == journal(tmp_path / "ledger")
        await sending.end()
        listening.cancel()
        await asyncio.wait([listening])
        await before.unplug()
    lines = [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR]
    assert lines == ["something that knows no commands answers: HTTP 404; no commands come from it"]


async def test_a_database_of_tomorrow(hub: Hub, sending: Sending) -> None:
    """A hub that was updated beside this one, or put back, made more tables."""
    await hub.sql("CREATE TABLE tomorrow (n INTEGER)")
    await hub.sql(
        "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) "
        "SELECT migration_set, '9999_tomorrow', applied_at FROM _sqlite_migrations LIMIT 1"
    )
    await asyncio.to_thread(hub.kill)
    await asyncio.to_thread(hub.start)
    await sending.rate(3)
    sending.begin()
    await sending.until_sent()
    assert len(await hub.rows()) == 3


async def test_a_clock_that_is_wrong_is_said_once_and_loses_nothing(
    hub: Hub, book: CommandBook, sending: Sending, caplog: pytest.LogCaptureFixture
) -> None:
    done = asyncio.Event()

    async def do(_: OpenTerminal, taken: Taken) -> End:
        done.set()
        return End()

    ahead_s, asked, often = MAX_AGE_S + 60.0, 0, asyncio.Event()

    def now() -> float:
        nonlocal asked
        asked += 1
        if asked == 4:
            often.set()
        return time.time() + ahead_s

    carrier = Carrier(sending.ledger, {OpenTerminal: do}, lambda: int(time.time() * 1000))
    await opened(book)
    listening = asyncio.create_task(Listener(carrier, sending.identity, sending.settings, now).run())
    async with asyncio.timeout(20):
        await often.wait()
        assert not done.is_set()
        ahead_s = MAX_AGE_S - 60
        await done.wait()
    listening.cancel()
    await asyncio.wait([listening])
    await carrier.aclose()
    lines = [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR]
    assert len(lines) == 1
    assert lines[0].startswith("the hub refuses: clock (signed at ")


async def test_who_is_not_answered(hub: Hub, book: CommandBook, sending: Sending) -> None:
    """Every endpoint of terminals: unsigned, with another's signature, of long ago, for another path, revoked."""
    key, now = sending.identity.key, time.time()
    wanted = msgspec.json.encode(configuration.Wanted(version=1))
    endpoints = [
        (commands.PATH, msgspec.json.encode(Poll())),
        (commands.log_path("0" * 24), b"log"),
        (configuration.PATH, wanted),
        (STATUS, msgspec.json.encode(told(0))),
    ]
    stranger = await paired(hub, hub.say("code", "elsewhere", "T1"), hall="elsewhere")
    await opened(book)

    async def problem(path: str, content: bytes, headers: dict[str, str]) -> str:
        reply = await ask(hub.url, path, content, headers)
        return msgspec.json.decode(reply.body, type=Refused).problem

    for path, content in endpoints:
        good = sign(key, path, JSON, content, now)
        assert await problem(path, content, {"Content-Type": JSON}) == "signature"
        assert await problem(path, content + b" ", good) == "signature"
        assert await problem(path, content, sign(key, "/v1/pair", JSON, content, now)) == "signature"
        assert await problem(path, content, sign(key, path, JSON, content, now - MAX_AGE_S - 1)) == "clock"
        forged = sign(stranger.key, path, JSON, content, now)
        forged["Signature-Input"] = good["Signature-Input"]  # in our name
        assert await problem(path, content, forged) == "signature"
    theirs = sign(stranger.key, configuration.PATH, JSON, wanted, now)
    assert await problem(configuration.PATH, wanted, theirs) == "batch"  # its own hall has none
    path, content = endpoints[0]
    replayed = [(await ask(hub.url, path, content, sign(key, path, JSON, content, now))).body for _ in range(2)]
    assert replayed[0] == replayed[1]  # a question said again changes nothing
    hub.say("revoke", HALL, TERMINAL)
    assert [await problem(*each, sign(key, each[0], JSON, each[1], now)) for each in endpoints] == ["revoked"] * 4
