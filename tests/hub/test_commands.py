"""What the staff order reaches a terminal, and is done once, whatever fails on the way."""

import asyncio
import re
import time
from pathlib import Path
from typing import Any

import aiohttp
import msgspec
import pytest

from hub.commands import CommandBook, Commanded
from hub.configurations import Configuration, ConfigurationBook
from hub.store import Store
from kiosk import config_hub
from kiosk.closing import Closing
from kiosk.config import load
from kiosk.config_hub import Kept, kept_in
from kiosk.configuring import Configuring
from kiosk.protocol.commanded import CommandRow
from kiosk.protocol.commands import (
    CONTENT_TYPE,
    LOG_TYPE,
    PATH,
    CloseTerminal,
    Command,
    Commands,
    Configure,
    Given,
    OpenTerminal,
    Poll,
    Restart,
    SendLog,
    SignedCommand,
    log_path,
    to_sign,
)
from kiosk.protocol.configuration import Bundle
from kiosk.protocol.ratings import RatingRow
from kiosk.protocol.signing import sign
from kiosk.sync.asking import AtHub
from kiosk.sync.carrying import End, Taken
from kiosk.sync.identity import keep
from kiosk.sync.log_sender import LogSender
from tests.hub.configured import Configured, Listening
from tests.hub.conftest import HALL, PASSWORD, TERMINAL, Browser, Hub, Sending, ask, paired, rating

CATALOGUE = Path(__file__).parents[2] / "assets" / "items" / "demo.json"


class Tomorrow(Command, frozen=True, tag="tomorrow"):
    """A command of a newer hub."""


async def order(book: CommandBook, command: Command, terminal: str = TERMINAL, *, seconds: float = 60) -> str:
    now = int(time.time() * 1000)
    until = now + int(seconds * 1000)
    return (await book.order(HALL, terminal, command, who="chen", now_ms=now, until_ms=until)).id


async def until(book: CommandBook, command: str, *states: str) -> Commanded:
    async with asyncio.timeout(20):
        while True:
            found = await book.command(command)
            if found is not None and found.state in states:
                return found
            await asyncio.sleep(0.02)


class Hand:
    """Carries out, and counts."""

    def __init__(self) -> None:
        self.done: list[Taken] = []
        self.gate = asyncio.Event()
        self.gate.set()

    async def do(self, command: Command, taken: Taken) -> End:
        self.done.append(taken)
        await self.gate.wait()
        return End(events=(rating(len(self.done)),))


async def test_a_command_is_done_once_and_told(hub: Hub, book: CommandBook, sending: Sending) -> None:
    hand = Hand()
    terminal = Listening(sending.ledger, sending, {OpenTerminal: hand.do})
    await terminal.begin()
    first = await order(book, OpenTerminal())
    second = await order(book, Tomorrow())
    third = await order(book, OpenTerminal())

    assert (await until(book, first, "done")).who == "chen"
    assert (await until(book, second, "not_understood")).state == "not_understood"
    await until(book, third, "done")
    assert [taken.id for taken in hand.done] == [first, third]
    rows = await sending.ledger.matters(CommandRow)
    assert sorted((row.number, row.name, row.result, row.who) for row in rows) == [
        (1, "open", "done", "chen"),
        (2, "tomorrow", "not_understood", "chen"),
        (3, "open", "done", "chen"),
    ]
    assert len(await sending.ledger.matters(RatingRow)) == 2
    await terminal.end()


