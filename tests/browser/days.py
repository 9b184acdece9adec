"""Two days of the hall. See `tests.browser.__main__`."""

import asyncio
import shutil
from functools import partial
from pathlib import Path

from kiosk.forms.settings import HOUSE_FORMS
from kiosk.hub_link import TRIAL_SECONDS
from kiosk.ledger.reading import reading
from kiosk.queueing.wishes import QueueNext
from kiosk.rehearsal.books import ledger_rows
from kiosk.rehearsal.simulators import Simulators
from kiosk.text.numbers import order_number
from tests.browser import books
from tests.browser.chromium import LIMIT_S, Window, until
from tests.browser.clock import Clock
from tests.browser.hall import HALL, Hub, Terminal
from tests.browser.relay import Relay
from tests.browser.staff import Staff, say

ACCOUNTS = ("0100003862", "0100005208")
"""Each terminal's resident has one of them."""
CHINESE_LABELS = """
[...document.querySelectorAll("h1, h2, th, label, button, summary, legend, nav a")]
  .map(one => one.innerText).filter(words => /[\\u4e00-\\u9fff]/.test(words)).join(" | ")
"""
ENGLISH = (
    "/",
    "/orders",
    "/settlement",
    "/ratings",
    "/ratings/report",
    "/requests",
    "/queue",
    f"/queue/{HALL}/1",
    f"/configuration/{HALL}",
    "/deadlines",
    "/deeds",
)


NEW_FORM, NEW_TITLE = "901", "临时停车证明"


