"""`make browser`: a hub, two terminals of one hall, and its staff in a real Chromium, for one short day.

Residents pay and take numbers; clerks call them in a browser and the hall's screen follows; an order's story is read;
money that the company does not take is given back by two managers; the hub goes away and comes back; and then all
books agree. What was seen is in pictures.
"""

import argparse
import asyncio
import contextlib
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Sequence
from functools import partial
from pathlib import Path

import msgspec

from kiosk.engine import Engine
from kiosk.ledger.ledger import Ledger
from kiosk.ledger.reading import reading
from kiosk.queueing.rules import Business
from kiosk.rehearsal import headless
from kiosk.rehearsal.books import ledger_rows
from kiosk.rehearsal.simulators import Simulators, named_by
from kiosk.sync.identity import keep
from kiosk.sync.settings import HubSettings
from kiosk.text.catalogue import catalogue
from kiosk.text.numbers import order_number
from kiosk.tickets.desk import Desk
from kiosk.tickets.settings import QueueSettings
from kiosk.views.common import Outcome
from tests.browser.chromium import Chromium, Window, chromium, until
from tests.hub.conftest import HALL, PASSWORD, Hub, paired
from tests.journey.conftest import CONFIG, OPTIONS, Hall
from tests.journey.person import Person
from tests.journey.terminal import configured

PENSIONS = Business(letter="A", name="社保医保", name_en="Pensions", windows=(1, 2))
SERVED = ("gas_bill", "queue_ticket")
say = catalogue("zh_CN").say


class Terminal:
    """One of the hall's, with its resident, who pays a bill at once."""

    def __init__(self, hall: Hall, engine: Engine, person: Person) -> None:
        self.hall = hall
        self.engine = engine
        self.person = person

    @property
    def ledger(self) -> Ledger:
        """Its ledger, which is open."""
        assert self.engine.ledger is not None
        return self.engine.ledger

    @property
    def desk(self) -> Desk:
        """Its queue."""
        assert self.engine.counter.desk is not None
        return self.engine.counter.desk

    async def paid(self, truth: str = "done") -> str:
        """The resident's order is at its end for now, and is told so; its number."""
        await self.person.gone()
        told = [view.truth for view in self.person.seen if isinstance(view, Outcome)]
        assert told[-1] == truth, told
        return ledger_rows(self.hall.ledger)[-1].order.order_no

    async def pays_again(self, truth: str = "done") -> str:
        """The next resident; the order's number."""
        self.hall.owe(self.hall.account)
        await self.person.again(self.hall.account)
        if truth == "not_finished":  # the page goes on hoping, and the resident goes
            await self.person.told(truth)
            self.person.answer("done")
        return await self.paid(truth)

    async def all_sent(self) -> None:
        """Until the hub has acknowledged every row."""
        await until(self._is_sent)

    async def _is_sent(self) -> bool:
        return not (await self.ledger.unsent(1)).rows


@contextlib.asynccontextmanager
async def standing(
    hub: Hub, hall: Hall, share: str, observe: Callable[[str], None] = lambda _: None
) -> AsyncIterator[Terminal]:
    """A terminal that is paired with the hub, and gives its share of the queue's numbers."""
    hall.owe(hall.account)
    person = Person(hall, hall.account, "gas_bill")
    config = configured(hall, queue=QueueSettings(business=(PENSIONS,), share=share), journeys=SERVED)
    config = msgspec.structs.replace(
        config,
        hall=msgspec.structs.replace(config.hall, id=HALL),
        hub=HubSettings(url=hub.url, timeout_s=2, retry_s=0.1, longest_pause_s=1, report_s=1),
    )
    identity = await paired(hub, await asyncio.to_thread(hub.say, "code", HALL, hall.terminal), HALL, hall.terminal)
    await asyncio.to_thread(keep, hall.ledger, identity)
    engine = Engine(config, person, observe=observe)
    person.take = engine.take
    task = asyncio.create_task(engine.run())
    try:
        await engine.till.was_open.wait()
        yield Terminal(hall, engine, person)
    finally:
        task.cancel()
        await asyncio.wait([task])


async def entered(browser: Chromium, hub: Hub, name: str, role: str) -> Window:
    """Somebody of the staff, who has just come in."""
    await asyncio.to_thread(hub.say, "admit", name, "--role", role, said=PASSWORD)
    window = await browser.person()
    await window.open(hub.url)
    await window.fill(name=name, password=PASSWORD)
    await window.press(say("hub.enter"))
    await window.sees(say("hub.terminals"), name)
    return window


