"""One queue for two terminals of a hall: real ledgers, a real hub, and the network between them."""

import asyncio
import contextlib
import re
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from hub.queue_desk import QueueDesk
from hub.store import Store
from kiosk.ledger.ledger import Ledger
from kiosk.protocol.tickets import TicketRow
from kiosk.queueing.hall import HallPlan
from kiosk.queueing.rules import Business
from kiosk.queueing.wishes import QueueNext
from kiosk.sync.attending import Attendant
from kiosk.tickets.desk import Desk
from kiosk.tickets.settings import QueueSettings
from tests.hub.conftest import HALL, PASSWORD, Browser, Hub, Sending, paired
from tests.tickets.hall import ZONE

PENSIONS = Business(letter="A", name="社保医保", name_en="Pensions", windows=(1, 2))


class Terminal:
    """One of two, with its ledger and its queue, connected or not."""

    def __init__(self, ledger: Ledger, desk: Desk, sending: Sending) -> None:
        self.ledger = ledger
        self.desk = desk
        self.sending = sending
        self._attending: asyncio.Task[None] | None = None

    def plug(self) -> None:
        """Talk to the hub from now on."""
        sender = self.sending.begin()
        attendant = Attendant(
            self.desk,
            self.sending.identity,
            replace(self.sending.settings, retry_s=0.05),
            HallPlan(business=self.desk.settings.business, hall="和园", hall_en="Heyuan"),
            now=time.time,
            found=sender.hurry,
        )
        self._attending = asyncio.create_task(attendant.run())

    async def unplug(self) -> None:
        """The cable is out."""
        await self.sending.end()
        task, self._attending = self._attending, None
        if task is not None:
            task.cancel()
            await asyncio.wait([task])
            if not task.cancelled():
                task.result()

    async def until(self, holds: Callable[[Desk], bool]) -> None:
        """Until that holds of the queue here."""
        changed = asyncio.Event()
        unsubscribe = self.desk.subscribe(changed.set)
        async with asyncio.timeout(20):
            while not holds(self.desk):
                await changed.wait()
                changed.clear()
        unsubscribe()

    async def shows(self, *called: str) -> None:
        """Until these numbers are called here, the newest call first, and no others."""
        await self.until(lambda desk: [each.shown for each in desk.called()] == list(called))

    async def lines_up(self, *waiting: str) -> None:
        """Until these wait here, in this order."""
        await self.until(lambda desk: [row.shown for row in desk.waiting("A")] == list(waiting))


@contextlib.asynccontextmanager
async def open_queue(folder: Path, name: str, share: str) -> AsyncIterator[tuple[Ledger, Desk]]:
    ledger = await Ledger.open(folder, name)
    settings, broken = QueueSettings(share=share, business=(PENSIONS,)), asyncio.Event()
    desk = Desk(ledger, folder, settings, zone=ZONE, now_ms=lambda: int(time.time() * 1000), on_broken=broken.set)
    await desk.open()
    try:
        yield ledger, desk
    finally:
        await desk.aclose()
        await ledger.aclose()
    assert not broken.is_set()


@contextlib.asynccontextmanager
async def terminal(hub: Hub, folder: Path, name: str, share: str) -> AsyncIterator[Terminal]:
    identity = await paired(hub, hub.say("code", HALL, name), terminal=name)
    async with open_queue(folder / name, name, share) as (ledger, desk):
        made = Terminal(ledger, desk, Sending(ledger, identity, hub.url))
        made.sending.settings = replace(made.sending.settings, retry_s=60, longest_pause_s=60)
        try:
            yield made
        finally:
            await made.unplug()


@pytest.fixture
async def two(hub: Hub, tmp_path: Path) -> AsyncIterator[tuple[Terminal, Terminal]]:
    async with (
        terminal(hub, tmp_path, "T1", "1/2") as first,
        terminal(hub, tmp_path, "T2", "2/2") as second,
    ):
        first.plug()
        second.plug()
        yield first, second


@pytest.mark.parametrize("hub", ["postgres"], indirect=True)
async def test_one_queue_for_the_whole_hall(hub: Hub, two: tuple[Terminal, Terminal]) -> None:
    first, second = two
    given = [(await each.desk.give("A")).shown for each in (first, second, second, first)]
    assert given == ["A001", "A002", "A004", "A003"]
    await first.lines_up(*given)
    assert first.desk.ahead(first.desk.waiting("A")[-1]) == 3
    assert (await first.desk.next(1, "")).shown == "A001"
    assert (await first.desk.next(2, "")).shown == "A002"  # of the other terminal
    await second.shows("A002", "A001")
    both = await asyncio.gather(first.desk.next(1, "A001"), second.desk.next(2, "A002"))
    assert {row.shown for row in both} == {"A004", "A003"}

    await asyncio.to_thread(hub.kill)
    alone = await second.desk.give("A")
    await asyncio.to_thread(hub.start)
    await first.lines_up(alone.shown)
    assert (await first.desk.next(1)).shown == alone.shown