class Days:
    """See the module."""

    def __init__(
        self,
        *,
        clock: Clock,
        hub: Hub,
        line: Relay,
        town: Simulators,
        machines: list[Simulators],
        terminals: tuple[Terminal, Terminal],
        staff: Staff,
        scratch: Path,
    ) -> None:
        self._clock = clock
        self._hub = hub
        self._line = line
        self._town = town
        self._machines = machines
        self._one, self._two = self._terminals = terminals
        self._staff = staff
        self._scratch = scratch

    async def go_by(self) -> None:
        """Raises `AssertionError` with what was not as it should be."""
        chen = await self._staff.enters("chen", "manager")
        zhao = await self._staff.enters("zhao", "manager")
        wang = await self._staff.enters("wang", "clerk")
        screen = await self._staff.screen(wang)
        await self._morning(chen, wang, screen)
        await self._money_back(chen, zhao)
        await self._without_the_hub(wang, screen)
        await self._over_midnight()
        await self._next_morning(wang)
        await self._healed(chen, wang, screen)
        await self._settled(chen)
        await self._configured(chen)
        await self._in_english(chen)
        await books.agree(self._hub, self._terminals, self._town, self._machines)

    async def _morning(self, chen: Window, wang: Window, screen: Window) -> None:
        """Residents pay and take numbers, and are called."""
        paid, _ = await self._both_pay("1-morning")
        await chen.sees("T1", "T2", say("hub.state.well"))
        await self._staff.seen(chen, "terminals")
        await self._staff.goes(chen, "/orders")
        await chen.sees(order_number(paid))
        await self._staff.seen(chen, "orders")
        await self._read(chen, self._one, paid)
        numbers = await self._both_take("1-morning")
        assert numbers == ["A001", "A002"]
        await self._staff.goes(wang, f"/queue/{HALL}/1")
        await wang.sees("A001", "A002")
        await self._staff.seen(wang, "window")
        await self._staff.turns_sound_on(screen)
        for number, button in zip(numbers, ("clerk.next", "clerk.next_done"), strict=True):
            await self._staff.calls(wang, screen, number, button)
            await self._staff.hears(screen, say("tv.said", number=" ".join(number), window=1))
            await self._staff.seen(wang, f"called-{number}")
            await self._staff.seen(screen, f"screen-{number}")
        await asyncio.gather(*(terminal.shows("1-morning", "A002") for terminal in self._terminals))

    async def _read(self, window: Window, terminal: Terminal, number: str) -> None:
        """An order's story on the page is the one that the terminal's own ledger tells."""
        steps = await self._staff.story(window, number)
        told = await terminal.kiosk("ledger", "show", number, "--language", "zh_CN")
        assert steps
        for when, what in steps:
            assert any(line.startswith(when) and line.endswith(what) for line in told.splitlines()), (when, what, told)
        await self._staff.seen(window, "story")

    async def _money_back(self, chen: Window, zhao: Window) -> None:
        """The company goes in the middle of an order; two of the staff give the money back."""
        await asyncio.to_thread(self._town.do, "gas_company_http", "add_debt", account=ACCOUNTS[1])
        number = await self._two.pays("1-noon", ACCOUNTS[1], truth="not_finished", meanwhile="company_goes")
        for window in (chen, zhao):
            await self._staff.story(window, number)
        await chen.press(say("hub.asking.ask_back"))
        await chen.fill(reason="住户要求退款")
        await chen.press(say("hub.asking.ask"))
        await zhao.sees(say("hub.asking.agree"))
        await self._staff.seen(zhao, "four-eyes")
        await zhao.press(say("hub.asking.agree"))
        await until(partial(self._is, self._two, number, "cancelling"))
        await asyncio.to_thread(self._town.do, "gas_company_http", "plug")
        await until(partial(self._is, self._two, number, "cancelled"))
        amount = "document.querySelector('.sums .{} dd')?.innerText"  # not there between two pages
        back, taken = (amount.format(name) for name in ("refunded", "captured"))
        await zhao.until(f"{taken} !== undefined && {back} === {taken}")
        await self._staff.seen(zhao, "given-back")

    async def _without_the_hub(self, wang: Window, screen: Window) -> None:
        """In the afternoon the line breaks. Each terminal goes on alone."""
        self._clock.becomes(1, 16)
        self._line.cut()
        await self._both_pay("1-alone")
        assert await self._both_take("1-alone") == ["A003", "A004"]
        await self._called_there(self._one, "A003")
        await wang.sees("T1")
        await self._staff.seen(wang, "terminals-away")
        await self._staff.seen(screen, "screen-away")
        await self._one.shows("1-alone", "A003")

    async def _over_midnight(self) -> None:
        """Somebody stands at the code when the day ends."""
        self._clock.becomes(1, 23, 59)
        await self._owe()
        await self._one.pays("2-midnight", ACCOUNTS[0], ahead=self._clock.ahead(2, 0, 0, 20))

    async def _next_morning(self, wang: Window) -> None:
        """Numbers begin anew, and still nothing comes through."""
        self._clock.becomes(2, 9)
        await wang.until("document.querySelector('form.enter') !== null")  # its session is over: it asks by itself
        await self._staff.seen(wang, "window-left-open")
        await self._staff.signs_in(wang, "wang")
        await wang.until(f"location.pathname === '/queue/{HALL}/1'")
        await self._both_pay("2-alone")
        assert await self._both_take("2-alone") == ["A001", "A002"]
        await self._called_there(self._one, "A001")
        await self._one.shows("2-alone", "A001")

    async def _healed(self, chen: Window, wang: Window, screen: Window) -> None:
        """After a day all of it arrives, and the console has the hall again."""
        self._clock.becomes(2, 16)
        self._line.heal()
        for terminal in self._terminals:
            await until(partial(self._is_sent, terminal))
        await self._staff.signs_in(chen, "chen")
        await self._staff.goes(chen, "/")
        await chen.sees("T1", "T2", say("hub.state.well"))
        await self._staff.seen(chen, "terminals-healed")
        await self._staff.goes(wang, f"/queue/{HALL}/2")
        await wang.sees("A002")
        await wang.until("!document.querySelector('.away')")
        await self._staff.calls(wang, screen, "A002")
        await self._staff.seen(wang, "called-after")
        await self._staff.seen(screen, "screen-after")
        await asyncio.gather(*(terminal.shows("2-healed", "A002") for terminal in self._terminals))

    async def _settled(self, chen: Window) -> None:
        """Three books of each of the two days."""
        days = [self._clock.date(day) for day in (1, 2)]
        for day in days:
            folder = self._scratch / f"fetched after {day}"
            await asyncio.to_thread(books.bills, self._town, day, self._clock.now(), folder)
            await self._hub.say("statements", str(folder))
        for day, orders in zip(days, (6, 3), strict=True):  # the one over midnight is of both
            await self._staff.goes(chen, f"/settlement?day={day}")
            page = await chen.sees(say("hub.settlement.agreed"))
            await self._staff.seen(chen, f"settlement-{day}")
            assert await chen.run("document.querySelectorAll('.buckets .wrong').length") == 0, page
            assert await chen.run("Number(document.querySelector('.buckets .agreed b').innerText)") == orders, page

    async def _configured(self, chen: Window) -> None:
        """A form is put in that no terminal knew: both start anew with it, and residents print it."""
        brought = self._scratch / "brought"
        await asyncio.to_thread(_a_new_form, brought / NEW_FORM)
        archive = await asyncio.to_thread(shutil.make_archive, str(brought), "zip", brought)
        await self._staff.goes(chen, f"/configuration/{HALL}")
        await chen.sees(say("hub.configuration.no_forms"))
        await chen.choose("input[accept='.zip']", Path(archive))
        await chen.run("document.querySelector('input[accept=\".zip\"]').form.requestSubmit()")
        await chen.sees(version := say("hub.configuration.version", version=1), NEW_TITLE)
        await chen.run("document.querySelector('input[accept=\".zip\"]').closest('section').scrollIntoView()")
        await self._staff.seen(chen, "forms")
        await chen.run("document.querySelector('.versions details').open = true")
        await chen.press(say("hub.configuration.use", version=1))
        await chen.until("document.querySelectorAll('#live td.done').length === 2", TRIAL_SECONDS + LIMIT_S)
        assert (await chen.text()).count(version) >= len(self._terminals)
        await self._staff.seen(chen, "configured")
        await asyncio.gather(*(terminal.prints("2-new-form", NEW_FORM) for terminal in self._terminals))

    async def _in_english(self, chen: Window) -> None:
        """Every page once more, for who reads English: no heading and nothing to press is in Chinese."""
        await self._staff.goes(chen, "/orders?lang=en")
        story = await chen.run("document.querySelector('a[href^=\"/orders/\"]').getAttribute('href')")
        for page in (*ENGLISH, story):
            await self._staff.goes(chen, page)
            assert await chen.run("document.documentElement.lang") == "en", page
            assert await chen.run(CHINESE_LABELS) == "", page
            await self._staff.seen(chen, f"english-{page.strip('/').split('/')[0] or 'terminals'}")

    async def _both_pay(self, when: str) -> list[str]:
        await self._owe()
        return await asyncio.gather(
            *(terminal.pays(when, account) for terminal, account in zip(self._terminals, ACCOUNTS, strict=True))
        )

    async def _owe(self) -> None:
        accounts = (await asyncio.to_thread(self._town.books, "gas_company_http"))["accounts"]
        for account in ACCOUNTS:
            if not accounts[account]["arrears_fen"]:
                await asyncio.to_thread(self._town.do, "gas_company_http", "add_debt", account=account)

    async def _both_take(self, when: str) -> list[str]:
        return [await terminal.takes(when) for terminal in self._terminals]

    async def _called_there(self, terminal: Terminal, number: str) -> None:
        """At the terminal itself; at first it hopes for the hub."""
        answer = await terminal.clerk(QueueNext(window=1))
        while answer.why == "no_hub":
            answer = await terminal.clerk(QueueNext(window=1))
        assert answer.result.get("shown") == number, answer

    async def _is(self, terminal: Terminal, number: str, state: str) -> bool:
        orders = {rows.order.order_no: rows.order.state for rows in ledger_rows(terminal.ledger)}
        return orders[number] == state

    async def _is_sent(self, terminal: Terminal) -> bool:
        with reading(terminal.ledger) as db:
            [(last,)] = db.execute("SELECT max(seq) FROM journal")
        heads = await self._hub.say("heads", HALL)
        return any(line.split()[0] == terminal.name and line.split()[3] == f"{last:,}" for line in heads.splitlines())


def _a_new_form(folder: Path) -> None:
    """Like one of the house's, with a number and a title of its own."""
    shutil.copytree(HOUSE_FORMS / "201", folder)
    path = folder / "form.toml"
    text = path.read_text("utf-8").replace('"201"', f'"{NEW_FORM}"').replace('"居住证明"', f'"{NEW_TITLE}"')
    path.write_text(text.replace('"Proof of residence"', '"Parking permit for a visitor"'), "utf-8")