class Day:
    """See the module."""

    def __init__(self, browser: Chromium, hub: Hub, halls: Sequence[Hall], pictures: Path) -> None:
        self._browser = browser
        self._hub = hub
        self._halls = halls
        self._pictures = pictures
        self._company_goes = False

    async def goes_by(self) -> None:
        """Raises `AssertionError` with what was never seen."""
        first, second = self._halls
        async with (
            standing(self._hub, first, "1/2") as one,
            standing(self._hub, second, "2/2", self._at_the_company) as two,
        ):
            chen = await entered(self._browser, self._hub, "chen", "manager")
            await self._paid_and_read(chen, one, two)
            await self._called(one, two)
            await self._given_back(chen, two)
            await self._apart(chen, one, two)
            for terminal in (one, two):
                await terminal.all_sent()
                await self._agrees(terminal)

    async def _paid_and_read(self, chen: Window, one: Terminal, two: Terminal) -> None:
        number = order_number(await one.paid())
        await two.paid()
        await chen.sees("T1", "T2", say("hub.state.well"))
        await self._seen(chen, "terminals")
        await chen.open(f"{self._hub.url}/orders")
        await chen.sees(number)
        await self._seen(chen, "orders")
        await chen.press(number)
        await chen.sees(say("hub.orders.story"), say("story.order.delivered", receipt="").split("{")[0][:2])
        await self._seen(chen, "story")

    async def _called(self, one: Terminal, two: Terminal) -> None:
        numbers = [(await terminal.desk.give("A")).shown for terminal in (one, two)]
        wang = await entered(self._browser, self._hub, "wang", "clerk")
        await wang.open(f"{self._hub.url}/queue?hall={HALL}")
        path = await wang.run("document.querySelector('a[href^=\"/screen/\"]').getAttribute('href')")
        screen = await self._browser.person(1920, 1080)
        await screen.open(self._hub.url + path)
        await wang.open(f"{self._hub.url}/queue/{HALL}/1")
        for number, button in zip(numbers, ("clerk.next", "clerk.next_done"), strict=True):
            await wang.press(say(button))
            await wang.until(f"document.querySelector('.here .number')?.innerText === '{number}'")
            await screen.until(f"document.querySelector('.newest b')?.innerText === '{number}'")
        await self._seen(wang, "window")
        await self._seen(screen, "screen")

    async def _given_back(self, chen: Window, two: Terminal) -> None:
        self._company_goes = True
        number = await two.pays_again("not_finished")
        zhao = await entered(self._browser, self._hub, "zhao", "manager")
        for window in (chen, zhao):
            await window.open(f"{self._hub.url}/orders?q={number}")
            await window.sees(order_number(number))
        await chen.press(say("hub.asking.ask_back"))
        await chen.fill(reason="住户要求退款")
        await chen.press(say("hub.asking.ask"))
        await zhao.sees(say("hub.asking.agree"))
        await self._seen(zhao, "four-eyes")
        await zhao.press(say("hub.asking.agree"))
        await until(partial(self._is, two, number, "cancelling"))
        two.hall.simulators.do("gas_company_http", "plug")
        await until(partial(self._is, two, number, "cancelled"))
        amount = "document.querySelector('.sums .{} dd')?.innerText"  # not there between two pages
        back, taken = (amount.format(name) for name in ("refunded", "captured"))
        await zhao.until(f"{taken} !== undefined && {back} === {taken}")
        await self._seen(zhao, "given-back")

    async def _apart(self, chen: Window, one: Terminal, two: Terminal) -> None:
        await asyncio.to_thread(self._hub.kill)
        number = order_number(await one.pays_again())
        ticket = await two.desk.give("A")
        await two.desk.next(2)
        await asyncio.to_thread(self._hub.start)
        await chen.open(f"{self._hub.url}/orders")
        await chen.sees(number)
        await chen.open(f"{self._hub.url}/queue/{HALL}/2")
        await chen.sees(ticket.shown)

    async def _is(self, terminal: Terminal, number: str, state: str) -> bool:
        orders = {rows.order.order_no: rows.order.state for rows in ledger_rows(terminal.hall.ledger)}
        return orders[number] == state

    async def _agrees(self, terminal: Terminal) -> None:
        terminal.hall.check_books()
        there = (await asyncio.to_thread(self._hub.say, "journal", HALL, terminal.hall.terminal)).splitlines()
        with reading(terminal.hall.ledger) as db:
            here = [body for (body,) in db.execute("SELECT body FROM journal ORDER BY seq")]
        assert there == here
        sys.stdout.write(f"{terminal.hall.terminal}: {len(here)} rows, the same at both ends\n")

    def _at_the_company(self, checkpoint: str) -> None:
        if self._company_goes and checkpoint == "after record menkou.attempt.captured.v1":
            self._company_goes = False
            self._halls[1].simulators.do("gas_company_http", "unplug")

    async def _seen(self, window: Window, name: str) -> None:
        await window.picture(self._pictures / f"{name}.png")


async def run(pictures: Path) -> None:
    """One day. Each terminal has machines, and a company, of its own."""
    with tempfile.TemporaryDirectory(prefix="menkou-browser-") as scratch, contextlib.ExitStack() as stack:
        folder = Path(scratch)
        (folder / "hub").mkdir()
        hub = Hub(folder / "hub")
        hub.start()
        stack.callback(hub.kill)
        halls = []
        for name in ("T1", "T2"):
            machines = Simulators(folder / f"machines of {name}", named_by(headless.configured(CONFIG)), OPTIONS)
            halls.append(Hall(stack.enter_context(machines), folder / name))
            halls[-1].terminal = name
        async with chromium() as browser:
            try:
                await Day(browser, hub, halls, pictures).goes_by()
            except BaseException:
                sys.stderr.write((folder / "hub" / "log").read_text()[-3000:])
                raise


def main() -> int:
    """See the module."""
    parser = argparse.ArgumentParser(prog="make browser", description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("build/browser"))
    chosen = parser.parse_args()
    chosen.out.mkdir(parents=True, exist_ok=True)
    asyncio.run(run(chosen.out))
    sys.stdout.write(f"pictures in {chosen.out}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