async def test_calls_from_a_browser_while_a_terminal_is_cut_off(hub: Hub, two: tuple[Terminal, Terminal]) -> None:
    first, second = two
    hub.say("admit", "chen", "--role", "clerk", said=PASSWORD)
    hub.say("admit", "wang", said=PASSWORD)
    for each in (first, second, first, second):
        await each.desk.give("A")
    await first.lines_up("A001", "A002", "A003", "A004")
    clerk, viewer = Browser(hub), Browser(hub)
    assert await clerk.enter("chen") == 303
    assert await viewer.enter("wang") == 303
    word = await clerk.word()

    async def press(deed: str, window: int, seen: str) -> str:
        status, page = await clerk.post(f"/queue/{HALL}/{window}/{deed}", form=word, seen=seen)
        assert (status, page) == (303, "")
        return (await clerk.get(f"/queue/{HALL}/{window}"))[1]

    assert '<p class="number">A001</p>' in await press("next", 1, "")
    screen = re.search('href="(/screen/[^"]+)"', (await viewer.get("/queue"))[1])
    assert screen is not None
    page = (await viewer.get(f"{screen[1]}?en=1"))[1]
    assert "<b>A001</b>" in page
    assert [*re.findall('lang="([a-zA-Z-]+)" data-said="([^"]+)"', page)] == [
        ("zh-CN", "请 A 0 0 1 号，到 1 号窗口。"),
        ("en", "Number A 0 0 1, window 1, please."),
    ]
    assert (await viewer.get(screen[1][:-1]))[0] == 404
    assert (await viewer.post(f"/queue/{HALL}/2/next", form=await viewer.word(), seen=""))[0] == 403

    await second.unplug()
    assert '<p class="number">' not in (await press("next", 2, "")).replace('class="number none"', "")
    page = await press("next", 2, "")  # the terminal of A002 did not answer: now it is known to be away
    assert '<p class="number">A003</p>' in page
    assert "T2 号机联系不上：断网前有 2 人拿着它的号在等" in page
    assert [(await second.desk.next(2)).shown for _ in range(2)] == ["A002", "A004"]

    second.plug()
    await first.shows("A004", "A003", "A001")
    await second.shows("A004", "A003", "A001")
    assert '<p class="number">A003</p>' in await press("next", 2, "A004")  # the other one at this window
    assert (await second.desk.finish(2, "A003")).state == "finished"
    await first.shows("A001")
    _, page = await clerk.get(f"/queue/{HALL}/2")
    assert '<p class="number none">' in page
    for browser in (clerk, viewer):
        await browser.close()


@pytest.mark.parametrize("hub", ["sqlite"], indirect=True)
async def test_numbers_of_a_ledger_that_was_set_aside_are_called_all_the_same(
    hub: Hub, two: tuple[Terminal, Terminal], tmp_path: Path
) -> None:
    first, second = two
    lost = (await second.desk.give("A")).shown
    await first.lines_up(lost)
    await second.unplug()
    await second.desk.aclose()
    await second.ledger.aclose()

    async with open_queue(tmp_path / "afresh", "T2", "2/2") as (ledger, desk):
        again = Terminal(ledger, desk, Sending(ledger, second.sending.identity, hub.url))
        again.plug()
        await again.lines_up(lost)  # it hears of its own old ticket from the hub
        assert (await again.desk.next(1, "")).shown == lost
        await first.shows(lost)
        assert (await first.desk.finish(1, lost)).state == "finished"
        await again.shows()
        await again.unplug()


@pytest.mark.parametrize("hub", ["sqlite"], indirect=True)
async def test_a_terminal_that_is_off_is_taken_over_until_it_is_back(
    hub: Hub, store: Store, two: tuple[Terminal, Terminal]
) -> None:
    first, second = two
    hub.say("admit", "chen", "--role", "clerk", said=PASSWORD)
    clerk = Browser(hub)
    assert await clerk.enter("chen") == 303
    word = await clerk.word()
    here = f"/queue/{HALL}/1"
    given = (await second.desk.give("A")).shown
    await first.lines_up(given)
    await second.unplug()
    await hub.sql("UPDATE attending SET heard_ms = 0 WHERE terminal = 'T2'")

    done = await QueueDesk(store, ZONE, lambda: int(time.time() * 1000)).do(HALL, QueueNext(window=1))
    assert (done.row, done.why) == (None, "away")  # it may be calling it itself
    assert "在等的人拿着联系不上的那台机器的号" in (await clerk.get(f"{here}?not=away"))[1]
    assert (await clerk.post(f"/queue/{HALL}/take_over", form=word, terminal="T2", window="1"))[0] == 303
    assert (await clerk.post(f"{here}/next", form=word, seen=""))[0] == 303
    assert f'<p class="number">{given}</p>' in (await clerk.get(here))[1]
    await first.shows(given)

    second.plug()
    await second.shows(given)
    [row] = await second.ledger.matters(TicketRow, state="called")
    assert (row.shown, row.window) == (given, 1)
    assert ("hub.deed.queue.take_over", f"T2 · {HALL}") in await hub.sql("SELECT what, about FROM deed")
    await clerk.close()