@pytest.mark.parametrize("cut_off", [False, True])
async def test_the_power_fails_at_every_moment(hub: Hub, book: CommandBook, sending: Sending, cut_off: bool) -> None:
    """Also between what was done and its being told: nothing is begun twice, nothing is left undone. It is told in the
    end even if the hub did not hear that it began, and waits for it no more."""
    hand = Hand()
    hand.gate.clear()
    given = await order(book, OpenTerminal())
    terminal = Listening(sending.ledger, sending, {OpenTerminal: hand.do})
    await terminal.begin()
    await until(book, given, "under_way")
    await terminal.end()  # in the middle of it

    hub.kill()
    hand.gate.set()
    terminal = Listening(sending.ledger, sending, {OpenTerminal: hand.do})
    await terminal.begin()  # and goes on by itself
    async with asyncio.timeout(10):
        await terminal.carrier.news.wait()
    await terminal.end()  # before it could tell
    if cut_off:
        await hub.sql("UPDATE command SET state = 'waiting', until_ms = 1")
    hub.start()

    terminal = Listening(sending.ledger, sending, {OpenTerminal: hand.do})
    await terminal.begin()
    await until(book, given, "done")
    await terminal.end()
    assert [(taken.id, taken.again) for taken in hand.done] == [(given, False), (given, True)]
    assert len(await sending.ledger.matters(RatingRow)) == 1


@pytest.mark.parametrize("hub", ["sqlite"], indirect=True)
async def test_who_is_not_obeyed(hub: Hub, book: CommandBook, sending: Sending) -> None:
    """Whatever was signed by somebody else, for somebody else, before, or too long ago."""
    other = await paired(hub, hub.say("code", HALL, "T2"), terminal="T2")
    hand = Hand()
    terminal = Listening(sending.ledger, sending, {OpenTerminal: hand.do})
    listener = terminal._listener

    async def given_to(identity: Any) -> Commands:
        content = msgspec.json.encode(Poll())
        reply = await ask(hub.url, PATH, content, sign(identity.key, PATH, CONTENT_TYPE, content, time.time()))
        assert reply.status == 200, reply.body
        return msgspec.json.decode(reply.body, type=Commands)

    await order(book, OpenTerminal(), "T2")
    [theirs] = (await given_to(other)).commands
    assert listener._opened(theirs) is None
    command = await order(book, OpenTerminal())
    [ours] = (await given_to(sending.identity)).commands
    opened = listener._opened(ours)
    assert opened is not None
    forged = ours.given.replace(command, "0" * 24)
    assert listener._opened(SignedCommand(given=forged, signature=ours.signature)) is None
    by_another = other.key.sign(to_sign(ours.given)).hex()
    assert listener._opened(SignedCommand(given=ours.given, signature=by_another)) is None

    late = msgspec.structs.replace(opened, id="1" * 24, until=int(time.time() * 1000) - 1)
    await terminal.carrier.take(late)
    assert [outcome.why for outcome in terminal.carrier.poll().outcomes] == ["hub.command.late"]
    await terminal.carrier.take(opened)
    async with asyncio.timeout(10):
        await terminal.carrier.news.wait()
    await terminal.carrier.take(opened)  # once more: it is told again, and not done again
    assert [taken.id for taken in hand.done] == [command]
    await terminal.end()

    await order(book, Restart())
    hub.say("revoke", HALL, TERMINAL)
    content = msgspec.json.encode(Poll())
    reply = await ask(hub.url, PATH, content, sign(sending.identity.key, PATH, CONTENT_TYPE, content, time.time()))
    assert reply.status == 403
    anew = await paired(hub, hub.say("code", HALL, TERMINAL))
    sending.identity = anew
    for_the_new_machine = (await given_to(anew)).commands
    assert [listener._opened(signed) for signed in for_the_new_machine] == [None, None]


async def test_a_question_waits_for_an_answer(hub: Hub, book: CommandBook, sending: Sending) -> None:
    """Also one that is asked at another process of the same hub."""
    content = msgspec.json.encode(Poll())
    headers = sign(sending.identity.key, PATH, CONTENT_TYPE, content, time.time())
    asking = asyncio.create_task(ask(hub.url, PATH, content, headers))
    await asyncio.sleep(0.3)
    assert not asking.done()
    command = await order(book, OpenTerminal())
    [signed] = msgspec.json.decode((await asking).body, type=Commands).commands
    assert msgspec.json.decode(signed.given, type=Given).id == command


