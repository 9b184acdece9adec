"""What the staff order reaches a terminal, and is done once, whatever fails on the way."""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest

from hub.command import _store
from hub.commands import CommandBook, Commanded
from kiosk.ledger.ledger import Ledger
from kiosk.protocol.commanded import CommandRow
from kiosk.protocol.commands import (
    CONTENT_TYPE,
    PATH,
    Command,
    Commands,
    Given,
    OpenTerminal,
    Poll,
    Restart,
    SignedCommand,
    to_sign,
)
from kiosk.protocol.ratings import RatingRow
from kiosk.protocol.signing import sign
from kiosk.sync.carrying import Carrier, End, Handlers, Taken
from kiosk.sync.commands import Listener
from tests.hub.conftest import HALL, TERMINAL, Hub, Sending, ask, paired, rating


class Tomorrow(Command, frozen=True, tag="tomorrow"):
    """A command of a newer hub."""


@pytest.fixture
async def book(hub: Hub) -> AsyncIterator[CommandBook]:
    store = _store(hub.database, hub.folder)
    await store.open()
    yield CommandBook(store)
    await store.aclose()


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


class Listening:
    """A terminal's listener over a ledger."""

    def __init__(self, ledger: Ledger, sending: Sending, handlers: Handlers) -> None:
        self.carrier = Carrier(ledger, handlers, lambda: int(sending.clock() * 1000))
        self._listener = Listener(self.carrier, sending.identity, sending.settings, sending.clock)
        self._task: asyncio.Task[Any] | None = None

    async def begin(self) -> None:
        await self.carrier.go_on()
        self._task = asyncio.create_task(self._listener.run())

    async def end(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])
        await self.carrier.aclose()


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


async def test_the_power_fails_at_every_moment(hub: Hub, book: CommandBook, sending: Sending) -> None:
    """Also between what was done and its being told: nothing is begun twice, nothing is left undone."""
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
    hub.start()

    terminal = Listening(sending.ledger, sending, {OpenTerminal: hand.do})
    await terminal.begin()
    await until(book, given, "done")
    await terminal.end()
    assert [(taken.id, taken.again) for taken in hand.done] == [(given, False), (given, True)]
    assert len(await sending.ledger.matters(RatingRow)) == 1


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