async def test_a_manager_closes_a_terminal_and_reads_its_log(
    hub: Hub, book: CommandBook, sending: Sending, browser: Browser, tmp_path: Path
) -> None:
    hub.say("admit", "chen", "--role", "manager", said=PASSWORD)
    await browser.enter("chen")
    await browser.get("/?lang=en")
    changed: list[str] = []
    closing = Closing(tmp_path / "ledger", lambda: changed.append(closing.reason))
    line = AtHub(tmp_path / "ledger", sending.settings, sending.clock)
    keep(tmp_path / "ledger", sending.identity)
    (tmp_path / "ledger" / "terminal.log").write_text("an old line\n\0\N{SNOWMAN}\n", "utf-8")
    terminal = Listening(
        sending.ledger,
        sending,
        {CloseTerminal: closing.close, OpenTerminal: closing.open, SendLog: LogSender(tmp_path / "ledger", line).send},
    )
    await terminal.begin()

    async def press(do: str, **more: str) -> str:
        status, page = await browser.post(
            "/order", form=await browser.word(), hall=HALL, terminal=TERMINAL, do=do, **more
        )
        assert status == 303, page
        [newest, *_] = await book.last([(HALL, TERMINAL)], 0, 1)
        await until(book, newest.id, "done", "refused")
        return newest.id

    await press("close", reason="  No paper,\n please go to <b>window 2</b> ")
    assert closing.reason == "No paper, please go to <b>window 2</b>"
    assert Closing(tmp_path / "ledger", lambda: None).reason == closing.reason  # also after a power cut
    _, page = await browser.get("/")
    assert "Out of service: No paper, please go to &lt;b&gt;window 2&lt;/b&gt;" in page
    await press("open")
    assert changed == ["No paper, please go to <b>window 2</b>", ""]
    assert Closing(tmp_path / "ledger", lambda: None).reason == ""
    log = await press("send_log")
    assert (await browser.get(f"/logs/{log}")) == (200, "an old line\n\N{REPLACEMENT CHARACTER}\N{SNOWMAN}\n")
    assert (await browser.get(f"/logs/{'0' * 24}"))[0] == 404
    await hub.sql("UPDATE log SET at_ms = 0")
    assert (await browser.get(f"/logs/{log}"))[0] == 404
    status, page = await browser.post("/order", form=await browser.word(), hall=HALL, terminal=TERMINAL, do="close")
    assert (status, "Write what residents read" in page) == (200, True)
    await browser.post("/order", form=await browser.word(), hall=HALL, terminal="T9", do="restart")
    _, page = await browser.get("/deeds")
    deeds = re.findall("<td>([^<]+)</td></tr>", page)
    assert deeds[:-1] == [
        "downloaded the log of tianfu T1 #3",
        "tianfu T1 #3: done",
        "asked for the log of tianfu T1 #3",
        "tianfu T1 #2: done",
        "put tianfu T1 #2 in service again",
        "tianfu T1 #1: done",
        "took tianfu T1 #1 out of service",
    ]
    stranger = await paired(hub, hub.say("code", HALL, "T2"), terminal="T2")
    theirs = sign(stranger.key, log_path(log), LOG_TYPE, b"evil", time.time())
    assert (await ask(hub.url, log_path(log), b"evil", theirs)).status == 422
    again = sign(sending.identity.key, log_path(log), LOG_TYPE, b"another", time.time())
    assert (await ask(hub.url, log_path(log), b"another", again)).status == 200  # an answer was lost
    await terminal.end()
    sending.begin()
    await sending.until_sent()  # a terminal agrees that it is so late
    await sending.end()
    await asyncio.to_thread(hub.kill)
    await asyncio.to_thread(hub.start)
    async with asyncio.timeout(20):
        while rows := await hub.sql("SELECT content FROM log"):
            assert rows == [("an old line\n\N{REPLACEMENT CHARACTER}\N{SNOWMAN}\n",)]
            await asyncio.sleep(0.05)


async def test_a_hall_is_configured_and_put_back(
    hub: Hub, book: CommandBook, sending: Sending, browser: Browser, tmp_path: Path
) -> None:
    hub.say("admit", "chen", "--role", "manager", said=PASSWORD)
    await browser.enter("chen")
    await browser.get("/?lang=en")
    terminal = Configured(tmp_path, sending)

    async def save(text: str) -> tuple[int, str]:
        return await browser.post(f"/configuration/{HALL}", form=await browser.word(), text=text, note="why")

    async def use(version: int) -> Commanded:
        where = f"/configuration/{HALL}/use"
        assert (await browser.post(where, form=await browser.word(), version=str(version), terminal=""))[0] == 303
        return (await book.last([(HALL, TERMINAL)], 0, 1))[0]

    assert (await save('[hall]\nid = "x"'))[0] == 422
    first_text = tmp_path / "first.toml"
    first_text.write_text('[hall]\nphone = "028-1111 1111"\n')
    assert hub.say("configure", HALL, str(first_text), "--catalogue", str(CATALOGUE), "--note", "why") == "version 1"
    assert (await save('[hall]\nphone = "028-2222 2222"\n'))[0] == 303
    assert (await save('[journeys]\nenabled = ["gas_bil"]\n'))[0] == 303

    where = f"/configuration/{HALL}/catalogue"
    for content, status in ((b"{}", 422), (b"\xff", 422), (CATALOGUE.read_bytes(), 303)):
        sent = aiohttp.FormData({"form": await browser.word(), "note": "another one"})
        sent.add_field("file", content, filename="items.json")
        assert (await browser.send(where, sent))[0] == status
    kept = await hub.sql("SELECT version, text, catalogue FROM configuration ORDER BY version DESC LIMIT 2")
    assert kept[0] == (4, kept[1][1], CATALOGUE.read_text("utf-8"))

    await terminal.begin()
    first = await use(1)
    await terminal.until_restart()
    loaded = terminal.load()
    assert loaded.hall.phone == "028-1111 1111"
    assert loaded.notice.catalogue.read_bytes() == CATALOGUE.read_bytes()
    await terminal.begin()
    terminal.come_up(1)
    await until(book, first.id, "done")

    flawed = await use(3)
    ended = await until(book, flawed.id, "refused")
    assert 'journeys.enabled[1]: found "gas_bil"' in ended.why
    assert load(terminal.config).version == 1

    second = await use(2)
    await terminal.until_restart()
    for _ in range(config_hub.TRIES):  # it does not come up, and the supervisor starts it again and again
        assert terminal.load().version == 2
    assert terminal.load().hall.phone == "028-1111 1111"
    assert load(terminal.config).notice.catalogue.read_bytes() == CATALOGUE.read_bytes()
    await terminal.begin()
    ended = await until(book, second.id, "refused")
    assert ended.why == "hub.command.did_not_come_up"
    _, page = await browser.get(f"/configuration/{HALL}")
    assert "The terminal did not come up with it" in page

    back = await use(1)
    await until(book, back.id, "done")  # it is what counts already
    await terminal.end()


@pytest.mark.parametrize("hub", ["sqlite"], indirect=True)
async def test_a_configuration_that_somebody_changed_on_the_way(store: Store, sending: Sending, tmp_path: Path) -> None:
    """What is fetched is what the signed command names, or nothing."""
    folder = tmp_path / "ledger"
    keep(folder, sending.identity)
    bundle = Bundle(hall=HALL, version=1, text='[hall]\nphone = "028-1111 1111"\n')
    now = int(time.time() * 1000)
    versions = ConfigurationBook(store)
    assert await versions.add(Configuration(bundle=bundle, who="chen", note="", at_ms=now))
    assert not await versions.add(Configuration(bundle=bundle, who="wang", note="", at_ms=now))
    line = AtHub(folder, sending.settings, sending.clock)
    config = Path(__file__).parents[2] / "config.toml"

    async def restart() -> End:
        raise AssertionError

    configuring = Configuring(config, folder, line, restart, asyncio.Event())
    other = Configure(version=1, digest="0" * 64)
    end = await configuring.configure(other, Taken(id="1" * 24, who="chen"))
    assert (end.result, end.why) == ("refused", "what came is not what was signed")
    unknown = await configuring.configure(Configure(version=9, digest="0" * 64), Taken(id="2" * 24, who="chen"))
    assert (unknown.result, unknown.why) == ("refused", "tianfu has no version 9")
    assert kept_in(folder) == Kept()
